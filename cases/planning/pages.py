"""Pages of appointments, tasks and assessments, and the calendar feed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.custody.models import Release, ReleaseContact
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Session
from cases.legal.models import Hearing
from cases.people.named_person import named_person
from cases.permissions import CALENDAR, TASKS
from cases.planning import actions as planning
from cases.planning import calendar_feed
from cases.planning.forms import AppointmentForm, TaskForm
from cases.planning.models import Appointment, CalendarFeed, Task
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import Acting, PartnerRequest, enter, signing_in
from partnership.isolation.errors import RuleError
from partnership.members.models import Membership
from partnership.pages.days import day_of
from partnership.pages.form_fields import refuse
from partnership.pages.going_back import back
from partnership.pages.guard import own, partner_page
from partnership.pages.paging import page_by_key
from partnership.practices.models import Practice

CANCELLED = "cancelled_appointment"
"""Where the session keeps what was cancelled last, so that it can be put back."""
MOST_IN_WEEK = 500
MOST_TASKS = 200


# --- Calendar ------------------------------------------------------------------------------------------------------------


@require_safe
@partner_page(CALENDAR)
def calendar(request: PartnerRequest) -> HttpResponse:
    """A week of appointments and hearings, Monday first: the user's own or the team's."""
    today = timezone.localdate()
    try:
        day = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        day = today
    if not 2000 <= day.year <= 2100:
        day = today
    monday = day - timedelta(days=day.weekday())
    mine = request.GET.get("whose") != "all"
    week = Appointment.objects.filter(partner=request.acting.partner, starts_at__range=day_of(monday, days=7))
    if mine:
        week = week.filter(responsible=request.user)
    related = ["enrolment__person", "enrolment__programme", "responsible", "session"]
    appointments = list(week.select_related(*related).order_by("starts_at", "id")[:MOST_IN_WEEK])
    hearings = Hearing.objects.filter(partner=request.acting.partner, at__range=day_of(monday, days=7))
    if mine:
        hearings = hearings.filter(matter__lawyer=request.user)
    hearings = hearings.exclude(attendance=Hearing.Attendance.CANCELLED).select_related("matter__enrolment__person")
    in_court = list(hearings.order_by("at", "id")[:MOST_IN_WEEK])
    releases, contacts = _around_releases(request.acting, monday, mine)
    log_read(request.acting, "calendar", 0, [*appointments, *in_court, *releases, *contacts])
    days = [
        (
            day,
            [a for a in appointments if timezone.localdate(a.starts_at) == day],
            [hearing for hearing in in_court if hearing.day == day],
            [release for release in releases if release.planned_on == day],
            [contact for contact in contacts if timezone.localdate(contact.at) == day],
        )
        for day in (monday + timedelta(days=n) for n in range(7))
    ]
    context = {
        "days": days,
        "today": today,
        "mine": mine,
        "is_empty": not (appointments or in_court or releases or contacts),
        "earlier": monday - timedelta(days=7),
        "later": monday + timedelta(days=7),
        "is_this_week": monday <= today < monday + timedelta(days=7),
        "feed": CalendarFeed.objects.filter(user=request.user, partner=request.acting.partner).first(),
        "attendances": Session.Attendance.choices,
        "now": timezone.now(),
    }
    return render(request, "cases/planning/calendar.html", context)


def _around_releases(acting: Acting, monday: date, mine: bool) -> tuple[list[Release], list[ReleaseContact]]:
    """Whose release is planned for the week, and contacts that are planned around one; none where the partner helps nobody in custody."""
    if Practice.CUSTODY not in acting.practices:
        return [], []
    sunday = monday + timedelta(days=6)
    releases = Release.objects.coming().filter(partner=acting.partner, planned_on__range=(monday, sunday))
    contacts = ReleaseContact.objects.filter(partner=acting.partner, at__range=day_of(monday, days=7), outcome="")
    if mine:
        releases, contacts = releases.filter(responsible=acting.user), contacts.filter(responsible=acting.user)
    return (
        list(releases.select_related("enrolment__person").order_by("planned_on", "id")[:MOST_IN_WEEK]),
        list(contacts.select_related("release__enrolment__person", "responsible").order_by("at", "id")[:MOST_IN_WEEK]),
    )


@partner_page(planning.make_appointment)
def appointment_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """Agrees a meeting; `pk` is the enrolment's."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    log_read(request.acting, "enrolment", pk, [enrolment])
    team = enrolments.team(request.acting)
    initial = {"day": timezone.localdate() + timedelta(days=7), "responsible": request.user.pk}
    form = AppointmentForm(request.POST or None, team=team, initial=initial)
    if form.is_valid():
        try:
            planning.make_appointment(by=request.acting, enrolment=enrolment, **form.terms())
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The appointment stands in the calendar."))
            return redirect("enrolment", pk=pk)
    title = _("Appointment with %(person)s") % {"person": enrolment.person}
    return _form(request, form, title, reverse("enrolment", args=[pk]))


