"""Frequency of re-arrest, completion, retention and time to service of programmes and saved cohorts."""

from __future__ import annotations

from datetime import date

from metrics.protection import disclosure
from metrics.protection.disclosure import round_rate, round_to_fives
from metrics.recidivism.fixed_windows import withholding_reason
from metrics.recidivism.members import MemberRows, partners_of_programmes, rows_of_statement
from metrics.recidivism.models import CareResult
from metrics.runs.models import Run
from metrics.statistics.proportions import wilson


def results(run: Run, member_rows: list[MemberRows], as_of: date) -> list[CareResult]:
    """Per programme and saved cohort of at least ten people. Counts stand in fives and rates are rounded accordingly: no reader gets at a small count by subtraction."""
    partner_of_programme = partners_of_programmes()
    care_results = []
    for rows in member_rows:
        for group, *row in rows_of_statement("care", rows, as_of):
            people, years, arrests, drug, ended, completed, observed, retained, referred, median, quartile = row
            if people < disclosure.FEW_PEOPLE:
                continue
            result = CareResult(
                run=run,
                participants=round_to_fives(people),
                ended=round_to_fives(ended),
                **rows.population(group, partner_of_programme).fields(),
            )
            years = float(years or 0)
            if years >= 10:
                result.person_years = round(years)
                result.any_per_person_year = round(float(arrests) / years, 2)
                result.drug_per_person_year = round(float(drug) / years, 2)
            if not withholding_reason(ended, completed):
                rate, lower, upper = wilson(completed, ended)
                result.completed_rate = round_rate(rate, ended)
                result.completed_lower, result.completed_upper = round(lower, 3), round(upper, 3)
            if not withholding_reason(observed, retained):
                result.retained_90_rate = round_rate(retained / observed, observed)
            if referred >= disclosure.FEW_PEOPLE:
                result.days_to_service_median = round(float(median))
                result.days_to_service_upper_quartile = round(float(quartile))
            care_results.append(result)
    return care_results
