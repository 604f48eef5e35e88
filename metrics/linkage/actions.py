"""The linker: which records of all partners are of one human being. A process of its own with a database role of its own.

It opens names, dates of birth and codes in its memory, and writes pairs with their probability. Notes (`Unlinked`) say whose
records changed; those people are compared anew, by the same code as everybody. A linker that dies leaves the notes and the old pairs.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection

from cases.people.doubles import days_like
from metrics.linkage import reading
from metrics.linkage.models import NameCount, Pair, Unlinked
from metrics.linkage.names import Frequencies
from metrics.linkage.scoring import METHOD, Pairs, People, Record, compete, score
from partnership.actions import action
from partnership.isolation import encryption

LOCK = (7002, 3)
"""The advisory lock of whoever links."""
EVERYBODY = 0
"""Noted as a person when everybody is to be compared anew."""
MOST_TOUCHED = 0.05
"""With more than this share of all people touched, comparing everybody is the quicker way."""
RECOUNT_AFTER = 0.1
"""When the number of people has changed by this share since names were counted, they are counted anew."""
BATCH = 20_000

Edge = tuple[int, int]
Known = dict[Edge, tuple[float, bool, float]]
"""Pairs by the numbers of both people: weight, whether by code, probability."""


@action("links.update", outside="jobs")
def link() -> int:
    """Compares the people anew whose records changed; returns how many. Nothing, while another linker does it."""
    with connection.cursor() as cursor:
        # Until this transaction ends.
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK)
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("DELETE FROM metrics_unlinked RETURNING person_id")
        touched = {number for (number,) in cursor.fetchall()}
        if not touched:
            return 0
        cursor.execute("SELECT count(*) FROM cases_person")
        people = cursor.fetchone()[0]
    frequencies = _kept_frequencies(people)
    if frequencies is None or EVERYBODY in touched or len(touched) > MOST_TOUCHED * people:
        return _link_everybody(frequencies)
    return _link_touched(touched, frequencies)


def wait_for_links() -> int:
    """Waits until the linker has taken the notes that there are, LINKER_PATIENCE seconds at most; returns how many people are
    not linked by what their records say now."""
    deadline = time.monotonic() + settings.LINKER_PATIENCE
    while (waiting := Unlinked.objects.values("person_id").distinct().count()) and time.monotonic() < deadline:
        time.sleep(1)
    return waiting


def _link_everybody(frequencies: Frequencies | None) -> int:
    people = People(_records("", []))
    if frequencies is None:
        frequencies = people.frequencies()
        _keep(frequencies)
    pairs = score(people, frequencies)
    _write(_known("", []), _weighed(pairs))
    return len(people)


def _link_touched(touched: set[int], frequencies: Frequencies) -> int:
    """Pairs of touched people, and the probabilities of all pairs with which these compete."""
    numbers = sorted(touched)
    changed = list(_records("WHERE id = ANY(%s)", [numbers]))
    days = {day for record in changed if record.born_on for day in days_like(record.born_on)}
    births = [encryption.birth_pseudonym(day) for day in days]
    codes = [encryption.code_pseudonym(record.identity_code) for record in changed if record.identity_code]
    others = _records(
        "WHERE (birth_pseudonym = ANY(%s) AND birth_pseudonym <> '' OR code_pseudonym = ANY(%s) AND code_pseudonym <> '')"
        " AND id <> ALL(%s)",
        [births, codes, numbers],
    )
    scored = _weighed(score(People([*changed, *others]), frequencies, touched))
    # Whoever is or was a candidate of a touched person; all their pairs; and what these compete with.
    near = touched | _ends(_touching(touched)) | _ends(scored)

    def around(people: set[int]) -> Known:
        kept = {edge: pair for edge, pair in _touching(people).items() if not touched & {*edge}}
        return kept | scored

    affected = around(near)
    weighed = _compete(around(_ends(around(_ends(affected)))))
    _write(_touching(near), {edge: weighed[edge] for edge in affected})
    return len(changed)


# --- Reading ---------------------------------------------------------------------------------------------------------------------


def _records(where: str, parameters: list[Any]) -> Iterator[Record]:
    """The people of a condition, opened."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {reading.COLUMNS} FROM cases_person {where}", parameters)
        while rows := cursor.fetchmany(BATCH):
            yield from reading.opened(rows)


def _known(where: str, parameters: list[Any]) -> Known:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT person_id, other_id, weight, by_code, probability FROM metrics_pair {where}",
            parameters,
        )
        return {(one, other): (weight, by_code, probability) for one, other, weight, by_code, probability in cursor}


def _touching(people: set[int]) -> Known:
    """All pairs of these people."""
    numbers = sorted(people)
    return _known("WHERE person_id = ANY(%s)", [numbers]) | _known("WHERE other_id = ANY(%s)", [numbers])


def _ends(pairs: Iterable[Edge]) -> set[int]:
    return {person for edge in pairs for person in edge}


def _kept_frequencies(people: int) -> Frequencies | None:
    """Those that were counted last; None when they are to be counted anew."""
    kept = NameCount.objects.filter(method=METHOD).first()
    if kept is None or abs(people - kept.people) > RECOUNT_AFTER * kept.people:
        return None
    given_names, last_names, days = json.loads(kept.counts)
    days = Counter({int(day): count for day, count in days.items()})
    return Frequencies(kept.people, Counter(given_names), Counter(last_names), days)


# --- Weighing --------------------------------------------------------------------------------------------------------------------


def _weighed(pairs: Pairs) -> Known:
    columns = (pairs.one.tolist(), pairs.other.tolist(), pairs.weight.tolist(), pairs.by_code.tolist())
    probabilities = compete(pairs).tolist()
    return {
        (one, other): (weight, by_code, probability)
        for one, other, weight, by_code, probability in zip(*columns, probabilities, strict=True)
    }


def _compete(pairs: Known) -> Known:
    one, other = (np.array([edge[side] for edge in pairs], np.int64) for side in (0, 1))
    weight = np.array([pair[0] for pair in pairs.values()], float)
    return _weighed(Pairs(one, other, weight, np.array([pair[1] for pair in pairs.values()], bool)))


# --- Writing ---------------------------------------------------------------------------------------------------------------------


def _write(before: Known, after: Known) -> None:
    """Changes only what differs: each change notes both people, who are then followed anew."""
    gone = [edge for edge, pair in before.items() if after.get(edge) != pair]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM metrics_pair p USING unnest(%s::bigint[], %s::bigint[]) AS gone (person_id, other_id)"
            " WHERE p.person_id = gone.person_id AND p.other_id = gone.other_id",
            [[one for one, _other in gone], [other for _one, other in gone]],
        )
    Pair.objects.bulk_create(
        [
            Pair(
                person_id=one,
                other_id=other,
                weight=weight,
                by_code=by_code,
                probability=probability,
                method=METHOD,
            )
            for (one, other), (weight, by_code, probability) in after.items()
            if before.get((one, other)) != (weight, by_code, probability)
        ],
        batch_size=BATCH,
    )


def _keep(frequencies: Frequencies) -> None:
    """What a count of one or two says nothing of is left out."""
    counts = [
        {word: count for word, count in counter.items() if count > 2}
        for counter in (frequencies.given_names, frequencies.last_names, frequencies.days)
    ]
    NameCount.objects.all().delete()
    NameCount.objects.create(method=METHOD, people=frequencies.people, counts=json.dumps(counts).encode())
