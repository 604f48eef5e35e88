"""How referrals were answered: in all, per receiver, per sender and per pair of partners."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from metrics.figures import charts
from metrics.figures.address import requested_run
from metrics.figures.registry import Figure, figure
from metrics.permissions import FIGURES
from metrics.referral_figures.models import ReferralResult
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page
from referrals.handover.transitions import reason_label

COUNTS = {
    "waiting": gettext_lazy("Waiting for an answer"),
    "late": gettext_lazy("Open beyond the promise"),
    "waitlisted": gettext_lazy("On the waiting list"),
    "accepted": gettext_lazy("Accepted"),
    "declined": gettext_lazy("Declined"),
    "withdrawn": gettext_lazy("Withdrawn"),
}


def _referral_results(request: PartnerRequest) -> dict[str, Any]:
    run = requested_run(request)
    results: list[ReferralResult] = []
    if run:
        visible = run.referral_results.select_related("from_partner", "to_partner")
        if request.acting.role != "coordinator":
            own = request.acting.partner
            visible = visible.filter(Q(from_partner=own) | Q(to_partner=own) | Q(is_protected=True))
        results = list(visible)
    together = {r.is_protected: r for r in results if r.from_partner is None and r.to_partner is None}
    # A coordinator sees every referral as its work, and their sum; everybody else the protected one.
    everything = together.get(False) or together.get(True)
    if everything:
        results = [r for r in results if r.from_partner or r.to_partner or r is everything]
    partner_names = lambda r: (r.to_partner.name if r.to_partner else "", r.from_partner.name if r.from_partner else "")  # noqa: E731
    return {
        "run": run,
        "everything": everything,
        "receivers": sorted((r for r in results if r.to_partner and not r.from_partner), key=partner_names),
        "senders": sorted((r for r in results if r.from_partner and not r.to_partner), key=partner_names),
        "pairs": sorted((r for r in results if r.from_partner and r.to_partner), key=partner_names),
        "results": results,
    }


@require_safe
@partner_page(FIGURES)
def referral_figures(request: PartnerRequest) -> HttpResponse:
    """Counts, times and answers in time of the last twelve months; why referrals were declined; a funnel."""
    context = _referral_results(request)
    everything = context["everything"]
    context["counts"] = COUNTS.items()
    context["reasons"] = decline_reasons(everything) if everything else []
    context["steps"] = funnel(everything) if everything else []
    return render(request, "metrics/referral_figures/referral_figures.html", context)


def decline_reasons(result: ReferralResult) -> list[tuple[str, int]]:
    """Why referrals were declined, most often first."""
    reason_counts = [
        (reason_label(name.partition(":")[2]), count)
        for name, count in result.counts.items()
        if name.startswith("declined:")
    ]
    return sorted(reason_counts, key=lambda row: -row[1])


def funnel(result: ReferralResult) -> list[tuple[str, int]]:
    """How many were sent, and came how far."""
    steps = {
        "acknowledged": _("Acknowledged"),
        "answered": _("Answered"),
        "accepted": _("Accepted"),
        "enrolled": _("Started"),
        "visited": _("Came at least once"),
        "completed": _("Completed"),
    }
    return [
        (_("Sent"), result.sent),
        *((label, result.counts[name]) for name, label in steps.items() if name in result.counts),
    ]


@figure("referrals")
def referrals_figure(request: PartnerRequest) -> Figure:
    """A row a sender, a receiver, a pair and all together; the chart: sent, answered, accepted."""
    context = _referral_results(request)
    heading = [
        _("From"),
        _("To"),
        _("Sent"),
        *map(str, COUNTS.values()),
        _("Days to acknowledge, median"),
        _("Days to answer, median"),
        _("Days to start, median"),
        _("Answered in the promised time"),
    ]
    rows = [
        [
            r.from_partner.name if r.from_partner else _("All"),
            r.to_partner.name if r.to_partner else _("All"),
            r.sent,
            *(r.counts.get(name) for name in COUNTS),
            r.acknowledged_days,
            r.answered_days,
            r.started_days,
            r.on_time_rate,
        ]
        for r in context["results"]
    ]
    steps = funnel(context["everything"]) if context["everything"] else []
    return Figure(
        "referrals",
        heading,
        rows,
        context["run"],
        (lambda theme, narrow: charts.funnel(steps, theme=theme, narrow=narrow)) if steps else None,
        title=_("Referrals of the last twelve months, and how far they came"),
    )
