"""Prevention plans that several tests begin with."""

from __future__ import annotations

from typing import Any

from partnership.isolation.acting import Acting
from programs.standards import actions as standards
from programs.standards.models import PreventionPlan
from tests.world import World, run_as

GOOD: dict[str, Any] = {
    "practices": ["social_skills", "family"],
    "deliverers": ["teacher"],
    "qualified": "Course of spring 2026",
    "sessions": 8,
    "evaluation": "before_after",
}
"""Of a plan to which no rule says anything."""


def advised_plan(world: World, by: Acting | None = None, **content: Any) -> PreventionPlan:
    """A plan of the world's programme with its advice; what is not said is as in `GOOD`."""
    plan = PreventionPlan(partner=world.ngo, programme=world.programme, **(GOOD | content))
    saved = run_as(by or world.case_manager, standards.save_plan, plan=plan)
    advised: PreventionPlan = run_as(by or world.case_manager, standards.advise, plan=saved)
    return advised


def submitted_plan(world: World, **content: Any) -> PreventionPlan:
    """A plan that waits for the coordinator."""
    submitted: PreventionPlan = run_as(world.case_manager, standards.submit_plan, plan=advised_plan(world, **content))
    return submitted
