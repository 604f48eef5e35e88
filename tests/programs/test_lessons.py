"""Lessons: part of a programme, given by somebody with a certificate, with a teacher; pupils are counted and never named."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from partnership.events import outbox
from partnership.events.models import Notification
from partnership.isolation.errors import DateOutOfRange, Invalid
from programs.lessons import actions as lessons
from programs.lessons import feedback
from programs.lessons.actions import LessonOver, NoSuchLesson, OfficerUncertified, TeacherMissing
from programs.lessons.models import Lesson, LessonFeedback, LessonPlan
from programs.lessons.results import FEWEST, change_of, result_of
from tests.programs.courses import course_day, passed, qualification
from tests.programs.lessons import asked_lesson, lesson_over, lesson_plan, pupils_said
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import WebClient, World, database_role, on_web, run_as

ON_A_BUSY_MACHINE = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
State = Lesson.State


@shared
def asked(world: World) -> World:
    """A class of the social services' group asked the unit for tomorrow; lessons need a certificate, which the liaison has."""
    needed = qualification(world, "lessons", activities=("lesson",))
    passed(world, course_day(world, gives=needed), world.liaison)
    world.plan = lesson_plan(world)
    world.lesson = asked_lesson(world, world.plan)
    return world


@shared
def assigned(asked: World) -> World:
    world = asked
    world.lesson = assign(world)
    return world


def assign(world: World, by: Any = None, **fields: Any) -> Lesson:
    by = by or world.liaison
    values = {"lesson": world.lesson, "officer": world.liaison.user} | fields
    lesson: Lesson = run_as(by, lessons.assign_officer, **values)
    return lesson


def hold(world: World, **fields: Any) -> Lesson:
    values = {"lesson": world.lesson, "held_on": world.today, "pupils": 21, "teacher_present": True} | fields
    lesson: Lesson = run_as(world.liaison, lessons.hold_lesson, **values)
    return lesson


def answer(world: World, moment: str = "before", knowledge: int = 3, fairness: int = 3) -> None:
    with transaction.atomic(), database_role("web"):
        lessons.give_feedback(
            token=world.lesson.token,
            moment=moment,
            knowledge=knowledge,
            fairness=fairness,
        )


class TestAsking:
    def test_a_class_asks_and_the_unit_is_told(self, asked):
        with database_role("worker"):
            outbox.relay()
        assert ("lesson.asked", asked.liaison.user.pk) in Notification.objects.values_list("kind", "user")
        assert asked.lesson.plan.programme == asked.programme

    def test_in_the_browser(self, asked):
        client = asked.client(asked.professional)
        sent = {"unit": asked.police.pk, "class_name": "9 A", "wanted_on": str(asked.today)}
        response = client.post(reverse("lesson_ask", args=[asked.plan.pk]), sent)
        assert response.status_code == 302, response.text
        assert "9 A" in client.get(response["Location"]).text

    def test_no_day_that_is_over_and_nobody_but_the_police(self, asked):
        fields = {"plan": asked.plan, "unit": asked.police, "class_name": "8 C", "wanted_on": asked.today}
        with pytest.raises(DateOutOfRange):
            run_as(
                asked.professional,
                lessons.ask_for_lesson,
                **(fields | {"wanted_on": asked.today - timedelta(days=1)}),
            )
        with pytest.raises(Invalid):
            run_as(asked.professional, lessons.ask_for_lesson, **(fields | {"unit": asked.ngo}))

    def test_a_plan_is_part_of_an_own_programme(self, world):
        with on_web(world.case_manager), pytest.raises(DatabaseError), transaction.atomic():
            LessonPlan.objects.create(partner=world.ngo, title="Alone", activities="x")
        with on_web(world.case_manager), pytest.raises(DatabaseError), transaction.atomic():
            LessonPlan.objects.create(
                partner=world.ngo, programme_id=world.other_programme.pk, title="X", activities="x"
            )


