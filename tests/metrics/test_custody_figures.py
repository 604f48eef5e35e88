"""The first days after a release: which releases count, when a contact is in time, and that only protected counts come out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.custody.models import Release, ReleaseContact
from metrics.custody_figures import compute
from metrics.custody_figures.models import ReleaseResult
from metrics.protection.counts import Draws
from metrics.protection.perturbation import OF_PEOPLE
from metrics.protection.rates import FEWEST_PEOPLE
from metrics.runs.models import Run
from tests.shared_worlds import shared
from tests.world import World, database_role, on_web


@pytest.fixture
def run(world: World) -> Run:
    return Run.objects.create(reason="test", state=Run.State.DONE, definition="x", quarter="2026-Q4", key_name="k")


def out(
    world: World, number: int, *, days_ago: float = 60, after: timedelta | None = None, outcome="kept", **more
) -> None:
    """So many releases of the NGO, each with a contact so long after it."""
    user = world.caseworker.user
    for _release in range(number):
        part = world.enrolment(
            person=world.person(world.ngo), started_on=world.today - timedelta(days=90), **({"measurement_consent": True} | more)
        )  # fmt: skip
        released_at = timezone.now() - timedelta(days=days_ago)
        release = Release.objects.create(partner=world.ngo, enrolment=part, released_at=released_at)
        if after is not None:
            ReleaseContact.objects.create(
                partner=world.ngo, release=release, at=released_at + after, how="met", responsible=user, recorded_by=user,
                outcome=outcome,
            )  # fmt: skip


@shared
def some(world: World) -> World:
    """Seventy-five releases: 25 met within a day, 20 within three, 15 within fourteen, 15 later, missed, before, or never."""
    out(world, 25, after=timedelta(hours=24))
    out(world, 20, after=timedelta(hours=24, seconds=1))
    out(world, 15, after=timedelta(days=14))
    out(world, 5, after=timedelta(days=14, seconds=1))
    out(world, 5, after=timedelta(hours=1), outcome="missed")
    out(world, 3, after=timedelta(hours=-1))
    out(world, 2)
    return world


def computed(run: Run, world: World, partner: int | None) -> ReleaseResult | None:
    """The result of who helps, as the worker computes it."""
    with database_role("worker"):
        results = compute.results(run, world.today, Draws("2026-Q4"))
    return next((result for result in results if result.partner_id == partner), None)


def about(number: int) -> object:
    return pytest.approx(number, abs=OF_PEOPLE.most)


class TestWhatIsCounted:
    def test_the_first_contact_that_was_kept_after_the_release(self, some, run):
        result = computed(run, some, some.ngo.pk)
        counts = (result.in_a_day, result.in_three_days, result.in_a_fortnight, result.not_by_then)
        assert counts == (about(25), about(20), about(15), about(15))

    def test_all_releases_together_are_in_a_row_of_their_own(self, some, run):
        assert computed(run, some, None).in_a_day == computed(run, some, some.ngo.pk).in_a_day

    def test_what_is_too_new_ahead_or_not_to_be_counted_counts_nowhere(self, world, run):
        out(world, 8, days_ago=13)
        out(world, 8, measurement_consent=False)
        Release.objects.create(partner=world.ngo, enrolment=world.enrolment(person=world.person(world.ngo)))
        assert computed(run, world, None) is None

    def test_each_share_counts_those_who_were_sooner_and_has_its_interval(self, some, run):
        result = computed(run, some, None)
        people = result.in_a_day + result.in_three_days + result.in_a_fortnight + result.not_by_then
        assert people >= FEWEST_PEOPLE
        assert result.day_rate == result.in_a_day / people
        assert result.fortnight_rate == pytest.approx(1 - result.not_by_then / people)
        for rate, lower, upper in result.shares:
            assert lower < rate < upper

    def test_no_share_on_fewer_than_thirty(self, world, run):
        out(world, 12, after=timedelta(hours=1))
        result = computed(run, world, None)
        assert [share[0] for share in result.shares] == [None, None, None]


class TestWhoSeesIt:
    def test_who_helps_sees_its_own_and_others_the_row_of_all(self, world, run):
        values = {"in_a_day": 31, "in_three_days": 9, "in_a_fortnight": 0, "not_by_then": 6, "day_rate": 0.6739}
        ReleaseResult.objects.create(run=run, partner=world.ngo, day_lower=0.5, day_upper=0.8, **values)
        ReleaseResult.objects.create(run=run, day_lower=0.5, day_upper=0.8, **values)
        with on_web(world.caseworker):
            assert not ReleaseResult.objects.exists(), "not released yet"
        Run.objects.filter(pk=run.pk).update(released_at=timezone.now())
        for acting, rows in ((world.caseworker, 2), (world.other_caseworker, 1), (world.coordinator, 2)):
            with on_web(acting):
                assert ReleaseResult.objects.count() == rows
        page = world.client(world.caseworker).get(reverse("custody_figures")).content.decode()
        assert "67%" in page.replace("\u00a0", "").replace(" %", "%")
