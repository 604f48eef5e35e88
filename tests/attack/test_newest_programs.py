"""The rooms of programmes, attacked: certificates, lessons and what pupils say, plans. Each test is a hole that was found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.urls import reverse
from django.utils import timezone

from partnership.isolation.errors import RuleError
from partnership.members.models import Membership
from programs.contacts import actions as contacts
from programs.contacts.models import ServicePoint
from programs.lessons import actions as lessons
from programs.lessons.forms import AssignForm
from programs.lessons.models import Lesson
from programs.lessons.results import result_of
from programs.standards import actions as standards
from programs.standards.models import PlanAdvice, PreventionPlan
from programs.training import actions as training
from programs.training.models import Certificate, Course, CourseAttendance, CourseSession
from tests.programs.courses import begin, course_day, passed, qualification, signed_up
from tests.programs.lessons import lesson_over, pupils_said
from tests.programs.plans import advised_plan
from tests.programs.test_lessons import answer as pupil_says
from tests.programs.test_lessons import asked, assigned, hold  # noqa: F401 — fixtures
from tests.systems import System
from tests.world import WebClient, World, database_role, on_web, run_as


class TestCertificates:
    def test_nobody_passes_their_own_course(self, world):
        """A liaison of a unit that gives the certificate offers a course of an hour, takes a place and writes down that they passed."""
        needed = qualification(world, "lessons", activities=("lesson",), givers=[world.police])
        client = world.client(world.liaison)
        course = {
            "title": "My own",
            "audience": "police",
            "topic": "working_together",
            "hours": "1",
            "gives": needed.pk,
        }
        client.post(reverse("course_new"), course | {"is_offered": "on"})
        number = Course.objects.get(title="My own").pk
        soon = timezone.localtime() + timedelta(hours=1)
        day = {"starts_at": f"{soon:%Y-%m-%dT%H:%M}", "place": "Here", "places": 1, "trainers": "I"}
        client.post(reverse("course_day_new", args=[number]), day)
        session = CourseSession.objects.get(course=number)
        client.post(reverse("course_sign_up", args=[session.pk]))
        begin(session)
        place = CourseAttendance.objects.get(session=session)
        client.post(reverse("course_mark", args=[place.pk]), {"state": "passed"})
        assert not Certificate.objects.filter(user=world.liaison.user).exists()
        with pytest.raises(DatabaseError), on_web(world.liaison), transaction.atomic():
            assert not CourseAttendance.objects.update(state="passed")
            Certificate.objects.create(
                partner=world.police, issuer=world.police, attendance=place, user=world.liaison.user, qualification=needed,
                expires_on=world.today + timedelta(days=99),
            )  # fmt: skip

    def test_no_course_gives_what_is_not_its_partners_to_give(self, world):
        needed = qualification(world, "lessons", activities=("lesson",))
        fields = {"title": "Our own", "topic": "working_together", "hours": 1}
        sent = world.client(world.liaison).post(
            reverse("course_new"), fields | {"audience": "police", "gives": needed.pk}
        )
        assert sent.status_code == 422
        with pytest.raises(training.NotAGiver):
            run_as(world.liaison, training.save_course, course=Course(partner=world.police, gives=needed, **fields))

    def test_who_gives_it_no_more_issues_none_by_the_sheet_or_by_sql(self, world):
        gives = qualification(world)
        place = signed_up(course_day(world, gives=gives), world.liaison)
        begin(place.session)
        more = {"activities": [], "givers": []}
        run_as(world.coordinator, training.save_qualification, qualification=gives, **more)
        place = CourseAttendance.objects.get(pk=place.pk)
        with pytest.raises(training.NotAGiver):
            run_as(world.case_manager, training.mark_attendance, attendance=place, state="passed")
        with pytest.raises(DatabaseError), on_web(world.case_manager), transaction.atomic():
            Certificate.objects.create(
                partner=world.police, issuer=world.ngo, attendance=place, user=world.liaison.user, qualification=gives,
                expires_on=world.today + timedelta(days=99),
            )  # fmt: skip

    def test_sql_makes_no_certificate_for_somebody_who_was_not_there(self, world):
        gives = qualification(world)
        place = signed_up(course_day(world, gives=gives), world.caseworker)
        with pytest.raises(DatabaseError), on_web(world.case_manager), transaction.atomic():
            Certificate.objects.create(
                partner=world.police, issuer=world.ngo, attendance=place, user=world.data_officer.user,
                qualification=gives, expires_on=world.today + timedelta(days=999),
            )  # fmt: skip

    def test_who_passes_after_a_certificate_was_revoked_by_mistake_gets_one(self, world):
        """CertificateIssued says: revoke it, then change the sheet. The sheet says “Saved.”, and there is never another."""
        certificate = passed(world, course_day(world, gives=qualification(world)), world.liaison)
        run_as(world.case_manager, training.revoke_certificate, certificate=certificate, because="Wrong person")
        for marked in ("missed", "passed"):
            place = CourseAttendance.objects.get(pk=certificate.attendance_id)
            run_as(world.case_manager, training.mark_attendance, attendance=place, state=marked)
        assert Certificate.objects.valid().filter(user=world.liaison.user).exists()

    def test_whose_certificate_was_revoked_holds_no_lesson(self, assigned):  # noqa: F811
        run_as(
            assigned.case_manager, training.revoke_certificate, certificate=Certificate.objects.get(), because="Fraud"
        )
        with pytest.raises(RuleError):
            hold(assigned)

    def test_nobody_who_has_left_the_unit_has_held_a_lesson(self, assigned):  # noqa: F811
        colleague = assigned.member(assigned.police, "police_liaison")
        Membership.objects.filter(pk=assigned.liaison.membership.pk).update(is_active=False)
        held = {"held_on": assigned.today, "pupils": 21, "teacher_present": True}
        with pytest.raises(RuleError):
            run_as(colleague, lessons.hold_lesson, lesson=assigned.lesson, **held)

    def test_a_system_is_no_officer_who_could_come(self, asked):  # noqa: F811
        System(asked.member(asked.police, "police_liaison", is_manager=True), name="Records system")
        with on_web(asked.liaison):
            officers = AssignForm(acting=asked.liaison).fields["officer"].queryset
            assert "Records system" not in [officer.full_name for officer in officers]


class TestPupils:
    """“Nobody reads it by lesson or day, not even the plan's partner” (docs/practices.md)."""

    def result(self, world: World) -> tuple[int, int, float | None]:
        with on_web(world.case_manager):
            result = result_of(world.plan)
        return result.before, result.after, result.knowledge and result.knowledge.after

    def test_who_looks_before_and_after_one_answer_does_not_learn_it(self, assigned):  # noqa: F811
        for number in range(10):
            for moment in ("before", "after"):
                pupil_says(assigned, moment, knowledge=1 + number % 5, fairness=3 + number % 2)
        assert self.result(assigned) == (0, 0, None)  # more can come
        lesson = lesson_over(assigned)
        for moment in ("before", "after"):
            pupils_said(lesson, moment, *(1 + number % 5 for number in range(10)))
        assert self.result(assigned) == (10, 10, 3)
        pupils_said(lesson, "after", 1)
        assert self.result(assigned) == (10, 10, 3)

    def test_sql_does_not_tell_which_answers_came_together(self, assigned):  # noqa: F811
        for said in (1, 5, 5, 2):
            pupil_says(assigned, knowledge=said)
        with pytest.raises(DatabaseError), on_web(assigned.case_manager), connection.cursor() as cursor:
            cursor.execute("SELECT id, knowledge, fairness FROM programs_lessonfeedback ORDER BY id")

    def test_sql_writes_no_more_answers_than_a_lesson_takes(self, assigned):  # noqa: F811
        """The limit counts for each moment that is named, and any word is one."""
        made = 0
        try:
            with transaction.atomic(), database_role("web"), connection.cursor() as cursor:
                for number in range(200):
                    cursor.execute(
                        "SELECT portal_lesson_feedback(%s, %s, 3::smallint, 3::smallint)",
                        [assigned.lesson.token, f"m{number}"],
                    )
                    made += cursor.fetchone()[0]
        except DatabaseError:
            made = 0
        assert made <= 120

    def test_sql_of_a_school_does_not_say_that_the_police_held_a_lesson(self, asked):  # noqa: F811
        with pytest.raises(DatabaseError), on_web(asked.professional), transaction.atomic():
            lesson = Lesson.objects.create(
                partner=asked.social, unit=asked.police, plan_partner=asked.ngo, plan=asked.plan, class_name="9 C",
                wanted_on=asked.today, asked_by=asked.professional.user, officer=asked.liaison.user,
                held_on=asked.today, teacher_present=True, pupils=30,
            )  # fmt: skip
            Lesson.objects.filter(pk=lesson.pk).update(state="held")

    def test_none_was_held_before_anybody_asked_for_it(self, assigned):  # noqa: F811
        with pytest.raises(RuleError):
            hold(assigned, held_on=assigned.today - timedelta(days=999))


