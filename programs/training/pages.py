"""Pages of courses: the catalogue, a course with its days, signing up, and the sheet of a day."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.paging import page_by_key
from programs.permissions import COURSE_SHEETS, COURSES
from programs.training import actions as training
from programs.training.forms import CourseForm, DayForm, GuestForm, MarkForm, RevokeForm
from programs.training.gain import figures_of
from programs.training.models import Certificate, Course, CourseAttendance, CourseSession

AHEAD = 3
"""So many of its next days the catalogue shows of a course."""


def _days_ahead() -> Prefetch[Any]:
    ahead = CourseSession.objects.filter(starts_at__gt=timezone.now()).order_by("starts_at", "id")
    return Prefetch("sessions", queryset=ahead, to_attr="ahead")


def _my_days(request: PartnerRequest) -> set[int]:
    """Days on which the acting user has a place."""
    return set(CourseAttendance.objects.filter(user=request.acting.user).values_list("session_id", flat=True))


@require_safe
@partner_page(COURSES)
def course_list(request: PartnerRequest) -> HttpResponse:
    """What is offered by all partners, each with its next days."""
    courses = Course.objects.filter(is_offered=True).select_related("partner", "gives").prefetch_related(_days_ahead())
    page = page_by_key(courses, ["title", "id"], request.GET.get("after", ""))
    context = {"page": page, "mine": _my_days(request), "most": AHEAD}
    return render(request, "programs/training/course_list.html", context)


@require_safe
@partner_page(COURSES)
def course(request: PartnerRequest, pk: int) -> HttpResponse:
    """A course and its days; for who holds it, how it went."""
    related = ["partner", "gives", "needs"]
    course = get_object_or_404(Course.objects.select_related(*related).prefetch_related(_days_ahead()), pk=pk)
    is_own = course.partner_id == request.acting.partner.pk and COURSE_SHEETS.allows(request.acting)
    context = {"course": course, "is_own": is_own, "mine": _my_days(request)}
    if is_own:
        over = course.sessions.filter(starts_at__lte=timezone.now())
        context["page"] = page_by_key(over, ["-starts_at", "-id"], request.GET.get("after", ""))
        context["figures"] = figures_of(course)
    return render(request, "programs/training/course.html", context)


@partner_page(training.save_course)
def course_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """A new course of the own partner, or one to change."""
    course = own(request, Course, pk) if pk else Course(partner=request.acting.partner)
    form = CourseForm(request.POST or None, instance=course)
    if form.is_valid():
        try:
            saved = training.save_course(by=request.acting, course=form.save(commit=False))
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("course", pk=saved.pk)
    title = str(course) if pk else _("New course")
    back = reverse("course", args=[pk]) if pk else reverse("course_list")
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/form.html", {"form": form, "title": title, "back": back}, status=status)


@partner_page(training.hold_course)
def course_day_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """A day on which an own course is held."""
    course = own(request, Course, pk)
    form = DayForm(request.POST or None)
    if form.is_valid():
        try:
            training.hold_course(by=request.acting, course=course, session=form.save(commit=False))
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. Everybody in the partnership can sign up."))
            return redirect("course", pk=pk)
    title = _("A day of “%(course)s”") % {"course": course}
    context = {"form": form, "title": title, "back": reverse("course", args=[pk])}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


def _day(pk: int) -> CourseSession:
    return get_object_or_404(CourseSession.objects.select_related("course__needs"), pk=pk)


@require_POST
@partner_page(training.sign_up)
def course_sign_up(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a place on a day."""
    session = _day(pk)
    try:
        training.sign_up(by=request.acting, session=session)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("You have a place. You can give it back until the course begins."))
    return redirect("course", pk=session.course_id)


@require_POST
@partner_page(training.leave_course)
def course_leave(request: PartnerRequest, pk: int) -> HttpResponse:
    """Gives a place back."""
    session = _day(pk)
    try:
        training.leave_course(by=request.acting, session=session)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your place is free for somebody else."))
    return redirect("course", pk=session.course_id)


@require_safe
@partner_page(COURSE_SHEETS)
def course_sheet(request: PartnerRequest, pk: int) -> HttpResponse:
    """Who comes on a day of an own course; once it has begun, who came and passed."""
    return sheet_page(request, own(request, CourseSession, pk, "course__gives"))


def sheet_page(
    request: PartnerRequest,
    session: CourseSession,
    guest_form: GuestForm | None = None,
    wrong: MarkForm | RevokeForm | None = None,
    revoking: Certificate | None = None,
    status: int = 200,
) -> HttpResponse:
    """The sheet. `wrong`: a form that was sent and comes back, of a place or of the certificate that is `revoking`."""
    places = session.attendances.select_related("user", "from_partner").prefetch_related(
        Prefetch("certificates", queryset=Certificate.objects.filter(issuer=request.acting.partner))
    )
    rows = []
    for place in places:
        is_wrong = isinstance(wrong, MarkForm) and wrong.instance.pk == place.pk
        rows.append((place, wrong if is_wrong else MarkForm(instance=place, auto_id=f"id_{place.pk}_%s")))
    context = {
        "session": session,
        "rows": rows,
        "guest_form": guest_form or GuestForm(),
        "wrong": wrong,
        "revoking": revoking,
    }
    return render(request, "programs/training/course_sheet.html", context, status=status)


@require_POST
@partner_page(training.mark_attendance)
def course_mark(request: PartnerRequest, pk: int) -> HttpResponse:
    """Writes down whether somebody came, and their points; `pk` is the place's."""
    place = own(request, CourseAttendance, pk, "session__course__gives")
    form = MarkForm(request.POST, instance=place, auto_id=f"id_{pk}_%s")
    if form.is_valid():
        try:
            training.mark_attendance(by=request.acting, attendance=place, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("course_sheet", pk=place.session_id)
    session = own(request, CourseSession, place.session_id, "course__gives")
    return sheet_page(request, session, wrong=form, status=422)


@require_POST
@partner_page(training.add_guest)
def course_guest(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a place for a guest; `pk` is the day's."""
    session, form = own(request, CourseSession, pk, "course__gives"), GuestForm(request.POST)
    if form.is_valid():
        try:
            training.add_guest(by=request.acting, session=session, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            return redirect("course_sheet", pk=pk)
    return sheet_page(request, session, form, status=422)
