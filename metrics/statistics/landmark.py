"""Comparison people are followed from a landmark: from a day as long after an arrest (or a referral) as participants waited.

Whoever starts a programme has lived through a wait without starting it, and mostly without being arrested. Who is compared from
the day of the arrest has not yet, and fares worse or better for that alone. So comparison people get the same wait before they
are followed, drawn from the participants' own; they are compared when they were still where a participant stood on the first
day: not enrolled yet, and no arrest since. What happens later, an enrolment too, decides nothing about who is compared
(van Houwelingen 2007; Hernán and Robins 2016 on the target trial).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

NEVER = np.inf
"""The day of what did not happen. All days are numbers of days since some day, the same for all."""
HALF_YEAR = 182
_DAYS_APART = 1 << 20


class Arrests(NamedTuple):
    """Arrests in order of person and day, an entry each. `person`: a number; `day`: of the arrest; `offence_day`: of its latest
    offence, the arrest's own where it is unknown; `drug_day`: of its latest drug offence, −1 where there is none."""

    person: Whole
    day: Floats
    offence_day: Floats
    drug_day: Floats


class FollowedUp(NamedTuple):
    """What arrests say about somebody before and after an index day, an entry a person and day. `last`: the number of the newest
    arrest up to that day, −1 for none; `recent`: arrests in the half-year up to it; `any_day`, `drug_day`: of the first re-arrest."""

    last: Whole
    prior: Whole
    prior_drug: Whole
    recent: Whole
    any_day: Floats
    drug_day: Floats


def in_order(person: Whole, day: Floats, offence_day: Floats, drug_day: Floats) -> Arrests:
    """The arrests in the order in which `follow` wants them."""
    order = np.lexsort((day, person))
    return Arrests(person[order], day[order], offence_day[order], drug_day[order])


def drawn_waits(origins: Whole, waits: Floats, salt: int) -> Floats:
    """A wait for each origin, drawn from `waits` by a hash of its number: the same computation draws the same ones.

    `salt` tells the draws for one programme from those for another. Raises ValueError where there is no wait to draw.
    """
    if not len(waits):
        raise ValueError("no waits to draw from")
    z = origins.astype(np.uint64) + np.uint64(salt * 0x9E3779B97F4A7C15 % 2**64)
    # The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    share = (z >> np.uint64(11)).astype(np.float64) / 2**53
    drawn: Floats = np.sort(waits)[(share * len(waits)).astype(np.int64)]
    return drawn


def follow(person: Whole, index_day: Floats, arrests: Arrests) -> FollowedUp:
    """Prior arrests up to each index day, that day included, and the first re-arrest after it: for an offence after it, too."""
    first = np.searchsorted(arrests.person, person, side="left")
    end = np.searchsorted(arrests.person, person, side="right")
    # Person and day in one number, in order: people by their place, as their own numbers may be as large as there are.
    whose = np.concatenate([np.cumsum(np.diff(arrests.person, prepend=arrests.person[:1]) != 0), [-1]])
    moments = whose[:-1] * _DAYS_APART + arrests.day.astype(np.int64)
    wanted = np.where(first < end, whose[first], 0) * _DAYS_APART + np.floor(index_day).astype(np.int64)
    following = np.clip(np.searchsorted(moments, wanted, side="right"), first, end)
    earlier = np.clip(np.searchsorted(moments, wanted - HALF_YEAR, side="right"), first, end)
    is_drug = np.concatenate([[0], np.cumsum(arrests.drug_day >= 0)])
    return FollowedUp(
        last=np.where(following > first, following - 1, -1),
        prior=following - first,
        prior_drug=is_drug[following] - is_drug[first],
        recent=following - earlier,
        any_day=_first_after(index_day, following, end, arrests.day, arrests.offence_day),
        drug_day=_first_after(index_day, following, end, arrests.day, arrests.drug_day),
    )


def _first_after(index_day: Floats, following: Whole, end: Whole, day: Floats, offence_day: Floats) -> Floats:
    """The day of each one's first arrest from number `following` on, before `end`, whose offence lies after the index day."""
    first_day = np.full(len(index_day), NEVER)
    open_ones = np.flatnonzero(following < end)
    place = following[open_ones]
    while len(open_ones):
        counts = offence_day[place] > index_day[open_ones]
        first_day[open_ones[counts]] = day[place[counts]]
        place = place + 1
        stay = ~counts & (place < end[open_ones])
        open_ones, place = open_ones[stay], place[stay]
    return first_day


def is_still_last(origin_day: Floats, followed_up: FollowedUp, arrests: Arrests) -> Flags:
    """Whether nothing happened between the origin, an arrest or a referral, and the index day: no arrest after the origin's."""
    newest = np.full(len(origin_day), -NEVER)
    has_any = followed_up.last >= 0
    newest[has_any] = arrests.day[followed_up.last[has_any]]
    return np.asarray(newest <= origin_day)
