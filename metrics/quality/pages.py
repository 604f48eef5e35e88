"""How good the data is that the figures rest on: police feeds, and linkage."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.figures.address import requested_run
from metrics.figures.registry import Figure, figure
from metrics.permissions import FIGURES
from metrics.quality.models import LinkQuality
from metrics.quality.words import PROBLEMS
from metrics.recidivism.models import Offences, RecidivismResult
from metrics.runs.models import Run
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page


@require_safe
@partner_page(FIGURES)
def data_quality(request: PartnerRequest) -> HttpResponse:
    """Every police feed with its problems, and how the acting partner's people (an overseer: everybody's) were linked."""
    run, release = requested_run(request), requested_run(request, of_release=True)
    feeds = (
        list(run.feeds.select_related("partner", "district").order_by("partner__name", "district__name")) if run else []
    )
    links: list[LinkQuality] = []
    if run:
        visible_links = run.links.select_related("partner").order_by("partner__name")
        if request.acting.role not in ("coordinator", "auditor"):
            visible_links = visible_links.filter(partner=request.acting.partner)
        links = list(visible_links)
    feed_rows = [(feed, [PROBLEMS[name] for name in feed.problems]) for feed in feeds]
    context = {
        "run": run,
        "feeds": feed_rows,
        "links": links,
        "release": release,
        "ranges": link_ranges(release).filter(window_months=12, offences=Offences.ANY) if release else [],
        "not_linked_yet": run.parameters.get("not_linked_yet", 0) if run else 0,
    }
    return render(request, "metrics/quality/data_quality.html", context)


def link_ranges(run: Run) -> QuerySet[RecidivismResult]:
    """Of all programmes, windows and kinds of offences, in the order of a table."""
    results = run.recidivismresults.filter(programme__isnull=False, rate_all__isnull=False).select_related("programme")
    return results.order_by("programme__name", "window_months", "offences")


@figure("link-ranges")
def link_ranges_figure(request: PartnerRequest) -> Figure:
    """A row a programme, window and kind of offences."""
    run = requested_run(request, of_release=True)
    heading = [_("Programme"), _("Months"), _("Offences"), _("Sure links"), _("Expected"), _("All links")]
    rows = [
        [r.programme.local_name if r.programme else "", r.window_months, r.get_offences_display(), *r.link_rates]
        for r in (link_ranges(run) if run else [])
    ]
    return Figure("link-ranges", heading, rows, run)


@figure("feeds")
def feeds_figure(request: PartnerRequest) -> Figure:
    """A row a feed."""
    run = requested_run(request)
    heading = [
        _("Police unit"),
        _("District"),
        _("Complete through"),
        _("Days late"),
        _("Months without arrests"),
        _("Sudden drops"),
        _("Offences without a full code"),
        _("Rows refused"),
        _("Problems"),
    ]
    feeds = run.feeds.select_related("partner", "district").order_by("partner__name", "district__name") if run else []
    rows = [
        [
            f.partner.name,
            f.district.local_name,
            f.complete_through and f.complete_through.isoformat(),
            f.days_late,
            ", ".join(month[:7] for month in f.missing_months),
            ", ".join(month[:7] for month in f.sudden_drops),
            f.uncoded_share,
            f.rows_refused,
            ", ".join(str(PROBLEMS[name]) for name in f.problems),
        ]
        for f in feeds
    ]
    return Figure("feeds", heading, rows, run)
