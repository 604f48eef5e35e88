"""Participants against the three comparison groups, always named beside the figure."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection
from numpy.typing import NDArray

from metrics.comparison.models import ComparisonResult
from metrics.follow_up import upkeep as follow_up_upkeep
from metrics.protection.disclosure import round_rate, round_to_fives
from metrics.recidivism.fixed_windows import WINDOWS, withholding_reason
from metrics.recidivism.members import KINDS
from metrics.runs.models import Run
from metrics.statistics import matching
from metrics.statistics.matching import Effect
from metrics.statistics.survival import cox, curve_of, log_rank

POOL = 100_000
"""Most arrests of comparison people: more would narrow no interval that participants do not narrow first."""
MOST_PARTICIPANTS = 50_000
"""Of a larger programme so many are compared, chosen by the same hash."""
FEWEST_OTHERS = 30
RECENT = 365
"""Days within which participants must have been arrested before the index date to be like people who were just arrested."""
Group = ComparisonResult.Group
Array = NDArray[Any]


def follow_up_rows(table: str, condition: str, parameters: list[Any], as_of: date) -> pd.DataFrame:
    """Rows of a follow-up table where `condition` (on f) holds, as a frame: dates as days; `followed_to`, the end of follow-up:
    where the district's feed ends (at `as_of` at the latest) or the person died; `person`, a hash of the key."""
    sql = f"""
        WITH feeds AS (
            SELECT district_id, least(min(complete_through), %s::date) AS complete_through FROM cases_feed GROUP BY district_id
        )
        SELECT hashtext(key::text) AS person, enrolment_id, index_date,
               coalesce((SELECT name FROM partnership_district WHERE id = coalesce(prior_district_id, f.district_id)), '') AS district,
               sex, coalesce(birth_year, 0) AS birth_year, prior_arrests, prior_drug_arrests, prior_on, prior_group, any_on, drug_on,
               coalesce(d.complete_through, (SELECT min(complete_through) FROM feeds)) AS feed_to,
               least(coalesce(d.complete_through, (SELECT min(complete_through) FROM feeds)), f.died_on) AS followed_to
          FROM {table} f LEFT JOIN feeds d USING (district_id)
         WHERE {condition}
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [as_of, *parameters])
        frame = pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description])
    for name in ("index_date", "prior_on", "any_on", "drug_on", "feed_to", "followed_to"):
        frame[name] = pd.to_datetime(frame[name])
    return frame


def comparisons(run: Run, partner_of_programme: dict[int, int], as_of: date) -> list[ComparisonResult]:
    """Every programme (with its partner) against each comparison group, in every window, for any and for drug offences."""
    follow_up_upkeep.follow_apart("not_enrolled", "not_enrolled")
    follow_up_upkeep.follow_apart("arrested", "comparison_pool", limit=str(POOL))
    pool = follow_up_rows("comparison_pool", "true", [], as_of)
    results = []
    for programme, partner in partner_of_programme.items():
        members = follow_up_rows("metrics_followup", "programme_id = %s AND rank = 1", [programme], as_of)
        if len(members) > MOST_PARTICIPANTS:
            members = members.nsmallest(MOST_PARTICIPANTS, "person")
        others = follow_up_rows("not_enrolled", "programme_id = %s AND rank = 1", [programme], as_of)
        first_year, later = first_year_and_later(members)
        for offences in KINDS:
            hazards = {
                Group.NOT_ENROLLED: hazard(members, others, offences),
                Group.BASELINE: hazard(later, first_year, offences),
            }
            for months in WINDOWS:
                about = {
                    "run": run,
                    "programme_id": programme,
                    "partner_id": partner,
                    "offences": offences,
                    "window_months": months,
                }
                results += [
                    unadjusted(about, Group.NOT_ENROLLED, members, others, hazards),
                    weighted(about, members, pool),
                    unadjusted(about, Group.BASELINE, later, first_year, hazards),
                ]
    return results


def first_year_and_later(members: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Participants who started in the programme's first twelve months, and those who started later."""
    if members.empty:
        return members, members
    end = members.index_date.min() + pd.DateOffset(months=12)
    return members[members.index_date < end], members[members.index_date >= end]


def whole_window_observed(rows: pd.DataFrame, months: int) -> pd.DataFrame:
    """Those whose whole window is observed; `any_event` and `drug_event` say who was rearrested in it."""
    if rows.empty:
        return rows.assign(any_event=False, drug_event=False)
    last_day = rows.index_date + pd.DateOffset(months=months)
    # A death after a re-arrest takes the event of nobody, as in metrics/sql/fixed_windows.sql.
    through = rows.feed_to.where(rows.any_on <= rows.followed_to, rows.followed_to)
    observed = rows[last_day <= through]
    ends = last_day[observed.index]
    return observed.assign(any_event=observed.any_on <= ends, drug_event=observed.drug_on <= ends)


def durations(rows: pd.DataFrame, offences: str) -> tuple[Array, Array]:
    """(days to event or end of follow-up, whether it was an event) of everybody followed at all."""
    rows = rows[rows.followed_to >= rows.index_date]
    event_on = rows[f"{offences}_on"]
    happened = (event_on <= rows.followed_to).to_numpy()
    end = event_on.where(happened, rows.followed_to)
    return (end - rows.index_date).dt.days.to_numpy(dtype=float), happened


