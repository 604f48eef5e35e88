"""What diversions say on the coordinator's first page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from partnership.isolation.acting import Acting
from partnership.pages.briefing import Line, Part, says
from partnership.pages.lists import up_to_100
from referrals.diversions.models import DiversionAgreement, with_status


@says(order=50)
def overdue_diversions(acting: Acting) -> list[Line]:
    """How many are past their deadline."""
    overdue = up_to_100(with_status(DiversionAgreement.objects.seen_by(acting), "overdue"))
    if not overdue:
        return []
    address = reverse("diversion_list") + "?status=overdue"
    count = f"{overdue}+" if overdue == 100 else str(overdue)
    return [Line(Part.WAITING, _("Past their deadline"), address, _("Diversions"), count, "bad")]
