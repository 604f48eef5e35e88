"""Who is compared with participants and from which day on; what a comparison shows, and that a refused one shows nothing."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.people.identity_code import make
from cases.people.models import Person
from metrics.comparison.compute import Protected, unadjusted
from metrics.comparison.groups import Register
from metrics.comparison.models import ESTIMATES, ComparisonResult
from metrics.follow_up import upkeep as follow_up_upkeep
from metrics.protection.counts import Draws
from metrics.recidivism.population import population_context
from metrics.reports import programme as programme_report
from metrics.runs.models import Run
from metrics.statistics import matching
from metrics.statistics.matching import Lives, Side
from programs.catalogue.models import Programme
from referrals.handover import actions as handover
from referrals.handover.models import Referral
from tests.measuring import START, people, release
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import World, database_role, link, run_as

WAIT = timedelta(days=20)
"""Between arrest and start of the participants of `people`."""


def compared(world: World, group: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(participants, comparison people) of the world's programme."""
    link()
    with transaction.atomic(), database_role("worker"):
        follow_up_upkeep.refresh()
        register = Register(date(2030, 1, 1))
        participants = register.participants(world.programme.pk)
        ours, theirs = getattr(register, group)(participants, world.programme.pk)
    return ours, theirs.sort_values("index_date")


def elsewhere(world: World) -> Programme:
    """Another programme."""
    return Programme.objects.create(partner=world.ngo, name="Elsewhere", kind="rehabilitation", accepts=["self"])


@shared
def arrested(measured: World) -> Person:
    """Somebody arrested as long after the programme's first participant as there is no doubt about the day."""
    people(measured, 1, rearrested=0)
    person = measured.person(measured.police, first_names="Other")
    measured.arrest(person, START + timedelta(days=100))
    return person


class TestArrested:
    """Comparison group (b): the arrest plus the wait of a participant."""

    def test_followed_from_the_arrest_plus_a_participants_wait(self, measured, arrested):
        measured.arrest(arrested, START + timedelta(days=200))
        ours, theirs = compared(measured, "arrested")
        assert len(ours) == 1
        assert [day.date() for day in theirs.index_date] == [START + timedelta(days=120), START + timedelta(days=220)]
        assert list(theirs.prior_arrests) == [1, 2]
        assert theirs.any_on.iloc[0].date() == START + timedelta(days=200)
        assert pd.isna(theirs.any_on.iloc[1])

    @pytest.mark.parametrize(
        ("days", "is_compared"), [(119, False), (120, False), (121, True)], ids=["before", "the same day", "after"]
    )
    def test_who_enrolled_by_then_is_no_comparison_and_who_enrols_later_is_one(
        self, measured, arrested, days, is_compared
    ):
        started_on = START + timedelta(days=days)
        late = measured.person(measured.ngo, first_names="Other")
        measured.enrolment(person=late, started_on=started_on, programme=elsewhere(measured))
        theirs = compared(measured, "arrested")[1]
        assert len(theirs) == is_compared
        assert [day.date() for day in theirs.left_on] == [started_on] * is_compared

    @pytest.mark.parametrize(
        ("days", "compared_from"), [(110, [130]), (120, [140]), (121, [120, 141])], ids=["before", "that day", "after"]
    )
    def test_who_was_arrested_again_by_then_is_followed_from_that_arrest(self, measured, arrested, days, compared_from):
        measured.arrest(arrested, START + timedelta(days=days))
        theirs = compared(measured, "arrested")[1]
        assert [(day.date() - START).days for day in theirs.index_date] == compared_from

    def test_two_arrests_of_one_day_are_one_occasion(self, measured, arrested):
        measured.arrest(arrested, START + timedelta(days=100))
        theirs = compared(measured, "arrested")[1]
        assert list(theirs.prior_arrests) == [2]

    def test_who_died_by_then_is_not_followed(self, measured, arrested):
        Person.objects.filter(pk=arrested.pk).update(died_on=START + timedelta(days=120))
        assert compared(measured, "arrested")[1].empty

    def test_nobody_is_followed_from_before_the_programme_began(self, measured, arrested):
        measured.arrest(arrested, START - timedelta(days=21))
        measured.arrest(measured.person(measured.police, first_names="Third"), START - timedelta(days=20))
        theirs = compared(measured, "arrested")[1]
        assert [(day.date() - START).days for day in theirs.index_date] == [0, 120]

    def test_who_withdrew_the_consent_to_be_counted_is_not_compared_even_before_the_start(self, measured, arrested):
        late = measured.person(measured.ngo, first_names="Other")
        measured.enrolment(person=late, started_on=START + timedelta(days=300), measurement_consent=False)
        assert compared(measured, "arrested")[1].empty

    def test_who_enrolled_later_stands_for_those_who_may_not_be_counted(self, measured, arrested):
        measured.enrolment(person=measured.person(measured.ngo, first_names="Other"), started_on=date(2024, 1, 1))
        uncounted = measured.person(measured.ngo, first_names="Uncounted")
        measured.enrolment(person=uncounted, started_on=START, measurement_consent=False)
        assert list(compared(measured, "arrested")[1].stands_for) == [pytest.approx(1.5)]  # two of three consent

    def test_participants_of_another_programme_before_are_not_compared(self, measured, arrested):
        person = measured.person(measured.ngo, first_names="Twice")
        measured.enrolment(person=person, started_on=START - timedelta(days=5), programme=elsewhere(measured))
        measured.enrolment(person=person, started_on=START + timedelta(days=5))
        measured.arrest(measured.person(measured.police, first_names="Twice"), START - timedelta(days=9))
        assert len(compared(measured, "arrested")[0]) == 1

    def test_a_run_draws_the_same_waits_again(self, measured, arrested):
        for number in range(5):
            person = measured.person(measured.ngo, first_names=f"W{number}")
            measured.enrolment(person=person, started_on=START + timedelta(days=number))
            measured.arrest(measured.person(measured.police, first_names=f"W{number}"), START - timedelta(days=number))
        first, again = (list(compared(measured, "arrested")[1].index_date) for _ in range(2))
        assert first == again


