"""What is tried by turns is tried in the end."""

from __future__ import annotations

import pytest

from tests import thorough

NAMES, VALUES = ["a", "b", "c"], range(5)


def test_in_a_usual_run_each_name_meets_three_values_and_another_page_begins_elsewhere(monkeypatch):
    monkeypatch.setattr(thorough, "THOROUGH", False)
    first, second = (list(thorough.turns(NAMES, VALUES, start)) for start in (0, 1))
    assert [turn["a"] for turn in first] == [0, 1, 2]
    assert [turn["a"] for turn in second] == [1, 2, 3]
    assert all(len(set(turn.values())) == len(NAMES) for turn in first)


@pytest.mark.parametrize("start", [0, 3])
def test_before_a_release_each_meets_all(monkeypatch, start):
    monkeypatch.setattr(thorough, "THOROUGH", True)
    turns = list(thorough.turns(NAMES, VALUES, start))
    assert all({turn[name] for turn in turns} == set(VALUES) for name in NAMES)
