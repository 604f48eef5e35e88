"""Simulated people whose names are as frequent as names are, on two registers that write them with the errors of registers.

Frequencies follow Zipf's law with an offset (Mandelbrot), fitted by eye to published lists: the most frequent last name has 4 in
1,000 people, the most frequent given name of a sex 4 in 100. The names themselves are made of syllables.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import numpy as np

from metrics.linkage.scoring import Record

SYLLABLES = [f"{consonant}{vowel}{end}" for consonant in ("k", "l", "m", "n", "p", "r", "s", "t", "v", "h", "j", "") for vowel in ("a", "e", "i", "o", "u", "ä", "ö", "aa", "ii", "uo") for end in ("", "n", "l", "r", "s")]  # fmt: skip
LETTERS = "abdefghijklmnoprstuvyäö"
FIRST_DAY, DAYS = date(1945, 1, 1), 365 * 62
LAST_NAMES, GIVEN_NAMES = 60_000, 3_000
TWINS = 0.026


def names(rng: Random, how_many: int) -> list[str]:
    """Different names of two to four syllables."""
    known: dict[str, None] = {}
    while len(known) < how_many:
        known["".join(rng.choices(SYLLABLES, k=rng.choice((2, 2, 3, 3, 4)))).capitalize()] = None
    return [name for name in known if len(name) > 2] + ["Aino"] * (how_many - sum(len(name) > 2 for name in known))


def shares(how_many: int, offset: float) -> Any:
    """How frequent the n-th name is."""
    share = 1 / (np.arange(how_many) + offset)
    return share / share.sum()


class Population:
    """Human beings: given names, last name, day of birth, sex; some are twins."""

    def __init__(self, size: int, seed: int = 1) -> None:
        self.rng, numbers = Random(seed), np.random.default_rng(seed)
        last, female, male = names(self.rng, LAST_NAMES), names(self.rng, GIVEN_NAMES), names(self.rng, GIVEN_NAMES)
        last_numbers = numbers.choice(LAST_NAMES, size, p=shares(LAST_NAMES, 27))
        given_numbers = numbers.choice(GIVEN_NAMES, (size, 3), p=shares(GIVEN_NAMES, 3.5))
        days, is_male, how_many = numbers.integers(0, DAYS, size), numbers.random(size) < 0.6, numbers.random(size)
        self.people: list[tuple[list[str], str, date, str]] = []
        for n in range(size):
            given_names = [(male if is_male[n] else female)[g] for g in given_numbers[n]]
            given_names = given_names[: 1 if how_many[n] < 0.15 else 2 if how_many[n] < 0.8 else 3]
            day, name = FIRST_DAY + timedelta(days=int(days[n])), last[last_numbers[n]]
            if n and self.rng.random() < TWINS / 2:
                others, name, day, _sex = self.people[-1]
                given_names = [word for word in given_names if word not in others] or [self.rng.choice(female)]
            if self.rng.random() < 0.04:
                name = f"{name}-{last[self.rng.randrange(2000)]}"
            self.people.append((given_names, name, day, "male" if is_male[n] else "female"))
        self.last = last


def typing_error(rng: Random, text: str) -> str:
    """One letter more, less, another, or two changed about."""
    place = rng.randrange(len(text))
    kind = rng.randrange(4)
    if kind == 0:
        return text[:place] + rng.choice(LETTERS) + text[place:]
    if kind == 1 and len(text) > 2:
        return text[:place] + text[place + 1 :]
    if kind == 2 and place + 1 < len(text):
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + rng.choice(LETTERS) + text[place + 1 :]


def recorded(population: Population, n: int, number: int, *, no_code: float, has_errors: bool) -> Record:
    """The n-th human being as a register writes them: with a code but for a share `no_code`; with the errors of a register."""
    rng = population.rng
    given_names, last, born_on, sex = population.people[n]
    born: date | None = born_on
    given_names, code = list(given_names), f"{born_on:%d%m%y}-{n:09}" if rng.random() >= no_code else ""
    if has_errors:
        chance = rng.random()
        if chance < 0.15:
            given_names = given_names[:1]
        elif chance < 0.21 and len(given_names) > 1:
            given_names = [given_names[1]]  # the name that the person goes by
        elif chance < 0.235:
            given_names[0] = typing_error(rng, given_names[0])
        elif chance < 0.24 and len(given_names) > 1:
            given_names = [f"{given_names[0]}-{given_names[1].lower()}"]
        chance = rng.random()
        if chance < 0.03:
            last = typing_error(rng, last)
        elif chance < 0.05:
            last = rng.choice(population.last)  # another name since
        elif chance < 0.06 and "-" in last:
            last = last.split("-")[0]
        elif chance < 0.09:
            last = last.translate(str.maketrans("äöÄÖ", "aoAO"))
        elif chance < 0.093:
            given_names, last = [last], given_names[0]
        chance = rng.random()
        if chance < 0.004 and born_on.day <= 12:
            born = date(born_on.year, born_on.day, born_on.month)
        elif chance < 0.014:
            digits = f"{born_on:%Y%m%d}"
            place = rng.randrange(3, 8)
            try:
                born = date.fromisoformat(digits[:place] + str(rng.randrange(10)) + digits[place + 1 :])
            except ValueError:
                born = born_on
        if rng.random() < 0.05:
            sex = "unknown"
    return Record(number, " ".join(given_names), last, born, code, sex)


def two_registers(size: int, *, no_code: float, seed: int = 1) -> Iterator[tuple[Record, int]]:
    """So many records in two registers, each with who it is: two thirds of a register's people are in the other one, too."""
    shared = size // 3
    apart = size // 2 - shared
    population = Population(shared + 2 * apart, seed)
    number = 0
    for register in (0, 1):
        who = [*range(shared), *range(shared + register * apart, shared + (register + 1) * apart)]
        for n in who:
            number += 1
            yield recorded(population, n, number, no_code=no_code, has_errors=True), n
