"""Runs: asking for one, carrying it out in the worker role, publishing it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Min, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.arrests.models import Arrest, Feed
from cases.enrolments.models import Enrolment
from metrics.anchor_figures import compute as anchor_compute
from metrics.cohorts import budget as cohort_budget
from metrics.custody_figures import compute as custody_compute
from metrics.follow_up import upkeep as follow_up_upkeep
from metrics.gaps import compute as gaps_compute
from metrics.linkage import actions as linkage
from metrics.placement_figures import compute as placement_compute
from metrics.protection.counts import Draws, key_name
from metrics.quality import compute as quality_compute
from metrics.quality import linkage as quality_linkage
from metrics.quality import rests_on
from metrics.quality.rests_on import Feeds
from metrics.recidivism import care, doubts, fixed_windows, members, survival
from metrics.referral_figures import compute as referral_figures_compute
from metrics.runs.models import Run
from metrics.runs.releases import (
    earlier_of_half_year,
    keep_small,
    quarter_of,
    release_before,
    say_what_they_rest_on,
)
from metrics.score_changes import compute as score_changes_compute
from metrics.trends import compute as trends_compute
from metrics.trends import effects
from metrics.uptake import compute as uptake_compute
from partnership.actions import action
from partnership.events.job_queue import alone, ask_for
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import District, Role

DEFINITION = "2026-12c"
"""Version of the definitions in docs/metrics.md: it changes when a figure would."""
LOCK = (7002, 1)
"""The advisory lock of whoever computes."""
KEEP_RUNS = timedelta(days=90)
MOST_SUPERSEDED = 3
"""After so many runs in a row that newer data stopped, the next one is carried through."""
STEPS = (
    "links",
    "follow_up",
    "fixed_windows",
    "survival",
    "care",
    "scores",
    "comparisons",
    "trends",
    "interventions",
    "referrals",
    "anchor",
    "uptake",
    "gaps",
    "releases",
    "placements",
    "quality",
    "writing",
)


class Superseded(Exception):
    """Newer data arrived while a run was computed."""


# --- Asking ------------------------------------------------------------------------------------------------------------------


@action("run.request", outside="jobs")
def request_run(reason: str) -> None:
    """Asks for a computation. Requests pile up into one until it starts."""
    with suppress(IntegrityError), transaction.atomic():
        Run.objects.create(reason=reason, definition=DEFINITION, **_release_of_today())


@action("run.ask", roles=(Role.COORDINATOR,))
def ask_for_run(*, by: Acting) -> Run:
    """Asks for a computation now; returns the run that waits for it, which gathers what else is asked for meanwhile."""
    request_run("by hand")
    transaction.on_commit(start)
    return Run.objects.get(state=Run.State.REQUESTED)


@action("run.repeat", roles=(Role.COORDINATOR,))
def repeat(*, by: Acting, run: Run) -> Run:
    """Asks for the same computation again, up to the same day; returns the run that will carry it out.

    Raises RuleError when the definitions have changed since, or while another computation waits to start.
    """
    if run.state != Run.State.DONE or (run.definition, run.key_name) != (DEFINITION, key_name()):
        raise RuleError(_("Only a finished computation with today’s definitions and secret can be repeated."))
    try:
        with transaction.atomic():
            return Run.objects.create(
                reason="again",
                definition=DEFINITION,
                again=run,
                quarter=run.quarter,
                key_name=run.key_name,
            )
    except IntegrityError as error:
        raise RuleError(_("Another computation waits to start. Repeat this one when it has begun.")) from error


def _release_of_today() -> dict[str, str]:
    """Which release a run asked for now belongs to, as its fields."""
    return {"quarter": quarter_of(timezone.localdate()), "key_name": key_name()}


def start() -> None:
    """Asks a worker to carry out the requested run now; else the scheduler finds it within a minute."""
    from metrics.runs.jobs import compute_if_requested  # jobs import this module

    ask_for(compute_if_requested)


def latest_run() -> Run | None:
    """The newest finished run: what pages show of work in progress (series, referrals, data quality)."""
    return Run.objects.filter(state=Run.State.DONE, again=None).order_by("-id").first()


def is_under_way() -> bool:
    """Whether a computation was asked for that is not over."""
    return Run.objects.filter(state__in=(Run.State.REQUESTED, Run.State.RUNNING)).exists()


@action("run.release", roles=(Role.COORDINATOR,))
def release(*, by: Acting, run: Run) -> Run:
    """Makes a run the release of its quarter: frozen, and shown to every partner until the next one.

    Raises RuleError for one that is not finished, is of an earlier quarter than today's, or whose quarter has its release.
    """
    if run.state != Run.State.DONE or run.released_at:
        raise RuleError(_("Only a finished computation that is no release yet can become one."))
    if (run.quarter, run.key_name) != (quarter_of(timezone.localdate()), key_name()):
        raise RuleError(_("Only a computation of this quarter can become its release. Compute anew first."))
    run.released_at, run.released_by = timezone.now(), by.user
    try:
        with transaction.atomic():
            run.save(update_fields=["released_at", "released_by"])
    except IntegrityError as error:
        raise RuleError(
            _(
                "This quarter has its release already. Outcomes are released once a quarter: the next one comes with the next."
            )
        ) from error
    return run


@action("run.publish", roles=(Role.COORDINATOR,))
def publish(*, by: Acting, run: Run, next_on: date) -> Run:
    """Shows a release to the public, with the day of the next one. Raises RuleError for what is no release, while another one of
    the year is public, and for a next day that is not to come."""
    if not run.released_at or run.published_at:
        raise RuleError(_("Only a release that was not published before can be published."))
    of_year = Run.objects.filter(quarter__startswith=run.quarter[:4], published_at__isnull=False, withdrawn_at=None)
    if of_year.exists():
        raise RuleError(_("Results are published once a year. Withdraw this year’s first, if they must be replaced."))
    if next_on <= timezone.localdate():
        raise Invalid("next_on", _("The next results can only be promised for a day to come."))
    run.published_at, run.published_by, run.next_on = timezone.now(), by.user, next_on
    run.save(update_fields=["published_at", "published_by", "next_on"])
    return run


@action("run.withdraw", roles=(Role.COORDINATOR,))
def withdraw(*, by: Acting, run: Run, because: str) -> Run:
    """Takes published results back; the public page says so, and why. Raises RuleError for what is not public, or no reason."""
    if not run.published_at or run.withdrawn_at:
        raise RuleError(_("Only results that are public can be withdrawn."))
    if not because.strip():
        raise Invalid("because", _("Say why, in words that the public reads."))
    run.withdrawn_at, run.withdrawn_because = timezone.now(), because.strip()
    run.save(update_fields=["withdrawn_at", "withdrawn_because"])
    return run


# --- Carrying out ------------------------------------------------------------------------------------------------------------


@action("run.compute", outside="jobs", rolls_back=False)
def compute() -> Run | None:
    """Carries out the requested run, if there is one; None when there is none, or another worker computes.

    A run that is still marked as running while nobody computes died with its worker: it counts as failed, and its figures
    are computed anew.
    """
    with alone(LOCK) as is_alone:
        if not is_alone:
            return None
        runs_of_dead_workers = Run.objects.filter(state=Run.State.RUNNING)
        if runs_of_dead_workers.update(state=Run.State.FAILED, error="Its worker died.", finished_at=timezone.now()):
            request_run("after a failure")
        run = Run.objects.filter(state=Run.State.REQUESTED).first()
        if run is None:
            return None
        run.state, run.started_at = Run.State.RUNNING, timezone.now()
        _settle(run)
        run.save()
        return _carry_out(run)


def _settle(run: Run) -> None:
    """What a run computes follows from today, or from the run that it repeats: never from what its row says. Pages write that, and
    whoever could choose the release would have its noise drawn as often as they like."""
    repeated = run.again
    if repeated and (repeated.state, repeated.definition, repeated.key_name) != (
        Run.State.DONE,
        DEFINITION,
        key_name(),
    ):
        run.again = repeated = None
    run.definition = DEFINITION
    run.parameters = {"as_of": repeated.parameters["as_of"]} if repeated else {}
    of_release = {"quarter": repeated.quarter, "key_name": repeated.key_name} if repeated else _release_of_today()
    run.quarter, run.key_name = of_release["quarter"], of_release["key_name"]


class Progress:
    """Tells how far a run is, on a connection of its own: the run itself is one transaction, whose writes nobody sees yet."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.own_connection = connection.copy()
        last_states = Run.objects.exclude(pk=run.pk).order_by("-id").values_list("state", flat=True)[:MOST_SUPERSEDED]
        self.may_stop = list(last_states) != [Run.State.SUPERSEDED] * MOST_SUPERSEDED and run.again_id is None

    def begin(self, step: str) -> None:
        """Notes the step that begins; raises Superseded when another run has been asked for meanwhile."""
        self.run.step = step
        with self.own_connection.cursor() as cursor:
            cursor.execute(
                "UPDATE metrics_run SET step = %s, steps_done = %s WHERE id = %s",
                [step, STEPS.index(step), self.run.pk],
            )
            cursor.execute(
                "SELECT EXISTS (SELECT FROM metrics_run WHERE state = 'requested' AND id > %s)", [self.run.pk]
            )
            if self.may_stop and cursor.fetchone()[0]:
                raise Superseded

    def close(self) -> None:
        """Gives the connection back."""
        self.own_connection.close()


