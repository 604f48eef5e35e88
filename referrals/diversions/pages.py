"""Pages of diversions: the unit's, the NGO's and the deciding authority's list, one diversion, progress, outcome, decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import Acting, PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import CASEWORK_ROLES, Role
from partnership.pages.guard import partner_page, pass_door
from partnership.pages.lists import Listing, export, query_of, show
from referrals.diversions import actions as diversions
from referrals.diversions import letters
from referrals.diversions.forms import AddressForm, BreachForm, DecisionForm, OutcomeForm, ProgressForm
from referrals.diversions.lists import CASE_LIST, DIVERSION_LIST
from referrals.diversions.models import DUE_SOON_DAYS, STATUSES, Condition, DiversionAgreement, with_status
from referrals.handover.models import NO_FURTHER_DISCLOSURE
from referrals.permissions import DIVERSIONS, LETTER

NOW, JUST_SENT_DAYS = "now", 7
NOW_LABEL = gettext_lazy("Waiting and just sent")


@require_safe
@partner_page(DIVERSIONS)
def diversion_list(request: PartnerRequest) -> HttpResponse:
    """The own unit's or NGO's diversions, those with the nearest deadline first. It opens with what waits and what was just sent."""
    status = request.GET.get("status", NOW)
    outcome = request.GET.get("outcome", "")
    shown = show(request, listing_of(request.acting), listed_diversions(request.acting, status, outcome))
    if request.acting.role != Role.COORDINATOR:
        log_read(request.acting, "diversion_list", 0, shown.page.rows)
    context = {
        "shown": shown,
        "page": shown.page,
        "statuses": {NOW: NOW_LABEL, "all": _("All"), **STATUSES},
        "status": status,
    }
    context |= {"outcome": outcome, "outcomes": [o for o in DiversionAgreement.Outcome if o.value]}
    return render(request, "referrals/diversions/diversion_list.html", context)


def listing_of(acting: Acting) -> Listing:
    """The parties' list, or a prosecutor's or court's, which sees no referral."""
    return CASE_LIST if acting.role == Role.COURT_OFFICER else DIVERSION_LIST


def listed_diversions(acting: Acting, status: str, outcome: str) -> Any:
    """The diversions of a list, each with what its row shows."""
    sent = DiversionAgreement.objects.seen_by(acting).filter(is_sent=True)
    sent = _now(sent, acting) if status == NOW else with_status(sent, status)
    if outcome in DiversionAgreement.Outcome.values and outcome:
        sent = sent.filter(outcome=outcome)
    if acting.role == Role.COURT_OFFICER:
        return sent.filter(authority=acting.partner).select_related("case", "from_partner", "to_partner")
    related = [
        "referral",
        "referral__disclosure",
        "referral__need",
        "referral__programme",
        "from_partner",
        "to_partner",
    ]
    return sent.select_related(*related).prefetch_related("conditions")


def _now(sent: Any, acting: Acting) -> Any:
    """What waits for a decision, is late or due soon; and what was sent in the last week, which a prosecutor or court can't see."""
    today = timezone.localdate()
    waits = ~Q(outcome="") & Q(decision="")
    is_due = Q(outcome="", open_days__include=today, deadline__lte=today + timedelta(days=DUE_SOON_DAYS))
    if acting.role == Role.COURT_OFFICER:
        return sent.filter(waits | is_due)
    return sent.filter(waits | is_due | Q(referral__sent_at__gte=timezone.now() - timedelta(days=JUST_SENT_DAYS)))


@require_safe
@partner_page(DIVERSIONS)
def diversion_export(request: PartnerRequest) -> HttpResponseBase:
    """The list as CSV or XLSX, with the status, columns and order of the page."""
    acting, status, outcome = request.acting, request.GET.get("status", NOW), request.GET.get("outcome", "")
    rows = listed_diversions(acting, status, outcome)
    if acting.role in {Role.COURT_OFFICER, Role.COORDINATOR}:  # who see no referral, or not whose it is
        log_read(acting, "diversion_export", 0, count=rows.count())
    else:
        log_read(acting, "diversion_export", 0, rows)
    try:
        return export(
            request,
            listing_of(acting),
            lambda: listed_diversions(acting, status, outcome),
            name="diversions",
            notice=str(NO_FURTHER_DISCLOSURE),
        )
    except RuleError as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('diversion_list')}?{query_of(request.GET)}")


