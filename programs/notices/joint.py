"""Where two partners see the same: one joint warning says more than two notices."""

from __future__ import annotations

from datetime import timedelta

from partnership.isolation.acting import Acting
from programs.notices.models import Notice

NEAR = timedelta(days=14)
MOST = 5


def seen_by_others(acting: Acting, notice: Notice) -> list[Notice]:
    """Valid notices of other partners that share a substance and a district with this one, seen within 14 days of it. Only those
    that the acting partner may read."""
    near = Notice.objects.seen_by(acting).in_force().exclude(partner=notice.partner_id)
    near = near.filter(seen_from__lte=notice.seen_to + NEAR, seen_to__gte=notice.seen_from - NEAR)
    same = near.filter(substances__overlap=notice.substances, districts__in=notice.districts.all()).distinct()
    return list(same.select_related("partner").order_by("-seen_to", "-id")[:MOST])
