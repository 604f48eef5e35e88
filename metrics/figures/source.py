"""Where a picture's numbers come from, in one line, for a picture that leaves its page."""

from __future__ import annotations

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics.quality.rests_on import RestsOn
from metrics.runs.models import Run


def source(run: Run, rests_on: RestsOn | None = None) -> str:
    """The release, the last day of the police data behind it, the computation, and that the numbers are simulated."""
    parts = [
        _("Release %(release)s") % {"release": run.quarter} if run.released_at else "",
        _("Complete through %(day)s") % {"day": date_format(rests_on.complete_through, "SHORT_DATE_FORMAT")}
        if rests_on and rests_on.complete_through
        else "",
        _("Computation %(number)s, definition %(definition)s") % {"number": run.pk, "definition": run.definition},
        _("Simulated data") if settings.DEMO else "",
    ]
    return " · ".join(filter(None, parts))
