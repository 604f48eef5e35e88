"""Whatever happens to consent and agreement, in whatever order and as time goes by: nothing is read or reported outside them.

The rule is told here a second time, in Python and by heart, and compared with what a connection of the web role finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from cases.rights import actions as rights
from partnership.agreements import actions as agreements
from partnership.agreements.models import Agreement
from partnership.isolation.days import FUNCTIONS
from referrals.consents import actions as consents
from referrals.diversions import actions as diversions
from referrals.handover.models import Referral
from referrals.handover.transitions import OPEN_STATES, State
from tests.agreements import let_all_flow
from tests.partnership.test_isolation import act_as, web_connection
from tests.world import World, do, run_as

ASKED_IN = {*OPEN_STATES, State.COMPLETED, State.ENDED_EARLY}
SHOWN_IN = ASKED_IN - {State.SENT, State.ACKNOWLEDGED}


@pytest.fixture
def set_day(set_clock: Callable[[datetime], None], transactional_db: None) -> Iterator[Callable[[int], None]]:
    """Sets the day, by how far it is ahead, of the portal and of its database."""
    real = timezone.now

    def day_is(ahead: int) -> None:
        set_clock(real() + timedelta(days=ahead))
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION portal_today() RETURNS date LANGUAGE sql STABLE"
                f" RETURN (now() AT TIME ZONE 'Europe/Helsinki')::date + {ahead:d}"
            )

    yield day_is
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS.split("\n-- ")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))


@dataclass
class Signed:
    """A consent, as the person remembers it."""

    on: date
    until: date | None
    reports_back: bool = True
    ended: date | None = None
    withdrawn: bool = False

    def holds(self, day: date) -> bool:
        return (
            not self.withdrawn
            and self.on <= day
            and (self.until is None or day <= self.until)
            and (self.ended is None or day < self.ended)
        )


@dataclass
class Agreed:
    """An agreement between the two partners, as its office remembers it."""

    number: int
    since: date
    until: date | None = None
    ended: date | None = None
    open_cases_run: bool = False


class History(RuleBasedStateMachine):
    """One referral, from sending on."""

    def __init__(self, world: World, set_day: Callable[[int], None]) -> None:
        super().__init__()
        self.world, self.set_day = world, set_day
        self.ahead = 0
        set_day(0)
        world.today = self.today
        for agreement in Agreement.objects.all():  # of the history before
            agreement.parties.clear()
        self.agreed: list[Agreed] = []
        self.agree(days=None)
        self.referral = world.sent()
        self.consent = Signed(self.today, self.today + timedelta(days=365))
        self.closed_on: date | None = None
        self.is_erased = False

    @property
    def today(self) -> date:
        return timezone.localdate()

    def act(self, by: Any, action: Any, **arguments: Any) -> None:
        run_as(by, action, **arguments)
        self.referral = Referral.objects.get(pk=self.referral.pk)
        if self.referral.is_closed and self.closed_on is None:
            self.closed_on = self.today

    # What happens

    @rule(days=st.integers(1, 40))
    def time_goes_by(self, days: int) -> None:
        self.ahead += days
        self.set_day(self.ahead)

    @rule(days=st.one_of(st.none(), st.integers(0, 60)), reports_back=st.booleans())
    @precondition(lambda self: self.referral.is_open)
    def renew(self, days: int | None, reports_back: bool) -> None:
        until = None if days is None else self.today + timedelta(days=days)
        terms = self.world.CONSENT | {
            "signed_on": self.today,
            "expires_on": until,
            "expires_event": "" if until else "The end of treatment",
            "reports_back": reports_back,
        }
        self.act(self.world.liaison, consents.renew_consent, referral=self.referral, **terms)
        self.consent = Signed(self.today, until, reports_back)

    @rule(back=st.integers(0, 5))
    @precondition(lambda self: self.consent.until is None)
    def the_event_happens(self, back: int) -> None:
        on = max(self.consent.on, self.today - timedelta(days=back))
        self.act(self.world.caseworker, consents.record_event, consent=self.referral.consent, on=on)
        self.consent.ended = on

    @rule()
    @precondition(lambda self: not self.consent.withdrawn)
    def withdraw(self) -> None:
        self.act(self.world.caseworker, consents.withdraw_consent, consent=self.referral.consent)
        self.consent.withdrawn = True

    @rule(days=st.one_of(st.none(), st.integers(0, 60)))
    def agree(self, days: int | None) -> None:
        until = None if days is None else self.today + timedelta(days=days)
        agreement = Agreement.objects.create(title="A", valid_from=self.today, valid_to=until)
        let_all_flow(agreement)
        run_as(
            self.world.coordinator,
            agreements.save_agreement,
            agreement=agreement,
            parties=[self.world.police, self.world.ngo],
        )
        self.agreed.append(Agreed(agreement.pk, self.today, until))

    @rule(which=st.integers(0, 9), open_cases_run=st.booleans())
    def end_agreement(self, which: int, open_cases_run: bool) -> None:
        agreed = self.agreed[which % len(self.agreed)]
        if agreed.ended:  # it ends once
            return
        agreement = Agreement.objects.get(pk=agreed.number)
        self.act(
            self.world.coordinator,
            agreements.end_agreement,
            agreement=agreement,
            on=self.today,
            open_cases_run=open_cases_run,
        )
        agreed.ended, agreed.open_cases_run = self.today, open_cases_run

    @rule(verb=st.sampled_from(["accept", "enrol", "complete", "decline", "end_early"]))
    def answer(self, verb: str) -> None:
        takes_on = verb == "accept" and not self.is_covered
        if verb in self.referral.verbs(self.world.ngo.pk) and not takes_on:
            self.world.today = self.today
            do(self.world, verb, self.referral)
            self.act(self.world.coordinator, lambda by: None)

    @rule()
    @precondition(lambda self: self.referral.is_closed and not self.is_erased)
    def erase(self) -> None:
        self.act(self.manager, rights.erase, person=self.referral.person)
        self.is_erased = True

    # What must hold

    @property
    def is_covered(self) -> bool:
        return not self.is_erased and self.consent.holds(self.today) and any(map(self.is_in_force, self.agreed))

    def is_in_force(self, agreed: Agreed) -> bool:
        ends = [day for day in (agreed.ended, agreed.until and agreed.until + timedelta(days=1)) if day]
        if agreed.since > self.today:
            return False
        if not ends or self.today < min(ends):
            return True
        runs = agreed.open_cases_run and agreed.number == self.referral.agreement_id
        return runs and (self.closed_on is None or self.today <= self.closed_on)

    @invariant()
    def nothing_is_read_outside(self) -> None:
        with web_connection() as cursor:
            act_as(cursor, self.world.caseworker)
            for table, states in (("referrals_need", ASKED_IN), ("referrals_disclosure", SHOWN_IN)):
                cursor.execute(f"SELECT count(*) FROM {table} WHERE referral_id = %s", [self.referral.pk])
                assert cursor.fetchone() == (int(self.is_covered and self.referral.state in states),)

    @invariant()
    def nothing_is_reported_outside(self) -> None:
        condition = self.referral.diversion.conditions.get()
        has_ended = self.referral.state in {State.DECLINED, State.WITHDRAWN, State.ENDED_EARLY}
        expected = self.is_covered and self.consent.reports_back and not has_ended
        with web_connection() as cursor:
            act_as(cursor, self.world.caseworker)
            try:
                cursor.execute("UPDATE referrals_condition SET done = done + 1 WHERE id = %s", [condition.pk])
                is_reported = True
            except psycopg2.IntegrityError:
                is_reported = False
        assert is_reported == expected
        if not expected and self.referral.state == State.ENROLLED:
            with pytest.raises(diversions.ReportingNotAllowed):
                run_as(self.world.caseworker, diversions.report_progress, condition=condition, done=1, on=self.today)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_read_or_reported_outside_consent_and_agreement(set_day):
    world = World()
    History.manager = world.member(world.police, "police_liaison", is_manager=True)
    run_state_machine_as_test(
        lambda: History(world, set_day),
        settings=settings(
            max_examples=15, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
