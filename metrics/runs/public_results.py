"""The partnership's results in public: what a coordinator published, suppressed as everywhere."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from metrics.runs.models import Run
from partnership.pages.public import in_language


@require_safe
@in_language
def public_results(request: HttpRequest) -> HttpResponse:
    """The newest published run: recidivism of the programmes together, five-year changes, answers in time."""
    run = Run.objects.filter(state=Run.State.DONE, published_at__isnull=False).order_by("-id").first()
    context: dict[str, object] = {"run": run, "exit": settings.QUICK_EXIT_URL}
    if run:
        totals = run.recidivismresults.filter(partner=None, programme=None, cohort=None, withheld="")
        context |= {
            "windows": totals.order_by("offences", "window_months"),
            "changes": run.changes.filter(kind="five_years", district__isnull=False, change__isnull=False)
            .select_related("district")
            .order_by("district__name", "group"),
            "answers": run.referral_results.filter(from_partner=None, to_partner=None).first(),
        }
    return render(request, "metrics/runs/public_results.html", context)
