"""What referrals say on the coordinator's first page: where they get stuck, and the promises kept least."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from metrics.referral_figures import words
from metrics.referral_figures.models import ReferralResult
from metrics.referral_figures.reading import ORDERS
from metrics.runs.actions import latest_run
from partnership.isolation.acting import Acting
from partnership.pages.briefing import Line, Part, says
from partnership.pages.number_format import percent

MOST = 6


@says(order=30)
def referrals(acting: Acting) -> list[Line]:
    """The step that loses most and why most were declined; then each receiver's promise, the one kept least first."""
    run = latest_run()
    results = (
        run.referral_results.filter(from_partner=None, is_protected=False) if run else ReferralResult.objects.none()
    )
    by_receiver = {result.to_partner: result for result in results.select_related("to_partner")}
    total = by_receiver.pop(None, None)
    if total is None:
        return []
    address, question = reverse("referral_figures"), _("Where do referrals get stuck?")
    text = f"{words.sticking_point(words.funnel(total))} {words.declined(total)}"
    promises = sorted(map(words.Promise, by_receiver.values()), key=ORDERS["worst"])
    return [
        Line(Part.FINDING, text, address, question),
        *(_promise(promise, address) for promise in promises[:MOST] if promise.finding),
    ]


def _promise(promise: words.Promise, address: str) -> Line:
    kept = getattr(promise, promise.worst)
    text = (
        _("answered in time: %(kept)s of %(of)s")
        if promise.worst == "answered"
        else _("acknowledged in time: %(kept)s of %(of)s")
    )
    return Line(
        Part.PROMISE,
        text % {"kept": kept.in_time, "of": kept.of},
        f"{address}?of={promise.receiver}",
        str(promise.result.to_partner),
        percent(kept.share, 0),
        kept.look,
    )
