"""What help costs: by whom it is divided, that nobody is given away, and that an avoided re-arrest is told only where it is shown."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.corrections import actions as corrections
from cases.enrolments import actions as enrolments
from metrics.comparison.models import ComparisonResult
from metrics.costs.costs import Range, cost_by, cost_by_avoided, costs_of, table
from metrics.costs.participation import Period, participation_of
from metrics.protection.counts import NOBODY, Draws, State
from metrics.recidivism.models import RecidivismResult
from metrics.runs.models import Run
from programs.grants import actions as grants
from tests.programs.money import allocated, grant_of, spent
from tests.shared_worlds import shared
from tests.world import World, on_web, run_as

LAST_YEAR = timezone.localdate().year - 1
PERIOD = Period(date(LAST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
MAY = date(LAST_YEAR, 5, 1)


@shared
def year(world: World) -> World:
    """Forty people last year: thirty-six came, thirty-one completed; and 36,000 euros spent, 2,000 of them shared."""
    people = [
        world.enrolment(person=world.person(world.ngo, first_names=f"P{n}"), started_on=PERIOD.first) for n in range(40)
    ]
    for number, part in enumerate(people):
        came = "attended" if number < 36 else "missed"
        session = {"held_on": MAY, "method": "cbt", "attendance": came}
        run_as(world.caseworker, enrolments.record_session, enrolment=part, **session)
        if number < 31:
            end = {"ended_on": MAY + timedelta(days=30), "reason": "completed"}
            run_as(world.caseworker, enrolments.end_enrolment, enrolment=part, **end)
    world.people = people
    world.grant = grant_of(world, amount=Decimal(100_000))
    spent(world, allocated(world, world.grant, amount=Decimal(40_000)), 34_000, MAY)
    spent(world, allocated(world, world.grant, None), 2_000, MAY, "premises")
    return world


def costs(world: World):
    with on_web(world.case_manager):
        return costs_of(world.ngo, PERIOD)


def released(world: World, lower: float, upper: float, refusal: str = "") -> Run:
    """A release in which the programme's participants differ so much from similar people."""
    run = Run.objects.create(
        reason="test", state=Run.State.DONE, definition="x", quarter="2026-Q3", key_name="k", released_at=timezone.now(),
        finished_at=timezone.now(),
    )  # fmt: skip
    difference = (lower + upper) / 2
    estimate = {
        "participants": 200, "comparisons": 400, "effective": 300.0, "rate": 0.2, "comparison_rate": 0.2 - difference,
        "difference": difference, "difference_lower": lower, "difference_upper": upper,
    }  # fmt: skip
    ComparisonResult.objects.create(
        run=run, programme=world.programme, partner=world.ngo, group="matched", offences="any", window_months=12, refusal=refusal,
        **({} if refusal else estimate),
    )  # fmt: skip
    RecidivismResult.objects.create(
        run=run, partner=world.ngo, programme=world.programme, offences="any", window_months=12, eligible=200, rearrested=40,
        rate=0.2, rate_lower=0.15, rate_upper=0.26,
    )  # fmt: skip
    return run


