"""What data quality says on the coordinator's first page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metrics.runs.actions import latest_run
from partnership.isolation.acting import Acting
from partnership.pages.briefing import Line, Part, says

MOST = 5


@says(order=20)
def late_feeds(acting: Acting) -> list[Line]:
    """The police feeds that were late at the newest run, the latest first."""
    run = latest_run()
    if run is None:
        return []
    late = run.feeds.filter(problems__contains=["late"]).select_related("partner", "district").order_by("-days_late")
    return [
        Line(
            Part.WAITING,
            _("The feed of %(partner)s is late") % {"partner": feed.partner.name},
            reverse("data_quality"),
            feed.district.local_name,
            ngettext("%(n)d day", "%(n)d days", feed.days_late or 0) % {"n": feed.days_late or 0},
            "bad",
        )
        for feed in late[:MOST]
    ]
