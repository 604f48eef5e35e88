"""What diversions say on the coordinator's first page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from partnership.isolation.acting import Acting
from partnership.pages.about import names
from partnership.pages.briefing import Line, Part, says
from partnership.pages.lists import counted
from referrals.diversions.models import DiversionAgreement, with_status
from referrals.handover.naming import other_party


@says(order=50)
def overdue_diversions(acting: Acting) -> list[Line]:
    """How many are past their deadline."""
    overdue = counted(with_status(DiversionAgreement.objects.seen_by(acting), "overdue"))
    if overdue == "0":
        return []
    address = reverse("diversion_list") + "?status=overdue"
    return [Line(Part.WAITING, _("Past their deadline"), address, _("Diversions"), overdue, "bad")]


@names("diversion")
def named_diversions(acting: Acting, numbers: set[int]) -> dict[int, str]:
    """The number of each, and the other party: for whoever decides, the unit that diverted."""
    seen = (
        DiversionAgreement.objects.seen_by(acting).filter(pk__in=numbers).select_related("from_partner", "to_partner")
    )
    return {
        diversion.pk: f"{_('Diversion %(n)s') % {'n': diversion.pk}} · {other_party(diversion, acting)}"
        for diversion in seen
    }