def unadjusted(
    about: dict[str, Any],
    group: Group,
    members: pd.DataFrame,
    others: pd.DataFrame,
    hazards: dict[Group, dict[str, float]],
) -> ComparisonResult:
    """Two groups as they are, no account taken of how they differ: difference and reduction of rates, log-rank, and the
    hazard ratio adjusted for sex, age and prior arrests."""
    offences = about["offences"]
    ours, theirs = (
        whole_window_observed(members, about["window_months"]),
        whole_window_observed(others, about["window_months"]),
    )
    result = ComparisonResult(
        group=group, participants=round_to_fives(len(ours)), comparisons=round_to_fives(len(theirs)), **about
    )
    if len(ours) < matching.FEWEST:
        result.refusal = ComparisonResult.Refusal.FEW_PARTICIPANTS
        return result
    if len(theirs) < FEWEST_OTHERS:
        result.refusal = ComparisonResult.Refusal.FEW_COMPARISONS
        return result
    event, other_event = int(ours[f"{offences}_event"].sum()), int(theirs[f"{offences}_event"].sum())
    if withholding_reason(len(ours), event) or withholding_reason(len(theirs), other_event):
        result.refusal = ComparisonResult.Refusal.SMALL_COUNT
        return result
    _set_effect(
        result, matching.compare_proportions(event, len(ours), other_event, len(theirs)), len(ours), len(theirs)
    )
    for name, value in hazards[group].items():
        setattr(result, name, value)
    return result


def hazard(members: pd.DataFrame, others: pd.DataFrame, offences: str) -> dict[str, float]:
    """Log-rank test and adjusted hazard ratio over the whole follow-up, as fields of a ComparisonResult."""
    if len(members) < matching.FEWEST or len(others) < FEWEST_OTHERS:
        return {}
    (days, event), (other_days, other_event) = durations(members, offences), durations(others, offences)
    fields: dict[str, float] = {}
    if test := log_rank([curve_of(days, event), curve_of(other_days, other_event)]):
        fields["log_rank_p"] = round(test.p, 4)
    followed = [rows[rows.followed_to >= rows.index_date] for rows in (members, others)]
    is_member = np.concatenate([np.ones(len(followed[0])), np.zeros(len(followed[1]))])
    numbers, _ = covariates(pd.concat(followed))
    terms = cox(
        np.concatenate([days, other_days]), np.concatenate([event, other_event]), {"programme": is_member, **numbers}
    )
    if terms and terms[0].name == "programme":
        term = terms[0]
        fields |= {
            "hazard_ratio": round(term.hazard_ratio, 2),
            "hazard_lower": round(term.lower, 2),
            "hazard_upper": round(term.upper, 2),
            "proportional_p": round(term.proportional_p, 4),
        }
    return fields


def covariates(rows: pd.DataFrame) -> tuple[dict[str, Array], dict[str, Array]]:
    """(numbers, categories) known on the index date: what participants and comparison people are made alike in."""
    age = np.clip((rows.index_date.dt.year - rows.birth_year).to_numpy(dtype=float), 10, 80)
    numbers = {
        "age": age,
        "age_squared": (age - 30) ** 2 / 100,
        "prior_arrests": np.log1p(rows.prior_arrests.to_numpy(dtype=float)),
        "prior_drug_arrests": np.log1p(rows.prior_drug_arrests.to_numpy(dtype=float)),
    }
    numbers["female"] = (rows.sex == "female").to_numpy(dtype=float)
    categories = {
        "offence": rows.prior_group.to_numpy(dtype=str),
        "district": rows.district.to_numpy(dtype=str),
        "quarter": rows.index_date.dt.to_period("Q").astype(str).to_numpy(dtype=str),
    }
    return numbers, categories


def weighted(about: dict[str, Any], members: pd.DataFrame, pool: pd.DataFrame) -> ComparisonResult:
    """Comparison group (b): see metrics.statistics.matching."""
    recent = members[(members.index_date - members.prior_on).dt.days <= RECENT] if len(members) else members
    ours = whole_window_observed(recent, about["window_months"])
    theirs = whole_window_observed(pool, about["window_months"])
    result = ComparisonResult(
        group=Group.MATCHED, participants=round_to_fives(len(ours)), comparisons=round_to_fives(len(theirs)), **about
    )
    if len(ours) < matching.FEWEST:
        result.refusal = ComparisonResult.Refusal.FEW_PARTICIPANTS
        return result
    both = pd.concat([ours, theirs])
    treated = np.concatenate([np.ones(len(ours), bool), np.zeros(len(theirs), bool)])
    numbers, categories = covariates(both)
    outcome = both[f"{about['offences']}_event"].to_numpy(dtype=bool)
    comparison = matching.weigh(treated, numbers, categories, outcome, both.person.to_numpy())
    result.participants, result.comparisons = round_to_fives(comparison.participants), round_to_fives(comparison.pool)
    result.effective = round(comparison.effective)
    result.balance = [[row.name, *(round(value, 3) for value in row[1:])] for row in comparison.balance]
    if comparison.effect is None:
        result.refusal = comparison.refusal
        return result
    events = round(comparison.effect.rate * comparison.participants)
    if withholding_reason(comparison.participants, events):
        result.refusal = ComparisonResult.Refusal.SMALL_COUNT
        return result
    _set_effect(result, comparison.effect, comparison.participants, int(comparison.effective))
    return result


def _set_effect(result: ComparisonResult, effect: Effect, people: int, others: int) -> None:
    """Rates rounded to counts in fives: the people compared differ by a few from those in the programme's own figure."""
    result.rate, result.comparison_rate = round_rate(effect.rate, people), round_rate(effect.comparison_rate, others)
    for name in ("difference", "difference_lower", "difference_upper"):
        setattr(result, name, round(getattr(effect, name), 3))
    for name in ("reduction", "reduction_lower", "reduction_upper"):
        value = getattr(effect, name)
        setattr(result, name, None if value is None else round(value, 2))
