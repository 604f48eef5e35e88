"""Prevention plans: told what is known not to work, answered for by name, approved by the coordinator."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnership.events import outbox
from partnership.events.models import Notification
from partnership.isolation.errors import Invalid
from programs.catalogue.models import Programme
from programs.standards import actions as standards
from programs.standards.actions import AdviceUnanswered, ManagerAnswers, NotSubmitted, PlanClosed, PlanOpen
from programs.standards.advice import RULES, educators_alone, rating_of, rules_for
from programs.standards.models import STOPPING, PlanAdvice, PreventionPlan
from programs.standards.practices import CHOICES, EDITION, LOOKS, PRACTICES, WORST_FIRST, Verdict, worst
from tests.programs.plans import GOOD, advised_plan, submitted_plan
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import World, database_role, on_web, run_as

ON_A_BUSY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
State = PreventionPlan.State
FEAR: dict[str, Any] = {"practices": ["scare_tactics"]}


@shared
def frightening(world: World) -> World:
    """A plan that a rule stops."""
    world.plan = advised_plan(world, **FEAR)
    return world


@shared
def waiting(world: World) -> World:
    """A plan that waits for the coordinator."""
    world.plan = submitted_plan(world)
    return world


def says(**content: Any) -> list[str]:
    return [rule.code for rule in rules_for(PreventionPlan(**(GOOD | content)))]


def codes(plan: PreventionPlan) -> list[str]:
    return [advice.rule for advice in plan.advice.filter(is_present=True)]


@pytest.mark.django_db
class TestTheTableOfRules:
    def test_says_nothing_to_a_good_plan(self):
        assert says() == []

    @pytest.mark.parametrize(
        ("content", "rule", "severity"),
        [
            ({"practices": ["information"]}, "only_information", "warns"),
            ({"practices": ["social_skills", "scare_tactics"]}, "scare_tactics", "stops"),
            ({"deliverers": ["police"]}, "educators_alone", "stops"),
            ({"deliverers": ["police", "ex_users"]}, "educators_alone", "stops"),
            ({"practices": ["peer_mentoring", "family"]}, "peers_without_source", "warns"),
            ({"qualified": ""}, "nobody_qualified", "stops"),
            ({"evaluation": "none"}, "no_evaluation", "warns"),
            ({"sessions": 1}, "single_session", "asks"),
        ],
    )
    def test_says_one_thing_to_one_fault(self, content, rule, severity):
        assert says(**content) == [rule]
        assert RULES[rule].severity == severity

    @pytest.mark.parametrize(
        "content",
        [
            {"practices": ["information", "family"]},
            {"deliverers": ["police"], "part_of": "Life skills, classes 5 to 9"},
            {"deliverers": ["police", "teacher"]},
            {"practices": ["peer_mentoring"], "peer_source": "Trial of 2019"},
            {"sessions": 2},
        ],
    )
    def test_says_nothing_to_what_mends_the_fault(self, content):
        assert says(**content) == []

    def test_the_database_knows_which_rules_stop_a_plan(self):
        assert {code for code, rule in RULES.items() if rule.severity == "stops"} == set(STOPPING)

    def test_each_practice_says_where_it_was_read_and_whether(self):
        for practice in PRACTICES.values():
            assert practice.source
            assert practice.edition or not practice.verified
        assert {rule.practice for rule in RULES.values() if rule.practice} <= PRACTICES.keys()
        assert not PRACTICES["other"].verified


class TestRating:
    @ON_A_BUSY_MACHINE
    @given(st.lists(st.sampled_from([code for code, _label in CHOICES]), min_size=1, unique=True))
    def test_is_that_of_the_least_good_practice_whatever_the_order(self, chosen_practices):
        rating = worst(chosen_practices)
        assert worst(reversed(chosen_practices)) == rating
        counted = [c for c in chosen_practices if not PRACTICES[c].only_alone] or chosen_practices
        assert rating == min((PRACTICES[c].verdict for c in counted), key=WORST_FIRST.index)

    def test_information_counts_on_its_own_alone(self):
        assert worst(["information"]) == Verdict.NO_EFFECT
        assert worst(["information", "family"]) == Verdict.WORKS

    def test_police_alone_make_a_good_practice_one_that_does_not_work(self):
        plan = PreventionPlan(**(GOOD | {"deliverers": ["police"]}))
        assert educators_alone(plan)
        assert rating_of(plan) == Verdict.NO_EFFECT

    def test_of_nothing_nothing_is_known_and_every_verdict_has_its_looks(self):
        assert worst([]) == Verdict.UNKNOWN
        assert LOOKS.keys() == set(WORST_FIRST) == set(Verdict)


class TestAdvice:
    def test_a_stop_is_answered_by_a_case_manager_alone(self, frightening):
        with pytest.raises(ManagerAnswers):
            run_as(
                frightening.caseworker,
                standards.answer_advice,
                plan=frightening.plan,
                rule="scare_tactics",
                answer="We like it.",
            )
        run_as(
            frightening.case_manager,
            standards.answer_advice,
            plan=frightening.plan,
            rule="scare_tactics",
            answer="The school asked for it, once.",
        )
        advice = frightening.plan.advice.get()
        assert (advice.answered_by, advice.needs_answer) == (frightening.case_manager.user, False)

    def test_a_plan_with_unanswered_advice_is_not_submitted(self, frightening):
        with pytest.raises(AdviceUnanswered):
            run_as(frightening.case_manager, standards.submit_plan, plan=frightening.plan)

    def test_a_change_answers_it_too_and_is_told_so(self, frightening):
        frightening.plan.practices = ["family"]
        saved = run_as(frightening.caseworker, standards.save_plan, plan=frightening.plan)
        with pytest.raises(AdviceUnanswered):  # the advice is that of the draft before
            run_as(frightening.caseworker, standards.submit_plan, plan=saved)
        advised = run_as(frightening.caseworker, standards.advise, plan=saved)
        assert codes(advised) == []
        assert run_as(frightening.caseworker, standards.submit_plan, plan=advised).state == State.SUBMITTED
        page = frightening.client(frightening.coordinator).get(reverse("prevention_plan", args=[advised.pk])).text
        assert "Answered by a change" in page

    def test_a_reason_stays_while_its_advice_holds(self, frightening):
        answer = {"plan": frightening.plan, "rule": "scare_tactics", "answer": "Because."}
        run_as(frightening.case_manager, standards.answer_advice, **answer)
        frightening.plan.sessions = 1
        saved = run_as(frightening.caseworker, standards.save_plan, plan=frightening.plan)
        advised = run_as(frightening.caseworker, standards.advise, plan=saved)
        assert [(a.rule, a.answer) for a in advised.advice.all()] == [
            ("scare_tactics", "Because."),
            ("single_session", ""),
        ]

    @pytest.mark.parametrize(("rule", "answer"), [("scare_tactics", "  "), ("no_evaluation", "Why"), ("nonsense", "x")])
    def test_no_answer_without_words_or_to_what_was_not_said(self, frightening, rule, answer):
        with pytest.raises(Invalid):
            run_as(frightening.case_manager, standards.answer_advice, plan=frightening.plan, rule=rule, answer=answer)

    def test_the_rating_and_its_edition_are_kept_with_the_plan(self, frightening):
        assert (frightening.plan.rating, frightening.plan.edition) == (Verdict.NO_EFFECT, EDITION)


class TestDecision:
    def test_the_coordinator_sees_advice_and_answers_and_approves(self, frightening):
        answer = {"plan": frightening.plan, "rule": "scare_tactics", "answer": "The school asked for it."}
        run_as(frightening.case_manager, standards.answer_advice, **answer)
        run_as(frightening.case_manager, standards.submit_plan, plan=frightening.plan)
        client = frightening.client(frightening.coordinator)
        page = client.get(reverse("prevention_plan", args=[frightening.plan.pk])).text
        assert "The school asked for it." in page
        assert "known not to work" in page
        client.post(reverse("prevention_plan_approve", args=[frightening.plan.pk]), {"words": "Once."})
        plan = PreventionPlan.objects.get()
        assert (plan.state, plan.decided_by, plan.words) == (State.APPROVED, frightening.coordinator.user, "Once.")

    def test_returning_needs_words_and_opens_the_plan_again(self, waiting):
        with pytest.raises(Invalid):
            run_as(waiting.coordinator, standards.return_plan, plan=waiting.plan, words=" ")
        run_as(waiting.coordinator, standards.return_plan, plan=waiting.plan, words="Who leads it?")
        plan = PreventionPlan.objects.get()
        plan.qualified = "A teacher leads it."
        saved = run_as(waiting.caseworker, standards.save_plan, plan=plan)
        again = run_as(waiting.caseworker, standards.submit_plan, plan=run_as(
            waiting.caseworker, standards.advise, plan=saved))  # fmt: skip
        assert run_as(waiting.coordinator, standards.approve_plan, plan=again).state == State.APPROVED

    def test_a_plan_is_rated_as_it_is_approved_whatever_sql_wrote_before(self, frightening):
        answer = {"plan": frightening.plan, "rule": "scare_tactics", "answer": "The school asked for it."}
        run_as(frightening.case_manager, standards.answer_advice, **answer)
        with on_web(frightening.caseworker):
            PreventionPlan.objects.update(rating=Verdict.WORKS)
        run_as(frightening.case_manager, standards.submit_plan, plan=frightening.plan)
        run_as(frightening.coordinator, standards.approve_plan, plan=frightening.plan)
        assert PreventionPlan.objects.get().rating == Verdict.NO_EFFECT

    def test_is_taken_once(self, waiting):
        run_as(waiting.coordinator, standards.approve_plan, plan=waiting.plan)
        with pytest.raises(NotSubmitted):
            run_as(waiting.coordinator, standards.return_plan, plan=waiting.plan, words="Too late")

    def test_what_waits_or_is_approved_stays_as_it_is_and_the_next_version_follows(self, waiting):
        for change in (standards.save_plan, standards.advise, standards.submit_plan):
            with pytest.raises(PlanClosed):
                run_as(waiting.case_manager, change, plan=waiting.plan)
        with pytest.raises(PlanOpen):
            advised_plan(waiting)
        run_as(waiting.coordinator, standards.approve_plan, plan=waiting.plan)
        assert advised_plan(waiting).version == 2

    def test_who_has_to_do_with_it_is_told(self, waiting):
        run_as(waiting.coordinator, standards.approve_plan, plan=waiting.plan)
        with database_role("worker"):
            outbox.relay()
        told = set(Notification.objects.values_list("kind", "user"))
        assert ("prevention_plan.submitted", waiting.coordinator.user.pk) in told
        assert ("prevention_plan.approved", waiting.case_manager.user.pk) in told
        assert ("prevention_plan.submitted", waiting.auditor.user.pk) not in told

    def test_the_programmes_page_shows_rating_edition_and_day_to_everybody(self, waiting):
        client, address = waiting.client(waiting.liaison), reverse("programme", args=[waiting.programme.pk])
        assert EDITION not in client.get(address).text
        run_as(waiting.coordinator, standards.approve_plan, plan=waiting.plan)
        page = client.get(address).text
        assert EDITION in page
        assert "Version 1, approved" in page
        assert client.get(reverse("prevention_plan", args=[waiting.plan.pk])).status_code == 200


class TestPages:
    def test_a_plan_is_written_and_gets_its_advice_at_once(self, world):
        client = world.client(world.caseworker)
        content = {"programme": world.programme.pk, "level": "universal", **GOOD, **FEAR, "qualified": ""}
        response = client.post(reverse("prevention_plan_new"), content)
        assert response.status_code == 302, response.text
        plan = PreventionPlan.objects.get()
        assert (plan.state, codes(plan)) == (State.ADVISED, ["scare_tactics", "nobody_qualified"])
        page = client.get(response["Location"]).text
        assert "A case manager answers for this" in page
        assert "Submit for approval" not in page

    def test_a_reason_that_is_too_long_comes_back_as_it_was_typed(self, frightening):
        client, reason = frightening.client(frightening.case_manager), "why " * 200
        address = reverse("prevention_plan_answer", args=[frightening.plan.pk, "scare_tactics"])
        response = client.post(address, {"answer": reason})
        assert response.status_code == 422
        assert reason.strip() in response.text
        assert not frightening.plan.advice.get(rule="scare_tactics").answer

    def test_another_partners_programme_is_not_offered(self, world):
        content = {"programme": world.other_programme.pk, "level": "universal", **GOOD}
        assert world.client(world.caseworker).post(reverse("prevention_plan_new"), content).status_code == 422

    def test_the_next_version_begins_as_the_last_was(self, waiting):
        run_as(waiting.coordinator, standards.approve_plan, plan=waiting.plan)
        address = f"{reverse('prevention_plan_new')}?programme={waiting.programme.pk}"
        page = waiting.client(waiting.caseworker).get(address).text
        assert "Course of spring 2026" in page

    def test_returning_without_words_keeps_the_page(self, waiting):
        address = reverse("prevention_plan_return", args=[waiting.plan.pk])
        response = waiting.client(waiting.coordinator).post(address, {"words": ""})
        assert (response.status_code, PreventionPlan.objects.get().state) == (422, State.SUBMITTED)

    def test_the_coordinators_first_page_says_what_waits(self, waiting):
        assert "Wait for your decision" in waiting.client(waiting.coordinator).get("/").text


class TestWalls:
    @pytest.mark.parametrize("who", ["other_caseworker", "liaison", "data_officer", "court_officer", "professional"])
    def test_nobody_else_sees_a_plan_before_it_is_approved_nor_ever_its_advice(self, frightening, who):
        with on_web(getattr(frightening, who)):
            assert not PreventionPlan.objects.exists()
            assert not PlanAdvice.objects.exists()

    def test_the_coordinator_sees_it_once_it_is_submitted(self, frightening):
        with on_web(frightening.coordinator):
            assert not PreventionPlan.objects.exists()

    def test_its_own_partner_cannot_approve_it_by_sql(self, waiting):
        with on_web(waiting.case_manager):
            assert not PreventionPlan.objects.filter(pk=waiting.plan.pk).update(state="approved")
        plan = PreventionPlan.objects.get()
        assert plan.state == State.SUBMITTED

    def test_a_draft_does_not_become_approved(self, frightening):
        with on_web(frightening.case_manager), pytest.raises(DatabaseError), transaction.atomic():
            PreventionPlan.objects.update(
                state="approved", decided_by=frightening.case_manager.user, decided_at=frightening.plan.written_at
            )

    def test_the_coordinator_changes_nothing_but_the_decision(self, waiting):
        with on_web(waiting.coordinator), pytest.raises(DatabaseError), transaction.atomic():
            PreventionPlan.objects.update(sessions=99)
        with on_web(waiting.coordinator), pytest.raises(DatabaseError), transaction.atomic():
            PreventionPlan.objects.update(
                state="approved", decided_by=waiting.case_manager.user, decided_at=waiting.plan.submitted_at
            )

    def test_nobody_plans_for_another_partners_programme(self, world):
        with on_web(world.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            PreventionPlan.objects.create(
                partner=world.ngo, programme_id=world.other_programme.pk, version=1, written_by=world.caseworker.user,
                **GOOD,
            )  # fmt: skip

    def test_the_worker_reads_none(self, waiting):
        with pytest.raises(DatabaseError), database_role("worker"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM programs_preventionplan")

    def test_no_two_plans_of_a_programme_are_open(self, frightening):
        assert Programme.objects.get(pk=frightening.programme.pk).prevention_plans.count() == 1
        with pytest.raises(DatabaseError), transaction.atomic():
            PreventionPlan.objects.create(
                partner=frightening.ngo, programme=frightening.programme, version=2,
                written_by=frightening.caseworker.user, **GOOD,
            )  # fmt: skip


class TestApi:
    def test_its_partners_system_reads_a_plan_with_its_advice(self, frightening):
        system = System(frightening.case_manager)
        found = system.get(f"prevention-plans/{frightening.plan.pk}")
        assert (found["state"], found["rating"], found["edition"]) == ("advised", "no_effect", EDITION)
        said = {"rule": "scare_tactics", "severity": "stops", "is_present": True, "answer": ""}
        assert found["advice"] == [said]
        assert [row["id"] for row in system.get("prevention-plans?state=advised")["results"]] == [frightening.plan.pk]
        assert system.get("prevention-plans?state=approved")["results"] == []

    def test_another_partners_system_reads_it_once_approved_and_never_its_advice(self, frightening):
        other = System(frightening.member(frightening.other_ngo, "case_manager", is_manager=True))
        address = f"prevention-plans/{frightening.plan.pk}"
        other.call("get", address, status=404)
        assert other.get("prevention-plans")["results"] == []
        PreventionPlan.objects.update(state=State.APPROVED, decided_by=frightening.coordinator.user, decided_at=now())
        assert (other.get(address)["rating"], other.get(address)["advice"]) == ("no_effect", [])

    def test_the_coordinators_system_reads_what_waits_with_its_advice(self, frightening):
        coordinator = System(frightening.coordinator)
        address = f"prevention-plans/{frightening.plan.pk}"
        coordinator.call("get", address, status=404)
        PreventionPlan.objects.update(state=State.SUBMITTED, submitted_at=now())
        assert [said["rule"] for said in coordinator.get(address)["advice"]] == ["scare_tactics"]

    def test_without_its_scope_a_system_reads_none(self, frightening):
        narrow = System(frightening.case_manager, "directory:read")
        narrow.call("get", "prevention-plans", status=403)
