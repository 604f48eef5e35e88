"""Which records are of one human being, and with which probability. Pure computation on names in memory: nothing is stored.

Candidates are pairs of records that share a code; or the day of birth and a word of the name (or both initials); or both names and
a day with one other digit, or day and month changed about. Each pair's evidence (Fellegi and Sunter 1969) is the sum of what last
name, given names, day of birth, sex and codes say, against how likely strangers agree so (`names.py`); with the odds that any
two records are of one person it makes the pair's odds. Then the candidates of one person compete (`compete`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from math import log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from metrics.linkage.names import UNSEEN, Frequencies, Names, words

METHOD = "2026-12a"
"""The version of the method: it changes when a probability would."""
SURE = 0.995
"""From this probability on figures take two records for one person."""
UNSURE = 0.05
"""Less likely pairs are no candidates."""
DIFFERENT = 0.5
"""Two candidates that are one person with less than this probability compete."""
OTHER_RECORDS = 0.5
"""How many other records of the same person a record has, about."""
TWINS = 0.026
"""The share of people born as a twin: the stranger with the same last name and day of birth that frequencies don't tell of."""
CONFLICT, AT_MOST_IN_CONFLICT = log(1e-4), log(0.1)
"""What two codes that differ say, and the most that the odds then are: a code has a check character, and is hardly another's."""
OTHER_SEX = log(0.02)
SAME_DAY, SWAPPED_DAY, OTHER_DIGIT = log(0.95), log(0.008), log(0.02 / 40)
"""The day of birth is the same; has day and month changed about; has one other digit, of about forty such days."""
DAYS = 22_000
"""Days of birth of the people who live."""
DAYS_IMAGINED = 20_000
LARGEST_GROUP = 1_000
"""A name and day that more people share says nothing of who they are."""

Numbers = NDArray[np.int64]
Weights = NDArray[np.float64]


class Record(NamedTuple):
    """A person's record, decrypted."""

    number: int
    first_names: str
    last_name: str
    born_on: date | None
    identity_code: str
    sex: str


class People:
    """Records as columns: texts once each, by number."""

    def __init__(self, records: Iterable[Record]) -> None:
        texts: dict[tuple[str, ...], int] = {(): 0}
        codes: dict[str, int] = {"": 0}
        sexes = {"female": 1, "male": 2}
        number, given_names, last, day, code, sex, temporary = [], [], [], [], [], [], []
        for record in records:
            number.append(record.number)
            given_names.append(texts.setdefault(words(record.first_names), len(texts)))
            last.append(texts.setdefault(words(record.last_name), len(texts)))
            born = record.born_on
            day.append(born.year * 10_000 + born.month * 100 + born.day if born else 0)
            code.append(codes.setdefault(record.identity_code, len(codes)))
            temporary.append(is_temporary(record.identity_code))
            sex.append(sexes.get(record.sex, 0))
        self.texts = list(texts)
        self.number, self.given_names, self.last = (
            np.array(column, np.int64) for column in (number, given_names, last)
        )
        self.day, self.code, self.sex = (np.array(column, np.int64) for column in (day, code, sex))
        self.temporary = np.array(temporary, bool)

    def __len__(self) -> int:
        return len(self.number)

    def frequencies(self) -> Frequencies:
        """How frequent their names and days of birth are."""

        def counted(column: Numbers) -> list[tuple[tuple[str, ...], int]]:
            counts = np.bincount(column, minlength=1).tolist()
            return [(text, count) for text, count in zip(self.texts, counts, strict=False) if count]

        days = zip(*(part.tolist() for part in np.unique(self.day, return_counts=True)), strict=True)
        return Frequencies.of(counted(self.given_names), counted(self.last), days)


class Pairs(NamedTuple):
    """Pairs of people, each once, the smaller number first. `weight`: logarithm of the odds by names, day, sex and codes that
    differ; of pairs by code what names and day say."""

    one: Numbers
    other: Numbers
    weight: Weights
    by_code: NDArray[np.bool_]


def is_temporary(identity_code: str) -> bool:
    """Whether its individual number, from 900 on, was given before there was a permanent code."""
    return identity_code[7:8] == "9"


