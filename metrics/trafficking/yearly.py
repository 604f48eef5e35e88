"""What a partner may say of a year of protection: protected counts, from its own rows, for who is named there.

Nothing is computed ahead and nothing is stored: jobs see none of these rows, and releases have none of it. The noise follows from the
year and from who is counted, so that the same data give the same figures, and asking again brings no count nearer.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from django.db.models import BigIntegerField, Count, F, Func, Sum, Value

from cases.protection.models import ProtectedReferral, Screen
from metrics.protection.counts import Draws, State, member_seed
from partnership.members.models import Partner


def _hash() -> Func:
    """Of a row: a number that follows from it and the secret, whose sum tells sets of rows apart (`State`)."""
    return Func(F("pk"), Value(member_seed()), function="hashint8extended", output_field=BigIntegerField())


class Year(NamedTuple):
    """Protected counts of a calendar year: checklists, those with a yes, consultations without a name, referrals, those taken in."""

    year: int
    screens: int
    with_yes: int
    consultations: int
    referrals: int
    accepted: int


def years_of(partner: Partner) -> list[Year]:
    """The latest first; of a partner whose rows the reader sees. Two queries."""
    parts: dict[int, dict[str, tuple[int, int]]] = defaultdict(lambda: defaultdict(lambda: (0, 0)))
    screens = Screen.objects.filter(partner=partner).order_by().values_list("on__year", "has_yes")
    for year, has_yes, hashes, rows in screens.annotate(hashes=Sum(_hash()), rows=Count("pk")):
        parts[year]["yes" if has_yes else "no"] = int(hashes), rows
    asked = ProtectedReferral.objects.filter(partner=partner).order_by().values_list("sent_on__year", "kind", "answer")
    for year, kind, answer, hashes, rows in asked.annotate(hashes=Sum(_hash()), rows=Count("pk")):
        name = kind if kind == ProtectedReferral.Kind.CONSULTATION else f"referral {answer}"
        parts[year][name] = int(hashes), rows
    return [_year(partner, year, parts[year]) for year in sorted(parts, reverse=True)]


def _year(partner: Partner, year: int, parts: dict[str, tuple[int, int]]) -> Year:
    draws, state = Draws(f"trafficking {partner.pk} {year}"), State.of(parts)

    def protected(what: str, *names: str) -> int:
        count = sum(parts[name][1] for name in names if name in parts)
        return draws.of_people(count, state, f"trafficking, {what}").value

    referrals = [name for name in parts if name.startswith("referral")]
    return Year(
        year=year,
        screens=protected("screens", "yes", "no"),
        with_yes=protected("with a yes", "yes"),
        consultations=protected("consultations", ProtectedReferral.Kind.CONSULTATION),
        referrals=protected("referrals", *referrals),
        accepted=protected("accepted", f"referral {ProtectedReferral.Answered.ACCEPTED}"),
    )
