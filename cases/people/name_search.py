"""Finds names as people type them: beginnings, in any order, with a typing error, with or without the dots on letters.

It works on names in memory, since nothing of a name is stored by which a database could search.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from rapidfuzz.distance import OSA

from partnership.isolation.encryption import normalise_name

MOST_PEOPLE = 50_000
"""A larger register is narrowed by code, birth date or year first: searching this many takes about a second."""
MOST_MATCHES = 200
FROM_LETTERS, BEGINNING = 2, 3
"""Shorter words say nothing; a name of two letters is found, and from three letters on what begins with them."""
DAY = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b|\b(\d{4})-(\d{2})-(\d{2})\b")
PHONE = re.compile(r"\+?[\d ()/-]+")
FROM_DIGITS = 6
"""So many digits may be the end of a phone number; fewer are the number of a record."""
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


class Typed(NamedTuple):
    """What a search text says: words of names, and by what it narrows the register."""

    words: list[str]
    born_on: date | None
    birth_year: int | None


def folded(name: str) -> list[str]:
    """The words of a name as they are compared: å, ä and ö are found by a and o."""
    letters = unicodedata.normalize("NFD", normalise_name(name))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).split()


def understood(text: str) -> Typed:
    """“Virtanen 1985” → the name and the year; “virt maija 17.5.1990” → the names and the day."""
    born_on = birth_year = None
    if match := DAY.search(text):
        day, month, year = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
        try:
            born_on = date(int(year), int(month), int(day))
        except ValueError:
            born_on = None
        text = text[: match.start()] + " " + text[match.end() :]
    elif match := YEAR.search(text):
        birth_year = int(match[0])
        text = text[: match.start()] + " " + text[match.end() :]
    return Typed([word for word in folded(text) if len(word) >= FROM_LETTERS], born_on, birth_year)


def phone_of(text: str) -> str:
    """The digits of a phone number without the code of the country and the first zero: 040 123 4567 is +358 40 1234567. Empty: it is
    none."""
    if not PHONE.fullmatch(text.strip()) or DAY.search(text):
        return ""
    digits = re.sub(r"\D", "", text)
    for start in ("00358", "358", "0"):
        digits = digits.removeprefix(start)
    return digits if len(digits) >= FROM_DIGITS - 1 else ""


def is_phone(digits: str, phone: str) -> bool:
    """Whether a phone number is the one that was typed, or ends with it."""
    return phone_of(phone).endswith(digits)


def matching(people: Iterable[tuple[int, str, str]], words: list[str]) -> list[int]:
    """The numbers of those (number, first names, last name) who bear all the words, the likeliest first.

    Each word is a name, the beginning of one, or a name with one typing error (two from eight letters on: optimal string
    alignment distance, so that two letters changed about are one error).
    """
    costs: list[dict[str, int | None]] = [{} for _word in words]
    words_of: dict[str, list[str]] = {}  # names recur; for this search alone, so that no name stays in memory
    ranked = []
    for number, first_names, last_name in people:
        for part in (first_names, last_name):
            if part not in words_of:
                words_of[part] = folded(part)
        names = words_of[first_names] + words_of[last_name]
        total = 0
        for word, known in zip(words, costs, strict=True):
            best = None
            for name in names:
                if name not in known:
                    known[name] = _cost(word, name)
                cost = known[name]
                if cost is not None and (best is None or cost < best):
                    best = cost
            if best is None:
                break
            total += best
        else:
            ranked.append((total, number))
    ranked.sort(key=lambda pair: (pair[0], -pair[1]))
    return [number for _total, number in ranked[:MOST_MATCHES]]


def _cost(word: str, name: str) -> int | None:
    """0: the name; 1: its beginning; 2 and more: with typing errors; None: another name."""
    if name == word:
        return 0
    if name.startswith(word) and len(word) >= BEGINNING:
        return 1
    # What is typed may be a beginning with an error in it.
    for part in {name, name[: len(word)], name[: len(word) + 1]}:
        if errors := typing_errors(word, part):
            return 1 + errors
    return None


def typing_errors(word: str, name: str) -> int | None:
    """How many typing errors make the one of the other: at most one from four letters on, two from eight. None: another name."""
    most = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    distance = OSA.distance(word, name, score_cutoff=most)
    return distance if distance <= most else None
