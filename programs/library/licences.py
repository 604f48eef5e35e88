"""Licences under which materials are shared, as data: what each asks of whoever uses it, and where that was read.

Codes are those of the SPDX License List. What was not read at a source is not `verified`, and its page says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

_SPDX = "SPDX License List"
_TERMS = "Creative Commons: what attribution, non-commercial, no derivatives and share alike ask"


@dataclass(frozen=True, kw_only=True)
class Licence:
    """A licence. `asks`: what whoever uses the material must do; `address`: where it can be read, empty: nowhere."""

    label: Text
    asks: Text
    address: str = ""
    source: str = ""
    verified: bool = False


def _cc(terms: str, asks: Text, *, edition: str = "4.0", verified: bool = True) -> Licence:
    label = f"CC {terms.upper()} {edition}".replace("/igo", " IGO")
    address = f"https://creativecommons.org/licenses/{terms}/{edition}/"
    return Licence(label=label, asks=asks, address=address, source=f"{_SPDX}; {_TERMS}", verified=verified)


LICENCES: dict[str, Licence] = {
    "CC0-1.0": Licence(
        label="CC0 1.0",
        asks=_("Nothing: use it as you like."),
        address="https://creativecommons.org/publicdomain/zero/1.0/",
        source=_SPDX,
    ),
    "CC-BY-4.0": _cc("by", _("Name who made it.")),
    "CC-BY-SA-4.0": _cc("by-sa", _("Name who made it, and share what you make of it alike.")),
    "CC-BY-NC-4.0": _cc("by-nc", _("Name who made it, and earn nothing by it.")),
    "CC-BY-NC-SA-4.0": _cc("by-nc-sa", _("Name who made it, earn nothing by it, and share what you make of it alike.")),
    "CC-BY-ND-4.0": _cc("by-nd", _("Name who made it, and pass on no changed copies.")),
    "CC-BY-NC-ND-4.0": _cc("by-nc-nd", _("Name who made it, earn nothing by it, and pass on no changed copies.")),
    "CC-BY-NC-SA-3.0-IGO": _cc(
        "by-nc-sa",
        _("Name who made it, earn nothing by it, and share what you make of it alike."),
        edition="3.0/igo",
        verified=False,
    ),
    "reserved": Licence(
        label=_("All rights reserved"),
        asks=_("Use it as it is. Ask its owner before you copy or change it."),
        verified=True,
    ),
}
"""Code → licence, the freest first."""
