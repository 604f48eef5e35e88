"""Taking part: from which day to which, what an ended participation still takes, who is responsible."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Goal
from cases.people.models import Person
from partnership.events.models import OutboxEvent
from partnership.isolation.errors import DateOutOfRange, RuleError
from tests.shared_worlds import shared
from tests.world import run_as


@shared
def case(world):
    """Somebody who has taken part for nine days."""
    world.part = world.enrolment(started_on=world.today - timedelta(days=9))
    return world


def met(case, days: int, attendance: str = "attended"):
    """Records a session so many days from today."""
    return run_as(
        case.caseworker, enrolments.record_session, enrolment=case.part, held_on=case.today + timedelta(days=days),
        method="cbt", attendance=attendance,
    )  # fmt: skip


def end(case, days: int = 0, reason: str = "completed"):
    ended_on = case.today + timedelta(days=days)
    return run_as(case.caseworker, enrolments.end_enrolment, enrolment=case.part, ended_on=ended_on, reason=reason)


class TestStart:
    def enrol(self, world, by=None, days=0, **more):
        terms = {"person": world.person(world.ngo), "programme": world.programme, "measurement_consent": True} | more
        return run_as(by or world.caseworker, enrolments.enrol, started_on=world.today + timedelta(days=days), **terms)

    def test_today_or_earlier_and_whoever_enrols_is_responsible(self, world):
        assert self.enrol(world).responsible == world.caseworker.user
        assert self.enrol(world, days=-400)
        with pytest.raises(DateOutOfRange):
            self.enrol(world, days=1)

    def test_only_in_a_programme_of_ones_own(self, world):
        with pytest.raises(RuleError, match="own partner"):
            self.enrol(world, programme=world.other_programme)

    def test_once_at_a_time(self, world):
        person = world.person(world.ngo)
        self.enrol(world, person=person)
        with pytest.raises(enrolments.AlreadyEnrolled):
            self.enrol(world, person=person)


class TestSessions:
    def test_between_the_start_and_today(self, case):
        met(case, -9)
        met(case, 0)
        for days in (-10, 1):
            with pytest.raises(DateOutOfRange):
                met(case, days)
        assert case.part.sessions.count() == 2

    def test_an_attended_one_is_a_contact_and_an_older_one_does_not_set_it_back(self, case):
        met(case, -3)
        met(case, -5)
        met(case, 0, attendance="missed")
        case.part.refresh_from_db()
        assert case.part.last_contact_on == case.today - timedelta(days=3)


class TestEnd:
    @pytest.mark.parametrize(("days", "is_possible"), [(-9, True), (0, True), (-10, False), (1, False)])
    def test_between_the_start_and_today(self, case, days, is_possible):
        if is_possible:
            assert end(case, days).ended_on == case.today + timedelta(days=days)
        else:
            with pytest.raises(DateOutOfRange):
                end(case, days)

    def test_an_ended_participation_takes_no_session_no_goal_and_no_second_end(self, case):
        end(case)
        for entry in (
            lambda: met(case, 0),
            lambda: end(case),
            lambda: run_as(case.caseworker, enrolments.add_goal, enrolment=case.part, area="housing", text="A flat"),
        ):
            with pytest.raises(enrolments.EnrolmentEnded):
                entry()
        assert not Goal.objects.exists()
        assert OutboxEvent.objects.filter(kind="enrolment.ended").count() == 1

    def test_only_a_death_says_when_the_person_died(self, case):
        end(case, -1, reason="died")
        assert Person.objects.get(pk=case.part.person_id).died_on == case.today - timedelta(days=1)
        case.part = case.enrolment(person=case.person(case.ngo), started_on=case.today)
        end(case, reason="moved")
        assert Person.objects.get(pk=case.part.person_id).died_on is None

    def test_a_death_on_record_keeps_its_day(self, case):
        died_on = case.today - timedelta(days=4)
        Person.objects.update(died_on=died_on)
        end(case, reason="died")
        assert Person.objects.get(pk=case.part.person_id).died_on == died_on


def test_only_open_participations_are_handed_over(case):
    over = case.enrolment(ended_on=case.today, end_reason="completed")
    to = case.case_manager.user
    both = Enrolment.objects.filter(partner=case.ngo)
    assert run_as(case.case_manager, enrolments.hand_over, enrolments=both, to=to) == 1
    over.refresh_from_db()
    case.part.refresh_from_db()
    assert (case.part.responsible, over.responsible) == (to, None)


def test_taking_the_consent_to_be_counted_back_says_from_which_day(case):
    run_as(case.caseworker, enrolments.set_measurement_consent, enrolment=case.part, consents=False)
    case.part.refresh_from_db()
    assert (case.part.measurement_consent, case.part.measurement_consent_ended_on) == (False, case.today)
    run_as(case.caseworker, enrolments.set_measurement_consent, enrolment=case.part, consents=True)
    case.part.refresh_from_db()
    assert (case.part.measurement_consent, case.part.measurement_consent_ended_on) == (True, None)
