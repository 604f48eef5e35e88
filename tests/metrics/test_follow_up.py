"""The follow-up of participants: kept up to date person by person, and always what a full rebuild would give."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.arrests.models import Arrest
from cases.enrolments.actions import set_measurement_consent
from cases.enrolments.models import Enrolment
from cases.people.identity_code import make
from cases.people.models import Person
from metrics.follow_up import upkeep as follow_up_upkeep
from metrics.follow_up.models import FollowUp, Link, Touched
from metrics.linkage import actions as linkage
from metrics.linkage.models import Pair, Unlinked
from partnership.isolation.acting import Acting
from referrals.handover import actions as handover
from tests.world import World, database_role, link, on_web

START = date(2023, 1, 31)


def rows() -> list[tuple[Any, ...]]:
    """Everything that the follow-up holds."""
    pairs = Pair.objects.order_by("person_id", "other_id").values_list("person_id", "other_id", "weight", "probability")
    return [*FollowUp.objects.order_by("pk").values_list(), *Link.objects.order_by("pk").values_list(), *pairs]


def refresh() -> int:
    link()
    with database_role("worker"):
        return follow_up_upkeep.refresh()


def rebuild() -> None:
    """Everybody linked and followed anew."""
    Unlinked.objects.create(person_id=linkage.EVERYBODY)
    link()
    with database_role("worker"):
        follow_up_upkeep.rebuild()


def the_row(world: World) -> FollowUp:
    refresh()
    return FollowUp.objects.get()


class Undo(Exception):
    pass


class History:
    """Random events in the lives of a few human beings, some of whom bear the same name, some without a code."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.rng = world, random.Random(seed)
        self.people: list[Person] = []

    def step(self) -> None:
        self.rng.choice(
            [self.arrive, self.arrest, self.arrest, self.correct, self.forget, self.enrol, self.end, self.consent, self.rename, self.refer]
        )()  # fmt: skip

    def arrive(self) -> None:
        partner = self.rng.choice([self.world.ngo, self.world.other_ngo, self.world.police, self.world.other_police])
        code = self.rng.choice(["", *[make(date(1990, 5, 17), 900 + n) for n in (0, 2)]])
        if code and any(p.partner_id == partner.pk and p.identity_code == code for p in self.people):
            return
        self.people.append(
            self.world.person(
                partner,
                first_names=self.rng.choice(["Maija", "Liisa"]),
                identity_code=code,
                born_on=self.rng.choice([date(1990, 5, 17), None]) if not code else date(1990, 5, 17),
                district=self.rng.choice([None, self.world.city, self.world.hill]),
            )
        )

    def one(self, *kinds: str) -> Person | None:
        fitting = [p for p in self.people if p.partner.kind in kinds]
        return self.rng.choice(fitting) if fitting else None

    def day(self) -> date:
        return START + timedelta(days=self.rng.randint(-200, 600))

    def arrest(self) -> None:
        if person := self.one("police"):
            day = self.day()
            offence = self.rng.choice([None, day, day - timedelta(days=self.rng.randint(1, 300))])
            self.world.arrest(person, day, iccs=self.rng.choice(["060111", "060121", "05"]), offence_on=offence)

    def correct(self) -> None:
        arrest = Arrest.objects.order_by("?").first()
        if arrest:
            district = self.rng.choice([self.world.city, self.world.hill])
            change = self.rng.choice([{"arrested_on": self.day()}, {"district": district}])
            Arrest.objects.filter(pk=arrest.pk).update(**change)

    def forget(self) -> None:
        if arrest := Arrest.objects.first():
            arrest.delete()

    def enrol(self) -> None:
        person = self.one("ngo")
        if person and not Enrolment.objects.filter(person=person, ended_on=None).exists():
            programme = self.world.programme if person.partner == self.world.ngo else self.world.other_programme
            self.world.enrolment(person=person, partner=person.partner, programme=programme, started_on=self.day())

    def end(self) -> None:
        if enrolment := Enrolment.objects.filter(ended_on=None).first():
            enrolment.ended_on, enrolment.end_reason = enrolment.started_on + timedelta(days=60), "completed"
            enrolment.save()

    def by(self, enrolment: Enrolment) -> Acting:
        return self.world.caseworker if enrolment.partner_id == self.world.ngo.pk else self.world.other_caseworker

    def consent(self) -> None:
        if enrolment := Enrolment.objects.order_by("?").first():
            set_measurement_consent(by=self.by(enrolment), enrolment=enrolment, consents=self.rng.random() < 0.5)

    def rename(self) -> None:
        if person := self.one("ngo", "police"):
            person.first_names = self.rng.choice(["Maija", "Liisa"])
            person.died_on = self.rng.choice([None, date(2024, 6, 1)])
            person.save()

    def refer(self) -> None:
        if self.rng.random() < 0.2:
            self.world.enrolled(person=self.world.person(self.world.police, first_names="Maija"))


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), steps=st.integers(1, 30), refreshed=st.sets(st.integers(0, 30)))
def test_kept_up_to_date_in_any_order_it_is_what_a_rebuild_gives(world, seed, steps, refreshed):
    try:
        with transaction.atomic():
            history = History(world, seed)
            for number in range(steps):
                history.step()
                if number in refreshed:
                    refresh()
            refresh()
            kept = rows()
            rebuild()
            assert kept == rows()
            raise Undo
    except Undo:
        pass


