"""Pages of prevention plans: the list, one with its advice, writing, submitting and deciding; and the table of practices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.lists import show
from partnership.pages.number_format import typed
from programs.permissions import PREVENTION_PLANS
from programs.standards import actions as standards
from programs.standards.advice import RULES, Rule
from programs.standards.forms import AnswerForm, DecisionForm, PlanForm
from programs.standards.lists import PLAN_LIST, STATE_LOOKS
from programs.standards.models import PlanAdvice, PreventionPlan
from programs.standards.practices import EDITION, LOOKS, PRACTICES, Practice

WITH = ["programme", "partner", "decided_by", "leader"]
ID = "{}-%s"
"""A page has the same form for each piece of advice: its fields bear the name of the rule."""


class Said(NamedTuple):
    """A piece of advice as the page shows it. `form`: for the reason, where the reader can give it."""

    advice: PlanAdvice
    rule: Rule
    form: AnswerForm | None


@require_safe
@partner_page(PREVENTION_PLANS)
def prevention_list(request: PartnerRequest) -> HttpResponse:
    """Plans of the own partner and those approved of all; a coordinator's, too, that were submitted. ?state= narrows them."""
    plans = PreventionPlan.objects.seen_by(request.acting).select_related("programme", "partner")
    state = request.GET.get("state", "")
    if state in PreventionPlan.State.values:
        plans = plans.filter(state=state)
    shown = show(request, PLAN_LIST, plans)
    context = {"shown": shown, "page": shown.page, "states": PreventionPlan.State.choices, "state": state}
    return render(request, "programs/standards/prevention_list.html", context)


@require_safe
@partner_page(PREVENTION_PLANS)
def prevention_plan(request: PartnerRequest, pk: int) -> HttpResponse:
    """A plan with its advice and the answers."""
    return _plan_page(request, _seen_plan(request, pk))


def _seen_plan(request: PartnerRequest, pk: int) -> PreventionPlan:
    return get_object_or_404(PreventionPlan.objects.seen_by(request.acting).select_related(*WITH), pk=pk)


def _plan_page(
    request: PartnerRequest,
    plan: PreventionPlan,
    decision: DecisionForm | None = None,
    answers: dict[str, AnswerForm] | None = None,
) -> HttpResponse:
    """The page; with forms that were sent and are wrong, what is wrong stands in them."""
    acting = request.acting
    is_own = plan.partner_id == acting.partner.pk
    is_open = is_own and plan.is_open_to_planners
    is_answered = is_open and plan.state == PreventionPlan.State.ADVISED

    def form_of(advice: PlanAdvice) -> AnswerForm | None:
        if not (is_answered and advice.is_present and standards.may_answer(advice, acting)):
            return None
        sent = (answers or {}).get(advice.rule)
        return sent or AnswerForm(initial={"answer": advice.answer}, auto_id=ID.format(advice.rule))

    said = [
        Said(each, RULES[each.rule], form_of(each))
        for each in plan.advice.select_related("answered_by")
        if each.rule in RULES
    ]
    said.sort(key=lambda each: list(RULES).index(each.advice.rule))
    waits = plan.state == PreventionPlan.State.SUBMITTED and standards.approve_plan.action.allows(acting)  # type: ignore[attr-defined]
    context = {
        "plan": plan,
        "practices": [PRACTICES[code] for code in plan.practices],
        "deliverers": [PreventionPlan.Deliverer(code).label for code in plan.deliverers],
        "said": said,
        "unanswered": sum(each.advice.needs_answer for each in said),
        "is_own": is_own,
        "is_open": is_open,
        "state_looks": STATE_LOOKS.get(plan.state, ""),
        "form": (decision or DecisionForm()) if waits else None,
    }
    status = 422 if decision or answers else 200
    return render(request, "programs/standards/prevention_plan.html", context, status=status)


