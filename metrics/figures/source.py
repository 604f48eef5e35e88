"""Where a picture's numbers come from, in one line, for a picture that leaves its page."""

from __future__ import annotations

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics.runs.models import Run


def source(run: Run) -> str:
    """The release, the last day of police data, the computation, and that the numbers are simulated."""
    parts = [
        _("Release %(release)s") % {"release": run.quarter} if run.released_at else "",
        _("Complete through %(day)s") % {"day": date_format(run.data_cut_off, "SHORT_DATE_FORMAT")}
        if run.data_cut_off
        else "",
        _("Computation %(number)s, definition %(definition)s") % {"number": run.pk, "definition": run.definition},
        _("Simulated data") if settings.DEMO else "",
    ]
    return " · ".join(filter(None, parts))
