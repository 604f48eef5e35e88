"""Pages of enrolments and of the caseload. Every object is got through `own`: the acting partner's, or 404."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from cases.assessments import actions as assessments
from cases.assessments.forms import AssessmentForm
from cases.assessments.models import look_again_due
from cases.assessments.scores import profiles_of, scores_of
from cases.enrolments import actions as enrolments_actions
from cases.enrolments.forms import EndForm, EnrolForm, GoalForm, GroupForm, MeetingForm, NoteForm
from cases.enrolments.lists import CASELOAD
from cases.enrolments.models import NOT_SEEN_DAYS, Enrolment, Goal, Session, Substance, not_met_lately
from cases.legal.models import Matter
from cases.messages.actions import deliveries
from cases.people.actions import PossibleDouble, find_known, save_person
from cases.people.forms import PersonForm
from cases.people.models import Person, RegisterTooLarge
from cases.people.named_person import ask_about_doubles, named_person
from cases.permissions import ENROLMENTS
from cases.planning import actions as planning
from cases.plans.models import Plan, plan_to_approve, plan_to_review, step_late
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import Acting, PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.going_back import back
from partnership.pages.guard import own, partner_page, pass_door
from partnership.pages.lists import chosen_rows, export, show
from partnership.pages.number_format import typed
from partnership.pages.searched import remember, searched
from programs.catalogue.fit import NotTaken
from programs.catalogue.models import Part, Programme

COURSES = {Part.PHASES, Part.BEDS, Part.LEGAL, Part.FELLOWSHIPS, Part.CUSTODY, Part.PLACEMENTS, Part.MENTORING}
"""Parts that lead from a participation to pages of their own, together in one card."""
DUE = {
    "look_again": look_again_due,
    "plan_to_approve": plan_to_approve,
    "plan_to_review": plan_to_review,
    "step_late": step_late,
}
"""What the caseload can be filtered by, besides who was not met lately: a condition on an enrolment."""
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
    log_read(request.acting, "person", pk, [person])
    title = _("Enrol %(person)s") % {"person": person}
    return render(request, "pages/form.html", {"form": form, "title": title, "back": reverse("person", args=[pk])})


@partner_page(enrolments_actions.enrol)
def walk_in(request: PartnerRequest) -> HttpResponse:
    """Somebody comes in: who it is, which programme, from when on, with one save. ?person=N: somebody known."""
    acting, person = request.acting, named_person(request)
    data = request.POST or None
    person_form = None if person else PersonForm(data, prefix="person", instance=Person(partner=acting.partner))
    form = EnrolForm(data, partner=acting.partner, initial={"started_on": timezone.localdate()})
    if form.is_valid() and (person_form is None or person_form.is_valid()):
        try:
            with transaction.atomic():
                whom = person or _typed_person(acting, person_form)
                pass_door(acting, whom)  # whoever takes somebody on opens their record
                enrolment = enrolments_actions.enrol(by=acting, person=whom, **form.cleaned_data)
        except PossibleDouble as error:
            assert person_form is not None  # noqa: S101 — only somebody typed has doubles
            ask_about_doubles(request, person_form, error)
        except NotTaken as error:
            form.refuse_fit(error)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Enrolled. Record the first meeting here, or agree the next one."))
            return redirect("enrolment", pk=enrolment.pk)
    context = {"form": form, "person_form": person_form, "person": person}
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/enrolments/walk_in.html", context, status=status)


def _typed_person(acting: Acting, form: Any) -> Person:
    """The person who was typed: known by the code, the one whom the answer about doubles means, or a new one."""
    return (
        form.same_person(acting.partner)
        or find_known(acting.partner, form.cleaned_data["identity_code"])
        or save_person(by=acting, person=form.save(commit=False), is_somebody_else=form.is_somebody_else)
    )


# --- Enrolments ------------------------------------------------------------------------------------------------------------


@require_safe
@partner_page(ENROLMENTS)
def enrolment(request: PartnerRequest, pk: int) -> HttpResponse:
    return _enrolment_page(request, pk)


def _enrolment_page(request: PartnerRequest, pk: int, status: int = 200, **forms: object) -> HttpResponse:
    """The participation on one page; a form that was sent with an error keeps what was typed."""
    enrolment = own(request, Enrolment, pk, "person", "programme", "responsible")
    log_read(request.acting, "enrolment", pk, [enrolment])
    today = timezone.localdate()
    assessments = list(enrolment.assessments.select_related("taken_back_by").order_by("-held_on")[:100])
    appointments = list(
        enrolment.appointments.unrecorded().select_related("responsible", "answer").order_by("starts_at")[:20]
    )
    reminded = deliveries("appointment", [appointment.pk for appointment in appointments])
    for appointment in appointments:
        appointment.reminded = reminded.get(appointment.pk)  # type: ignore[attr-defined]
    counted = [assessment for assessment in assessments if not assessment.is_taken_back]
    context = {
        "enrolment": enrolment,
        "parts": enrolment.programme.parts,
        "has_courses": not COURSES.isdisjoint(enrolment.programme.parts),
        "sessions": enrolment.sessions.select_related("recorded_by", "taken_back_by").order_by("-held_on", "-id")[:100],
        "goals": enrolment.goals.select_related("taken_back_by").order_by("reached_on", "id"),
        "notes": enrolment.notes.select_related("author", "taken_back_by").order_by("-id")[:50],
        "plan": Plan.objects.filter(enrolment=enrolment).first(),
        "matters": Matter.objects.filter(enrolment=enrolment).order_by("-id")
        if Part.LEGAL in enrolment.programme.parts
        else [],
        "meeting_form": MeetingForm(initial={"held_on": today}, prefix="meeting"),
        "goal_form": GoalForm(prefix="goal"),
        "note_form": NoteForm(prefix="note"),
        "assessment_form": AssessmentForm(initial={"held_on": today}, prefix="assessment"),
        "scores": scores_of(counted, enrolment.person.sex),
        "profiles": profiles_of(counted),
        "scores_taken_back": [score for score in assessments if score.is_taken_back],
        "appointments": appointments,
        "attendances": Session.Attendance.choices,
        "now": timezone.now(),
        "substances": Substance.choices,
        "end_form": EndForm(initial={"ended_on": today}, prefix="end"),
    }
    return render(request, "cases/enrolments/enrolment.html", context | forms, status=status)


SAVED = {
    "meeting": gettext_lazy("Saved. The meeting is in the list of sessions."),
    "goal": gettext_lazy("Saved. Mark the goal here once it is reached."),
    "note": gettext_lazy("Saved. Only your organisation can read the note."),
    "assessment": gettext_lazy("Saved. The score is in the list of assessments."),
    "end": gettext_lazy("The participation has ended. Its page stays open to read and correct."),
}
"""What a form of the enrolment's page did, and where it is seen."""


