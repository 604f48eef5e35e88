"""Pages of anchor cases: what is to do, a new case, the lead's page with all verbs, and the sheet as a member sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.people import actions as people
from cases.people.forms import PersonForm
from cases.people.models import Person
from cases.people.named_person import ask_about_doubles, named_person
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page, pass_door
from partnership.pages.paging import page_by_key
from referrals.anchor import actions as anchor
from referrals.anchor.forms import (
    CaseForm,
    CloseForm,
    ExchangeForm,
    GuardianForm,
    GuidanceForm,
    LookForm,
    MeetingForm,
    ScreenForm,
    VisitForm,
)
from referrals.anchor.models import (
    AnchorCase,
    AnchorCheck,
    AnchorExchange,
    AnchorGuidance,
    AnchorSeat,
    AnchorStep,
    due_checks,
)
from referrals.diversions.models import DiversionAgreement
from referrals.permissions import ANCHOR_CASES
from referrals.welfare.models import WelfareNotice

MOST = 50
"""So many rows a page of a list shows."""


@require_safe
@partner_page(ANCHOR_CASES)
def anchor_list(request: PartnerRequest) -> HttpResponse:
    """What the own partner leads (`?closed=1`: what has ended), what is shared with it, and at whom it looks again.
    `?after=`, `?shared=`: the next page of the first and of the second."""
    partner, is_closed = request.acting.partner, bool(request.GET.get("closed"))
    led = AnchorCase.objects.filter(partner=partner)
    led = led.exclude(pk__in=led.open().values("pk")) if is_closed else led.open()
    led = led.select_related("person", "seat__team")
    cases = page_by_key(led, ["received_on", "id"], request.GET.get("after", ""), size=MOST)
    exchanges = AnchorExchange.objects.filter(to_partner=partner, ended_on=None).select_related("from_partner", "case")
    shared = page_by_key(exchanges, ["-id"], request.GET.get("shared", ""), size=MOST)
    checks = list(due_checks(partner)[:MOST])  # what was looked at makes room for the next
    if cases.rows or shared.rows or checks:
        log_read(request.acting, "anchor_list", 0, [*cases.rows, *shared.rows, *checks])
    context = {
        "page": cases,
        "shared": shared,
        "checks": checks,
        "is_closed": is_closed,
        # Who has cases has a seat, or had one: the page of a new case asks again.
        "has_seat": bool(cases.rows or shared.rows) or _has_seat(request),
    }
    return render(request, "referrals/anchor/anchor_list.html", context)


def _has_seat(request: PartnerRequest) -> bool:
    return AnchorSeat.objects.filter(to_partner=request.acting.partner, ended_on=None).exists()


@partner_page(anchor.open_case)
def anchor_new(request: PartnerRequest) -> HttpResponse:
    """Opens a case. ?person=N: about somebody known."""
    person = named_person(request)
    form = CaseForm(request.POST or None, partner=request.acting.partner)
    person_form = None
    if person is None:
        person_form = PersonForm(request.POST or None, prefix="person", instance=Person(partner=request.acting.partner))
        for name in ("born_on", "phone"):  # they tell of consents and programmes
            person_form.fields[name].help_text = ""
    if form.is_valid() and (person_form is None or person_form.is_valid()):
        try:
            with transaction.atomic():
                person = person or _person_of(request, person_form)
                pass_door(request.acting, person)  # whoever opens a case opens the record
                case = anchor.open_case(by=request.acting, person=person, **form.cleaned_data)
        except people.PossibleDouble as error:
            assert person_form is not None  # noqa: S101 — asked where nobody is named
            ask_about_doubles(request, person_form, error)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Opened. Say now whether the team takes it."))
            return redirect("anchor_case", pk=case.pk)
    context = {"form": form, "person": person, "person_form": person_form, "has_seat": _has_seat(request)}
    status = 422 if request.method == "POST" else 200
    return render(request, "referrals/anchor/anchor_new.html", context, status=status)


def _person_of(request: PartnerRequest, form: PersonForm | None) -> Person:
    """The person whom the form means: known by the answer to the question of doubles or by the identity code, or new."""
    assert form is not None  # noqa: S101 — asked where nobody is named
    partner = request.acting.partner
    return (
        form.same_person(partner)
        or people.find_known(partner, form.cleaned_data["identity_code"])
        or people.save_person(by=request.acting, person=form.save(commit=False), is_somebody_else=form.is_somebody_else)
    )


@require_safe
@partner_page(ANCHOR_CASES)
def anchor_case(request: PartnerRequest, pk: int) -> HttpResponse:
    """One case: the lead's page, or the sheet that is shared with a member."""
    if AnchorCase.objects.filter(pk=pk, partner=request.acting.partner).exists():
        return _case_page(request, _own_case(request, pk))
    related = ("case__seat__team", "from_partner", "consent")
    shared = AnchorExchange.objects.filter(case=pk, to_partner=request.acting.partner).select_related(*related)
    exchange = get_object_or_404(shared, ended_on=None)
    pass_door(request.acting, exchange)
    log_read(request.acting, "anchor_case", pk, [exchange])
    context = {"exchange": exchange, **_sheet_of(exchange.case)}
    return render(request, "referrals/anchor/anchor_sheet.html", context)


