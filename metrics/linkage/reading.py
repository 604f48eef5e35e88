"""Opens the encrypted values of people, for the linker alone: names stay in its memory, for as long as it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from cases.people.models import Person
from metrics.linkage.scoring import Record
from partnership.isolation import encryption

COLUMNS = "id, partner_id, first_names, last_name, born_on, identity_code, sex"
ENCRYPTED: list[Any] = [
    Person._meta.get_field(name) for name in ("first_names", "last_name", "born_on", "identity_code")
]

Row = tuple[Any, ...]


def opened(rows: Iterable[Row]) -> list[Record]:
    """The records of rows as the database holds them (COLUMNS). Raises encryption.Unreadable."""
    openers: dict[int, list[Callable[[str], str]]] = {}
    records = []
    for number, partner, *tokens, sex in rows:
        if partner not in openers:
            openers[partner] = [encryption.opener(field.place(partner)) for field in ENCRYPTED]
        first_names, last_name, born_on, identity_code = (
            open_token(token) if token else "" for open_token, token in zip(openers[partner], tokens, strict=True)
        )
        day = date.fromisoformat(born_on) if born_on else None
        records.append(Record(number, first_names, last_name, day, identity_code, sex))
    return records
