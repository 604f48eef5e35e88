"""How news call a call-in: by its number and the other party."""

from __future__ import annotations

from partnership.isolation.acting import Acting
from partnership.pages.about import names
from referrals.callins.models import CallIn
from referrals.handover.naming import other_party


@names("call_in")
def named_call_ins(acting: Acting, numbers: set[int]) -> dict[int, str]:
    """The number of each, and the other party."""
    seen = CallIn.objects.seen_by(acting).filter(pk__in=numbers).select_related("from_partner", "to_partner")
    return {call_in.pk: f"{call_in} · {other_party(call_in, acting)}" for call_in in seen}
