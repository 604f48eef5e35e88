"""Pages of plans: the plan with its goals and steps, and the end report."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.enrolments.models import Enrolment, Goal
from cases.permissions import PLANS
from cases.plans import actions as plans
from cases.plans.forms import AgreeForm, EndReportForm, StepForm
from cases.plans.models import Plan, Step
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page


@require_safe
@partner_page(PLANS)
def plan(request: PartnerRequest, pk: int) -> HttpResponse:
    """The plan of a participation: each goal with its steps, whether it is agreed and approved."""
    return _plan_page(request, own(request, Enrolment, pk, "person", "programme"))


def _plan_page(request: PartnerRequest, enrolment: Enrolment, status: int = 200, **forms: Any) -> HttpResponse:
    log_read(request.acting, "enrolment", enrolment.pk, [enrolment])
    goals = Goal.objects.counted().filter(enrolment=enrolment).prefetch_related("steps").order_by("id")
    agreed = Plan.objects.filter(enrolment=enrolment).select_related("agreed_by", "approved_by", "reported_by").first()
    today = timezone.localdate()
    context = {
        "enrolment": enrolment,
        "plan": agreed,
        "goals": list(goals),
        "today": today,
        "step_form": StepForm(),
        "agree_form": AgreeForm(initial={"agreed_on": today, "review_on": agreed.review_on if agreed else None}),
    }
    return render(request, "cases/plans/plan.html", context | forms, status=status)


@require_POST
@partner_page(plans.agree_plan)
def plan_agree(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says that the person agrees to the plan as it is."""
    enrolment, form = own(request, Enrolment, pk, "person", "programme"), AgreeForm(request.POST)
    if form.is_valid():
        try:
            plans.agree_plan(by=request.acting, enrolment=enrolment, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Agreed. A case manager approves it next."))
            return redirect("plan", pk=pk)
    return _plan_page(request, enrolment, status=422, agree_form=form)


@require_POST
@partner_page(plans.approve_plan)
def plan_approve(request: PartnerRequest, pk: int) -> HttpResponse:
    """A case manager approves the plan."""
    agreed = own(request, Plan, pk, "enrolment")
    try:
        plans.approve_plan(by=request.acting, plan=agreed)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Approved."))
    return redirect("plan", pk=agreed.enrolment_id)


@require_POST
@partner_page(plans.add_step)
def step_add(request: PartnerRequest, pk: int) -> HttpResponse:
    """Adds a step towards a goal."""
    goal, form = own(request, Goal, pk, "enrolment__person", "enrolment__programme"), StepForm(request.POST)
    if form.is_valid():
        try:
            plans.add_step(by=request.acting, goal=goal, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            return redirect("plan", pk=goal.enrolment_id)
    return _plan_page(request, goal.enrolment, status=422, step_form=form, step_goal=goal.pk)


@require_POST
@partner_page(plans.mark_step)
def step_mark(request: PartnerRequest, pk: int) -> HttpResponse:
    """Marks a step as done today, or takes the mark back (`undo`), as the button said: a second press changes nothing."""
    step = own(request, Step, pk, "goal__enrolment")
    done_on = None if "undo" in request.POST else step.done_on or timezone.localdate()
    plans.mark_step(by=request.acting, step=step, done_on=done_on)
    return redirect("plan", pk=step.goal.enrolment_id)


@require_POST
@partner_page(plans.remove_step)
def step_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Removes a step."""
    step = own(request, Step, pk, "goal__enrolment")
    enrolment = step.goal.enrolment_id
    plans.remove_step(by=request.acting, step=step)
    messages.success(request, _("Removed. What it said stays in the history of the goal."))
    return redirect("plan", pk=enrolment)


@partner_page(plans.write_end_report)
def end_report(request: PartnerRequest, pk: int) -> HttpResponse:
    """What became of each goal of an agreed plan."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    agreed = get_object_or_404(Plan, enrolment=enrolment)
    goals = Goal.objects.counted().filter(enrolment=enrolment).order_by("id")
    form = EndReportForm(request.POST or None, goals=goals, summary=agreed.summary or "")
    if form.is_valid():
        try:
            plans.write_end_report(
                by=request.acting, plan=agreed, results=form.results(), summary=form.cleaned_data["summary"]
            )
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved: the end report."))
            return redirect("plan", pk=pk)
    log_read(request.acting, "enrolment", pk, [enrolment])
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/plans/end_report.html", {"enrolment": enrolment, "form": form}, status=status)
