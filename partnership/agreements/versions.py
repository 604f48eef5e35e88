"""Pages of an agreement's versions: what may flow, who approves, who is waited for, and how long approvals take."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.actions.declaration import action_of
from partnership.agreements import actions as agreements
from partnership.agreements import measures
from partnership.agreements.forms import DecisionForm, FileForm, FlowForm, StepForm, VersionForm
from partnership.agreements.models import Agreement, AgreementFile, AgreementVersion, ApprovalStep, DataFlow
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.permissions import DIRECTORY

STEPS = Prefetch("steps", ApprovalStep.objects.select_related("partner", "decided_by"))


class FlowGroup(NamedTuple):
    """Flows from one kind of partner to another for one purpose."""

    from_label: str
    to_label: str
    purpose: str
    flows: list[DataFlow]


def grouped(flows: Iterable[DataFlow]) -> list[FlowGroup]:
    """Flows by from whom to whom and what for."""
    groups: dict[tuple[str, str, str], list[DataFlow]] = {}
    for flow in flows:
        key = (flow.from_label, flow.to_label, str(flow.get_purpose_display()))
        groups.setdefault(key, []).append(flow)
    return [FlowGroup(*key, flows) for key, flows in sorted(groups.items(), key=lambda each: each[0])]


@partner_page(agreements.draft_version)
def version_edit(request: PartnerRequest, pk: int | None = None, agreement: int | None = None) -> HttpResponse:
    """The next version of an agreement, or a draft to change."""
    if pk:
        version = get_object_or_404(AgreementVersion.objects.select_related("agreement"), pk=pk)
    else:
        version = AgreementVersion(agreement=get_object_or_404(Agreement, pk=agreement))
        if version.agreement.valid_to:
            version.valid_from = max(version.agreement.valid_to, timezone.localdate())
    form = VersionForm(request.POST or None, instance=version)
    if form.is_valid():
        try:
            saved = agreements.draft_version(by=request.acting, version=form.save(commit=False))
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. Say now what may flow, and who approves it."))
            return redirect("agreement_version", pk=saved.pk)
    back = reverse("agreement_version", args=[pk]) if pk else reverse("agreement", args=[version.agreement.pk])
    title = _("Version of “%(agreement)s”") % {"agreement": version.agreement}
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/form.html", {"form": form, "title": title, "back": back}, status=status)


@require_safe
@partner_page(DIRECTORY)
def version(request: PartnerRequest, pk: int) -> HttpResponse:
    """One version: its days and files, what may flow, and who approves it."""
    return _version_page(request, pk)


def _version_page(request: PartnerRequest, pk: int, status: int = 200, **bound: Any) -> HttpResponse:
    """The page, with the form that was refused in the place of an empty one."""
    related = AgreementVersion.objects.select_related("agreement").prefetch_related(
        "flows", STEPS, "agreement__parties"
    )
    version = get_object_or_404(related, pk=pk)
    agreement, steps = version.agreement, list(version.steps.all())
    context = {
        "version": version,
        "agreement": agreement,
        "groups": grouped(version.flows.all()),
        "is_draft": version.state == AgreementVersion.State.DRAFT
        and action_of(agreements.plan_step).allows(request.acting),
        "files": AgreementFile.objects.filter(version=version).defer("content"),
        "steps": [step for step in steps if step.round == version.round],
        "earlier": [step for step in steps if step.round < version.round],
        "mine": next((s for s in steps if s.is_waiting and s.partner_id == request.acting.partner.pk), None),
        "flow_form": FlowForm(agreement=agreement),
        "step_form": StepForm(agreement=agreement),
        "file_form": FileForm(),
        "decision_form": DecisionForm(),
    } | bound
    return render(request, "partnership/agreements/version.html", context, status=status)


def _draft(pk: int) -> AgreementVersion:
    return get_object_or_404(AgreementVersion.objects.select_related("agreement"), pk=pk)


def _carry_out(request: PartnerRequest, pk: int, name: str, form: Any, deed: Callable[[], object]) -> HttpResponse:
    """Does what a form of the version's page says; where it is refused, the page again with the form."""
    if form.is_valid():
        try:
            deed()
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("agreement_version", pk=pk)
    return _version_page(request, pk, 422, **{name: form})


@require_POST
@partner_page(agreements.name_flows)
def flow_add(request: PartnerRequest, pk: int) -> HttpResponse:
    """Names flows in a draft."""
    version = _draft(pk)
    form = FlowForm(request.POST, agreement=version.agreement)
    return _carry_out(
        request,
        pk,
        "flow_form",
        form,
        lambda: agreements.name_flows(by=request.acting, version=version, **form.cleaned_data),
    )