def _carry_out(run: Run) -> Run:
    progress = Progress(run)
    try:
        progress.begin("links")
        run.parameters["not_linked_yet"] = linkage.wait_for_links()
        progress.begin("follow_up")
        run.people_touched = follow_up_upkeep.refresh()
        with _as_of_one_moment():
            results = _results(run, progress)
        with transaction.atomic():
            for rows in results:
                if rows:
                    type(rows[0])._default_manager.bulk_create(rows, batch_size=2000)
            run.results_out = sum(map(len, results))
            run.state, run.finished_at = Run.State.DONE, timezone.now()
            run.step, run.steps_done = "", len(STEPS)
            run.save()
            Run.objects.filter(requested_at__lt=timezone.now() - KEEP_RUNS, released_at=None).delete()
    except Superseded:
        _mark_ended(run, Run.State.SUPERSEDED, "")
    except Exception as error:
        # Its kind and step: everybody who sees figures reads this, and words of the database can hold a value. The log has more.
        _mark_ended(run, Run.State.FAILED, f"{type(error).__name__}: {run.step}")
        raise
    finally:
        progress.close()
    return run


def _mark_ended(run: Run, state: str, error: str) -> None:
    run.state, run.error, run.finished_at = state, error, timezone.now()
    Run.objects.filter(pk=run.pk).update(state=state, error=error, finished_at=run.finished_at)


