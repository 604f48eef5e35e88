"""What can be done with prevention plans: write one, get advice, answer it, submit it; approve or return it."""

from __future__ import annotations

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.events.recipients import Tell
from partnership.events.registry import EventType
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, Partner, Role
from programs.standards import events
from programs.standards.advice import RULES, rating_of, rules_for
from programs.standards.models import PlanAdvice, PreventionPlan
from programs.standards.practices import EDITION

State = PreventionPlan.State


class PlanClosed(RuleError):
    """The plan waits for a decision or is approved, and stays as it is. Wait for the decision, or write the next version."""

    code = "plan_closed"
    status = 409


class PlanOpen(RuleError):
    """The programme has a plan that is not approved yet. Go on with that one: the next version begins once it is approved."""

    code = "plan_open"
    status = 409


class AdviceUnanswered(RuleError):
    """Some advice on the plan has no answer yet. Change the plan and get advice again, or give a reason for each."""

    code = "advice_unanswered"


class ManagerAnswers(RuleError):
    """This advice stops the plan. A case manager answers for it by name: ask yours."""

    code = "manager_answers"
    status = 403


class NotSubmitted(RuleError):
    """The plan does not wait for a decision. Read it again: somebody else may have decided."""

    code = "not_submitted"
    status = 409


def open_plan(by: Acting, programme_id: int) -> PreventionPlan | None:
    """The plan of a programme of the acting partner that is not approved yet."""
    plans = PreventionPlan.objects.filter(partner=by.partner, programme=programme_id)
    return plans.exclude(state=State.APPROVED).first()


@action("prevention_plan.save", roles=CASEWORK_ROLES, party=Party.OWNER)
def save_plan(*, by: Acting, plan: PreventionPlan) -> PreventionPlan:
    """Writes the next version of a programme's plan, or changes one that is open: either is a draft, whose advice is to be asked for.
    A reason that was given for what is changed now holds no longer.

    Raises PlanOpen where the programme has an open plan already, and PlanClosed.
    """
    if plan.pk is None:
        if existing := open_plan(by, plan.programme_id):
            raise PlanOpen(_("Go on with version %(version)s: it is not approved yet.") % {"version": existing.version})
        versions = PreventionPlan.objects.filter(partner=by.partner, programme=plan.programme_id)
        plan.version = (versions.aggregate(last=Max("version"))["last"] or 0) + 1
        plan.written_by = by.user
    else:
        _clear_answers(plan, _still_open(plan))
    plan.state = State.DRAFT
    plan.save()
    return plan


@action("prevention_plan.advise", roles=CASEWORK_ROLES, party=Party.OWNER)
def advise(*, by: Acting, plan: PreventionPlan) -> PreventionPlan:
    """Holds the plan against the table of rules and rates it. Advice that is answered already keeps its reason; what does not hold any
    more was answered by a change."""
    plan = _still_open(plan)
    applying = {rule.code: rule for rule in rules_for(plan)}
    known = {advice.rule: advice for advice in plan.advice.all()}
    for code, advice in known.items():
        if advice.is_present != (code in applying):
            advice.is_present = code in applying
            advice.save(update_fields=["is_present"])
    PlanAdvice.objects.bulk_create(
        PlanAdvice(partner=by.partner, plan=plan, rule=code, severity=rule.severity)
        for code, rule in applying.items()
        if code not in known
    )
    plan.state, plan.rating, plan.edition = State.ADVISED, rating_of(plan), EDITION
    plan.save(update_fields=["state", "rating", "edition"])
    return plan


def may_answer(advice: PlanAdvice, acting: Acting) -> bool:
    """Whether the planner's role answers for it: for what stops a plan, a case manager alone."""
    return advice.severity != PlanAdvice.Severity.STOPS or acting.role == Role.CASE_MANAGER


@action("prevention_plan.answer", roles=CASEWORK_ROLES, party=Party.OWNER)
def answer_advice(*, by: Acting, plan: PreventionPlan, rule: str, answer: str) -> PlanAdvice:
    """Gives the reason why the plan stays as it is. What stops a plan, a case manager answers for.

    Raises ManagerAnswers, PlanClosed and Invalid for advice that the plan has not, or without words.
    """
    _still_open(plan)
    advice = plan.advice.filter(rule=rule, is_present=True).first()
    if advice is None or rule not in RULES:
        raise Invalid("rule", _("The plan has no such advice. Read it again."))
    if not answer.strip():
        raise Invalid("answer", _("Say why the plan stays as it is."))
    if not may_answer(advice, by):
        raise ManagerAnswers(_("This stops the plan: only a case manager answers for it."))
    advice.answer, advice.answered_by, advice.answered_at = answer.strip(), by.user, timezone.now()
    advice.save(update_fields=["answer", "answered_by", "answered_at"])
    return advice


