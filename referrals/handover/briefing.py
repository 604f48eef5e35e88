"""What referrals say on the coordinator's first page, and their step of a new partner."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership.isolation.acting import Acting
from partnership.members import joining
from partnership.pages.briefing import Line, Part, says
from partnership.pages.lists import counted
from referrals.handover.models import Referral


@says(order=40)
def overdue_referrals(acting: Acting) -> list[Line]:
    """How many wait for an answer longer than promised."""
    overdue = counted(Referral.objects.seen_by(acting).overdue())
    if overdue == "0":
        return []
    address = reverse("referral_list") + "?state=overdue"
    return [Line(Part.WAITING, _("Wait longer than promised"), address, _("Referrals"), overdue, "bad")]


def _sent_or_received() -> Exists:
    of_partner = Q(from_partner=OuterRef("pk")) | Q(to_partner=OuterRef("pk"))
    return Exists(Referral.objects.filter(of_partner, sent_at__isnull=False))


joining.register(
    joining.Step("referral", 5, gettext_lazy("First referral sent or received"), _sent_or_received, by_member=True)
)
