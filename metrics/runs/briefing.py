"""What runs say on the coordinator's first page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from metrics.runs.releases import unreleased_run
from partnership.isolation.acting import Acting
from partnership.pages.briefing import Line, Part, says


@says(order=10)
def unreleased_quarter(acting: Acting) -> list[Line]:
    """Outcomes of this quarter that are computed and not released."""
    run = unreleased_run()
    if run is None:
        return []
    text = _("Partners do not see its outcomes yet: look at them and release them")
    return [Line(Part.WAITING, text, reverse("run", args=[run.pk]), run.quarter, _("not released"), "wait")]