@partner_page(standards.save_plan)
def prevention_plan_new(request: PartnerRequest) -> HttpResponse:
    """The next version of a programme's plan, which begins as the last one was. ?programme=N: of this programme."""
    partner = request.acting.partner
    number = typed(request.GET.get("programme", "")) or 0
    if existing := standards.open_plan(request.acting, number):
        return redirect("prevention_plan", pk=existing.pk)
    latest = PreventionPlan.objects.filter(partner=partner, programme=number).order_by("-version").first()
    initial: dict[str, Any] = {"programme": number} if number else {}
    if latest:
        initial |= {name: getattr(latest, name) for name in PreventionPlan.CONTENT}
    form = PlanForm(request.POST or None, partner=partner, instance=PreventionPlan(partner=partner), initial=initial)
    return _written(request, form, _("New prevention plan"), reverse("prevention_list"))


@partner_page(standards.save_plan)
def prevention_plan_edit(request: PartnerRequest, pk: int) -> HttpResponse:
    """Changes a plan that is open."""
    plan = own(request, PreventionPlan, pk, "programme")
    form = PlanForm(request.POST or None, partner=request.acting.partner, instance=plan)
    return _written(request, form, str(plan), reverse("prevention_plan", args=[pk]))


def _written(request: PartnerRequest, form: PlanForm, title: str, back: str) -> HttpResponse:
    """A plan is written; its advice is got at once, so that nobody waits for it."""
    if form.is_valid():
        try:
            plan = standards.save_plan(by=request.acting, plan=form.save(commit=False))
            standards.advise(by=request.acting, plan=plan)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. Read the advice next."))
            return redirect("prevention_plan", pk=plan.pk)
    context = {"form": form, "title": title, "back": back, "submit": _("Save and get advice")}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


def _do(request: PartnerRequest, pk: int, done: str, change: Callable[[PreventionPlan], object]) -> HttpResponse:
    """Changes an own plan, and goes back to its page, which says `done` or what is wrong."""
    try:
        change(own(request, PreventionPlan, pk))
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("prevention_plan", pk=pk)


@require_POST
@partner_page(standards.answer_advice)
def prevention_plan_answer(request: PartnerRequest, pk: int, rule: str) -> HttpResponse:
    """Gives a reason why the plan stays as it is."""
    form = AnswerForm(request.POST, auto_id=ID.format(rule))
    if not form.is_valid():
        return _plan_page(request, own(request, PreventionPlan, pk, *WITH), answers={rule: form})
    answer = form.cleaned_data["answer"]

    def change(plan: PreventionPlan) -> object:
        return standards.answer_advice(by=request.acting, plan=plan, rule=rule, answer=answer)

    return _do(request, pk, _("Saved: your reason. The coordinator reads it."), change)


@require_POST
@partner_page(standards.submit_plan)
def prevention_plan_submit(request: PartnerRequest, pk: int) -> HttpResponse:
    """Asks the coordinator to approve it."""
    done = _("Submitted. You are told when the coordinator has decided.")
    return _do(request, pk, done, lambda plan: standards.submit_plan(by=request.acting, plan=plan))


@require_POST
@partner_page(standards.approve_plan)
def prevention_plan_approve(request: PartnerRequest, pk: int) -> HttpResponse:
    """A coordinator approves a plan."""
    return _decided(request, pk, _("Approved. Its planners are told."), standards.approve_plan)


@require_POST
@partner_page(standards.return_plan)
def prevention_plan_return(request: PartnerRequest, pk: int) -> HttpResponse:
    """A coordinator returns a plan to its planners."""
    return _decided(request, pk, _("Returned. Its planners are told why."), standards.return_plan)


def _decided(request: PartnerRequest, pk: int, done: str, decide: Callable[..., object]) -> HttpResponse:
    plan, form = _seen_plan(request, pk), DecisionForm(request.POST)
    if form.is_valid():
        try:
            decide(by=request.acting, plan=plan, words=form.cleaned_data["words"])
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, done)
            return redirect("prevention_plan", pk=pk)
    return _plan_page(request, plan, decision=form)


class Row(NamedTuple):
    """A practice as the table shows it."""

    practice: Practice
    looks: str


@require_safe
@partner_page(PREVENTION_PLANS)
def practice_list(request: PartnerRequest) -> HttpResponse:
    """What is known of each practice, and where that was read."""
    rows = [Row(practice, LOOKS[practice.verdict]) for practice in PRACTICES.values()]
    context = {"rows": rows, "rules": RULES.values(), "edition": EDITION}
    return render(request, "programs/standards/practice_list.html", context)
