"""Rearrested within fixed windows: per programme, saved cohort, partner and in all, from protected counts."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date
from typing import NamedTuple

import scipy

from metrics.protection.counts import Draws, ProtectedCount, State, shown_before, total
from metrics.protection.rates import Proportion, rate
from metrics.recidivism.members import KINDS, MemberRows, Population, partners_of_programmes, rows_of_statement
from metrics.recidivism.models import RecidivismResult
from metrics.runs.models import Run, Withheld

WINDOWS = (6, 12, 24, 36, 48, 60)
"""In months."""
ALIKE = 0.5
"""Correlation of the noise between neighbouring windows, and between the kinds."""
SMALL_POPULATION = 100
"""With fewer people in the shortest window, figures are made twice a year instead of four times."""


class Outcomes(NamedTuple):
    """What became of a population, with windows of `WINDOWS` numbered from 1.

    `people`: (windows observed, window of the first re-arrest, of the first for a drug offence) → (how many people, the sum of
    their hashes).
    """

    people: dict[tuple[int, int, int], tuple[int, int]]

    def by_outcome(self, window: int) -> dict[str, tuple[int, int]]:
        """Those observed for the whole window, by what became of them in it: (people, sum of hashes) of who was rearrested
        for a drug offence, for others only, not at all."""
        sums: dict[str, tuple[int, int]] = dict.fromkeys(("drug", "other", "none"), (0, 0))
        for (observed, any_bin, drug_bin), (people, hashes) in self.people.items():
            if observed >= window:
                outcome = "drug" if drug_bin <= window else "other" if any_bin <= window else "none"
                sums[outcome] = (sums[outcome][0] + people, sums[outcome][1] + hashes)
        return sums

    def eligible(self, window: int) -> int:
        """How many people were observed for the whole window."""
        return sum(people for people, _hashes in self.by_outcome(window).values())

    def rearrested(self, kind: str, window: int) -> int:
        """How many of these were rearrested in it."""
        outcomes = self.by_outcome(window)
        return outcomes["drug"][0] + (outcomes["other"][0] if kind == "any" else 0)


class Tails(NamedTuple):
    """Both parts of a window's denominator, protected: who was rearrested, and who was not."""

    rearrested: ProtectedCount
    not_rearrested: ProtectedCount

    @property
    def eligible(self) -> int:
        """How many people are shown as observed."""
        return self.rearrested.value + self.not_rearrested.value

    @property
    def rate(self) -> Proportion | None:
        """The share rearrested; None on too few people."""
        return rate(self.rearrested, self.not_rearrested)


WindowTails = dict[tuple[str, int], Tails]
"""By kind of re-arrest and number of the window."""


def tails(outcomes: Outcomes, draws: Draws) -> WindowTails:
    """The protected counts of every window and kind.

    Both tails have noise of their own, and the denominator is their sum: "0 of 12" and "12 of 12" are never certain. What decides
    the noise is everybody in the window's denominator with what became of them, for both kinds.

    Tails are alike by half, see `alike_chances`.
    """
    states = {
        number: State.of({name: (hashes, people) for name, (people, hashes) in outcomes.by_outcome(number).items()})
        for number in range(1, len(WINDOWS) + 1)
        if outcomes.eligible(number)
    }
    chances = alike_chances(draws, states, ("rearrested", "not"))
    protected: WindowTails = {}
    for number in range(len(WINDOWS), 0, -1):
        eligible = outcomes.eligible(number)
        for kind in KINDS:
            rearrested = outcomes.rearrested(kind, number)
            protected[kind, number] = Tails(
                *(
                    draws.of_people_at(count, chances.get((number, kind, tail), 0.5))
                    for tail, count in (("rearrested", rearrested), ("not", eligible - rearrested))
                )
            )
    return protected


def alike_chances(draws: Draws, states: dict[int, State], names: tuple[str, ...]) -> dict[tuple[int, str, str], float]:
    """The chance behind the noise of each count of a population: of each window (by number), kind and name.

    The noise of a count has half its likeness (a correlation of `ALIKE`) in common with that of the next longer window, and with that
    of the other kind: a person who counts in all windows and both kinds is hidden by one noise more than by twelve, which would
    average out (docs/decisions/0027-protected-counts.md). From the longest window down, because who can be followed for longer can
    be followed for less: people who are too new for a window change nothing in its noise.
    """
    chances: dict[tuple[int, str, str], float] = {}
    longer: dict[tuple[str, str], float] = {}
    for number in sorted(states, reverse=True):
        own = {
            (kind, name): float(
                scipy.stats.norm.ppf(draws.chance(states[number], f"{WINDOWS[number - 1]} months, {kind}, {name}"))
            )
            for kind in KINDS
            for name in names
        }
        for kind, name in own:
            if kind != "any":
                own[kind, name] = _alike(own["any", name], own[kind, name])
        longer = {cell: _alike(longer[cell], normal) if longer else normal for cell, normal in own.items()}
        chances |= {
            (number, kind, name): float(scipy.stats.norm.cdf(normal)) for (kind, name), normal in longer.items()
        }
    return chances


