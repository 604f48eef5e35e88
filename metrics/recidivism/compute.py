"""Recidivism of programmes and saved cohorts: fixed windows, survival, frequency, completion and retention."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from cases.arrests.models import Feed
from metrics.cohorts.models import Cohort
from metrics.cohorts.selection import Selection
from metrics.follow_up import upkeep as follow_up_upkeep
from metrics.protection import disclosure
from metrics.protection.disclosure import Relation, round_rate, round_to_fives
from metrics.recidivism.models import CareResult, RecidivismResult, SurvivalResult
from metrics.runs.models import Run, Withheld
from metrics.statistics.proportions import wilson
from metrics.statistics.survival import Curve, kaplan_meier

WINDOWS = (6, 12, 24, 36)
KINDS = ("any", "drug")
FEWEST_FOR_CURVE = 30
CURVE_MONTHS = 60
DAYS_PER_MONTH = 365.25 / 12
ALL_PROGRAMMES = "SELECT * FROM metrics_followup WHERE rank = 1"


class Outcomes(NamedTuple):
    """People by outcome: (windows observed, window of the first re-arrest, of the first for a drug offence) → people; and
    (kind, window number) → arrests of those rearrested in a window wholly observed."""

    people: dict[tuple[int, int, int], int]
    arrests: dict[tuple[str, int], int]

    def eligible(self, window: int) -> int:
        return sum(n for (observed, _, _), n in self.people.items() if observed >= window)

    def rearrested(self, kind: str, window: int) -> int:
        return sum(
            n
            for (observed, *bins), n in self.people.items()
            if observed >= window and bins[KINDS.index(kind)] <= window
        )


class Population(NamedTuple):
    """Whose result it is: a programme of a partner, or a saved cohort."""

    programme: int | None
    partner: int | None
    cohort: int | None = None

    def fields(self) -> dict[str, Any]:
        return {"programme_id": self.programme, "partner_id": self.partner, "cohort_id": self.cohort}


def cohort_rows(selection: Selection, table: str = "metrics_followup") -> tuple[str, list[Any]]:
    """One follow-up row a person: the first enrolment in the selection's range."""
    condition, parameters = selection.where()
    return (
        f"SELECT DISTINCT ON (f.key) f.* FROM {table} f WHERE {condition} ORDER BY f.key, f.index_date, f.enrolment_id",
        parameters,
    )


def table_of(selection: Selection) -> str:
    """Where the selection's follow-up rows are; those from completion are followed when first asked for."""
    if selection.index == "start":
        return "metrics_followup"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.completed_followup')")
        if cursor.fetchone()[0] is None:
            follow_up_upkeep.follow_apart("completed", "completed_followup")
    return "completed_followup"


class Asked(NamedTuple):
    """Rows to compute: all programmes at once (`cohort` empty), or one saved cohort."""

    rows: str
    parameters: list[Any]
    cohort: Cohort | None = None

    @property
    def group(self) -> str:
        return "f.programme_id" if self.cohort is None else "0"


def everything(cohorts: Iterable[Cohort]) -> list[Asked]:
    asked = [Asked(ALL_PROGRAMMES, [])]
    for cohort in cohorts:
        selection = Selection.from_json(cohort.selection)
        rows, parameters = cohort_rows(selection, table_of(selection))
        asked.append(Asked(rows, parameters, cohort))
    return asked


def query(name: str, asked: Asked, as_of: date, **parts: str) -> list[tuple[Any, ...]]:
    """Runs a statement of metrics/sql on the rows asked for."""
    sql = follow_up_upkeep.statement(name, group=asked.group, **parts)
    with transaction.atomic(), connection.cursor() as cursor:
        # PostgreSQL takes the groups for more than there are, and would not count in parallel.
        cursor.execute("SET LOCAL parallel_tuple_cost = 0")
        # The rows' own parameters are bound first: their text stands inside a statement with named ones.
        rows = cursor.mogrify(asked.rows, asked.parameters).decode() if asked.parameters else asked.rows
        # Without any feed nobody is observed; NULL says so.
        first = Feed.objects.aggregate(day=Min("complete_through"))["day"]
        named = {"as_of": as_of, "earliest": first and min(first, as_of), "today": timezone.localdate()}
        cursor.execute(sql.replace("{rows}", rows.replace("%", "%%")), named)
        fetched: list[tuple[Any, ...]] = cursor.fetchall()
        return fetched