@action("prevention_plan.submit", roles=CASEWORK_ROLES, party=Party.OWNER, event="prevention_plan.submitted")
def submit_plan(*, by: Acting, plan: PreventionPlan) -> PreventionPlan:
    """Asks the coordinator to approve the plan. Raises AdviceUnanswered, also where the advice is of an earlier draft, or a rule says
    something else now: the leader's certificate was revoked."""
    plan = _still_open(plan)
    known = {advice.rule for advice in plan.advice.all() if advice.is_present}
    if plan.state != State.ADVISED:
        raise AdviceUnanswered(_("Get advice on the plan as it is now, then submit it."))
    if known != {rule.code for rule in rules_for(plan)}:
        raise AdviceUnanswered(
            _(
                "Something has changed since the advice was given. Save the plan once more: then it gets its advice anew."
            )
        )
    if any(advice.needs_answer for advice in plan.advice.all()):
        raise AdviceUnanswered(_("Answer each piece of advice first: by a change, or with a reason."))
    plan.state, plan.submitted_at = State.SUBMITTED, timezone.now()
    plan.save(update_fields=["state", "submitted_at"])
    offices = Partner.objects.filter(kind=Partner.Kind.COORDINATION).values_list("pk", flat=True)
    tell: list[Tell] = [{"partner": office, "roles": [str(Role.COORDINATOR)]} for office in offices]
    _tell(plan, events.SUBMITTED, tell)
    return plan


@action("prevention_plan.approve", roles=(Role.COORDINATOR,), event="prevention_plan.approved")
def approve_plan(*, by: Acting, plan: PreventionPlan, words: str = "") -> PreventionPlan:
    """Approves a plan: from now on everybody sees it, with its rating, and nobody changes it. It is rated as it is approved."""
    return _decide(by, plan, State.APPROVED, words, events.APPROVED)


@action("prevention_plan.return", roles=(Role.COORDINATOR,), event="prevention_plan.returned")
def return_plan(*, by: Acting, plan: PreventionPlan, words: str) -> PreventionPlan:
    """Gives a plan back to its planners, with what is to change. Raises Invalid without words."""
    if not words.strip():
        raise Invalid("words", _("Say what is to change."))
    return _decide(by, plan, State.RETURNED, words, events.RETURNED)


def _clear_answers(plan: PreventionPlan, stored: PreventionPlan) -> None:
    """Takes away the reasons given for what the plan changes; the history keeps them."""
    changed = {name for name in PreventionPlan.CONTENT if getattr(plan, name) != getattr(stored, name)}
    rules = [rule.code for rule in RULES.values() if rule.looks_at & changed]
    stored.advice.filter(rule__in=rules).exclude(answer="").update(answer="", answered_by=None, answered_at=None)


def _still_open(plan: PreventionPlan) -> PreventionPlan:
    """The plan as it is stored, locked. Raises PlanClosed where its planners can't change it."""
    stored = PreventionPlan.objects.select_for_update().filter(pk=plan.pk, state__in=PreventionPlan.OF_PLANNERS).first()
    if stored is None:
        raise PlanClosed(_("This plan waits for a decision or is approved: it stays as it is."))
    return stored


def _decide(by: Acting, plan: PreventionPlan, state: str, words: str, event_type: EventType) -> PreventionPlan:
    waiting = PreventionPlan.objects.select_for_update().filter(pk=plan.pk, state=State.SUBMITTED).first()
    if waiting is None:
        raise NotSubmitted(_("This plan does not wait for a decision."))
    waiting.state, waiting.words = state, words.strip()
    waiting.decided_by, waiting.decided_at = by.user, timezone.now()
    if state == State.APPROVED:
        waiting.rating, waiting.edition = rating_of(waiting), EDITION
    waiting.save(update_fields=["state", "words", "decided_by", "decided_at", "rating", "edition"])
    _tell(waiting, event_type, [{"partner": waiting.partner_id, "roles": [str(role) for role in CASEWORK_ROLES]}])
    return waiting


def _tell(plan: PreventionPlan, event_type: EventType, tell: list[Tell]) -> None:
    url = reverse("prevention_plan", args=[plan.pk])
    moment = plan.decided_at if event_type is not events.SUBMITTED else plan.submitted_at
    announce(
        event_type,
        f"{event_type.name}:{plan.pk}:{moment:%Y%m%d%H%M%S%f}",
        tell=[{**each, "url": url} for each in tell],
        plan=plan.pk,
    )
