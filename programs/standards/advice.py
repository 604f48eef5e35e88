"""The table of rules by which a prevention plan gets its advice: what each looks at, what it says, and why.

A rule knows the plan, and the certificates of whoever leads it. What it says is about the plan in a planner's words: what stands in it, why that matters, what helps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from programs.standards.models import PlanAdvice, PreventionPlan
from programs.standards.practices import EDUCATORS_ALONE, PRACTICES, Practice, Text, Verdict, worst
from programs.training.delivering import missing_for
from programs.training.models import Activity

Severity = PlanAdvice.Severity
Deliverer = PreventionPlan.Deliverer


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of advice. `applies`: whether it has something to say to a plan; `looks_at`: the fields of the plan
    that it, and a reason given to it, are about; `practice`: of which practice, with its source."""

    code: str
    severity: PlanAdvice.Severity
    applies: Callable[[PreventionPlan], bool]
    looks_at: frozenset[str]
    says: Text
    instead: Text
    practice: str = ""

    @property
    def about(self) -> Practice | None:
        """The practice, with why and where that was read."""
        return PRACTICES.get(self.practice)


def educators_alone(plan: PreventionPlan) -> bool:
    """Whether police, or people who used drugs, are the only ones who do it, and it is part of nothing wider."""
    return not plan.part_of and set(plan.deliverers) <= {Deliverer.POLICE, Deliverer.EX_USERS}


RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule(
            code="scare_tactics",
            severity=Severity.STOPS,
            applies=lambda plan: "scare_tactics" in plan.practices,
            looks_at=frozenset({"practices"}),
            says=_("This plan frightens people about drugs. That is known not to work."),
            instead=_("Leave it out, and practise skills instead: how to decide, to cope and to say no."),
            practice="scare_tactics",
        ),
        Rule(
            code="educators_alone",
            severity=Severity.STOPS,
            applies=educators_alone,
            looks_at=frozenset({"deliverers", "part_of"}),
            says=_(
                "Only police or people who used drugs do this, and it is part of nothing wider. That is known not to work."
            ),
            instead=_(
                "Make it a part of a wider programme and name it, or let a teacher or prevention worker lead it."
            ),
            practice=EDUCATORS_ALONE,
        ),
        Rule(
            code="nobody_qualified",
            severity=Severity.STOPS,
            applies=lambda plan: not plan.qualified,
            looks_at=frozenset({"qualified", "deliverers"}),
            says=_("The plan does not say that anybody who does it is qualified."),
            instead=_("Say who was trained, in what and when, or plan the training first."),
        ),
        Rule(
            code="leader_without_certificate",
            severity=Severity.STOPS,
            applies=lambda plan: bool(missing_for(plan.leader_id, plan.partner_id, Activity.PREVENTION)),
            looks_at=frozenset({"leader"}),
            says=_("Nobody is named who leads this and has a valid certificate for it."),
            instead=_(
                "Name somebody who has one, or sign somebody up for the course that gives it: both stand under Training."
            ),
        ),
        Rule(
            code="only_information",
            severity=Severity.WARNS,
            applies=lambda plan: set(plan.practices) == {"information"},
            looks_at=frozenset({"practices"}),
            says=_("The plan gives information and does nothing else. On its own that changes nothing."),
            instead=_("Add something that works: skills, family, the school itself."),
            practice="information",
        ),
        Rule(
            code="peers_without_source",
            severity=Severity.WARNS,
            applies=lambda plan: "peer_mentoring" in plan.practices and not plan.peer_source,
            looks_at=frozenset({"practices", "peer_source"}),
            says=_("Peer mentoring is in the plan without a source that shows that this way of it works."),
            instead=_("Name the source, or choose another practice."),
            practice="peer_mentoring",
        ),
        Rule(
            code="no_evaluation",
            severity=Severity.WARNS,
            applies=lambda plan: plan.evaluation == PreventionPlan.Evaluation.NONE,
            looks_at=frozenset({"evaluation"}),
            says=_("Nobody will know whether it worked: there is no evaluation."),
            instead=_("Ask a few questions before and after. That is enough for a start."),
        ),
        Rule(
            code="single_session",
            severity=Severity.ASKS,
            applies=lambda plan: plan.sessions == 1,
            looks_at=frozenset({"sessions"}),
            says=_("Does one meeting do what you hope for?"),
            instead=_("Skills need practice: several meetings with the same people do more."),
        ),
    )
}
"""In the order in which a planner reads them: what stops first."""


def rules_for(plan: PreventionPlan) -> list[Rule]:
    """Those that have something to say to the plan as it is now."""
    return [rule for rule in RULES.values() if rule.applies(plan)]


def rating_of(plan: PreventionPlan) -> Verdict:
    """The plan's rating: the verdict of the practice, chosen or from who does it, of which the least good is known."""
    return worst([*plan.practices, *([EDUCATORS_ALONE] if educators_alone(plan) else [])])