class TestPlans:
    def test_a_case_managers_answer_for_one_leader_does_not_hold_for_another(self, world):
        qualification(world, activities=("prevention",))
        first, second = (world.member(world.ngo, "caseworker").user for _two in range(2))
        plan = advised_plan(world, leader=first)
        said = {"rule": "leader_without_certificate", "answer": "Twenty years of experience."}
        run_as(world.case_manager, standards.answer_advice, plan=plan, **said)
        plan = PreventionPlan.objects.get(pk=plan.pk)
        plan.leader = second
        run_as(world.caseworker, standards.save_plan, plan=plan)
        plan = run_as(world.caseworker, standards.advise, plan=PreventionPlan.objects.get(pk=plan.pk))
        with pytest.raises(standards.AdviceUnanswered):
            run_as(world.caseworker, standards.submit_plan, plan=plan)

    def test_none_is_submitted_whose_leader_lost_the_certificate_since_the_advice(self, world):
        needed = qualification(world, activities=("prevention",))
        certificate = passed(world, course_day(world, gives=needed), world.caseworker)
        plan = advised_plan(world, leader=world.caseworker.user)
        run_as(world.case_manager, training.revoke_certificate, certificate=certificate, because="Not present")
        with pytest.raises(standards.AdviceUnanswered):
            run_as(world.case_manager, standards.submit_plan, plan=plan)

    def test_advice_is_given_on_a_leader_who_has_left(self, world):
        leader = world.member(world.ngo, "caseworker")
        needed = qualification(world, activities=("prevention",))
        passed(world, course_day(world, gives=needed), leader)
        Membership.objects.filter(pk=leader.membership.pk).update(is_active=False)
        assert advised_plan(world, leader=leader.user).advice.exists()

    def test_sql_changes_no_answer_of_an_approved_plan(self, world):
        plan = advised_plan(world, evaluation="none")
        run_as(world.case_manager, standards.answer_advice, plan=plan, rule="no_evaluation", answer="Next year.")
        plan = run_as(world.case_manager, standards.submit_plan, plan=PreventionPlan.objects.get(pk=plan.pk))
        run_as(world.coordinator, standards.approve_plan, plan=plan)
        changed = 0
        try:
            with on_web(world.caseworker), transaction.atomic():
                changed = PlanAdvice.objects.filter(plan=plan).update(answer="Something else.")
        except DatabaseError:
            pass
        assert changed == 0

    def test_sql_answers_in_nobody_elses_name(self, world):
        plan = advised_plan(world, practices=["scare_tactics"])
        advice = PlanAdvice.objects.filter(plan=plan, rule="scare_tactics")
        forged = {"answer": "I answer for it.", "answered_by": world.case_manager.user, "answered_at": timezone.now()}
        with pytest.raises(DatabaseError), on_web(world.caseworker), transaction.atomic():
            advice.update(**forged)


