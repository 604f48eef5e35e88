"""A plan is made of goals with steps, agreed with the person, approved by a case manager, and says at the end what became of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.corrections import actions as corrections
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Goal
from cases.plans import actions as plans
from cases.plans.actions import AlreadyApproved, GoalResult, NoGoals
from cases.plans.models import Plan, Step
from cases.rights import actions as rights
from partnership.actions import NotAllowed
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import on_web, run_as


@shared
def case(world):
    """Somebody who has taken part for thirty days, with two goals."""
    us = world.caseworker.user
    world.part = world.enrolment(started_on=world.today - timedelta(days=30), responsible=us)
    world.flat, world.school = (
        run_as(world.caseworker, enrolments.add_goal, enrolment=world.part, area=area, text=text)
        for area, text in (("housing", "A flat"), ("work", "School"))
    )
    return world


def agree(case, days_ago=0, **more):
    agreed_on = case.today - timedelta(days=days_ago)
    return run_as(case.caseworker, plans.agree_plan, enrolment=case.part, agreed_on=agreed_on, **more)


def add_step(case, **more):
    terms = {"goal": case.flat, "text": "Apply", "whose": "person"} | more
    return run_as(case.caseworker, plans.add_step, **terms)


def report(case, plan, flat="achieved", school="partly", why="Comes half of the days", by=None):
    results = {case.flat.pk: GoalResult(flat, ""), case.school.pk: GoalResult(school, why)}
    return run_as(by or case.caseworker, plans.write_end_report, plan=plan, results=results)


def due(case, met):
    page = case.client(case.caseworker).get(reverse("caseload"), {"whose": "all", "met": met}).content.decode()
    return reverse("enrolment", args=[case.part.pk]) in page


class TestAgreeing:
    def test_a_plan_waits_for_a_case_manager_until_it_is_approved(self, case):
        plan = agree(case)
        assert due(case, "plan_to_approve")
        run_as(case.case_manager, plans.approve_plan, plan=plan)
        assert not due(case, "plan_to_approve")
        with pytest.raises(AlreadyApproved):
            run_as(case.case_manager, plans.approve_plan, plan=plan)

    def test_a_caseworker_does_not_approve(self, case):
        plan = agree(case)
        with pytest.raises(NotAllowed):
            run_as(case.caseworker, plans.approve_plan, plan=plan)

    def test_agreed_anew_it_is_to_be_approved_anew(self, case):
        run_as(case.case_manager, plans.approve_plan, plan=agree(case, 7))
        agree(case)
        plan = Plan.objects.get()
        assert (plan.agreed_on, plan.approved_at, plan.approved_by) == (case.today, None, None)

    def test_not_without_a_goal_that_counts(self, case):
        for goal in (case.flat, case.school):
            run_as(case.caseworker, corrections.take_back, entry=goal, why="not_so")
        with pytest.raises(NoGoals):
            agree(case)

    def test_not_before_the_start_nor_for_a_review_that_has_been(self, case):
        with pytest.raises(DateOutOfRange):
            agree(case, 31)
        with pytest.raises(Invalid):
            agree(case, review_on=case.today)

    def test_a_review_is_due_on_its_day(self, case):
        agree(case, 9, review_on=case.today + timedelta(days=1))
        assert not due(case, "plan_to_review")
        agree(case, 9, review_on=case.today)
        assert due(case, "plan_to_review")

    def test_not_in_an_ended_participation(self, case):
        run_as(case.caseworker, enrolments.end_enrolment, enrolment=case.part, ended_on=case.today, reason="completed")
        with pytest.raises(enrolments.EnrolmentEnded):
            agree(case)


class TestSteps:
    def test_a_late_step_shows_until_it_is_done(self, case):
        step = add_step(case, due_on=case.today - timedelta(days=1))
        assert due(case, "step_late")
        client, address = case.client(case.caseworker), reverse("step_mark", args=[step.pk])
        for _press in range(2):  # the second press of the same button changes nothing
            client.post(address)
            assert Step.objects.get().done_on == case.today
        assert not due(case, "step_late")
        client.post(address, {"undo": ""})
        assert due(case, "step_late")

    def test_of_a_goal_that_was_reached_none_is_late(self, case):
        add_step(case, due_on=case.today - timedelta(days=1))
        run_as(case.caseworker, enrolments.mark_goal, goal=case.flat, reached_on=case.today)
        assert not due(case, "step_late")

    def test_a_removed_step_stays_in_the_history_of_its_goal(self, case):
        step = add_step(case, text="Sell the car")
        run_as(case.caseworker, plans.remove_step, step=step)
        page = case.client(case.caseworker).get(reverse("history", args=["goal", case.flat.pk])).content.decode()
        assert "Sell the car" in page

    def test_on_the_page_of_the_plan(self, case):
        client = case.client(case.caseworker)
        sent = client.post(reverse("step_add", args=[case.flat.pk]), {"text": "Call them", "whose": "us"})
        assert sent.status_code == 302
        assert "Call them" in client.get(reverse("plan", args=[case.part.pk])).content.decode()


class TestEndReport:
    def test_of_each_goal_it_says_what_became_of_it(self, case):
        report(case, agree(case))
        results = {goal.text: (goal.result, goal.reached_on) for goal in Goal.objects.all()}
        assert results == {"A flat": ("achieved", case.today), "School": ("partly", None)}
        assert Plan.objects.get().reported_on == case.today

    def test_not_without_a_reason_for_what_was_not_achieved(self, case):
        with pytest.raises(Invalid):
            report(case, agree(case), school="not", why=" ")

    def test_not_with_a_goal_left_out(self, case):
        plan = agree(case)
        with pytest.raises(Invalid):
            run_as(
                case.caseworker, plans.write_end_report, plan=plan, results={case.flat.pk: GoalResult("achieved", "")}
            )

    def test_after_the_end_of_the_participation_too(self, case):
        plan = agree(case)
        run_as(case.caseworker, enrolments.end_enrolment, enrolment=case.part, ended_on=case.today, reason="completed")
        client, address = case.client(case.caseworker), reverse("end_report", args=[case.part.pk])
        answer = {f"result-{case.flat.pk}": "achieved", f"result-{case.school.pk}": "not"}
        assert client.post(address, answer).status_code == 422
        assert client.post(address, answer | {f"why-{case.school.pk}": "Moved"}).status_code == 302
        plan.refresh_from_db()
        assert plan.reported_by == case.caseworker.user

    def test_a_goal_marked_otherwise_afterwards_has_no_result_any_more(self, case):
        report(case, agree(case))
        goal = Goal.objects.get(pk=case.flat.pk)
        run_as(case.caseworker, enrolments.mark_goal, goal=goal, reached_on=None)
        assert Goal.objects.get(pk=case.flat.pk).result == ""


class TestWhoSees:
    def test_another_partner_neither_sees_nor_changes_a_plan(self, case):
        plan, step = agree(case), add_step(case)
        for other in (case.other_caseworker, case.liaison):
            with on_web(other):
                assert not Plan.objects.exists()
                assert not Step.objects.exists()
        with pytest.raises(NotAParty):
            run_as(case.other_caseworker, plans.mark_step, step=step, done_on=case.today)
        with pytest.raises(NotAParty):
            report(case, plan, by=case.other_caseworker)

    def test_it_is_in_the_file_of_all_data_and_goes_with_erasure(self, case):
        add_step(case, text="Apply")
        report(case, agree(case))
        with on_web(case.caseworker):
            parts = {part.title: str(part.rows) for part in rights.held_about(case.part.person)}
        assert "Apply" in parts["Steps"]
        assert "Comes half of the days" in parts["Goals"]
        assert "Plans" in parts
        run_as(case.caseworker, enrolments.end_enrolment, enrolment=case.part, ended_on=case.today, reason="moved")
        run_as(case.case_manager, rights.erase, person=case.part.person)
        assert not Plan.objects.exists()
        assert not Step.objects.exists()


def test_a_system_makes_a_plan_from_goals_to_the_end_report(case):
    system = System(case.case_manager, "plans:read", "plans:write")
    goal = system.post("goals", {"enrolment": case.part.pk, "area": "health", "text": "Sleep"}, status=201)
    step = {"text": "See the nurse", "whose": "person", "due_on": str(case.today)}
    (step,) = system.post(f"goals/{goal['id']}/steps", step, status=201)["steps"]
    assert system.call("put", f"steps/{step['id']}/done", {"done_on": str(case.today)}).found["done_on"]
    plan = system.post("plans", {"enrolment": case.part.pk, "agreed_on": str(case.today)}, status=201)
    assert system.post(f"plans/{plan['id']}/approve")["approved_at"]
    goals = system.get(f"goals?enrolment={case.part.pk}")["results"]
    results = [{"goal": each["id"], "result": "achieved"} for each in goals]
    assert system.call("put", f"plans/{plan['id']}/end-report", {"results": results}).found["reported_on"]
    assert {each["result"] for each in system.get(f"goals?enrolment={case.part.pk}")["results"]} == {"achieved"}
    system.call("delete", f"steps/{step['id']}", status=204)
