"""Statistics against published reference values: R's survival package, lifelines, statsmodels, textbook formulas."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics import matching
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


def simulated(seed: int = 1, people: int = 4000, effect: float = 0.7) -> tuple:
    """Participants differ from the others in what drives re-arrest; the programme multiplies the risk by `effect`."""
    rng = np.random.default_rng(seed)
    x, woman, district = rng.normal(size=people), rng.random(people) < 0.2, rng.integers(0, 4, people)
    treated = rng.random(people) < 1 / (1 + np.exp(2.5 - 0.5 * x - 0.4 * woman - 0.1 * district))
    risk = 1 / (1 + np.exp(0.5 - 0.6 * x - 0.3 * woman + 0.1 * district))
    outcome = rng.random(people) < np.where(treated, risk * effect, risk)
    return treated, {"x": x, "woman": woman.astype(float)}, {"district": district}, outcome


class TestWeighting:
    def test_it_finds_the_effect_that_the_bare_comparison_hides(self):
        treated, numbers, categories, outcome = simulated(people=20_000)
        bare = 1 - outcome[treated].mean() / outcome[~treated].mean()
        found = matching.weigh(treated, numbers, categories, outcome)
        assert found.effect
        assert found.effect.reduction_lower < 0.3 < found.effect.reduction_upper
        assert abs(found.effect.reduction - 0.3) < 0.06 < abs(bare - 0.3)

    def test_balance_is_shown_and_reached(self):
        found = matching.weigh(*simulated())
        assert {row.name for row in found.balance} == {"x", "woman", "district=1", "district=2", "district=3"}
        assert max(abs(row.before) for row in found.balance) > 0.3 > 0.1 > max(abs(row.after) for row in found.balance)

    def test_the_score_is_that_of_statsmodels(self):
        treated, numbers, _, _ = simulated()
        design = sm.add_constant(np.column_stack(list(numbers.values())))
        score, information = matching._logistic(design, treated)
        theirs = sm.Logit(treated.astype(float), design).fit(disp=0)
        assert score == pytest.approx(theirs.predict(), abs=1e-8)
        assert np.linalg.inv(information) == pytest.approx(theirs.cov_params(), abs=1e-8)

    def test_refused_under_sixty_participants(self):
        treated, numbers, categories, outcome = simulated()
        treated[np.flatnonzero(treated)[59:]] = False
        assert matching.weigh(treated, numbers, categories, outcome).refusal == "few_participants"

    def test_refused_where_the_groups_have_nothing_in_common(self):
        treated, numbers, _, outcome = simulated()
        assert matching.weigh(treated, numbers, {"district": treated.astype(int)}, outcome).refusal == "no_overlap"

    def test_refused_where_a_trait_separates_them(self):
        treated, numbers, categories, outcome = simulated()
        found = matching.weigh(treated, numbers | {"x": treated * 5.0 + numbers["x"]}, categories, outcome)
        assert found.effect is None
        assert found.refusal in {"no_estimate", "unbalanced", "few_comparisons"}

    def test_participants_without_a_counterpart_are_left_out_and_counted(self):
        treated, numbers, categories, outcome = simulated()
        own = np.flatnonzero(treated)[:8]
        categories["district"][own] = 99
        found = matching.weigh(treated, numbers, categories, outcome)
        assert (found.left_out, found.participants) == (8, treated.sum() - 8)


class TestTwoProportions:
    def test_newcombes_interval_of_a_difference(self):
        # Newcombe (1998), Statistics in Medicine 17:873, table II, method 10, case (a): 56/70 − 48/80.
        found = matching.compare_proportions(56, 70, 48, 80)
        assert (round(found.difference, 4), round(found.difference_lower, 4), round(found.difference_upper, 4)) == (
            0.2,
            0.0524,
            0.3339,
        )

    def test_no_reduction_where_nobody_was_rearrested(self):
        found = matching.compare_proportions(0, 50, 5, 50)
        assert (found.reduction, found.difference) == (None, pytest.approx(-0.1))

    def test_reduction(self):
        found = matching.compare_proportions(20, 100, 40, 100)
        assert found.reduction == pytest.approx(0.5)
        # Log ratio: ln 0.5 ± 1.96 √(1/20 − 1/100 + 1/40 − 1/100).
        assert (found.reduction_lower, found.reduction_upper) == pytest.approx((0.2082, 0.6842), abs=1e-4)
