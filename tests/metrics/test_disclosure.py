"""Disclosure control: what is withheld can't be worked out from anything published, and no more is withheld than needed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.protection import disclosure
from metrics.protection.disclosure import Relation, bounds, is_small, withheld
from metrics.recidivism.fixed_windows import Outcomes, cells_and_relations


def table(rows: list[list[int]]) -> tuple[dict, list[Relation]]:
    """A two-way table with all its totals."""
    values = {(i, j): n for i, row in enumerate(rows) for j, n in enumerate(row)}
    relations = []
    columns = range(len(rows[0]))
    for i, row in enumerate(rows):
        values[i, "all"] = sum(row)
        relations.append(Relation((i, "all"), tuple((i, j) for j in columns)))
    for j in [*columns, "all"]:
        values["all", j] = sum(values[i, j] for i in range(len(rows)))
        relations.append(Relation(("all", j), tuple((i, j) for i in range(len(rows)))))
    relations.append(Relation(("all", "all"), tuple(("all", j) for j in columns)))
    return values, relations


def range_of(
    cell: object, values: dict, relations: list[Relation], secret: set, hidden: set = frozenset()
) -> tuple[float, float]:
    """What a reader of everything published can say of a cell."""
    number = {name: index for index, name in enumerate(values)}
    rules = tuple((number[r.total], tuple(number[p] for p in r.parts)) for r in relations)
    return bounds(
        number[cell], tuple(values.values()), rules, {number[c] for c in secret}, frozenset(number[c] for c in hidden)
    )


tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 14), min_size=width, max_size=width), min_size=2, max_size=4)
)


class TestTwoWayTables:
    @settings(max_examples=60, deadline=None)
    @given(tables)
    def test_no_withheld_cell_can_be_solved_for(self, rows):
        values, relations = table(rows)
        secret = withheld(values, relations)
        assert {cell for cell, count in values.items() if is_small(count)} <= secret
        for cell in secret:
            low, high = range_of(cell, values, relations, secret)
            assert low <= values[cell] <= high
            assert high - low > 0.999

    @settings(max_examples=60, deadline=None)
    @given(tables)
    def test_every_further_cell_that_is_withheld_is_needed(self, rows):
        values, relations = table(rows)
        secret = withheld(values, relations)
        primary = {cell for cell, count in values.items() if is_small(count)}
        for cell in secret - primary:
            fewer = secret - {cell}
            spread = [range_of(other, values, relations, fewer) for other in fewer]
            assert any(high - low <= 0.999 for low, high in spread)

    @settings(max_examples=60, deadline=None)
    @given(tables)
    def test_no_more_than_the_hypercube_method_needs(self, rows):
        """At most three further cells for each small one (Giessing and Repsilber 2002: the corners of a rectangle), where the
        table has such a rectangle for each without a zero."""
        values, relations = table(rows)
        lines = [*range(len(rows)), "all"], [*range(len(rows[0])), "all"]
        primary = [cell for cell, count in values.items() if is_small(count)]

        def has_rectangle(cell: tuple) -> bool:
            return any(
                values[i, cell[1]] >= 2 and values[cell[0], j] >= 2 and values[i, j] >= 1
                for i in lines[0]
                for j in lines[1]
                if i != cell[0] and j != cell[1]
            )

        if all(map(has_rectangle, primary)):
            assert len(withheld(values, relations)) <= 4 * len(primary)

    def test_one_small_cell_takes_three_others_with_it(self):
        values, relations = table([[3, 20, 30], [20, 40, 50], [30, 50, 60]])
        assert withheld(values, relations) == {(0, 0), (0, 1), (1, 0), (1, 1)}

    def test_nothing_small_nothing_withheld(self):
        assert withheld(*table([[0, 5], [9, 40]])) == set()

    def test_two_ones_would_follow_from_their_sum(self):
        values, relations = {"a": 1, "b": 1, "c": 40, "all": 42}, [Relation("all", ("a", "b", "c"))]
        secret = withheld(values, relations)
        assert {"a", "b"} < secret

    def test_zeros_are_published(self):
        values, relations = {"a": 0, "b": 7, "all": 7}, [Relation("all", ("a", "b"))]
        assert withheld(values, relations) == set()

    def test_a_count_that_no_table_shows_is_protected_too(self):
        values = {"any": 8, "drug": 6, "other": 2}
        secret = withheld(values, [Relation("any", ("drug", "other"))], never_published={"other"})
        assert secret in ({"any"}, {"drug"})

    def test_figures_that_do_not_add_up_are_an_error(self):
        with pytest.raises(ValueError, match="sum"):
            withheld({"a": 1, "b": 2}, [Relation("a", ("b",))])


people = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(1, 5), st.integers(1, 5)).filter(lambda bins: bins[2] >= bins[1]),
    st.integers(1, 9),
    min_size=1,
    max_size=12,
)


class TestFixedWindows:
    @settings(max_examples=40, deadline=None)
    @given(people)
    def test_no_small_count_follows_from_all_windows_and_kinds_of_a_programme(self, outcome):
        values, relations, hidden = cells_and_relations(Outcomes(outcome, {}))
        secret = withheld(values, relations, never_published=hidden)
        for cell, count in values.items():
            if cell in secret or (cell in hidden and is_small(count)):
                low, high = range_of(cell, values, relations, secret, hidden)
                assert high - low > 0.999, cell


class TestWhatCanBeSubtracted:
    def test_a_part_and_what_it_leaves_of_the_whole(self):
        sets = {"all": frozenset({1, 2}), "women": frozenset({1})}
        assert disclosure.subtractions(sets, {1: 500, 2: 400}) == [("all", ("women",))]

    def test_three_that_make_up_a_fourth_or_leave_a_few(self):
        sets = {"all": frozenset({1, 2, 3, 4}), "a": frozenset({1}), "b": frozenset({2}), "c": frozenset({3})}
        people = {1: 500, 2: 400, 3: 300, 4: 7}
        assert ("all", ("a", "b", "c")) in disclosure.subtractions(sets, people)
        assert ("all", ("a", "b")) not in disclosure.subtractions(sets, people)

    def test_two_equal_ones(self):
        sets = {"one": frozenset({1}), "other": frozenset({1})}
        assert disclosure.subtractions(sets, {1: 9}) == [("one", ("other",))]

    def test_overlapping_ones_are_not_subtracted_together(self):
        sets = {"all": frozenset({1, 2, 3}), "a": frozenset({1, 2}), "b": frozenset({2, 3})}
        assert {family for _, family in disclosure.subtractions(sets, {1: 5, 2: 5, 3: 5})} == {("a",), ("b",)}


class TestRounding:
    @pytest.mark.parametrize(("count", "shown"), [(0, 0), (2, 0), (3, 5), (7, 5), (8, 10), (100, 100)])
    def test_to_fives(self, count, shown):
        assert disclosure.round_to_fives(count) == shown

    @given(st.integers(10, 2000), st.data())
    def test_a_rounded_rate_fits_several_counts(self, people, data):
        events = data.draw(st.integers(1, people - 1))
        shown = disclosure.round_rate(events / people, people)
        same = [n for n in range(people + 1) if disclosure.round_rate(n / people, people) == shown]
        assert events in same
        assert len(same) >= 3
