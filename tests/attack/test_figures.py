"""Who wants to know of one person from figures: with everything that a role can fetch, and knowing how counts are protected.

The bounds that no test can show for certain are measured by `make bench ONLY=protection`.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
import pytest
from django.urls import reverse
from scipy.optimize import Bounds, LinearConstraint, milp

from cases.enrolments.actions import set_measurement_consent
from metrics.cohorts import actions as cohorts
from metrics.cohorts.models import Cohort, WaitsFor
from metrics.cohorts.selection import Selection
from metrics.figures.registry import FIGURE_MAKERS
from metrics.follow_up import upkeep
from metrics.protection.counts import shown_before
from metrics.protection.perturbation import OF_PEOPLE, distribution
from metrics.protection.rates import rate
from metrics.recidivism import fixed_windows, members
from metrics.recidivism.members import Population
from metrics.recidivism.models import CareResult, RecidivismResult, SurvivalResult
from metrics.runs.models import Run
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from partnership.members.models import Role
from tests.measuring import START, compute, people, release
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import World, database_role, on_web, run_as

ROLES = ("caseworker", "case_manager", "other_caseworker", "liaison", "coordinator", "auditor")
MONTHS = fixed_windows.WINDOWS
OUTCOMES = {
    "recidivism": False,
    "effects": False,
    "effects-by-kind": False,
    "survival": True,
    "comparison": True,
    "balance": True,
}
"""Figures of outcomes, and whether their address names a population."""


@shared
def crowd(measured: World) -> World:
    """A programme of whom few were rearrested, three are men and two came late; and a small one beside it."""
    measured.auditor = measured.member(measured.office, Role.AUDITOR)
    people(measured, 70, rearrested=3, women=67)
    people(measured, 2, rearrested=1, women=2, start=START + timedelta(days=500), first=70)
    for number in range(12):
        person = measured.person(measured.other_ngo, first_names=f"O{number}")
        measured.enrolment(
            person=person, partner=measured.other_ngo, programme=measured.other_programme, started_on=START
        )
    for name, selection in (
        ("Women", Selection(sexes=["female"])),
        ("Men", Selection(sexes=["male"])),
        ("Early", Selection(last_year=START.year)),
        ("Late", Selection(first_year=START.year + 1)),
    ):
        run_as(measured.case_manager, cohorts.save_cohort, cohort=Cohort(name=name), selection=selection)
    measured.release = release(measured)
    return measured


class Cell(NamedTuple):
    """A published window of a population: what is shown of both its tails."""

    population: Population
    kind: str
    window: int
    rearrested: int
    not_rearrested: int


def published(run: Run) -> list[Cell]:
    return [
        Cell(
            Population(r.programme_id, r.partner_id, r.cohort_id),
            r.offences,
            MONTHS.index(r.window_months) + 1,
            r.rearrested,
            r.eligible - r.rearrested,
        )
        for r in RecidivismResult.objects.filter(run=run)
    ]


def true_outcomes() -> dict[Population, fixed_windows.Outcomes]:
    with database_role("worker"):
        upkeep.refresh()
        rows = members.all_member_rows(Cohort.objects.order_by("id"))
        return fixed_windows.outcomes_by_population(rows, START + timedelta(days=5000))


def tables(world: World, acting: Acting, *run_numbers: int) -> Iterator[tuple[str, list[list[str]]]]:
    """The tables of outcomes that somebody can download, of every population and kind, of the newest run and of those named."""
    client = world.client(acting)
    populations = [f"programme={p.pk}" for p in (world.programme, world.other_programme)]
    populations += [f"cohort={cohort.pk}" for cohort in Cohort.objects.all()]
    runs = ["", *(f"&run={number}" for number in run_numbers)]
    client.get("/")  # loads the pages, which register their figures
    assert set(OUTCOMES) <= set(FIGURE_MAKERS)
    for name, kind, run in itertools.product(OUTCOMES, ("any", "drug"), runs):
        for population in populations if OUTCOMES[name] else [""]:
            response = client.get(reverse("figure", args=[name, "csv"]) + f"?{population}&offences={kind}{run}")
            if response.status_code == 200:
                text = response.content.decode("utf-8-sig")
                yield f"{name} {population} {kind}{run}", list(csv.reader(io.StringIO(text), delimiter=";"))


class TestCounts:
    def test_an_integer_programme_over_all_that_is_published_finds_no_small_count(self, crowd):
        """Unknown are the true counts of both tails. What ties them: the table of perturbation, that drug offences are offences,
        that both kinds have the same people, that longer windows hold fewer, that cohorts lie in their programme."""
        cells = published(crowd.release)
        variables = {
            (c.population, c.kind, c.window, tail): n
            for n, (c, tail) in enumerate(itertools.product(cells, (True, False)))
        }
        lower, upper = np.zeros(len(variables)), np.zeros(len(variables))
        for cell in cells:
            for tail, shown in ((True, cell.rearrested), (False, cell.not_rearrested)):
                number = variables[cell.population, cell.kind, cell.window, tail]
                is_sum = cell.population.programme is None and cell.population.cohort is None
                possible = [c for c in range(shown + 8) if shown in distribution(c, OF_PEOPLE)[0]]
                lower[number], upper[number] = (0, np.inf) if is_sum else (min(possible), max(possible))
        rows: list[tuple[dict[int, int], float, float]] = []

        def tie(terms: dict[Any, int], least: float, most: float) -> None:
            if all(name in variables for name in terms):
                rows.append(({variables[name]: sign for name, sign in terms.items()}, least, most))

        populations = {cell.population for cell in cells}
        programme = Population(crowd.programme.pk, crowd.ngo.pk)
        for population, window in itertools.product(populations, range(1, len(MONTHS) + 1)):
            of = lambda kind, tail, p=population, w=window: (p, kind, w, tail)
            tie({of("any", True): 1, of("drug", True): -1}, 0, np.inf)
            tie({of("any", True): 1, of("any", False): 1, of("drug", True): -1, of("drug", False): -1}, 0, 0)
            longer = {(population, "any", window + 1, tail): -1 for tail in (True, False)}
            tie({of("any", True): 1, of("any", False): 1, **longer}, 0, np.inf)
            if population.cohort:
                for kind, tail in itertools.product(("any", "drug"), (True, False)):
                    tie({(programme, kind, window, tail): 1, of(kind, tail): -1}, 0, np.inf)
        matrix = np.zeros((len(rows), len(variables)))
        for row, (terms, _least, _most) in enumerate(rows):
            for number, sign in terms.items():
                matrix[row, number] = sign
        constraint = LinearConstraint(matrix, [least for _, least, _ in rows], [most for _, _, most in rows])
        outcomes = true_outcomes()
        looked_at = 0
        for (population, kind, window, tail), number in variables.items():
            if population not in outcomes:
                continue
            rearrested = outcomes[population].rearrested(kind, window)
            count = rearrested if tail else outcomes[population].eligible(window) - rearrested
            if not 0 < count < 5:
                continue
            looked_at += 1
            ends = []
            for sign in (1, -1):
                objective = np.zeros(len(variables))
                objective[number] = sign
                answer = milp(
                    objective, constraints=constraint, bounds=Bounds(lower, upper), integrality=np.ones(len(variables))
                )
                ends.append(round(sign * answer.fun) if answer.status == 0 else sign * -np.inf)
            assert ends[0] <= count <= ends[1]
            assert ends[1] - ends[0] >= 2, (population, kind, window, tail, count, ends)
        assert looked_at > 10

    def test_everything_fetched_is_made_of_protected_counts_alone(self, crowd):
        """No rate, interval or point of a curve says more than the counts beside it: inverting it gives these counts back."""
        shown = {(c.population, c.kind, c.window): c for c in published(crowd.release)}
        for result in RecidivismResult.objects.filter(run=crowd.release):
            population = Population(result.programme_id, result.partner_id, result.cohort_id)
            cell = shown[population, result.offences, MONTHS.index(result.window_months) + 1]
            is_sum = population.programme is None and population.cohort is None
            assert is_sum or not {cell.rearrested, cell.not_rearrested} & {1, 2, 3, 4}
            made = rate(shown_before(cell.rearrested), shown_before(cell.not_rearrested))
            if result.rate is None or is_sum:
                continue
            assert made
            assert (result.rate, result.rate_lower, result.rate_upper) == pytest.approx(tuple(made))
        for curve in SurvivalResult.objects.filter(run=crowd.release):
            population = Population(curve.programme_id, curve.partner_id, curve.cohort_id)
            for months, *_shares, followed in curve.points[1:]:
                cell = shown[population, curve.offences, MONTHS.index(months) + 1]
                assert followed == cell.rearrested + cell.not_rearrested
        for care in CareResult.objects.filter(run=crowd.release):
            for count in (care.participants, care.ended):
                assert count == 0 or count >= 5

    @pytest.mark.parametrize("role", ROLES)
    def test_no_table_of_any_role_holds_a_count_of_people_from_one_to_four(self, crowd, role):
        fetched = list(tables(crowd, getattr(crowd, role)))
        assert len(fetched) >= 2
        for name, rows in fetched:
            if name.split()[0] not in {"recidivism", "survival"}:
                continue
            heading = next((row for row in rows if "Followed" in row), None)
            assert heading, name
            for row in rows[rows.index(heading) + 1 :]:
                for column in ("Followed", "Rearrested"):
                    if column in heading and len(row) > heading.index(column):
                        assert row[heading.index(column)] not in {"1", "2", "3", "4"}, (name, row)


class TestRuns:
    def test_what_happened_since_the_release_shows_nobody_but_the_coordinator_anything(self, crowd):
        """Two runs subtracted told whose outcome changed between them."""
        seeing = ("caseworker", "liaison", "auditor")
        before = {role: list(tables(crowd, getattr(crowd, role))) for role in seeing}
        people(crowd, 1, rearrested=1, first=90)
        preview = compute()
        for role in seeing:
            assert list(tables(crowd, getattr(crowd, role))) == before[role]
            with on_web(getattr(crowd, role)):
                assert not RecidivismResult.objects.filter(run=preview).exists()
                assert not SurvivalResult.objects.filter(run=preview).exists()
        with on_web(crowd.coordinator):
            assert RecidivismResult.objects.filter(run=preview).exists()

    def test_nor_over_the_api(self, crowd):
        system = System(crowd.case_manager, "metrics:read")
        released = system.get("results/recidivism")["results"]
        people(crowd, 5, rearrested=5, first=90)
        preview = compute()
        assert system.get("results/recidivism")["results"] == released
        assert system.get(f"results/recidivism?run={preview.pk}")["results"] == []

    def test_asking_again_gives_the_same_noise(self, crowd):
        again = compute()
        assert sorted(map(str, published(again))) == sorted(map(str, published(crowd.release)))

    def test_who_withdrew_the_consent_to_be_counted_is_in_no_later_figure(self, crowd):
        enrolment = crowd.programme.enrolments.first()
        before = true_outcomes()[Population(crowd.programme.pk, crowd.ngo.pk)].eligible(1)
        run_as(crowd.case_manager, set_measurement_consent, enrolment=enrolment, consents=False)
        assert true_outcomes()[Population(crowd.programme.pk, crowd.ngo.pk)].eligible(1) == before - 1


class TestCohorts:
    """The finer cohorts are, and the more of them, the closer two come to telling of one person."""

    def test_entry_is_by_calendar_year(self, crowd):
        with pytest.raises(TypeError):
            Selection.from_json({"started_from": "2022-03-01"})

    def test_three_traits_at_once_are_refused(self, crowd):
        with pytest.raises(RuleError, match="at most two traits"):
            run_as(
                crowd.case_manager,
                cohorts.save_cohort,
                cohort=Cohort(name="x"),
                selection=Selection(sexes=["male"], ages=["18-24"], substances=["opioids"]),
            )

    def test_two_traits_of_fewer_than_six_hundred_people_have_no_figures(self, crowd):
        selection = Selection(sexes=["female"], ages=["45-"])
        cohort = run_as(crowd.case_manager, cohorts.save_cohort, cohort=Cohort(name="x"), selection=selection)
        run = compute()
        cohort.refresh_from_db()
        assert cohort.waits_for == WaitsFor.PEOPLE
        assert not RecidivismResult.objects.filter(run=run, cohort=cohort).exists()

    def test_the_seventh_cohort_of_a_programme_waits_for_the_auditor(self, crowd):
        for drug in ("opioids", "cannabis", "cocaine"):
            run_as(
                crowd.case_manager,
                cohorts.save_cohort,
                cohort=Cohort(name=drug),
                selection=Selection(substances=[drug]),
            )
        compute()
        seventh = Cohort.objects.get(name="cocaine")
        assert list(Cohort.objects.exclude(waits_for="")) == [seventh]
        page = crowd.client(crowd.auditor).get(reverse("cohort_list")).text
        assert "cocaine" in page
        assert "6 of 6" in page
        crowd.client(crowd.auditor).post(reverse("cohort_allow", args=[seventh.pk]))
        compute()
        seventh.refresh_from_db()
        assert seventh.waits_for == ""

    def test_an_auditor_is_offered_nothing_that_is_refused(self, crowd):
        """An auditor belongs to the coordination office, whose cohorts are not the auditor's to change."""
        run_as(crowd.coordinator, cohorts.save_cohort, cohort=Cohort(name="Office"), selection=Selection())
        cohort = Cohort.objects.get(name="Office")
        page = crowd.client(crowd.auditor).get(reverse("cohort_list")).text
        assert "Office" in page
        assert reverse("cohort_archive", args=[cohort.pk]) not in page
        assert (
            reverse("cohort_archive", args=[cohort.pk])
            in crowd.client(crowd.coordinator).get(reverse("cohort_list")).text
        )

    def test_nobody_else_lets_it_have_figures(self, crowd):
        cohort = Cohort.objects.first()
        for role in ("case_manager", "coordinator", "liaison"):
            response = crowd.client(getattr(crowd, role)).post(reverse("cohort_allow", args=[cohort.pk]))
            assert response.status_code in {403, 404}

    def test_to_change_a_cohort_or_archive_it_gives_no_new_one(self, crowd):
        cohort = Cohort.objects.get(name="Men")
        for drug in ("opioids", "cannabis", "cocaine", "amphetamines"):
            run_as(crowd.case_manager, cohorts.save_cohort, cohort=cohort, selection=Selection(substances=[drug]))
            compute()
        cohort.refresh_from_db()
        assert cohort.waits_for == WaitsFor.AUDITOR


class TestReleases:
    def test_a_quarter_has_one(self, crowd):
        from metrics.runs import actions as runs

        later = compute()
        with pytest.raises(RuleError, match="has its release already"):
            run_as(crowd.coordinator, runs.release, run=later)

    def test_a_small_programme_changes_only_twice_a_year(self, crowd, monkeypatch):
        """In the second quarter of a half-year it shows what the first one's release showed, and so does the total."""
        Run.objects.filter(pk=crowd.release.pk).update(quarter="2026-Q3")
        people(crowd, 2, rearrested=2, first=90)
        from metrics.runs import actions as runs

        monkeypatch.setattr(runs, "quarter_of", lambda _day: "2026-Q4")
        later = compute()
        of = lambda run: {(c.population, c.kind, c.window): (c.rearrested, c.not_rearrested) for c in published(run)}
        assert of(later) == of(crowd.release)
        monkeypatch.setattr(runs, "quarter_of", lambda _day: "2027-Q1")
        assert of(compute()) != of(crowd.release)