class TestWhoIsCounted:
    def counted(self, world: World, period: Period = PERIOD) -> tuple[int, int]:
        with on_web(world.case_manager):
            counts = participation_of(world.ngo, period).get(world.programme.pk)
        return (counts.came.value, counts.completed.value) if counts else (0, 0)

    def test_those_who_came_and_those_who_completed_with_noise(self, year):
        came, completed = self.counted(year)
        assert abs(came - 36) <= 7
        assert abs(completed - 31) <= 7

    def test_the_same_data_give_the_same_counts_and_one_person_more_draws_anew(self, year, monkeypatch):
        states = []
        real = Draws.of_people
        monkeypatch.setattr(
            Draws, "of_people", lambda self, n, state, cell: states.append((n, state)) or real(self, n, state, cell)
        )
        assert self.counted(year) == self.counted(year)
        before = states[0]
        year.enrolment(person=year.person(year.ngo, first_names="One more"), started_on=PERIOD.first)
        self.counted(year)
        assert states[-2][0] == before[0]
        assert states[-2][1] != before[1]

    def test_somebody_enrolled_twice_is_one_person(self, world, monkeypatch):
        monkeypatch.setattr(Draws, "of_people", lambda self, n, state, cell: n)
        person = world.person(world.ngo)
        for first in (PERIOD.first, PERIOD.first + timedelta(days=60)):
            part = world.enrolment(person=person, started_on=first)
            session = {"held_on": first, "method": "cbt", "attendance": "attended"}
            run_as(world.caseworker, enrolments.record_session, enrolment=part, **session)
            end = {"ended_on": first + timedelta(days=30), "reason": "completed"}
            run_as(world.caseworker, enrolments.end_enrolment, enrolment=part, **end)
        with on_web(world.case_manager):
            assert participation_of(world.ngo, PERIOD)[world.programme.pk] == (1, 1)

    def test_a_session_that_was_taken_back_or_is_of_another_year_is_none(self, world, monkeypatch):
        monkeypatch.setattr(Draws, "of_people", lambda self, n, state, cell: n)
        part = world.enrolment(person=world.person(world.ngo), started_on=PERIOD.first)
        session = run_as(
            world.caseworker,
            enrolments.record_session,
            enrolment=part,
            held_on=MAY,
            method="cbt",
            attendance="attended",
        )
        run_as(world.caseworker, corrections.take_back, entry=session, why="wrong_person")
        later = {"held_on": PERIOD.last + timedelta(days=1), "method": "cbt", "attendance": "attended"}
        run_as(world.caseworker, enrolments.record_session, enrolment=part, **later)
        with on_web(world.case_manager):
            assert participation_of(world.ngo, PERIOD)[world.programme.pk] == (0, 0)

    def test_another_partner_counts_nobody_of_it(self, year):
        manager = year.member(year.other_ngo, "case_manager")
        with on_web(manager):
            assert participation_of(year.ngo, PERIOD) == {}

    @pytest.mark.parametrize(
        ("of", "today", "last"),
        [
            (2025, date(2026, 11, 30), date(2025, 12, 31)), (2026, date(2026, 11, 30), date(2026, 9, 30)),
            (2026, date(2026, 4, 1), date(2026, 3, 31)), (2026, date(2026, 3, 31), None),
        ],
    )  # fmt: skip
    def test_a_year_goes_to_its_last_whole_quarter(self, of, today, last):
        period = Period.of_year(of, today)
        assert (period.last if period else None) == last


class TestCost:
    def test_by_person_is_what_was_spent_over_the_protected_count_and_the_noise_makes_its_range(self):
        people = Draws("x").of_people(100, State.of({"a": (1, 100)}), "cell")
        cost = cost_by(Decimal(10_000), people)
        assert cost.value == pytest.approx(10_000 / people.value)
        assert cost.low == pytest.approx(10_000 / (people.value + 1.959963984540054 * 2))
        assert cost.high == pytest.approx(10_000 / (people.value - 1.959963984540054 * 2))

    def test_on_fewer_than_thirty_none_is_shown(self):
        few = Draws("x").of_people(10, State.of({"a": (1, 10)}), "cell")
        assert cost_by(Decimal(10_000), few) is None
        assert cost_by(Decimal(10_000), NOBODY) is None

    def test_shared_costs_follow_the_declared_key_and_nothing_without_one(self, year):
        [cost] = costs(year)
        assert (cost.direct, cost.shared, cost.total) == (34_000, 0, 34_000)
        assert "no key is declared" in " ".join(cost.cautions)
        run_as(
            year.case_manager, grants.declare_key, year=LAST_YEAR, basis="Hours", shares={year.programme: Decimal(100)}
        )
        [cost] = costs(year)
        assert (cost.shared, cost.total) == (2_000, 36_000)
        assert any("Hours" in caution for caution in cost.cautions)

    def test_months_without_accounts_are_named(self, year):
        [cost] = costs(year)
        assert len(cost.missing_months) == 11
        assert MAY not in cost.missing_months

    def test_several_currencies_give_no_cost_by_person(self, year):
        spent(year, allocated(year, grant_of(year, currency="SEK")), 1_000, MAY)
        assert [cost.by_person for cost in costs(year)] == [None, None]


