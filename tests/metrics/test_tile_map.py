"""The map of tiles: every district has one of its own, about where it lies."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from metrics.figures.tile_map import MOST_COLUMNS, in_rows, placed
from partnership.members.models import District

PLACES = st.lists(st.tuples(st.floats(59.5, 70), st.floats(20, 31.5)), max_size=40)


def districts(places: list[tuple[float, float]]) -> list[District]:
    return [District(pk=number, latitude=lat, longitude=lon) for number, (lat, lon) in enumerate(places)]


@given(PLACES)
def test_each_has_a_tile_and_no_tile_has_two(places):
    found = placed(districts(places))
    assert len(set(found.values())) == len(found) == len(places)
    assert all(column <= MOST_COLUMNS for _row, column in found.values())


@given(PLACES)
def test_the_rows_hold_them_all_and_are_equally_long(places):
    rows = in_rows(districts(places))
    assert sorted(each.pk for row in rows for each in row if each) == list(range(len(places)))
    assert len({len(row) for row in rows}) <= 1


def test_north_is_above_and_west_on_the_left():
    turku, kuopio = (60.45, 22.27), (62.9, 27.68)
    assert placed(districts([turku, kuopio])) == {0: (2, 1), 1: (1, 2)}


def test_without_a_place_there_is_no_tile():
    assert placed([District(pk=1)]) == {}
    assert in_rows([District(pk=1)]) == []
