"""Disclosure control: which counts are withheld so that nobody can be recognised in anything published together.

Primary: a count of 1 to `SMALL - 1` is withheld. Secondary: as many further counts as it takes that no withheld one can be
solved for. Zeros are published, so a reader knows that whatever is withheld is at least one.

A set of tables is given as cells and relations between them (a total is the sum of its parts). What a reader can work out of a
withheld cell is the interval between its least and its largest value that fit the published ones, found by linear programming;
the cell is safe when that interval holds more than one whole number. Which cells to withhold with it: those that the cheapest
other set of counts, in which this cell is one more or one less, would change (a linear programme; Kelly, Golden and Assad
1992); then every cell that turns out not to be needed is published again. Hundepool et al., "Statistical Disclosure Control"
(2012), chapter 4, compare this heuristic with the optimum, which takes integer programming.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

SMALL = 5
"""The smallest count above zero that is published. It can be raised; below 3 it protects nobody."""
FEW_PEOPLE = 10
"""A rate on fewer people than this is withheld."""

MOST_FAMILIES = 400
"""So many ways of subtracting sets from one are looked at."""

Cell = TypeVar("Cell", bound=Hashable)


class Relation(NamedTuple):
    """A total and its parts, by the names of their cells."""

    total: Hashable
    parts: tuple[Hashable, ...]


def is_small(count: int) -> bool:
    """Whether a count is one to withhold by itself: above zero and below `SMALL`."""
    return 0 < count < SMALL


def round_to_fives(count: int) -> int:
    """A count that stands beside a figure and need not be exact: to the nearest multiple of five."""
    return 5 * ((count + 2) // 5)


def round_rate(rate: float, people: int) -> float:
    """A rate on so many people, rounded so that it says no more than a count in fives (and at least to a tenth of a per
    cent). Nobody and everybody stay as they are: zeros are published."""
    if rate in (0.0, 1.0):
        return rate
    step = max(SMALL / people, 0.001)
    # Not beyond the last whole step: only the largest counts would be shown as 1.
    return min(round(rate / step), int(1 / step + 1e-9)) * step


def subtractions(
    sets: Mapping[Cell, frozenset[int]], people: Mapping[int, int], *, few: int = 60
) -> list[tuple[Cell, tuple[Cell, ...]]]:
    """What a reader can subtract: for each set, the disjoint sets inside it that leave nobody or at most `few` people; and
    every single set inside it.

    `sets` hold atoms (people who are in just the same sets), `people` how many an atom is. Of two equal sets the later one is
    inside the earlier one. At most `MOST_FAMILIES` for each set, those of the largest parts first.
    """
    names = list(sets)
    outer_and_families: list[tuple[Cell, tuple[Cell, ...]]] = []
    for place, outer in enumerate(names):
        inside = [
            name
            for other, name in enumerate(names)
            if other != place
            and sets[name]
            and (sets[name] < sets[outer] or (sets[name] == sets[outer] and other > place))
        ]
        inside.sort(key=lambda name: -sum(people[atom] for atom in sets[name]))
        families: list[tuple[Cell, ...]] = []
        stack: list[tuple[int, tuple[Cell, ...], frozenset[int]]] = [(0, (), sets[outer])]
        while stack and len(families) < MOST_FAMILIES:
            start, family, rest = stack.pop()
            if family and (len(family) == 1 or sum(people[atom] for atom in rest) <= few):
                families.append(family)
            for next_place in range(len(inside) - 1, start - 1, -1):
                name = inside[next_place]
                if sets[name] <= rest:
                    stack.append((next_place + 1, (*family, name), rest - sets[name]))
        outer_and_families += [(outer, family) for family in families]
    return outer_and_families


def withheld(
    values: Mapping[Cell, int], relations: Iterable[Relation], *, never_published: Iterable[Cell] = ()
) -> set[Cell]:
    """The cells of `values` to withhold, those of `never_published` not among them.

    `never_published` names counts that no table shows but that follow from those shown (how many were rearrested, but never
    for a drug offence): small ones are protected as well. Each relation must hold for the values (else ValueError).
    """
    hidden = set(never_published)
    rules = list(relations)
    counts: Mapping[Any, int] = values
    for rule in rules:
        if counts[rule.total] != sum(counts[part] for part in rule.parts):
            raise ValueError(f"{rule.total} is not the sum of its parts")
    withheld_cells: set[Cell] = set()
    for cells, own_rules in _components(list(values), rules):
        # The same table of counts comes again and again (quiet months): solved once.
        number = {cell: index for index, cell in enumerate(cells)}
        withheld_numbers = _withheld_of(
            tuple(counts[cell] for cell in cells),
            tuple((number[rule.total], tuple(number[part] for part in rule.parts)) for rule in own_rules),
            frozenset(number[cell] for cell in cells if cell in hidden),
        )
        withheld_cells |= {cells[index] for index in withheld_numbers}  # type: ignore[misc]
    return withheld_cells


def _components(cells: list[Hashable], rules: list[Relation]) -> list[tuple[list[Hashable], list[Relation]]]:
    """Sets of cells that no relation links, each with its own relations."""
    parent: dict[Hashable, Hashable] = {cell: cell for cell in cells}

    def root(cell: Hashable) -> Hashable:
        while parent[cell] != cell:
            parent[cell] = parent[parent[cell]]
            cell = parent[cell]
        return cell

    for rule in rules:
        for part in rule.parts:
            parent[root(part)] = root(rule.total)
    grouped: dict[Hashable, tuple[list[Hashable], list[Relation]]] = {}
    for cell in cells:
        grouped.setdefault(root(cell), ([], []))[0].append(cell)
    for rule in rules:
        grouped[root(rule.total)][1].append(rule)
    return list(grouped.values())


Rule = tuple[int, tuple[int, ...]]


@lru_cache(maxsize=4096)
def _withheld_of(values: tuple[int, ...], rules: tuple[Rule, ...], hidden: frozenset[int]) -> frozenset[int]:
    """As `withheld`, of one component, with cells by their numbers."""
    primary = {i for i, value in enumerate(values) if is_small(value) and i not in hidden}
    sensitive = sorted(primary | {i for i in hidden if is_small(values[i])}, key=lambda i: (values[i], i))
    matrix = _matrix(len(values), rules)
    suppressed = set(primary)
    # A witness of a cell's safety: the cells that another set of counts, in which it is one more or one less, would change.
    witness: dict[int, frozenset[int]] = {}
    for cell in sensitive:
        changed_cells = _cheapest_change(cell, values, matrix, hidden, free=suppressed)
        # None: nothing around it can be withheld, so that nothing tells of it but that it is withheld itself.
        if changed_cells is not None:
            witness[cell] = changed_cells
            suppressed |= changed_cells - hidden
    for cell in suppressed - set(witness):
        changed_cells = _cheapest_change(cell, values, matrix, hidden, free=suppressed, only_free=True)
        if changed_cells is not None:
            witness[cell] = changed_cells
    for cell in sorted(suppressed - primary, key=lambda i: (-values[i], i)):
        fewer = suppressed - {cell}
        renewed: dict[int, frozenset[int]] = {}
        for other, changed in witness.items():
            if other != cell and cell in changed:
                changed_cells = _cheapest_change(other, values, matrix, hidden, free=fewer, only_free=True)
                if changed_cells is None:
                    break
                renewed[other] = changed_cells
        else:
            suppressed = fewer
            witness |= renewed
            witness.pop(cell, None)
    return frozenset(suppressed)


def _matrix(size: int, rules: tuple[Rule, ...]) -> sparse.csc_matrix:
    """A row a relation: total less parts is zero."""
    rows, columns, entries = [], [], []
    for row, (total, parts) in enumerate(rules):
        for column, entry in ((total, 1), *((part, -1) for part in parts)):
            rows.append(row)
            columns.append(column)
            entries.append(entry)
    return sparse.csc_matrix((entries, (rows, columns)), shape=(len(rules), size))


def _cheapest_change(
    cell: int,
    values: tuple[int, ...],
    matrix: sparse.csc_matrix,
    hidden: frozenset[int],
    *,
    free: set[int],
    only_free: bool = False,
) -> frozenset[int] | None:
    """The cells in which the cheapest other set of counts, with `cell` one more or one less, differs. None: there is none.

    It costs little to change a cell that is withheld already (`free`) or never published, more to change a published one
    (`only_free`: that is not possible), and the more the larger it is. Zeros that are published stay zeros.
    """
    unknown = free | hidden
    columns = [i for i, value in enumerate(values) if i in unknown or (not only_free and value) or i == cell]
    part = matrix[:, columns]
    # Large counts cost more than small ones, but only so much that one of them is not worth five small ones.
    cost = np.array([0.01 if i in unknown else 1 + np.log1p(values[i]) for i in columns])
    least = np.array([0 if i in hidden else 1 for i in columns])
    room = np.maximum(0, np.array([values[i] for i in columns]) - least)
    place = columns.index(cell)
    changes: list[tuple[float, frozenset[int]]] = []
    for step in (1, -1):
        if step < 0 and room[place] < 1:
            continue
        limits = [*((0, None) for _ in columns), *((0, int(r)) for r in room)]
        limits[place], limits[len(columns) + place] = ((1, 1), (0, 0)) if step > 0 else ((0, 0), (1, 1))
        answer = linprog(
            np.concatenate([cost, cost]),
            A_eq=sparse.hstack([part, -part], format="csc"),
            b_eq=np.zeros(matrix.shape[0]),
            bounds=limits,
            method="highs",
        )
        if answer.status == 0:
            moved = answer.x[: len(columns)] + answer.x[len(columns) :] > 1e-7
            changes.append((float(answer.fun), frozenset(np.array(columns)[moved].tolist())))
    return min(changes, key=lambda change: change[0])[1] if changes else None


def bounds(
    cell: int,
    values: tuple[int, ...],
    rules: tuple[Rule, ...],
    suppressed: set[int] | frozenset[int],
    hidden: frozenset[int],
) -> tuple[float, float]:
    """The least and the largest value of a cell that fit what is published: all cells but `suppressed` and `hidden`."""
    unknown = sorted(suppressed | hidden)
    column = {i: n for n, i in enumerate(unknown)}
    matrix, right = [], []
    for total, parts in rules:
        row, published_sum = np.zeros(len(unknown)), 0
        for i, sign in ((total, 1), *((part, -1) for part in parts)):
            if i in column:
                row[column[i]] += sign
            else:
                published_sum += sign * values[i]
        if row.any():
            matrix.append(row)
            right.append(-published_sum)
    limits = [(1 if i in suppressed else 0, None) for i in unknown]
    if not matrix:
        return float(limits[column[cell]][0]), np.inf
    objective = np.zeros(len(unknown))
    objective[column[cell]] = 1
    extremes = []
    for sign in (1, -1):
        answer = linprog(sign * objective, A_eq=np.array(matrix), b_eq=np.array(right), bounds=limits, method="highs")
        if answer.status == 3:  # no bound
            extremes.append(-sign * np.inf)
        elif answer.status == 0:
            extremes.append(sign * answer.fun)
        else:
            raise ArithmeticError(f"linear programme: {answer.message}")
    return float(extremes[0]), float(extremes[1])