def candidates(people: People, touched: set[int] | None = None) -> tuple[Numbers, Numbers]:
    """Pairs of rows of `people` that may be one person; of which one is touched, where only that is asked."""
    keys: list[Numbers] = []
    rows: list[Numbers] = []

    def add(kind: int, row: Numbers, *parts: Numbers) -> None:
        key = np.full(len(row), kind, np.int64)
        for part, bits in zip(parts, (27, 32), strict=False):
            key = (key << bits) | part
        keys.append(key)
        rows.append(row)

    everybody = np.arange(len(people))
    coded = everybody[people.code > 0]
    add(0, coded, people.code[coded])
    born = everybody[people.day > 0]
    word_numbers = {"": 0}
    words_of = [[word_numbers.setdefault(word, len(word_numbers)) for word in text] for text in people.texts]
    initial_of = np.array([ord(text[0][0]) % 1024 if text else 0 for text in people.texts], np.int64)
    for column in (people.given_names, people.last):
        for place in range(max(map(len, words_of))):
            word = np.array([text[place] if place < len(text) else -1 for text in words_of], np.int64)[column[born]]
            has = word >= 0
            add(1, born[has], word[has], people.day[born[has]])
    initials = initial_of[people.given_names[born]] * 1024 + initial_of[people.last[born]]
    add(2, born, initials, people.day[born])
    # Both names the same, and a day that is not quite: each digit left out in turn; and day and month in one order.
    first = np.array([text[0] if text else 0 for text in words_of], np.int64)
    _names, both = np.unique(
        people.last[born] * len(word_numbers) + first[people.given_names[born]], return_inverse=True
    )
    day = people.day[born]
    for place in range(8):
        add(3, born, both, (day - day // 10**place % 10 * 10**place) * 8 + place)
    month, in_month = day // 100 % 100, day % 100
    add(4, born, both, day // 10_000 * 10_000 + np.minimum(month, in_month) * 100 + np.maximum(month, in_month))

    is_touched = None if touched is None else np.isin(people.number, list(touched))
    pairs: list[Numbers] = []
    for key, row in zip(keys, rows, strict=True):
        pairs.append(_pairs_of_groups(key, row, len(people), is_touched))
    both_rows = np.unique(np.concatenate(pairs)) if pairs else np.array([], np.int64)
    return both_rows // max(len(people), 1), both_rows % max(len(people), 1)


def _pairs_of_groups(key: Numbers, row: Numbers, people: int, is_touched: NDArray[np.bool_] | None) -> Numbers:
    """All pairs of rows with the same key, as one number each."""
    order = np.argsort(key, kind="stable")
    key, row = key[order], row[order]
    _keys, start, size = np.unique(key, return_index=True, return_counts=True)
    pairs = []
    for width in np.unique(size):
        if not 2 <= width <= LARGEST_GROUP:
            continue
        members = row[start[size == width][:, None] + np.arange(width)]
        if is_touched is not None:
            members = members[is_touched[members].any(axis=1)]
        one, other = np.triu_indices(width, 1)
        first, second = members[:, one].ravel(), members[:, other].ravel()
        if is_touched is not None:
            keep = is_touched[first] | is_touched[second]
            first, second = first[keep], second[keep]
        pairs.append(np.minimum(first, second) * people + np.maximum(first, second))
    pairs = [part[part // people != part % people] for part in pairs]
    return np.concatenate(pairs) if pairs else np.array([], np.int64)


def score(people: People, frequencies: Frequencies, touched: set[int] | None = None) -> Pairs:
    """The pairs of people who share a code, or who are likelier than UNSURE one person; of which one is touched, where only
    that is asked. The same numbers whoever else is among the people: frequencies are given."""
    one, other = candidates(people, touched)
    same_code = (people.code[one] == people.code[other]) & (people.code[one] > 0)
    differ = (people.code[one] > 0) & (people.code[other] > 0) & ~same_code
    conflict = differ & (people.temporary[one] == people.temporary[other])
    weight = log(OTHER_RECORDS) - log(max(frequencies.people, UNSEEN))
    day, same_day = _of_day(people.day[one], people.day[other], frequencies)
    last, given_names, against_sibling, swapped = _of_names(people, one, other, Names(frequencies))
    other_sex = (people.sex[one] > 0) & (people.sex[other] > 0) & (people.sex[one] != people.sex[other])
    sex = np.where(other_sex, OTHER_SEX, 0.0)
    total = weight + day + np.maximum(last + given_names, swapped) + sex
    # Of twins the last name and the day agree by birth, not by chance: then the given names and the sex must tell.
    against_twin = np.where(same_day & (last > 0), against_sibling + sex - log(TWINS), np.inf)
    total = -np.logaddexp(-total, -against_twin)
    total = np.where(conflict & ~same_code, np.minimum(total + CONFLICT, AT_MOST_IN_CONFLICT), total)
    keep = same_code | (total >= log(UNSURE / (1 - UNSURE)))
    one, other = people.number[one[keep]], people.number[other[keep]]
    return Pairs(np.minimum(one, other), np.maximum(one, other), np.round(total[keep], 4), same_code[keep])


def _of_day(one: Numbers, other: Numbers, frequencies: Frequencies) -> tuple[Weights, NDArray[np.bool_]]:
    """What the days of birth say, and whether they are the same. Nothing where one is not known."""
    known = (one > 0) & (other > 0)
    days, where = np.unique(np.concatenate([one, other]), return_inverse=True)
    counts = np.array([frequencies.days[day] for day in days.tolist()], float)
    share = (np.maximum(counts - 2, 0) + DAYS_IMAGINED / DAYS) / (frequencies.people + DAYS_IMAGINED)
    share_of_each = share[where].reshape(2, -1)
    chance = -np.log(share_of_each.max(axis=0)) if len(one) else np.zeros(0)
    same = known & (one == other)
    swapped = one // 10_000 * 10_000 + one % 100 * 100 + one // 100 % 100 == other
    digits = sum((one // 10**place % 10 != other // 10**place % 10).astype(int) for place in range(8))
    weight = np.where(same, SAME_DAY, np.where(swapped, SWAPPED_DAY, np.where(digits == 1, OTHER_DIGIT, -np.inf)))
    return np.where(known, np.where(np.isinf(weight), log(0.01), weight + chance), 0.0), same


def _of_names(people: People, one: Numbers, other: Numbers, names: Names) -> tuple[Weights, Weights, Weights, Weights]:
    """What last names say; what given names say, in general and against a twin; and what both say where they are swapped (else
    minus infinity)."""
    texts = people.texts
    last = _once_each(people.last[one], people.last[other], texts, lambda a, b: (names.last_names(a, b),))
    given_names = _once_each(people.given_names[one], people.given_names[other], texts, names.given_names)
    swapped = np.full(len(one), -np.inf)
    rows = np.flatnonzero((last[0] < 0) & (given_names[0] < 0))
    columns = (column[side[rows]].tolist() for side in (one, other) for column in (people.given_names, people.last))
    for row, *four in zip(rows.tolist(), *columns, strict=True):
        given_name, last_name, other_given, other_last = (texts[text] for text in four)
        if any(word in other_last for word in given_name):  # most are not: `swapped` is asked of few
            sides = sorted([(given_name, last_name), (other_given, other_last)])
            weight = names.swapped(*sides[0], *sides[1])
            if weight is not None:
                swapped[row] = weight
    return last[0], given_names[0], given_names[1], swapped


def _once_each(one: Numbers, other: Numbers, texts: list[tuple[str, ...]], compare: Any) -> Weights:
    """Compares each pair of texts once, however many people bear them, and in the order of the alphabet. A row for each value."""
    pairs, where = np.unique(np.minimum(one, other) * len(texts) + np.maximum(one, other), return_inverse=True)
    weights = [compare(*sorted((texts[pair // len(texts)], texts[pair % len(texts)]))) for pair in pairs.tolist()]
    return np.array(weights, float).T[:, where] if weights else np.zeros((2, 0))


def compete(pairs: Pairs) -> Weights:
    """The probability of each pair, where candidates of one person are weighed against each other: at most one of those
    that are not themselves one person is right. Pairs by code are certain, and compete with nobody.

    Needs all pairs of both people of a pair, and of their candidates.
    """
    odds = np.exp(np.minimum(pairs.weight, 700.0))
    probability = np.where(pairs.by_code, 1.0, odds / (1 + odds))
    likely = probability >= DIFFERENT
    one_person = set(zip(pairs.one[likely].tolist(), pairs.other[likely].tolist(), strict=True))
    rows_of: dict[int, list[tuple[float, int, int]]] = {}
    by_name = np.flatnonzero(~pairs.by_code)
    for row, one, other in zip(
        by_name.tolist(), pairs.one[by_name].tolist(), pairs.other[by_name].tolist(), strict=True
    ):
        rows_of.setdefault(one, []).append((-odds[row], other, row))
        rows_of.setdefault(other, []).append((-odds[row], one, row))
    for rows in rows_of.values():
        if len(rows) == 1:
            continue
        rows.sort()
        for _odds, candidate, row in rows:
            rivals: list[int] = []
            against = 0.0
            for rival_odds, rival, _row in rows:
                # Each human being among the rivals counts once.
                if rival != candidate and not any(_pair(rival, other) in one_person for other in (candidate, *rivals)):
                    rivals.append(rival)
                    against -= rival_odds
            probability[row] = min(probability[row], odds[row] / (1 + odds[row] + against))
    return np.asarray(np.round(probability, 6), np.float64)


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one <= other else (other, one)
