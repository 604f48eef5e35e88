"""Every page of figures and the report: whoever reckons after them gets the numbers that they say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from metrics.cohorts import actions as cohorts
from metrics.cohorts.models import Cohort
from metrics.cohorts.selection import Selection
from metrics.comparison.models import ComparisonResult
from metrics.recidivism.population import population_context
from metrics.reports import programme as programme_report
from metrics.runs import actions as runs
from tests.measuring import START, people, release
from tests.metrics.arithmetic import page_errors, sentence_errors, table_errors
from tests.world import World, database_role, run_as


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("19 % were arrested again; of the others, 37 %. That is 16 points fewer.", "the difference"),
        ("19 % were arrested again; of the others, 37 %. That is 18 points more.", "the difference"),
        ("That is 18 points fewer.", "rates that are not said"),
        ("30 % against 26 %. That is 4 percentage points more, a reduction by 15 %.", "the reduction"),
        ("20 % against 40 %. That is 20 percentage points fewer, a reduction by 49 %.", "the reduction"),
        ("30 % against 26 %, reduction −7 %.", "a reduction or an increase has a sign"),
        ("20 % against 25 %: 25 % fewer.", "so much fewer"),
        ("12 of 40 (31 %) came.", "the share"),
        ("20 % were arrested (95 % interval 21 % to 30 %).", "outside"),
        ("−3 (−9 to −4)", "outside"),
        ("Re-arrest was lower in 2 of 7 programmes; in 3 the difference could be chance; 1 has too few people.", "programmes"),
    ],
)  # fmt: skip
def test_an_error_is_found(text, error):
    assert error in " ".join(sentence_errors(text))


@pytest.mark.parametrize(
    "text",
    [
        "19 % were arrested again within 12 months; of the others, 37 %. That is 18 percentage points fewer, a reduction by "
        "49 %; with 95 % confidence between 5 and 25 points fewer.",
        "20 % against 25 %: 20 % fewer.",
        "12 of 40 (30 %) came.",
        "33 % were arrested again within 12 months (95 % interval 26 % to 41 %).",
        "Re-arrest was lower in none of 2 programmes; in 1 the difference could be chance; 1 has too few people.",
    ],
)
def test_what_adds_up_is_no_error(text):
    assert sentence_errors(text) == []


def test_a_row_and_a_headline_are_reckoned_too():
    row = "<table><tr><th>Rate<th>Followed<th>Rearrested</tr><tr><td>25.0 %</td><td>40</td><td>{}</td></tr></table>"
    assert page_errors(row.format(10)) == []
    assert page_errors(row.format(11)) != []
    page = (
        "<p>Arrested again, against comparison groups: similar people – lower by {} percentage points.</p>"
        "<h3>Similar people: lower</h3><p>20 %; of the others, 30 %. That is 10 percentage points fewer.</p>"
    )
    assert page_errors(page.format(10)) == []
    assert page_errors(page.format(11)) != []


class TestPages:
    @pytest.fixture
    def told(self, measured: World) -> World:
        """A programme that did better than in its first year, published, and a cohort of it."""
        people(measured, 40, rearrested=24)
        people(measured, 75, rearrested=10, start=START + timedelta(days=500), first=100)
        cohort = Cohort(name="Early")
        run_as(measured.case_manager, cohorts.save_cohort, cohort=cohort, selection=Selection(last_year=START.year))
        measured.cohort = cohort
        measured.release = release(measured)
        run_as(
            measured.coordinator, runs.publish, run=measured.release, next_on=timezone.localdate() + timedelta(days=90)
        )
        return measured

    def addresses(self, world: World) -> list[str]:
        of_programme = f"{reverse('population_figures')}?programme={world.programme.pk}"
        return [
            reverse("home"),
            reverse("effects"),
            reverse("recidivism"),
            *(f"{of_programme}&window={months}&offences={kind}" for months in (12, 24) for kind in ("any", "drug")),
            f"{reverse('population_figures')}?cohort={world.cohort.pk}",
            reverse("arrest_trends"),
            f"{reverse('arrest_trends')}?district={world.city.pk}",
            reverse("referral_figures"),
            reverse("data_quality"),
            reverse("run_list"),
            reverse("run", args=[world.release.pk]),
            reverse("cohort_list"),
            reverse("public_results"),
        ]

    def test_every_sentence_and_row_adds_up(self, told: World, rf: Any) -> None:
        estimated = ComparisonResult.objects.filter(run=told.release, refusal="")
        assert "lower" in {c.verdict for c in estimated}
        for role in ("coordinator", "case_manager"):
            client = told.client(getattr(told, role))
            for address in self.addresses(told):
                response = client.get(address)
                if response.status_code == 200:
                    assert page_errors(response.text) == [], (role, address)
                else:
                    # A cohort is seen by its partner alone, previews by the coordinator.
                    assert response.status_code == 404, (role, address)
                    assert role == "case_manager" or "cohort=" in address
        request = rf.get("/", {"programme": told.programme.pk})
        request.acting = told.case_manager
        with database_role("owner"):
            context = population_context(request)
            parts = programme_report.sections(context)
        texts = [context["headline"], *(text for part in parts for text in part["text"])]
        texts += [text for part in parts for _title, lines in part["parts"] for text in lines]
        assert any("That is" in text for text in texts)
        assert [error for text in texts for error in sentence_errors(text)] == []
        tables = [[part["heading"], *part["rows"]] for part in parts]
        assert [error for table in tables for error in table_errors(table)] == []
