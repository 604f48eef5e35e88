"""Computes all figures into result tables. Runs in the worker role, which joins by pseudonym and reads no name."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from django.db import IntegrityError, connection, transaction
from django.db.models import Min
from django.utils import timezone

from cases.models import Arrest, Enrolment, Feed
from metrics.models import ArrestTrendResult, RecidivismResult, Run
from metrics.statistics import disclosure
from metrics.statistics.proportions import wilson
from partnership.jobs import alone, ask_for

SQL = Path(__file__).resolve().parent / "sql"
DEFINITION = "2026-11"
"""Version of the definitions in docs/metrics.md: it changes when a figure would."""
WINDOWS = (6, 12, 24, 36)
TREND_MONTHS = 60
LOCK = (7002, 1)
"""The advisory lock of whoever computes."""
KEEP_RUNS = timedelta(days=90)


def request_run(reason: str) -> None:
    """Asks for a computation. Requests pile up into one until it starts."""
    try:
        with transaction.atomic():
            Run.objects.create(reason=reason, definition=DEFINITION)
    except IntegrityError:
        return


def start() -> None:
    """Asks a worker to carry out the requested run now; else the scheduler finds it within a minute."""
    ask_for("metrics.tasks.compute_if_requested")


def latest_run() -> Run | None:
    """The newest finished run: what pages show."""
    return Run.objects.filter(state=Run.State.DONE).order_by("-id").first()


def compute() -> Run | None:
    """Carries out the requested run, if there is one; None when there is none, or another worker computes.

    A run that is still marked as running while nobody computes died with its worker: it counts as failed, and its figures
    are computed anew.
    """
    with alone(LOCK) as is_alone:
        if not is_alone:
            return None
        died = Run.objects.filter(state=Run.State.RUNNING)
        if died.update(state=Run.State.FAILED, error="Its worker died.", finished_at=timezone.now()):
            request_run("after a failure")
        run = Run.objects.filter(state=Run.State.REQUESTED).first()
        if run is None:
            return None
        run.state, run.started_at = Run.State.RUNNING, timezone.now()
        run.save()
        return _carry_out(run)


def _carry_out(run: Run) -> Run:
    try:
        with transaction.atomic():
            run.data_cut_off = Feed.objects.aggregate(earliest=Min("complete_through"))["earliest"]
            run.enrolments_in = Enrolment.objects.count()
            run.arrests_in = Arrest.objects.count()
            results = recidivism(run)
            trends = arrest_trends(run)
            RecidivismResult.objects.bulk_create(results, batch_size=1000)
            ArrestTrendResult.objects.bulk_create(trends, batch_size=1000)
            run.results_out = len(results) + len(trends)
            run.state, run.finished_at = Run.State.DONE, timezone.now()
            run.save()
            Run.objects.filter(requested_at__lt=timezone.now() - KEEP_RUNS).delete()
    except Exception as error:
        Run.objects.filter(pk=run.pk).update(
            state=Run.State.FAILED, error=repr(error)[:2000], finished_at=timezone.now()
        )
        raise
    return run


# --- Recidivism ----------------------------------------------------------------------------------------------------------

Counts = dict[tuple[str, int], tuple[int, int]]  # (offences, window) → (eligible, rearrested)


def recidivism(run: Run) -> list[RecidivismResult]:
    """Fixed-window results per programme, and per partner with several programmes; small counts withheld."""
    by_programme: dict[tuple[int, int], Counts] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute((SQL / "fixed_windows.sql").read_text(), {"windows": list(WINDOWS)})
        for programme, partner, offences, window, eligible, rearrested in cursor.fetchall():
            by_programme[(partner, programme)][(offences, window)] = (eligible, rearrested)
    results: list[RecidivismResult] = []
    by_partner: dict[int, list[tuple[Counts, list[RecidivismResult]]]] = defaultdict(list)
    for (partner, programme), counts in by_programme.items():
        published = _publish(run, partner, programme, counts)
        results += published
        by_partner[partner].append((counts, published))
    for partner, parts in by_partner.items():
        if len(parts) > 1:
            results += _publish_total(run, partner, parts)
    return results


def _publish(run: Run, partner: int, programme: int | None, counts: Counts) -> list[RecidivismResult]:
    results = []
    for window in WINDOWS:
        eligible, any_count = counts[("any", window)]
        _same, drug_count = counts[("drug", window)]
        why_any = why_withheld(eligible, any_count)
        why_drug = why_withheld(eligible, drug_count)
        # People rearrested, but never for a drug offence, follow from the two.
        if not why_any and not why_drug and disclosure.is_small(any_count - drug_count):
            why_drug = RecidivismResult.Withheld.SMALL_DIFFERENCE
        for offences, count, why in (("any", any_count, why_any), ("drug", drug_count, why_drug)):
            results.append(_result(run, partner, programme, offences, window, eligible, count, why))
    return results


def why_withheld(eligible: int, rearrested: int) -> str:
    """The reason for withholding a rate; empty when it is published. Few who were not rearrested are as easy to
    recognise as few who were."""
    if eligible == 0:
        return RecidivismResult.Withheld.NOBODY
    if eligible < disclosure.FEW_PEOPLE:
        return RecidivismResult.Withheld.FEW_PEOPLE
    if disclosure.protect_subset(rearrested, eligible) is None:
        return RecidivismResult.Withheld.SMALL_COUNT
    return RecidivismResult.Withheld.NOTHING


def _result(
    run: Run, partner: int, programme: int | None, offences: str, window: int, eligible: int, rearrested: int, why: str
) -> RecidivismResult:
    result = RecidivismResult(
        run=run,
        partner_id=partner,
        programme_id=programme,
        offences=offences,
        window_months=window,
        eligible=None if disclosure.is_small(eligible) else eligible,
        withheld=why,
    )
    if not why:
        result.rearrested = rearrested
        result.rate, result.rate_lower, result.rate_upper = wilson(rearrested, eligible)
    return result


def _publish_total(
    run: Run, partner: int, parts: list[tuple[Counts, list[RecidivismResult]]]
) -> list[RecidivismResult]:
    """The partner's programmes together. Withheld as soon as one part is: from a total and all but one part, the last
    part follows."""
    total: Counts = {key: (sum(c[key][0] for c, _ in parts), sum(c[key][1] for c, _ in parts)) for key in parts[0][0]}
    results = _publish(run, partner, None, total)
    secret = {
        RecidivismResult.Withheld.SMALL_COUNT,
        RecidivismResult.Withheld.FEW_PEOPLE,
        RecidivismResult.Withheld.SMALL_DIFFERENCE,
    }
    for result in results:
        same = [
            part
            for _counts, published in parts
            for part in published
            if part.offences == result.offences and part.window_months == result.window_months
        ]
        if any(part.withheld in secret for part in same) and not result.withheld:
            result.withheld = RecidivismResult.Withheld.PART
            result.rearrested = result.rate = result.rate_lower = result.rate_upper = None
        if any(part.eligible is None for part in same):
            result.eligible = None
    return results


# --- Arrest trends -------------------------------------------------------------------------------------------------------


def arrest_trends(run: Run) -> list[ArrestTrendResult]:
    """Monthly arrests per district and group of offence, small counts withheld, with rates per 100,000 residents."""
    since = _months_back(timezone.localdate(), TREND_MONTHS)
    results = []
    with connection.cursor() as cursor:
        cursor.execute((SQL / "arrest_trends.sql").read_text(), {"since": since})
        rows = cursor.fetchall()
    group = ArrestTrendResult.Group
    for district, month, personal, supply, other, juvenile_drug, residents in rows:
        parts, total = disclosure.protect_parts({group.PERSONAL: personal, group.SUPPLY: supply, group.OTHER: other})
        published: dict[str, int | None] = {
            **parts,
            group.ALL: total,
            group.JUVENILE_DRUG: disclosure.protect_subset(juvenile_drug, personal + supply),
        }
        for name, count in published.items():
            rate = None if count is None or not residents else 100_000 * count / residents
            results.append(
                ArrestTrendResult(
                    run=run, district_id=district, month=month, group=name, arrests=count, rate_per_100k=rate
                )
            )
    return results


def _months_back(day: date, months: int) -> date:
    """First day of the month so many months before the day's own."""
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
