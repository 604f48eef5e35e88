"""What stands beside a campaign and is known to a higher floor: the arrests of its districts. Who knows it registers itself here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from partnership.isolation.acting import Acting
from programs.campaigns.models import Campaign


class Beside(NamedTuple):
    """A piece of a campaign's page: its template, and what that template shows as `beside`."""

    template: str
    beside: Any


Teller = Callable[[Acting, Campaign], Beside | None]
_tellers: list[Teller] = []


def stands_beside(teller: Teller) -> Teller:
    """Registers what tells something beside a campaign, or None where it knows nothing. It asks as many queries whatever there is."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def beside(acting: Acting, campaign: Campaign) -> list[Beside]:
    """All that is told."""
    pieces = [teller(acting, campaign) for teller in _tellers]
    return [piece for piece in pieces if piece is not None]
