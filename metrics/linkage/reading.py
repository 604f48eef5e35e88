"""Opens the encrypted values of people, for the linker alone: names stay in its memory, for as long as it runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cases.people.models import Person
from metrics.linkage.scoring import Record

COLUMNS = "id, partner_id, first_names, last_name, born_on, identity_code, sex"
ENCRYPTED: list[Any] = [
    Person._meta.get_field(name) for name in ("first_names", "last_name", "born_on", "identity_code")
]

Row = tuple[int, int, str, str, str, str, str]


def opened(rows: Iterable[Row]) -> list[Record]:
    """The records of rows as the database holds them (COLUMNS). Raises encryption.Unreadable."""
    given, last, born, code = ENCRYPTED
    return [
        Record(
            number,
            given.open(first_names, partner),
            last.open(last_name, partner),
            born.open(born_on, partner),
            code.open(identity_code, partner),
            sex,
        )
        for number, partner, first_names, last_name, born_on, identity_code, sex in rows
    ]
