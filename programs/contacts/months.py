"""What a partner's service points did, month by month: exact, since nobody but the partner sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from partnership.members.models import Partner
from programs.contacts.models import Contact, ServicePoint

SUMS = ("syringes_out", "syringes_in", "naloxone_out", "reversals")


@dataclass(frozen=True)
class PointMonth:
    """A month at a service point, or at all of them (`point` empty)."""

    month: date
    point: str
    contacts: int
    clients: int
    first: int
    syringes_out: int
    syringes_in: int
    is_estimated: bool
    naloxone_out: int
    reversals: int
    tests: int

    @property
    def share_back(self) -> float | None:
        """Syringes that came back of those handed out; None where none was."""
        return self.syringes_in / self.syringes_out if self.syringes_out else None


def months_of(partner: Partner, year: int) -> list[PointMonth]:
    """The months of a year with contacts, newest first, each with its points by name and then all together. Two queries.

    `clients`: different words; whoever gave none is in none, so there are at least as many people as that.
    """
    contacts = Contact.objects.filter(partner=partner, held_on__year=year).annotate(month=TruncMonth("held_on"))
    sums = {name: Sum(name) for name in SUMS} | {
        "contacts": Count("id"),
        "clients": Count("code_hash", distinct=True, filter=~Q(code_hash="")),
        "first": Count("id", filter=Q(is_first=True)),
        "estimated": Count("id", filter=Q(is_estimated=True)),
        "tests": Count("id", filter=~Q(tests=[])),
    }
    by_point = contacts.values("month", "point__name").annotate(**sums).order_by("-month", "point__name")
    together = {row["month"]: row for row in contacts.values("month").annotate(**sums).order_by("-month")}
    months: list[PointMonth] = []
    rows = list(by_point)
    for month, all_of_month in together.items():
        points = [row for row in rows if row["month"] == month]
        months += [_point_month(row, row["point__name"]) for row in points]
        if len(points) > 1:
            months.append(_point_month(all_of_month, ""))
    return months


def _point_month(row: Mapping[str, Any], point: str) -> PointMonth:
    numbers = {name: int(row[name] or 0) for name in (*SUMS, "contacts", "clients", "first", "tests")}
    return PointMonth(month=row["month"], point=point, is_estimated=bool(row["estimated"]), **numbers)


def years_of(partner: Partner) -> list[int]:
    """Years in which contacts were counted, the newest first."""
    days = Contact.objects.filter(partner=partner).order_by().values_list("held_on__year", flat=True).distinct()
    return sorted(days, reverse=True)


def sums_of(contacts: QuerySet[Contact]) -> dict[str, int]:
    """A shift sheet's last line: how many contacts, and the sum of what was counted."""
    sums = contacts.order_by().aggregate(contacts=Count("id"), **{name: Sum(name) for name in SUMS})
    return {name: value or 0 for name, value in sums.items()}


def table(months: list[PointMonth]) -> list[list[Any]]:
    """As it is downloaded: a heading, and a row a month and point."""
    heading = [
        _("Month"), _("Service point"), _("Contacts"), _("Different clients, at least"), _("First time"), _("Syringes out"), _("Syringes back"),
        _("Back is an estimate"), _("Naloxone kits"), _("Overdoses reversed, as told"), _("Contacts with a test"),
    ]  # fmt: skip
    rows = [
        [
            f"{one.month:%Y-%m}", one.point or _("All points"), one.contacts, one.clients, one.first, one.syringes_out, one.syringes_in,
            _("yes") if one.is_estimated else _("no"), one.naloxone_out, one.reversals, one.tests,
        ]
        for one in months
    ]  # fmt: skip
    return [heading, *rows]


def open_points(partner: Partner) -> list[ServicePoint]:
    """Those that are open, by name."""
    return list(ServicePoint.objects.filter(partner=partner, closed_on=None).select_related("district"))
