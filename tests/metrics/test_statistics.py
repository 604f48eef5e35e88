"""Statistics against published reference values: R's survival package, lifelines, statsmodels, textbook formulas."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