class TestAssigning:
    def test_an_officer_with_a_certificate_comes(self, asked):
        lesson = assign(asked)
        assert (lesson.state, lesson.officer, lesson.without_certificate_because) == (
            State.ASSIGNED,
            asked.liaison.user,
            "",
        )

    def test_one_without_is_refused_unless_a_manager_gives_a_reason(self, asked):
        other = asked.data_officer.user
        manager = asked.member(asked.police, "police_liaison", is_manager=True)
        with pytest.raises(OfficerUncertified):
            assign(asked, officer=other, because="Nobody else is free")
        with pytest.raises(OfficerUncertified):
            assign(asked, manager, officer=other)
        lesson = assign(asked, manager, officer=other, because="Nobody else is free")
        assert lesson.without_certificate_because == "Nobody else is free"

    def test_the_certificate_holds_on_the_day_of_the_lesson(self, asked):
        asked.lesson = asked_lesson(asked, asked.plan, wanted_on=asked.today + timedelta(days=900))
        with pytest.raises(OfficerUncertified):
            assign(asked)

    def test_nobody_of_another_unit_comes_or_is_sent(self, asked):
        with pytest.raises(Invalid):
            assign(asked, officer=asked.other_liaison.user)
        with pytest.raises(LessonOver):
            assign(asked, asked.other_liaison, officer=asked.other_liaison.user)

    def test_the_page_says_why(self, asked):
        sent = {"officer": asked.data_officer.user.pk, "because": ""}
        response = asked.client(asked.liaison).post(reverse("lesson_assign", args=[asked.lesson.pk]), sent)
        assert response.status_code == 422
        assert "no valid certificate on that day: Lessons" in response.text


class TestHolding:
    def test_with_a_teacher_and_pupils_counted(self, assigned):
        lesson = hold(assigned)
        assert (lesson.state, lesson.pupils, lesson.teacher_present) == (State.HELD, 21, True)

    def test_not_without_a_teacher_nor_tomorrow_nor_by_nobody(self, asked):
        with pytest.raises(Invalid):
            hold(asked)
        assign(asked)
        with pytest.raises(TeacherMissing):
            hold(asked, teacher_present=False)
        with pytest.raises(DateOutOfRange):
            hold(asked, held_on=asked.today + timedelta(days=1))

    def test_the_database_takes_no_lesson_without_a_teacher(self, assigned):
        with pytest.raises(DatabaseError), transaction.atomic():
            Lesson.objects.update(state="held", held_on=assigned.today, pupils=3, teacher_present=False)

    def test_what_is_over_stays(self, assigned):
        hold(assigned)
        with pytest.raises(LessonOver):
            run_as(assigned.professional, lessons.cancel_lesson, lesson=assigned.lesson, because="x")

    def test_either_side_cancels_for_a_reason(self, assigned):
        with pytest.raises(Invalid):
            run_as(assigned.professional, lessons.cancel_lesson, lesson=assigned.lesson, because=" ")
        run_as(assigned.professional, lessons.cancel_lesson, lesson=assigned.lesson, because="A trip")
        assert Lesson.objects.get().state == State.CANCELLED
        assert "A trip" in assigned.client(assigned.liaison).get(reverse("lesson", args=[assigned.lesson.pk])).text


class TestPupils:
    def test_answer_without_sign_in_or_cookie_and_leave_no_trace(self, assigned):
        visitor = WebClient(enforce_csrf_checks=True)
        address = reverse("lesson_feedback", args=[assigned.lesson.token, "before"])
        assert visitor.get(address).status_code == 200
        response = visitor.post(address, {"knowledge": 2, "fairness": 4}, REMOTE_ADDR="192.0.2.9")
        assert "Thank you" in response.text
        assert not visitor.cookies
        assert LessonFeedback.objects.get().knowledge == 2
        fields = {field.name for field in LessonFeedback._meta.get_fields()}
        assert fields == {"id", "partner", "plan", "lesson", "moment", "knowledge", "fairness", "given_on"}

    def test_a_page_without_answers_says_so_and_an_unknown_moment_is_none(self, assigned):
        address = reverse("lesson_feedback", args=[assigned.lesson.token, "before"])
        assert WebClient().post(address, {"knowledge": 9}).status_code == 422
        assert WebClient().get(reverse("lesson_feedback", args=[assigned.lesson.token, "never"])).status_code == 404

    def test_no_answers_before_an_officer_is_assigned_or_at_a_made_up_address(self, asked):
        with pytest.raises(NoSuchLesson):
            answer(asked)
        asked.lesson.token = "made-up"
        with pytest.raises(NoSuchLesson):
            answer(asked)

    def test_nobody_answers_for_a_whole_school(self, assigned):
        for _pupil in range(feedback.MOST_ANSWERS):
            answer(assigned)
        with pytest.raises(NoSuchLesson):
            answer(assigned)
        answer(assigned, "after")

    def test_the_codes_lead_to_their_page(self, assigned):
        page = assigned.client(assigned.professional).get(reverse("lesson", args=[assigned.lesson.pk])).text
        paths = re.findall(r'href="https?://[^/"]+(/lesson/[^"]+)"', page)
        assert paths == [reverse("lesson_feedback", args=[assigned.lesson.token, when]) for when in ("before", "after")]


