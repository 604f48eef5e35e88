"""Fellowships, call-ins, stop signs and first appointments, attacked for the third time. Each test is a hole that was found."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.urls import reverse
from django.utils import timezone

from cases.enrolments import actions as enrolments
from cases.fellowships import actions as fellowships
from cases.fellowships.models import Fellowship, Stipend, StipendApproval
from cases.rights import actions as rights
from partnership.isolation.errors import RuleError
from referrals.callins.models import CallIn
from referrals.first_appointments import actions as first_appointments
from referrals.stops import actions as stops
from referrals.stops.models import StopSign
from tests.cases.test_fellowships import ask, cohort  # noqa: F401 — a fixture
from tests.cases.test_protection import house, screen  # noqa: F401 — a fixture
from tests.referrals.test_callins import evening  # noqa: F401 — a fixture
from tests.world import WebClient, World, do, on_web, run_as

# ruff: noqa: F811 — fixtures


def status(client: WebClient, address: str, body: dict[str, Any] | None = None) -> int:
    client.raise_request_exception = False
    response = client.get(address) if body is None else client.post(address, body)
    return int(response.status_code)


class TestMoney:
    """SQL of a caseworker's choice in a connection of the web role."""

    def test_sql_of_a_caseworker_approves_nothing(self, cohort):
        """Who asked does not approve; nor does a second caseworker, who manages no cases."""
        stipend = ask(cohort)
        colleague = cohort.member(cohort.ngo, "caseworker")
        with pytest.raises(DatabaseError), on_web(colleague), transaction.atomic():
            StipendApproval.objects.create(
                partner=cohort.ngo, stipend=stipend, asked_by=cohort.caseworker.user, approved_by=colleague.user
            )

    def test_sql_of_a_caseworker_says_of_nothing_that_it_was_paid(self, cohort):
        run_as(cohort.case_manager, fellowships.approve_stipend, stipend=ask(cohort))
        with on_web(cohort.caseworker):
            assert not StipendApproval.objects.update(paid_on=cohort.today)

    def test_what_was_paid_is_not_made_unpaid_to_be_paid_again(self, cohort):
        approval = run_as(cohort.case_manager, fellowships.approve_stipend, stipend=ask(cohort))
        run_as(cohort.case_manager, fellowships.mark_paid, approval=approval)
        for acting in (cohort.caseworker, cohort.case_manager):
            try:
                with on_web(acting), transaction.atomic():
                    StipendApproval.objects.all().delete()
                    Stipend.objects.all().delete()
            except DatabaseError:
                pass
        assert StipendApproval.objects.exclude(paid_on=None).count() == Stipend.objects.count() == 1

    def test_sql_asks_for_no_more_than_the_rule_of_the_month(self, cohort):
        for month, amount in ((2, "300.01"), (1, "10.00")):  # before month two the programme pays nothing
            with pytest.raises(DatabaseError), on_web(cohort.caseworker), transaction.atomic():
                Stipend.objects.create(
                    partner=cohort.ngo, fellowship=cohort.fellowship, month=month, amount=Decimal(amount),
                    asked_by=cohort.caseworker.user,
                )  # fmt: skip

    def test_erasing_the_person_still_takes_all_of_it(self, cohort):
        approval = run_as(cohort.case_manager, fellowships.approve_stipend, stipend=ask(cohort))
        run_as(cohort.case_manager, fellowships.mark_paid, approval=approval)
        end = {"ended_on": cohort.today, "reason": "person_left"}
        run_as(cohort.caseworker, enrolments.end_enrolment, enrolment=cohort.part, **end)
        terms = {"kind": "erasure", "received_on": cohort.today}
        request = run_as(cohort.caseworker, rights.record_request, person=cohort.part.person, **terms)
        run_as(cohort.caseworker, rights.answer_request, request=request, outcome="granted", answer="")
        assert not Fellowship.objects.exists()
        assert not StipendApproval.objects.exists()


