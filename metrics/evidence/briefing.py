"""What evidence says on the coordinator's first page: what an organisation agreed to publish."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from metrics.evidence.models import PublicEvidence
from partnership.isolation.acting import Acting
from partnership.pages.briefing import Line, Part, says
from partnership.pages.template_tags import day

MOST = 5


@says(order=45)
def evidence_to_publish(acting: Acting) -> list[Line]:
    """Evidence that waits for the coordination office, the longest first."""
    waiting = PublicEvidence.objects.filter(state=PublicEvidence.State.AGREED).select_related("programme", "partner")
    return [
        Line(
            Part.WAITING,
            _("Evidence of %(programme)s waits to be published") % {"programme": each.programme.local_name},
            reverse("evidence", args=[each.programme_id]),
            each.partner.name,
            day(each.agreed_at),
        )
        for each in waiting.order_by("id")[:MOST]
    ]