@partner_page(planning.move_appointment)
def appointment_edit(request: PartnerRequest, pk: int) -> HttpResponse:
    appointment = own(request, Appointment, pk, "enrolment__person")
    log_read(request.acting, "enrolment", appointment.enrolment_id, [appointment])
    form = AppointmentForm(
        request.POST or None, team=enrolments.team(request.acting), initial=AppointmentForm.of(appointment)
    )
    if form.is_valid():
        try:
            planning.move_appointment(by=request.acting, appointment=appointment, **form.terms())
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. The calendar shows the change."))
            return redirect(f"{reverse('calendar')}?week={form.cleaned_data['day']}")
    title = _("Appointment with %(person)s") % {"person": appointment.enrolment.person}
    return _form(request, form, title, reverse("calendar"))


def _form(request: PartnerRequest, form: Any, title: str, back_to: str) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/form.html", {"form": form, "title": title, "back": back_to}, status=status)


@require_POST
@partner_page(planning.record_appointment)
def appointment_record(request: PartnerRequest, pk: int) -> HttpResponse:
    """How the appointment went: one press, and it is a session."""
    appointment = own(request, Appointment, pk)
    attendance = request.POST.get("attendance", "")
    if attendance in Session.Attendance.values:
        try:
            planning.record_appointment(by=request.acting, appointment=appointment, attendance=attendance)
        except RuleError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Saved."))
    return back(request, reverse("calendar"))


@require_POST
@partner_page(planning.cancel_appointment)
def appointment_cancel(request: PartnerRequest, pk: int) -> HttpResponse:
    appointment = own(request, Appointment, pk)
    terms = {
        name: getattr(appointment, name) for name in ("enrolment_id", "minutes", "method", "place", "responsible_id")
    }
    try:
        planning.cancel_appointment(by=request.acting, appointment=appointment)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        request.session[CANCELLED] = terms | {"starts_at": appointment.starts_at.isoformat()}
        undo = reverse("appointment_put_back")
        messages.success(request, _("The appointment is taken off the calendar."), extra_tags=undo)
    return back(request, reverse("calendar"))


@require_POST
@partner_page(planning.make_appointment)
def appointment_put_back(request: PartnerRequest) -> HttpResponse:
    """Makes the appointment anew that was cancelled last in this session."""
    terms = request.session.pop(CANCELLED, None)
    if terms is None:
        messages.error(request, _("There is no cancelled appointment to put back. Make a new one."))
        return back(request, reverse("calendar"))
    enrolment = own(request, Enrolment, terms.pop("enrolment_id"))
    number = terms.pop("responsible_id")
    responsible = next((user for user in enrolments.team(request.acting) if user.pk == number), request.acting.user)
    terms["starts_at"] = datetime.fromisoformat(terms["starts_at"])
    try:
        planning.make_appointment(by=request.acting, enrolment=enrolment, responsible=responsible, **terms)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The appointment stands in the calendar."))
    return back(request, reverse("calendar"))


