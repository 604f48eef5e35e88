"""What is said of a comparison: one verdict, from one estimate, in sentences whose numbers add up."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.comparison.compute import Protected
from metrics.comparison.models import ComparisonResult
from metrics.protection.counts import Draws
from metrics.recidivism import words
from metrics.recidivism.models import RecidivismResult
from metrics.recidivism.words import covariate
from metrics.statistics.matching import Lives, Side

Verdict = ComparisonResult.Verdict


def result(**fields: Any) -> ComparisonResult:
    values = {
        "group": "matched",
        "window_months": 12,
        "rate": 0.194,
        "comparison_rate": 0.365,
        "difference": -0.171,
        "difference_lower": -0.25,
        "difference_upper": -0.05,
        "smallest_difference": 0.14,
    }
    return ComparisonResult(**values | fields)


def said(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


class TestVerdict:
    @pytest.mark.parametrize(
        ("bounds", "verdict"),
        [
            ((-0.2, -0.001), Verdict.LOWER),
            ((-0.2, 0.0), Verdict.CHANCE),
            ((-0.1, 0.01), Verdict.CHANCE),
            ((0.0, 0.1), Verdict.CHANCE),
            ((0.001, 0.1), Verdict.HIGHER),
        ],
    )
    def test_it_is_the_side_on_which_the_whole_interval_lies(self, bounds, verdict):
        assert result(difference_lower=bounds[0], difference_upper=bounds[1]).verdict == verdict

    @pytest.mark.parametrize(
        ("refusal", "verdict"),
        [
            ("few_participants", Verdict.TOO_FEW),
            ("few_comparisons", Verdict.TOO_FEW),
            ("unbalanced", Verdict.NOT_COMPARABLE),
            ("no_overlap", Verdict.NOT_COMPARABLE),
            ("no_estimate", Verdict.NOT_COMPARABLE),
        ],
    )
    def test_a_refusal_is_one_of_two(self, refusal, verdict):
        assert ComparisonResult(refusal=refusal).verdict == verdict


class TestStatement:
    @pytest.fixture(autouse=True)
    def _english(self):
        with translation.override("en"):
            yield

    def test_lower(self):
        assert said(words.statement(result())) == (
            "Of the participants compared, 19 % were arrested again within 12 months; of the comparison group, 37 %. That is "
            "18 percentage points fewer, a reduction by 49 %; with 95 % confidence between 5 and 25 points fewer."
        )

    def test_higher(self):
        text = said(
            words.statement(result(rate=0.4, comparison_rate=0.3, difference_lower=0.02, difference_upper=0.18))
        )
        assert (
            "10 percentage points more, an increase by 33 %; with 95 % confidence between 2 and 18 points more" in text
        )

    def test_what_could_be_chance_says_so_and_what_would_go_unseen(self):
        text = words.statement(result(difference_upper=0.013))
        assert "anywhere from 25 points fewer to 1 points more: these figures neither show nor rule out" in text
        assert "a difference below 14 points would probably go unseen" in text

    def test_a_bound_close_to_none_is_not_said_to_be_none(self):
        text = said(words.statement(result(difference_upper=-0.002)))
        assert "between < 1 and 25 points fewer" in text

    def test_narrow_intervals_are_said_to_a_tenth(self):
        text = said(
            words.statement(
                result(rate=0.301, comparison_rate=0.306, difference_lower=-0.009, difference_upper=-0.0004)
            )
        )
        assert "30.1 %" in text
        assert "0.5 percentage points fewer" in text
        assert "between < 0.1 and 0.9 points fewer" in text

    def test_a_refusal_says_why(self):
        text = words.statement(ComparisonResult(refusal="few_participants", group="matched"))
        assert text == "No estimate: fewer than 60 participants have been followed for this long."

    @settings(deadline=None)
    @given(st.integers(60, 3000), st.integers(60, 3000), st.floats(0.06, 0.94), st.floats(0.06, 0.94))
    def test_whoever_takes_one_rate_from_the_other_gets_the_difference_that_is_said(self, people, others, rate, other):
        c = result()
        nobody = (pd.DataFrame({"person": [1]}), Lives(np.ones(1), np.zeros(1, bool)))
        protected = Protected(c, Draws("2026-Q4"), nobody, nobody)
        protected.show(Side(round(rate * people), people), Side(round(other * others), others))
        with translation.override("en"):
            statement, finding = said(words.statement(c)), said(words.finding([c]))
        rates = [float(number) for number in re.findall(r"([\d.]+) %", statement)][:2]
        clear = re.search(
            r"That is ([\d.]+) percentage points (fewer|more), an? (?:reduction|increase) by ([\d.,]+) %", statement
        )
        assert bool(clear) == (c.verdict in (Verdict.LOWER, Verdict.HIGHER)) == (" by " in finding)
        if clear:
            points, direction, share = clear.groups()
            assert float(points) == pytest.approx(abs(rates[0] - rates[1]))
            assert (direction == "fewer") == (rates[0] < rates[1]) == (c.verdict == Verdict.LOWER)
            assert float(share.replace(",", "")) == pytest.approx(100 * abs(1 - rates[0] / rates[1]), abs=0.51)
            assert f"{c.verdict.value} by {points} percentage points" in finding


class TestFinding:
    @pytest.fixture(autouse=True)
    def _english(self):
        with translation.override("en"):
            yield

    def test_it_holds_the_verdict_of_every_comparison(self):
        baseline = result(group="baseline", rate=0.4, comparison_rate=0.3, difference_lower=0.02, difference_upper=0.18)
        referred = ComparisonResult(group="not_enrolled", refusal="few_comparisons", window_months=12)
        assert said(words.finding([referred, result(), baseline])) == (
            "Arrested again within 12 months, against comparison groups: similar people arrested, not enrolled yet – lower "
            "by 18 percentage points; people referred, not enrolled yet – too few people; the programme’s own first year – "
            "higher by 10 percentage points."
        )

    def test_it_is_empty_where_nothing_was_estimated(self):
        assert words.finding([ComparisonResult(group="matched", refusal="unbalanced", window_months=12)]) == ""

    def test_the_programmes_own_rate_is_a_sentence_of_its_own(self):
        rate = RecidivismResult(rate=0.333, rate_lower=0.26, rate_upper=0.41)
        assert said(words.rate_sentence(rate, 12)) == (
            "33 % were arrested again within 12 months (95 % interval 26 % to 41 %)."
        )
        assert words.rate_sentence(None, 24) == "Too few people have been followed for 24 months to publish a rate."


def test_a_trait_bears_its_name_in_words_and_no_code():
    assert covariate("offence=supply") == "Offence: Other drug offences"
    assert covariate("district=Turku") == "District: Turku"
    assert covariate("recent_arrests") == "Arrests in the last half-year"