def _own_case(request: PartnerRequest, pk: int) -> AnchorCase:
    return own(request, AnchorCase, pk, "person", "seat__team", "partner")


def _sheet_of(case: AnchorCase) -> dict[str, Any]:
    """What the lead and the members see of a case alike."""
    steps = list(AnchorStep.objects.filter(case=case).select_related("to_partner").order_by("id"))
    return {
        "case": case,
        "meetings": [
            (meeting, [step for step in steps if step.meeting_id == meeting.pk])
            for meeting in case.meetings.order_by("-held_on", "-id")
        ],
        "guidances": list(
            case.guidances.select_related(
                "referral__programme", "referral__to_partner", "referral__first_appointment"
            ).order_by("id")
        ),
        "today": timezone.localdate(),
    }


def _case_page(request: PartnerRequest, case: AnchorCase, status: int = 200, **with_errors: forms.Form) -> HttpResponse:
    log_read(request.acting, "anchor_case", case.pk, [case])
    exchanges = anchor.exchanges_of(case)
    sharing = [exchange for exchange in exchanges if exchange.goes_on]
    context = {
        **_sheet_of(case),
        "exchanges": exchanges,
        "checks": list(case.checks.order_by("months")),
        "notices": list(WelfareNotice.objects.filter(person=case.person, from_partner=case.partner)),
        "talks": list(
            DiversionAgreement.objects.filter(
                referral__person=case.person, from_partner=case.partner, talk_on__isnull=False
            )
        ),
        **_forms(case, sharing),
        **with_errors,
    }
    return render(request, "referrals/anchor/anchor_case.html", context, status=status)


def _forms(case: AnchorCase, sharing: list[AnchorExchange]) -> dict[str, forms.Form | None]:
    """The forms that the case's state has."""
    if not case.is_open:
        return {}
    if not case.is_under_way:
        return {"screen_form": ScreenForm()}
    guardian = {"name": case.guardian_name, "told": case.guardian_told, "why": case.guardian_why}
    seats = _seats_to_share_with(case, sharing)
    return {
        "guardian_form": GuardianForm(initial=guardian),
        "exchange_form": ExchangeForm(seats=seats, may_be_minor=_may_be_minor(case.person)) if seats else None,
        "meeting_form": MeetingForm(partners=[case.partner, *(exchange.to_partner for exchange in sharing)]),
        "guidance_form": GuidanceForm(referrals=anchor.referrals_to_choose(case)),
        "close_form": CloseForm(),
    }


def _may_be_minor(person: Person) -> bool:
    """Under 18, or of an age that is not known."""
    return person.is_minor or person.born_on is None


def _seats_to_share_with(case: AnchorCase, sharing: list[AnchorExchange]) -> list[AnchorSeat]:
    """Of the team's members those who don't see the case yet."""
    seats = AnchorSeat.objects.filter(team=case.seat.team, ended_on=None).select_related("to_partner")
    return list(seats.exclude(to_partner__in=[case.partner_id, *(one.to_partner_id for one in sharing)]).order_by("id"))


def _carry_out(
    request: PartnerRequest,
    case: AnchorCase,
    name: str,
    form: forms.Form,
    deed: Callable[..., object],
    said: str,
) -> HttpResponse:
    """Does with the case what the form says, and shows the page again; a broken rule is shown in the form called `name`."""
    if form.is_valid():
        try:
            deed(by=request.acting, case=case, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, said)
            return redirect("anchor_case", pk=case.pk)
    return _case_page(request, case, status=422, **{name: form})