class TestTheFirstAndTheLastYear:
    """A moment before the year 1, as the database counts it, is none that Python reads: whoever lists it gets an error, for good."""

    def test_a_call_in_of_the_year_1_breaks_no_page_of_the_service(self, evening):
        body = {
            "to_partner": evening.ngo.pk, "district": evening.city.pk, "day": "0001-01-01", "time": "00:10", "place": "x"
        }  # fmt: skip
        assert status(evening.client(evening.liaison), reverse("call_in_new"), body) == 422
        assert status(evening.client(evening.caseworker), reverse("call_in_list")) == 200

    def test_nor_does_sql_of_the_unit(self, evening):
        with pytest.raises(DatabaseError), on_web(evening.liaison), connection.cursor() as cursor:
            cursor.execute("UPDATE referrals_callin SET at = '4000-01-01 BC'")
        assert status(evening.client(evening.caseworker), reverse("call_in_list")) == 200

    def test_nobody_is_given_a_first_appointment_in_the_year_9999(self, world):
        referral = do(world, "accept", world.sent())
        far = timezone.make_aware(datetime(9999, 12, 31, 23, 59))
        offer = {"referral": referral, "starts_at": far}
        with pytest.raises(RuleError):
            run_as(world.caseworker, first_appointments.offer_appointment, **offer)


class TestStopSigns:
    def test_a_sign_is_taken_down_in_nobody_elses_name(self, world):
        sign = run_as(world.caseworker, stops.raise_sign, diversion=world.enrolled().diversion)
        with pytest.raises(DatabaseError), on_web(world.caseworker), transaction.atomic():
            StopSign.objects.filter(pk=sign.pk).update(lifted_at=timezone.now(), lifted_by=world.case_manager.user)

    def test_that_it_was_taken_down_stays_so(self, world):
        sign = run_as(world.caseworker, stops.raise_sign, diversion=world.enrolled().diversion)
        run_as(world.caseworker, stops.lift_sign, sign=StopSign.objects.get())
        with pytest.raises(DatabaseError), on_web(world.caseworker), transaction.atomic():
            StopSign.objects.filter(pk=sign.pk).update(lifted_at=None, lifted_by=None)


class TestListsHaveANextPage:
    def test_the_oldest_call_in_is_reached(self, evening):
        for day in range(55):
            at = timezone.now() + timedelta(days=4 + day)
            CallIn.objects.create(
                from_partner=evening.police, to_partner=evening.ngo, district=evening.city, at=at, place="Hall"
            )
        page = evening.client(evening.caseworker).get(reverse("call_in_list")).text
        assert "Church hall" not in page
        assert "after=" in page

    def test_the_first_record_that_names_nobody_is_reached(self, house):
        for _number in range(55):
            screen(house, person=None, decision="ask_more")
        page = house.client(house.caseworker).get(reverse("protection")).text
        assert "after=" in page


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
    return sorted(answers)


class TestReallyAtOnce:
    @pytest.fixture
    def committed_world(self, transactional_db) -> World:
        return World()

    def test_of_two_who_ask_for_one_stipend_the_second_is_told_in_words(self, committed_world):
        world = committed_world
        part = world.enrolment(started_on=world.today - timedelta(days=100))
        fellowship = Fellowship.objects.create(
            partner=world.ngo, enrolment=part, months=12, mentor=world.caseworker.user, started_on=part.started_on
        )
        rule = {"programme": world.programme, "from_month": 1, "cap": Decimal(300)}
        run_as(world.case_manager, fellowships.save_rule, **rule)

        def ask_for_it() -> None:
            with on_web(world.caseworker):
                one = Fellowship.objects.get(pk=fellowship.pk)
                fellowships.ask_stipend(by=world.caseworker, fellowship=one, month=2, amount=Decimal(100))
                time.sleep(1)  # neither sees what the other has not committed

        assert set(at_once(ask_for_it)) in ({"SavedMeanwhile", "done"}, {"NoStipend", "done"})
        assert Stipend.objects.count() == 1