class TestResults:
    @ON_A_BUSY_MACHINE
    @given(
        *[st.lists(st.integers(1, 5), min_size=FEWEST, max_size=40).filter(lambda answers: len(set(answers)) > 1)] * 2
    )
    def test_the_interval_is_welchs(self, before, after):
        """Against SciPy's own test of unequal variances."""
        change = change_of(before, after)
        interval = stats.ttest_ind(after, before, equal_var=False).confidence_interval(0.95)
        assert change is not None
        assert (change.lower, change.upper) == pytest.approx((interval.low, interval.high))

    def test_too_few_answers_or_all_alike_tell_nothing(self):
        assert change_of([1, 2] * 4, [1, 2] * 10) is None
        assert change_of([3] * FEWEST, [3] * FEWEST) is None

    def test_a_plan_shows_its_partner_what_pupils_say(self, assigned):
        address = reverse("lesson_plan", args=[assigned.plan.pk])
        lesson = lesson_over(assigned)
        pupils_said(lesson, "before", *(1 + number % 2 for number in range(FEWEST)))
        assert "too few answers" in assigned.client(assigned.caseworker).get(address).text
        pupils_said(lesson, "after", *(4 + number % 2 for number in range(FEWEST)))
        with on_web(assigned.caseworker):
            result = result_of(assigned.plan)
        assert result.knowledge is not None
        assert (result.knowledge.difference, result.before, result.after) == (3, FEWEST, FEWEST)
        assert "difference 3.00" in assigned.client(assigned.caseworker).get(address).text
        assert "What pupils say" not in assigned.client(assigned.liaison).get(address).text


class TestWalls:
    @pytest.mark.parametrize("who", ["other_caseworker", "other_liaison", "court_officer", "coordinator", "auditor"])
    def test_a_lesson_is_seen_by_school_unit_and_the_plans_partner_alone(self, asked, who):
        with on_web(getattr(asked, who)):
            assert not Lesson.objects.exists()
        with on_web(asked.caseworker):
            assert Lesson.objects.exists()

    @pytest.mark.parametrize("who", ["liaison", "professional", "other_caseworker", "coordinator"])
    def test_what_pupils_say_is_counted_for_the_plans_partner_alone(self, assigned, who):
        pupils_said(lesson_over(assigned), "before", *[3] * FEWEST)
        with on_web(assigned.caseworker):
            assert result_of(assigned.plan).before == FEWEST
        with on_web(getattr(assigned, who)):
            assert result_of(assigned.plan).before == 0

    def test_not_even_there_is_a_single_answer_told(self, assigned):
        answer(assigned)
        for column in ("id", "knowledge", "lesson_id", "given_on"):
            with (
                on_web(assigned.caseworker),
                pytest.raises(DatabaseError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"SELECT {column} FROM programs_lessonfeedback")

    def test_nobody_writes_an_answer_past_the_door(self, assigned):
        with on_web(assigned.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            LessonFeedback.objects.create(
                partner=assigned.ngo, plan=assigned.plan, lesson=assigned.lesson, moment="after", knowledge=5, fairness=5,
                given_on=assigned.today,
            )  # fmt: skip

    def test_the_school_sends_nobody_by_sql(self, asked):
        with on_web(asked.professional), pytest.raises(DatabaseError), transaction.atomic():
            Lesson.objects.update(state="assigned", officer=asked.professional.user)

    def test_the_worker_reads_none(self, asked):
        with pytest.raises(DatabaseError), database_role("worker"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM programs_lesson")


class TestApi:
    def test_systems_of_unit_and_plan_read_a_lesson_and_nothing_that_pupils_say(self, assigned):
        pupils_said(lesson_over(assigned), "before", *[3] * FEWEST)
        for system in (
            System(assigned.case_manager),
            System(assigned.member(assigned.police, "police_liaison", is_manager=True)),
        ):
            found = system.get(f"lessons/{assigned.lesson.pk}")
            assert (found["state"], found["class_name"], found["unit"]) == ("assigned", "8 B", assigned.police.pk)
            over = system.get("lessons?state=held")["results"]
            assert [row["pupils"] for row in over] == [20]
            assert assigned.lesson.token not in str(found)

    def test_another_partners_system_reads_plans_and_no_lesson(self, assigned):
        other = System(assigned.member(assigned.other_ngo, "case_manager", is_manager=True))
        assert [row["id"] for row in other.get("lesson-plans?is_offered=true")["results"]] == [assigned.plan.pk]
        assert other.get("lessons")["results"] == []
        other.call("get", f"lessons/{assigned.lesson.pk}", status=404)

    @pytest.mark.parametrize("address", ["lessons", "lesson-plans"])
    def test_a_courts_system_reads_neither(self, assigned, address):
        court = System(assigned.member(assigned.prosecutors, "court_officer", is_manager=True))
        court.call("get", address, status=403)
