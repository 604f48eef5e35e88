"""Who is diverted and who is left out: which cases are eligible, how far they came, who is named, and that only protected counts come out."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.arrests.models import Offence
from cases.people.identity_code import make
from cases.people.models import Person
from metrics.follow_up import upkeep
from metrics.protection.counts import Draws
from metrics.protection.perturbation import OF_PEOPLE
from metrics.protection.rates import FEWEST_PEOPLE
from metrics.runs.models import Run
from metrics.uptake import compute, words
from metrics.uptake.briefing import uptake
from metrics.uptake.forms import AssumptionForm
from metrics.uptake.models import UptakeResult
from metrics.uptake.savings import ASSUMPTIONS, Range, savings
from partnership.members.models import Role
from referrals.diversions.models import DiversionAgreement
from referrals.first_appointments.models import FirstAppointment
from referrals.handover.models import Referral
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import World, database_role, link, on_web

AS_OF = date(2026, 9, 30)
DAY = date(2025, 9, 10)
"""Of most arrests here: within the twelve months that a run up to `AS_OF` counts (April 2025 to March 2026)."""


@pytest.fixture
def run(world: World) -> Run:
    return Run.objects.create(reason="test", state=Run.State.DONE, definition="x", quarter="2026-Q4", key_name="k")


def at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def arrested(world: World, number: int, day: date = DAY, person: dict[str, Any] | None = None, **fields: Any):
    """So many people of the unit, each arrested once for a small amount."""
    world.complete_through(AS_OF)
    for _person in range(number):
        born_on = date(1960, 1, 1) + timedelta(days=13 * Person.objects.count())
        values = {"first_names": f"P{Person.objects.count()}", "born_on": born_on} | (person or {})
        yield world.arrest(world.person(world.police, **values), day, **fields)


def referred(world: World, arrest, after: int = 3, sent: bool = True, **values: Any) -> Referral:
    """A referral of who was arrested, so many days after; `values` as they stand in the row."""
    day = at(arrest.arrested_on + timedelta(days=after))
    return Referral.objects.create(
        **{
            "from_partner": world.police, "to_partner": world.ngo, "programme": world.programme, "kind": "arrest_diversion",
            "person": arrest.person, "created_by": world.liaison.user, "created_at": day,
            "sent_at": day if sent else None, "state": "sent" if sent else "draft",
        } | values
    )  # fmt: skip


def diverted(world: World, referral: Referral, **values: Any) -> DiversionAgreement:
    return DiversionAgreement.objects.create(
        referral=referral, from_partner=world.police, to_partner=world.ngo, deadline=AS_OF, is_sent=True, **values
    )


def computed(run: Run) -> list[UptakeResult]:
    """As the worker computes them, once everybody is linked."""
    link()
    with database_role("worker"):
        upkeep.refresh()
        return compute.results(run, AS_OF, Draws("2026-Q4"))


def the(results: list[UptakeResult], by: str = "all", group: str = "", partner: int | None = None) -> UptakeResult:
    return next(r for r in results if (r.by, r.group, r.partner_id) == (by, group, partner))


def true_stages(run: Run, monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """Eligible, offered, agreed, visited, completed and settled without noise, however few they are."""
    monkeypatch.setattr("metrics.protection.counts.perturbation.draw", lambda count, *_: count)
    monkeypatch.setattr(compute, "FEWEST_PEOPLE", 0)
    results = computed(run)
    if not results:
        return []
    r = the(results)
    return [r.eligible, r.offered, r.agreed, r.visited, r.completed, r.settled]


def about(number: int) -> object:
    return pytest.approx(number, abs=2 * OF_PEOPLE.most) if number else 0


class TestWhoIsEligible:
    def test_small_amounts_and_nothing_else_at_fifteen_or_over(self, world, run, monkeypatch):
        eligible, also, supply = arrested(world, 3)
        Offence.objects.create(partner=world.police, arrest=also, iccs="05")
        Offence.objects.filter(arrest=supply).update(iccs="060121")
        [*arrested(world, 1, iccs="05"), *arrested(world, 1, age_at_offence=14), *arrested(world, 1, iccs="060112")]
        assert true_stages(run, monkeypatch)[0] == 2, eligible

    def test_the_twelve_months_whose_180_days_are_over_and_no_day_beyond_the_feed(self, world, run, monkeypatch):
        assert compute.months_counted(AS_OF) == (date(2025, 4, 1), date(2026, 4, 1))
        assert compute.months_counted(AS_OF - timedelta(days=4))[1] == date(2026, 3, 1)
        for day in (date(2025, 3, 31), date(2025, 4, 1), date(2026, 3, 31), date(2026, 4, 1)):
            [*arrested(world, 1, day)]
        assert true_stages(run, monkeypatch)[0] == 2
        world.complete_through(date(2026, 3, 30))
        assert true_stages(run, monkeypatch)[0] == 1

    def test_a_person_counts_once_by_the_first_arrest(self, world, run, monkeypatch):
        (first,) = arrested(world, 1)
        world.arrest(first.person, DAY + timedelta(days=30))
        assert true_stages(run, monkeypatch)[0] == 1
        assert [r.group for r in computed(run) if r.by == "month" and r.partner_id is None] == ["2025-09"]


class TestHowFarTheyCame:
    def test_each_stage_holds_all_that_came_further(self, world, run, monkeypatch):
        arrests = [*arrested(world, 6)]
        referred(world, arrests[1], sent=False)
        referred(world, arrests[2])
        visit = referred(world, arrests[3])
        FirstAppointment.objects.create(
            referral=visit, from_partner=world.police, to_partner=world.ngo,
            starts_at=at(DAY + timedelta(days=20)), outcome="kept",
        )  # fmt: skip
        done = at(DAY + timedelta(days=90))
        diverted(world, referred(world, arrests[4]), outcome="completed", outcome_at=done)
        settled = {"decision": "no_further_action", "decided_by": "police", "decided_at": done}
        diverted(world, referred(world, arrests[5]), outcome="partly", outcome_at=done, **settled)
        assert true_stages(run, monkeypatch) == [6, 5, 4, 2, 1, 1]

    def test_who_does_not_agree_to_be_counted_is_diverted_and_no_more_is_said(self, world, run, monkeypatch):
        for consents, arrest in zip((True, False), arrested(world, 2), strict=True):
            own = world.enrolment(measurement_consent=consents)
            referred(
                world, arrest, state="completed", closed_at=at(DAY + timedelta(days=90)), enrolment=own,
                receiver_person=own.person,
            )  # fmt: skip
        assert true_stages(run, monkeypatch) == [2, 2, 2, 1, 1, 0]

    def test_what_comes_after_180_days_does_not_count(self, world, run, monkeypatch):
        early, late = arrested(world, 2)
        referred(world, early, after=180)
        referred(world, late, after=181)
        assert true_stages(run, monkeypatch)[:3] == [2, 1, 1]

    def test_help_without_an_offence_is_no_diversion(self, world, run, monkeypatch):
        (arrest,) = arrested(world, 1)
        referred(world, arrest, kind="social_contact")
        assert true_stages(run, monkeypatch)[:2] == [1, 0]

    def test_a_referral_of_a_prosecutor_is_known_by_the_same_code(self, world, run, monkeypatch):
        same = {"identity_code": make(date(1990, 5, 17), 902), "born_on": date(1990, 5, 17), "first_names": "Maija"}
        (arrest,) = arrested(world, 1, person=same)
        theirs = world.person(world.prosecutors, **same)
        referred(world, arrest, kind="court", from_partner=world.prosecutors, person=theirs)
        assert true_stages(run, monkeypatch)[:3] == [1, 1, 1]


@shared
def some(world: World) -> World:
    """Two hundred people: of a hundred women ten were diverted, of a hundred men fifty; five men under 18, none diverted."""
    for sex, number, diverted_ones in (("female", 100, 10), ("male", 100, 50)):
        for n, arrest in enumerate(arrested(world, number, person={"sex": sex})):
            if n < diverted_ones:
                referred(world, arrest)
    [*arrested(world, 5, person={"sex": "male"}, age_at_offence=16)]
    return world


class TestWhatIsShown:
    def test_counts_are_protected_and_the_share_has_its_interval(self, some, run):
        result = the(computed(run))
        assert (result.eligible, result.agreed) == (about(205), about(60))
        assert result.share == result.agreed / result.eligible
        assert result.share_lower < result.share < result.share_upper
        assert result.eligible >= result.offered >= result.agreed >= result.visited >= result.completed

    def test_of_few_cases_their_number_alone_is_shown(self, some, run):
        few = the(computed(run), "age", "15_17")
        assert few.eligible < FEWEST_PEOPLE
        assert few.eligible not in {1, 2, 3, 4}
        assert [few.offered, few.agreed, few.visited, few.completed, few.settled, few.share] == [None] * 6

    def test_a_unit_learns_nothing_of_first_visits_and_completions(self, some, run):
        of_unit = [result for result in computed(run) if result.partner_id == some.police.pk]
        assert of_unit
        assert all(result.visited is None and result.completed is None for result in of_unit)
        assert the(of_unit, partner=some.police.pk).share is not None

    def test_who_is_reached_less_is_named_and_who_is_too_few_to_tell_is_not(self, some, run):
        results = [r for r in computed(run) if r.partner_id is None]
        kinds = [[r for r in results if r.by == by] for by in ("sex", "age", "district")]
        assert [one.result.group for one in words.left_out(kinds)] == ["female"]

    def test_groups_that_differ_by_chance_alone_are_not_named(self, run):
        results = [
            UptakeResult(
                run=run, by="district", group=str(n), eligible=100, agreed=agreed, share=agreed / 100,
                share_lower=agreed / 100 - 0.1, share_upper=agreed / 100 + 0.1,
            )
            for n, agreed in enumerate((30, 36, 33, 28))
        ]  # fmt: skip
        assert words.left_out([results]) == []


class TestAssumptions:
    def test_the_bounds_of_what_is_possible_claim_nothing(self):
        form = AssumptionForm({})
        assert form.is_valid()
        assert savings(100, form.assumed) == (Range(0, 100), Range(0, 18300))
        assert "can’t be told" in words.spared(100, savings(100, form.assumed))

    def test_what_the_reader_assumes_is_what_is_multiplied(self):
        address = {"court_low": "50", "sessions_high": "2", "prison_low": "10", "prison_high": "20", "days_low": "30"}
        form = AssumptionForm(address | {"days_high": "60", "of": "all"})
        assert form.is_valid()
        assert savings(100, form.assumed) == (Range(50, 200), Range(150, 1200))
        assert "can’t be told" not in words.spared(100, savings(100, form.assumed))

    @pytest.mark.parametrize(
        "wrong", [{"court_low": "101"}, {"days_low": "-1"}, {"court_low": "x"}, {"days_low": "400"}]
    )
    def test_what_cannot_be_is_refused_in_words(self, wrong):
        assert not AssumptionForm(wrong).is_valid()

    def test_each_says_where_it_is_from_and_whether_that_was_read(self):
        for one in ASSUMPTIONS:
            assert one.source
            assert one.address or not one.verified


class TestWhoSeesIt:
    @pytest.fixture
    def stored(self, world: World, run: Run) -> Run:
        counts = {"eligible": 200, "offered": 90, "agreed": 80, "settled": 30, "share": 0.4, "share_lower": 0.33}
        counts |= {"share_upper": 0.47}
        for partner in (None, world.police, world.other_police):
            of_all = {"visited": 60, "completed": 40} if partner is None else {}
            for by, group in (("all", ""), ("sex", "female"), ("district", str(world.city.pk)), ("month", "2025-09")):
                UptakeResult.objects.create(run=run, partner=partner, by=by, group=group, **counts, **of_all)
        return run

    def test_each_unit_its_own_everybody_the_total_and_nobody_before_the_release(self, world, stored):
        with on_web(world.liaison):
            assert not UptakeResult.objects.exists()
        Run.objects.filter(pk=stored.pk).update(released_at=timezone.now())
        for acting, partners in (
            (world.liaison, {None, world.police.pk}),
            (world.other_liaison, {None, world.other_police.pk}),
            (world.caseworker, {None}),
            (world.coordinator, {None, world.police.pk, world.other_police.pk}),
        ):
            with on_web(acting):
                assert set(UptakeResult.objects.values_list("partner", flat=True)) == partners

    def test_nor_by_page_file_or_api(self, world, stored):
        Run.objects.filter(pk=stored.pk).update(released_at=timezone.now())
        client = world.client(world.liaison)
        page = (
            client.get(reverse("uptake"), {"of": world.other_police.pk}).text.replace("\u00a0", "").replace(" %", "%")
        )
        assert "Hill Police" not in page
        assert "40%" in page
        file = client.get(reverse("figure", args=["uptake", "csv"])).content.decode()
        assert "200" in file
        assert "Hill Police" not in file
        manager = world.member(world.police, Role.POLICE_LIAISON, is_manager=True)
        rows = System(manager, "metrics:read").get("results/uptake")["results"]
        assert {row["partner"] for row in rows} == {None, world.police.pk}

    def test_assumptions_are_changed_in_the_address_and_a_mistake_is_told(self, world, stored):
        Run.objects.filter(pk=stored.pk).update(released_at=timezone.now())
        client = world.client(world.coordinator)
        page = client.get(reverse("uptake"), {"court_low": "50", "prison_low": "10"}).content.decode()
        assert "15 to 30 court sessions" in page
        wrong = client.get(reverse("uptake"), {"court_low": "90", "court_high": "10"}).content.decode()
        assert "The most is below the least." in wrong
        assert "that spared" not in wrong

    def test_the_coordinators_first_page_says_the_share_of_the_release(self, world, stored):
        with on_web(world.coordinator):
            assert uptake(world.coordinator) == []
        Run.objects.filter(pk=stored.pk).update(released_at=timezone.now())
        with on_web(world.coordinator):
            (line,) = uptake(world.coordinator)
        assert line.address == reverse("uptake")
        assert line.text.startswith("40")

    def test_the_chart_draws(self, world, stored):
        Run.objects.filter(pk=stored.pk).update(released_at=timezone.now())
        client = world.client(world.liaison)
        for trait in ("district", "sex", "month"):
            assert client.get(reverse("figure", args=["uptake", "svg"]), {"by": trait}).status_code == 200
        assert client.get(reverse("figure", args=["uptake", "svg"]), {"by": "age"}).status_code == 404
