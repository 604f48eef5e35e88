"""Pages of lessons: what is offered and asked for, one lesson, its plan with what pupils say, and the page on which they say it."""

from __future__ import annotations

import base64
from typing import Any

import qrcode
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from qrcode.image.svg import SvgPathFillImage

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.lists import show
from partnership.pages.public import in_language
from programs.lessons import actions as lessons
from programs.lessons.feedback import DAYS
from programs.lessons.forms import AskForm, AssignForm, CancelForm, FeedbackForm, HoldForm, LessonPlanForm
from programs.lessons.lists import LESSON_LIST, LESSON_PLAN_LIST, STATE_LOOKS
from programs.lessons.models import Lesson, LessonFeedback, LessonPlan
from programs.lessons.results import FEWEST, result_of
from programs.permissions import LESSONS

MOST_PLANS = 10
"""So many of the plans that are offered stand below the lessons; a list of their own has all."""


@require_safe
@partner_page(LESSONS)
def lesson_list(request: PartnerRequest) -> HttpResponse:
    """Lessons of the own partner, and the plans that are offered."""
    seen = Lesson.objects.seen_by(request.acting).select_related("plan", "partner", "unit")
    shown = show(request, LESSON_LIST, seen)
    return render(
        request,
        "programs/lessons/lesson_list.html",
        {"shown": shown, "page": shown.page, "plans": _offered()[:MOST_PLANS]},
    )


def _offered() -> QuerySet[LessonPlan]:
    return LessonPlan.objects.filter(is_offered=True).select_related("partner", "programme")


@require_safe
@partner_page(LESSONS)
def lesson_plan_list(request: PartnerRequest) -> HttpResponse:
    """All plans that are offered."""
    shown = show(request, LESSON_PLAN_LIST, _offered())
    return render(request, "programs/lessons/lesson_plan_list.html", {"shown": shown, "page": shown.page})


@require_safe
@partner_page(LESSONS)
def lesson_plan(request: PartnerRequest, pk: int) -> HttpResponse:
    """A plan; for its partner, what pupils say."""
    related = ["partner", "programme", "resource_version__resource__latest"]
    plan = get_object_or_404(LessonPlan.objects.select_related(*related), pk=pk)
    is_own = plan.partner_id == request.acting.partner.pk
    result = result_of(plan) if is_own else None
    context = {"plan": plan, "is_own": is_own, "result": result, "fewest": FEWEST, "days": DAYS}
    return render(request, "programs/lessons/lesson_plan.html", context)


@partner_page(lessons.save_lesson_plan)
def lesson_plan_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """A new lesson plan of the own partner, or one to change."""
    partner = request.acting.partner
    plan = own(request, LessonPlan, pk) if pk else LessonPlan(partner=partner)
    form = LessonPlanForm(request.POST or None, instance=plan, partner=partner)
    if form.is_valid():
        saved = lessons.save_lesson_plan(by=request.acting, plan=form.save(commit=False))
        messages.success(request, _("Saved."))
        return redirect("lesson_plan", pk=saved.pk)
    title = str(plan) if pk else _("New lesson plan")
    back = reverse("lesson_plan", args=[pk]) if pk else reverse("lesson_list")
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/form.html", {"form": form, "title": title, "back": back}, status=status)


