"""The reports as PDF: what stands on them, in which order, of whose districts; and that their numbers add up."""

from __future__ import annotations

import json
import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
import typst
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation

from metrics.comparison.models import ComparisonResult
from metrics.quality.rests_on import RestsOn
from metrics.recidivism.population import population_context
from metrics.reports import programme as programme_report
from metrics.reports.pieces import contact, own_feeds
from metrics.runs.models import Run
from partnership.pages import pdf
from partnership.pages.pdf import section
from tests.measuring import people, release
from tests.world import World


@pytest.fixture
def released(measured: World) -> Run:
    people(measured, 80, rearrested=30)
    measured.complete_through(date(2026, 6, 30), measured.city)
    run = release(measured)
    ComparisonResult.objects.filter(run=run).delete()
    for months, rate, other in ((6, 0.2, 0.3), (12, 0.3, 0.46)):
        ComparisonResult.objects.create(
            run=run, programme=measured.programme, partner=measured.ngo, group="matched", offences="any",
            window_months=months, participants=80, comparisons=200, rate=rate, comparison_rate=other, difference=rate - other,
            difference_lower=rate - other - 0.05, difference_upper=rate - other + 0.05, smallest_difference=0.1,
        )  # fmt: skip
    return run


def context(world: World, query: str = "") -> dict[str, Any]:
    request = SimpleNamespace(GET=QueryDict(f"programme={world.programme.pk}{query}"), acting=world.coordinator)
    return population_context(request)  # type: ignore[arg-type]


def text_of(parts: list[dict[str, Any]]) -> str:
    """Every sentence and cell of the sections."""
    words = [
        text
        for part in parts
        for text in [
            part["title"],
            *part["text"],
            *(line for title, lines in part["parts"] for line in [title, *lines]),
            *(cell for row in part["rows"] for cell in row),
        ]
    ]
    return "\n".join(words).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_both_are_tagged_pdfs_in_the_readers_language(measured, released, language):
    client = measured.client(measured.coordinator)
    client.post("/language/setlang/", {"language": language})
    for address in (reverse("report") + f"?programme={measured.programme.pk}", reverse("partnership_report")):
        response = client.get(address)
        assert b"pdfuaid" in response.content
        assert re.search(rb"/Lang\s*\((\w+)", response.content)[1] == language.encode()
        assert b"/MarkInfo" in response.content


def test_the_partnerships_is_the_coordinators_alone(measured, released):
    assert measured.client(measured.case_manager).get(reverse("partnership_report")).status_code == 403


def test_it_answers_does_it_work_before_it_says_how(measured, released):
    with translation.override("en"):
        titles = [part["title"] for part in programme_report.sections(context(measured))]
    # What speaks against the figures stands before all of them.
    assert [title for title in titles if title != "Check these figures"] == [
        "Summary", "Does it work?", "Time to re-arrest", "Fixed windows", "How much do unsure links matter?", "Who is compared",
    ]  # fmt: skip
    assert "Check these figures" not in titles[1:]


def test_rates_difference_and_reduction_add_up_everywhere(measured, released):
    with translation.override("en"):
        text = text_of(programme_report.sections(context(measured)))
    sentences = re.findall(
        r"Of the participants compared, (\d+) % .*?; of the comparison group, (\d+) %\. That is (\d+) percentage points fewer, "
        r"a reduction by (\d+) %",
        text,
    )
    assert sentences
    for rate, other, points, reduction in (map(int, found) for found in sentences):
        assert other - rate == points
        assert round(100 * points / other) == reduction


def test_the_curve_stands_beside_that_of_the_comparison(measured, released):
    ours, theirs = programme_report.compared_curves(released, measured.programme, "any")
    assert [point[:2] for point in ours[1]] == [[0, 1.0], [6, pytest.approx(0.8)], [12, pytest.approx(0.7)]]
    assert [point[:2] for point in theirs[1]] == [[0, 1.0], [6, pytest.approx(0.7)], [12, pytest.approx(0.54)]]
    assert programme_report.compared_curves(released, measured.programme, "drug") == []


def test_its_data_quality_is_of_its_own_districts(measured, released):
    measured.complete_through(date(2020, 1, 31), measured.hill)
    measured.programme.districts.set([measured.city])
    run = release(measured)
    feeds = own_feeds(run, [measured.programme], RestsOn())
    assert {feed.district for feed in feeds} == {measured.city}
    poor = own_feeds(run, [measured.programme], RestsOn(None, ((measured.hill.pk, "Hill"),)))
    assert {feed.district for feed in poor} == {measured.city, measured.hill}
    measured.programme.districts.clear()
    assert len(own_feeds(run, [measured.programme], RestsOn())) > len(feeds)


def test_it_says_whom_to_ask(measured):
    measured.ngo.email = "help@test.example"
    assert contact(measured.ngo) == f"{measured.ngo.name}, help@test.example"


def test_no_heading_stands_alone_at_the_foot_of_a_page():
    """Titles and the lines before a table stick to it: wherever a page ends, none is its last line."""
    data = {"title": "Title", "author": "", "subtitle": "", "footer": "", "warning": "", "headline": ""}
    many = [section("Title", ["Line."] * (1 + number % 4), ["A", "B"], [["1", "2"]] * 3) for number in range(60)]
    pages = "query({}).map(found => found.location().page())"
    asked = f"#context [#metadata(({pages.format('heading.where(level: 2)')}, {pages.format('table')})) <pages>]"
    answer = typst.query(
        (pdf.TEMPLATE + asked).encode(),
        "<pages>",
        field="value",
        one=True,
        sys_inputs={"data": pdf.inputs(data | {"sections": many})},
    )
    headings, tables = json.loads(answer)
    assert max(tables) > 5
    assert headings == tables
