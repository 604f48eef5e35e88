"""Numbers and chats for the whole country: what Find help names where no service of the partnership fits, and beside all others.

They are other organisations' lines, and change without our knowing. `source` is where a number was read; `verified_on` the day on
which somebody of the partnership called it or looked at the organisation's own page. None: nobody has, and the page says so. Hours
stand on the organisation's own page.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Line(NamedTuple):
    """A phone line or chat. `phones`: language → number; `needs`: for which of the needs of Find help, none: for all."""

    name: str
    what: str | Promise
    address: str
    source: str
    phones: dict[str, str]
    needs: tuple[str, ...] = ()
    verified_on: date | None = None

    def phone(self, language: str) -> str:
        """The number for a language; the Finnish one where there is none of its own. Empty: it is a chat alone."""
        return self.phones.get(language, self.phones.get("fi", ""))


LINES = (
    Line(
        "Päihdeneuvonta",
        _("Advice about alcohol and drugs, for you or somebody close. Free, and you need not say who you are."),
        "https://ehyt.fi/",
        "https://ehyt.fi/uutishuone/tiedotteet/paihdeneuvontapalvelusta-saa-apua-oisinkin/",
        {"fi": "0800 900 45"},
    ),
    Line(
        "MIELI",
        _("Crisis helpline: somebody to talk to when things are too much."),
        "https://mieli.fi/",
        "https://mieli.fi/helpline",
        {"fi": "09 2525 0111", "sv": "09 2525 0112", "en": "09 2525 0116"},
    ),
    Line(
        "MLL 116 111",
        _("Phone and chat for children and young people, about anything. Free."),
        "https://www.nuortennetti.fi/",
        "https://www.sttinfo.fi/tiedote/71614865/mlln-lasten-ja-nuorten-puhelimen-maratonpaivystys-muistuttaa-lapsen-oikeudesta-tulla-kuulluksi",
        {"fi": "116 111", "sv": "0800 96 116"},
        ("young", "close", "talk"),
    ),
    Line(
        "MLL",
        _("Phone and chat for parents. The number and the hours are on their page."),
        "https://www.mll.fi/",
        "https://www.sttinfo.fi/tiedote/71690974/aina-joulu-ei-ole-huoleton-mlln-lasten-ja-nuorten-116-111-paivystaa-myos-jouluna",
        {},
        ("young", "close"),
    ),
)


def lines_for(need: str) -> list[Line]:
    """The lines for a need; for none of the needs those that are for everybody."""
    return [line for line in LINES if not line.needs or need in line.needs]
