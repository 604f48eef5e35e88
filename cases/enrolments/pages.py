"""Pages of enrolments and of the caseload. Every object is got through `own`: the acting partner's, or 404."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cases.assessments import actions as assessments
from cases.assessments.forms import AssessmentForm
from cases.assessments.scores import scores_of
from cases.enrolments import actions as enrolments_actions
from cases.enrolments.forms import EndForm, EnrolForm, GoalForm, GroupForm, NoteForm, SessionForm
from cases.enrolments.lists import CASELOAD
from cases.enrolments.models import Enrolment, Goal, Session, Substance
from cases.messages.actions import deliveries
from cases.people.models import Person
from cases.permissions import ENROLMENTS
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.lists import chosen_rows, export, show
from programs.catalogue.fit import NotTaken
from programs.catalogue.models import Programme

MOST_IN_GROUP = 200
"""The newest open enrolments that the page of a group shows."""


@partner_page(enrolments_actions.enrol)
def person_enrol(request: PartnerRequest, pk: int) -> HttpResponse:
    """Enrols a person who came without a referral."""
    person = own(request, Person, pk)
    form = EnrolForm(request.POST or None, partner=request.acting.partner, initial={"started_on": timezone.localdate()})
    if form.is_valid():
        try:
            enrolment = enrolments_actions.enrol(by=request.acting, person=person, **form.cleaned_data)
        except NotTaken as error:
            form.refuse_fit(error)
        except RuleError as error:
            refuse(form, error)
        else:
            return redirect("enrolment", pk=enrolment.pk)
    log_read(request.acting, "person", pk)
    title = _("Enrol %(person)s") % {"person": person}
    return render(request, "pages/form.html", {"form": form, "title": title, "back": reverse("person", args=[pk])})


# --- Enrolments ------------------------------------------------------------------------------------------------------------


@require_safe
@partner_page(ENROLMENTS)
def enrolment(request: PartnerRequest, pk: int) -> HttpResponse:
    return _enrolment_page(request, pk)


def _enrolment_page(request: PartnerRequest, pk: int, status: int = 200, **forms: object) -> HttpResponse:
    """The participation on one page; a form that was sent with an error keeps what was typed."""
    enrolment = own(request, Enrolment, pk, "person", "programme", "responsible")
    log_read(request.acting, "enrolment", pk)
    today = timezone.localdate()
    appointments = list(
        enrolment.appointments.filter(session=None).select_related("responsible", "answer").order_by("starts_at")[:20]
    )
    reminded = deliveries("appointment", [appointment.pk for appointment in appointments])
    for appointment in appointments:
        appointment.reminded = reminded.get(appointment.pk)  # type: ignore[attr-defined]
    context = {
        "enrolment": enrolment,
        "sessions": enrolment.sessions.select_related("recorded_by").order_by("-held_on", "-id")[:100],
        "goals": enrolment.goals.order_by("reached_on", "id"),
        "notes": enrolment.notes.select_related("author").order_by("-id")[:50],
        "session_form": SessionForm(initial={"held_on": today}, prefix="session"),
        "goal_form": GoalForm(prefix="goal"),
        "note_form": NoteForm(prefix="note"),
        "assessment_form": AssessmentForm(initial={"held_on": today}, prefix="assessment"),
        "scores": scores_of(enrolment.assessments.order_by("-held_on")[:100]),
        "appointments": appointments,
        "attendances": Session.Attendance.choices,
        "now": timezone.now(),
        "substances": Substance.choices,
        "end_form": EndForm(initial={"ended_on": today}, prefix="end"),
    }
    return render(request, "cases/enrolments/enrolment.html", context | forms, status=status)


def _carry_out(request: PartnerRequest, pk: int, name: str, form: object, action: object) -> HttpResponse:
    """Carries out one of the enrolment page's forms, or shows the page again with its errors."""
    enrolment = own(request, Enrolment, pk)
    if form.is_valid():  # type: ignore[attr-defined]
        try:
            action(by=request.acting, enrolment=enrolment, **form.cleaned_data)  # type: ignore[operator, attr-defined]
        except RuleError as error:
            refuse(form, error)  # type: ignore[arg-type]
        else:
            messages.success(request, _("Saved."))
            return redirect("enrolment", pk=pk)
    return _enrolment_page(request, pk, status=422, **{f"{name}_form": form})


@require_POST
@partner_page(enrolments_actions.record_session)
def session_add(request: PartnerRequest, pk: int) -> HttpResponse:
    return _carry_out(
        request, pk, "session", SessionForm(request.POST, prefix="session"), enrolments_actions.record_session
    )


@require_POST
@partner_page(enrolments_actions.add_goal)
def goal_add(request: PartnerRequest, pk: int) -> HttpResponse:
    return _carry_out(request, pk, "goal", GoalForm(request.POST, prefix="goal"), enrolments_actions.add_goal)


@require_POST
@partner_page(enrolments_actions.add_note)
def note_add(request: PartnerRequest, pk: int) -> HttpResponse:
    return _carry_out(request, pk, "note", NoteForm(request.POST, prefix="note"), enrolments_actions.add_note)


@require_POST
@partner_page(assessments.record_assessment)
def assessment_add(request: PartnerRequest, pk: int) -> HttpResponse:
    form = AssessmentForm(request.POST, prefix="assessment")
    return _carry_out(request, pk, "assessment", form, assessments.record_assessment)