class TestWhoIsTouched:
    def test_only_the_people_of_new_data_are_computed(self, world):
        for number in range(5):
            code = make(date(1990, 5, 17), 900 + number)
            world.enrolment(person=world.person(world.ngo, identity_code=code), started_on=START)
            world.person(world.police, identity_code=code)
        refresh()
        assert refresh() == 0
        before = dict(FollowUp.objects.values_list("pk", "any_total"))
        arrested = Person.objects.filter(partner=world.police).first()
        world.arrest(arrested, START + timedelta(days=9))
        assert refresh() == 1
        after = dict(FollowUp.objects.values_list("pk", "any_total"))
        assert sum(before.values()) + 1 == sum(after.values())

    def test_what_matters_to_no_figure_touches_nobody(self, world):
        person = world.person(world.ngo)
        enrolment = world.enrolment(person=person)
        refresh()
        person.phone = "1"
        person.save()
        enrolment.last_contact_on = world.today
        enrolment.save()
        assert Touched.objects.count() == 0

    def test_a_corrected_district_of_an_arrest_counts(self, world):
        world.enrolment(person=world.person(world.ngo), started_on=START)
        arrest = world.arrest(world.person(world.police), START)
        assert the_row(world).prior_district_id == world.city.pk
        Arrest.objects.filter(pk=arrest.pk).update(district=world.hill)
        assert the_row(world).prior_district_id == world.hill.pk

    def test_a_record_that_changes_changes_who_it_is_and_an_arrest_does_not(self, world):
        person = world.person(world.ngo)
        arrested = world.person(world.police)
        refresh()
        world.arrest(arrested, START)
        assert set(Touched.objects.values_list("person_id", "relinks")) == {(arrested.pk, False)}
        Touched.objects.all().delete()
        person.died_on = START
        person.save()
        assert set(Touched.objects.values_list("person_id", "relinks")) == {(person.pk, True)}

    def test_whoever_writes_it_even_the_web_role_by_raw_sql_is_noted(self, world):
        world.enrolment(person=world.person(world.ngo), started_on=START)
        refresh()
        with on_web(world.caseworker), connection.cursor() as cursor:
            cursor.execute("UPDATE cases_enrolment SET started_on = started_on - 1")
        assert the_row(world).index_date == START - timedelta(days=1)

    def test_the_web_role_can_neither_read_the_notes_nor_the_follow_up(self, world):
        from django.db import ProgrammingError

        for table in ("metrics_touched", "metrics_link", "metrics_followup"):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                on_web(world.coordinator),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"SELECT * FROM {table}")

    def test_a_feed_that_moves_on_touches_nobody(self, world):
        world.enrolment(person=world.person(world.ngo), started_on=START)
        refresh()
        world.complete_through(date(2026, 1, 1))
        assert refresh() == 0

    def test_a_rebuild_that_its_worker_did_not_finish_is_done_again(self, world):
        world.enrolment(person=world.person(world.ngo), started_on=START)
        refresh()
        FollowUp.objects.all().delete()
        Touched.objects.create(person_id=follow_up_upkeep.EVERYBODY)
        refresh()
        assert FollowUp.objects.count() == 1
        assert Touched.objects.count() == 0

    def test_tables_that_a_crash_emptied_are_filled_again(self, world):
        world.enrolment(person=world.person(world.ngo), started_on=START)
        refresh()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE metrics_link, metrics_followup")
        refresh()
        assert FollowUp.objects.count() == 1

    def test_in_slices_it_gives_the_same(self, world, monkeypatch):
        for number in range(6):
            world.enrolment(person=world.person(world.ngo, first_names=f"P{number}"), started_on=START)
            world.arrest(world.person(world.police, first_names=f"P{number}"), START + timedelta(days=number))
        rebuild()
        whole = rows()
        monkeypatch.setattr(follow_up_upkeep, "PARALLEL_FROM", -1)
        monkeypatch.setattr(follow_up_upkeep, "MOST_SLICES", 3)
        # One after the other here: connections of their own would not see this test's transaction.
        monkeypatch.setattr(
            follow_up_upkeep, "_in_slices", lambda parts, at_once: [follow_up_upkeep._run(part) for part in parts]
        )
        rebuild()
        assert rows() == whole


