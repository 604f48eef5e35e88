"""What leaves the portal as a file: tables, charts, the report; and the words and numbers in which results are told."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation

from metrics.figures import charts
from metrics.recidivism.models import RecidivismResult
from metrics.runs import actions as runs
from metrics.runs.models import Run
from partnership.pages.number_format import p_value, percent, plain
from tests.measuring import people, release
from tests.shared_worlds import shared


@shared
def released(measured):
    people(measured, 150, rearrested=50)
    release(measured)
    return measured


class TestDownloads:
    @pytest.fixture
    def client(self, released):
        return released.client(released.caseworker)

    @pytest.mark.parametrize(
        "name",
        ["recidivism", "effects", "survival", "comparison", "balance", "arrests", "referrals", "feeds", "link-ranges"],
    )
    def test_csv_and_xlsx_hold_the_same_and_say_where_they_come_from(self, measured, client, name):
        query = f"?programme={measured.programme.pk}" if name in ("survival", "comparison", "balance") else ""
        text = client.get(reverse("figure", args=[name, "csv"]) + query).content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";"))
        book = openpyxl.load_workbook(io.BytesIO(client.get(reverse("figure", args=[name, "xlsx"]) + query).content))
        sheet = [["" if v is None else str(v) for v in row] for row in book.active.iter_rows(values_only=True)]

        def cells(table: list[list[str]]) -> list[Any]:
            return [
                round(float(c), 9) if re.fullmatch(r"-?[\d.]+(e-\d+)?", c) else c for row in table for c in row if c
            ]

        assert cells(rows) == cells(sheet)
        assert ["Definition", runs.DEFINITION] in rows

    @pytest.mark.parametrize("name", ["recidivism", "effects", "survival", "comparison", "arrests"])
    def test_charts_as_svg_and_png_in_both_themes_and_for_a_phone(self, measured, client, name):
        of = f"?programme={measured.programme.pk}" if name in ("survival", "comparison") else "?measure=count"
        for theme in ("light", "dark"):
            assert client.get(reverse("figure", args=[name, "svg"]) + f"{of}&theme={theme}").content.startswith(b"<svg")
        wide, narrow = (
            client.get(reverse("figure", args=[name, "svg"]) + of + more).content for more in ("", "&narrow=1")
        )
        assert wide != narrow
        assert client.get(reverse("figure", args=[name, "png"]) + of).content.startswith(b"\x89PNG")

    @pytest.mark.parametrize("name", ["recidivism", "survival", "comparison", "arrests"])
    def test_a_saved_picture_says_what_it_shows_and_where_it_comes_from(self, measured, client, name, settings):
        settings.DEMO = True
        of = f"?programme={measured.programme.pk}&download=1" if name in ("survival", "comparison") else "?download=1"
        drawn = client.get(reverse("figure", args=[name, "svg"]) + of).text
        run = Run.objects.get()
        assert f"Computation {run.pk}, definition {run.definition}" in drawn
        assert re.search("[Cc]omplete through", drawn)
        assert "Simulated data" in drawn
        if name in ("survival", "comparison"):
            assert measured.programme.name in drawn

    @pytest.mark.parametrize(("language", "sign"), [("en", "."), ("fi", ","), ("sv", ",")])
    def test_a_csv_has_the_decimal_sign_of_the_readers_spreadsheet(self, measured, client, language, sign):
        client.post("/language/setlang/", {"language": language})
        text = client.get(reverse("figure", args=["recidivism", "csv"])).content.decode()
        rate = RecidivismResult.objects.get(programme=measured.programme, window_months=12, offences="any").rate
        assert text.startswith("\ufeff")
        assert f";{format(Decimal(repr(rate)), 'f').replace('.', sign)};" in text

    @pytest.mark.parametrize(
        ("name", "kind"), [("recidivism", "exe"), ("nonsense", "csv"), ("survival", "csv"), ("intervention", "csv")]
    )
    def test_what_does_not_exist_is_not_found(self, client, name, kind):
        assert client.get(reverse("figure", args=[name, kind])).status_code == 404

    @pytest.mark.parametrize("run", ["0", "999999", "x", "²", "-1", "9" * 30])
    def test_a_run_that_does_not_exist_is_not_found(self, client, run):
        assert client.get(reverse("recidivism") + f"?run={run}").status_code == 404

    def test_the_page_says_headline_and_comparisons_in_words(self, measured, client):
        page = client.get(reverse("population_figures") + f"?programme={measured.programme.pk}").text
        shown = RecidivismResult.objects.get(programme=measured.programme, window_months=12, offences="any")
        assert f"{percent(shown.rate, 0)} were arrested again within 12 months" in page
        assert "No estimate" in page  # nobody in the pool of comparison people


@pytest.fixture
def _english():
    with translation.override("en"):
        yield


@pytest.mark.usefixtures("_english")
class TestNumbers:
    @pytest.mark.parametrize(
        ("share", "digits", "text"),
        [(0.2996, 1, "30.0"), (0.299, 0, "30"), (0.125, 0, "13"), (-0.117, 0, "−12"), (-0.0001, 0, "0"), (1, 0, "100")],
    )
    def test_percentages_are_rounded_and_not_cut_off(self, share, digits, text):
        assert percent(share, digits) == text + "\N{NO-BREAK SPACE}%"

    def test_thousands_are_grouped(self):
        assert plain(1234567.89, 1) == "1,234,567.9"

    @pytest.mark.parametrize(
        ("p", "language", "text"),
        [
            (0.0421, "en", "= 0.042"),
            (0.001, "en", "= 0.001"),
            (0.0009, "en", "< 0.001"),
            (0.0, "en", "< 0.001"),
            (0.0, "fi", "< 0,001"),
            (0.25, "sv", "= 0,250"),
        ],
    )
    def test_no_p_value_is_nought(self, p, language, text):
        with translation.override(language):
            assert p_value(p, "= ").replace("\N{NO-BREAK SPACE}", " ") == text


class TestOnAPhone:
    def test_the_whole_name_of_a_programme_is_drawn(self):
        name = "Counselling instead of imprisonment"
        rows = [charts.IntervalRow(label=name, rate=0.2, lower=0.1, upper=0.3)]
        drawn = charts.to_svg(charts.intervals(rows, theme="light", title="Rate", narrow=True), "light", narrow=True)
        assert f">{name}<" in drawn

    def test_a_time_axis_has_room_for_its_labels(self):
        rows = [charts.SeriesRow(month=date(year, 1, 1), series="All", value=1.0) for year in range(2019, 2027)]
        drawn = charts.to_svg(
            charts.series(rows, charts.Heading("A fall", "Police data"), theme="light", title="Arrests", narrow=True),
            "light",
            narrow=True,
        )
        assert ">2020<" in drawn
        assert "/2020" not in drawn
