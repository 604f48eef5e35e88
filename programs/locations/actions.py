"""What can be done with the places of programmes: saving, removing, saying that all of it is right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid
from partnership.members.models import Role
from programs.catalogue.actions import NotYours
from programs.catalogue.models import Programme
from programs.locations.models import Location, OpeningHours

Hours = Mapping[int, tuple[time, time]]
"""Day of the week, Monday being 1 → when the place opens and closes."""


@action("location.save", roles=(Role.CASE_MANAGER,), party=Party.OWNER, scope="programmes:write")
def save_location(*, by: Acting, location: Location, hours: Hours) -> Location:
    """Adds or changes a place of an own programme, with its opening hours. Raises ValidationError as the page would, and Invalid
    for hours that end before they begin."""
    if late := [day for day, (opens_at, closes_at) in hours.items() if opens_at >= closes_at]:
        name = OpeningHours.Weekday(late[0]).label
        raise Invalid("hours", _("%(day)s: it closes before it opens.") % {"day": name})
    location.full_clean(exclude=["partner", "programme"])
    location.save()
    OpeningHours.objects.filter(location=location).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(partner_id=location.partner_id, location=location, weekday=day, opens_at=first, closes_at=last)
        for day, (first, last) in sorted(hours.items())
    )
    _touch(location.programme_id)
    return location


@action("location.remove", roles=(Role.CASE_MANAGER,), party=Party.OWNER, scope="programmes:write")
def remove_location(*, by: Acting, location: Location) -> None:
    """Removes a place: the programme is not met there any more."""
    location.delete()
    _touch(location.programme_id)


@action("programme.check", roles=(Role.CASE_MANAGER,), scope="programmes:write")
def check_programme(*, by: Acting, programme: Programme) -> Programme:
    """Says that everything that is told of an own programme is right today. Raises NotYours, as the other changes of it do."""
    if programme.partner_id != by.partner.pk:
        raise NotYours(_("Only its own partner changes a programme."))
    programme.checked_on = timezone.localdate()
    programme.save(update_fields=["checked_on"])
    return programme


def _touch(programme_id: int) -> None:
    """Copies of the programme are told: its places are shown with it."""
    Programme.objects.filter(pk=programme_id).update(changed_at=timezone.now())
