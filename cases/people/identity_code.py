"""Finnish personal identity codes (henkilötunnus): DDMMYY, a century sign, an individual number, a check character.

Source: Digital and Population Data Services Agency, "The personal identity code"; Government decree 690/2022 added the
signs B–F (born 2000 on) and U–Y (born 1900–1999). Individual numbers run from 002; 900–999 are temporary codes that
no real person bears, so simulated people use them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

CENTURIES = {"+": 1800} | dict.fromkeys("-UVWXY", 1900) | dict.fromkeys("ABCDEF", 2000)
CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
PATTERN = re.compile(r"(\d{2})(\d{2})(\d{2})([-+A-FU-Y])(\d{3})([0-9A-Y])")


@dataclass(frozen=True)
class IdentityCode:
    """What a valid code says of its bearer."""

    text: str
    born_on: date
    sex: str


def parse(text: str) -> IdentityCode:
    """The code, or a ValidationError that says which part is wrong."""
    text = text.strip().upper().replace("−", "-")
    match = PATTERN.fullmatch(text)
    if not match:
        raise ValidationError(_("A personal identity code looks like 131052-308T."), code="form")
    day, month, year, sign, individual, check = match.groups()
    try:
        born_on = date(CENTURIES[sign] + int(year), int(month), int(day))
    except ValueError:
        raise ValidationError(_("The identity code holds a date that does not exist."), code="date") from None
    if int(individual) < 2:
        raise ValidationError(_("The identity code holds a number that is not in use."), code="number")
    if check_character(born_on, individual) != check:
        raise ValidationError(
            _("The last character of the identity code does not fit the rest: check for a typing error."), code="check"
        )
    return IdentityCode(text, born_on, "male" if int(individual) % 2 else "female")


def check_character(born_on: date, individual: str) -> str:
    """The last character of a code, from the date of birth and the individual number of three digits."""
    return CHECK_CHARACTERS[int(f"{born_on:%d%m%y}{individual}") % 31]


def make(born_on: date, individual: int, sign: str | None = None) -> str:
    """A code with the right check character, for simulated people (individual numbers from 900) and tests."""
    sign = sign or ("A" if born_on.year >= 2000 else "-")
    digits = f"{individual:03d}"
    return f"{born_on:%d%m%y}{sign}{digits}{check_character(born_on, digits)}"
