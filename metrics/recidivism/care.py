"""Frequency of re-arrest, completion, retention and time to service of programmes and saved cohorts, from protected counts."""

from __future__ import annotations

from datetime import date

from metrics.protection.counts import Draws, ProtectedCount, State
from metrics.protection.rates import FEWEST_PEOPLE, rate
from metrics.recidivism.members import MemberRows, partners_of_programmes, rows_of_statement
from metrics.recidivism.models import CareResult
from metrics.runs.models import Run


def results(run: Run, member_rows: list[MemberRows], as_of: date, draws: Draws) -> list[CareResult]:
    """Per programme and saved cohort; what rests on fewer than thirty people is empty."""
    partner_of_programme = partners_of_programmes()
    care_results = []
    for rows in member_rows:
        for group, years, any_arrests, drug_arrests, *counts, referred, median, quartile in rows_of_statement(
            "care", rows, as_of
        ):
            rearrested, not_rearrested = _protected_pair(draws, "followed", *counts[0:4])
            completed, left = _protected_pair(draws, "ended", *counts[4:8])
            retained, gone = _protected_pair(draws, "90 days", *counts[8:12])
            participants = rearrested.value + not_rearrested.value
            result = CareResult(
                run=run,
                participants=participants,
                ended=completed.value + left.value,
                **rows.population(group, partner_of_programme).fields(),
            )
            if participants >= FEWEST_PEOPLE:
                result.person_years = round(float(years))
            true_rearrested, hashes = counts[0], counts[1]
            if result.person_years and rearrested.value >= FEWEST_PEOPLE:
                state = State.of({"rearrested": (int(hashes), true_rearrested)})
                each = [
                    # As much noise as a few people with so many arrests each: one of them can't be told from the mean.
                    arrests / true_rearrested * draws.about(true_rearrested, state, cell) / true_rearrested
                    for cell, arrests in (("any arrests", float(any_arrests)), ("drug arrests", float(drug_arrests)))
                ]
                result.arrests_each = round(each[0], 1)
                result.any_per_person_year, result.drug_per_person_year = (
                    round(rearrested.value * mean / result.person_years, 2) for mean in each
                )
            if share := rate(completed, left):
                result.completed_rate, result.completed_lower, result.completed_upper = share
            if share := rate(retained, gone):
                result.retained_90_rate = share.rate
            if referred >= FEWEST_PEOPLE:
                result.days_to_service_median = round(float(median))
                result.days_to_service_upper_quartile = round(float(quartile))
            care_results.append(result)
    return care_results


def _protected_pair(
    draws: Draws, what: str, people: int, hashes: int | None, others: int, other_hashes: int | None
) -> tuple[ProtectedCount, ProtectedCount]:
    """Those who did and those who did not, both protected by the state of all of them."""
    state = State.of({"did": (int(hashes or 0), people), "did not": (int(other_hashes or 0), others)})
    return draws.of_people(people, state, f"{what}, did"), draws.of_people(others, state, f"{what}, did not")
