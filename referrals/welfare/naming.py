"""How news call a welfare notice: by its number and the other party, never by the person."""

from __future__ import annotations

from partnership.isolation.acting import Acting
from partnership.pages.about import names
from referrals.handover.naming import other_party
from referrals.welfare.models import WelfareNotice


@names("welfare_notice")
def named(acting: Acting, numbers: set[int]) -> dict[int, str]:
    """The number of each, and the other party."""
    seen = WelfareNotice.objects.seen_by(acting).filter(pk__in=numbers).select_related("from_partner", "to_partner")
    return {record.pk: f"{record} · {other_party(record, acting)}" for record in seen}
