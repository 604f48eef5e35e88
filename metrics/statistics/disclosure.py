"""Disclosure control: which counts are withheld so that nobody can be recognised in a table.

Primary: a count of 1 to `SMALL - 1` is withheld. Secondary: where a withheld count would follow from a total and its
other parts, or from the difference of two published counts, more is withheld. Zeros are published.

Source of the approach: Hundepool et al., "Statistical Disclosure Control" (2012), chapter 4 (magnitude and frequency
tables, primary and secondary cell suppression).
"""

from __future__ import annotations

from collections.abc import Mapping

SMALL = 5
"""The smallest count above zero that is published. It can be raised; below 3 it protects nobody."""
FEW_PEOPLE = 10
"""A rate on fewer people than this is withheld."""


def is_small(count: int) -> bool:
    return 0 < count < SMALL


def protect_parts(parts: Mapping[str, int]) -> tuple[dict[str, int | None], int | None]:
    """The parts of a total and the total, with None for what is withheld.

    A reader who knows the rule can't work out a withheld part: where just one is small, the smallest other nonzero part
    is withheld with it. Where no second part is there to withhold, the withheld ones could only be ones (their sum equals
    their number), or the total itself is small, the total goes too.
    """
    total = sum(parts.values())
    withheld = {name for name, count in parts.items() if is_small(count)}
    if len(withheld) == 1:
        others = sorted((count, name) for name, count in parts.items() if count and name not in withheld)
        if others:
            withheld.add(others[0][1])
    hidden = sum(parts[name] for name in withheld)
    tells_too_much = is_small(total) or len(withheld) == 1 or (bool(withheld) and hidden == len(withheld))
    return {
        name: None if name in withheld else count for name, count in parts.items()
    }, None if tells_too_much else total


def protect_subset(part: int, whole: int | None) -> int | None:
    """A count that is part of another: withheld when it, or what it leaves of the whole, is small.

    With the whole withheld the part alone decides.
    """
    if is_small(part) or (whole is not None and is_small(whole - part)):
        return None
    return part