class TestWordsInsteadOfErrors:
    def posts(self, client: WebClient, address: str, body: dict[str, Any]) -> int:
        client.raise_request_exception = False
        return int(client.post(address, body).status_code)

    def test_a_second_course_of_one_title(self, world):
        course_day(world)
        body = {"title": "Working together", "audience": "everybody", "topic": "working_together", "hours": "6"}
        assert self.posts(world.client(world.case_manager), reverse("course_new"), body) == 422

    def test_a_second_lesson_plan_of_one_title(self, asked):  # noqa: F811
        body = {
            "title": "Drugs and the law", "programme": asked.programme.pk, "minutes": 45, "age_from": 13, "age_to": 16,
            "activities": "x",
        }  # fmt: skip
        assert self.posts(asked.client(asked.case_manager), reverse("lesson_plan_new"), body) == 422

    def test_a_second_service_point_of_one_name(self, world):
        point = ServicePoint(partner=world.ngo, name="Bus", district=world.city)
        run_as(world.case_manager, contacts.save_point, point=point)
        body = {"name": "Bus", "kind": "mobile", "district": world.city.pk}
        assert self.posts(world.client(world.case_manager), reverse("point_new"), body) in {200, 422}

    def test_an_address_of_a_lesson_with_a_nul_to_anybody(self, db):
        assert self.posts(WebClient(), "/lesson/%00/before/", {"knowledge": 3, "fairness": 3}) in {400, 404}

    def test_why_a_lesson_was_cancelled_is_not_cut_without_a_word(self, asked):  # noqa: F811
        words = "x" * 299 + " and this is what matters"
        asked.client(asked.professional).post(reverse("lesson_cancel", args=[asked.lesson.pk]), {"because": words})
        assert Lesson.objects.get(pk=asked.lesson.pk).cancelled_why in {"", words}

    def test_why_a_certificate_was_revoked_is_not_cut_without_a_word(self, world):
        certificate = passed(world, course_day(world, gives=qualification(world)), world.liaison)
        words = "x" * 299 + " and this is what matters"
        address = reverse("certificate_revoke", args=[certificate.pk])
        world.client(world.case_manager).post(address, {"because": words})
        assert Certificate.objects.get().revoked_because in {"", words}