def seen_diversion(request: PartnerRequest, pk: int) -> DiversionAgreement:
    related = [
        "referral",
        "referral__disclosure",
        "referral__need",
        "referral__programme",
        "referral__consent",
        "from_partner",
        "to_partner",
        "authority",
        "recorded_by",
    ]
    diversion = get_object_or_404(DiversionAgreement.objects.seen_by(request.acting).select_related(*related), pk=pk)
    pass_door(request.acting, diversion)
    return diversion


@require_safe
@partner_page(DIVERSIONS)
def diversion(request: PartnerRequest, pk: int) -> HttpResponse:
    if request.acting.role == Role.COURT_OFFICER:
        return _case_page(request, addressed_diversion(request, pk))
    return _diversion_page(request, seen_diversion(request, pk))


def addressed_diversion(request: PartnerRequest, pk: int) -> DiversionAgreement:
    """A diversion on which the acting prosecutor or court decides; any other is not found."""
    addressed = DiversionAgreement.objects.seen_by(request.acting).filter(
        authority=request.acting.partner, is_sent=True
    )
    return get_object_or_404(addressed.select_related("case", "from_partner", "to_partner", "recorded_by"), pk=pk)


def _case_page(
    request: PartnerRequest, diversion: DiversionAgreement, status: int = 200, decision_form: DecisionForm | None = None
) -> HttpResponse:
    """What a prosecutor or court sees of a diversion: whose case, deadline, outcome, decision."""
    acting = request.acting
    log_read(acting, "diversion", diversion.pk, [diversion])
    context = {
        "diversion": diversion,
        "case": getattr(diversion, "case", None),
        "status": STATUSES[diversion.status],
        "is_sender": diversion.from_partner_id == acting.partner.pk,
        "statements": diversion.statements.filter(to_partner=acting.partner)
        .select_related("from_partner")
        .order_by("-id"),
        "to_decide": diversion.is_to_decide,
        "decision_form": decision_form or DecisionForm(prefix="decision", kind=acting.partner.kind),
        "decision_note": getattr(diversion, "decision_note", None) if diversion.decision else None,
    }
    return render(request, "referrals/diversions/case.html", context, status=status)


def _diversion_page(
    request: PartnerRequest, diversion: DiversionAgreement, status: int = 200, **bound: Any
) -> HttpResponse:
    acting = request.acting
    is_sender = diversion.from_partner_id == acting.partner.pk
    is_receiver = diversion.to_partner_id == acting.partner.pk
    if is_sender or is_receiver:
        log_read(acting, "diversion", diversion.pk, [diversion])
    today = timezone.localdate()
    conditions = list(diversion.conditions.all())
    case = getattr(diversion, "case", None) if is_sender else None
    context = {
        "diversion": diversion,
        "status": STATUSES.get(diversion.status, _("Draft")),
        "may_report": is_receiver and acting.role in CASEWORK_ROLES and diversion.is_open and not diversion.outcome,
        "to_decide": is_sender and diversion.is_to_decide and diversion.authority_id in (None, acting.partner.pk),
        "to_address": is_sender and diversion.is_sent and not diversion.decision,
        "address_form": AddressForm(
            prefix="address", initial={"authority": diversion.authority_id, "number": case.number if case else ""}
        ),
        "is_sender": is_sender,
        "is_party": is_sender or is_receiver,
        "stop_signs": list(diversion.stop_signs.filter(lifted_at=None)) if diversion.is_sent else [],
        "may_stop": is_receiver and not diversion.decision,
        "conditions": [
            (condition, ProgressForm(initial={"done": condition.done, "on": today}, prefix=f"c{condition.pk}"))
            for condition in conditions
        ],
        "breach_form": BreachForm(initial={"on": today}, prefix="breach"),
        "outcome_form": OutcomeForm(prefix="outcome"),
        "decision_form": DecisionForm(
            prefix="decision", kind=acting.partner.kind, reported=_reported(diversion, conditions)
        ),
        "state_on": diversion.referral.enrolment_id if is_receiver and diversion.authority_id else None,
        "decision_note": getattr(diversion, "decision_note", None) if diversion.decision else None,
        "notice": str(NO_FURTHER_DISCLOSURE),
    }
    return render(request, "referrals/diversions/diversion.html", context | bound, status=status)


