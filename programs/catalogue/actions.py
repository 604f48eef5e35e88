"""Actions on programmes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, District, Role
from partnership.practices import actions as practices
from programs.catalogue.models import Programme


class NotYours(RuleError):
    """The programme is another partner's. Ask that partner to change it."""

    code = "not_yours"


@action("programme.save", roles=(Role.CASE_MANAGER,), scope="programmes:write")
def save_programme(*, by: Acting, programme: Programme, districts: Iterable[str], **fields: Any) -> Programme:
    """Adds or changes a programme of the acting partner; `districts` by code. Raises ValidationError as the page would."""
    if programme.partner_id != by.partner.pk:
        raise NotYours(_("Only its own partner changes a programme."))
    for name, value in fields.items():
        setattr(programme, name, value)
    programme.full_clean()
    covered = {district.code: district for district in District.objects.filter(code__in=set(districts))}
    if unknown := [code for code in districts if code not in covered]:
        raise Invalid("districts", _("No district has the code %(code)s.") % {"code": unknown[0]})
    programme.save()
    programme.districts.set(covered.values())
    practices.begin(by=by, practices=programme.parts)
    return programme


@action("programme.set_capacity", roles=CASEWORK_ROLES, scope="programmes:write")
def set_capacity(
    *, by: Acting, programme: Programme, capacity: str, places: int | None = None, expected_on: date | None = None
) -> Programme:
    """Says whether the programme takes referrals now, and how many places it has; what the referring partner sees at once. Who
    takes part is counted off by itself. Where a programme has beds, they are its places, and `places` changes nothing.

    Raises ValidationError for a waiting list without the day on which a place is expected.
    """
    if programme.partner_id != by.partner.pk:
        raise NotYours(_("Only its own partner sets a programme's capacity."))
    programme.capacity, programme.expected_on = Programme.Capacity(capacity), expected_on
    if programme.beds is None:
        programme.places = places
    programme.clean()
    programme.capacity_changed_at = timezone.now()
    programme.save(update_fields=["capacity", "places", "expected_on", "capacity_changed_at"])
    return programme
