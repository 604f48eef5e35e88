"""Actions on programmes."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.access import Acting
from partnership.errors import RuleError
from programs.models import Programme


class NotYours(RuleError):
    code = "not_yours"


@transaction.atomic
def set_capacity(
    *, by: Acting, programme: Programme, capacity: str, places_free: int | None = None, expected_on: date | None = None
) -> Programme:
    """Says whether the programme takes referrals now; what the referring partner sees at once."""
    if programme.partner_id != by.partner.pk:
        raise NotYours(_("Only its own partner sets a programme's capacity."))
    programme.capacity, programme.places_free, programme.expected_on = (
        Programme.Capacity(capacity),
        places_free,
        expected_on,
    )
    programme.capacity_changed_at = timezone.now()
    programme.save(update_fields=["capacity", "places_free", "expected_on", "capacity_changed_at"])
    return programme
