"""What two spellings of a name say for or against one human being: logarithms of likelihood ratios.

After Fellegi and Sunter, "A theory for record linkage", JASA 64 (1969): how much likelier two names are found beside each other on
two records of one person than on records of two. How likely two strangers share a name is its actual frequency, so that a rare
name says much and a frequent one little. How often names of one person differ, and how, are the constants below: shares
that registers of this kind show, the same for every installation so that a method has one meaning.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from math import log

from rapidfuzz.distance import OSA

from partnership.isolation.encryption import normalise_name

LIKE_D = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters that are no letter with a sign above it, as they are written where a keyboard lacks them."""
SEEN_OFTEN = 4
"""A spelling on so many records is a name, and hardly an error in another one."""
UNSEEN = 1_000
"""So many imagined records stand beside the counted ones, so that a small register doesn't take its names for the world's."""

SAME_GIVEN, SAME_LAST = log(0.85), log(0.88)
CALL_NAME = log(0.12)
"""Another of the given names is used, or their order differs."""
TYPING_ERROR = log(0.05)
OTHER_NAME = log(0.004)
"""One name where another, much like it, is meant: Maija for Marja."""
PART_OF_DOUBLE = log(0.04)
DIFFERENT_GIVEN, DIFFERENT_LAST = log(0.002), log(0.04)
DIFFERENT_FURTHER = log(0.02)
INITIAL = log(0.02 / 0.08)
BOTH_SWAPPED = log(0.01)
FURTHER = 0.7
"""What a second given name adds, of its own weight: it often goes with the first."""
SIBLINGS = log(5)
"""Parents give two children hardly the same name: against a twin a shared one says so much more."""
ALIKE = 0.001
"""How likely two strangers' names are alike beyond what the frequencies of the two say."""


@lru_cache(maxsize=2**20)
def words(name: str) -> tuple[str, ...]:
    """The words of a name as they are compared: without case, signs above letters, hyphens and other punctuation."""
    letters = unicodedata.normalize("NFD", normalise_name(name)).translate(LIKE_D)
    if not letters.isascii():
        letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return tuple(letters.split())


class Frequencies:
    """How many records bear each name, and each day of birth, of so many people."""

    def __init__(self, people: int, given_names: Counter[str], last_names: Counter[str], days: Counter[int]) -> None:
        self.people, self.given_names, self.last_names, self.days = people, given_names, last_names, days

    @classmethod
    def of(
        cls,
        given_names: Iterable[tuple[tuple[str, ...], int]],
        last_names: Iterable[tuple[tuple[str, ...], int]],
        days: Iterable[tuple[int, int]],
    ) -> Frequencies:
        """From how many people bear each given names, each last name, and each day of birth (0: not known)."""
        counts = cls(0, Counter(), Counter(), Counter(dict(days)))
        for text, count in given_names:
            counts.people += count
            for word in set(text):
                counts.given_names[word] += count
        for text, count in last_names:
            for word in {*text, "".join(text)} - {""}:
                counts.last_names[word] += count
        del counts.days[0]
        return counts

    # A pair's own two records say nothing about strangers: they are taken off.

    def of_given(self, word: str) -> float:
        """The share of people with this given name."""
        return (max(self.given_names[word] - 2, 0) + 5) / (self.people + UNSEEN)

    def of_last(self, word: str) -> float:
        """The share of people with this last name, or with it in a double one."""
        return (max(self.last_names[word] - 2, 0) + 1) / (self.people + UNSEEN)


def _alike(one: str, other: str) -> bool:
    """One typing error apart (two letters changed about are one); two from eight letters on."""
    shorter = min(len(one), len(other))
    errors = 0 if shorter < 4 else 1 if shorter < 8 else 2
    return bool(errors) and OSA.distance(one, other, score_cutoff=errors) <= errors


class Names:
    """Compares names against the frequencies of a register."""

    def __init__(self, frequencies: Frequencies) -> None:
        self.frequencies = frequencies
        self.smallness = 20_000 / (20_000 + frequencies.people)
        """In a small register an unseen spelling may be a name all the same."""

    def _error(self, one: str, other: str, counts: Counter[str], shares: float) -> float:
        if counts[one] >= SEEN_OFTEN and counts[other] >= SEEN_OFTEN:
            return OTHER_NAME - log(shares + ALIKE)
        return TYPING_ERROR - log(shares * self.smallness + ALIKE)

    def given_names(self, one: tuple[str, ...], other: tuple[str, ...]) -> tuple[float, float]:
        """What two people's given names say; and what they say against a twin. 0 where one has none."""
        if not one or not other:
            return 0.0, 0.0
        share = self.frequencies.of_given
        shared = [word for word in one if word in other]
        if one[0] == other[0]:
            weight = SAME_GIVEN - log(share(one[0])) + self._further(one[1:], other[1:])
            return weight, weight + SIBLINGS
        weight = DIFFERENT_GIVEN
        if "".join(one) == "".join(other):
            weight = TYPING_ERROR - log(min(share(one[0]), share(other[0])))
        elif min(len(one[0]), len(other[0])) == 1 and one[0][0] == other[0][0]:
            weight = INITIAL
        elif _alike(one[0], other[0]):
            error = self._error(one[0], other[0], self.frequencies.given_names, share(one[0]) + share(other[0]))
            weight = error + self._further(one[1:], other[1:])
        if not shared:
            return weight, weight
        weights = sorted((-log(share(word)) for word in shared), reverse=True)
        as_called = CALL_NAME + weights[0] - log(len(one) * len(other)) + FURTHER * sum(weights[1:])
        if not (set(one) <= set(shared) or set(other) <= set(shared)):
            as_called += DIFFERENT_FURTHER  # each has a name that the other has not
        return max(weight, as_called), max(weight, as_called) + SIBLINGS

    def _further(self, one: tuple[str, ...], other: tuple[str, ...]) -> float:
        """Given names behind the first. That one record has fewer says nothing."""
        if not one or not other:
            return 0.0
        shared = [word for word in one if word in other]
        if shared:
            return FURTHER * sum(sorted(-log(self.frequencies.of_given(word)) for word in shared))
        if any(first[0] == second[0] and (min(len(first), len(second)) == 1 or _alike(first, second)) for first in one for second in other):  # fmt: skip
            return 0.0
        return DIFFERENT_FURTHER

    def last_names(self, one: tuple[str, ...], other: tuple[str, ...]) -> float:
        """What two people's last names say; 0 where one has none."""
        if not one or not other:
            return 0.0
        share = self.frequencies.of_last
        whole, other_whole = "".join(one), "".join(other)
        if whole == other_whole:
            return SAME_LAST - log(share(whole))
        shared = [word for word in one if word in other]
        if shared:
            return PART_OF_DOUBLE - log(len(one) * len(other)) - log(min(map(share, shared)))
        if _alike(whole, other_whole):
            return self._error(whole, other_whole, self.frequencies.last_names, share(whole) + share(other_whole))
        return DIFFERENT_LAST

    def swapped(self, given_names: tuple[str, ...], last_names: tuple[str, ...], other_given: tuple[str, ...], other_last: tuple[str, ...]) -> float | None:  # fmt: skip
        """What they say when one record has the given name in the place of the last and the last in the place of the given."""
        crossing_given = [word for word in given_names if word in other_last]
        crossing_last = [word for word in last_names if word in other_given]
        if not crossing_given or not crossing_last:
            return None
        frequencies = self.frequencies
        given_share = min(map(frequencies.of_given, crossing_given))
        return BOTH_SWAPPED - log(given_share) - log(min(map(frequencies.of_last, crossing_last)))