@require_POST
@partner_page(agreements.attach_file)
def file_add(request: PartnerRequest, pk: int) -> HttpResponse:
    """Keeps a file with a draft."""
    version, form = _draft(pk), FileForm(request.POST, request.FILES)

    def keep() -> None:
        kind, content = form.cleaned_data["kind"], form.cleaned_data["content"].read(agreements.MOST_BYTES + 1)
        agreements.attach_file(by=request.acting, version=version, kind=kind, content=content)

    return _carry_out(request, pk, "file_form", form, keep)


@require_POST
@partner_page(agreements.plan_step)
def step_add(request: PartnerRequest, pk: int) -> HttpResponse:
    """Plans a step of approval."""
    version = _draft(pk)
    form = StepForm(request.POST, agreement=version.agreement)
    return _carry_out(
        request,
        pk,
        "step_form",
        form,
        lambda: agreements.plan_step(by=request.acting, version=version, **form.cleaned_data),
    )


@require_POST
@partner_page(agreements.decide_step)
def step_decide(request: PartnerRequest, pk: int) -> HttpResponse:
    """Approves a version for the own organisation, returns or refuses it."""
    step = own(request, ApprovalStep, pk)
    form = DecisionForm(request.POST)
    return _carry_out(
        request,
        step.version_id,
        "decision_form",
        form,
        lambda: agreements.decide_step(by=request.acting, step=step, **form.cleaned_data),
    )


def _done(request: PartnerRequest, pk: int, deed: Callable[[], object], success: str) -> HttpResponse:
    """Does what a button of the version's page says, or tells why not."""
    try:
        deed()
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, success)
    return redirect("agreement_version", pk=pk)


@require_POST
@partner_page(agreements.take_out_flow)
def flow_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a flow out of a draft."""
    flow = get_object_or_404(DataFlow.objects.select_related("version"), pk=pk)
    return _done(
        request, flow.version_id, lambda: agreements.take_out_flow(by=request.acting, flow=flow), _("Taken out.")
    )


@require_POST
@partner_page(agreements.take_out_step)
def step_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a step out of a draft's plan."""
    step = get_object_or_404(ApprovalStep.objects.select_related("version"), pk=pk)
    return _done(
        request, step.version_id, lambda: agreements.take_out_step(by=request.acting, step=step), _("Taken out.")
    )


@require_POST
@partner_page(agreements.ask_approval)
def version_ask(request: PartnerRequest, pk: int) -> HttpResponse:
    """Asks for approval of a draft."""
    version = _draft(pk)
    return _done(
        request,
        pk,
        lambda: agreements.ask_approval(by=request.acting, version=version),
        _("The first steps are asked."),
    )


@require_POST
@partner_page(agreements.call_back)
def version_call_back(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a version back that waits for approval."""
    version = _draft(pk)
    return _done(
        request, pk, lambda: agreements.call_back(by=request.acting, version=version), _("It is a draft again.")
    )


@require_POST
@partner_page(agreements.record_signed)
def version_signed(request: PartnerRequest, pk: int) -> HttpResponse:
    """Puts a draft in force that was signed outside of the portal."""
    version = _draft(pk)
    return _done(request, pk, lambda: agreements.record_signed(by=request.acting, version=version), _("Recorded."))


@require_POST
@partner_page(agreements.discard_version)
def version_discard(request: PartnerRequest, pk: int) -> HttpResponse:
    """Throws a draft away."""
    version = _draft(pk)
    try:
        agreements.discard_version(by=request.acting, version=version)
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("agreement_version", pk=pk)
    messages.success(request, _("The draft is gone."))
    return redirect("agreement", pk=version.agreement_id)


@require_safe
@partner_page(DIRECTORY)
def agreement_file(request: PartnerRequest, pk: int) -> HttpResponse:
    """The document of a version or its impact assessment, for its parties and the office."""
    file = get_object_or_404(AgreementFile.objects.select_related("version"), pk=pk)
    response = HttpResponse(file.content, content_type="application/pdf")
    name = f"agreement-{file.version.agreement_id}-{file.version.number}-{file.kind}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@partner_page(DIRECTORY)
def approvals(request: PartnerRequest) -> HttpResponse:
    """For whom versions wait since when, the own organisation first; and how long approvals take."""
    waiting = ApprovalStep.objects.filter(asked_at__isnull=False, decision="").order_by("due_at", "id")
    steps = list(waiting.select_related("partner", "version__agreement")[:200])
    mine = request.acting.partner.pk
    by_what, by_partner = measures.days_taken()
    context = {
        "mine": [step for step in steps if step.partner_id == mine],
        "others": [step for step in steps if step.partner_id != mine],
        "tables": [(_("By step"), by_what), (_("By organisation"), by_partner)] if by_what else [],
    }
    return render(request, "partnership/agreements/approvals.html", context)
