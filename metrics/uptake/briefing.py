"""What uptake says on the coordinator's first page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from metrics.uptake import words
from metrics.uptake.models import UptakeResult
from partnership.isolation.acting import Acting
from partnership.pages.briefing import Line, Part, says


@says(order=25)
def uptake(acting: Acting) -> list[Line]:
    """The share diverted in the newest release, and where most are lost. One query."""
    of_releases = UptakeResult.objects.filter(run__released_at__isnull=False, partner=None, by=UptakeResult.By.ALL)
    result = of_releases.order_by("-run").first()
    if result is None:
        return []
    text = f"{words.share(result)} {words.sticking_point(words.funnel(result))}"
    return [Line(Part.FINDING, text, reverse("uptake"), _("Who is diverted, and who is left out?"))]
