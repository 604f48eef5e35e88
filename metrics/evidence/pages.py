"""Pages of evidence: a programme's measures of success in one place, claims, and what is public of both."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from metrics.evidence import actions as evidence_actions
from metrics.evidence.forms import ClaimForm, WithdrawEvidenceForm
from metrics.evidence.judgement import judged
from metrics.evidence.models import Claim, PublicEvidence
from metrics.evidence.sections import Evidence, evidence_of
from metrics.figures.address import requested_run
from metrics.figures.registry import Figure, figure
from metrics.permissions import FIGURES
from metrics.reports.evidence import evidence_report
from metrics.runs import actions as runs
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import Role
from partnership.pages.form_fields import refuse, said
from partnership.pages.guard import own, partner_page
from partnership.pages.paging import page_by_key
from partnership.pages.public import in_language
from programs.catalogue.models import Programme

MOST_CLAIMS = 500
"""So many claims, the newest, are in the file."""


def _programme(request: PartnerRequest, pk: int) -> Programme:
    """A programme whose figures the acting partner sees. Raises Http404."""
    programme = get_object_or_404(Programme.objects.select_related("partner"), pk=pk)
    if request.acting.role != Role.COORDINATOR and programme.partner_id != request.acting.partner.pk:
        raise Http404
    return programme


def _evidence(request: PartnerRequest, programme: Programme) -> Evidence | None:
    run = requested_run(request, of_release=True)
    return evidence_of(request.acting, programme, run, newest=runs.latest_run()) if run else None


@require_safe
@partner_page(FIGURES)
def evidence(request: PartnerRequest, pk: int) -> HttpResponse:
    """All measures of success of a programme; whether that is public, and what can be done about it."""
    programme = _programme(request, pk)
    public = evidence_actions.latest_evidence(programme)
    told = _evidence(request, programme)
    context = {
        "programme": programme,
        "back": f"{reverse('population_figures')}?programme={pk}",
        "evidence": told,
        "run": told.run if told else None,
        "public": public,
        "may_agree": evidence_actions.agree_to_publish.action.allows(request.acting)  # type: ignore[attr-defined]
        and programme.partner_id == request.acting.partner.pk
        and (public is None or public.state == PublicEvidence.State.WITHDRAWN)
        and bool(told and told.run.published_at and not told.run.withdrawn_at),
    }
    return render(request, "metrics/evidence/evidence.html", context)


@require_safe
@partner_page(FIGURES)
def evidence_paper(request: PartnerRequest, pk: int) -> HttpResponse:
    """The same as a PDF, to hand on."""
    told = _evidence(request, _programme(request, pk))
    if told is None:
        raise Http404
    response = HttpResponse(evidence_report(told), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="evidence-programme-{pk}.pdf"'
    return response


# --- Claims ------------------------------------------------------------------------------------------------------------------


@require_safe
@partner_page(FIGURES)
def claim_list(request: PartnerRequest) -> HttpResponse:
    """Claims, the newest first, each beside what was measured."""
    page = page_by_key(_claims(request), ["-id"], request.GET.get("after", ""))
    release, newest = requested_run(request, of_release=True), runs.latest_run()
    rows = judged(page.rows, request.acting, release=release, newest=newest)
    context = {"page": page, "claims": rows, "run": release or newest}
    return render(request, "metrics/evidence/claim_list.html", context)


def _claims(request: PartnerRequest) -> Any:
    return Claim.objects.seen_by(request.acting).select_related("programme", "district", "intervention")


@figure("claims")
def claims_figure(request: PartnerRequest) -> Figure:
    """A row a claim and estimate."""
    release, newest = requested_run(request, of_release=True), runs.latest_run()
    rows = [
        [
            each.claim.words,
            each.claim.about,
            each.claim.get_measure_display(),
            each.claim.change,
            each.claim.months,
            each.verdict.label,
            *estimate,
            each.claim.source,
        ]
        for each in judged(_claims(request)[:MOST_CLAIMS], request.acting, release=release, newest=newest)
        for estimate in [(e.against, e.lower, e.upper) for e in each.estimates] or [("", None, None)]
    ]
    heading = [
        _("Claim"), _("About"), _("Measure"), _("Change claimed, %"), _("Months"), _("What was measured"), _("Estimate"),
        _("Lower 95 %"), _("Upper 95 %"), _("Where it is said"),
    ]  # fmt: skip
    return Figure("claims", heading, rows, release or newest)


@partner_page(evidence_actions.save_claim)
def claim_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """A new claim, or one of the own organisation's to change."""
    claim = own(request, Claim, pk) if pk else Claim(partner=request.acting.partner)
    # From a programme's page: about that programme.
    first = {"programme": request.GET.get("programme", "")} if not pk else None
    form = ClaimForm(request.POST or None, instance=claim, initial=first, acting=request.acting)
    if form.is_valid():
        try:
            saved = evidence_actions.save_claim(by=request.acting, claim=form.save(commit=False))
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. It stands beside what was measured."))
            return redirect("evidence", pk=saved.programme_id) if saved.programme_id else redirect("claim_list")
    context: dict[str, Any] = {
        "form": form,
        "title": _("Change the claim") if pk else _("New claim"),
        "back": reverse("claim_list"),
    }
    if pk:
        context |= {"history": "claim", "history_of": pk}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@partner_page(evidence_actions.remove_claim)
