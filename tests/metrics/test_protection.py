"""Protected counts: noise that hides a person, and that figures take into account."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.protection import perturbation
from metrics.protection.counts import NOBODY, Draws, ProtectedCount, State, key_name, shown_before, total
from metrics.protection.perturbation import OF_PEOPLE, OF_SERIES
from metrics.protection.rates import rate
from metrics.recidivism.fixed_windows import Outcomes, tails
from metrics.recidivism.survival import curve_points
from metrics.statistics.proportions import wilson

DRAWS = Draws("2026-Q4")


@pytest.fixture(autouse=True)
def _fixed_secret(settings):
    settings.FIGURES_KEY = "f" * 40


hashes = st.integers(-(2**63), 2**63 - 1)


def state(number: int) -> State:
    return State.of({"did": (number, 10)})


class TestPerturbation:
    @pytest.mark.parametrize("noise", [OF_PEOPLE, OF_SERIES], ids=["people", "series"])
    @pytest.mark.parametrize("count", range(40))
    def test_the_mean_stays_and_the_variance_is_as_asked(self, count, noise):
        shown, cumulative = perturbation.distribution(count, noise)
        chances = np.diff(cumulative, prepend=0.0)
        variance = chances @ (shown - count) ** 2
        assert chances @ shown == pytest.approx(count, abs=1e-6)
        assert cumulative[-1] == pytest.approx(1)
        if count == 0:
            assert variance == 0
        elif not noise.shows_small and count in {2, 3}:
            assert variance == pytest.approx(6)  # the least there is without showing 1 to 4
        else:
            assert variance == pytest.approx(noise.variance, abs=1e-5)

    @pytest.mark.parametrize("count", range(40))
    def test_no_count_can_be_changed_by_more_than_seven_or_shown_as_one_to_four(self, count):
        shown, _cumulative = perturbation.distribution(count, OF_PEOPLE)
        assert abs(shown - count).max() <= 7
        assert not {1, 2, 3, 4} & {*shown}

    @given(st.integers(0, 5000), st.floats(0, 1))
    def test_what_is_drawn_is_what_can_be_shown(self, count, chance):
        shown = perturbation.draw(count, OF_PEOPLE, chance)
        assert abs(shown - count) <= 7
        assert shown not in {1, 2, 3, 4}

    @pytest.mark.parametrize("shown", [0, *range(5, 60)])
    def test_every_shown_count_but_nought_may_stand_for_several(self, shown):
        possible = [count for count in range(shown + 8) if shown in perturbation.distribution(count, OF_PEOPLE)[0]]
        assert len(possible) >= 5

    def test_a_negative_count_is_an_error(self):
        with pytest.raises(ValueError, match="no count"):
            perturbation.distribution(-1, OF_PEOPLE)


class TestDraws:
    @given(st.integers(0, 300), hashes)
    def test_the_same_data_in_the_same_release_are_shown_the_same_for_ever(self, count, number):
        assert DRAWS.of_people(count, state(number), "a").value == DRAWS.of_people(count, state(number), "a").value

    @pytest.mark.parametrize("other", [
        lambda number: Draws("2027-Q1").of_people(100, state(number), "a"),
        lambda number: DRAWS.of_people(100, state(number + 1), "a"),
        lambda number: DRAWS.of_people(100, state(number), "b"),
    ], ids=["another release", "another state", "another cell"])  # fmt: skip
    def test_whatever_changes_draws_anew(self, other):
        """As often the same as two draws are by chance, and not correlated."""
        pairs = np.array([(DRAWS.of_people(100, state(n), "a").value, other(n).value) for n in range(0, 4000, 2)])
        assert abs(np.corrcoef(pairs.T)[0, 1]) < 0.1
        assert pairs.mean() == pytest.approx(100, abs=0.3)
        assert pairs.var() == pytest.approx(4, abs=0.5)

    def test_another_secret_draws_anew_and_is_told_by_its_name(self, settings):
        values = lambda: [DRAWS.of_people(100, state(n), "a").value for n in range(50)]
        ours, name = values(), key_name()
        settings.FIGURES_KEY = "another"
        assert (values() != ours, key_name() != name) == (True, True)

    @given(st.dictionaries(st.sampled_from("abc"), st.tuples(hashes, st.integers(1, 50)), min_size=1))
    def test_one_person_more_or_one_outcome_changed_is_another_state(self, outcomes):
        before = State.of(outcomes)
        name, (summed, people) = next(iter(outcomes.items()))
        assert State.of(outcomes | {name: (summed + 1, people)}) != before
        assert State.of(outcomes | {name: (summed, people + 1)}) != before
        assert State.of(outcomes | {"nobody": (0, 0)}) == before

    def test_nothing_else_makes_a_protected_count(self):
        with pytest.raises(TypeError, match="comes from"):
            ProtectedCount(12, 0.0, 0)

    def test_a_sum_has_the_noise_of_all_its_parts(self):
        parts = [DRAWS.of_people(50, state(n), "a") for n in range(3)]
        assert (total(parts).value, total(parts).variance) == (sum(part.value for part in parts), 12.0)
        assert total([]).value == NOBODY.value == 0


class TestRates:
    def test_on_fewer_than_thirty_people_there_is_none(self):
        assert rate(shown_before(9), shown_before(20)) is None
        assert rate(shown_before(10), shown_before(20)) is not None

    @pytest.mark.parametrize(
        ("events", "others"), [(0, 40), (5, 40), (19, 40), (20, 40), (40, 19), (40, 0), (300, 900)]
    )
    def test_an_interval_holds_its_rate_and_is_wider_than_of_exact_counts(self, events, others):
        found = rate(shown_before(events), shown_before(others))
        exact = wilson(events, events + others)
        assert found
        assert found.rate == exact.rate
        assert 0 <= found.lower <= found.rate <= found.upper <= 1
        assert found.upper - found.lower > exact.upper - exact.lower

    @given(st.integers(0, 60).filter(lambda n: n not in range(1, 5)), st.integers(30, 60))
    def test_both_tails_are_told_alike(self, events, others):
        one, other = rate(shown_before(events), shown_before(others)), rate(shown_before(others), shown_before(events))
        assert one
        assert other
        assert one.lower == pytest.approx(1 - other.upper, abs=0.02)

    @pytest.mark.parametrize(("people", "share"), [(40, 0.05), (40, 0.4), (150, 0.1), (150, 0.5)])
    def test_intervals_cover_the_true_rate(self, people, share):
        rng = np.random.default_rng(1)
        hits = []
        for events in rng.binomial(people, share, 600).tolist():
            shown = [perturbation.draw(count, OF_PEOPLE, rng.random()) for count in (events, people - events)]
            if found := rate(*map(shown_before, shown)):
                hits.append(found.lower <= share <= found.upper)
        assert np.mean(hits) > 0.92  # 600 draws of 95 %: 93 less the error of the simulation


def outcomes(**people: int) -> Outcomes:
    """People by "observed_any_drug", with hashes made of their names."""
    return Outcomes(
        {tuple(map(int, key[1:].split("_"))): (n, zlib.crc32(key.encode()) + n) for key, n in people.items()}
    )  # type: ignore[misc]


class TestWindows:
    GROUP = outcomes(p6_1_1=40, p6_3_7=30, p6_7_7=80, p2_2_2=20, p2_7_7=60)

    def test_both_tails_of_every_window_are_protected_and_add_up_to_who_was_followed(self):
        for (kind, number), cell in tails(self.GROUP, DRAWS).items():
            rearrested = self.GROUP.rearrested(kind, number)
            assert cell.rearrested.value == pytest.approx(rearrested, abs=7)
            assert cell.eligible == cell.rearrested.value + cell.not_rearrested.value

    def test_who_is_too_new_for_a_window_changes_nothing_in_it(self):
        newcomers = Outcomes({**self.GROUP.people, (1, 7, 7): (25, 99), (1, 1, 7): (3, 98)})
        before, after = tails(self.GROUP, DRAWS), tails(newcomers, DRAWS)
        longer = [cell for cell in before if cell[1] > 1]
        assert all([part.value for part in before[c]] == [part.value for part in after[c]] for c in longer)

    def test_neighbouring_windows_and_kinds_are_half_alike_in_their_noise(self):
        """A person who counts in all of them is not found by taking the mean of their noise."""
        noise = []
        for number in range(800):
            group = Outcomes({key: (n, h + number) for key, (n, h) in self.GROUP.people.items()})
            cells = tails(group, DRAWS)
            noise.append(
                [
                    cells[kind, window].not_rearrested.value
                    for kind, window in (("any", 3), ("any", 4), ("drug", 3), ("any", 6))
                ]
            )
        alike = np.corrcoef(np.array(noise).T)
        assert alike[0, 1:] == pytest.approx([0.5, 0.5, 0.125], abs=0.12)

    def test_a_curve_never_rises_and_holds_each_windows_people(self):
        points = curve_points(tails(outcomes(p6_1_1=40, p6_7_7=60, p1_1_1=90, p1_7_7=10), DRAWS), "any")
        shares = [point[1] for point in points]
        assert [point[0] for point in points] == [0, 6, 12, 24, 36, 48, 60]
        assert shares == sorted(shares, reverse=True)
        assert all(lower <= share <= upper for _months, share, lower, upper, _people in points)

    def test_a_curve_ends_where_fewer_than_thirty_are_followed(self):
        points = curve_points(tails(outcomes(p2_1_1=40, p2_7_7=60, p3_7_7=12), DRAWS), "any")
        assert [point[0] for point in points] == [0, 6, 12]