def _carry_out(request: PartnerRequest, pk: int, name: str, form: object, action: object) -> HttpResponse:
    """Carries out one of the enrolment page's forms, or shows the page again with its errors."""
    enrolment = own(request, Enrolment, pk)
    if form.is_valid():  # type: ignore[attr-defined]
        try:
            action(by=request.acting, enrolment=enrolment, **form.cleaned_data)  # type: ignore[operator, attr-defined]
        except RuleError as error:
            refuse(form, error)  # type: ignore[arg-type]
        else:
            messages.success(request, SAVED[name])
            return redirect("enrolment", pk=pk)
    return _enrolment_page(request, pk, status=422, **{f"{name}_form": form})


@require_POST
@partner_page(planning.record_meeting)
def meeting_record(request: PartnerRequest, pk: int) -> HttpResponse:
    return _carry_out(request, pk, "meeting", MeetingForm(request.POST, prefix="meeting"), planning.record_meeting)


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
    if goal.reached_on:
        messages.success(request, _("The goal is reached."), extra_tags=request.path)
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


@partner_page(ENROLMENTS)
def caseload(request: PartnerRequest) -> HttpResponse:
    """Who takes part now: one's own, a colleague's, everybody's or nobody's. A search within it is posted."""
    if request.method == "POST":
        return remember(request, "caseload")
    text = searched(request, "caseload")
    rows = _listed(request, text)
    shown = show(request, CASELOAD, rows)
    log_read(request.acting, "caseload", 0, shown.page.rows)
    programmes = Programme.objects.filter(partner=request.acting.partner, is_active=True).order_by("name", "id")
    context = {
        "shown": shown,
        "page": shown.page,
        "q": text,
        "given": asked_for(request.GET),
        "colleagues": enrolments_actions.team(request.acting),
        "programmes": programmes,
        "not_seen_days": NOT_SEEN_DAYS,
    }
    return render(request, "cases/enrolments/caseload.html", context)