class Populations:
    """The programmes' partners, to say whose a result is."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, partner_id FROM programs_programme")
            self.partner_of: dict[int, int] = dict(cursor.fetchall())

    def of(self, asked: Asked, group: int) -> Population:
        if asked.cohort is None:
            return Population(group, self.partner_of[group])
        cohort = asked.cohort
        return Population(None, None if cohort.is_partnership_wide else cohort.partner_id, cohort.pk)


# --- Fixed windows -----------------------------------------------------------------------------------------------------------


def outcomes(asked: list[Asked], as_of: date) -> dict[Population, Outcomes]:
    known = Populations()
    found: dict[Population, Outcomes] = defaultdict(lambda: Outcomes({}, defaultdict(int)))
    for each in asked:
        for group, observed, any_bin, drug_bin, people, *arrests in query("fixed_windows", each, as_of):
            outcome = found[known.of(each, group)]
            outcome.people[observed, any_bin, drug_bin] = people
            for position, count in enumerate(arrests):
                kind, window = KINDS[position // 4], position % 4 + 1
                if window <= observed:
                    outcome.arrests[kind, window] += int(count)
    return dict(found)


def cells(outcome: Outcomes) -> tuple[dict[tuple[Any, ...], int], list[Relation], set[tuple[Any, ...]]]:
    """Everything that follows from a population's fixed-window figures, for disclosure control.

    Published: eligible and rearrested for each window and kind. Never published, but following from those: who was not
    rearrested; who was, but never for a drug offence; who is in one window's figure and not in the next one's.
    """
    values: dict[tuple[Any, ...], int] = {}
    hidden: set[tuple[Any, ...]] = set()
    relations: list[Relation] = []

    def secret(name: tuple[Any, ...], value: int) -> tuple[Any, ...]:
        values[name] = value
        hidden.add(name)
        return name

    for window in range(1, 5):
        eligible = outcome.eligible(window)
        values["eligible", window] = eligible
        for kind in KINDS:
            rearrested = outcome.rearrested(kind, window)
            values["rearrested", window, kind] = rearrested
            rest = secret(("not", window, kind), eligible - rearrested)
            relations.append(Relation(("eligible", window), (("rearrested", window, kind), rest)))
        other = outcome.rearrested("any", window) - outcome.rearrested("drug", window)
        relations.append(
            Relation(("rearrested", window, "any"), (("rearrested", window, "drug"), secret(("other", window), other)))
        )
    for window in range(1, 4):
        following = window + 1
        only = secret(("only", window), outcome.eligible(window) - outcome.eligible(following))
        relations.append(Relation(("eligible", window), (("eligible", following), only)))
        for position, kind in enumerate(KINDS):
            early = sum(
                n
                for (observed, *bins), n in outcome.people.items()
                if observed >= following and bins[position] <= window
            )
            both = secret(("both", window, kind), early)
            early_only = secret(("early", window, kind), outcome.rearrested(kind, window) - early)
            later = secret(("later", window, kind), outcome.rearrested(kind, following) - early)
            free = secret(("free", window, kind), values[only] - values[early_only])
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


def fixed_windows(run: Run, asked: list[Asked], as_of: date) -> list[RecidivismResult]:
    """Per programme and saved cohort, and the sums of the programmes that are shown; suppressed over all of them together."""
    found = outcomes(asked, as_of)
    values: dict[Any, int] = {}
    relations: list[Relation] = []
    hidden: set[Any] = set()
    for population, outcome in found.items():
        _add(population, outcome, values, relations, hidden, is_shown=True)
    for outer, inside in within(asked, found):
        # Populations inside another: whoever is left can be had by subtraction.
        rest = found[outer]
        for inner in inside:
            rest = difference(rest, found[inner])
        parts: list[Any] = list(inside)
        if any(rest.people.values()):
            parts.append(("rest", outer, inside))
            _add(parts[-1], rest, values, relations, hidden, is_shown=False)
        relations += [Relation((outer, *name), tuple((part, *name) for part in parts)) for name in cells(rest)[0]]
    secret = disclosure.withheld(values, relations, never_published=hidden)
    results = []
    for population, outcome in found.items():
        for window, months in enumerate(WINDOWS, start=1):
            for kind in KINDS:
                results.append(_result(run, population, outcome, window, months, kind, secret))
    return results + totals(run, results)


def _add(
    name: Any, outcome: Outcomes, values: dict[Any, int], relations: list[Relation], hidden: set[Any], *, is_shown: bool
) -> None:
    """Adds a population's cells under its name; of one that is not shown, all are hidden."""
    own, rules, unseen = cells(outcome)

    def named(cell: Any) -> Any:
        return (name, *cell)

    values.update({named(cell): value for cell, value in own.items()})
    hidden.update(map(named, unseen if is_shown else own))
    relations += [Relation(named(rule.total), tuple(map(named, rule.parts))) for rule in rules]