@require_POST
@partner_page(planning.make_feed)
def feed_make(request: PartnerRequest) -> HttpResponse:
    """Makes (or, with `drop`, ends) the secret address; it is shown once."""
    meets_people = CALENDAR.allows(request.acting)
    came_from = "calendar" if meets_people else "funding_call_list"
    if "drop" in request.POST:
        planning.drop_feed(by=request.acting)
        messages.success(request, _("The address of your calendar no longer works."))
        return redirect(came_from)
    token = planning.make_feed(by=request.acting)
    address = settings.SITE_URL + reverse("calendar_ics", args=[token])
    context = {"address": address, "back": reverse(came_from), "meets_people": meets_people}
    return render(request, "cases/planning/calendar_feed.html", context)


@require_safe
def calendar_ics(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind a secret address, for a calendar programme: no sign-in, no names."""
    feed = CalendarFeed.of_token(token)
    with signing_in():
        membership = (
            Membership.objects.in_use()
            .select_related("user", "partner")
            .filter(user=feed.user_id, partner=feed.partner_id)
            .first()
            if feed
            else None
        )
    if membership is None:
        raise Http404
    acting = Acting(membership)
    enter(partner_id=acting.partner.pk, role=acting.role, user_id=acting.user.pk)
    with translation.override(acting.user.language):
        meets_people = CALENDAR.allows(acting)
        appointments = calendar_feed.appointments_of(acting) if meets_people else []
        hearings = calendar_feed.hearings_of(acting) if meets_people else []
        contacts = calendar_feed.contacts_of(acting) if meets_people else []
        log_read(acting, "calendar_feed", 0, [*appointments, *hearings, *contacts])
        content = calendar_feed.feed_of(appointments, hearings, contacts, calendar_feed.calls_of(acting))
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response


# --- Tasks ---------------------------------------------------------------------------------------------------------------


@partner_page(TASKS)
def task_list(request: PartnerRequest) -> HttpResponse:
    """What is to be done, the most pressing first (or ?show=done, the newest first), and the form for one more."""
    acting, team = request.acting, enrolments.team(request.acting)
    person = named_person(request)
    form = TaskForm(request.POST or None, team=team, initial={"assigned_to": request.user.pk})
    if form.is_valid():
        try:
            planning.add_task(by=acting, person=person, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. It is on the first page of whoever is to do it."))
            return redirect("person", pk=person.pk) if person else redirect("task_list")
    tasks = Task.objects.filter(partner=acting.partner).select_related("person", "assigned_to")
    whose = "all" if request.GET.get("whose") == "all" else "mine"
    if whose == "mine":
        tasks = tasks.filter(assigned_to=request.user)
    show = "done" if request.GET.get("show") == "done" else "open"
    context: dict[str, Any] = {"form": form, "whose": whose, "show": show, "person": person}
    if show == "done":
        context["page"] = page_by_key(tasks.exclude(done_at=None), ["-id"], request.GET.get("after", ""))
        context["tasks"] = context["page"].rows
    else:
        context["tasks"] = list(planning.to_do(tasks)[:MOST_TASKS])
    log_read(acting, "task_list", 0, context["tasks"])
    return render(request, "cases/planning/task_list.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@partner_page(planning.mark_task)
def task_mark(request: PartnerRequest, pk: int) -> HttpResponse:
    """Marks a task as done, or takes the mark back."""
    task = own(request, Task, pk)
    planning.mark_task(by=request.acting, task=task, done=task.done_at is None)
    if task.done_at:
        messages.success(request, _("Done."), extra_tags=request.path)  # the same again takes the mark back
    else:
        messages.success(request, _("Moved back to your tasks."))
    return back(request, reverse("task_list"))
