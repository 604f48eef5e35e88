"""How news call a referral: by its number and the other party, never by the person."""

from __future__ import annotations

from typing import Any

from partnership.isolation.acting import Acting
from partnership.pages.about import names
from referrals.handover.models import Referral


@names("referral")
def named_referrals(acting: Acting, numbers: set[int]) -> dict[int, str]:
    """The number of each, and the other party."""
    seen = Referral.objects.seen_by(acting).filter(pk__in=numbers).select_related("from_partner", "to_partner")
    return {referral.pk: f"{referral} · {other_party(referral, acting)}" for referral in seen}


def other_party(record: Any, acting: Acting) -> str:
    """The name of the partner at the other end."""
    other = record.to_partner if record.from_partner_id == acting.partner.pk else record.from_partner
    return str(other.name)