def _reported(diversion: DiversionAgreement, conditions: list[Condition]) -> str:
    """What was reported as met, in words: the usual reasons for letting it rest. Nothing where a condition was not met."""
    if diversion.outcome != DiversionAgreement.Outcome.COMPLETED or not all(each.is_met for each in conditions):
        return ""
    done = [
        _("%(condition)s %(done)s of %(target)s")
        % {"condition": each.get_kind_display(), "done": each.done, "target": each.target}
        for each in conditions
    ]
    return f"{diversion.get_outcome_display()}: {', '.join(done)}." if done else f"{diversion.get_outcome_display()}."


@require_safe
@partner_page(LETTER)
def letter(request: PartnerRequest, pk: int) -> HttpResponse:
    """The letter to the person, in the reader's language or in ?lang=fi|sv|en."""
    diversion = seen_diversion(request, pk)
    if getattr(diversion.referral, "disclosure", None) is None:
        raise Http404  # the consent was withdrawn
    log_read(request.acting, "diversion_letter", pk, [diversion])
    asked = request.GET.get("lang", "")
    with translation.override(asked if asked in dict(settings.LANGUAGES) else translation.get_language()):
        content = letters.diversion_letter(diversion)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="diversion-{pk}.pdf"'
    return response


def _carry_out(request: PartnerRequest, pk: int, name: str, form: Any, action: Any) -> HttpResponse:
    is_court = request.acting.role == Role.COURT_OFFICER
    diversion = addressed_diversion(request, pk) if is_court else seen_diversion(request, pk)
    if form.is_valid():
        try:
            action(by=request.acting, diversion=diversion, **form.cleaned_data)
        except RuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. The other party is told."))
            return redirect("diversion", pk=pk)
    if is_court:
        return _case_page(request, diversion, status=422, decision_form=form)
    return _diversion_page(request, diversion, status=422, **{f"{name}_form": form})


@require_POST
@partner_page(diversions.report_breach)
def breach(request: PartnerRequest, pk: int) -> HttpResponse:
    return _carry_out(request, pk, "breach", BreachForm(request.POST, prefix="breach"), diversions.report_breach)


@require_POST
@partner_page(diversions.report_outcome)
def outcome(request: PartnerRequest, pk: int) -> HttpResponse:
    return _carry_out(request, pk, "outcome", OutcomeForm(request.POST, prefix="outcome"), diversions.report_outcome)


@require_POST
@partner_page(diversions.address)
def address(request: PartnerRequest, pk: int) -> HttpResponse:
    return _carry_out(request, pk, "address", AddressForm(request.POST, prefix="address"), diversions.address)


@require_POST
@partner_page(diversions.decide)
def decide(request: PartnerRequest, pk: int) -> HttpResponse:
    form = DecisionForm(request.POST, prefix="decision", kind=request.acting.partner.kind)
    return _carry_out(request, pk, "decision", form, diversions.decide)


@require_POST
@partner_page(diversions.report_progress)
def progress(request: PartnerRequest, pk: int) -> HttpResponse:
    """How far one condition is met; `pk` is the condition's."""
    condition = get_object_or_404(Condition.objects.select_related("diversion"), pk=pk)
    diversion = seen_diversion(request, condition.diversion_id)
    form = ProgressForm(request.POST, prefix=f"c{pk}")
    if form.is_valid():
        try:
            diversions.report_progress(by=request.acting, condition=condition, **form.cleaned_data)
        except RuleError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Saved. The other organisation sees it."))
    else:
        messages.error(request, _("Progress is a whole number and a day."))
    return redirect("diversion", pk=diversion.pk)
