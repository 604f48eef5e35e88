"""How many cohorts have figures: what is computed in a release, so that subtracting cohorts from each other tells little.

Whoever may ask for any number of cohorts finds two that differ by one person, and learns from many such pairs what noise hides in
one (docs/metrics.md, "Protected counts"). So in a release a programme's people are in at most `MOST_COHORTS` cohorts; beyond them
the auditor decides, one by one.
"""

from __future__ import annotations

import logging
from datetime import date

from django.db import connection
from django.db.models import Count, Max

from cases.arrests.models import Feed
from metrics.cohorts.models import Cohort, CohortUse, WaitsFor
from metrics.cohorts.selection import ENOUGH_FOR_TWO, MOST_DIMENSIONS, Selection
from metrics.recidivism.fixed_windows import WINDOWS
from metrics.recidivism.members import cohort_rows
from metrics.runs.models import Run
from programs.catalogue.models import Programme

log = logging.getLogger(__name__)
MOST_COHORTS = 6
"""Three pairs, each of which one person could tell apart: simulated in bench/protection.py."""


def computed_cohorts(run: Run) -> list[Cohort]:
    """The cohorts that the run computes; notes on the others what they wait for, and each selection that is new in the release."""
    computed = []
    for cohort in Cohort.objects.filter(archived_at=None).order_by("id"):
        try:
            waits_for = _what_it_waits_for(cohort, run.quarter)
        except TypeError:
            log.warning("Cohort %s selects nobody that there could be: it is left out.", cohort.pk)
            continue
        if waits_for != cohort.waits_for:
            Cohort.objects.filter(pk=cohort.pk).update(waits_for=waits_for)
        if not waits_for:
            computed.append(cohort)
    return computed


def _what_it_waits_for(cohort: Cohort, quarter: str) -> str:
    selection = Selection.from_json(cohort.selection)
    if len(selection.dimensions) > MOST_DIMENSIONS:
        return WaitsFor.PEOPLE
    if len(selection.dimensions) == MOST_DIMENSIONS and _people(selection.without_dimensions()) < ENOUGH_FOR_TWO:
        return WaitsFor.PEOPLE
    if (
        not selection.dimensions
        and not selection.first_year
        and not selection.last_year
        and len(selection.programmes) == 1
    ):
        return ""  # the programme itself
    if selection.first_year and not _can_be_followed_from(date(selection.first_year, 1, 1)):
        return WaitsFor.TIME
    programmes = _programmes(selection)
    used = CohortUse.objects.filter(quarter=quarter, programme__in=programmes)
    has_figures = set(used.filter(digest=cohort.digest).values_list("programme", flat=True))
    if has_figures != set(programmes):
        full = used.values("programme").annotate(n=Count("id")).filter(n__gte=MOST_COHORTS)
        is_allowed = cohort.permits.filter(digest=cohort.digest).exists()
        if not is_allowed and full.exclude(programme__in=has_figures).exists():
            return WaitsFor.AUDITOR
        CohortUse.objects.bulk_create(
            [
                CohortUse(quarter=quarter, programme_id=one, digest=cohort.digest)
                for one in programmes
                if one not in has_figures
            ]
        )
    return ""


def _can_be_followed_from(first_day: date) -> bool:
    """Whether the shortest window of somebody who starts on that day lies before the end of a feed."""
    latest_feed = Feed.objects.aggregate(day=Max("complete_through"))["day"]
    return latest_feed is not None and latest_feed >= first_day.replace(month=first_day.month + WINDOWS[0])


def _programmes(selection: Selection) -> list[int]:
    """The programmes whose participants the selection may hold."""
    programmes = Programme.objects.order_by("id")
    for field, values in (("pk", selection.programmes), ("partner", selection.partners), ("kind", selection.kinds)):
        if values:
            programmes = programmes.filter(**{f"{field}__in": values})
    return list(programmes.values_list("pk", flat=True))


def _people(selection: Selection) -> int:
    sql, parameters = cohort_rows(selection)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) AS people", parameters)  # noqa: S608 — from our own columns
        return int(cursor.fetchone()[0])
