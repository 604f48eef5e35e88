"""Participants against the three comparison groups, always named beside the figure."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from metrics.comparison.groups import Register, durations, first_year_and_later, lives, within
from metrics.comparison.models import ComparisonResult
from metrics.protection.counts import Draws, ProtectedCount, State, state_of_rows
from metrics.protection.perturbation import OF_PEOPLE
from metrics.quality.rests_on import Feeds, RestsOn
from metrics.recidivism.members import KINDS
from metrics.runs.models import Run
from metrics.statistics import matching
from metrics.statistics.matching import Lives, Side
from metrics.statistics.survival import cox, curve_of, log_rank

WINDOWS = (6, 12, 24, 36)
"""Months of follow-up that are compared."""
FEWEST_OTHERS = 30
BALANCE_STEP = 0.05
"""Differences of traits are told no finer: they rest on true counts."""
Group = ComparisonResult.Group
Refusal = ComparisonResult.Refusal
Array = NDArray[Any]


def comparisons(
    run: Run, partner_of_programme: dict[int, int], as_of: date, draws: Draws, feeds: Feeds
) -> list[ComparisonResult]:
    """Every programme (with its partner) against each comparison group, in every window, for any and for drug offences."""
    register = Register(as_of)
    results = []
    for programme, partner in partner_of_programme.items():
        participants = register.participants(programme)
        referred, not_enrolled = register.referred(participants, programme)
        recent, arrested = register.arrested(participants, programme)
        first_year, later = first_year_and_later(participants)
        of_group = (
            (Group.NOT_ENROLLED, referred, not_enrolled),
            (Group.MATCHED, recent, arrested),
            (Group.BASELINE, later, first_year),
        )
        # (participants, comparison people) of each group in each window, for both kinds of offences.
        sides = {
            (group, months): (within(ours, months), within(theirs, months))
            for group, ours, theirs in of_group
            for months in WINDOWS
        }
        rests_on = {group: feeds_behind(feeds, ours, theirs, draws) for group, ours, theirs in of_group}
        for offences in KINDS:
            hazards = {
                Group.NOT_ENROLLED: hazard(referred, not_enrolled, offences, draws),
                Group.BASELINE: hazard(later, first_year, offences, draws),
            }
            for months in WINDOWS:
                about = {
                    "run": run,
                    "programme_id": programme,
                    "partner_id": partner,
                    "offences": offences,
                    "window_months": months,
                }
                for group in (Group.NOT_ENROLLED, Group.MATCHED, Group.BASELINE):
                    result, ours_and_theirs = ComparisonResult(group=group, **about), sides[group, months]
                    result.complete_through, result.poor_feeds = (
                        rests_on[group].complete_through,
                        rests_on[group].as_stored(),
                    )
                    if group == Group.MATCHED:
                        results.append(weighted(result, *ours_and_theirs, draws))
                    else:
                        results.append(unadjusted(result, *ours_and_theirs, hazards[group], draws))
    return results


def feeds_behind(feeds: Feeds, ours: pd.DataFrame, theirs: pd.DataFrame, draws: Draws) -> RestsOn:
    """The feeds that follow both sides. Comparison people are many more than participants and from everywhere: they count as if
    they were as many as these, of districts where these were arrested."""
    like_ours = theirs[theirs.district.isin(ours.district)]
    as_many = min(1.0, len(ours) / max(len(like_ours), 1))
    sides = []
    for name, rows, weight in (("participants", ours, 1.0), ("others", like_ours, as_many)):
        homes = rows.home.to_numpy(dtype=float)
        state = state_of_rows(rows.person.to_numpy(), homes, np.zeros(len(rows), bool))
        people = {
            None if np.isnan(home) else int(home): round(n * weight)
            for home, n in zip(*np.unique(homes, return_counts=True), strict=True)
        }
        sides.append(feeds.behind(people, state, draws, f"compared, {name}"))
    return RestsOn.together(sides)


def unadjusted(
    result: ComparisonResult,
    ours: pd.DataFrame,
    theirs: pd.DataFrame,
    hazard_fields: dict[str, float],
    draws: Draws,
) -> ComparisonResult:
    """Two groups as they are, no account taken of how they differ: difference and reduction of rates; and over the whole
    follow-up the log-rank test and the hazard ratio adjusted for sex, age and prior arrests (`hazard`)."""
    our_lives, their_lives = (lives(rows, result.offences, rows.last_day) for rows in (ours, theirs))
    protected = Protected(result, draws, (ours, our_lives), (theirs, their_lives))
    protected.count_people()
    if len(ours) < matching.FEWEST:
        result.refusal = Refusal.FEW_PARTICIPANTS
    elif len(theirs) < FEWEST_OTHERS:
        result.refusal = Refusal.FEW_COMPARISONS
    else:
        protected.show(matching.side(our_lives), matching.side(their_lives, theirs.stands_for.to_numpy()))
    if not result.refusal:
        for name, value in hazard_fields.items():
            setattr(result, name, value)
    return result


def hazard(ours: pd.DataFrame, theirs: pd.DataFrame, offences: str, draws: Draws) -> dict[str, float]:
    """Log-rank test and adjusted hazard ratio over the whole follow-up, as fields of a ComparisonResult.

    No function of protected counts: what they rest on is the number of events on either side, and they carry the noise that a
    protected number of events would give them, in the estimate and in its error.
    """
    if len(ours) < matching.FEWEST or len(theirs) < FEWEST_OTHERS:
        return {}
    (days, event), (other_days, other_event) = durations(ours, offences), durations(theirs, offences)
    events, other_events = int(event.sum()), int(other_event.sum())
    if min(events, other_events) < FEWEST_OTHERS:
        return {}
    state = state_of_rows(
        np.concatenate([ours.person.to_numpy(), theirs.person.to_numpy()]),
        np.concatenate([days, other_days]),
        np.concatenate([event, other_event]),
    )

    def noise(cell: str) -> float:
        return float(scipy.stats.norm.ppf(draws.chance(state, f"whole follow-up, {offences}, {cell}")))

    fields: dict[str, float] = {}
    if test := log_rank([curve_of(days, event), curve_of(other_days, other_event)]):
        share = len(days) / (len(days) + len(other_days))
        variance = OF_PEOPLE.variance / ((events + other_events) * share * (1 - share))
        fields["log_rank_p"] = _noisy_p(test.p, variance, noise("log-rank"))
    is_ours = np.concatenate([np.ones(len(ours)), np.zeros(len(theirs))])
    terms = cox(
        np.concatenate([days, other_days]),
        np.concatenate([event, other_event]),
        {"programme": is_ours, **traits(pd.concat([ours, theirs]))},
    )
    if terms and terms[0].name == "programme":
        term = terms[0]
        added = OF_PEOPLE.variance * (1 / events**2 + 1 / other_events**2)
        error = math.hypot(math.log(term.upper / term.lower) / (2 * matching.Z95), math.sqrt(added))
        log_ratio = math.log(term.hazard_ratio) + math.sqrt(added) * noise("hazard ratio")
        fields |= {
            name: round(math.exp(log_ratio + side * matching.Z95 * error), 2)
            for name, side in (("hazard_ratio", 0), ("hazard_lower", -1), ("hazard_upper", 1))
        }
        variance = OF_PEOPLE.variance / (events + other_events)
        fields["proportional_p"] = _noisy_p(term.proportional_p, variance, noise("proportional hazards"))
    return fields


def _noisy_p(p: float, variance: float, noise: float) -> float:
    """The p value of a test whose standard normal statistic has noise of this variance, which the error allows for."""
    statistic = float(scipy.stats.norm.isf(max(p, 1e-300) / 2)) + math.sqrt(variance) * noise
    return round(float(2 * scipy.stats.norm.sf(abs(statistic) / math.sqrt(1 + variance))), 3)


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


def weighted(result: ComparisonResult, ours: pd.DataFrame, theirs: pd.DataFrame, draws: Draws) -> ComparisonResult:
    """Comparison group (b): see metrics.statistics.matching."""
    our_lives, their_lives = (lives(rows, result.offences, rows.last_day) for rows in (ours, theirs))
    protected = Protected(result, draws, (ours, our_lives), (theirs, their_lives))
    protected.count_people()
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
        Lives(*(np.concatenate(parts) for parts in zip(our_lives, their_lives, strict=True))),
        both.person.to_numpy(),
        both.stands_for.to_numpy(),
    )
    if comparison.sides is None:
        result.refusal = comparison.refusal
    else:
        protected.show(*comparison.sides)
    if result.refusal in ("", Refusal.UNBALANCED):
        result.balance = [
            [row.name, *(round(round(value / BALANCE_STEP) * BALANCE_STEP, 2) for value in (row.before, row.after))]
            for row in comparison.balance
        ]
    return result


class Protected:
    """The one place where events and people of the two sides become figures.

    Everything that is shown of an estimate is a function of four protected counts, so that rates, difference, reduction, what could
    have been shown and the E-values agree with each other, and say no more than the counts do.
    """

    def __init__(
        self,
        result: ComparisonResult,
        draws: Draws,
        ours: tuple[pd.DataFrame, Lives],
        theirs: tuple[pd.DataFrame, Lives],
    ) -> None:
        self.result, self.draws = result, draws
        self.people = (len(ours[0]), len(theirs[0]))
        self.states = [state_of_rows(rows.person.to_numpy(), own.days, own.event) for rows, own in (ours, theirs)]
        # Not the group: people who stand in several comparisons are shown with one noise.
        self.about = f"compared, {result.window_months} months, {result.offences}"

    def count_people(self) -> None:
        """Sets how many are on either side."""
        self.result.participants, self.result.comparisons = (
            self.draws.of_people(people, state, f"{self.about}, all").value
            for people, state in zip(self.people, self.states, strict=True)
        )

    def show(self, ours: Side, theirs: Side) -> None:
        """Sets the estimate, or the refusal to show one."""
        result = self.result
        if theirs.people < FEWEST_OTHERS:  # so many left early, or stand for others, that those there are tell little
            result.refusal = Refusal.FEW_COMPARISONS
            return
        ours, theirs = self._side(ours, self.states[0]), self._side(theirs, self.states[1])
        effect = matching.effect(ours, theirs, noise=OF_PEOPLE.variance)
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

    def _side(self, side: Side, state: State) -> Side:
        """The side with both its tails protected; those of a weighted side are as many people as it is worth."""
        tails: list[ProtectedCount] = [
            self.draws.of_people(round(people), state, f"{self.about}, {tail}")
            for tail, people in (("rearrested", side.events), ("not", side.people - side.events))
        ]
        return Side(tails[0].value, tails[0].value + tails[1].value)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
