"""What comparisons say on the coordinator's first page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from metrics.comparison.models import ComparisonResult
from metrics.recidivism.models import Offences
from metrics.runs.releases import latest_release
from partnership.isolation.acting import Acting
from partnership.pages.briefing import Line, Part, says

MONTHS = 12
Verdict = ComparisonResult.Verdict


@says(order=10)
def effects(acting: Acting) -> list[Line]:
    """In how many programmes re-arrest within a year was lower or higher than in a comparison group, of the newest release."""
    release = latest_release()
    if release is None:
        text = _("No release yet: outcomes are shown once the first one is made.")
    else:
        text = sentence(release.comparisons.filter(offences=Offences.ANY, window_months=MONTHS).order_by())
        text = f"{text} {_('Release %(quarter)s.') % {'quarter': release.quarter}}"
    return [Line(Part.FINDING, text, reverse("recidivism"), _("Does it work?"))]


def sentence(comparisons: Iterable[ComparisonResult]) -> str:
    """How many programmes each verdict has, all of their comparisons together: lower where one says lower and none higher."""
    verdicts: dict[int, set[str]] = {}
    for comparison in comparisons:
        verdicts.setdefault(comparison.programme_id, set()).add(comparison.verdict)
    counts = Counter(_together(own) for own in verdicts.values())
    words = {
        "lower": _("lower in %(n)s"),
        "higher": _("higher in %(n)s"),
        "both": _("lower than in one group and higher than in another in %(n)s"),
        "chance": _("no difference is shown in %(n)s"),
        "none": _("%(n)s cannot be compared"),
    }
    parts = [text % {"n": counts[name]} for name, text in words.items() if counts[name]]
    if not parts:
        return _("No programme is compared yet.")
    about = {"n": len(verdicts), "months": MONTHS, "verdicts": "; ".join(parts)}
    return _("Of %(n)s programmes, re-arrest within %(months)s months against comparison groups: %(verdicts)s.") % about


def _together(verdicts: set[str]) -> str:
    if {Verdict.LOWER, Verdict.HIGHER} <= verdicts:
        return "both"
    for verdict, name in ((Verdict.LOWER, "lower"), (Verdict.HIGHER, "higher"), (Verdict.CHANCE, "chance")):
        if verdict in verdicts:
            return name
    return "none"
