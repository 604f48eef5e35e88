"""Time to re-arrest: Kaplan–Meier curves of programmes and saved cohorts, month by month, rounded."""

from __future__ import annotations

from datetime import date

import numpy as np

from metrics.protection import disclosure
from metrics.protection.disclosure import round_rate, round_to_fives
from metrics.recidivism.members import KINDS, MemberRows, Population, partners_of_programmes, rows_of_statement
from metrics.recidivism.models import SurvivalResult
from metrics.runs.models import Run
from metrics.statistics.survival import Curve, kaplan_meier

FEWEST_FOR_CURVE = 30
CURVE_MONTHS = 60
DAYS_PER_MONTH = 365.25 / 12


def results(run: Run, member_rows: list[MemberRows], as_of: date) -> list[SurvivalResult]:
    """Curves of populations of at least thirty, month by month, rounded (see SurvivalResult)."""
    survival_results = []
    for kind in KINDS:
        for population, curve in curves(member_rows, as_of, kind).items():
            people = int(curve.at_risk[0]) if len(curve.times) else 0
            if people >= FEWEST_FOR_CURVE:
                points = curve_points(curve, people)
                survival_results.append(
                    SurvivalResult(
                        run=run,
                        offences=kind,
                        participants=round_to_fives(people),
                        points=points,
                        **population.fields(),
                    )
                )
    return survival_results


def curves(member_rows: list[MemberRows], as_of: date, kind: str) -> dict[Population, Curve]:
    """Each population's curve, in days from the index date to the first re-arrest of the kind, observed up to `as_of`."""
    partner_of_programme = partners_of_programmes()
    curve_of_population: dict[Population, Curve] = {}
    for rows in member_rows:
        # A row a group and day: (group, days, events, leaving).
        counts = np.array(rows_of_statement("survival", rows, as_of, kind=kind), dtype=np.int64).reshape(-1, 4)
        for group in np.unique(counts[:, 0]).tolist():
            population = rows.population(group, partner_of_programme)
            curve_of_population[population] = kaplan_meier(*counts[counts[:, 0] == group, 1:].T)
    return curve_of_population


def curve_points(curve: Curve, people: int) -> list[list[float]]:
    """[month, survival, lower, upper, at risk, events so far, censored so far], while at least ten are observed."""
    days = np.arange(CURVE_MONTHS + 1) * DAYS_PER_MONTH
    points = []
    for month, (at_risk, shares, events_and_censored) in enumerate(
        zip(curve.at_risk_at(days).tolist(), curve.at(days).tolist(), curve.until(days).tolist(), strict=True)
    ):
        if at_risk < disclosure.FEW_PEOPLE:
            break
        rates = [round(round_rate(share, people), 4) for share in shares]
        points.append([month, *rates, *map(round_to_fives, (at_risk, *events_and_censored))])
    return points
