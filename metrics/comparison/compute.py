"""Participants against the three comparison groups, always named beside the figure."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.comparison.groups import Register, durations, first_year_and_later, lives, within
from metrics.comparison.models import ComparisonResult
from metrics.protection.disclosure import round_to_fives
from metrics.recidivism.fixed_windows import WINDOWS, withholding_reason
from metrics.recidivism.members import KINDS
from metrics.runs.models import Run
from metrics.statistics import matching
from metrics.statistics.matching import Side
from metrics.statistics.survival import cox, curve_of, log_rank

FEWEST_OTHERS = 30
ROUNDED = 25 / 12
"""Variance of what rounding a count to fives adds to it: intervals allow for it."""
Group = ComparisonResult.Group
Refusal = ComparisonResult.Refusal
Array = NDArray[Any]


def comparisons(run: Run, partner_of_programme: dict[int, int], as_of: date) -> list[ComparisonResult]:
    """Every programme (with its partner) against each comparison group, in every window, for any and for drug offences."""
    register = Register(as_of)
    results = []
    for programme, partner in partner_of_programme.items():
        participants = register.participants(programme)
        referred, not_enrolled = register.referred(participants, programme)
        recent, arrested = register.arrested(participants, programme)
        first_year, later = first_year_and_later(participants)
        for offences in KINDS:
            hazards = {
                Group.NOT_ENROLLED: hazard(referred, not_enrolled, offences),
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
                    unadjusted(ComparisonResult(group=Group.NOT_ENROLLED, **about), referred, not_enrolled, hazards),
                    weighted(ComparisonResult(group=Group.MATCHED, **about), recent, arrested),
                    unadjusted(ComparisonResult(group=Group.BASELINE, **about), later, first_year, hazards),
                ]
    return results


def unadjusted(
    result: ComparisonResult, ours: pd.DataFrame, theirs: pd.DataFrame, hazards: dict[Group, dict[str, float]]
) -> ComparisonResult:
    """Two groups as they are, no account taken of how they differ: difference and reduction of rates; and over the whole
    follow-up the log-rank test and the hazard ratio adjusted for sex, age and prior arrests."""
    ours, theirs = within(ours, result.window_months), within(theirs, result.window_months)
    result.participants, result.comparisons = round_to_fives(len(ours)), round_to_fives(len(theirs))
    if len(ours) < matching.FEWEST:
        result.refusal = Refusal.FEW_PARTICIPANTS
    elif len(theirs) < FEWEST_OTHERS:
        result.refusal = Refusal.FEW_COMPARISONS
    else:
        show(
            result,
            matching.side(lives(ours, result.offences, ours.last_day)),
            matching.side(lives(theirs, result.offences, theirs.last_day), theirs.stands_for.to_numpy()),
        )
    if not result.refusal:
        for name, value in hazards[Group(result.group)].items():
            setattr(result, name, value)
    return result


def hazard(ours: pd.DataFrame, theirs: pd.DataFrame, offences: str) -> dict[str, float]:
    """Log-rank test and adjusted hazard ratio over the whole follow-up, as fields of a ComparisonResult."""
    if len(ours) < matching.FEWEST or len(theirs) < FEWEST_OTHERS:
        return {}
    (days, event), (other_days, other_event) = durations(ours, offences), durations(theirs, offences)
    fields: dict[str, float] = {}
    if test := log_rank([curve_of(days, event), curve_of(other_days, other_event)]):
        fields["log_rank_p"] = round(test.p, 4)
    is_ours = np.concatenate([np.ones(len(ours)), np.zeros(len(theirs))])
    terms = cox(
        np.concatenate([days, other_days]),
        np.concatenate([event, other_event]),
        {"programme": is_ours, **traits(pd.concat([ours, theirs]))},
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


def traits(rows: pd.DataFrame) -> dict[str, Array]:
    """What is known of each on the index date, as numbers: what participants and comparison people are made alike in."""
    age = np.clip((rows.index_date.dt.year - rows.birth_year).to_numpy(dtype=float), 10, 80)
    return {
        "age": age,
        "age_squared": (age - 30) ** 2 / 100,
        "prior_arrests": np.log1p(rows.prior_arrests.to_numpy(dtype=float)),
        "prior_drug_arrests": np.log1p(rows.prior_drug_arrests.to_numpy(dtype=float)),
        "female": (rows.sex == "female").to_numpy(dtype=float),
    }


def weighted(result: ComparisonResult, ours: pd.DataFrame, theirs: pd.DataFrame) -> ComparisonResult:
    """Comparison group (b): see metrics.statistics.matching."""
    ours, theirs = within(ours, result.window_months), within(theirs, result.window_months)
    result.participants, result.comparisons = round_to_fives(len(ours)), round_to_fives(len(theirs))
    if len(ours) < matching.FEWEST:
        result.refusal = Refusal.FEW_PARTICIPANTS
        return result
    both = pd.concat([ours, theirs])
    days_since = ((both.index_date - both.origin_on) / pd.Timedelta(days=1)).to_numpy()
    comparison = matching.weigh(
        np.concatenate([np.ones(len(ours), bool), np.zeros(len(theirs), bool)]),
        traits(both)
        | {
            "recent_arrests": np.log1p(both.recent_arrests.to_numpy(dtype=float)),
            "days_since": np.log1p(days_since),
        },
        {
            "offence": both.prior_group.to_numpy(dtype=str),
            "district": both.district.to_numpy(dtype=str),
            "quarter": both.index_date.dt.to_period("Q").astype(str).to_numpy(dtype=str),
        },
        lives(both, result.offences, both.last_day),
        both.person.to_numpy(),
        both.stands_for.to_numpy(),
    )
    result.participants, result.comparisons = round_to_fives(comparison.participants), round_to_fives(comparison.pool)
    if comparison.sides is None:
        result.refusal = comparison.refusal
    else:
        show(result, *comparison.sides)
    if result.refusal in ("", Refusal.UNBALANCED):
        result.balance = [[row.name, round(row.before, 2), round(row.after, 2)] for row in comparison.balance]
    return result


def show(result: ComparisonResult, ours: Side, theirs: Side) -> None:
    """Everything that is shown of an estimate, as a function of four counts that may be shown, or the refusal to show any.

    The one place where events and people of the two sides become figures: rates, difference, reduction, what could have been
    shown and the E-values agree with each other, and say no more than the counts do.
    """
    if theirs.people < FEWEST_OTHERS:  # so many left early, or stand for others, that those there are tell little
        result.refusal = Refusal.FEW_COMPARISONS
        return
    if any(withholding_reason(round(side.people), round(side.events)) for side in (ours, theirs)):
        result.refusal = Refusal.SMALL_COUNT
        return
    ours, theirs = (Side(round_to_fives(round(s.events)), round_to_fives(round(s.people))) for s in (ours, theirs))
    effect = matching.effect(ours, theirs, noise=ROUNDED)
    result.effective = theirs.people
    result.rate, result.comparison_rate = round(effect.rate, 3), round(effect.comparison_rate, 3)
    result.difference = round(result.rate - result.comparison_rate, 3)
    result.difference_lower, result.difference_upper = (
        round(effect.difference_lower, 3),
        round(effect.difference_upper, 3),
    )
    if effect.reduction is not None:
        result.reduction = round(1 - result.rate / result.comparison_rate, 2)
    result.reduction_lower, result.reduction_upper = (
        _rounded(bound, 2) for bound in (effect.reduction_lower, effect.reduction_upper)
    )
    result.smallest_difference = round(effect.smallest, 3)
    result.e_value, result.e_value_limit = _rounded(effect.e_value, 2), _rounded(effect.e_value_limit, 2)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
