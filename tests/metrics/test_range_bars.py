"""Pictures of values with their intervals, which stand beside words that say the same."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from metrics.costs.costs import Range, compared
from partnership.pages.template_tags import range_bar

PLACES = re.compile(r'class="(range|at)" x1="([\d.]+)" y1="\d" x2="([\d.]+)"')


@pytest.mark.parametrize(
    ("value", "lower", "upper", "ends", "expected"),
    [
        (0.5, 0.4, 0.7, (0.0, 1.0), {"range": ("40.0", "70.0"), "at": ("50.0", "50.0")}),
        (3.0, 2.0, 5.0, (1.0, 5.0), {"range": ("25.0", "100.0"), "at": ("50.0", "50.0")}),
        (0.5, None, None, (0.0, 1.0), {"range": ("50.0", "50.0"), "at": ("50.0", "50.0")}),
        (1.2, -0.1, 1.4, (0.0, 1.0), {"range": ("0.0", "100.0"), "at": ("100.0", "100.0")}),
    ],
    ids=["a share", "a mean from 1 to 5", "without an interval", "beyond the ends"],
)
def test_a_value_and_its_interval_lie_where_they_are_on_the_scale(value, lower, upper, ends, expected):
    drawn = range_bar(value, lower, upper, ends)
    assert {kind: (first, last) for kind, first, last in PLACES.findall(drawn)} == expected
    assert 'aria-hidden="true"' in drawn


def cost(currency: str, high: float | None) -> SimpleNamespace:
    return SimpleNamespace(currency=currency, by_person=high and Range(high / 2, high / 4, high))


def test_costs_are_compared_on_one_scale_from_nothing_in_one_currency():
    euros = [cost("EUR", 400.0), cost("EUR", 1000.0)]
    assert compared([*euros, cost("SEK", 9000.0), cost("EUR", None)]) == [(one, (0.0, 1000.0)) for one in euros]


@pytest.mark.parametrize("costs", [[], [cost("EUR", None)], [cost("EUR", 5.0)], [cost("EUR", 5.0), cost("SEK", 5.0)]])
def test_one_cost_is_compared_with_none(costs):
    assert compared(costs) == []