class TestListsHaveANextPage:
    def test_the_sheet_of_a_day_long_ago_is_reached(self, world):
        course = course_day(world).course
        first = None
        for number in range(21):
            soon = timezone.now() + timedelta(days=1)
            session = CourseSession(starts_at=soon, place="Room", places=3, trainers="User")
            held = run_as(world.case_manager, training.hold_course, course=course, session=session)
            CourseSession.objects.filter(pk=held.pk).update(starts_at=timezone.now() - timedelta(days=99 - number))
            first = first or held.pk
        page = world.client(world.case_manager).get(reverse("course", args=[course.pk])).content.decode()
        assert reverse("course_sheet", args=[first]) in page or "after=" in page


def at_once(deed: Callable[[], object]) -> list[str]:
    """What two threads of the web role get, each in a connection of its own."""
    answers: list[str] = []
    gate = threading.Barrier(2)

    def run() -> None:
        try:
            gate.wait()
            deed()
            answers.append("done")
        except Exception as error:
            answers.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _two in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class TestReallyAtOnce:
    @pytest.fixture
    def committed_world(self, transactional_db) -> World:
        return World()

    def test_who_signs_up_twice_is_told_in_words(self, committed_world):
        world = committed_world
        day = course_day(world)

        def sign_up() -> None:
            with on_web(world.liaison):
                training.sign_up(by=world.liaison, session=CourseSession.objects.get(pk=day.pk))

        assert "IntegrityError" not in at_once(sign_up)
