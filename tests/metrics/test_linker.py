"""The linker: a process with a role of its own that says which records are of one person, and what figures make of it."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import date, timedelta
from statistics import mean

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.enrolments.actions import set_measurement_consent
from cases.enrolments.models import Enrolment
from cases.people.identity_code import make
from cases.people.models import Person
from metrics.follow_up.models import FollowUp, Link
from metrics.linkage import actions as linkage
from metrics.linkage.models import NameCount, Pair, Unlinked
from metrics.protection.counts import Draws, State, shown_before
from metrics.protection.perturbation import OF_PEOPLE
from metrics.quality import compute as quality_compute
from metrics.quality import linkage as quality
from metrics.recidivism.fixed_windows import Tails
from metrics.recidivism.models import RecidivismResult
from metrics.runs.models import Run
from partnership.isolation import encryption
from tests.measuring import about, compute, release
from tests.metrics.test_figures import START, counts
from tests.metrics.test_follow_up import refresh
from tests.services import process_environment
from tests.world import database_role, link, run_as

BORN = date(1990, 5, 17)
CODE, OTHER_CODE = make(BORN, 100), make(BORN, 102)


def pairs() -> list[tuple]:
    columns = ("person_id", "other_id", "weight", "by_code", "probability")
    return list(Pair.objects.order_by("person_id", "other_id").values_list(*columns))


class Undo(Exception):
    pass


class Register:
    """Random changes in the records of people who may be one person."""

    def __init__(self, world, seed: int) -> None:
        self.world, self.rng = world, random.Random(seed)

    def anybody(self) -> Person | None:
        return Person.objects.order_by("pk").all()[self.rng.randrange(Person.objects.count())] if Person.objects.exists() else None  # fmt: skip

    def arrive(self) -> None:
        partner = self.rng.choice([self.world.ngo, self.world.police, self.world.other_police])
        code = self.rng.choice(["", "", CODE, OTHER_CODE])
        if not Person.objects.filter(partner=partner, code_index=encryption.code_index(partner.pk, code)).exists():
            self.world.person(partner, identity_code=code, **self.names())

    def names(self) -> dict:
        return {
            "first_names": self.rng.choice(["Maija Liisa", "Maija", "Liisa", "Marja"]),
            "last_name": self.rng.choice(["Meikäläinen", "Meikälainen", "Virtanen"]),
            "born_on": self.rng.choice([BORN, BORN, date(1990, 5, 11), date(1990, 5, 4), date(1990, 4, 5), None]),
            "sex": self.rng.choice(["female", "unknown"]),
        }

    def correct(self) -> None:
        if person := self.anybody():
            for name, value in self.names().items():
                setattr(person, name, value)
            person.save()

    def forget(self) -> None:
        if person := self.anybody():
            person.delete()

    def step(self) -> None:
        self.rng.choice([self.arrive, self.arrive, self.arrive, self.correct, self.correct, self.forget])()


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), steps=st.integers(1, 25), linked=st.sets(st.integers(0, 25)))
def test_touched_people_alone_have_the_pairs_that_everybody_compared_anew_gives(
    world, monkeypatch, seed, steps, linked
):
    """With the same counts of names, which are taken anew when the register has grown."""
    monkeypatch.setattr(linkage, "MOST_TOUCHED", float("inf"))
    monkeypatch.setattr(linkage, "RECOUNT_AFTER", float("inf"))
    try:
        with transaction.atomic():
            link()  # counts the names of nobody
            register = Register(world, seed)
            for number in range(steps):
                register.step()
                if number in linked:
                    link()
            link()
            kept = pairs()
            Unlinked.objects.create(person_id=linkage.EVERYBODY)
            link()
            assert kept == pairs()
            raise Undo
    except Undo:
        pass


@pytest.mark.django_db
class TestLinker:
    @pytest.fixture
    def two(self, world):
        return world.person(world.ngo, first_names="Maija"), world.person(world.police)

    def test_writes_who_is_probably_one_person_and_by_which_method(self, world, two):
        assert link() == 2
        pair = Pair.objects.get()
        assert (pair.person_id, pair.other_id) == tuple(person.pk for person in two)
        assert pair.probability > 0.995
        assert not pair.by_code
        assert pair.method == NameCount.objects.get().method

    def test_compares_nobody_whose_record_says_the_same_as_before(self, world, two):
        link()
        two[0].phone = "040"
        two[0].save()
        assert link() == 0

    @pytest.mark.parametrize("field", ["first_names", "last_name"])
    def test_another_name_changes_who_somebody_is(self, world, two, field):
        link()
        setattr(two[0], field, "Aatami")
        two[0].save()
        link()
        assert not Pair.objects.filter(probability__gte=0.995).exists()

    def test_a_person_who_is_gone_is_in_no_pair(self, world, two):
        link()
        two[0].delete()
        link()
        assert not Pair.objects.exists()

    def test_what_did_not_change_is_not_written_again_and_touches_nobody(self, world, two):
        refresh()
        Unlinked.objects.create(person_id=linkage.EVERYBODY)
        assert refresh() == 0

    def test_one_that_dies_leaves_the_old_links_and_the_notes(self, world, two, monkeypatch):
        link()
        before = pairs()
        two[0].last_name = "Virtanen"
        two[0].save()
        monkeypatch.setattr(linkage, "_write", lambda *_arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            link()
        monkeypatch.undo()
        assert pairs() == before
        assert Unlinked.objects.count() == 1
        assert link() >= 1

    def test_counts_of_names_are_one_encrypted_value(self, world):
        for number in range(5):
            world.person(world.ngo, last_name="Zebramäki", born_on=BORN + timedelta(days=number))
        link()
        with connection.cursor() as cursor:
            cursor.execute("SELECT encode(counts, 'escape') FROM metrics_namecount")
            assert "zebram" not in cursor.fetchone()[0]
        assert b"zebram" in NameCount.objects.get().counts

    def test_links_who_is_erased_to_nobody(self, world, two):
        link()
        Person.objects.filter(pk=two[0].pk).update(identity_code="")
        two[0].first_names, two[0].last_name, two[0].born_on = "", "", None
        two[0].save()
        link()
        assert not Pair.objects.exists()


class TestProcess:
    @pytest.mark.django_db
    @pytest.mark.parametrize("role", ["web", "worker"])
    def test_web_and_worker_are_no_linkers(self, world, role):
        with pytest.raises(CommandError, match="no linker"), transaction.atomic(), database_role(role):
            call_command("link")

    @pytest.mark.django_db(transaction=True)
    def test_it_links_and_ends_and_prints_no_name(self):
        from tests.world import World

        world = World()
        world.person(world.ngo, last_name="Zebramäki")
        world.person(world.police, last_name="Zebramäki")
        environment = process_environment("linker", connection.settings_dict["NAME"])
        command = [sys.executable, "manage.py", "link"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout == "2 people compared anew\n"
        assert "ebram" not in done.stdout + done.stderr
        assert Pair.objects.get().probability > 0.995

    @pytest.mark.django_db(transaction=True)
    def test_it_writes_no_file_of_its_memory(self):
        environment = process_environment("linker", connection.settings_dict["NAME"])
        program = (
            "import django, resource; django.setup(); from django.core.management import call_command; call_command('link');"
            "print(resource.getrlimit(resource.RLIMIT_CORE))"
        )
        environment["DJANGO_SETTINGS_MODULE"] = "partnership.project.settings"
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[-1] == "(0, 0)"


@pytest.mark.django_db
class TestFigures:
    def test_are_computed_with_the_old_links_where_the_linker_is_away_and_say_so(self, measured):
        link()
        measured.enrolment(person=measured.person(measured.ngo), started_on=START)
        with database_role("worker"):
            assert linkage.wait_for_links() == 1

    def test_a_typing_error_loses_nobody(self, measured):
        measured.enrolment(person=measured.person(measured.ngo, last_name="Meikälainen"), started_on=START)
        measured.arrest(measured.person(measured.police, first_names="Maija", sex="unknown"), START + timedelta(days=5))
        assert counts(measured) == (1, 1)

    def test_records_of_several_partners_are_one_person_by_way_of_each_other(self, measured):
        """One by code, another by name."""
        measured.enrolment(
            person=measured.person(measured.ngo, identity_code=CODE, last_name="Before"), started_on=START
        )
        measured.person(measured.police, identity_code=CODE)
        measured.arrest(measured.person(measured.other_police), START + timedelta(days=5), district=measured.hill)
        assert counts(measured) == (1, 1)

    def test_twins_are_two_people(self, measured):
        measured.enrolment(person=measured.person(measured.ngo, first_names="Maija"), started_on=START)
        measured.arrest(measured.person(measured.police, first_names="Marja"), START + timedelta(days=5))
        refresh()
        assert Link.objects.values("key").distinct().count() == 2

    def test_a_link_that_goes_takes_its_arrests_along(self, measured):
        measured.enrolment(person=measured.person(measured.ngo), started_on=START)
        arrested = measured.person(measured.police)
        measured.arrest(arrested, START + timedelta(days=5))
        assert counts(measured) == (1, 1)
        arrested.first_names, arrested.last_name = "Kaarina", "Virtanen"
        arrested.save()
        assert counts(measured) == (1, 0)


def of(values: quality.Rearrested) -> tuple[int, ...]:
    """How many: everybody, left out, surely rearrested, rearrested by an unsure link alone."""
    return tuple(people for _hashes, people in (values.everybody, values.left_out, values.sure, values.unsure))


@pytest.mark.django_db
class TestThreeValues:
    """Of twelve months, any offence."""

    @staticmethod
    def values(world) -> quality.Rearrested:
        refresh()
        with transaction.atomic(), database_role("worker"):
            rows = quality.rearrested_by_links(date(2030, 1, 1))
        (row,) = [row for row in rows if (row.months, row.offences) == (12, "any")]
        return row

    def test_are_the_same_where_all_links_are_sure(self, measured):
        measured.enrolment(person=measured.person(measured.ngo), started_on=START)
        measured.arrest(measured.person(measured.police), START + timedelta(days=5))
        values = self.values(measured)
        assert of(values) == (1, 0, 1, 0)
        assert (values.everybody[1], values.sure[1]) == counts(measured)

    def test_an_unsure_link_counts_with_its_probability_or_fully(self, measured):
        measured.enrolment(person=measured.person(measured.ngo, identity_code=CODE), started_on=START)
        arrested = measured.person(measured.police, identity_code=OTHER_CODE)
        measured.arrest(arrested, START + timedelta(days=5))
        values = self.values(measured)
        assert of(values) == (1, 0, 0, 1)
        assert values.likely == pytest.approx(Pair.objects.get().probability)

    def test_who_is_left_out_counts_in_the_other_two(self, measured):
        measured.enrolment(person=measured.person(measured.ngo), started_on=START)
        measured.arrest(measured.person(measured.police, identity_code=CODE), START + timedelta(days=5))
        measured.person(measured.other_police, identity_code=OTHER_CODE)
        values = self.values(measured)
        assert of(values) == (1, 1, 0, 1)
        assert values.likely == pytest.approx(0.5, abs=0.01)

    def test_an_unsure_link_to_somebody_who_was_not_arrested_in_the_window_changes_nothing(self, measured):
        measured.enrolment(person=measured.person(measured.ngo, identity_code=CODE), started_on=START)
        arrested = measured.person(measured.police, identity_code=OTHER_CODE)
        measured.arrest(arrested, START + timedelta(days=500))
        values = self.values(measured)
        assert of(values) == (1, 0, 0, 0)
        assert values.likely == 0

    @staticmethod
    def forty(world, *, arrested: int, unsure: int = 0) -> None:
        """Participants of whom so many were arrested, and so many were perhaps: their codes differ."""
        for number in range(40):
            day = BORN + timedelta(days=number)
            names = {"first_names": f"P{number}", "born_on": day}
            person = world.person(world.ngo, **names, identity_code=make(day, 100))
            world.enrolment(person=person, started_on=START)
            if number < arrested + unsure:
                code = make(day, 100 if number < arrested else 102)
                world.arrest(world.person(world.police, **names, identity_code=code), START + timedelta(days=5))

    def test_by_sure_links_it_is_the_rate_that_the_programme_shows(self, measured):
        self.forty(measured, arrested=20)
        run = compute()
        shown = RecidivismResult.objects.get(run=run, window_months=12, offences="any", programme=measured.programme)
        assert shown.rate_sure == shown.rate_expected == shown.rate_all == shown.rate

    def test_unsure_links_add_a_protected_number(self, measured):
        self.forty(measured, arrested=10, unsure=20)
        run = compute()
        shown = RecidivismResult.objects.get(run=run, window_months=12, offences="any", programme=measured.programme)
        assert shown.rate_sure == shown.rate
        assert round((shown.rate_all - shown.rate_sure) * shown.eligible) == about(20)
        Run.objects.update(released_at=None)
        release(measured)
        client = measured.client(measured.caseworker)
        page = client.get(reverse("population_figures") + f"?programme={measured.programme.pk}").text
        assert "if no unsure link is right" in page
        rows = client.get(reverse("figure", args=["recidivism", "csv"])).text
        assert "Sure links;Expected;All links" in rows

    def test_how_many_links_are_unsure_or_missing_are_protected_counts(self, world):
        for number in range(40):
            day = BORN + timedelta(days=number)
            code = make(day, 900) if number < 20 else ""
            for partner in (world.ngo, world.police):
                # Of half of the pairs that codes prove, names would tell nothing.
                last_name = ("Virtanen" if partner == world.ngo else "Korhonen") if number < 10 else "Meikäläinen"
                world.person(partner, first_names=f"P{number}", born_on=day, identity_code=code, last_name=last_name)
        refresh()
        # Each count is changed by seven at most, but by nothing on the average.
        with database_role("worker"):
            releases = [quality_compute.links(Run(), Draws(f"of {number}")) for number in range(60)]
            found = quality.found_by_name()[world.ngo.pk]
        links = [one for release in releases for one in release if one.partner_id == world.ngo.pk]
        assert found.without_code[1] == 20
        assert {one.by_code for one in links} != {20}
        assert mean(one.by_code for one in links) == pytest.approx(20, abs=2)
        assert mean(one.missed_links for one in links) == pytest.approx(20, abs=8)  # about as many as were found


@settings(deadline=None)
@given(
    everybody=st.integers(20, 60),
    sure=st.integers(0, 20),
    unsure=st.integers(0, 20),
    left_out=st.integers(0, 9),
    share=st.floats(0, 1),
    quarter=st.integers(1, 10**9),
)
def test_the_three_rates_are_of_the_same_people_and_never_in_another_order(
    everybody, sure, unsure, left_out, share, quarter
):
    unsure, left_out = min(unsure, everybody - sure), min(left_out, everybody - sure)
    draws, state = Draws(str(quarter)), State.of({"all": (everybody, everybody)})
    tails = Tails(
        draws.of_people(sure, state, "rearrested"), draws.of_people(everybody - sure - left_out, state, "not")
    )
    row = quality.Rearrested(1, 12, "any", (1, everybody), (2, left_out), (3, sure), (4, unsure), share * unsure)
    rows = {("any", 12): row, ("drug", 12): row._replace(offences="drug")}
    parts = quality.link_parts(rows, {("any", 2): tails, ("drug", 2): tails}, draws)
    rates = parts["any", 12].rates
    if rates is None:
        assert everybody < 30 + 3 * OF_PEOPLE.most
    else:
        assert 0 <= rates.sure <= rates.expected <= rates.all <= 1


def test_what_unsure_links_add_is_alike_by_half_between_windows_and_kinds():
    """Eight noises that had nothing in common would average out, and tell more than one."""
    noise = []
    for number in range(600):
        rows = {
            (kind, months): quality.Rearrested(1, months, kind, (number, 200), (0, 0), (1, 60), (2, 30), 15.0)
            for kind in ("any", "drug")
            for months in (6, 12, 24, 36)
        }
        tails = {
            (kind, place): Tails(shown_before(60), shown_before(140))
            for kind in ("any", "drug")
            for place in range(1, 7)
        }
        parts = quality.link_parts(rows, tails, Draws("2026-Q4"))
        noise.append([parts[window].unsure - 30 for window in (("any", 6), ("any", 12), ("drug", 6))])
        # What is probable is changed as what is possible: its own noise would be a second look.
        assert all(part.likely == pytest.approx(15 + part.unsure - 30, abs=1e-9) for part in parts.values())
    correlation = np.corrcoef(np.array(noise).T)
    assert correlation[0, 1] == pytest.approx(0.5, abs=0.13)
    assert correlation[0, 2] == pytest.approx(0.5, abs=0.13)


@pytest.mark.django_db
class TestDeath:
    def test_after_a_re_arrest_leaves_the_event(self, measured):
        measured.enrolment(person=measured.person(measured.ngo, died_on=date(2023, 9, 1)), started_on=START)
        assert counts(measured) == (0, 0)
        measured.arrest(measured.person(measured.police), START + timedelta(days=5))
        assert counts(measured) == (1, 1)
        assert counts(measured, offences="drug", window=36) == (1, 1)

    def test_before_it_there_is_no_event(self, measured):
        measured.enrolment(person=measured.person(measured.ngo, died_on=START + timedelta(days=4)), started_on=START)
        measured.arrest(measured.person(measured.police), START + timedelta(days=5))
        assert counts(measured) == (0, 0)


@pytest.mark.django_db
def test_who_withdraws_consent_to_be_counted_is_out_of_everything_of_the_next_run(measured):
    """Of the programme, of its unsure links, and of every comparison group: even as somebody who never enrolled."""
    enrolment = measured.enrolment(person=measured.person(measured.ngo, identity_code=CODE), started_on=START)
    measured.arrest(measured.person(measured.police, identity_code=CODE), START - timedelta(days=5))
    measured.arrest(measured.person(measured.other_police, identity_code=OTHER_CODE), START + timedelta(days=5))
    refresh()
    assert FollowUp.objects.count() == 1
    run_as(measured.caseworker, set_measurement_consent, enrolment=enrolment, consents=False)
    refresh()
    assert not FollowUp.objects.exists()
    from metrics.follow_up import upkeep

    with transaction.atomic(), database_role("worker"):
        assert quality.rearrested_by_links(date(2030, 1, 1)) == []
        for members in ("enrolled", "completed"):
            upkeep.follow_apart(members, f"of_{members}")
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM of_{members} f JOIN metrics_link l USING (key) WHERE l.person_id = %s", [enrolment.person_id])  # fmt: skip
                assert cursor.fetchone() == (0,), members
    assert Enrolment.objects.get().measurement_consent is False
