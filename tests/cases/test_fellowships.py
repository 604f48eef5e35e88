"""Fellowships: milestones that somebody confirmed, and stipends that two people decide on; nobody outside sees plan or money."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cases.enrolments import actions as enrolments
from cases.fellowships import actions as fellowships
from cases.fellowships.models import Fellowship, Milestone, Stipend, StipendApproval, StipendRule, Touchpoint
from cases.rights import actions as rights
from cases.rights.actions import held_about
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty
from programs.catalogue.models import Part
from tests.shared_worlds import shared
from tests.world import on_web, run_as

MODELS = (Fellowship, Milestone, Touchpoint, StipendRule, Stipend, StipendApproval)


@shared
def cohort(world):
    """Somebody in month four of a fellowship with one milestone reached; from month two on the programme pays 300 euros for one."""
    us = world.caseworker
    world.programme.parts = [Part.FELLOWSHIPS]
    world.programme.save()
    world.part = world.enrolment(started_on=world.today - timedelta(days=100), responsible=us.user)
    world.fellowship = run_as(
        us,
        fellowships.begin_fellowship,
        enrolment=world.part,
        months=18,
        mentor=us.user,
        started_on=world.part.started_on,
    )
    world.milestone = run_as(
        us, fellowships.add_milestone, fellowship=world.fellowship, area="work", text="A licence to drive a forklift"
    )
    run_as(us, fellowships.mark_milestone, milestone=world.milestone, is_reached=True)
    run_as(
        world.case_manager, fellowships.save_rule, programme=world.programme, from_month=2, cap=Decimal(300),
        milestones_needed=1,
    )  # fmt: skip
    return world


def ask(world, month=2, amount="250.00", by=None):
    values = {"fellowship": world.fellowship, "month": month, "amount": Decimal(amount)}
    return run_as(by or world.caseworker, fellowships.ask_stipend, **values)


class TestMonths:
    @pytest.mark.parametrize(
        ("day", "month"),
        [
            (date(2026, 1, 31), 1),
            (date(2026, 2, 28), 1),
            (date(2026, 3, 1), 2),
            (date(2026, 3, 31), 3),
            (date(2030, 1, 1), 18),
        ],
    )
    def test_the_next_begins_on_the_same_day(self, day, month):
        assert Fellowship(started_on=date(2026, 1, 31), months=18).month_on(day) == month

    @given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 36), st.integers(0, 2000))
    def test_never_go_back_and_stay_within_the_fellowship(self, start, months, days):
        one = Fellowship(started_on=start, months=months)
        now, later = one.month_on(start + timedelta(days=days)), one.month_on(start + timedelta(days=days + 1))
        assert 1 <= now <= later <= months


class TestStipends:
    def test_who_asked_does_not_approve(self, cohort):
        stipend = ask(cohort, by=cohort.case_manager)
        with pytest.raises(fellowships.SamePerson):
            run_as(cohort.case_manager, fellowships.approve_stipend, stipend=stipend)

    def test_nor_by_sql(self, cohort):
        stipend, me = ask(cohort), cohort.caseworker.user
        another = cohort.case_manager.user
        for asked_by, approved_by in ((me, me), (another, me), (me, another)):
            with pytest.raises(DatabaseError), on_web(cohort.caseworker):
                StipendApproval.objects.create(
                    partner=cohort.ngo, stipend=stipend, asked_by=asked_by, approved_by=approved_by
                )
        with pytest.raises(DatabaseError), on_web(cohort.caseworker):
            Stipend.objects.filter(pk=stipend.pk).update(asked_by=another)

    def test_another_approves_once_and_it_is_paid_once(self, cohort):
        stipend = ask(cohort)
        approval = run_as(cohort.case_manager, fellowships.approve_stipend, stipend=stipend)
        run_as(cohort.case_manager, fellowships.mark_paid, approval=approval)
        for again in (
            lambda: run_as(cohort.case_manager, fellowships.approve_stipend, stipend=stipend),
            lambda: run_as(cohort.case_manager, fellowships.mark_paid, approval=approval),
            lambda: run_as(cohort.caseworker, fellowships.drop_stipend, stipend=stipend),
        ):
            with pytest.raises(fellowships.StipendSettled):
                again()

    def test_at_most_what_the_rule_of_the_month_says(self, cohort):
        with pytest.raises(Invalid):
            ask(cohort, amount="300.01")
        run_as(cohort.case_manager, fellowships.save_rule, programme=cohort.programme, from_month=4, cap=Decimal(500))
        assert ask(cohort, month=4, amount="500.00")
        with pytest.raises(Invalid):
            ask(cohort, month=3, amount="500.00")

    def test_not_before_the_first_rule_nor_without_the_milestones(self, cohort):
        with pytest.raises(fellowships.NoStipend):
            ask(cohort, month=1)
        run_as(cohort.caseworker, fellowships.mark_milestone, milestone=cohort.milestone, is_reached=False)
        with pytest.raises(fellowships.NoStipend):
            ask(cohort)

    def test_once_a_month_and_not_of_a_month_to_come(self, cohort):
        ask(cohort)
        with pytest.raises(fellowships.NoStipend):
            ask(cohort)
        with pytest.raises(IntegrityError), transaction.atomic():
            Stipend.objects.create(
                partner=cohort.ngo, fellowship=cohort.fellowship, month=2, amount=1, asked_by=cohort.caseworker.user
            )
        with pytest.raises(Invalid):
            ask(cohort, month=12)

    def test_what_is_not_approved_can_be_dropped_and_asked_anew(self, cohort):
        run_as(cohort.caseworker, fellowships.drop_stipend, stipend=ask(cohort))
        assert ask(cohort, amount="200.00")


class TestFellowships:
    def test_are_the_partners_alone(self, cohort):
        run_as(cohort.case_manager, fellowships.approve_stipend, stipend=ask(cohort))
        for stranger in (
            cohort.other_caseworker,
            cohort.liaison,
            cohort.court_officer,
            cohort.coordinator,
            cohort.auditor,
        ):
            with on_web(stranger):
                assert not any(model.objects.exists() for model in MODELS)
        with pytest.raises(NotAParty):
            run_as(
                cohort.other_caseworker, fellowships.add_milestone, fellowship=cohort.fellowship, area="work", text="x"
            )

    def test_one_a_participation_with_two_mentors_of_the_house(self, cohort):
        with pytest.raises(fellowships.FellowshipExists):
            run_as(
                cohort.caseworker, fellowships.begin_fellowship, enrolment=cohort.part, months=6,
                mentor=cohort.caseworker.user,
            )  # fmt: skip
        part = cohort.enrolment(person=cohort.person(cohort.ngo))
        us = cohort.caseworker
        for mentors in ({"mentor": cohort.liaison.user}, {"mentor": us.user, "second_mentor": us.user}):
            with pytest.raises(Invalid):
                run_as(us, fellowships.begin_fellowship, enrolment=part, months=6, **mentors)

    def test_take_nothing_once_the_participation_has_ended(self, cohort):
        us = cohort.caseworker
        run_as(us, enrolments.end_enrolment, enrolment=cohort.part, ended_on=cohort.today, reason="moved")
        fellowship = Fellowship.objects.get(pk=cohort.fellowship.pk)
        with pytest.raises(enrolments.EnrolmentEnded):
            run_as(us, fellowships.add_milestone, fellowship=fellowship, area="work", text="x")
        with pytest.raises(enrolments.EnrolmentEnded):
            ask(cohort)

    def test_a_touchpoint_was_during_it(self, cohort):
        for days in (-1, 200):
            with pytest.raises(DateOutOfRange):
                run_as(
                    cohort.caseworker, fellowships.record_touchpoint, fellowship=cohort.fellowship,
                    on=cohort.today - timedelta(days=days), kind="met",
                )  # fmt: skip

    def test_whoever_was_not_in_touch_stands_first_on_the_board(self, cohort):
        us = cohort.caseworker
        part = cohort.enrolment(person=cohort.person(cohort.ngo), responsible=us.user)
        met = run_as(us, fellowships.begin_fellowship, enrolment=part, months=6, mentor=us.user)
        run_as(us, fellowships.record_touchpoint, fellowship=met, on=cohort.today, kind="call", minutes=10)
        rows = cohort.client(us).get(reverse("fellowship_board")).context["fellowships"]
        assert {row.pk for row in rows} == {met.pk, cohort.fellowship.pk}
        assert (rows[0].last_on, rows[0].reached, rows[0].all_milestones) in {(cohort.today, 0, 0), (None, 1, 1)}

    def test_on_pages_from_the_milestone_to_the_payment(self, cohort):
        client, number = cohort.client(cohort.caseworker), cohort.fellowship.pk
        body = {"milestone-text": "A flat", "milestone-area": "housing"}
        assert client.post(reverse("milestone_add", args=[number]), body).status_code == 302
        body = {"touchpoint-on": cohort.today.isoformat(), "touchpoint-kind": "met"}
        assert client.post(reverse("touchpoint_add", args=[number]), body).status_code == 302
        page = reverse("stipend_ask", args=[number])
        assert client.post(page, {"stipend-month": 3, "stipend-amount": "900"}).status_code == 422
        assert client.post(page, {"stipend-month": 3, "stipend-amount": "300"}).status_code == 302
        stipend = Stipend.objects.get()
        manager = cohort.client(cohort.case_manager)
        manager.post(reverse("stipend_approve", args=[stipend.pk]))
        assert "300.00" in manager.get(reverse("payment_run")).content.decode()
        manager.post(reverse("stipend_paid", args=[StipendApproval.objects.get().pk]))
        assert StipendApproval.objects.get().paid_on == cohort.today
        assert cohort.client(cohort.liaison).get(reverse("payment_run")).status_code == 403

    def test_the_file_of_all_data_has_them_and_erasure_takes_them(self, cohort):
        run_as(cohort.case_manager, fellowships.approve_stipend, stipend=ask(cohort))
        with on_web(cohort.case_manager):
            text = str(held_about(cohort.part.person))
        assert "forklift" in text
        assert "250.00" in text
        run_as(
            cohort.caseworker, enrolments.end_enrolment, enrolment=cohort.part, ended_on=cohort.today, reason="moved"
        )
        run_as(cohort.case_manager, rights.erase, person=cohort.part.person)
        assert not any(model.objects.exists() for model in MODELS if model is not StipendRule)
