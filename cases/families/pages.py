"""Pages of families: the sessions that one has led, consents and sessions of one participation, and parenting groups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.enrolments.models import Enrolment, Session
from cases.families import actions as families
from cases.families.forms import FamilyConsentForm, FamilySessionForm, GroupForm, MeetingForm
from cases.families.models import FamilyConsent, FamilySession, GroupMeeting, ParentingGroup
from cases.permissions import FAMILIES
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.paging import page_by_key
from programs.catalogue.models import Part, Programme

MOST = 50
"""So many rows a list shows."""
LATELY = timedelta(days=365)
"""Over how long a group's heads are added up."""


@require_safe
@partner_page(FAMILIES)
def family_board(request: PartnerRequest) -> HttpResponse:
    """Parenting groups with who came in the last year, and the family sessions that the user led, with who was there."""
    lately = Q(meetings__held_on__gt=timezone.localdate() - LATELY)
    groups = ParentingGroup.objects.filter(partner=request.acting.partner).select_related("programme")
    counted = groups.annotate(
        times=Count("meetings", filter=lately),
        adults=Sum("meetings__adults", filter=lately),
        children=Sum("meetings__children", filter=lately),
        last_on=Max("meetings__held_on"),
    )
    led = FamilySession.objects.filter(partner=request.acting.partner, led_by=request.user)
    related = led.prefetch_related("presences__session__enrolment__person")
    page = page_by_key(related, ["-held_on", "-id"], request.GET.get("after", ""), size=MOST)
    sessions = [presence.session for each in page.rows for presence in each.presences.all()]
    if sessions:
        log_read(request.acting, "family_board", 0, sessions)
    context = {"groups": counted.order_by("-is_open", "name", "id")[:MOST], "page": page}
    return render(request, "cases/families/family_board.html", context)


@require_safe
@partner_page(FAMILIES)
def family(request: PartnerRequest, pk: int) -> HttpResponse:
    """Of one participation (`pk`): to whom the person has agreed, and their family sessions, without who else was there."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    return _family(request, enrolment)


def _family(request: PartnerRequest, enrolment: Enrolment, status: int = 200, **with_errors: Any) -> HttpResponse:
    person, is_open = enrolment.person, enrolment.ended_on is None
    consents = list(FamilyConsent.objects.in_force().filter(person=person).select_related("other").order_by("id"))
    agreed_to = {consent.other_id for consent in consents}
    relatives = [each for each in families.relatives_of(person) if each.pk not in agreed_to]
    can_meet = families.who_can_meet(enrolment) if is_open and consents else []
    log_read(request.acting, "enrolment", enrolment.pk, [enrolment, *can_meet[1:]])
    sessions = Session.objects.counted().filter(enrolment=enrolment, method=Session.Method.FAMILY)
    context: dict[str, Any] = {
        "enrolment": enrolment,
        "is_open": is_open,
        "consents": consents,
        "sessions": sessions.select_related("recorded_by").order_by("-held_on", "-id")[:MOST],
        "consent_form": FamilyConsentForm(prefix="consent", relatives=relatives) if relatives else None,
        "session_form": FamilySessionForm(prefix="session", can_meet=can_meet) if len(can_meet) > 1 else None,
    }
    return render(request, "cases/families/family.html", context | with_errors, status=status)


@require_POST
@partner_page(families.record_consent)
def family_consent_add(request: PartnerRequest, pk: int) -> HttpResponse:
    """Records that the person agrees that a relative knows; `pk` is the participation's."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    form = FamilyConsentForm(request.POST, prefix="consent", relatives=families.relatives_of(enrolment.person))
    if form.is_valid():
        try:
            families.record_consent(by=request.acting, person=enrolment.person, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. The other's own consent is recorded on their own page."))
            return redirect("family", pk=pk)
    return _family(request, enrolment, status=422, consent_form=form)


@require_POST
@partner_page(families.withdraw_consent)
def family_consent_withdraw(request: PartnerRequest, pk: int) -> HttpResponse:
    """Withdraws a consent; leads back to the participation from which it was asked."""
    consent = own(request, FamilyConsent, pk, "person")
    _do(request, families.withdraw_consent, consent=consent)
    latest = Enrolment.objects.filter(partner=request.acting.partner, person=consent.person_id).order_by("-id").first()
    return redirect("family", pk=latest.pk) if latest else redirect("family_board")


@require_POST
@partner_page(families.record_family_session)
def family_session_add(request: PartnerRequest, pk: int) -> HttpResponse:
    """Records a session together; `pk` is the participation's from whose page it is recorded."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    form = FamilySessionForm(request.POST, prefix="session", can_meet=families.who_can_meet(enrolment))
    if form.is_valid():
        try:
            families.record_family_session(by=request.acting, enrolment=enrolment, **form.terms())
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved, in the participation of each. Only you see that they belong together."))
            return redirect("family", pk=pk)
    return _family(request, enrolment, status=422, session_form=form)


# --- Parenting groups ------------------------------------------------------------------------------------------------------------


@partner_page(families.save_group)
def parenting_group_new(request: PartnerRequest) -> HttpResponse:
    """Adds a parenting group to an own programme that works with families."""
    partner = request.acting.partner
    programmes = list(Programme.objects.filter(partner=partner, parts__contains=[Part.FAMILIES]).order_by("name"))
    form = GroupForm(request.POST or None, programmes=programmes)
    if form.is_valid():
        try:
            group = families.save_group(by=request.acting, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. Count who comes after each meeting."))
            return redirect("parenting_group", pk=group.pk)
    title, back = _("New parenting group"), reverse("family_board")
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/form.html", {"form": form, "title": title, "back": back}, status=status)


@partner_page(FAMILIES)
def parenting_group(request: PartnerRequest, pk: int) -> HttpResponse:
    """One group: its meetings with how many came, the newest first, and counting one more."""
    return _group(request, own(request, ParentingGroup, pk, "programme"), MeetingForm())


def _group(request: PartnerRequest, group: ParentingGroup, form: MeetingForm, status: int = 200) -> HttpResponse:
    meetings = group.meetings.select_related("recorded_by")
    page = page_by_key(meetings, ["-held_on", "-id"], request.GET.get("after", ""), size=MOST)
    context = {"group": group, "page": page, "form": form}
    return render(request, "cases/families/parenting_group.html", context, status=status)


@require_POST
@partner_page(families.record_meeting)
def group_meeting_add(request: PartnerRequest, pk: int) -> HttpResponse:
    """Counts who came; `pk` is the group's."""
    group = own(request, ParentingGroup, pk, "programme")
    form = MeetingForm(request.POST)
    if form.is_valid():
        try:
            families.record_meeting(by=request.acting, group=group, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Counted."))
            return redirect("parenting_group", pk=pk)
    return _group(request, group, form, status=422)


@require_POST
@partner_page(families.remove_meeting)
def group_meeting_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a count away."""
    meeting = own(request, GroupMeeting, pk)
    _do(request, families.remove_meeting, meeting=meeting)
    return redirect("parenting_group", pk=meeting.group_id)


@require_POST
@partner_page(families.close_group)
def parenting_group_close(request: PartnerRequest, pk: int) -> HttpResponse:
    """Ends a group, or lets it go on (`is_open`)."""
    group = own(request, ParentingGroup, pk)
    _do(request, families.close_group, group=group, is_open=request.POST.get("is_open") == "1")
    return redirect("parenting_group", pk=pk)


def _do(request: PartnerRequest, deed: Callable[..., object], **arguments: Any) -> None:
    """Carries out what a button says, and says how it went."""
    try:
        deed(by=request.acting, **arguments)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved."))
