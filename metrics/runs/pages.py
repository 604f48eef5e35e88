"""Computations: their list, one with its progress and what changed since the one before, asking for one, releasing one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from metrics.permissions import FIGURES, visible_results
from metrics.recidivism.models import RecidivismResult
from metrics.runs import actions as runs
from metrics.runs.models import Run
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.guard import partner_page
from partnership.pages.paging import page_by_key

STEP_LABELS = {
    "links": gettext_lazy("Waiting for the linker"),
    "follow_up": gettext_lazy("Following people up"),
    "fixed_windows": gettext_lazy("Fixed windows"),
    "survival": gettext_lazy("Survival curves"),
    "care": gettext_lazy("Frequency and completion"),
    "scores": gettext_lazy("Scores"),
    "comparisons": gettext_lazy("Comparison groups"),
    "trends": gettext_lazy("Arrest trends"),
    "interventions": gettext_lazy("Interventions"),
    "referrals": gettext_lazy("Referrals"),
    "anchor": gettext_lazy("Anchor teams"),
    "uptake": gettext_lazy("Who is diverted"),
    "gaps": gettext_lazy("Where places are missing"),
    "releases": gettext_lazy("First days after a release"),
    "placements": gettext_lazy("Placements with employers"),
    "quality": gettext_lazy("Data quality"),
    "writing": gettext_lazy("Writing the results"),
}


@require_safe
@partner_page(FIGURES)
def run_list(request: PartnerRequest) -> HttpResponse:
    """All computations, the newest first."""
    page = page_by_key(Run.objects.all(), ["-id"], request.GET.get("after", ""))
    return render(request, "metrics/runs/run_list.html", {"page": page})


@require_safe
@partner_page(FIGURES)
def run_page(request: PartnerRequest, pk: int) -> HttpResponse:
    """How a run's figures were computed: definition, cut-off, what went in and came out, progress, what changed."""
    run = get_object_or_404(Run.objects.select_related("released_by", "published_by", "again"), pk=pk)
    earlier = run.again or Run.objects.filter(released_at__isnull=False, pk__lt=run.pk).order_by("-id").first()
    context = {
        "run": run,
        "as_of": date.fromisoformat(run.parameters["as_of"]) if run.parameters.get("as_of") else None,
        "seconds": round((run.finished_at - run.started_at).total_seconds())
        if run.finished_at and run.started_at
        else None,
        "earlier": earlier,
        "changes": changes(request, earlier, run) if earlier and run.state == Run.State.DONE else [],
        "is_running": run.state in (Run.State.REQUESTED, Run.State.RUNNING),
        "percent": 100 * run.steps_done // len(runs.STEPS),
        "step": STEP_LABELS.get(run.step, ""),
        "superseded_by": Run.objects.filter(state=Run.State.DONE, pk__gt=run.pk, again=None).order_by("-id").first(),
    }
    template = "metrics/runs/_progress.html" if "HX-Request" in request.headers else "metrics/runs/run.html"
    return render(request, template, context)


def changes(request: PartnerRequest, before: Run, after: Run) -> list[dict[str, Any]]:
    """What became of each programme's figure (any offence, twelve months) between two runs, where it is not the same."""

    def results_by_owner(run: Run) -> dict[Any, RecidivismResult]:
        results = run.recidivismresults.filter(
            visible_results(request.acting), window_months=12, offences="any", cohort=None
        )
        return {(r.partner_id, r.programme_id): r for r in results.select_related("programme", "partner")}

    old, new = results_by_owner(before), results_by_owner(after)
    differences = []
    for owner in [*new, *(owner for owner in old if owner not in new)]:
        was, is_now = old.get(owner), new.get(owner)
        if [getattr(was, name, None) for name in ("eligible", "rearrested")] != [
            getattr(is_now, name, None) for name in ("eligible", "rearrested")
        ]:
            differences.append({"whose": owner_name(is_now or was), "was": was, "now": is_now})
    return differences


def owner_name(result: RecidivismResult | None) -> str:
    """The name of the programme, of the partner where it is of all its programmes, or that it is the partnership's."""
    owner = result and (result.programme or result.partner)
    return owner.name if owner else _("Partnership")


@require_POST
@partner_page(runs.ask_for_run)
def recompute(request: PartnerRequest) -> HttpResponse:
    """Asks for a computation, and shows the one that waits for it."""
    run = runs.ask_for_run(by=request.acting)
    messages.success(request, _("A new computation is asked for."))
    return redirect("run", run.pk)


@require_POST
@partner_page(runs.repeat)
def run_again(request: PartnerRequest, pk: int) -> HttpResponse:
    """Asks for the same computation up to the same day, to see what comes out differently."""
    try:
        repeated = runs.repeat(by=request.acting, run=get_object_or_404(Run, pk=pk))
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("run", pk)
    transaction.on_commit(runs.start)
    messages.success(
        request, _("The same computation is asked for again; this page will show what came out differently.")
    )
    return redirect("run", repeated.pk)


@require_POST
@partner_page(runs.release)
def run_release(request: PartnerRequest, pk: int) -> HttpResponse:
    """Makes a finished computation the release of its quarter."""
    try:
        runs.release(by=request.acting, run=get_object_or_404(Run, pk=pk))
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Released: every partner sees these outcomes until the next release."))
    return redirect("run", pk)
