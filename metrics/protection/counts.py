"""Protected counts: the one form in which a count of people or events reaches a figure.

Each count is changed a little at random (metrics.protection.perturbation), by a chance that follows from a secret, the release,
what is counted, and the *state*: who is in the whole denominator and how each of them fared. The same data in the same release
give the same noise for ever; one person more, or one outcome changed, draws every count of the table anew. So neither asking
again nor subtracting two cohorts that are one person apart brings the true count nearer (docs/metrics.md has the bounds).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from metrics.protection import perturbation
from metrics.protection.perturbation import OF_PEOPLE, OF_SERIES, SMALL, Noise

_MAKES_COUNTS = object()
MODULUS = 2**64


class ProtectedCount:
    """A count as it may be shown, and the variance of the noise in it. Only `Draws` makes one; a sum of some is one, too."""

    __slots__ = ("draws", "value", "variance")

    def __init__(self, value: int, variance: float, draws: int, *, made_by: object = None) -> None:
        if made_by is not _MAKES_COUNTS:
            raise TypeError(
                "A protected count comes from Draws.of_people, Draws.of_series or a sum of protected counts."
            )
        self.value, self.variance, self.draws = value, variance, draws

    def __add__(self, other: ProtectedCount) -> ProtectedCount:
        return ProtectedCount(
            self.value + other.value,
            self.variance + other.variance,
            self.draws + other.draws,
            made_by=_MAKES_COUNTS,
        )

    def __repr__(self) -> str:
        return f"about {self.value}"

    @property
    def is_small(self) -> bool:
        """Above zero and below five: shown as "under 5"."""
        return 0 < self.value < SMALL


NOBODY = ProtectedCount(0, 0.0, 0, made_by=_MAKES_COUNTS)
"""The sum of no counts."""


def shown_before(value: int) -> ProtectedCount:
    """A protected count that a release shows already, read from its results."""
    return ProtectedCount(value, OF_PEOPLE.variance if value else 0.0, min(value, 1), made_by=_MAKES_COUNTS)


def total(counts: Iterable[ProtectedCount]) -> ProtectedCount:
    """The sum of protected counts, with the noise of all of them."""
    return sum(counts, NOBODY)


def _secret(purpose: str) -> bytes:
    return hmac.digest(settings.FIGURES_KEY.encode(), purpose.encode(), hashlib.sha256)


def member_seed() -> int:
    """The seed with which SQL hashes each member of a denominator: a signed 64-bit number that follows from the secret."""
    return int.from_bytes(_secret("member")[:8], signed=True)


def key_name() -> str:
    """A name of the secret, by which a run tells that it has changed: not the secret, and nothing to guess it by."""
    return _secret("name").hex()[:8]


@dataclass(frozen=True)
class State:
    """Who is in a denominator and how they fared: for each outcome the sum of its people's hashes, and how many they are.

    The sums come from SQL (`sum(hashint8extended(enrolment_id, seed))`); an outcome that nobody has may be left out.
    """

    digest: bytes

    @classmethod
    def of(cls, outcomes: dict[str, tuple[int, int]]) -> State:
        """From outcome → (sum of hashes, people)."""
        parts = [f"{name}:{hashes % MODULUS}:{people}" for name, (hashes, people) in sorted(outcomes.items()) if people]
        return cls(hashlib.sha256("|".join(parts).encode()).digest())


def state_of_rows(keys: NDArray[Any], days: NDArray[Any], is_event: NDArray[Any]) -> State:
    """The same from one key, number of days and outcome a row, for what is counted outside SQL."""
    mixed = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= np.nan_to_num(days, posinf=1e6).astype(np.int64).astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed ^= np.uint64(member_seed() % MODULUS)
    # Spreads every bit over all of them (SplitMix64; Steele and others 2014): sums of such numbers tell their sets apart.
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    events = is_event.astype(bool)
    return State.of(
        {
            name: (int(mixed[fared_so].sum(dtype=np.uint64)), int(fared_so.sum()))
            for name, fared_so in (("event", events), ("none", ~events))
        }
    )


@dataclass(frozen=True)
class Draws:
    """The noise of one release. `release`: its name, part of every draw, so that a new release draws anew."""

    release: str

    def chance(self, state: State, cell: str) -> float:
        """A number above 0 and below 1 that follows from the secret, the release, the state and the cell."""
        message = f"{self.release}|{cell}|".encode() + state.digest
        # 52 bits, and half a step: what a float holds exactly.
        return ((int.from_bytes(hmac.digest(_secret("noise"), message, hashlib.sha256)[:8]) >> 12) + 0.5) / 2**52

    def of_people(self, count: int, state: State, cell: str) -> ProtectedCount:
        """A count of people: never 1 to 4. `cell` names what is counted."""
        return self.of_people_at(count, self.chance(state, cell))

    def of_people_at(self, count: int, chance: float) -> ProtectedCount:
        """The same where the chance is shared in part with other cells, as between windows."""
        return self._protected(count, chance, OF_PEOPLE)

    def of_series(self, count: int, state: State, cell: str) -> ProtectedCount:
        """A count of events in a month: pages show one below 5 as "under 5"; it is fitted as it is."""
        return self._protected(count, self.chance(state, cell), OF_SERIES)

    def _protected(self, count: int, chance: float, noise: Noise) -> ProtectedCount:
        if count == 0:
            return NOBODY
        return ProtectedCount(perturbation.draw(count, noise, chance), noise.variance, 1, made_by=_MAKES_COUNTS)

    def about(self, people: float, state: State, cell: str) -> float:
        """A number of people that is no count (the size that a weighted group is worth): with noise of the same size."""
        return self.about_at(people, self.chance(state, cell))

    def about_at(self, people: float, chance: float) -> float:
        """The same where the chance is shared with other cells."""
        whole = int(people)
        return max(0.0, people + perturbation.draw(whole + 20, OF_PEOPLE, chance) - (whole + 20))
