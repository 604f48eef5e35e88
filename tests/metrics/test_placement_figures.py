"""Still at work: which placements count, what is known of each, and that only protected counts come out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.placements.models import Placement
from metrics.placement_figures import compute
from metrics.placement_figures.models import PlacementResult
from metrics.protection.counts import Draws
from metrics.protection.perturbation import OF_PEOPLE
from metrics.runs.models import Run
from programs.training.actions import months_later
from tests.programs.work import employer_of, offer_of
from tests.shared_worlds import shared
from tests.world import World, database_role, on_web


@pytest.fixture
def run(world: World) -> Run:
    return Run.objects.create(reason="test", state=Run.State.DONE, definition="x", quarter="2026-Q4", key_name="k")


def placed(world: World, number: int, *, start: date, consents: bool = True, **fields: Any) -> None:
    """So many placements of the NGO that began on a day."""
    offer = getattr(world, "offer", None) or offer_of(world, world.caseworker, employer_of(world, world.caseworker))
    world.offer = offer
    for _placement in range(number):
        part = world.enrolment(person=world.person(world.ngo), started_on=start, measurement_consent=consents)
        Placement.objects.create(
            partner=world.ngo, enrolment=part, offer=offer, responsible=world.caseworker.user, offered_on=start, consent_on=start,
            consent_how="paper", tells=["name"], agreed_on=start, **({"started_on": start} | fields),
        )  # fmt: skip


@shared
def some(world: World) -> World:
    """Seventy-five placements of four months ago: 25 still there, 20 ended as agreed or hired, 15 ended early, 15 that nobody asked about."""
    start = months_later(world.today, -4)
    three = months_later(start, 3)
    placed(world, 20, start=start, seen_on=three)
    placed(world, 5, start=start, ended_on=three, end_reason="person_left")
    before = three - timedelta(days=1)
    placed(world, 12, start=start, ended_on=before, end_reason="as_agreed")
    placed(world, 8, start=start, ended_on=before, end_reason="hired")
    placed(world, 15, start=start, ended_on=before, end_reason="person_left")
    placed(world, 10, start=start)
    placed(world, 5, start=start, seen_on=before)
    return world


def computed(run: Run, world: World, partner: int | None, months: int = 3) -> PlacementResult | None:
    """As the worker computes it."""
    with database_role("worker"):
        results = compute.results(run, world.today, Draws("2026-Q4"))
    return next((each for each in results if (each.partner_id, each.months) == (partner, months)), None)


def about(number: int) -> object:
    return pytest.approx(number, abs=OF_PEOPLE.most)


class TestWhatIsCounted:
    def test_what_somebody_confirmed_or_the_end_tells(self, some, run):
        result = computed(run, some, some.ngo.pk)
        assert (result.there, result.as_agreed, result.early, result.unknown) == (
            about(25),
            about(20),
            about(15),
            about(15),
        )

    def test_all_partners_stand_in_a_row_of_their_own(self, some, run):
        assert computed(run, some, None).there == computed(run, some, some.ngo.pk).there

    def test_what_nobody_asked_about_counts_as_not_there(self, some, run):
        result = computed(run, some, None)
        everybody = result.there + result.as_agreed + result.early + result.unknown
        assert result.share == result.there / everybody
        assert result.share_lower < result.share < result.share_upper

    def test_what_is_too_new_has_not_begun_or_is_not_to_be_counted_counts_nowhere(self, world, run):
        three = months_later(world.today, -3)
        placed(world, 8, start=three + timedelta(days=1))
        placed(world, 8, start=three, consents=False)
        placed(world, 8, start=three, started_on=None)
        assert computed(run, world, None) is None

    def test_six_months_are_a_row_of_their_own(self, some, run):
        assert computed(run, some, None, months=6) is None
        placed(some, 5, start=months_later(some.today, -6))
        assert computed(run, some, None, months=6) is not None

    def test_no_share_on_fewer_than_thirty(self, world, run):
        placed(world, 12, start=months_later(world.today, -4))
        assert computed(run, world, None).share is None


class TestWhoSeesIt:
    def test_who_helps_sees_its_own_and_others_the_row_of_all(self, world, run):
        values = {"months": 3, "there": 31, "as_agreed": 9, "early": 0, "unknown": 6, "share": 0.6739}
        for partner in (world.ngo, None):
            PlacementResult.objects.create(run=run, partner=partner, share_lower=0.5, share_upper=0.8, **values)
        with on_web(world.caseworker):
            assert not PlacementResult.objects.exists(), "not released yet"
        Run.objects.filter(pk=run.pk).update(released_at=timezone.now())
        for acting, rows in (
            (world.caseworker, 2),
            (world.other_caseworker, 1),
            (world.liaison, 1),
            (world.coordinator, 2),
        ):
            with on_web(acting):
                assert PlacementResult.objects.count() == rows
        page = world.client(world.caseworker).get(reverse("placement_figures")).content.decode()
        assert "67%" in page.replace("\u00a0", "").replace(" %", "%")
