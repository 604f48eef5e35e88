"""Rearrested within fixed windows: per programme, saved cohort, partner and in all, protected over all of them together."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from metrics.protection import disclosure
from metrics.protection.disclosure import Relation
from metrics.recidivism.members import KINDS, MemberRows, Population, partners_of_programmes, rows_of_statement
from metrics.recidivism.models import RecidivismResult
from metrics.runs.models import Run, Withheld
from metrics.statistics.proportions import wilson

WINDOWS = (6, 12, 24, 36)
"""In months."""


class Outcomes(NamedTuple):
    """What became of a population, with windows numbered from 1.

    `people`: (windows observed, window of the first re-arrest, of the first for a drug offence) → how many people.
    `arrests`: (kind, window) → arrests of those rearrested in a window wholly observed.
    """

    people: dict[tuple[int, int, int], int]
    arrests: dict[tuple[str, int], int]

    def eligible(self, window: int) -> int:
        """How many people were observed for the whole window."""
        return sum(n for (observed, _, _), n in self.people.items() if observed >= window)

    def rearrested(self, kind: str, window: int) -> int:
        """How many of these were rearrested in it."""
        return sum(
            n
            for (observed, *bins), n in self.people.items()
            if observed >= window and bins[KINDS.index(kind)] <= window
        )


def results(run: Run, member_rows: list[MemberRows], as_of: date) -> list[RecidivismResult]:
    """Per programme and saved cohort, and the sums of the programmes that are published; suppressed over all of them together."""
    outcomes = outcomes_by_population(member_rows, as_of)
    values: dict[Any, int] = {}
    relations: list[Relation] = []
    hidden: set[Any] = set()
    for population, outcome in outcomes.items():
        _add_cells(population, outcome, values, relations, hidden, is_published=True)
    for outer, inside in nested_populations(member_rows, outcomes):
        # Populations inside another: whoever is left can be had by subtraction.
        rest = outcomes[outer]
        for inner in inside:
            rest = difference(rest, outcomes[inner])
        parts: list[Any] = list(inside)
        if any(rest.people.values()):
            parts.append(("rest", outer, inside))
            _add_cells(parts[-1], rest, values, relations, hidden, is_published=False)
        relations += [
            Relation((outer, *name), tuple((part, *name) for part in parts)) for name in cells_and_relations(rest)[0]
        ]
    withheld = disclosure.withheld(values, relations, never_published=hidden)
    window_results = []
    for population, outcome in outcomes.items():
        for window, months in enumerate(WINDOWS, start=1):
            for kind in KINDS:
                window_results.append(_result(run, population, outcome, window, months, kind, withheld))
    return window_results + totals(run, window_results)


def outcomes_by_population(member_rows: list[MemberRows], as_of: date) -> dict[Population, Outcomes]:
    """What became of each programme's and cohort's people up to `as_of`."""
    partner_of_programme = partners_of_programmes()
    outcomes: dict[Population, Outcomes] = defaultdict(lambda: Outcomes({}, defaultdict(int)))
    for rows in member_rows:
        for group, observed, any_bin, drug_bin, people, *arrests in rows_of_statement("fixed_windows", rows, as_of):
            outcome = outcomes[rows.population(group, partner_of_programme)]
            outcome.people[observed, any_bin, drug_bin] = people
            for position, count in enumerate(arrests):
                kind, window = KINDS[position // 4], position % 4 + 1
                if window <= observed:
                    outcome.arrests[kind, window] += int(count)
    return dict(outcomes)


def cells_and_relations(
    outcome: Outcomes,
) -> tuple[dict[tuple[Any, ...], int], list[Relation], set[tuple[Any, ...]]]:
    """Everything that follows from a population's fixed-window figures, for disclosure control.

    Published: eligible and rearrested for each window and kind. Never published, but following from those: who was not
    rearrested; who was, but never for a drug offence; who is in one window's figure and not in the next one's. Returns every
    count by its cell's name, how the cells add up, and which cells are never published.
    """
    values: dict[tuple[Any, ...], int] = {}
    hidden: set[tuple[Any, ...]] = set()
    relations: list[Relation] = []

    def unpublished(name: tuple[Any, ...], value: int) -> tuple[Any, ...]:
        values[name] = value
        hidden.add(name)
        return name

    for window in range(1, 5):
        eligible = outcome.eligible(window)
        values["eligible", window] = eligible
        for kind in KINDS:
            rearrested = outcome.rearrested(kind, window)
            values["rearrested", window, kind] = rearrested
            rest = unpublished(("not", window, kind), eligible - rearrested)
            relations.append(Relation(("eligible", window), (("rearrested", window, kind), rest)))
        other = outcome.rearrested("any", window) - outcome.rearrested("drug", window)
        relations.append(
            Relation(
                ("rearrested", window, "any"), (("rearrested", window, "drug"), unpublished(("other", window), other))
            )
        )
    for window in range(1, 4):
        following = window + 1
        only = unpublished(("only", window), outcome.eligible(window) - outcome.eligible(following))
        relations.append(Relation(("eligible", window), (("eligible", following), only)))
        for position, kind in enumerate(KINDS):
            early = sum(
                n
                for (observed, *bins), n in outcome.people.items()
                if observed >= following and bins[position] <= window
            )
            both = unpublished(("both", window, kind), early)
            early_only = unpublished(("early", window, kind), outcome.rearrested(kind, window) - early)
            later = unpublished(("later", window, kind), outcome.rearrested(kind, following) - early)
            free = unpublished(("free", window, kind), values[only] - values[early_only])
            relations += [
                Relation(("rearrested", window, kind), (both, early_only)),
                Relation(("rearrested", following, kind), (both, later)),
                Relation(only, (early_only, free)),
            ]
    return values, relations, hidden


def difference(outer: Outcomes, inner: Outcomes) -> Outcomes:
    """The people of `outer` who are not in `inner`, which lies within it."""
    people = {key: n - inner.people.get(key, 0) for key, n in outer.people.items()}
    return Outcomes(people, defaultdict(int))


def _add_cells(
    name: Any,
    outcome: Outcomes,
    values: dict[Any, int],
    relations: list[Relation],
    hidden: set[Any],
    *,
    is_published: bool,
) -> None:
    """Adds a population's cells under its name; of one that is not published, all are hidden."""
    own_values, rules, unpublished = cells_and_relations(outcome)

    def named(cell: Any) -> Any:
        return (name, *cell)

    values.update({named(cell): value for cell, value in own_values.items()})
    hidden.update(map(named, unpublished if is_published else own_values))
    relations += [Relation(named(rule.total), tuple(map(named, rule.parts))) for rule in rules]