@require_POST
@partner_page(enrolments_actions.end_enrolment)
def enrolment_end(request: PartnerRequest, pk: int) -> HttpResponse:
    return _carry_out(request, pk, "end", EndForm(request.POST, prefix="end"), enrolments_actions.end_enrolment)


@require_POST
@partner_page(enrolments_actions.mark_goal)
def goal_mark(request: PartnerRequest, pk: int) -> HttpResponse:
    """Marks a goal as reached today, or takes the mark back."""
    goal = own(request, Goal, pk)
    enrolments_actions.mark_goal(
        by=request.acting, goal=goal, reached_on=None if goal.reached_on else timezone.localdate()
    )
    return redirect("enrolment", pk=goal.enrolment_id)


@require_POST
@partner_page(enrolments_actions.set_measurement_consent)
def measurement_consent(request: PartnerRequest, pk: int) -> HttpResponse:
    enrolment = own(request, Enrolment, pk)
    enrolments_actions.set_measurement_consent(
        by=request.acting, enrolment=enrolment, consents=request.POST.get("consents") == "yes"
    )
    messages.success(request, _("Saved. The next computation of figures follows it."))
    return redirect("enrolment", pk=pk)


@require_POST
@partner_page(enrolments_actions.set_primary_drug)
def primary_drug(request: PartnerRequest, pk: int) -> HttpResponse:
    enrolment = own(request, Enrolment, pk)
    substance = request.POST.get("primary_drug", "")
    enrolments_actions.set_primary_drug(
        by=request.acting, enrolment=enrolment, primary_drug=substance if substance in Substance.values else ""
    )
    messages.success(request, _("Saved. The next computation of figures follows it."))
    return redirect("enrolment", pk=pk)


@require_safe
@partner_page(ENROLMENTS)
def caseload(request: PartnerRequest) -> HttpResponse:
    """Open enrolments of the partner, or one's own."""
    whose = "all" if request.GET.get("whose") == "all" else "mine"
    shown = show(request, CASELOAD, _caseload(request, whose))
    log_read(request.acting, "caseload", 0, len(shown.page.rows))
    context = {
        "shown": shown,
        "page": shown.page,
        "mine": whose == "mine",
        "colleagues": enrolments_actions.team(request.acting),
    }
    return render(request, "cases/enrolments/caseload.html", context)


def _caseload(request: PartnerRequest, whose: str) -> QuerySet[Enrolment]:
    enrolments = Enrolment.objects.filter(partner=request.acting.partner).open()
    if whose == "mine":
        enrolments = enrolments.filter(responsible=request.user)
    return enrolments.select_related("person", "programme", "responsible")


@require_safe
@partner_page(ENROLMENTS)
def caseload_export(request: PartnerRequest) -> HttpResponseBase:
    whose = "all" if request.GET.get("whose") == "all" else "mine"
    log_read(request.acting, "caseload_export", 0, _caseload(request, whose).count())
    try:
        return export(request, CASELOAD, lambda: _caseload(request, whose), name="caseload")
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("caseload")


@require_POST
@partner_page(enrolments_actions.hand_over)
def caseload_hand_over(request: PartnerRequest) -> HttpResponse:
    """Makes a colleague responsible for the chosen enrolments."""
    enrolment_ids = chosen_rows(request)
    enrolments = Enrolment.objects.filter(partner=request.acting.partner, pk__in=enrolment_ids)
    colleague = next(
        (user for user in enrolments_actions.team(request.acting) if str(user.pk) == request.POST.get("to")), None
    )
    if colleague is None or not enrolment_ids:
        messages.error(request, _("Choose people and a colleague."))
    else:
        done = enrolments_actions.hand_over(by=request.acting, enrolments=enrolments, to=colleague)
        text = ngettext(
            "%(who)s is responsible for %(n)s person now.", "%(who)s is responsible for %(n)s people now.", done
        )
        messages.success(request, text % {"n": done, "who": colleague.full_name})
    return redirect("caseload")


@partner_page(enrolments_actions.record_group)
def group_attendance(request: PartnerRequest, pk: int) -> HttpResponse:
    """Who came to a group, entered for all at once. ?mark=attended begins with everybody marked."""
    programme = get_object_or_404(Programme, pk=pk, partner=request.acting.partner)
    enrolments = Enrolment.objects.filter(partner=request.acting.partner, programme=programme).open()
    people = list(enrolments.select_related("person").order_by("-started_on", "-id")[:MOST_IN_GROUP])
    people.sort(key=lambda enrolment: str(enrolment.person).casefold())
    marked = request.GET.get("mark", "") if request.GET.get("mark") in Session.Attendance.values else ""
    form = GroupForm(request.POST or None, enrolments=people, marked=marked, initial={"held_on": timezone.localdate()})
    if form.is_valid():
        data = form.cleaned_data
        try:
            recorded, known = enrolments_actions.record_group(
                by=request.acting,
                programme=programme,
                held_on=data["held_on"],
                method=data["method"],
                minutes=data["minutes"],
                attendance=form.attendance(),
            )
        except RuleError as error:
            form.add_error("held_on", str(error))
        else:
            text = ngettext("%(n)s attendance recorded.", "%(n)s attendances recorded.", recorded) % {"n": recorded}
            if known:
                text += " " + _("%(n)s had a session of this kind on that day already.") % {"n": known}
            messages.success(request, text)
            return redirect("programme", pk=pk)
    log_read(request.acting, "caseload", 0, len(people))
    context = {"form": form, "programme": programme, "attendances": Session.Attendance.choices, "marked": marked}
    return render(request, "cases/enrolments/group_attendance.html", context)
