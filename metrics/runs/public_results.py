"""The partnership's results in public: the release that a coordinator published, or that one was withdrawn."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from metrics.runs import actions as runs
from metrics.runs.models import Run
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page
from partnership.pages.public import in_language


@require_safe
@in_language
def public_results(request: HttpRequest) -> HttpResponse:
    """The newest published release: recidivism of the programmes together, five-year changes, answers in time."""
    run = Run.objects.filter(published_at__isnull=False).order_by("-id").first()
    return render(request, "metrics/runs/public_results.html", _context(run))


@require_safe
@partner_page(runs.publish)
def run_public(request: PartnerRequest, pk: int) -> HttpResponse:
    """The same page as it would be with this release, for who publishes it."""
    run = get_object_or_404(Run, pk=pk, released_at__isnull=False)
    return render(request, "metrics/runs/public_results.html", _context(run) | {"is_preview": True})


def _context(run: Run | None) -> dict[str, Any]:
    context: dict[str, Any] = {"run": run, "exit": settings.QUICK_EXIT_URL}
    if run and not run.withdrawn_at:
        totals = run.recidivismresults.filter(partner=None, programme=None, cohort=None, withheld="")
        windows: dict[int, dict[str, Any]] = {}
        for result in totals.order_by("window_months", "offences"):
            windows.setdefault(result.window_months, {})[result.offences] = result
        context |= {
            "windows": windows.items(),
            "changes": run.changes.filter(kind="five_years", district__isnull=False, change__isnull=False)
            .select_related("district")
            .order_by("district__name", "group"),
            "answers": run.referral_results.filter(is_protected=True).first(),
        }
    return context