@partner_page(lessons.ask_for_lesson)
def lesson_ask(request: PartnerRequest, pk: int) -> HttpResponse:
    """Asks a police unit for a day; `pk` is the plan's."""
    plan = get_object_or_404(LessonPlan, pk=pk)
    form = AskForm(request.POST or None)
    if form.is_valid():
        try:
            lesson = lessons.ask_for_lesson(by=request.acting, plan=plan, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Asked. You are told when an officer is assigned."))
            return redirect("lesson", pk=lesson.pk)
    context = {
        "form": form,
        "title": str(plan),
        "back": reverse("lesson_plan", args=[pk]),
        "submit": _("Ask for a day"),
    }
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


def _seen_lesson(request: PartnerRequest, pk: int) -> Lesson:
    related = ["plan__programme", "partner", "unit", "officer", "asked_by"]
    return get_object_or_404(Lesson.objects.seen_by(request.acting).select_related(*related), pk=pk)


@require_safe
@partner_page(LESSONS)
def lesson(request: PartnerRequest, pk: int) -> HttpResponse:
    """One lesson, for school, unit and the plan's partner."""
    return _lesson_page(request, _seen_lesson(request, pk))


def _lesson_page(request: PartnerRequest, lesson: Lesson, status: int = 200, **forms: Any) -> HttpResponse:
    acting = request.acting
    is_units = lesson.unit_id == acting.partner.pk and lesson.is_open and lessons.assign_officer.action.allows(acting)  # type: ignore[attr-defined]
    is_partys = acting.partner.pk in (lesson.partner_id, lesson.unit_id)
    assign_form = forms.get("assign_form") or AssignForm(acting=acting, initial={"officer": lesson.officer_id})
    context = {
        "lesson": lesson,
        "state": lesson.get_state_display(),
        "state_looks": STATE_LOOKS.get(lesson.state, ""),
        "assign_form": assign_form if is_units else None,
        "hold_form": (forms.get("hold_form") or HoldForm())
        if is_units and lesson.officer_id and lesson.is_due
        else None,
        "cancel_form": (forms.get("cancel_form") or CancelForm()) if is_partys and lesson.is_open else None,
        "codes": _codes(lesson) if is_partys and lesson.officer_id and lesson.state != Lesson.State.CANCELLED else [],
    }
    return render(request, "programs/lessons/lesson.html", context, status=status)


def _codes(lesson: Lesson) -> list[tuple[str, str, str]]:
    """Label, address and picture of the codes that pupils read before and after."""
    codes = []
    for moment, label in LessonFeedback.Moment.choices:
        address = f"{settings.SITE_URL}{reverse('lesson_feedback', args=[lesson.token, moment])}"
        picture = qrcode.make(address, image_factory=SvgPathFillImage, box_size=10, border=4).to_string()
        codes.append((str(label), address, "data:image/svg+xml;base64," + base64.b64encode(picture).decode()))
    return codes


@require_POST
@partner_page(lessons.assign_officer)
def lesson_assign(request: PartnerRequest, pk: int) -> HttpResponse:
    """The unit says who comes."""
    lesson, form = _seen_lesson(request, pk), AssignForm(request.POST, acting=request.acting)
    if form.is_valid():
        try:
            lessons.assign_officer(by=request.acting, lesson=lesson, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Assigned. The class is told."))
            return redirect("lesson", pk=pk)
    return _lesson_page(request, lesson, status=422, assign_form=form)


@require_POST
@partner_page(lessons.hold_lesson)
def lesson_hold(request: PartnerRequest, pk: int) -> HttpResponse:
    """The unit says that it was held."""
    lesson, form = _seen_lesson(request, pk), HoldForm(request.POST)
    if form.is_valid():
        try:
            lessons.hold_lesson(by=request.acting, lesson=lesson, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved: the lesson was held."))
            return redirect("lesson", pk=pk)
    return _lesson_page(request, lesson, status=422, hold_form=form)


@require_POST
@partner_page(lessons.cancel_lesson)
def lesson_cancel(request: PartnerRequest, pk: int) -> HttpResponse:
    """School or unit cancel it."""
    lesson, form = _seen_lesson(request, pk), CancelForm(request.POST)
    if form.is_valid():
        try:
            lessons.cancel_lesson(by=request.acting, lesson=lesson, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Cancelled. The other side is told."))
            return redirect("lesson", pk=pk)
    return _lesson_page(request, lesson, status=422, cancel_form=form)


@csrf_exempt  # a form that nobody signs in for has nobody to protect, and a token would be a cookie
@in_language
def lesson_feedback(request: HttpRequest, token: str, moment: str) -> HttpResponse:
    """Two questions to a pupil, before or after a lesson. No sign-in, no cookie; neither address nor time is kept."""
    if moment not in LessonFeedback.Moment.values:
        raise Http404
    form, is_done, status = FeedbackForm(request.POST or None), False, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                lessons.give_feedback(token=token, moment=moment, **form.cleaned_data)
            except RuleError as error:
                form.add_error(None, str(error))
                status = error.status
            else:
                is_done, status = True, 200
    context = {"form": form, "is_done": is_done, "exit": settings.QUICK_EXIT_URL, "is_demo": settings.DEMO}
    return render(request, "programs/lessons/lesson_feedback.html", context, status=status)
