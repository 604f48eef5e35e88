"""The public results: what everybody sees of a release, what is beside each figure, and what is said of one that was withdrawn."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from metrics.recidivism.models import RecidivismResult
from metrics.runs import actions as runs
from metrics.runs.models import Run
from metrics.trends.models import Intervention, TrendChange
from partnership.isolation.errors import RuleError
from partnership.pages.number_format import percent
from tests.measuring import IN_A_YEAR, START, compute, people, release
from tests.world import WebClient, World, run_as


@pytest.fixture
def visitor() -> WebClient:
    return WebClient()


@pytest.fixture
def released(world: World) -> Run:
    """A release with a rate of the partnership and one of a programme, and two districts whose arrests changed."""
    run = Run.objects.create(
        reason="test", state=Run.State.DONE, definition="2026-11b", data_cut_off=date(2026, 6, 30), quarter="2026-Q3",
        released_at=timezone.now(), poor_feeds=[[1, "Far end"]],
    )  # fmt: skip
    for owner, offences, eligible, rearrested in (
        ({}, "any", 400, 100),
        ({}, "drug", 408, 60),
        ({"partner": world.ngo, "programme": world.programme}, "any", 77, 20),
    ):
        rate = rearrested / eligible
        RecidivismResult.objects.create(
            run=run, offences=offences, window_months=12, eligible=eligible, rearrested=rearrested, rate=rate,
            rate_lower=rate - 0.04, rate_upper=rate + 0.045, **owner,
        )  # fmt: skip
    began = Intervention.objects.create(name="Patrols", started_on=date(2024, 1, 1), created_by=world.coordinator.user)
    began.districts.set([world.city])
    began.comparison_districts.set([world.hill])
    change(run, kind="five_years", district=world.hill, change=0.704, lower=0.3, upper=1.2, verdict="rise")
    change(run, kind="five_years", district=world.city, change=-0.11, lower=-0.2, upper=0.05, verdict="not_shown")
    change(run, kind="difference", intervention=began, change=-0.3, lower=-0.4, upper=-0.2, verdict="fall", p=0.001)
    return run


def change(run: Run, **fields: Any) -> None:
    TrendChange.objects.create(run=run, group="drug", months=84, least_visible=0.2, **fields)


def publish(world: World, run: Run) -> Run:
    return run_as(world.coordinator, runs.publish, run=run, next_on=IN_A_YEAR)


def said(response: Any) -> str:
    return " ".join(response.text.replace("\N{NO-BREAK SPACE}", " ").split())


class TestPublishing:
    def test_once_a_year_and_again_after_a_withdrawal(self, measured):
        first = publish(measured, release(measured))
        Run.objects.filter(pk=first.pk).update(quarter=f"{first.quarter[:4]}-Q0")
        later = run_as(measured.coordinator, runs.release, run=compute())
        with pytest.raises(RuleError, match="once a year"):
            publish(measured, later)
        run_as(measured.coordinator, runs.withdraw, run=first, because="A feed was counted twice.")
        assert publish(measured, later).published_at

    def test_what_is_no_release_is_not_published(self, measured):
        with pytest.raises(RuleError, match="Only a release"):
            publish(measured, compute())

    def test_nor_with_a_next_day_that_is_past(self, world, released):
        with pytest.raises(RuleError, match="a day to come"):
            run_as(world.coordinator, runs.publish, run=released, next_on=timezone.localdate())

    def test_whoever_publishes_says_that_the_preview_was_looked_at(self, world, released):
        client, address = world.client(world.coordinator), reverse("run_publish", args=[released.pk])
        page = said(client.get(address))
        assert "25 % of the people who joined a programme" in page
        assert reverse("run_public", args=[released.pk]) in page
        assert client.post(address, {"next_on": IN_A_YEAR.isoformat()}).status_code == 200
        assert not Run.objects.get().published_at
        client.post(address, {"next_on": IN_A_YEAR.isoformat(), "is_checked": "on"})
        assert Run.objects.get().published_at
        assert reverse("public_results") in client.get(reverse("run", args=[released.pk])).text

    def test_the_preview_is_what_the_public_will_see_with_its_pictures_and_files(self, world, released):
        client, address = world.client(world.coordinator), reverse("run_public", args=[released.pk])
        assert "25 % of the people who joined a programme" in said(client.get(address))
        for name in ("rearrested.csv", "rearrested.svg", "arrests.csv", "arrests.svg"):
            assert client.get(f"{address}{name}").status_code == 200
        assert client.get(f"{address}nonsense.csv").status_code == 404

    def test_no_results_are_withdrawn_without_a_reason(self, world, released):
        publish(world, released)
        client, address = world.client(world.coordinator), reverse("run_withdraw", args=[released.pk])
        client.post(address, {"because": " "})
        assert not Run.objects.get().withdrawn_at
        client.post(address, {"because": "A feed was counted twice."})
        assert Run.objects.get().withdrawn_because == "A feed was counted twice."


class TestPublicPage:
    def test_nothing_before_it_is_published(self, released, visitor):
        page = visitor.get("/results/").text
        assert "Nothing is published" in page
        assert "400" not in page
        for kind in ("csv", "svg"):
            assert visitor.get(f"/results/rearrested.{kind}").status_code == 404
        assert visitor.get("/results/?release=2026-Q3").status_code == 404

    def test_its_title_is_the_finding_and_its_interval_stands_below(self, world, released, visitor):
        publish(world, released)
        page = said(visitor.get("/results/"))
        assert "<h1>25 % of the people who joined a programme were arrested again within 12 months</h1>" in page
        assert "95 % interval 21 % to 30 %" in page
        assert "doesn’t show whether the programmes made a difference" in page
        assert not visitor.cookies

    def test_nothing_of_one_programme_and_no_name_of_who_published(self, world, released, visitor):
        publish(world, released)
        page = visitor.get("/results/").text
        for hidden in ("77", "Counselling", world.coordinator.user.full_name, world.coordinator.user.email):
            assert hidden not in page

    def test_any_and_drug_offences_are_of_the_same_people(self, world, released, visitor):
        publish(world, released)
        page = said(visitor.get("/results/"))
        assert "400 people" in page
        assert "408" not in page
        assert "15.0 %" in page  # 60 of 400

    def test_a_change_stands_beside_what_it_is_compared_with(self, world, released, visitor):
        publish(world, released)
        page = said(visitor.get("/results/"))
        pilot, compared = page.index("−11 %"), page.index("+70 %")
        assert pilot < compared
        assert "−20 % to +5 %" in page
        assert "Pilot against comparison districts: A fall is shown: −30 %" in page

    def test_what_is_missing_is_said_with_the_reason(self, world, released, visitor):
        publish(world, released)
        page = said(visitor.get("/results/"))
        assert "6, 24, 36, 48, 60 months: nobody has been followed for this long yet." in page
        assert "has problems: Far end" in page

    def test_the_days_of_this_release_and_of_the_next_and_whom_to_ask(self, world, released, visitor):
        world.office.email = "office@test.example"
        world.office.save()
        publish(world, released)
        page = visitor.get("/results/?language=fi").text
        assert f"{IN_A_YEAR.day}.{IN_A_YEAR.month}.{IN_A_YEAR.year}" in page
        assert "mailto:office@test.example" in page

    def test_a_withdrawn_release_says_so_with_day_and_reason_and_the_one_before_stays(self, world, released, visitor):
        publish(world, released)
        earlier = Run.objects.create(
            reason="test", state=Run.State.DONE, definition="x", quarter="2025-Q3", released_at=timezone.now(),
            published_at=timezone.now() - timedelta(days=365),
        )  # fmt: skip
        assert "2025-Q3" in visitor.get("/results/").text
        run_as(world.coordinator, runs.withdraw, run=released, because="A feed was counted twice.")
        page = said(visitor.get("/results/"))
        assert "Release 2026-Q3, published on" in page
        assert "was withdrawn on" in page
        assert "A feed was counted twice." in page
        assert "25.0" not in page
        assert earlier.quarter in page
        assert visitor.get("/results/rearrested.csv?release=2026-Q3").status_code == 404


class TestFiles:
    def rows(self, visitor: WebClient, address: str) -> list[list[str]]:
        text = visitor.get(address).content.decode("utf-8")
        assert text.startswith("\ufeff")
        return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))

    def test_a_table_begins_with_what_it_is(self, world, released, visitor):
        publish(world, released)
        rows = self.rows(visitor, "/results/rearrested.csv")
        assert rows[0][0] == "Title"
        assert rows[0][1].replace("\N{NO-BREAK SPACE}", " ").startswith("25 % of the people")
        assert ["Release", "2026-Q3"] in rows
        assert ["Next results", IN_A_YEAR.isoformat()] in rows
        assert ["12", "400", "100", "0.25", "0.21", "0.295", "60"] in [row[:7] for row in rows]

    @pytest.mark.parametrize("language", ["fi", "sv"])
    def test_it_has_the_decimal_sign_of_the_readers_spreadsheet(self, world, released, visitor, language):
        publish(world, released)
        rows = self.rows(visitor, f"/results/rearrested.csv?language={language}")
        assert ["12", "400", "100", "0,25", "0,21", "0,295", "60"] in [row[:7] for row in rows]

    def test_no_cell_runs_as_a_formula(self, world, released, visitor):
        Intervention.objects.update(name="=cmd()")
        publish(world, released)
        names = [row[0] for row in self.rows(visitor, "/results/arrests.csv") if row]
        assert "'=cmd()" in names

    @pytest.mark.parametrize("name", ["rearrested", "arrests"])
    def test_a_picture_says_what_it_shows_and_where_it_comes_from(self, world, released, visitor, name):
        publish(world, released)
        on_the_page, on_a_phone, saved = (
            visitor.get(f"/results/{name}.svg{more}").text for more in ("", "?narrow=1", "?download=1")
        )
        assert len({on_the_page, on_a_phone, saved}) == 3
        assert "Release 2026-Q3" in saved
        assert f"Computation {released.pk}" in saved
        assert visitor.get(f"/results/{name}.png?download=1").content.startswith(b"\x89PNG")


def test_all_figures_of_a_computation_can_be_published(measured, visitor):
    people(measured, 40, rearrested=20)
    other = {"partner": measured.other_ngo, "programme": measured.other_programme, "started_on": START}
    measured.enrolment(person=measured.person(measured.other_ngo), **other)
    publish(measured, release(measured))
    total = RecidivismResult.objects.get(partner=None, window_months=12, offences="any")
    assert f"{percent(total.rate, 0)} of the people who joined a programme" in visitor.get("/results/").text