def asked_for(params: Mapping[str, str]) -> dict[str, str]:
    """The filters of the caseload that an address names: `whose` (mine, all, nobody, or a colleague's number), `met`, `programme`."""
    return {name: params.get(name, "")[:20] for name in ("whose", "met", "programme")}


def listed_enrolments(acting: Acting, asked: Mapping[str, str]) -> QuerySet[Enrolment]:
    """The open enrolments of the partner that the filters leave."""
    enrolments = Enrolment.objects.filter(partner=acting.partner).open()
    whose, colleague = asked.get("whose", ""), typed(asked.get("whose", ""))
    if whose == "nobody":
        enrolments = enrolments.filter(responsible=None)
    elif colleague is not None:
        enrolments = enrolments.filter(responsible=colleague)
    elif whose != "all":
        enrolments = enrolments.filter(responsible=acting.user)
    if asked.get("met") == "not_lately":
        enrolments = enrolments.filter(not_met_lately())
    elif is_due := DUE.get(asked.get("met", "")):
        enrolments = enrolments.filter(is_due())
    if (programme := typed(asked.get("programme", ""))) is not None:
        enrolments = enrolments.filter(programme=programme)
    return enrolments.select_related("person", "programme", "responsible")


def _listed(request: PartnerRequest, text: str) -> QuerySet[Enrolment]:
    """The rows of the page: filtered, and of those whom the search means."""
    rows = listed_enrolments(request.acting, asked_for(request.GET))
    if not text:
        return rows
    partner = request.acting.partner
    try:
        return rows.filter(person__in=Person.objects.filter(partner=partner).found_by(partner.pk, text).values("pk"))
    except RegisterTooLarge as error:
        messages.warning(request, str(error))
        return rows.none()


@require_safe
@partner_page(ENROLMENTS)
def caseload_export(request: PartnerRequest) -> HttpResponseBase:
    text = searched(request, "caseload")
    log_read(request.acting, "caseload_export", 0, _listed(request, text))
    try:
        return export(request, CASELOAD, lambda: _listed(request, text), name="caseload")
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("caseload")


@require_POST
@partner_page(enrolments_actions.hand_over)
def caseload_hand_over(request: PartnerRequest) -> HttpResponse:
    """Makes a colleague responsible for the chosen enrolments and for the appointments that are to come."""
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
            "%(who)s is responsible for %(n)s person now, and for the appointments to come.",
            "%(who)s is responsible for %(n)s people now, and for their appointments to come.",
            done,
        )
        messages.success(request, text % {"n": done, "who": colleague.full_name})
    return back(request, reverse("caseload"))


@partner_page(enrolments_actions.record_group)
def group_attendance(request: PartnerRequest, pk: int) -> HttpResponse:
    """Who came to a group, entered for all at once, and from there back (?next=) to where one came from."""
    programme = get_object_or_404(Programme, pk=pk, partner=request.acting.partner)
    enrolments = Enrolment.objects.filter(partner=request.acting.partner, programme=programme).open()
    people = list(enrolments.select_related("person").order_by("-started_on", "-id")[:MOST_IN_GROUP])
    people.sort(key=lambda enrolment: str(enrolment.person).casefold())
    if "everybody" in request.POST:
        form = GroupForm.marking_everybody(request.POST, people)
    else:
        form = GroupForm(request.POST or None, enrolments=people, initial={"held_on": timezone.localdate()})
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
            return back(request, reverse("programme", args=[pk]))
    log_read(request.acting, "caseload", 0, people)
    context = {
        "form": form,
        "programme": programme,
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    return render(request, "cases/enrolments/group_attendance.html", context)
