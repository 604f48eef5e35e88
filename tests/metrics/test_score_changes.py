"""How scores changed: whom it counts, what is better, the interval, and that all of it follows from protected counts."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import DescrStatsW

from cases.assessments import actions as assessments
from cases.assessments.instruments import INSTRUMENTS
from cases.assessments.models import Assessment
from cases.corrections import actions as corrections
from cases.enrolments import actions as enrolments
from metrics.follow_up import upkeep
from metrics.protection.counts import Draws, State
from metrics.protection.perturbation import OF_PEOPLE
from metrics.runs.models import Run
from metrics.score_changes import compute
from metrics.score_changes.models import ScoreChange
from tests.shared_worlds import shared
from tests.world import World, database_role, link, on_web, run_as

DUDIT = INSTRUMENTS["dudit"]


@pytest.fixture
def run(world: World) -> Run:
    return Run.objects.create(reason="test", state=Run.State.DONE, definition="x", quarter="2026-Q4", key_name="k")


@shared
def eight(world: World) -> World:
    """Eight participants: six got better, one was assessed once, one never."""
    world.parts = [
        world.enrolment(
            person=world.person(world.ngo, first_names=f"P{n}"), started_on=world.today - timedelta(days=90)
        )
        for n in range(8)
    ]
    for number, part in enumerate(world.parts[:7]):
        assess(world, part, 30, 60)
        if number < 6:
            assess(world, part, 20, 0)
    return world


def assess(world, part, score, days_ago):
    return run_as(
        world.caseworker, assessments.record_assessment, enrolment=part, instrument="dudit", score=score,
        held_on=world.today - timedelta(days=days_ago),
    )  # fmt: skip


def computed(run: Run, programme: int | None) -> ScoreChange | None:
    """The result of a programme, as the worker computes it."""
    link()
    with database_role("worker"):
        upkeep.refresh()
        results = compute.results(run, Draws("2026-Q4"))
    return next((result for result in results if result.programme_id == programme), None)


def about(people: int) -> object:
    return pytest.approx(people, abs=OF_PEOPLE.most) if people else 0


class TestWhom:
    def test_participants_by_how_often_they_were_assessed(self, eight, run):
        result = computed(run, eight.programme.pk)
        counts = (result.better, result.same, result.worse, result.assessed_once, result.not_assessed)
        assert counts == (about(6), 0, 0, about(1), about(1))

    def test_who_consents_to_no_statistics_is_in_none(self, eight, run):
        for part in eight.parts[:6]:
            run_as(eight.caseworker, enrolments.set_measurement_consent, enrolment=part, consents=False)
        assert computed(run, eight.programme.pk).better == 0

    def test_what_was_taken_back_counts_nowhere(self, eight, run):
        for score in Assessment.objects.all():
            run_as(eight.caseworker, corrections.take_back, entry=score, why="not_so")
        assert computed(run, eight.programme.pk) is None

    def test_the_partnerships_total_is_of_every_programme_that_uses_it(self, eight, run):
        assert computed(run, None).better == about(6)


class TestWhatIsBetter:
    @pytest.mark.parametrize(
        ("instrument", "first", "last", "tenth"),
        [
            ("dudit", 30, 28, 0),  # 2 of 44 are less than a twentieth
            ("dudit", 30, 27, 1),
            ("dudit", 27, 30, -1),
            ("dudit", 44, 0, 10),
            ("who5", 40, 44, 0),
            ("who5", 40, 45, 1),
            ("who5", 100, 0, -10),
        ],
    )
    def test_by_at_least_a_twentieth_of_the_range(self, instrument, first, last, tenth):
        assert compute.class_of(first, last, INSTRUMENTS[instrument]) == tenth


class TestTheMean:
    @given(st.lists(st.integers(0, 40), min_size=21, max_size=21).filter(lambda counts: sum(counts) > 1))
    def test_without_noise_it_is_the_normal_interval_of_statsmodels(self, counts):
        by_class = dict(zip(compute.CLASSES, counts, strict=True))
        mean = compute.mean_of_classes(by_class, dict.fromkeys(by_class, 0.0))
        reference = DescrStatsW(np.repeat(list(compute.CLASSES), counts))
        assert mean.value == pytest.approx(reference.mean, abs=1e-9)
        assert (mean.lower, mean.upper) == pytest.approx(reference.zconfint_mean(), abs=1e-9)

    def test_its_interval_holds_the_true_mean_nineteen_times_of_twenty_noise_and_all(self):
        chance = np.array([0.05, 0.1, 0.25, 0.3, 0.2, 0.1])
        values = np.array([-1, 0, 1, 2, 3, 4])
        truth, random, held = float(chance @ values), np.random.default_rng(19), 0
        for number in range(400):
            people = random.multinomial(60, chance)
            state = State.of({"x": (number, 60)})
            counts = {
                int(value): Draws("2026-Q4").of_people(int(count), state, str(value))
                for value, count in zip(values, people, strict=True)
            }
            mean = compute.mean_of_classes(
                {value: count.value for value, count in counts.items()},
                {value: count.variance for value, count in counts.items()},
            )
            held += mean.lower <= truth <= mean.upper
        assert held / 400 == pytest.approx(0.95, abs=0.035)

    def test_on_few_people_there_is_none(self, eight, run):
        result = computed(run, eight.programme.pk)
        assert (result.change, result.better_rate) == (None, None)

    def test_it_is_in_points_of_the_instrument(self, run, monkeypatch):
        result = compute._result(run, None, None, DUDIT, {"2": (12345, 60)}, Draws("2026-Q4"))
        assert result.change == pytest.approx(2 * 4.4)
        assert result.better_rate > 0.9


class TestWhoSees:
    @pytest.fixture
    def result(self, eight, run):
        values = {"better": 30, "same": 10, "worse": 5, "assessed_once": 7, "not_assessed": 9, "better_rate": 0.66}
        values |= {"better_lower": 0.5, "better_upper": 0.8, "change": 3.1, "change_lower": 1.5, "change_upper": 4.7}
        terms = {"run": run, "programme": eight.programme, "partner": eight.ngo, "instrument": "dudit"}
        return ScoreChange.objects.create(**terms, **values)

    def page(self, world, acting):
        return world.client(acting).get(reverse("score_changes")).content.decode()

    def test_its_partner_once_it_is_released_and_the_coordinator_before(self, eight, run, result):
        assert "Counselling" in self.page(eight, eight.coordinator)
        assert "Counselling" not in self.page(eight, eight.caseworker)
        Run.objects.filter(pk=run.pk).update(released_at=eight.coordinator.user.date_joined)
        assert "Counselling" in self.page(eight, eight.caseworker)

    def test_no_other_partner_whatever_it_asks(self, eight, run, result):
        Run.objects.filter(pk=run.pk).update(released_at=eight.coordinator.user.date_joined)
        for other in (eight.other_caseworker, eight.liaison):
            assert "Counselling" not in self.page(eight, other)
            with on_web(other):
                assert not ScoreChange.objects.exists()