@shared
def referred(world: World) -> Person:
    """A participant who started ten days after the referral; and somebody who was referred on the same day."""
    world.complete_through(world.today + timedelta(days=800))
    world.enrolled(person=world.person(world.police, first_names="Participant"))
    person = world.person(world.police, first_names="Other")
    world.sent(person=person)
    Referral.objects.update(sent_at=timezone.now() - timedelta(days=10))
    return person


class TestReferred:
    """Comparison group (a): the referral plus the wait of a participant."""

    def test_followed_from_the_referral_plus_a_participants_wait(self, world, referred):
        ours, theirs = compared(world, "referred")
        assert [day.date() for day in (*ours.index_date, *theirs.index_date)] == [world.today] * 2

    @pytest.mark.parametrize(("days", "is_compared"), [(0, False), (1, True)], ids=["the same day", "the day after"])
    def test_who_enrolled_by_then_is_no_comparison_and_who_enrols_later_is_one(
        self, world, referred, days, is_compared
    ):
        started_on = world.today + timedelta(days=days)
        world.enrolment(person=world.person(world.ngo, first_names="Other"), started_on=started_on)
        assert [day.date() for day in compared(world, "referred")[1].left_on] == [started_on] * is_compared

    def test_who_was_arrested_in_between_is_on_neither_side(self, world, referred):
        world.arrest(referred, world.today - timedelta(days=3))
        ours, theirs = compared(world, "referred")
        assert (len(ours), len(theirs)) == (1, 0)
        world.arrest(Referral.objects.exclude(person=referred).get().person, world.today - timedelta(days=3))
        assert compared(world, "referred")[0].empty

    @pytest.mark.parametrize(
        ("reason", "is_compared"),
        [("no_capacity", True), ("person_declined", True), ("not_eligible", False), ("imprisoned", False)],
    )
    def test_who_could_not_take_part_is_no_comparison(self, world, referred, reason, is_compared):
        referral = Referral.objects.get(person=referred)
        run_as(world.caseworker, handover.decline, referral=referral, reason=reason)
        assert len(compared(world, "referred")[1]) == is_compared

    def test_who_went_to_prison_later_on_is_compared(self, world, referred):
        referral = Referral.objects.get(person=referred)
        run_as(world.caseworker, handover.decline, referral=referral, reason="imprisoned")
        Referral.objects.filter(pk=referral.pk).update(closed_at=timezone.now() + timedelta(days=2))
        assert len(compared(world, "referred")[1]) == 1


