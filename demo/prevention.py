"""The demo's prevention plans: one with advice to answer, one that waits for the coordinator, one that is approved."""

from __future__ import annotations

from typing import Any

from partnership.isolation.acting import Acting
from programs.catalogue.models import Programme
from programs.standards import actions as standards
from programs.standards.models import PreventionPlan


def _plan(by: Acting, programme: Programme, **content: Any) -> PreventionPlan:
    plan = PreventionPlan(partner=by.partner, programme=programme, **content)
    return standards.advise(by=by, plan=standards.save_plan(by=by, plan=plan))


def plans(manager: Acting, planner: Acting, coordinator: Acting, programmes: dict[str, Programme]) -> None:
    """`manager` has a plan that is approved and one that waits; `planner` one whose advice is to be answered."""
    approved = _plan(
        manager,
        programmes["Counselling instead of imprisonment"],
        level=PreventionPlan.Level.INDICATED,
        practices=["family", "social_skills"],
        deliverers=["prevention_worker", "parents"],
        leader=manager.user,
        qualified="Two counsellors with the course on parenting groups, spring 2026",
        sessions=6,
        part_of="The city's programme for families",
        evaluation=PreventionPlan.Evaluation.BEFORE_AFTER,
    )
    standards.submit_plan(by=manager, plan=approved)
    standards.approve_plan(by=coordinator, plan=approved, words="A good plan. Tell us in spring how it went.")
    waiting = _plan(
        manager,
        programmes["Risk workshops"],
        level=PreventionPlan.Level.SELECTIVE,
        practices=["peer_mentoring", "social_skills"],
        deliverers=["peers", "prevention_worker"],
        leader=manager.user,
        qualified="A prevention worker leads; mentors have two evenings of training",
        sessions=3,
        evaluation=PreventionPlan.Evaluation.BEFORE_AFTER,
    )
    reason = "We try it in one district for half a year, and ask before and after."
    standards.answer_advice(by=manager, plan=waiting, rule="peers_without_source", answer=reason)
    standards.submit_plan(by=manager, plan=waiting)
    _plan(
        planner,
        programmes["Early intervention for young people"],
        level=PreventionPlan.Level.UNIVERSAL,
        practices=["information", "scare_tactics"],
        deliverers=["police", "ex_users"],
        sessions=1,
    )
