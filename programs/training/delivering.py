"""Who may lead what: the qualifications that an activity needs, against the certificates that hold."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from partnership.isolation.acting import Acting
from partnership.members.models import Membership
from programs.training.models import Activity, Certificate, Qualification, Requirement


def missing_for(user: int | None, partner: int, activity: str, on: date | None = None) -> list[str]:
    """What a user lacks on a day to lead an activity for a partner, both by number: names of qualifications; none: they may. Where
    nobody is named, or who is named has left the partner, all is lacking."""
    members = Membership.objects.in_use().filter(partner=partner, user=user).values("user")
    held = Certificate.objects.valid(on).filter(partner=partner, user__in=members).values("qualification")
    required = Qualification.objects.filter(requirements__activity=activity)
    return [qualification.name for qualification in required.exclude(pk__in=held)]


class Cell(NamedTuple):
    """A member's latest certificate of a qualification: none where `until` is None."""

    qualification: Qualification
    until: date | None
    is_valid: bool


class Row(NamedTuple):
    """A member, what they hold, and the activities that they may lead."""

    member: Membership
    cells: list[Cell]
    may: list[str]


def matrix_of(acting: Acting) -> tuple[list[Qualification], list[Row]]:
    """The acting partner's active members by name, each with each qualification of the partnership. Four queries."""
    qualifications = list(Qualification.objects.all())
    required: dict[str, set[int]] = defaultdict(set)
    for activity, number in Requirement.objects.values_list("activity", "qualification"):
        required[activity].add(number)
    latest: dict[tuple[int, int], Certificate] = {}
    for certificate in Certificate.objects.filter(partner=acting.partner, revoked_on=None).order_by("expires_on"):
        latest[certificate.user_id, certificate.qualification_id] = certificate
    members = Membership.objects.in_use().filter(partner=acting.partner, api_client=None).select_related("user")
    rows = []
    for member in members.order_by("user__full_name", "pk"):
        cells = []
        for qualification in qualifications:
            held = latest.get((member.user_id, qualification.pk))
            cells.append(Cell(qualification, held.expires_on if held else None, bool(held and held.is_valid)))
        holds = {cell.qualification.pk for cell in cells if cell.is_valid}
        may = [str(Activity(activity).label) for activity in sorted(required) if required[activity] <= holds]
        rows.append(Row(member, cells, may))
    return qualifications, rows
