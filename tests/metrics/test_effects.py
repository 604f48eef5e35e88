"""Does it work, which works best: all comparisons of all programmes, one verdict a programme, and averages by kind."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import numpy as np
import pytest
from django.urls import reverse
from django.utils import translation

from metrics.comparison import words
from metrics.comparison.curves import pairs
from metrics.comparison.effects import ORDERS, Effect, effects_by_kind, verdict_of_all
from metrics.comparison.models import ComparisonResult
from metrics.figures import charts
from metrics.figures.forest import Block, Line, forest
from metrics.recidivism.words import numbers
from metrics.runs.models import Run
from metrics.statistics import matching
from metrics.statistics.matching import Side
from metrics.statistics.pooling import Study, average
from partnership.members.models import Partner
from programs.catalogue.models import Programme
from tests.measuring import people, release
from tests.world import World

Verdict = ComparisonResult.Verdict


def compared(group: str, difference: float | None, *, half: float = 0.05, **fields: Any) -> ComparisonResult:
    """A comparison with this difference and half the width of its interval; None: too few people."""
    if difference is None:
        return ComparisonResult(group=group, window_months=12, refusal="few_participants", **fields)
    values = {
        "rate": 0.3 + difference,
        "comparison_rate": 0.3,
        "participants": 200,
        "effective": 200.0,
        "difference": difference,
        "difference_lower": difference - half,
        "difference_upper": difference + half,
    }
    return ComparisonResult(group=group, window_months=12, **values | fields)


def effect(name: str, *differences: float | None, kind: str = "peer_support") -> Effect:
    """A programme with its differences to similar people, people referred, and its own first year."""
    groups = ("matched", "not_enrolled", "baseline")
    comparisons = [compared(group, difference) for group, difference in zip(groups, differences, strict=True)]
    return Effect(Programme(name=name, kind=kind), Partner(name="P"), comparisons)


class TestVerdictOfAll:
    """No comparison is a favourite."""

    @pytest.mark.parametrize(
        ("verdicts", "verdict"),
        [
            ("lower lower lower", "lower"),
            ("lower lower chance", "lower"),
            ("lower too_few not_comparable", "lower"),
            ("lower chance", "mixed"),
            ("lower chance chance", "mixed"),
            ("lower lower higher", "mixed"),
            ("higher higher chance", "higher"),
            ("higher higher lower", "mixed"),
            ("chance chance too_few", "chance"),
            ("too_few too_few", "too_few"),
            ("too_few not_comparable", "not_comparable"),
            ("", "too_few"),
        ],
    )
    def test_it_is_that_of_more_than_half_of_the_estimates_with_none_opposed(self, verdicts, verdict):
        assert verdict_of_all(Verdict(one) for one in verdicts.split()) == verdict


class TestFinding:
    @pytest.fixture(autouse=True)
    def _english(self):
        with translation.override("en"):
            yield

    def test_it_counts_every_programme_once(self):
        finding = words.finding_of_all(
            [
                effect("A", -0.1, -0.1, None),
                effect("B", 0.1, None, None),
                effect("C", -0.1, 0.01, 0.1),
                effect("D", 0.01, 0.0, None),
                effect("E", None, None, None),
                effect("F", None, None, None),
            ]
        )
        assert finding == (
            "Re-arrest was lower in 1 of 6 programmes; in 1 it was higher; in 1 the comparisons differ; in 1 the difference "
            "could be chance; 2 have too few people."
        )
        of, *parts = (int(n) for n in re.findall(r"\b\d\b", finding.replace("1 of 6", "6 1", 1)))
        assert sum(parts) == of

    def test_none_is_said_as_none(self):
        two = [effect("A", 0.0, None, None), effect("B", None, None, None)]
        assert words.finding_of_all(two) == (
            "Re-arrest was lower in none of 2 programmes; in 1 the difference could be chance; 1 has too few people."
        )

    def test_one_programme_is_called_by_its_name(self):
        assert words.finding_of_all([effect("Mentors", -0.1, None, None)]) == "Mentors: lower."

    def test_a_difference_stands_with_its_interval_and_signs(self):
        assert words.cell(numbers(compared("matched", -0.1))) == "−10 (−15 to −5)"
        assert words.cell(numbers(compared("matched", -0.052))) == "−5 (−10 to −0.2)"
        assert words.cell(numbers(compared("matched", 0.0))) == "0 (−5 to +5)"
        assert words.cell(None) == ""


class TestOrder:
    EFFECTS = (
        effect("D", None, None, None),
        effect("B", -0.2, -0.2, None),
        effect("A", -0.1, -0.4, None),
        effect("C", 0.02, None, None),
    )

    @pytest.mark.parametrize(
        ("order", "names"), [("verdict", "ABCD"), ("name", "ABCD"), ("matched", "BACD"), ("not_enrolled", "ABCD")]
    )
    def test_each(self, order, names):
        assert [one.programme.name for one in sorted(self.EFFECTS, key=ORDERS[order])] == list(names)


class TestKinds:
    def test_an_average_is_over_the_participants_of_two_programmes_at_least(self):
        kinds = effects_by_kind(
            [
                effect("A", -0.1, None, 0.1),
                effect("B", -0.2, -0.1, 0.1),
                effect("C", None, None, None),
                effect("D", -0.1, None, None, kind="youth"),
            ]
        )
        assert [(kind.group.value, kind.of, kind.programmes) for kind in kinds] == [("matched", 2, 3)]
        assert kinds[0].average.difference == pytest.approx(-0.15)
        assert kinds[0].verdict == "lower"

    def test_a_programme_of_many_people_weighs_more(self):
        small, large = Study(0.1, 100, 0.3, 500, -0.3, -0.1), Study(0.3, 300, 0.3, 500, -0.05, 0.05)
        shares = average([small, large])
        assert shares[:3] == pytest.approx((0.25, 0.3, -0.05))

    @pytest.mark.parametrize("shared", [False, True], ids=["own", "shared"])
    def test_the_interval_holds_the_truth_whether_or_not_the_comparison_people_are_the_same(self, shared):
        draws, programmes, inside = np.random.default_rng(3), 4, 0
        rates = np.array([0.15, 0.2, 0.25, 0.3])
        for _ in range(1000):
            others = draws.binomial(150, 0.3, size=1 if shared else programmes)
            studies = []
            for number in range(programmes):
                ours = Side(draws.binomial(200, rates[number]), 200)
                theirs = Side(others[0 if shared else number], 150)
                e = matching.effect(ours, theirs)
                studies.append(Study(e.rate, 200, e.comparison_rate, 150, e.difference_lower, e.difference_upper))
            mean = average(studies)
            inside += mean.lower <= rates.mean() - 0.3 <= mean.upper
        assert inside >= 935

    def test_nobody_is_no_average(self):
        with pytest.raises(ValueError, match="nobody"):
            average([])


class TestCurves:
    def test_they_go_through_the_rates_that_are_compared(self):
        windows = [compared("matched", -0.1, rate=0.2), compared("matched", None), compared("not_enrolled", None)]
        windows[1].window_months = 24
        pair = pairs(windows)[0]
        assert len(pairs(windows)) == 1
        assert [point[:2] for point in pair.participants] == [[0, 1.0], [12, 0.8]]
        assert [point[:2] for point in pair.others] == [[0, 1.0], [12, 0.7]]
        _months, share, lower, upper, followed = pair.participants[1]
        assert lower < share < upper
        assert followed == 200


class TestForest:
    @pytest.mark.parametrize("narrow", [False, True], ids=["desk", "phone"])
    def test_every_line_is_named_and_what_has_no_estimate_says_why(self, narrow):
        lines = [
            Line("Similar people arrested", "lower, −8 (−12 to −3)", "lower", -8, -12, -3),
            Line("Own first year", "too few people", "too_few", None, None, None),
        ]
        chart = forest(
            [Block("Mentors: lower", lines)], charts.Heading("Lower", "Police"), theme="light", narrow=narrow
        )
        drawn = charts.to_svg(chart, "light", narrow=narrow)
        for text in ("Mentors: lower", "Similar people arrested", "Own first year", "too few people"):
            assert f">{text}<" in drawn
        assert ("−8 (−12 to −3)" in drawn) == (not narrow)  # on a phone the table has it


class TestPage:
    @pytest.fixture
    def world_with_figures(self, measured: World) -> World:
        people(measured, 120, rearrested=40)
        release(measured)
        return measured

    def table(self, world: World, role: str, query: str = "") -> list[list[str]]:
        text = world.client(getattr(world, role)).get(reverse("figure", args=["effects", "csv"]) + query)
        rows = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig")), delimiter=";"))
        return rows[1 : rows.index([])]

    def test_it_holds_every_comparison_of_every_programme_that_the_reader_may_see(self, world_with_figures):
        world = world_with_figures
        ours = {(row[1], row[4]) for row in self.table(world, "caseworker")}
        assert ours == {(world.programme.name, str(label)) for label in ComparisonResult.Group.labels}
        assert self.table(world, "other_caseworker") == []
        assert len(self.table(world, "coordinator")) == len(ComparisonResult.objects.filter(
            run=Run.objects.get(released_at__isnull=False), window_months=12, offences="any"
        ))  # fmt: skip

    def test_the_page_begins_with_the_finding_and_leads_to_each_programme(self, world_with_figures):
        page = world_with_figures.client(world_with_figures.caseworker).get(reverse("effects")).text
        assert re.search(r'class="headline">\s*Counselling[^<]*: [a-z ]+\.', page)
        assert f"{reverse('population_figures')}?programme={world_with_figures.programme.pk}" in page

    @pytest.mark.parametrize("sort", [*ORDERS, "nonsense"])
    def test_it_can_be_sorted(self, world_with_figures, sort):
        client = world_with_figures.client(world_with_figures.coordinator)
        assert client.get(reverse("effects"), {"sort": sort, "window": 24}).status_code == 200

    def test_before_the_first_release_there_is_none(self, measured):
        page = measured.client(measured.caseworker).get(reverse("effects")).text
        assert "No release yet" in page
