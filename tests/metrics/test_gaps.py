"""Where places are missing: whose referrals count, what is offered to a district, which districts are named, who sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from metrics.follow_up import upkeep
from metrics.gaps import compute
from metrics.gaps.models import GapResult
from metrics.protection.counts import Draws
from metrics.protection.perturbation import OF_PEOPLE
from metrics.protection.rates import FEWEST_PEOPLE
from metrics.runs.models import Run
from partnership.members.models import District
from programs.catalogue.models import Programme
from referrals.handover.models import Referral
from tests.shared_worlds import shared
from tests.world import World, database_role, link, on_web


@pytest.fixture
def run(world: World) -> Run:
    return Run.objects.create(reason="test", state=Run.State.DONE, definition="x", quarter="2026-Q4", key_name="k")


def referred(world: World, number: int, district: District | None, days_ago: int = 30, **values: Any) -> None:
    """So many people of a district, referred by the police."""
    sent_at = timezone.now() - timedelta(days=days_ago)
    for _person in range(number):
        born_on = world.today - timedelta(days=9000 + 17 * Referral.objects.count())
        person = world.person(
            world.police, first_names=f"P{Referral.objects.count()}", born_on=born_on, district=district
        )
        Referral.objects.create(
            **{
                "from_partner": world.police, "to_partner": world.ngo, "programme": world.programme, "kind": "social_contact",
                "person": person, "created_by": world.liaison.user, "sent_at": sent_at, "state": "sent",
            } | values
        )  # fmt: skip


NO_PLACE = {"state": "declined", "reason_code": "no_capacity"}


def computed(run: Run, world: World) -> dict[int, GapResult]:
    """As the worker computes them, once everybody is linked."""
    link()
    with database_role("worker"):
        upkeep.refresh()
        return {result.district_id: result for result in compute.results(run, world.today, Draws("2026-Q4"))}


def about(number: int) -> object:
    return pytest.approx(number, abs=OF_PEOPLE.most) if number else 0


@shared
def some(world: World) -> World:
    """Of the city's eighty referrals fifty found no place and ten wait; of the hill's eighty ten and none."""
    waiting = {"state": "waitlisted", "expected_on": world.today}
    for district, no_place, waits in ((world.city, 50, 10), (world.hill, 10, 0)):
        referred(world, no_place, district, **NO_PLACE)
        referred(world, waits, district, **waiting)
        referred(world, 80 - no_place - waits, district)
    return world


class TestWhatIsCounted:
    def test_by_the_home_district_in_protected_counts(self, some, run):
        results = computed(run, some)
        city, hill = results[some.city.pk], results[some.hill.pk]
        assert (city.no_place, city.waiting) == (about(50), about(10))
        assert city.share == (city.no_place + city.waiting) / city.sent
        assert city.share_lower < city.share < city.share_upper
        assert (hill.no_place, hill.waiting) == (about(10), 0)

    def test_of_few_referrals_their_number_alone_is_shown(self, world, run):
        referred(world, 12, world.city, **NO_PLACE)
        few = computed(run, world)[world.city.pk]
        assert few.sent < FEWEST_PEOPLE
        assert [few.no_place, few.waiting, few.share] == [None] * 3

    def test_a_year_back_drafts_own_and_those_of_nowhere_are_not_counted(self, world, run):
        referred(world, 9, world.city, days_ago=366)
        referred(world, 9, world.city, sent_at=None, state="draft")
        referred(world, 9, None)
        own = {"from_partner": world.police, "to_partner": world.police, "kind": "self"}
        own["programme"] = Programme.objects.create(partner=world.police, name="Own", kind="youth", accepts=["self"])
        referred(world, 9, world.city, **own)
        assert computed(run, world) == {}

    def test_declined_for_another_reason_is_no_want_of_a_place(self, world, run):
        referred(world, 40, world.city, state="declined", reason_code="not_eligible")
        assert computed(run, world)[world.city.pk].no_place == 0


class TestThePage:
    @pytest.fixture
    def stored(self, world: World, run: Run) -> Run:
        for district, no_place in ((world.city, 60), (world.hill, 10)):
            share = no_place / 100
            GapResult.objects.create(
                run=run, district=district, sent=100, no_place=no_place, waiting=0, share=share, share_lower=share - 0.1,
                share_upper=share + 0.1,
            )  # fmt: skip
        return run

    def test_nobody_but_the_coordinator_sees_it_before_the_release(self, world, stored):
        for acting, rows in ((world.caseworker, 0), (world.liaison, 0), (world.coordinator, 2)):
            with on_web(acting):
                assert GapResult.objects.count() == rows
        Run.objects.filter(pk=stored.pk).update(released_at=timezone.now())
        with on_web(world.caseworker):
            assert GapResult.objects.count() == 2

    def test_the_district_that_lacks_places_is_named_and_what_is_offered_there_stands_beside(self, world, stored):
        Run.objects.filter(pk=stored.pk).update(released_at=timezone.now())
        world.programme.districts.set([world.city])
        world.programme.places = 7
        world.programme.save()
        page = world.client(world.caseworker).get(reverse("gaps"))
        assert [sentence.split(":")[0] for sentence in page.context["missing"]] == ["Harbour"]
        first, second = page.context["gaps"]
        assert first.result.district == world.city
        assert first.offered == (2, 7, 1), "its own, and the one that is for everywhere and counts no places"
        assert second.offered == (1, 0, 1)

    def test_a_part_is_served_by_the_area_that_it_is_a_part_of(self, world, stored):
        Run.objects.filter(pk=stored.pk).update(released_at=timezone.now())
        world.hill.parent = world.city
        world.hill.save()
        for programme in (world.programme, world.other_programme):
            programme.districts.set([world.city])
        page = world.client(world.caseworker).get(reverse("gaps"))
        assert [gap.offered.programmes for gap in page.context["gaps"]] == [2, 2]

    def test_file_and_chart_hold_the_same(self, world, stored):
        Run.objects.filter(pk=stored.pk).update(released_at=timezone.now())
        client = world.client(world.caseworker)
        assert "Harbour" in client.get(reverse("figure", args=["gaps", "csv"])).content.decode()
        assert client.get(reverse("figure", args=["gaps", "svg"])).status_code == 200
