"""Decodes a register without its keys, by counting what is equal in it and comparing with a public list of names.

    python -m tests.attack.counting 50000

prints which share of the names of a register of that size is decoded from keyed beginnings of names.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

LAST_NAMES = [
    "Korhonen",
    "Virtanen",
    "Mäkinen",
    "Nieminen",
    "Mäkelä",
    "Hämäläinen",
    "Laine",
    "Heikkinen",
    "Koskinen",
    "Järvinen",
    "Lehtonen",
    "Lehtinen",
    "Saarinen",
    "Niemi",
    "Heinonen",
    "Salminen",
    "Heikkilä",
    "Salonen",
    "Kinnunen",
    "Turunen",
    "Salo",
    "Laitinen",
    "Tuominen",
    "Rantanen",
    "Karjalainen",
    "Jokinen",
    "Mattila",
    "Savolainen",
    "Lahtinen",
    "Ahonen",
    "Ojala",
    "Leppänen",
    "Kallio",
    "Hiltunen",
    "Väisänen",
    "Leinonen",
    "Miettinen",
    "Aaltonen",
    "Pitkänen",
    "Manninen",
    "Hakala",
    "Koivisto",
    "Anttila",
    "Laaksonen",
    "Hirvonen",
    "Räsänen",
    "Lehto",
    "Laakso",
    "Toivonen",
    "Rantala",
    "Mustonen",
    "Aalto",
    "Moilanen",
    "Peltonen",
    "Nurmi",
    "Seppälä",
    "Hänninen",
    "Kettunen",
    "Lappalainen",
    "Partanen",
    "Pulkkinen",
    "Kärkkäinen",
    "Vainio",
    "Seppänen",
    "Kemppainen",
    "Peltola",
    "Mikkonen",
    "Oksanen",
    "Huttunen",
    "Salmi",
    "Kokkonen",
    "Lindholm",
    "Jääskeläinen",
    "Ikonen",
    "Huovinen",
    "Halonen",
    "Lindström",
    "Koponen",
    "Nyman",
    "Väänänen",
    "Harju",
    "Karvonen",
    "Suominen",
    "Heino",
    "Mikkola",
    "Nurminen",
    "Honkanen",
    "Koski",
    "Eskola",
    "Karppinen",
    "Nykänen",
    "Rissanen",
    "Pesonen",
    "Asikainen",
    "Kukkonen",
    "Hyvönen",
    "Hakkarainen",
    "Vesterinen",
    "Johansson",
    "Eriksson",
    "Karlsson",
    "Andersson",
    "Holmström",
    "Nyberg",
    "Åkerberg",
    "Sjöblom",
]
FIRST_NAMES = [
    "Juhani",
    "Maria",
    "Johannes",
    "Anneli",
    "Olavi",
    "Helena",
    "Antero",
    "Johanna",
    "Tapani",
    "Kaarina",
    "Kalevi",
    "Marjatta",
    "Tapio",
    "Hannele",
    "Matti",
    "Kristiina",
    "Mikael",
    "Liisa",
    "Ilmari",
    "Tuulikki",
    "Pekka",
    "Annikki",
    "Petteri",
    "Sofia",
    "Juha",
    "Emilia",
    "Timo",
    "Marja",
    "Jari",
    "Katariina",
    "Kari",
    "Elina",
    "Antti",
    "Päivi",
    "Mika",
    "Ritva",
    "Markku",
    "Leena",
    "Jukka",
    "Anna",
    "Heikki",
    "Tuula",
    "Janne",
    "Sari",
    "Hannu",
    "Minna",
    "Pasi",
    "Pirkko",
    "Sami",
    "Tarja",
    "Marko",
    "Riitta",
    "Ville",
    "Eeva",
    "Jussi",
    "Päivikki",
    "Erkki",
    "Hanna",
    "Esa",
    "Laura",
    "Väinö",
    "Susanna",
    "Veikko",
    "Katja",
    "Risto",
    "Heidi",
    "Jorma",
    "Sanna",
    "Mikko",
    "Mirja",
    "Tommi",
    "Tiina",
    "Seppo",
    "Jaana",
    "Harri",
    "Outi",
    "Pentti",
    "Terttu",
    "Toni",
    "Kirsi",
    "Aleksi",
    "Satu",
    "Eero",
    "Nina",
    "Lauri",
    "Merja",
    "Tuomas",
    "Heli",
    "Teemu",
    "Mari",
    "Joonas",
    "Raija",
    "Henri",
    "Elli",
    "Eetu",
    "Aino",
]
COMMON = 5
"""What stands fewer times in a register tells a counter too little."""


def weights(names: Sequence[str]) -> list[float]:
    """How frequent the names of a public list are: the second is half as frequent as the first, the third a third (Zipf)."""
    return [1 / rank for rank in range(1, len(names) + 1)]


def register(size: int, seed: int = 1) -> list[tuple[str, str]]:
    """First and last names of so many people, as frequent as in the public list."""
    rng = random.Random(seed)
    firsts = rng.choices(FIRST_NAMES, weights(FIRST_NAMES), k=size)
    return list(zip(firsts, rng.choices(LAST_NAMES, weights(LAST_NAMES), k=size), strict=True))


def keyed_beginnings(*names: str, key: bytes = b"of the portal alone") -> set[str]:
    """What an earlier version stored beside a name: a hash, under a secret key, of each beginning from the third letter on."""
    return {
        hmac.digest(key, name[:length].encode(), hashlib.sha256).hex()[:16]
        for name in (name.casefold() for name in names)
        for length in range(3, len(name) + 1)
    }


def decoded_share(people: Iterable[set[str]], names: Sequence[tuple[str, str]]) -> float:
    """The share of words of the people's names that an attacker decodes who knows of each person a set of values alone.

    `names` says what is true, and how many people there are; the attacker uses the public list only. A value that stands in
    each row in which another one does is taken for a shorter beginning of the same name: so each value has a chain of
    counts, as each name of the public list has, and the nearest chain of the same length is its name.
    """
    people = list(people)
    rows = defaultdict(list)
    for number, values in enumerate(people):
        for value in values:
            rows[value].append(number)
    shorter = {
        value: set.intersection(*(people[number] for number in where))
        for value, where in rows.items()
        if len(where) >= COMMON
    }
    chains = {value: sorted((len(rows[one]) for one in ones), reverse=True) for value, ones in shorter.items()}
    whole: dict[str, list[int]] = defaultdict(list)
    for number, values in enumerate(people):
        known = [value for value in values if value in shorter]
        within = {one for value in known for one in shorter[value] if _comes_before(one, value, rows)}
        for value in known:
            if value not in within:
                whole[value].append(number)
    expected = _public_chains(len(people))
    guesses: dict[str, str] = {}
    for value in sorted(whole, key=lambda value: -len(whole[value])):
        candidates = [
            name
            for name, chain in expected.items()
            if len(chain) == len(chains[value]) and name not in guesses.values()
        ]
        if candidates:
            guesses[value] = min(candidates, key=lambda name: _distance(chains[value], expected[name]))
    right = sum(
        guess in {part.casefold() for part in names[number]}
        for value, guess in guesses.items()
        for number in whole[value]
    )
    return right / (2 * len(people))


def _comes_before(one: str, other: str, rows: Mapping[str, Sequence[int]]) -> bool:
    """Whether one value of a chain stands for a shorter beginning than the other; of equally many rows one counts for all."""
    return (-len(rows[one]), one) < (-len(rows[other]), other)


def _public_chains(size: int) -> dict[str, list[float]]:
    """Of each name of the public list, in how many rows of a register of that size each of its beginnings is to be expected."""
    frequency: Counter[str] = Counter()
    for names in (FIRST_NAMES, LAST_NAMES):
        total = sum(weights(names))
        for name, weight in zip(names, weights(names), strict=True):
            for length in range(3, len(name) + 1):
                frequency[name.casefold()[:length]] += size * weight / total
    return {
        name.casefold(): [frequency[name.casefold()[:length]] for length in range(3, len(name) + 1)]
        for name in (*FIRST_NAMES, *LAST_NAMES)
    }


def _distance(counts: Sequence[float], expected: Sequence[float]) -> float:
    return sum((math.log(one) - math.log(other)) ** 2 for one, other in zip(counts, expected, strict=True))


if __name__ == "__main__":
    people = register(int(sys.argv[1]))
    share = decoded_share([keyed_beginnings(*names) for names in people], people)
    print(f"{share:.0%} of the names of {len(people)} people are decoded from keyed beginnings")
