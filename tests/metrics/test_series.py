"""Series: what is found, what is not claimed, and the model behind it against formulas and published values."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from metrics.statistics import trends
from metrics.statistics.trends import Pair

MONTHS = 84
ONES = np.ones(MONTHS)
SEASON = np.exp(4 + 0.3 * np.sin(np.arange(MONTHS) / 6 * np.pi))
AFTER = np.arange(MONTHS) >= 42


def wandering(seed: int, correlation: float = 0.6, mean: float = 60, months: int = MONTHS) -> np.ndarray:
    """Counts of months that are alike, without any change."""
    rng = np.random.default_rng(seed)
    level = [rng.normal()]
    for _month in range(1, months):
        level.append(correlation * level[-1] + np.sqrt(1 - correlation**2) * rng.normal())
    return rng.poisson(mean * np.exp(0.25 * np.array(level)))


class TestInterrupted:
    def test_a_change_of_level_is_found_and_the_expected_line_goes_on_without_it(self):
        found = trends.interrupted(np.round(SEASON * np.where(AFTER, 0.6, 1)), 100 * ONES, 42, 1)
        assert found
        assert found.is_shown
        assert found.level.change == pytest.approx(-0.4, abs=0.02)
        assert found.slope.change == pytest.approx(0, abs=0.03)
        assert found.expected[48:] == pytest.approx(SEASON[48:], rel=0.06)
        assert (found.expected_lower < found.expected).all()
        assert (found.expected < found.expected_upper).all()

    def test_a_change_of_slope_alone_is_found(self):
        since = np.maximum(0, np.arange(MONTHS) - 42) / 12
        found = trends.interrupted(np.round(SEASON * 0.8**since), 100 * ONES, 42, 1)
        assert found
        assert found.is_shown
        assert found.slope.change == pytest.approx(-0.2, abs=0.03)

    def test_months_that_are_alike_make_no_change(self):
        """Correlated by 0.6: the errors before this method found a change in 26 of 100 such series."""
        found = [trends.interrupted(wandering(seed), ONES, 42, 1) for seed in range(40)]
        assert sum(each.is_shown for each in found if each) <= 6

    def test_the_interval_widens_with_the_noise_that_protects_the_counts(self):
        counts = np.random.default_rng(3).poisson(8, MONTHS)
        plain, noisy = (trends.interrupted(counts, ONES, 42, 1, noise) for noise in (0.0, 1.6))
        assert plain
        assert noisy
        assert 1.03 < noisy.level.error / plain.level.error < 1.2

    def test_protected_counts_below_zero_are_fitted_as_they_are(self):
        rng = np.random.default_rng(4)
        counts = rng.poisson(2, MONTHS) + np.rint(rng.normal(0, 1.4, MONTHS))
        assert (counts < 0).any()
        found = trends.interrupted(counts, ONES, 42, 1, np.full(MONTHS, 2.0))
        assert found
        assert not found.is_shown
        assert np.isfinite([found.level.lower, found.level.upper, *found.expected]).all()

    def test_none_with_less_than_a_year_on_either_side_or_nothing_on_one(self):
        assert trends.interrupted(SEASON, ONES, 11, 1) is None
        assert trends.interrupted(SEASON, ONES, 73, 1) is None
        assert trends.interrupted(SEASON, ONES, 12, 1)
        assert trends.interrupted(np.where(AFTER, 0, SEASON), ONES, 42, 1) is None

    @settings(max_examples=15, deadline=None)
    @given(st.floats(0.2, 50), st.integers(0, 1000))
    def test_the_unit_of_exposure_changes_no_change(self, unit, seed):
        counts = wandering(seed, mean=20)
        one, other = (trends.interrupted(counts, exposure, 42, 1) for exposure in (ONES, unit * ONES))
        assert one
        assert other
        assert (one.p, *one.level, *one.slope) == pytest.approx((other.p, *other.level, *other.slope), abs=1e-6)


class TestModel:
    def test_with_next_to_no_variation_of_its_own_the_fit_is_that_of_statsmodels(self):
        counts = np.random.default_rng(1).poisson(60, MONTHS)
        design = np.column_stack([ONES, AFTER, np.arange(MONTHS) / 12])
        theirs = sm.GLM(counts, design, family=sm.families.Poisson()).fit()
        eta = trends._fitted(counts, ONES, design, 0 * ONES, trends._log_link, np.log(counts + 1.0))
        assert np.exp(eta) == pytest.approx(theirs.mu, rel=1e-6)
        mixture = trends._mixture(eta + counts / np.exp(eta) - 1, np.exp(-eta), design, np.arange(MONTHS))
        assert mixture.means[0] == pytest.approx(theirs.params, abs=1e-3)
        # s = 0.02 adds 2.4 % to the variance of a mean of sixty.
        assert np.sqrt(np.diag(mixture.covariances[0])) == pytest.approx(theirs.bse * np.sqrt(1.024), rel=1e-3)

    def test_a_share_is_fitted_as_by_statsmodels(self):
        rng = np.random.default_rng(2)
        totals = rng.poisson(40, MONTHS) + 1.0
        share = rng.binomial(totals.astype(int), 0.3) / totals
        design = np.column_stack([ONES, AFTER])
        theirs = sm.GLM(share, design, family=sm.families.Binomial(), var_weights=totals).fit()
        eta = trends._fitted(share, totals, design, 0 * ONES, trends._logit_link, 0 * ONES)
        assert trends._logit_link(eta)[0] == pytest.approx(theirs.mu, rel=1e-6)

    def test_each_point_of_the_grid_is_generalised_least_squares_with_its_restricted_likelihood(self):
        rng = np.random.default_rng(5)
        months, s, r, f = np.arange(30), 0.31, 0.55, 0.4
        design, variance = np.column_stack([np.ones(30), months / 12]), rng.uniform(0.02, 0.05, 30)
        z = rng.normal(0, 0.2, 30)
        mixture = trends._mixture(z, variance, design, months)
        correlation = (1 - f) * r ** np.abs(months[:, None] - months) + f * np.eye(30)
        inverse = np.linalg.inv(s**2 * correlation + np.diag(variance))
        covariance = np.linalg.inv(design.T @ inverse @ design)
        place = int(np.argmin(np.abs(mixture.covariances - covariance).sum(axis=(1, 2))))
        assert mixture.covariances[place] == pytest.approx(covariance, rel=1e-8)
        mean = covariance @ design.T @ inverse @ z
        assert mixture.means[place] == pytest.approx(mean, rel=1e-8)
        # Against another spread without correlation: the ratio of restricted likelihoods times that of the priors.
        plain = np.diag(1 / (variance + 0.2**2))
        plain_mean = np.linalg.solve(design.T @ plain @ design, design.T @ plain @ z)
        logs = [
            0.5 * (np.linalg.slogdet(inv)[1] - np.linalg.slogdet(design.T @ inv @ design)[1] - e @ inv @ e)
            for inv, e in ((inverse, z - design @ mean), (plain, z - design @ plain_mean))
        ]
        prior = np.subtract(*(trends.LOG_PRIOR[list(trends.SPREADS).index(spread)] for spread in (s, 0.2)))
        unpruned = np.argmin(np.abs(mixture.means - plain_mean).sum(axis=1))
        assert mixture.means[unpruned] == pytest.approx(plain_mean, rel=1e-6)
        assert np.log(mixture.weights[place] / mixture.weights[unpruned]) == pytest.approx(logs[0] - logs[1] + prior)

    def test_quantiles_and_p_of_one_normal_are_its_own(self):
        normal = trends._Mixture(np.ones(1), np.array([[0.5, -1.0]]), np.array([np.diag([0.04, 0.25])]))
        change = normal.change([1, 0])
        assert np.log1p([change.lower, change.upper]) == pytest.approx([0.5 - 1.96 * 0.2, 0.5 + 1.96 * 0.2], abs=1e-4)
        assert change.p == pytest.approx(2 * stats.norm.sf(2.5), abs=1e-6)
        assert normal.joint_p([0, 1]) == pytest.approx(stats.chi2.sf(2.5**2 + 2**2, 2))
        assert change.least_visible == pytest.approx(1 - np.exp(-2.8 * 0.2))


class TestDifference:
    def pair(self, pilot: np.ndarray, other: np.ndarray) -> Pair:
        return Pair(np.round(pilot), np.round(other), 100 * ONES, 300 * ONES)

    def test_what_happened_everywhere_is_no_effect_of_the_pilot(self):
        everywhere = np.where(AFTER, 0.5, 1)
        found = trends.difference_in_differences(self.pair(SEASON * everywhere, 3 * SEASON * everywhere), 42)
        assert found
        assert not found.is_shown
        assert found.lower < 0 < found.upper

    def test_a_change_of_the_pilot_alone_is_found(self):
        found = trends.difference_in_differences(self.pair(SEASON * np.where(AFTER, 0.7, 1), 3 * SEASON), 42)
        assert found
        assert found.is_shown
        assert found.change == pytest.approx(-0.3, abs=0.03)

    def test_noise_of_either_side_widens_it(self):
        rng = np.random.default_rng(6)
        pair = Pair(rng.poisson(12, MONTHS), rng.poisson(12, MONTHS), ONES, ONES)
        plain = trends.difference_in_differences(pair, 42)
        for name in ("pilot_noise", "comparison_noise"):
            noisy = trends.difference_in_differences(pair._replace(**{name: 24 * ONES}), 42)
            assert plain
            assert noisy
            assert noisy.error > 1.02 * plain.error

    def test_none_with_less_than_a_year_on_either_side(self):
        pair = self.pair(SEASON, SEASON)
        assert trends.difference_in_differences(pair, 11) is None
        assert trends.difference_in_differences(pair, 73) is None
        assert trends.drift_before(pair, 11) is None

    def test_parallel_is_said_only_where_a_drift_of_five_percent_a_year_is_excluded(self):
        pair = self.pair(40 * SEASON, 120 * SEASON)
        parallel, short = trends.drift_before(pair, MONTHS), trends.drift_before(self.pair(SEASON / 10, SEASON), 24)
        assert parallel
        assert short
        assert parallel.is_parallel
        assert not short.is_parallel
        assert not short.change.is_shown
        apart = trends.drift_before(self.pair(40 * SEASON * 1.06 ** (np.arange(MONTHS) / 12), 120 * SEASON), MONTHS)
        assert apart
        assert not apart.is_parallel
        assert apart.change.is_shown

    def test_district_against_district_is_students_test_from_six_districts_on(self):
        rates = [(10, 7), (12, 8), (9, 6.5), (10, 10.5), (11, 11), (14, 13)]
        is_pilot = [True] * 3 + [False] * 3
        logs = np.log([after / before for before, after in rates])
        theirs = stats.ttest_ind(logs[:3], logs[3:])
        found = trends.change_by_district(rates, is_pilot)
        assert found
        assert found.p == pytest.approx(theirs.pvalue)
        assert found.change == pytest.approx(np.exp(logs[:3].mean() - logs[3:].mean()) - 1)
        assert found.lower < found.change < found.upper < 0
        assert trends.change_by_district(rates[:5], is_pilot[:5]) is None
        assert trends.change_by_district(rates, [True] * 6) is None
        assert trends.change_by_district([(0, 7), *rates[1:]], is_pilot) is None


class TestPlacebos:
    def test_every_half_year_before_the_start_with_a_year_on_either_side(self):
        found = trends.placebos(42, lambda month: month / 100)
        assert [tuple(placebo) for placebo in found] == [(12, 0.12), (18, 0.18), (24, 0.24), (30, 0.3)]
        assert trends.placebos(23, lambda month: 0.5) == []
        assert trends.placebos(24, lambda month: None) == []


class TestFiveYears:
    def test_the_last_year_against_the_one_five_years_earlier(self):
        counts = [100] * 12 + [500] * 48 + [80] * 12
        found = trends.change_between(counts, np.ones(72), 1)
        assert found
        assert found.change == pytest.approx(-0.2, abs=1e-3)
        # At least what Poisson's counts allow: variance of the log ratio 1/1200 + 1/960.
        assert found.error >= 0.99 * np.sqrt(1 / 1200 + 1 / 960)
        assert found.is_shown

    def test_none_without_both_years_or_where_either_has_nothing(self):
        assert trends.change_between([10] * 71, np.ones(71), 1) is None
        assert trends.change_between([0] * 72, np.ones(72), 1) is None

    @pytest.mark.parametrize("size", [12, 60, 72])
    def test_exposure_that_doubles_with_the_counts_is_no_change(self, size):
        counts = np.array([10.0] * (84 - size) + [20.0] * size)
        found = trends.change_between(counts, counts, 1)
        assert found
        assert found.change == pytest.approx(0, abs=1e-6)

    @pytest.mark.parametrize("between", [0, -1])
    def test_years_between_in_which_nothing_happened_say_nothing(self, between):
        full, empty = ([20] * 12 + [each] * 48 + [10] * 12 for each in (20, between))
        found, without = (trends.change_between(counts, np.ones(72), 1) for counts in (full, empty))
        assert found
        assert without
        assert without.change == pytest.approx(-0.5, abs=0.01)
        assert found.error < without.error < 1.5 * found.error  # fewer years tell how months vary

    @given(
        st.lists(st.integers(-2, 3), min_size=12, max_size=12),
        st.lists(st.sampled_from([0, 1, 9]), min_size=7, max_size=7),
    )
    @settings(max_examples=60, deadline=None)
    def test_of_any_rare_counts_there_is_no_change_or_one_with_an_interval(self, month, years):
        counts = np.outer(years, month).ravel()
        for found in (
            trends.change_between(counts, np.ones(84), 1, noise_variance=1.6),
            getattr(trends.interrupted(counts, np.ones(84), 42, 1, noise_variance=1.6), "level", None),
        ):
            if found:
                assert np.isfinite(found).all()
                assert found.lower <= found.upper

    def test_months_that_are_alike_make_no_change(self):
        found = [trends.change_between(wandering(seed), ONES, 1) for seed in range(40)]
        assert sum(each.is_shown for each in found if each) <= 6


def test_the_season_is_taken_out_and_the_level_left():
    adjusted = trends.seasonally_adjusted(SEASON)
    assert adjusted is not None
    assert np.ptp(adjusted) < np.ptp(SEASON) / 4
    assert adjusted.mean() == pytest.approx(SEASON.mean(), rel=0.02)
    assert trends.seasonally_adjusted([1] * 23) is None
