"""Statistics against published reference values: R's survival package, lifelines, statsmodels, textbook formulas."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics import trends
from metrics.statistics.survival import cox, curve_of, kaplan_meier, log_rank


def reference() -> dict[str, list[float]]:
    """Figures printed by tests/reference/survival.R."""
    found: dict[str, list[float]] = {}
    with (Path(__file__).parent.parent / "reference" / "survival.csv").open() as file:
        for name, _, value in csv.reader(file):
            found.setdefault(name, []).append(float(value))
    return found


R = reference()
near = lambda values: pytest.approx(values, abs=2e-6)


@pytest.fixture(scope="module")
def rossi():  # type: ignore[no-untyped-def]
    from lifelines.datasets import load_rossi

    return load_rossi()


class TestKaplanMeier:
    def test_rossi(self, rossi):
        curve = curve_of(rossi.week, rossi.arrest)
        weeks = (1, 10, 26, 40, 52)
        survival, lower, upper = curve.at(weeks).T
        assert list(survival) == near(R["rossi_survival"])
        assert list(lower) == near(R["rossi_lower"])
        assert list(upper) == near(R["rossi_upper"])
        assert list(curve.at_risk_at(weeks)) == R["rossi_at_risk"]
        assert curve.at([26, 52])[:, 0].round(6).tolist() == [0.875, 0.736111]
        assert curve.until([0, 52]).tolist() == [[0, 0], [114, 318]]

    def test_ties(self):
        curve = curve_of([1, 1, 1, 2, 2, 2, 3, 3, 3, 3], [1, 1, 0, 1, 1, 0, 1, 0, 0, 0])
        assert list(curve.survival) == near(R["tied_survival"])
        assert list(curve.lower) == near(R["tied_lower"])
        assert list(curve.upper) == near(R["tied_upper"])

    def test_heavy_censoring(self):
        curve = curve_of(range(1, 41), [t in (5, 20) for t in range(1, 41)])
        found = curve.at([4, 5, 20, 40])
        assert [f[0] for f in found] == near(R["heavy_survival"])
        assert [f[1] for f in found[1:]] == near(R["heavy_lower"])
        assert [f[2] for f in found[1:]] == near(R["heavy_upper"])

    def test_nobody(self):
        curve = curve_of([], [])
        assert len(curve.times) == 0
        assert curve.at([0, 10]).tolist() == [[1, 1, 1]] * 2
        assert curve.at_risk_at([0, 5]).tolist() == [0, 0]
        assert curve.until([5]).tolist() == [[0, 0]]

    @pytest.mark.parametrize(("event", "survival"), [(True, 0.0), (False, 1.0)])
    def test_one_person(self, event, survival):
        assert curve_of([7], [event]).at([7]).tolist() == [[survival] * 3]

    def test_the_same_from_counts_as_from_people(self):
        people = curve_of([3, 5, 5, 9], [1, 0, 1, 0])
        counted = kaplan_meier([3, 5, 9], [1, 1, 0], [1, 2, 1])
        assert all(np.array_equal(a, b) for a, b in zip(people, counted, strict=True))

    def test_a_time_that_stands_twice_is_an_error(self):
        with pytest.raises(ValueError, match="once"):
            kaplan_meier([1, 1], [1, 0], [1, 1])

    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=60))
    def test_as_lifelines_on_any_data(self, people):
        from lifelines import KaplanMeierFitter

        days, events = zip(*people, strict=True)
        curve = curve_of(days, events)
        theirs = KaplanMeierFitter().fit(days, events).survival_function_at_times(range(31))
        assert list(curve.at(range(31))[:, 0]) == pytest.approx(list(theirs), abs=1e-9)


class TestLogRank:
    def test_rossi(self, rossi):
        curves = [curve_of(rossi.week[rossi.fin == k], rossi.arrest[rossi.fin == k]) for k in (0, 1)]
        found = log_rank(curves)
        assert found
        assert (found.statistic, found.p) == near(tuple(R["rossi_log_rank"]))
        assert (round(found.statistic, 4), round(found.p, 4)) == (3.8376, 0.0501)

    def test_three_groups(self, rossi):
        groups = [rossi[(rossi.age > a) & (rossi.age <= b)] for a, b in ((0, 20), (20, 25), (25, 100))]
        found = log_rank([curve_of(g.week, g.arrest) for g in groups])
        assert found
        assert (found.statistic, found.p, found.degrees) == near((*R["rossi_log_rank_age"], 2))

    def test_ties(self):
        t, e = np.array([1, 1, 1, 2, 2, 2, 3, 3, 3, 3]), np.array([1, 1, 0, 1, 1, 0, 1, 0, 0, 0])
        x = np.array([0, 1, 1, 0, 0, 1, 1, 0, 1, 1])
        found = log_rank([curve_of(t[x == k], e[x == k]) for k in (0, 1)])
        assert found
        assert found.statistic == near(R["tied_log_rank"][0])

    def test_none_for_one_group_or_no_event(self):
        one = curve_of([1, 2], [1, 0])
        nothing = curve_of([1, 2], [0, 0])
        assert log_rank([one]) is None
        assert log_rank([one, curve_of([], [])]) is None
        assert log_rank([nothing, nothing]) is None


class TestCox:
    def test_rossi(self, rossi):
        names = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
        terms = cox(rossi.week, rossi.arrest, {name: rossi[name] for name in names})
        assert [term.coefficient for term in terms] == near(R["rossi_cox"])
        assert [(np.log(t.upper) - np.log(t.lower)) / 2 / 1.959963985 for t in terms] == near(R["rossi_cox_se"])
        assert [term.proportional_p for term in terms] == near(R["rossi_zph_p"])
        published = {"fin": -0.37942, "age": -0.05744, "prio": 0.09150}
        assert {t.name: round(t.coefficient, 5) for t in terms if t.name in published} == published

    def test_ties(self):
        terms = cox(
            [1, 1, 1, 2, 2, 2, 3, 3, 3, 3], [1, 1, 0, 1, 1, 0, 1, 0, 0, 0], {"x": [0, 1, 1, 0, 0, 1, 1, 0, 1, 1]}
        )
        assert terms[0].coefficient == near(R["tied_cox"][0])

    def test_no_estimate_where_there_is_none(self):
        assert cox([], [], {"x": []}) == []
        assert cox([1, 2, 3], [0, 0, 0], {"x": [0, 1, 0]}) == []
        assert cox([1, 2, 3, 4], [1, 1, 1, 1], {"x": [1, 1, 1, 1]}) == []
        # Everybody with x has the event first: the coefficient is infinite.
        assert cox(range(1, 41), [1] * 20 + [0] * 20, {"x": [1] * 20 + [0] * 20}) == []


class TestTrends:
    rng = np.random.default_rng(5)
    season = np.exp(3.5 + 0.3 * np.sin(np.arange(72) / 6 * np.pi))

    def test_a_change_of_level_is_found_and_the_expected_line_goes_on_without_it(self):
        true = self.season * np.where(np.arange(72) >= 36, 0.6, 1)
        found = trends.interrupted(np.round(true), np.full(72, 1e4), 36, 1)
        assert found
        assert found.level.change == pytest.approx(-0.4, abs=0.02)
        assert found.slope.change == pytest.approx(0, abs=0.03)
        assert found.expected[40:] == pytest.approx(self.season[40:], rel=0.05)

    def test_counts_that_vary_more_than_poissons_take_the_negative_binomial(self):
        wild = self.rng.poisson(self.season * self.rng.gamma(3, 1 / 3, 72))
        calm = self.rng.poisson(self.season)
        assert trends.interrupted(wild, np.full(72, 1e4), 36, 1).family == "negative_binomial"
        assert trends.interrupted(calm, np.full(72, 1e4), 36, 1).family == "poisson"

    def test_what_happened_everywhere_is_no_effect_of_the_pilot(self):
        everywhere = np.where(np.arange(72) >= 36, 0.5, 1)
        pilot, other = np.round(self.season * everywhere), np.round(3 * self.season * everywhere)
        found = trends.difference_in_differences(pilot, other, np.full(72, 1e4), np.full(72, 3e4), 36)
        assert found
        assert found.effect.lower < 0 < found.effect.upper
        found = trends.difference_in_differences(
            np.round(pilot * np.where(np.arange(72) >= 36, 0.7, 1)), other, np.full(72, 1e4), np.full(72, 3e4), 36
        )
        assert found
        assert found.effect.change == pytest.approx(-0.3, abs=0.03)
        assert found.before.change == pytest.approx(0, abs=0.02)

    def test_none_with_less_than_a_year_on_either_side(self):
        assert trends.interrupted(self.season, np.full(72, 1e4), 11, 1) is None
        assert trends.interrupted(self.season, np.full(72, 1e4), 61, 1) is None
        assert trends.difference_in_differences(self.season, self.season, np.ones(72), np.ones(72), 5) is None

    def test_the_season_is_taken_out_and_the_level_left(self):
        adjusted = trends.seasonally_adjusted(self.season * 10)
        assert np.ptp(adjusted) < np.ptp(self.season * 10) / 4
        assert adjusted.mean() == pytest.approx((self.season * 10).mean(), rel=0.02)
        assert trends.seasonally_adjusted([1] * 23) is None

    def test_five_years_apart(self):
        counts = [10] * 12 + [50] * 48 + [8] * 12
        found = trends.change_between(counts, np.full(72, 1.0))
        assert found
        assert found.change == pytest.approx(-0.2)
        # Var of the log ratio: 1/96 + 1/120.
        assert (found.lower, found.upper) == pytest.approx(
            (0.8 * np.exp(-1.96 * 0.13693) - 1, 0.8 * np.exp(1.96 * 0.13693) - 1), abs=1e-3
        )
        assert trends.change_between(counts[1:], np.full(71, 1.0)) is None
        assert trends.change_between([0] * 72, np.full(72, 1.0)) is None

    @pytest.mark.parametrize("size", [12, 60, 72])
    def test_exposure_that_doubles_with_the_counts_is_no_change(self, size):
        counts = list(itertools.chain([10] * (84 - size), [20] * size))
        found = trends.change_between(counts, np.array(counts, dtype=float))
        assert found
        assert found.change == pytest.approx(0)