def claim_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a claim off the list."""
    evidence_actions.remove_claim(by=request.acting, claim=own(request, Claim, pk))
    messages.success(request, _("Removed."))
    return redirect("claim_list")


# --- In public ---------------------------------------------------------------------------------------------------------------


@require_POST
@partner_page(evidence_actions.agree_to_publish)
def evidence_agree(request: PartnerRequest, pk: int) -> HttpResponse:
    """The programme's own organisation agrees to publish its evidence."""
    programme = own(request, Programme, pk)
    try:
        evidence_actions.agree_to_publish(by=request.acting, programme=programme)
    except RuleError as error:
        messages.error(request, said(error))
    else:
        messages.success(request, _("Agreed. It is public once the coordination office publishes it."))
    return redirect("evidence", pk=pk)


def _public_evidence(request: PartnerRequest, pk: int) -> PublicEvidence:
    public = get_object_or_404(PublicEvidence.objects.select_related("programme__partner", "run"), pk=pk)
    if request.acting.role != Role.COORDINATOR and public.partner_id != request.acting.partner.pk:
        raise Http404
    return public


@require_safe
@partner_page(FIGURES)
def evidence_preview(request: PartnerRequest, pk: int) -> HttpResponse:
    """The public page as it is or would be, for both sides."""
    public = _public_evidence(request, pk)
    return render(request, "metrics/evidence/public.html", _public_context(public) | {"is_preview": True})


@require_POST
@partner_page(evidence_actions.publish_evidence)
def evidence_publish(request: PartnerRequest, pk: int) -> HttpResponse:
    """The coordination office publishes what was agreed to."""
    public = _public_evidence(request, pk)
    try:
        evidence_actions.publish_evidence(by=request.acting, evidence=public)
    except RuleError as error:
        messages.error(request, said(error))
    else:
        messages.success(request, _("Published: everybody can see it now."))
    return redirect("evidence", pk=public.programme_id)


@partner_page(evidence_actions.withdraw_evidence)
def evidence_withdraw(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes it back, with the reason that the public reads."""
    public = _public_evidence(request, pk)
    form = WithdrawEvidenceForm(request.POST or None)
    if form.is_valid():
        try:
            evidence_actions.withdraw_evidence(by=request.acting, evidence=public, because=form.cleaned_data["because"])
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Withdrawn."))
            return redirect("evidence", pk=public.programme_id)
    context = {
        "form": form,
        "title": _("Withdraw the evidence of %(programme)s") % {"programme": public.programme.local_name},
        "back": reverse("evidence", args=[public.programme_id]),
        "submit": _("Withdraw"),
    }
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@in_language
def public_evidence_list(request: HttpRequest) -> HttpResponse:
    """Programmes whose evidence is public."""
    published = PublicEvidence.objects.filter(state=PublicEvidence.State.PUBLISHED, run__withdrawn_at=None)
    page = page_by_key(published.select_related("programme", "run"), ["-id"], request.GET.get("after", ""))
    context = {"page": page, "exit": settings.QUICK_EXIT_URL}
    return render(request, "metrics/evidence/public_list.html", context)


@require_safe
@in_language
def public_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """What is public of one programme; of what was withdrawn, when and why."""
    public = get_object_or_404(
        PublicEvidence.objects.select_related("programme", "run").filter(published_at__isnull=False), pk=pk
    )
    return render(request, "metrics/evidence/public.html", _public_context(public))


def _public_context(public: PublicEvidence) -> dict[str, Any]:
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    # With its release, which it is of, it goes, too.
    gone_with, withdrawn_at = public.run.withdrawn_because, public.withdrawn_at or public.run.withdrawn_at
    return {
        "public": public,
        "content": None if withdrawn_at else public.content[language],
        "withdrawn_at": withdrawn_at,
        "because": public.withdrawn_because or gone_with,
        "exit": settings.QUICK_EXIT_URL,
    }