def within(asked: list[Asked], found: dict[Population, Outcomes]) -> list[tuple[Population, tuple[Population, ...]]]:
    """Populations and those inside them, as far as one can be subtracted from the other (disclosure.within)."""
    cohorts = [each for each in asked if each.cohort is not None]
    if not cohorts:
        return []  # programmes have no participation in common
    known = Populations()
    named = {population.programme: population for population in found if population.programme}
    parts = ["SELECT programme_id AS number, enrolment_id, index_date FROM metrics_followup WHERE rank = 1"]
    with connection.cursor() as cursor:
        for number, each in enumerate(cohorts, start=1):
            named[-number] = known.of(each, 0)
            rows = cursor.mogrify(each.rows, each.parameters).decode() if each.parameters else each.rows
            parts.append(f"SELECT {-number}, enrolment_id, index_date FROM ({rows}) c{number}")
        cursor.execute(
            f"""
            SELECT numbers, count(*) FROM (
                SELECT array_agg(number ORDER BY number) AS numbers FROM ({" UNION ALL ".join(parts)}) m
                 GROUP BY enrolment_id, index_date) AS atoms
             GROUP BY numbers
            """.replace("%", "%%"),
            [],
        )
        atoms = cursor.fetchall()
    sets = {
        population: frozenset(atom for atom, (numbers, _people) in enumerate(atoms) if number in numbers)
        for number, population in named.items()
        if population in found
    }
    return disclosure.within(sets, {atom: people for atom, (_numbers, people) in enumerate(atoms)})


def why_withheld(eligible: int, rearrested: int) -> str:
    """The reason for withholding a rate by itself; empty when nothing speaks against it."""
    if eligible == 0:
        return Withheld.NOBODY
    if eligible < disclosure.FEW_PEOPLE:
        return Withheld.FEW_PEOPLE
    if disclosure.is_small(rearrested) or disclosure.is_small(eligible - rearrested):
        return Withheld.SMALL_COUNT
    return Withheld.NOTHING


def _result(
    run: Run, population: Population, outcome: Outcomes, window: int, months: int, kind: str, secret: set[Any]
) -> RecidivismResult:
    eligible, rearrested = outcome.eligible(window), outcome.rearrested(kind, window)
    why = why_withheld(eligible, rearrested)
    hides_eligible = (population, "eligible", window) in secret
    if not why and (hides_eligible or (population, "rearrested", window, kind) in secret):
        why = Withheld.SECONDARY
    result = RecidivismResult(
        run=run,
        offences=kind,
        window_months=months,
        eligible=None if hides_eligible else eligible,
        withheld=why,
        **population.fields(),
    )
    if not why:
        result.rearrested = rearrested
        result.rate, result.rate_lower, result.rate_upper = wilson(rearrested, eligible)
        if rearrested:
            result.mean_rearrests = round(outcome.arrests[kind, window] / rearrested, 1)
    return result


