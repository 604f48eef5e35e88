"""Comparisons as formulas: landmarks, weights, risks with people who leave, differences, E-values; against published values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from metrics.statistics import landmark, matching
from metrics.statistics.matching import Lives, Side
from metrics.statistics.survival import curve_of

Numbers = NDArray[Any]


def numbers(*values: float) -> Numbers:
    return np.array(values, dtype=float)


def log(*arrests: tuple[int, int, int, int]) -> landmark.Arrests:
    """Arrests as (person, day, day of the latest offence, day of the latest drug offence or −1)."""
    person, day, offence, drug = (np.array(column) for column in zip(*arrests, strict=True))
    return landmark.in_order(person.astype(np.int64), *(column.astype(float) for column in (day, offence, drug)))


class TestLandmark:
    def follow(self, person: int, day: int, arrests: landmark.Arrests) -> tuple[float, ...]:
        """(prior, prior for drugs, recent, first re-arrest, first for drugs) of one person from one day on."""
        found = landmark.follow(np.array([person]), numbers(day), arrests)
        return tuple(
            column[0] for column in (found.prior, found.prior_drug, found.recent, found.any_day, found.drug_day)
        )

    def test_an_arrest_on_the_day_is_a_prior_one_and_the_next_is_the_event(self):
        arrests = log((1, 100, 100, -1), (1, 130, 130, 130), (1, 150, 150, -1), (2, 140, 140, -1))
        assert self.follow(1, 130, arrests) == (2, 1, 2, 150, np.inf)
        assert self.follow(2, 139, arrests) == (0, 0, 0, 140, np.inf)

    def test_an_old_offence_that_surfaces_later_is_no_event(self):
        arrests = log((1, 100, 100, -1), (1, 150, 110, 110), (1, 170, 165, 120), (1, 190, 185, 185))
        assert self.follow(1, 120, arrests) == (1, 0, 1, 170, 190)

    def test_nobody_known_to_the_police_has_neither_past_nor_event(self):
        assert self.follow(7, 120, log((1, 100, 100, -1), (9, 100, 100, -1))) == (0, 0, 0, np.inf, np.inf)

    def test_people_are_told_apart_by_numbers_of_any_size(self):
        large = 2**63 - 1
        arrests = log((large, 100, 100, -1), (large, 200, 200, -1), (-large, 150, 150, -1))
        assert self.follow(large, 120, arrests) == (1, 0, 1, 200, np.inf)
        assert self.follow(-large, 120, arrests) == (0, 0, 0, 150, np.inf)

    @pytest.mark.parametrize(
        ("next_arrest", "is_last"), [(129, False), (130, False), (131, True)], ids=["before", "that day", "after"]
    )
    def test_who_is_arrested_again_before_the_landmark_is_not_compared_from_it(self, next_arrest, is_last):
        arrests = log((1, 100, 100, -1), (1, next_arrest, next_arrest, -1))
        followed = landmark.follow(np.array([1]), numbers(130), arrests)
        assert landmark.is_still_last(numbers(100), followed, arrests).tolist() == [is_last]

    def test_waits_are_drawn_from_the_participants_own_and_the_same_each_time(self):
        waits, origins = numbers(3, 10, 10, 40), np.arange(20_000)
        drawn = landmark.drawn_waits(origins, waits, salt=7)
        values, counts = np.unique(drawn, return_counts=True)
        assert values.tolist() == [3, 10, 40]
        assert counts / len(origins) == pytest.approx([0.25, 0.5, 0.25], abs=0.015)
        assert (landmark.drawn_waits(origins[::-1], waits[::-1], salt=7)[::-1] == drawn).all()
        assert (landmark.drawn_waits(origins, waits, salt=8) != drawn).any()

    def test_there_must_be_waits_to_draw_from(self):
        with pytest.raises(ValueError, match="no waits"):
            landmark.drawn_waits(np.arange(3), numbers(), salt=1)

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # of a busy machine
    @given(
        st.lists(st.tuples(st.integers(1, 3), st.integers(0, 60), st.integers(-20, 0)), max_size=25),
        st.integers(1, 3),
        st.integers(0, 60),
    )
    def test_it_finds_what_looking_at_each_arrest_finds(self, events, person, day):
        rows = [(who, on, max(0, on + lag), on if lag % 2 else -1) for who, on, lag in events] or [(9, 0, 0, -1)]
        own = sorted(row for row in rows if row[0] == person)
        prior = [row for row in own if row[1] <= day]
        later = [row[1] for row in own if row[1] > day and row[2] > day]
        for_drugs = [row[1] for row in own if row[1] > day and row[3] > day]
        assert self.follow(person, day, log(*rows)) == (
            len(prior),
            sum(row[3] >= 0 for row in prior),
            len(prior),
            min(later, default=np.inf),
            min(for_drugs, default=np.inf),
        )


def simulated(seed: int = 1, people: int = 4000, effect: float = 0.7) -> tuple[Any, Any, Any, Lives]:
    """Participants differ from the others in what drives re-arrest; the programme multiplies the risk by `effect`."""
    rng = np.random.default_rng(seed)
    x, woman, district = rng.normal(size=people), rng.random(people) < 0.2, rng.integers(0, 4, people)
    treated = rng.random(people) < 1 / (1 + np.exp(2.5 - 0.5 * x - 0.4 * woman - 0.1 * district))
    risk = 1 / (1 + np.exp(0.5 - 0.6 * x - 0.3 * woman + 0.1 * district))
    event = rng.random(people) < np.where(treated, risk * effect, risk)
    return treated, {"x": x, "woman": woman.astype(float)}, {"district": district}, whole(event)


def whole(event: Any) -> Lives:
    """Lives of which the whole window was seen."""
    return Lives(np.where(event, 1.0, np.inf), np.asarray(event, dtype=bool))


class TestWeighting:
    def test_it_finds_the_effect_that_the_bare_comparison_hides(self):
        treated, known, categories, lives = simulated(people=20_000)
        bare = 1 - lives.event[treated].mean() / lives.event[~treated].mean()
        sides = matching.weigh(treated, known, categories, lives).sides
        assert sides
        effect = matching.effect(*sides)
        assert effect.reduction_lower < 0.3 < effect.reduction_upper
        assert abs(effect.reduction - 0.3) < 0.06 < abs(bare - 0.3)

    def test_balance_is_shown_and_reached(self):
        balance = matching.weigh(*simulated()).balance
        assert {row.name for row in balance} == {"x", "woman", "district=1", "district=2", "district=3"}
        assert max(abs(row.before) for row in balance) > 0.3 > 0.1 > max(abs(row.after) for row in balance)

    def test_the_score_is_that_of_statsmodels(self):
        treated, known, _, _ = simulated()
        design = sm.add_constant(np.column_stack(list(known.values())))
        copies = np.where(known["woman"] > 0, 2.0, 1.0)
        score, information = matching._logistic(design, treated, copies)
        theirs = sm.GLM(treated.astype(float), design, sm.families.Binomial(), freq_weights=copies).fit()
        assert score == pytest.approx(theirs.predict(), abs=1e-4)
        assert np.linalg.inv(information) == pytest.approx(theirs.cov_params(), abs=1e-5)

    def test_who_stands_for_two_is_as_good_as_two(self):
        treated, known, categories, lives = simulated()
        twice = np.where(treated, 1, np.where(known["woman"] > 0, 2, 1))
        double = np.repeat(np.arange(len(treated)), twice)
        one = matching.weigh(treated, known, categories, lives, stands_for=twice.astype(float)).sides
        two = matching.weigh(
            treated[double],
            {name: values[double] for name, values in known.items()},
            {name: values[double] for name, values in categories.items()},
            Lives(lives.days[double], lives.event[double]),
            clusters=double,
        ).sides
        assert one[1].rate == pytest.approx(two[1].rate)
        assert one[1].people == pytest.approx(two[1].people)

    def test_refused_under_sixty_participants(self):
        treated, known, categories, lives = simulated()
        treated[np.flatnonzero(treated)[59:]] = False
        assert matching.weigh(treated, known, categories, lives).refusal == "few_participants"

    def test_refused_where_the_groups_have_nothing_in_common(self):
        treated, known, _, lives = simulated()
        assert matching.weigh(treated, known, {"district": treated.astype(int)}, lives).refusal == "no_overlap"

    def test_comparison_people_unlike_any_participant_weigh_nothing(self):
        """A programme for first offenders: nobody in it has a long record."""
        treated, known, categories, lives = simulated()
        has_record = ~treated & (np.arange(len(treated)) % 2 == 0)
        with_record = matching.weigh(treated, known | {"record": has_record * 3.0}, categories, lives)
        without = matching.weigh(
            treated[~has_record],
            {name: values[~has_record] for name, values in known.items()},
            {name: values[~has_record] for name, values in categories.items()},
            Lives(lives.days[~has_record], lives.event[~has_record]),
        )
        assert with_record.sides[1].rate == pytest.approx(without.sides[1].rate, abs=0.002)
        assert max(abs(row.after) for row in with_record.balance) < 0.1

    def test_refused_where_a_trait_separates_them(self):
        treated, known, categories, lives = simulated()
        comparison = matching.weigh(treated, known | {"x": treated * 5.0 + known["x"]}, categories, lives)
        assert comparison.sides is None
        assert comparison.refusal in {"no_estimate", "unbalanced", "few_comparisons"}

    def test_participants_without_a_counterpart_are_left_out_and_counted(self):
        treated, known, categories, lives = simulated()
        own = np.flatnonzero(treated)[:8]
        categories["district"][own] = 99
        comparison = matching.weigh(treated, known, categories, lives)
        assert (comparison.left_out, comparison.participants) == (8, treated.sum() - 8)


class TestRisk:
    def test_where_everybody_stays_it_is_the_share_with_the_event(self):
        side = matching.side(whole(np.arange(100) < 30))
        assert (side.events, side.people) == pytest.approx((30, 100))

    def test_where_people_leave_it_is_that_of_kaplan_and_meier_with_greenwoods_variance(self):
        rng = np.random.default_rng(3)
        event_day, leaves = rng.integers(1, 500, 300), rng.integers(1, 900, 300)
        days = np.where(event_day <= np.minimum(leaves, 365), event_day, np.where(leaves < 365, leaves, np.inf))
        lives = Lives(days.astype(float), event_day <= np.minimum(leaves, 365))
        curve = curve_of(np.minimum(days, 366), lives.event)
        survival = float(curve.survival[-1])
        greenwood = survival**2 * np.sum(curve.events / (curve.at_risk * (curve.at_risk - curve.events)))
        side = matching.side(lives)
        assert side.rate == pytest.approx(1 - survival)
        assert side.rate * (1 - side.rate) / side.people == pytest.approx(greenwood, rel=1e-6)

    def test_nobody_rearrested(self):
        assert matching.side(whole(np.zeros(50))) == Side(0, 50)

    def test_nobody_has_no_risk(self):
        with pytest.raises(ValueError, match="nobody"):
            matching.side(whole([]))


class TestEffect:
    def test_newcombes_interval_of_a_difference(self):
        # Newcombe (1998), Statistics in Medicine 17:873, table II, method 10, case (a): 56/70 − 48/80.
        effect = matching.effect(Side(56, 70), Side(48, 80))
        assert (effect.difference, effect.difference_lower, effect.difference_upper) == pytest.approx(
            (0.2, 0.0524, 0.3339), abs=5e-5
        )

    def test_no_reduction_where_nobody_was_rearrested(self):
        effect = matching.effect(Side(0, 50), Side(5, 50))
        assert (effect.reduction, effect.e_value, effect.difference) == (None, None, pytest.approx(-0.1))

    def test_reduction(self):
        effect = matching.effect(Side(20, 100), Side(40, 100))
        assert effect.reduction == pytest.approx(0.5)
        # Log ratio: ln 0.5 ± 1.96 √(1/20 − 1/100 + 1/40 − 1/100).
        assert (effect.reduction_lower, effect.reduction_upper) == pytest.approx((0.2082, 0.6842), abs=1e-4)

    def test_e_values_are_the_published_ones(self):
        # VanderWeele and Ding (2017), Annals of Internal Medicine 167:268: a risk ratio of 3.9 (1.8 to 8.7).
        assert matching.e_value(3.9) == pytest.approx(7.26, abs=0.005)
        assert matching.e_value(1.8) == pytest.approx(3.0, abs=0.005)
        assert matching.e_value(1 / 3.9) == pytest.approx(matching.e_value(3.9))
        assert matching.e_value(1) == 1

    def test_what_could_be_chance_needs_nothing_unrecorded_to_explain_it(self):
        assert matching.effect(Side(30, 100), Side(34, 100)).e_value_limit == 1

    def test_the_smallest_difference_is_found_in_eighty_of_a_hundred(self):
        rng = np.random.default_rng(8)
        smallest = matching.effect(Side(75, 250), Side(75, 250)).smallest
        found = [
            matching.effect(
                Side(rng.binomial(250, 0.3 - smallest / 2), 250), Side(rng.binomial(250, 0.3 + smallest / 2), 250)
            ).difference_upper
            < 0
            for _ in range(1000)
        ]
        assert np.mean(found) == pytest.approx(0.8, abs=0.04)

    @settings(deadline=None)
    @given(st.integers(60, 400), st.integers(60, 400), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
    def test_noise_on_the_counts_widens_the_interval_and_moves_nothing(self, people, others, rate, other_rate):
        ours, theirs = Side(round(rate * people), people), Side(round(other_rate * others), others)
        exact, noisy = matching.effect(ours, theirs), matching.effect(ours, theirs, noise=4)
        assert noisy.difference == exact.difference
        assert noisy.reduction == exact.reduction
        assert noisy.difference_lower < exact.difference_lower
        assert noisy.difference_upper > exact.difference_upper
        assert noisy.smallest > exact.smallest