def _alike(one: float, other: float) -> float:
    """A standard normal number with the correlation `ALIKE` to the first, of two that are independent."""
    return ALIKE * one + math.sqrt(1 - ALIKE**2) * other


def outcomes_by_population(member_rows: list[MemberRows], as_of: date) -> dict[Population, Outcomes]:
    """What became of each programme's and cohort's people up to `as_of`: true counts, for `tails` alone."""
    partner_of_programme = partners_of_programmes()
    outcomes: dict[Population, Outcomes] = defaultdict(lambda: Outcomes({}))
    for rows in member_rows:
        for group, observed, any_bin, drug_bin, people, hashes in rows_of_statement("fixed_windows", rows, as_of):
            population = rows.population(group, partner_of_programme)
            outcomes[population].people[observed, any_bin, drug_bin] = (people, int(hashes))
    return dict(outcomes)


def tails_by_population(
    member_rows: list[MemberRows], as_of: date, draws: Draws, kept: dict[Population, WindowTails]
) -> dict[Population, WindowTails]:
    """The protected counts of each programme and cohort; of each partner with several programmes, and of all programmes
    together, the sums of theirs. A small population's of an earlier release (`kept`) stay."""
    protected = {
        population: tails(outcomes, draws)
        for population, outcomes in outcomes_by_population(member_rows, as_of).items()
    }
    for population, cells in protected.items():
        if population in kept and is_small(cells):
            protected[population] = kept[population]
    programmes = [population for population in protected if population.programme]
    partners: dict[int | None, list[Population]] = defaultdict(list)
    for population in programmes:
        partners[population.partner].append(population)
    partners[None] = programmes
    for partner, own in partners.items():
        if len(own) > 1:
            protected[Population(None, partner)] = {
                cell: Tails(
                    total(protected[one][cell].rearrested for one in own),
                    total(protected[one][cell].not_rearrested for one in own),
                )
                for cell in protected[own[0]]
            }
    return protected


def is_small(cells: WindowTails) -> bool:
    """Whether the population's figures are made only twice a year."""
    return cells["any", 1].eligible < SMALL_POPULATION


def kept_tails(release: Run) -> dict[Population, WindowTails]:
    """The protected counts that a release shows, by population."""
    kept: dict[Population, WindowTails] = defaultdict(dict)
    for result in release.recidivismresults.exclude(programme=None, cohort=None):
        population = Population(result.programme_id, result.partner_id, result.cohort_id)
        others = (result.eligible or 0) - (result.rearrested or 0)
        kept[population][result.offences, WINDOWS.index(result.window_months) + 1] = Tails(
            shown_before(result.rearrested or 0), shown_before(others)
        )
    return dict(kept)


def results(run: Run, protected: dict[Population, WindowTails]) -> list[RecidivismResult]:
    """A result for each population, window and kind."""
    programmes_of: dict[int | None, int] = defaultdict(int)
    for population in protected:
        if population.programme:
            programmes_of[population.partner] += 1
            programmes_of[None] += 1
    return [
        _result(run, population, cells[kind, number], months, kind, programmes_of)
        for population, cells in protected.items()
        for number, months in enumerate(WINDOWS, start=1)
        for kind in KINDS
    ]


def _result(
    run: Run, population: Population, cell: Tails, months: int, kind: str, programmes_of: dict[int | None, int]
) -> RecidivismResult:
    is_sum = population.programme is None and population.cohort is None
    result = RecidivismResult(
        run=run,
        offences=kind,
        window_months=months,
        eligible=cell.eligible,
        rearrested=cell.rearrested.value,
        programmes=programmes_of[population.partner] if is_sum else 1,
        **population.fields(),
    )
    if share := cell.rate:
        result.rate, result.rate_lower, result.rate_upper = share
    else:
        result.withheld = Withheld.FEW_PEOPLE if cell.eligible else Withheld.NOBODY
    return result
