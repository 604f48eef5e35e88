"""What diversions may have spared courts and prisons, as far as assumptions go: nothing here is measured.

No register of the partnership says what becomes of eligible cases that are not diverted, so there is no comparison. What is
computed is arithmetic: cases that ended without a charge, times what the reader assumes would have happened else. Without
assumptions of the reader's own the bounds of what is possible stand in their place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Assumption:
    """What has to be assumed, from `low` to `high` unless the reader says otherwise.

    `source`: where the bounds come from; `verified`: whether they were read there.
    """

    code: str
    label: Promise
    unit: str | Promise
    low: float
    high: float
    most: float
    source: Promise
    address: str
    verified: bool


ASSUMPTIONS = (
    Assumption(
        "court",
        _("Of such cases, how many come before a court when nobody is diverted"),
        "%",
        0,
        100,
        100,
        _(
            "Not known: bounds of what is possible. A use offence alone can be dealt with by a penal order, without a court."
            " The prosecutor general’s guideline says why; it gives no share."
        ),
        "https://syyttajalaitos.fi/vks-2018-2-seuraamuksen-maaraaminen-huumausaineen-kayttorikoksesta",
        verified=True,
    ),
    Assumption(
        "sessions",
        _("Court sessions that such a case takes"),
        _("sessions"),
        1,
        1,
        20,
        _("A case that comes before a court takes one session at least. How many more was not read anywhere."),
        "",
        verified=False,
    ),
    Assumption(
        "prison",
        _("Of cases before a court, how many end in imprisonment"),
        "%",
        0,
        100,
        100,
        _(
            "Not known: bounds of what is possible. Statistics Finland has sanctions by offence; the table was not read."
        ),
        "https://www2.tilastokeskus.fi/til/syyttr/index_en.html",
        verified=False,
    ),
    Assumption(
        "days",
        _("Days of such a sentence"),
        _("days"),
        1,
        183,
        3650,
        _("The law’s bounds for a use offence: a fine, or six months at most (EMCDDA, country report Finland 2019)."),
        "https://www.emcdda.europa.eu/countries/drug-reports/2019/finland/drug-laws-and-drug-law-offences_en",
        verified=True,
    ),
)


class Range(NamedTuple):
    """From the least to the most."""

    low: float
    high: float


class Savings(NamedTuple):
    """Court sessions and days of imprisonment, each from the least to the most that the assumptions leave possible."""

    sessions: Range
    days: Range


def savings(settled: int, assumed: dict[str, Range]) -> Savings:
    """Of so many cases that ended without a charge (a protected count), by what is assumed under each code."""
    at_court = _times(Range(settled, settled), assumed["court"], 0.01)
    return Savings(
        _times(at_court, assumed["sessions"]),
        _times(_times(at_court, assumed["prison"], 0.01), assumed["days"]),
    )


def _times(amount: Range, each: Range, unit: float = 1.0) -> Range:
    return Range(amount.low * each.low * unit, amount.high * each.high * unit)