class TestAvoided:
    def test_a_released_interval_below_no_difference_tells_it(self, year):
        released(year, -0.15, -0.05)
        [cost] = costs(year)
        by_person, avoided = cost.by_person, cost.by_avoided
        assert avoided.value == pytest.approx(by_person.value / 0.10)
        assert avoided.low == pytest.approx(by_person.low / 0.15)
        assert avoided.high == pytest.approx(by_person.high / 0.05)

    @pytest.mark.parametrize(
        ("bounds", "why"),
        [((-0.15, 0.01), "could be chance"), ((0.01, 0.2), "higher"), ((-0.15, 0.0), "could be chance")],
    )
    def test_otherwise_it_cannot_be_told_and_says_why(self, year, bounds, why):
        released(year, *bounds)
        [cost] = costs(year)
        assert cost.by_avoided is None
        assert why in cost.by_avoided_in_words
        assert "Can’t be told" in cost.by_avoided_in_words

    def test_a_refused_comparison_tells_none(self, year):
        released(year, 0, 0, refusal="unbalanced")
        assert costs(year)[0].by_avoided is None

    def test_a_preview_tells_none(self, year):
        run = released(year, -0.15, -0.05)
        Run.objects.filter(pk=run.pk).update(released_at=None)
        assert "no comparison" in costs(year)[0].by_avoided_in_words

    def test_without_a_cost_by_person_there_is_none(self):
        lower = ComparisonResult(difference=-0.1, difference_lower=-0.2, difference_upper=-0.05)
        assert cost_by_avoided(None, lower) is None
        assert cost_by_avoided(Range(1.0, 1.0, 1.0), lower) is not None
        assert cost_by_avoided(Range(1.0, 1.0, 1.0), None) is None


class TestPages:
    def test_the_page_and_its_file_say_the_same(self, year):
        released(year, -0.15, 0.05)
        client, address = year.client(year.case_manager), reverse("costs")
        page = client.get(f"{address}?year={LAST_YEAR}").text
        assert "34,000" in page
        assert "could be chance" in page
        file = client.get(f"{address}?year={LAST_YEAR}&format=csv").text
        assert "Counselling" in file
        assert len(table(costs(year))[0]) == len(table(costs(year))[1])

    @pytest.mark.parametrize("query", ["?year=x", "?year=1", "?year=99999999999999999999", "?format=csv"])
    def test_nonsense_shows_a_page(self, year, query):
        assert year.client(year.case_manager).get(reverse("costs") + query).status_code == 200

    def test_nobody_elses_costs_are_on_it(self, year):
        manager = year.member(year.other_ngo, "case_manager")
        assert "No costs yet" in year.client(manager).get(reverse("costs")).text
        assert "No costs yet" in year.client(year.coordinator).get(reverse("costs")).text

    @pytest.mark.parametrize("language", ["en", "fi", "sv"])
    def test_the_report_for_the_funder_is_an_accessible_pdf(self, year, language):
        released(year, -0.15, -0.05)
        client = year.client(year.case_manager)
        client.cookies["django_language"] = language
        report = client.get(reverse("grant_report", args=[year.grant.pk]))
        assert report.content.startswith(b"%PDF")
        assert b"pdfuaid" in report.content

    def test_without_a_release_there_is_none_and_the_page_says_so(self, year):
        client = year.client(year.case_manager)
        response = client.get(reverse("grant_report", args=[year.grant.pk]), follow=True)
        assert "No figures are released yet" in response.text