def nested_populations(
    member_rows: list[MemberRows], outcomes: dict[Population, Outcomes]
) -> list[tuple[Population, tuple[Population, ...]]]:
    """Populations and those inside them, as far as one can be subtracted from the other (disclosure.subtractions)."""
    cohorts = [rows for rows in member_rows if rows.cohort is not None]
    if not cohorts:
        return []  # programmes have no participation in common
    populations = {population.programme: population for population in outcomes if population.programme}
    memberships = ["SELECT programme_id AS number, enrolment_id, index_date FROM metrics_followup WHERE rank = 1"]
    for number, rows in enumerate(cohorts, start=1):
        populations[-number] = rows.population(0, {})
        memberships.append(f"SELECT {-number}, enrolment_id, index_date FROM ({rows.bound_sql()}) c{number}")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT numbers, count(*) FROM (
                SELECT array_agg(number ORDER BY number) AS numbers FROM ({" UNION ALL ".join(memberships)}) m
                 GROUP BY enrolment_id, index_date) AS atoms
             GROUP BY numbers
            """.replace("%", "%%"),
            [],
        )
        atoms = cursor.fetchall()
    sets = {
        population: frozenset(atom for atom, (numbers, _people) in enumerate(atoms) if number in numbers)
        for number, population in populations.items()
        if population in outcomes
    }
    return disclosure.subtractions(sets, {atom: people for atom, (_numbers, people) in enumerate(atoms)})


def withholding_reason(eligible: int, rearrested: int) -> str:
    """The reason for withholding a rate by itself; empty when nothing speaks against it."""
    if eligible == 0:
        return Withheld.NOBODY
    if eligible < disclosure.FEW_PEOPLE:
        return Withheld.FEW_PEOPLE
    if disclosure.is_small(rearrested) or disclosure.is_small(eligible - rearrested):
        return Withheld.SMALL_COUNT
    return Withheld.NOTHING


def _result(
    run: Run, population: Population, outcome: Outcomes, window: int, months: int, kind: str, withheld: set[Any]
) -> RecidivismResult:
    eligible, rearrested = outcome.eligible(window), outcome.rearrested(kind, window)
    reason = withholding_reason(eligible, rearrested)
    hides_eligible = (population, "eligible", window) in withheld
    if not reason and (hides_eligible or (population, "rearrested", window, kind) in withheld):
        reason = Withheld.SECONDARY
    result = RecidivismResult(
        run=run,
        offences=kind,
        window_months=months,
        eligible=None if hides_eligible else eligible,
        withheld=reason,
        **population.fields(),
    )
    if not reason:
        result.rearrested = rearrested
        result.rate, result.rate_lower, result.rate_upper = wilson(rearrested, eligible)
        if rearrested:
            result.mean_rearrests = round(outcome.arrests[kind, window] / rearrested, 1)
    return result


def totals(run: Run, results: list[RecidivismResult]) -> list[RecidivismResult]:
    """Per partner with several programmes, and of all: sums of the programmes that are published, so that nothing new follows."""
    published: dict[tuple[int | None, str, int], list[RecidivismResult]] = defaultdict(list)
    for result in results:
        if result.programme_id and not result.withheld:
            for partner in (result.partner_id, None):
                published[partner, result.offences, result.window_months].append(result)
    sums = []
    for (partner, offences, months), parts in published.items():
        if len(parts) < 2:
            continue
        eligible, rearrested = (sum(getattr(p, name) for p in parts) for name in ("eligible", "rearrested"))
        total = RecidivismResult(
            run=run,
            partner_id=partner,
            offences=offences,
            window_months=months,
            eligible=eligible,
            rearrested=rearrested,
            programmes=len(parts),
        )
        total.rate, total.rate_lower, total.rate_upper = wilson(rearrested, eligible)
        sums.append(total)
    return sums