def others(world: World, count: int, *, rearrested: int, first: int) -> None:
    """So many people who were arrested when the participants of `people` were, and never enrolled."""
    for number in range(first, first + count):
        born_on = date(1950 + number // 98 % 50, 1 + number % 12, 1 + number % 28)
        person = world.person(
            world.police,
            identity_code=make(born_on, 900 + number % 98),
            sex="male",
            first_names=f"O{number}",
            born_on=born_on,
        )
        day = START + timedelta(days=number - first)
        world.arrest(person, day)
        earlier(world, person, number)
        if number - first < rearrested:
            world.arrest(person, day + WAIT + timedelta(days=30))


def lines(text: str) -> str:
    """A page as its words, one blank between them."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).replace("\N{NO-BREAK SPACE}", " ")


def earlier(world: World, person: Person, number: int) -> None:
    """None to two earlier arrests, in turn."""
    for months in range(1, 1 + number % 3):
        world.arrest(person, START - timedelta(days=60 * months))


@shared
def run(measured: World) -> Run:
    for first in range(0, 4000, 1000):  # of four ages
        for number, person in enumerate(people(measured, 40, rearrested=9, first=first)):
            earlier(measured, person, number)
        others(measured, 40, rearrested=24, first=first + 98)
    return release(measured)


class TestVerdict:
    def test_it_is_the_same_on_the_page_in_the_files_in_the_report_and_over_the_api(self, measured, run, rf):
        about = {"run": run, "programme": measured.programme, "offences": "any", "window_months": 12}
        matched = ComparisonResult.objects.get(group="matched", **about)
        assert matched.verdict == "lower", (matched.refusal, matched.balance)
        assert {c.verdict for c in ComparisonResult.objects.filter(**about).exclude(group="matched")} == {"too_few"}
        client, query = measured.client(measured.caseworker), f"?programme={measured.programme.pk}"
        page = lines(client.get(reverse("population_figures") + query).text)
        assert "similar people arrested, not enrolled yet – lower by " in page
        assert "people referred, not enrolled yet – too few people" in page
        assert "Similar people arrested, not enrolled yet: lower" in page
        text = client.get(reverse("figure", args=["comparison", "csv"]) + query).content.decode("utf-8-sig")
        table = [row for row in csv.reader(io.StringIO(text), delimiter=";") if row and row[0].startswith("Similar")]
        assert table[0][3] == "Lower"
        system = System(measured.case_manager)
        rows = system.call("get", f"results/comparisons?programme={measured.programme.pk}&group=matched").json()
        assert (
            next(r for r in rows["results"] if r["offences"] == "any" and r["window_months"] == 12)["verdict"]
            == "lower"
        )
        request = rf.get("/", {"programme": measured.programme.pk})
        request.acting = measured.caseworker
        with database_role("owner"):
            context = population_context(request)
            sections = programme_report.sections(context)
        assert "similar people arrested, not enrolled yet – lower by " in context["headline"]
        assert "Similar people arrested, not enrolled yet: lower" in [
            title for part in sections for title, _lines in part["parts"]
        ]

    def test_every_number_of_an_estimate_follows_from_its_counts(self, run):
        for c in ComparisonResult.objects.filter(run=run, refusal=""):
            assert c.difference == pytest.approx(c.rate - c.comparison_rate)
            assert c.reduction == pytest.approx(1 - c.rate / c.comparison_rate, abs=0.0051)
            assert c.smallest_difference > 0
            assert (c.e_value_limit > 1) == (c.verdict != "chance")


class TestRefused:
    def test_it_leaks_nothing_anywhere(self, measured):
        people(measured, 25, rearrested=9)  # too few for a comparison
        people(measured, 90, rearrested=20, start=START + timedelta(days=500), first=500)
        run = release(measured)
        refused = ComparisonResult.objects.filter(run=run).exclude(refusal="")
        baseline = refused.get(group="baseline", offences="any", window_months=12)
        assert baseline.refusal == "few_comparisons"
        for result in refused:
            assert {getattr(result, name) for name in ESTIMATES} == {None}
            assert result.refusal == "unbalanced" or result.balance == []
        client, query = measured.client(measured.caseworker), f"?programme={measured.programme.pk}"
        page = lines(client.get(reverse("population_figures") + query).text)
        assert "Over the whole follow-up" not in page
        assert "Smallest difference" not in page
        text = client.get(reverse("figure", args=["comparison", "csv"]) + query).content.decode("utf-8-sig")
        row = next(
            row for row in csv.reader(io.StringIO(text), delimiter=";") if row and row[0].endswith("own first year")
        )
        assert not any(re.search(r"[.,]\d", cell) for cell in row)
        svg = client.get(reverse("figure", args=["comparison", "svg"]) + query).text
        assert ">Own first year<" in svg
        assert ">too few people<" in svg

    @pytest.mark.parametrize("name", ESTIMATES)
    def test_the_database_holds_no_estimate_beside_a_refusal(self, measured, name):
        run = Run.objects.create(reason="test", definition="x", state=Run.State.DONE, quarter="2026-Q3")
        with pytest.raises(IntegrityError, match="refused_is_nowhere"), transaction.atomic():
            ComparisonResult.objects.create(
                run=run,
                programme=measured.programme,
                partner=measured.ngo,
                group="matched",
                offences="any",
                window_months=12,
                refusal="unbalanced",
                **{name: 0.5},
            )

    @pytest.mark.parametrize(("people", "hazard_ratio"), [(matching.FEWEST - 1, None), (matching.FEWEST, 0.5)])
    def test_a_refusal_hides_the_hazards_of_the_whole_follow_up_too(self, people, hazard_ratio):
        """Of the whole follow-up there may be enough people where there are too few for a window."""
        arrested_on = [pd.Timestamp("2024-03-01")] * 20 + [pd.NaT] * (people - 20)
        days = {"index_date": pd.Timestamp("2024-01-01"), "last_day": pd.Timestamp("2025-01-01")}
        never = {"died_on": pd.NaT, "left_on": pd.NaT}
        rows = pd.DataFrame({"person": range(people), "any_on": arrested_on, "stands_for": 1.0, **days, **never})
        result = ComparisonResult(group="baseline", window_months=12, offences="any")
        unadjusted(result, rows, rows, {"hazard_ratio": 0.5}, Draws("2026-Q4"))
        assert (result.hazard_ratio, bool(result.refusal)) == (hazard_ratio, hazard_ratio is None)

    def test_comparison_people_of_whom_most_left_early_are_too_few(self):
        result = ComparisonResult(group="not_enrolled", window_months=12, offences="any")
        rows, nobody = pd.DataFrame({"person": range(100)}), Lives(np.full(100, 365.0), np.zeros(100, bool))
        Protected(result, Draws("2026-Q4"), (rows, nobody), (rows, nobody)).show(Side(30, 100), Side(8.7, 29))
        assert (result.refusal, result.rate, result.verdict) == ("few_comparisons", None, "too_few")


def test_an_old_run_keeps_neither_means_nor_estimates_that_were_refused(measured: Any) -> None:
    """The migration to landmarks: frozen runs too."""
    from importlib import import_module

    statement = import_module("metrics.migrations.0007_comparisons_by_landmark").WHAT_STAYS
    run = Run.objects.create(reason="test", definition="x", state=Run.State.DONE, quarter="2026-Q3")
    about = {
        "run": run,
        "programme": measured.programme,
        "partner": measured.ngo,
        "offences": "any",
        "window_months": 12,
    }
    balance = [["female", 0.017, 0.2, -0.5, 0.01]]
    ComparisonResult.objects.create(group="matched", balance=balance, **about)
    ComparisonResult.objects.create(group="baseline", refusal="few_comparisons", balance=balance, **about)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(ComparisonResult.objects.order_by("group").values_list("group", "balance")) == [
        ("baseline", []),
        ("matched", [["female", -0.5, 0.01]]),
    ]