@require_POST
@partner_page(anchor.screen_case)
def anchor_screen(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says whether the team takes the case."""
    form = ScreenForm(request.POST)
    return _carry_out(request, _own_case(request, pk), "screen_form", form, anchor.screen_case, _("Saved."))


@require_POST
@partner_page(anchor.note_guardian)
def anchor_guardian(request: PartnerRequest, pk: int) -> HttpResponse:
    """Notes who the guardian is and whether they know."""
    form = GuardianForm(request.POST)
    return _carry_out(request, _own_case(request, pk), "guardian_form", form, anchor.note_guardian, _("Saved."))


@require_POST
@partner_page(anchor.agree_exchange)
def anchor_share(request: PartnerRequest, pk: int) -> HttpResponse:
    """Shares the case with members, by the young person's consent."""
    case = _own_case(request, pk)
    sharing = [exchange for exchange in anchor.exchanges_of(case) if exchange.goes_on]
    form = ExchangeForm(
        request.POST, seats=_seats_to_share_with(case, sharing), may_be_minor=_may_be_minor(case.person)
    )
    done = _("Shared. They were told, and see the sheet while the consent lasts.")
    return _carry_out(request, case, "exchange_form", form, anchor.agree_exchange, done)


@require_POST
@partner_page(anchor.end_exchange)
def anchor_exchange_end(request: PartnerRequest, pk: int) -> HttpResponse:
    """Ends the sharing with one member."""
    exchange = get_object_or_404(AnchorExchange, pk=pk, from_partner=request.acting.partner, ended_on=None)
    pass_door(request.acting, exchange)
    anchor.end_exchange(by=request.acting, exchange=exchange)
    messages.success(request, _("Ended. They see nothing of the case any more."))
    return redirect("anchor_case", pk=exchange.case_id)


@require_POST
@partner_page(anchor.record_meeting)
def anchor_meet(request: PartnerRequest, pk: int) -> HttpResponse:
    """Records a meeting with its steps."""
    case = _own_case(request, pk)
    sharing = [exchange.to_partner for exchange in anchor.exchanges_of(case) if exchange.goes_on]
    form = MeetingForm(request.POST, partners=[case.partner, *sharing])
    if form.is_valid():
        try:
            anchor.record_meeting(
                by=request.acting,
                case=case,
                held_on=form.cleaned_data["held_on"],
                present=form.cleaned_data["present"],
                steps=form.steps(),
            )
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Recorded. Whoever sees the case was told."))
            return redirect("anchor_case", pk=pk)
    return _case_page(request, case, status=422, meeting_form=form)


@require_POST
@partner_page(anchor.mark_step)
def anchor_step_mark(request: PartnerRequest, pk: int) -> HttpResponse:
    """Marks a step as done today, or takes the mark back (`undo`): who does it, or the lead."""
    step = get_object_or_404(AnchorStep, pk=pk)
    pass_door(request.acting, step)
    done_on = None if "undo" in request.POST else step.done_on or timezone.localdate()
    try:
        anchor.mark_step(by=request.acting, step=step, done_on=done_on)
    except RuleError as error:
        messages.error(request, str(error))
    return redirect("anchor_case", pk=step.case_id)


@require_POST
@partner_page(anchor.add_guidance)
def anchor_guide(request: PartnerRequest, pk: int) -> HttpResponse:
    """Notes to what the young person was guided."""
    case = _own_case(request, pk)
    form = GuidanceForm(request.POST, referrals=anchor.referrals_to_choose(case))
    return _carry_out(request, case, "guidance_form", form, anchor.add_guidance, _("Saved."))


@require_POST
@partner_page(anchor.note_visit)
def anchor_visit(request: PartnerRequest, pk: int) -> HttpResponse:
    """Notes whether the young person came the first time."""
    guidance, form = own(request, AnchorGuidance, pk), VisitForm(request.POST)
    if form.is_valid():
        anchor.note_visit(by=request.acting, guidance=guidance, **form.cleaned_data)
        messages.success(request, _("Saved."))
    return redirect("anchor_case", pk=guidance.case_id)


@require_POST
@partner_page(anchor.close_case)
def anchor_close(request: PartnerRequest, pk: int) -> HttpResponse:
    """Closes the case."""
    done = _("Closed. You look again after 3 and 6 months: it is in your list then.")
    form = CloseForm(request.POST)
    return _carry_out(request, _own_case(request, pk), "close_form", form, anchor.close_case, done)


@require_POST
@partner_page(anchor.look_again)
def anchor_look(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says what was seen some months after the end."""
    check, form = own(request, AnchorCheck, pk), LookForm(request.POST)
    if form.is_valid():
        try:
            anchor.look_again(by=request.acting, check=check, **form.cleaned_data)
        except RuleError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Saved."))
    return redirect("anchor_case", pk=check.case_id)
