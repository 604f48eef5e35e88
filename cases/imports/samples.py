"""A file to begin with: the headings of each kind, and rows of people who do not exist."""

from __future__ import annotations

from datetime import date

from cases.imports.fields import COLUMNS
from cases.imports.models import DataImport
from cases.people import identity_code

# Temporary codes (individual numbers from 900), which no real person bears.
_FIRST, _SECOND = identity_code.make(date(1990, 5, 17), 901), identity_code.make(date(1985, 11, 2), 902)
ROWS: dict[str, list[dict[str, str]]] = {
    DataImport.Kind.ARRESTS: [
        {"arrest_number": "K-1", "arrested_on": "1.3.2025", "offence_code": "RL 50:2a", "offence_on": "28.2.2025", "identity_code": _FIRST, "last_name": "Mallinen", "first_names": "Matti"},
        {"arrest_number": "K-1", "arrested_on": "1.3.2025", "offence_code": "RL 28:3", "offence_on": "1.3.2025", "identity_code": _FIRST, "last_name": "Mallinen", "first_names": "Matti"},
        {"arrest_number": "K-2", "arrested_on": "5.3.2025", "offence_code": "RL 50:1", "person_number": "A-77"},
    ],
    DataImport.Kind.PARTICIPANTS: [
        {"started_on": "10.1.2024", "ended_on": "1.5.2024", "end_reason": "completed", "consents": "yes", "identity_code": _FIRST, "last_name": "Mallinen", "first_names": "Matti"},
        {"started_on": "3.2.2025", "consents": "yes", "identity_code": _SECOND, "last_name": "Esimerkki", "first_names": "Maija"},
    ],
    DataImport.Kind.POPULATIONS: [
        {"year": "2024", "residents": "51000", "residents_under_18": "9000"},
        {"year": "2025", "residents": "51500", "residents_under_18": "8900"},
    ],
}  # fmt: skip


def sample_table(kind: str, district: str, programme: str) -> list[list[str]]:
    """Headings in the reader's language and some rows, for the district and programme that are named."""
    columns = COLUMNS[kind]
    common = {"district": district, "programme": programme}
    return [
        [str(column.label) for column in columns],
        *([(common | row).get(column.name, "") for column in columns] for row in ROWS[kind]),
    ]