@pytest.mark.django_db(transaction=True)
def test_slices_at_one_time_on_connections_of_their_own_give_the_same(monkeypatch):
    world = World()
    for number in range(12):
        world.enrolment(person=world.person(world.ngo, first_names=f"P{number}"), started_on=START)
        world.arrest(world.person(world.police, first_names=f"P{number}"), START + timedelta(days=number))
    rebuild()
    whole = rows()
    monkeypatch.setattr(follow_up_upkeep, "PARALLEL_FROM", -1)
    monkeypatch.setattr(follow_up_upkeep, "MOST_SLICES", 3)
    rebuild()
    assert (FollowUp.objects.count(), Link.objects.count()) == (12, 24)
    assert rows() == whole


class TestRow:
    def test_prior_arrests_lie_on_or_before_the_index_date(self, world):
        world.enrolment(person=world.person(world.ngo), started_on=START)
        police = world.person(world.police)
        world.arrest(police, START - timedelta(days=400), iccs="05")
        world.arrest(police, START, iccs="060121")
        world.arrest(police, START + timedelta(days=1), iccs="060111")
        row = the_row(world)
        assert (row.prior_arrests, row.prior_drug_arrests, row.prior_on, row.prior_group) == (2, 1, START, "supply")
        assert (row.any_total, row.any_on, row.prior_district_id) == (1, START + timedelta(days=1), world.city.pk)

    def test_the_referral_that_led_to_it_says_when_the_wait_began(self, world):
        referral = world.enrolled()
        assert the_row(world).referred_on == world.today == referral.enrolment.started_on

    def test_rank_counts_a_persons_enrolments_across_the_records_of_one_partner(self, world):
        code = make(date(1990, 5, 17), 900)
        first = world.person(world.ngo, identity_code=code)
        second = world.person(world.ngo, first_names="Maija")
        world.enrolment(person=first, started_on=START, ended_on=START, end_reason="completed")
        world.enrolment(person=second, started_on=START + timedelta(days=30))
        world.person(world.police, identity_code=code, first_names="Maija")
        refresh()
        assert sorted(FollowUp.objects.values_list("rank", flat=True)) == [1, 2]


def test_a_referral_that_is_only_sent_touches_nobody(world):
    refresh()
    world.sent()
    refresh()
    Touched.objects.all().delete()
    referral = world.sent(person=world.person(world.police, first_names="Other"))
    Touched.objects.all().delete()
    with on_web(world.caseworker):
        handover.acknowledge(by=world.caseworker, referral=referral)
    assert Touched.objects.count() == 0
