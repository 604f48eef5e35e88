"""What deliveries to handlers and webhooks say on the coordinator's first page."""

from __future__ import annotations

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext as _

from partnership.events.outbox import FAILED_KEY
from partnership.isolation.acting import Acting
from partnership.pages.briefing import Line, Part, says


@says(order=30)
def failed_deliveries(acting: Acting) -> list[Line]:
    """How many events failed for good, as the relay counted them last. An administrator alone may see and send them again."""
    failed = cache.get(FAILED_KEY)
    if not failed:
        return []
    address = reverse("failed_events") if acting.user.is_staff else ""
    text = _("Were not delivered: an administrator of the service can send them again")
    return [Line(Part.WAITING, text, address, _("Events"), str(failed), "bad")]
