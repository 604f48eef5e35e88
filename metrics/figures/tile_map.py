"""A map of districts as tiles: each is one of equal size, placed as near as it can be to where it lies."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import scipy

from partnership.members.models import District

MOST_COLUMNS = 5
"""As many tiles beside each other as a phone shows with their names."""


def placed(districts: Sequence[District]) -> dict[int, tuple[int, int]]:
    """District's number → (row, column) of its tile, from 1, north above and west on the left; without one whose place is not known.

    Places are taken by their ranks, so that towns that lie close together get tiles of their own; the tiles are then those for which
    the squared distances add up to the least (assignment by Jonker and Volgenant's method, as SciPy has it).
    """
    known = [district for district in districts if district.latitude is not None and district.longitude is not None]
    if not known:
        return {}
    columns = min(MOST_COLUMNS, math.ceil(math.sqrt(1.3 * len(known))))
    rows = math.ceil(1.3 * len(known) / columns)
    across = _ranks([district.longitude or 0 for district in known]) * (columns - 1)
    down = (1 - _ranks([district.latitude or 0 for district in known])) * (rows - 1)
    cells = [(row, column) for row in range(rows) for column in range(columns)]
    distances = np.array(
        [[(y - row) ** 2 + (x - column) ** 2 for row, column in cells] for x, y in zip(across, down, strict=True)]
    )
    _known, numbers = scipy.optimize.linear_sum_assignment(distances)
    taken = [cells[number] for number in numbers]
    # Rows and columns in which nothing lies are left out.
    used_rows, used_columns = (sorted({cell[axis] for cell in taken}) for axis in (0, 1))
    return {
        district.pk: (used_rows.index(row) + 1, used_columns.index(column) + 1)
        for district, (row, column) in zip(known, taken, strict=True)
    }


def in_rows(districts: Sequence[District]) -> list[list[District | None]]:
    """The tiles row by row, None where there is none."""
    places = placed(districts)
    if not places:
        return []
    by_place = {places[district.pk]: district for district in districts if district.pk in places}
    rows, columns = (max(place[axis] for place in by_place) for axis in (0, 1))
    return [[by_place.get((row, column)) for column in range(1, columns + 1)] for row in range(1, rows + 1)]


def _ranks(values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Each value's place among all, from 0 to 1; a single one lies in the middle."""
    if len(values) == 1:
        return np.array([0.5])
    order = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.asarray(order / (len(values) - 1), dtype=np.float64)
