"""How anchor teams do: which cases count, when a meeting is soon, whose first visits, and that only protected counts come out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from metrics.anchor_figures import compute
from metrics.anchor_figures.models import AnchorResult
from metrics.protection.counts import Draws
from metrics.protection.perturbation import OF_PEOPLE
from metrics.protection.rates import FEWEST_PEOPLE
from metrics.runs.models import Run
from referrals.anchor.models import AnchorCase, AnchorGuidance, AnchorMeeting, AnchorSeat, AnchorTeam
from tests.shared_worlds import shared
from tests.world import World, database_role, on_web


@pytest.fixture
def run(world: World) -> Run:
    return Run.objects.create(reason="test", state=Run.State.DONE, definition="x", quarter="2026-Q4", key_name="k")


def cases(world: World, number: int, *, days_ago: int = 60, met_after: int | None = None, visits=(), **more) -> None:
    """So many cases of the police unit, each with a meeting after so many days and these first visits."""
    user, partner, day = world.liaison.user, world.police, world.today - timedelta(days=days_ago)
    team = AnchorTeam.objects.get_or_create(partner=partner, name="Team", defaults={"set_up_by": user})[0]
    seat = AnchorSeat.objects.get_or_create(
        from_partner=partner, to_partner=partner, team=team, defaults={"profession": "police"}
    )[0]
    for _case in range(number):
        case = AnchorCase.objects.create(
            partner=partner, seat=seat, person=world.person(partner), source="police", reasons=["crime"], received_on=day,
            is_under_15=False, opened_by=user, **({"screening": "taken", "screened_on": day} | more),
        )  # fmt: skip
        if met_after is not None:
            held_on = day + timedelta(days=met_after)
            AnchorMeeting.objects.create(
                partner=partner, case=case, held_on=held_on, present=["police"], recorded_by=user
            )
        for visit in visits:
            AnchorGuidance.objects.create(partner=partner, case=case, kind="other", visit=visit)


@shared
def some(world: World) -> World:
    """Fifty-two cases: 20 met on the fourteenth day, 12 on the fifteenth, 10 on the 29th, 10 never; 20 with a visit kept."""
    cases(world, 20, met_after=14, visits=["missed", "kept"])
    cases(world, 12, met_after=15, visits=["missed", ""])
    cases(world, 10, met_after=29, visits=[""])
    cases(world, 10)
    return world


def computed(run: Run, world: World, partner: int | None) -> AnchorResult | None:
    """The result of who leads, as the worker computes it."""
    with database_role("worker"):
        results = compute.results(run, world.today, Draws("2026-Q4"))
    return next((result for result in results if result.partner_id == partner), None)


def about(number: int) -> object:
    return pytest.approx(number, abs=OF_PEOPLE.most) if number else 0


class TestWhatIsCounted:
    def test_the_day_of_the_first_meeting_and_whether_any_first_visit_was_kept(self, some, run):
        result = computed(run, some, some.police.pk)
        assert (result.met_soon, result.met_later, result.not_met) == (about(20), about(12), about(20))
        assert (result.kept, result.missed, result.unknown) == (about(20), about(12), about(10))

    def test_all_cases_together_are_in_a_row_of_their_own(self, some, run):
        assert computed(run, some, None).met_soon == computed(run, some, some.police.pk).met_soon

    def test_what_was_not_taken_and_what_is_too_new_count_nowhere(self, world, run):
        cases(world, 8, screening="not_taken")
        cases(world, 8, days_ago=27)
        assert computed(run, world, None) is None

    def test_a_share_is_of_protected_counts_and_never_on_fewer_than_thirty(self, some, run):
        result = computed(run, some, None)
        met = result.met_soon + result.met_later + result.not_met
        assert met >= FEWEST_PEOPLE
        assert result.soon_rate == result.met_soon / met
        assert result.soon_lower < result.soon_rate < result.soon_upper
        people = result.kept + result.missed
        assert (result.kept_rate is None) == (people < FEWEST_PEOPLE)


class TestWhoSeesIt:
    def test_who_leads_sees_its_own_and_others_the_row_of_all(self, world, run):
        counts = {
            "met_soon": 31,
            "met_later": 9,
            "not_met": 6,
            "kept": 20,
            "missed": 5,
            "unknown": 0,
            "soon_rate": 0.6739,
        }
        AnchorResult.objects.create(run=run, partner=world.police, soon_lower=0.5, soon_upper=0.8, **counts)
        AnchorResult.objects.create(run=run, soon_lower=0.5, soon_upper=0.8, **counts)
        with on_web(world.liaison):
            assert not AnchorResult.objects.exists(), "not released yet"
        Run.objects.filter(pk=run.pk).update(released_at=timezone.now())
        for acting, rows in ((world.liaison, 2), (world.professional, 1), (world.coordinator, 2)):
            with on_web(acting):
                assert AnchorResult.objects.count() == rows
        page = world.client(world.liaison).get(reverse("anchor_figures")).content.decode()
        assert "67%" in page.replace("\u00a0", "").replace(" %", "%")
        assert "Harbour Police" in page
        assert "Harbour Police" not in world.client(world.professional).get(reverse("anchor_figures")).content.decode()