@contextmanager
def _as_of_one_moment() -> Any:
    """A transaction in which every step sees the data as of one moment (inside another transaction: as that one does)."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _results(run: Run, progress: Progress) -> list[list[Model]]:
    """All results of a run, computed one step after the other; none is saved yet."""
    # Here, not above: pandas costs a web process, which computes nothing, its start.
    from metrics.comparison import compute as comparison_compute

    feed_ends = Feed.objects.aggregate(earliest=Min("complete_through"), latest=Max("complete_through"))
    repeated_as_of = run.parameters.get("as_of")
    as_of = date.fromisoformat(repeated_as_of) if repeated_as_of else (feed_ends["latest"] or timezone.localdate())
    run.data_cut_off = min(as_of, feed_ends["earliest"]) if feed_ends["earliest"] else None
    run.parameters["as_of"] = as_of.isoformat()
    run.enrolments_in = Enrolment.objects.count()
    run.arrests_in = Arrest.objects.count()
    draws = Draws(run.quarter)
    cohorts = cohort_budget.computed_cohorts(run)
    run.parameters["cohorts"] = {str(cohort.pk): cohort.fingerprint for cohort in cohorts}
    member_rows = members.all_member_rows(cohorts)
    earlier = earlier_of_half_year(run)
    feed_qualities = quality_compute.feeds(run, as_of)
    district_names = dict(District.objects.values_list("pk", "name"))
    feeds = Feeds(feed_qualities, district_names, as_of)
    run.poor_feeds = sorted(([pk, name] for pk, name in feeds.poor.items()), key=lambda feed: feed[1])
    results: list[list[Model]] = []

    def step(name: str, compute_results: Callable[[], list[Any]]) -> None:
        progress.begin(name)
        results.append(compute_results())

    progress.begin("fixed_windows")
    kept = fixed_windows.kept_tails(earlier) if earlier else {}
    protected = fixed_windows.tails_by_population(member_rows, as_of, draws, kept)
    results.append([*fixed_windows.results(run, protected)])
    step("survival", lambda: survival.results(run, protected))
    step("care", lambda: care.results(run, member_rows, as_of, draws))
    step("scores", lambda: score_changes_compute.results(run, draws))
    partner_of_programme = {one.programme: one.partner for one in protected if one.programme and one.partner}
    step("comparisons", lambda: comparison_compute.comparisons(run, partner_of_programme, as_of, draws, feeds))
    series = trends_compute.series_by_district(as_of)
    step("trends", lambda: trends_compute.results(run, series))
    step(
        "interventions",
        lambda: [*trends_compute.five_year_changes(run, series), *effects.interventions(run, series)],
    )
    step("referrals", lambda: referral_figures_compute.referrals(run, draws))
    step("anchor", lambda: anchor_compute.results(run, as_of, draws))
    step("uptake", lambda: uptake_compute.results(run, as_of, draws))
    step("gaps", lambda: gaps_compute.results(run, as_of, draws))
    step("releases", lambda: custody_compute.results(run, as_of, draws))
    step("placements", lambda: placement_compute.results(run, as_of, draws))
    step("quality", lambda: [*quality_compute.links(run, draws)])
    results.append([*feed_qualities])
    kept_small = {one for one in kept if one in protected and protected[one] is kept[one]}
    say_what_they_rest_on(
        results,
        rests_on.of_populations(member_rows, as_of, draws, feeds),
        doubts.of_populations(run, member_rows, as_of, draws, protected, release_before(run)),
        quality_linkage.link_rates(as_of, protected, draws),
        earlier,
        kept_small,
    )
    if earlier:
        keep_small(run, results, earlier, kept_small)
    progress.begin("writing")
    return results