def totals(run: Run, results: list[RecidivismResult]) -> list[RecidivismResult]:
    """Per partner with several programmes, and of all: sums of the programmes that are shown, so that nothing new follows."""
    shown: dict[tuple[int | None, str, int], list[RecidivismResult]] = defaultdict(list)
    for result in results:
        if result.programme_id and not result.withheld:
            for partner in (result.partner_id, None):
                shown[partner, result.offences, result.window_months].append(result)
    found = []
    for (partner, offences, months), parts in shown.items():
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
        found.append(total)
    return found


# --- Survival ----------------------------------------------------------------------------------------------------------------


def curves(asked: list[Asked], as_of: date, kind: str) -> dict[Population, Curve]:
    known = Populations()
    found: dict[Population, Curve] = {}
    for each in asked:
        rows = np.array(query("survival", each, as_of, kind=kind), dtype=np.int64).reshape(-1, 4)
        for group in np.unique(rows[:, 0]).tolist():
            found[known.of(each, group)] = kaplan_meier(*rows[rows[:, 0] == group, 1:].T)
    return found


def survival(run: Run, asked: list[Asked], as_of: date) -> list[SurvivalResult]:
    """Curves of populations of at least thirty, month by month, rounded (see SurvivalResult)."""
    results = []
    for kind in KINDS:
        for population, curve in curves(asked, as_of, kind).items():
            people = int(curve.at_risk[0]) if len(curve.times) else 0
            if people >= FEWEST_FOR_CURVE:
                points = curve_points(curve, people)
                results.append(
                    SurvivalResult(
                        run=run,
                        offences=kind,
                        participants=round_to_fives(people),
                        points=points,
                        **population.fields(),
                    )
                )
    return results


def curve_points(curve: Curve, people: int) -> list[list[float]]:
    """[month, survival, lower, upper, at risk, events so far, censored so far], while at least ten are observed."""
    days = np.arange(CURVE_MONTHS + 1) * DAYS_PER_MONTH
    points = []
    for month, (at_risk, values, left) in enumerate(
        zip(curve.at_risk_at(days).tolist(), curve.at(days).tolist(), curve.until(days).tolist(), strict=True)
    ):
        if at_risk < disclosure.FEW_PEOPLE:
            break
        rates = [round(round_rate(value, people), 4) for value in values]
        points.append([month, *rates, *map(round_to_fives, (at_risk, *left))])
    return points


# --- Frequency, completion, retention, time to service ----------------------------------------------------------------------


def care(run: Run, asked: list[Asked], as_of: date) -> list[CareResult]:
    """Counts stand in fives and rates are rounded accordingly: no reader gets at a small count by subtraction."""
    known = Populations()
    results = []
    for each in asked:
        for group, *row in query("care", each, as_of):
            people, years, arrests, drug, ended, completed, observed, retained, referred, median, quartile = row
            if people < disclosure.FEW_PEOPLE:
                continue
            result = CareResult(
                run=run,
                participants=round_to_fives(people),
                ended=round_to_fives(ended),
                **known.of(each, group).fields(),
            )
            years = float(years or 0)
            if years >= 10:
                result.person_years = round(years)
                result.any_per_person_year = round(float(arrests) / years, 2)
                result.drug_per_person_year = round(float(drug) / years, 2)
            if not why_withheld(ended, completed):
                rate, lower, upper = wilson(completed, ended)
                result.completed_rate = round_rate(rate, ended)
                result.completed_lower, result.completed_upper = round(lower, 3), round(upper, 3)
            if not why_withheld(observed, retained):
                result.retained_90_rate = round_rate(retained / observed, observed)
            if referred >= disclosure.FEW_PEOPLE:
                result.days_to_service_median = round(float(median))
                result.days_to_service_upper_quartile = round(float(quartile))
            results.append(result)
    return results
