"""What can be done with plans: agreeing and approving one, its goals' steps, and the end report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Goal
from cases.plans.models import Plan, Step
from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, Role


class NoGoals(RuleError):
    """A plan is made of goals, and this participation has none that counts. Add a goal first."""

    code = "no_goals"


class AlreadyApproved(RuleError):
    """Somebody has approved this plan already. Agree it anew where it has changed."""

    code = "already_approved"
    status = 409


class GoalResult(NamedTuple):
    """What became of a goal, as a code, and why, in words."""

    result: str
    why: str


# --- The plan ----------------------------------------------------------------------------------------------------------------


@action("plan.agree", roles=CASEWORK_ROLES, party=Party.OWNER, scope="plans:write")
def agree_plan(*, by: Acting, enrolment: Enrolment, agreed_on: date, review_on: date | None = None) -> Plan:
    """Says that the person agrees to the goals and steps as they are now. Agreed anew, a plan is to be approved anew.

    Raises NoGoals, EnrolmentEnded, DateOutOfRange for a day to come, and Invalid for a review that is not later.
    """
    enrolments.open_enrolment(enrolment)
    if not Goal.objects.counted().filter(enrolment=enrolment).exists():
        raise NoGoals(_("Add a goal first: a plan is made of goals."))
    if not enrolment.started_on <= agreed_on <= timezone.localdate():
        raise DateOutOfRange(_("The date lies before the enrolment or in the future."))
    if review_on is not None and review_on <= agreed_on:
        raise Invalid("review_on", _("Choose a later day for the review."))
    plan, _is_new = Plan.objects.update_or_create(
        partner=by.partner,
        enrolment=enrolment,
        defaults={
            "agreed_on": agreed_on,
            "agreed_by": by.user,
            "review_on": review_on,
            "approved_by": None,
            "approved_at": None,
        },
    )
    return plan


@action("plan.approve", roles=(Role.CASE_MANAGER,), party=Party.OWNER, scope="plans:write")
def approve_plan(*, by: Acting, plan: Plan) -> Plan:
    """Approves a plan that was agreed with the person. Raises AlreadyApproved."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.approved_at:
        raise AlreadyApproved(_("This plan is approved already."))
    plan.approved_by, plan.approved_at = by.user, timezone.now()
    plan.save(update_fields=["approved_by", "approved_at"])
    return plan


# --- Steps -------------------------------------------------------------------------------------------------------------------


@action("step.add", roles=CASEWORK_ROLES, party=Party.OWNER, scope="plans:write")
def add_step(*, by: Acting, goal: Goal, text: str, whose: str, due_on: date | None = None) -> Step:
    """Adds a step towards a goal. Raises EnrolmentEnded, and Invalid for a goal that was taken back."""
    enrolments.open_enrolment(goal.enrolment)
    if goal.is_taken_back:
        raise Invalid("text", _("This entry was taken back. Restore it first."))
    step = Step.objects.create(partner=by.partner, goal=goal, text=text, whose=Step.Whose(whose), due_on=due_on)
    _changed(step)
    return step


@action("step.mark", roles=CASEWORK_ROLES, party=Party.OWNER, scope="plans:write")
def mark_step(*, by: Acting, step: Step, done_on: date | None) -> Step:
    """Marks a step as done, or takes the mark back."""
    step.done_on = done_on
    step.save(update_fields=["done_on"])
    _changed(step)
    return step


@action("step.remove", roles=CASEWORK_ROLES, party=Party.OWNER, scope="plans:write")
def remove_step(*, by: Acting, step: Step) -> None:
    """Removes a step that is not to be done after all. What it said stays in the history of its goal."""
    _changed(step)
    step.delete()


def _changed(step: Step) -> None:
    """A goal is shown with its steps: what changes one changes it, for copies as well."""
    Goal.objects.filter(pk=step.goal_id).update(changed_at=timezone.now())


# --- The end report ----------------------------------------------------------------------------------------------------------


@action("plan.report", roles=CASEWORK_ROLES, party=Party.OWNER, scope="plans:write")
def write_end_report(*, by: Acting, plan: Plan, results: Mapping[int, GoalResult], summary: str = "") -> Plan:
    """Says of each goal what became of it, and why. Written again, it takes the place of what was said before.

    `results` by the goal's number. Raises Invalid where a goal that counts is left out or another is named, or where it does not say
    why a goal was not achieved.
    """
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    goals = {goal.pk: goal for goal in Goal.objects.counted().filter(enrolment=plan.enrolment_id).select_for_update()}
    if set(results) != set(goals):
        raise Invalid("results", _("Say of each goal what became of it, and of no other."))
    today = timezone.localdate()
    for number, (result, why) in results.items():
        goal = goals[number]
        goal.result, goal.result_why = Goal.Result(result), why.strip()
        if goal.result != Goal.Result.ACHIEVED and not goal.result_why:
            raise Invalid(f"why-{number}", _("Say why it was not achieved, or not all of it."))
        goal.reached_on = (goal.reached_on or today) if goal.result == Goal.Result.ACHIEVED else None
        goal.save(update_fields=["result", "result_why", "reached_on"])
    plan.summary, plan.reported_on, plan.reported_by = summary.strip(), today, by.user
    plan.save(update_fields=["summary", "reported_on", "reported_by"])
    return plan
