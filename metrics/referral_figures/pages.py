"""Where referrals get stuck: the promises, the stages, why they were declined, and between whom."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from metrics.figures import charts
from metrics.figures.address import choice, requested_run
from metrics.figures.registry import Figure, figure
from metrics.permissions import FIGURES
from metrics.referral_figures import words
from metrics.referral_figures.compute import PROMISES
from metrics.referral_figures.reading import ORDER_LABELS, Reading, matrix, read
from metrics.runs.models import Run
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page
from partnership.pages.template_tags import day

COUNTS = {
    "waiting": gettext_lazy("Waiting for an answer"),
    "late": gettext_lazy("Open beyond the promise"),
    "waitlisted": gettext_lazy("On the waiting list"),
    "accepted": gettext_lazy("Accepted"),
    "declined": gettext_lazy("Declined"),
    "withdrawn": gettext_lazy("Withdrawn"),
}


def _reading(request: PartnerRequest) -> tuple[Run | None, Reading, str]:
    """The run, what of it is seen and was chosen, and in which order."""
    run = requested_run(request)
    return run, read(run, request.acting, request.GET.get("of", "all")), choice(request, "sort", ORDER_LABELS, "worst")


@require_safe
@partner_page(FIGURES)
def referral_figures(request: PartnerRequest) -> HttpResponse:
    """The promise kept least and the step that loses most, in words; then the stages, the reasons, the promises and the pairs."""
    run, reading, order = _reading(request)
    context: dict[str, Any] = {"run": run, "everything": reading.summary, "of": reading.of, "order": order}
    if reading.summary:
        steps, promises = words.funnel(reading.summary), reading.promises(order)
        context |= {
            "choices": reading.choices(),
            "orders": ORDER_LABELS.items(),
            "steps": steps,
            "headline": f"{words.worst_promise(promises, reading.summary)} {words.sticking_point(steps)}",
            "declined": words.declined(reading.summary),
            "reasons": words.decline_reasons(reading.summary),
            "promises": promises,
            "matrix": matrix(reading.pairs),
            "pairs": reading.by_pair(order),
            "counts": COUNTS.items(),
            "receivers": reading.receivers,
            "senders": reading.senders,
        }
    return render(request, "metrics/referral_figures/referral_figures.html", context)


@figure("referrals")
def referrals_figure(request: PartnerRequest) -> Figure:
    """A row a receiver, a sender and a pair, and all together, in the page's order; the chart: how many came how far."""
    run, reading, order = _reading(request)
    stages = [stage for stage in words.LABELS if stage != "sent"]
    heading = [
        _("From"),
        _("To"),
        *map(str, words.LABELS.values()),
        *map(str, COUNTS.values()),
        _("Promised to be acknowledged"),
        _("Acknowledged in time"),
        _("Promised to be answered"),
        _("Answered in time"),
        _("Share answered in time"),
        _("Days to acknowledge, median"),
        _("Days to answer, median"),
        _("Days to start, median"),
    ]
    promised = [name for stage in PROMISES.values() for name in stage]
    results = [reading.summary] if reading.summary else []
    results += [p.result for p in reading.promises(order) if p.result is not reading.summary]
    rest = [*reading.receivers, *reading.senders] if reading.of == "all" else []
    results += [r for r in (*rest, *reading.pairs) if r not in results]
    rows = [
        [
            r.from_partner.name if r.from_partner else _("All"),
            r.to_partner.name if r.to_partner else _("All"),
            r.sent,
            *(r.counts.get(name) for name in (*stages, *COUNTS, *promised)),
            r.on_time_rate,
            r.acknowledged_days,
            r.answered_days,
            r.started_days,
        ]
        for r in results
    ]
    steps = words.funnel(reading.summary) if reading.summary else []

    def draw(theme: str, narrow: bool) -> Any:
        heading = charts.Heading(words.sticking_point(steps), _source(run, reading) if run else "")
        return charts.funnel([(s.label, s.referrals) for s in steps], heading, theme=theme, narrow=narrow)

    return Figure("referrals", heading, rows, run, draw if steps else None)


def _source(run: Run, reading: Reading) -> str:
    """What a picture says of itself: whose referrals, of when, the computation, and that they are simulated."""
    parts = [
        dict(reading.choices())[reading.of],
        _("sent in the twelve months to %(day)s") % {"day": day(run.finished_at)},
        _("Computation %(number)s, definition %(definition)s") % {"number": run.pk, "definition": run.definition},
    ]
    if settings.DEMO:
        parts.append(_("Simulated data"))
    return " · ".join(parts)
