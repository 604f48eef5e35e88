"""Arrest trends: the partnership before its districts, whose overdoses count, what is asked of an intervention, and the words."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from cases.overdoses.models import OverdoseCount
from metrics.runs.models import Run
from metrics.trends import actions as trends
from metrics.trends import compute, effects, overview, words
from metrics.trends.actions import InRelease
from metrics.trends.compute import Series
from metrics.trends.models import ArrestTrendResult, Intervention, TrendChange
from partnership.members.models import District, DistrictPopulation
from tests.shared_worlds import shared
from tests.world import World, database_role, run_as

Group = ArrestTrendResult.Group
MONTHS = [date(2019 + month // 12, 1 + month % 12, 1) for month in range(84)]
UNSEEN = (
    "These 24 months cannot tell a fall of 40 % from a rise of 25 %. "
    "A change below 38 % would probably go unseen. This does not mean that nothing changed."
)
CANNOT_TELL = f"No change is shown. {UNSEEN}"


def series(count: int = 10, residents: int = 1000, months: list[date] = MONTHS) -> Series:
    size = len(months)
    return Series(list(months), [count] * size, [residents] * size, [0.0] * size)


def not_shown(**fields: Any) -> TrendChange:
    values = {
        "kind": "five_years",
        "group": "drug",
        "verdict": "not_shown",
        "change": -0.1,
        "lower": -0.4,
        "upper": 0.25,
    }
    return TrendChange(**values | {"p": 0.4, "months": 24, "least_visible": 0.38} | fields)


@shared
def run(world: World) -> Run:
    """Seven years of the city (the pilot), of the hill and of the two together."""
    run = Run.objects.create(
        reason="test", state=Run.State.DONE, definition="x", parameters={"partnership": {"drug": [world.city.pk]}}
    )
    for district, count in ((None, 30), (world.city, 20), (world.hill, 10)):
        ArrestTrendResult.objects.bulk_create(
            ArrestTrendResult(run=run, district=district, month=m, group=Group.DRUG, arrests=count, rate_per_100k=count)
            for m in MONTHS
        )
    return run


class TestPartnership:
    def test_it_is_the_sum_of_the_districts_over_the_months_that_all_have(self, world):
        own = {(world.city.pk, "drug"): series(10), (world.hill.pk, "drug"): series(5, 500, MONTHS[12:])}
        found = compute.partnership(own)[None, "drug"]
        assert found.months == MONTHS[12:]
        assert set(found.counts) == {15}
        assert set(found.residents) == {1500}
        assert found.districts == sorted([world.city.pk, world.hill.pk])

    def test_a_district_of_less_than_two_years_does_not_shorten_it(self, world):
        found = compute.partnership(
            {(world.city.pk, "drug"): series(), (world.hill.pk, "drug"): series(5, 500, MONTHS[61:])}
        )
        assert found[None, "drug"].months == MONTHS
        assert found[None, "drug"].districts == [world.city.pk]

    def test_residents_of_a_part_of_another_district_count_once(self, world):
        District.objects.filter(pk=world.hill.pk).update(parent=world.city)
        found = compute.partnership({(world.city.pk, "drug"): series(10), (world.hill.pk, "drug"): series(5, 500)})
        assert set(found[None, "drug"].counts) == {15}
        assert set(found[None, "drug"].residents) == {1000}


class TestOverdoses:
    def counted(self, world: World) -> dict[tuple[int | None, str], Series]:
        with database_role("worker"):
            return compute.series_by_district(date(2025, 12, 31))

    def count(self, world: World, partner: Any, months: list[date], number: int) -> None:
        OverdoseCount.objects.bulk_create(
            OverdoseCount(partner=partner, district=world.city, month=month, fatal=1, non_fatal=number)
            for month in months
        )

    def test_two_partners_are_not_added_up_and_who_counts_the_more_is_taken(self, world):
        self.count(world, world.ngo, MONTHS[70:], 8)
        self.count(world, world.other_ngo, MONTHS[48:], 20)
        found = self.counted(world)[world.city.pk, Group.OVERDOSES]
        assert all(11 <= count <= 31 for count in found.counts)
        assert found.months == MONTHS[48:]
        assert (found.source, found.is_one_of_several) == (world.other_ngo.pk, True)

    def test_who_counts_now_goes_before_who_counted_once(self, world):
        self.count(world, world.ngo, MONTHS[:50], 8)
        self.count(world, world.other_ngo, MONTHS[66:], 20)
        assert self.counted(world)[world.city.pk, Group.OVERDOSES].source == world.other_ngo.pk

    def test_of_one_partner_alone_nothing_is_flagged(self, world):
        self.count(world, world.ngo, MONTHS[48:], 8)
        found = self.counted(world)[world.city.pk, Group.OVERDOSES]
        assert (found.source, found.is_one_of_several) == (world.ngo.pk, False)

    def test_the_page_and_the_file_say_whose_counts_they_are(self, world, run):
        for month in MONTHS:
            ArrestTrendResult.objects.create(
                run=run, district=world.city, month=month, group=Group.OVERDOSES, arrests=9, rate_per_100k=9,
                source=world.other_ngo, is_one_of_several=True,
            )  # fmt: skip
        client = world.client(world.caseworker)
        page = client.get(reverse("arrest_trends") + f"?district={world.city.pk}&group=overdoses").text
        assert f"Overdoses as counted by {world.other_ngo.name}" in " ".join(page.split())
        assert "Their counts are not added" in page
        assert (
            f"Several partners count overdoses here: {world.city.name}."
            in client.get(reverse("arrest_trends") + "?group=overdoses").text
        )
        table = client.get(reverse("figure", args=["arrests", "csv"]) + f"?district={world.city.pk}").text
        assert world.other_ngo.name in table


class TestAreArrestsFalling:
    def test_the_partnership_then_the_pilot_districts_then_the_others(self, world, run):
        pilot = Intervention.objects.create(
            name="Pilot", started_on=date(2022, 1, 1), created_by=world.coordinator.user
        )
        pilot.districts.set([world.hill])
        places = overview.places(run, "drug", [pilot])
        assert [place.district for place in places] == [None, world.hill, world.city]
        assert [place.started for place in places] == [[], [pilot], []]

    def test_the_index_is_of_the_first_year_and_has_gaps_where_residents_are_unknown(self):
        results = [
            ArrestTrendResult(month=m, arrests=10, rate_per_100k=20 if n < 24 else 30) for n, m in enumerate(MONTHS)
        ]
        results[40].rate_per_100k = None
        index = overview.Place(None, results, None).index("x")
        assert [index[n]["value"] for n in (0, 24, 40)] == [100, 150, None]
        assert [index[n]["year"] for n in (10, 11, 35, 40, 51, 52)] == [None, 100, 150, None, None, 150]
        results[3].rate_per_100k = None
        assert overview.Place(None, results, None).index("x") == []

    def test_the_first_line_says_the_finding_and_what_it_is_of(self, world, run):
        TrendChange.objects.create(
            run=run,
            kind="five_years",
            group="drug",
            verdict="rise",
            change=0.5,
            lower=0.28,
            upper=0.84,
            p=0.001,
            months=24,
        )
        page = " ".join(world.client(world.coordinator).get(reverse("arrest_trends")).text.split())
        page = page.replace("\N{NO-BREAK SPACE}", " ")
        assert "All drug offences in 1 of 2 districts. A rise is shown: +50 % (95 % interval +28 % to +84 %)." in page
        assert page.index("A rise is shown") < page.index("Per resident: the twelve months to December 2025")
        assert f"too few months: {world.hill.name}." in page

    def test_the_newest_twelve_months_are_in_the_table_and_the_rest_is_folded(self, world, run):
        page = world.client(world.coordinator).get(reverse("arrest_trends") + f"?district={world.city.pk}").text
        folded = page.index("Earlier months")
        assert page.index("January 2025") < folded < page.index("December 2024")
        assert "Complete through December 2025" in page

    def test_each_place_is_complete_through_its_own_month(self):
        places = [
            (name, overview.Place(None, [ArrestTrendResult(month=month)], None))
            for name, month in (("Partnership", MONTHS[-2]), ("Harbour", MONTHS[-1]), ("Hill", MONTHS[-1]))
        ]
        assert overview.through(places) == "Complete through December 2025; Partnership: November 2025"
        assert overview.through(places[1:]) == "Complete through December 2025"

    def test_twelve_months_of_fewer_than_five_are_neither_shown_nor_compared(self, world, run):
        run.trends.filter(district=world.hill).update(arrests=0)
        run.trends.filter(district=world.hill, month=MONTHS[-1]).update(arrests=3)
        page = world.client(world.coordinator).get(reverse("arrest_trends")).text
        row = " ".join(page[page.index(f">{world.hill.name}<") :].split("</tr>")[0].split())
        assert "under 5" in row
        assert ">3<" not in row.replace(" ", "")
        results = list(run.trends.filter(district=world.hill).order_by("month"))
        assert overview.Place(world.hill, results, None).change is None

    def test_the_public_page_has_a_row_a_district_and_one_for_all_together(self, world, run):
        for district in (None, world.city):
            not_shown(run=run, district=district).save()
        Run.objects.filter(pk=run.pk).update(quarter="2026-Q3", released_at=timezone.now(), published_at=timezone.now())
        page = Client().get("/results/")
        assert [str(place.name) for place in page.context["results"].places] == [
            "All districts together",
            world.city.name,
        ]

    @pytest.mark.parametrize("kind", ["svg", "png", "csv", "xlsx"])
    def test_it_is_drawn_and_downloaded(self, world, run, kind):
        assert (
            world.client(world.coordinator).get(reverse("figure", args=["arrests-districts", kind])).status_code == 200
        )


class TestInterventionPage:
    def page(self, world: World, run: Run) -> str:
        intervention = Intervention.objects.create(
            name="Mentors", started_on=date(2022, 1, 1), created_by=world.coordinator.user
        )
        intervention.districts.set([world.city])
        intervention.comparison_districts.set([world.hill])
        not_shown(run=run, kind="joint", intervention=intervention).save()
        address = reverse("intervention", args=[intervention.pk])
        return " ".join(world.client(world.coordinator).get(address).text.split())

    def test_the_finding_comes_first_then_what_began_and_where(self, world, run):
        page = self.page(world, run)
        assert page.index("No change is shown.") < page.index("Comparison districts")
        assert "tenth of the pilot" not in page

    def test_comparison_districts_of_another_level_are_told(self, world, run):
        run.trends.filter(district=world.hill, month__gte=MONTHS[-12]).update(rate_per_100k=1)
        assert f"or ten times it: {world.hill.name}." in self.page(world, run)


class TestEffects:
    """Of series that are given, without a run."""

    def found(self, world: World, own: dict[District, Series], pilots: int = 1) -> dict[str, TrendChange]:
        intervention = Intervention.objects.create(
            name="Pilot", started_on=date(2022, 7, 15), created_by=world.coordinator.user
        )
        intervention.districts.set([*own][:pilots])
        intervention.comparison_districts.set([*own][pilots:])
        run = Run.objects.create(reason="test", state=Run.State.DONE, definition="x")
        changes = effects.interventions(run, {(district.pk, "drug"): one for district, one in own.items()})
        return {change.kind: change for change in changes}

    def counts(self, seed: int, factor: float = 1) -> Series:
        one = series(months=MONTHS, residents=100_000)
        mean = np.where([month >= date(2022, 7, 1) for month in MONTHS], 60 * factor, 60)
        one.counts = np.random.default_rng(seed).poisson(mean).tolist()
        return one

    def test_without_a_change_neither_level_nor_slope_is_told(self, world):
        found = self.found(world, {world.city: self.counts(1), world.hill: self.counts(2)})
        assert found.keys() == {"joint", "difference", "drift"}
        assert (found["joint"].verdict, found["joint"].change) == ("not_shown", None)
        assert found["joint"].lower < 0 < found["joint"].upper
        assert (found["joint"].months, found["drift"].months) == (84, 42)
        assert [month for month, _p in found["joint"].placebos] == [
            "2020-01-01",
            "2020-07-01",
            "2021-01-01",
            "2021-07-01",
        ]
        assert len(found["difference"].placebos) == 4

    def test_a_change_is_told_against_the_time_before_and_against_other_districts(self, world):
        found = self.found(world, {world.city: self.counts(1, 0.6), world.hill: self.counts(2)})
        assert (found["joint"].verdict, found["joint"].change) == ("changed", None)
        assert (found["level"].verdict, found["difference"].verdict) == ("fall", "fall")
        assert found["difference"].lower < -0.4 < found["difference"].upper

    def test_from_six_districts_on_they_are_compared_one_by_one_too(self, world):
        more = [District.objects.create(name=f"D{number}", code=f"D{number}") for number in range(4)]
        districts = [world.city, more[0], more[1], world.hill, more[2], more[3]]
        own = {each: self.counts(number, 0.6 if number < 3 else 1) for number, each in enumerate(districts)}
        found = self.found(world, own, pilots=3)
        assert found["by_district"].verdict == "fall"
        assert found["by_district"].lower < -0.4 < found["by_district"].upper

    def test_what_can_not_be_computed_says_why(self, world):
        missing = self.counts(1)
        missing.residents[5] = None
        assert self.found(world, {world.city: missing})["joint"].refusal == "no_series"
        Intervention.objects.all().delete()
        short = Series(MONTHS[35:], [60] * 49, [1000] * 49, [True] * 49)
        assert self.found(world, {world.city: short})["joint"].refusal == "few_months"


class TestWords:
    @pytest.fixture(autouse=True)
    def _english(self):
        with translation.override("en"):
            yield

    def said(self, change: TrendChange) -> str:
        return words.finding(change).replace("\N{NO-BREAK SPACE}", " ")

    def test_where_nothing_is_shown_it_says_what_could_not_be_seen(self):
        assert self.said(not_shown()) == CANNOT_TELL

    def test_an_interval_on_one_side_alone_is_no_contradiction(self):
        assert "cannot tell" not in self.said(not_shown(upper=-0.01))
        assert "would probably go unseen" in self.said(not_shown(upper=-0.01))

    @pytest.mark.parametrize(
        ("fields", "start"),
        [
            ({"verdict": "fall"}, "A fall is shown: −10 % (95 % interval −40 % to +25 %)."),
            ({"verdict": "rise", "change": 0.052}, "A rise is shown: +5.2 %"),
            ({"verdict": "fall", "kind": "slope"}, "Since then the yearly trend is lower than before: −10 %"),
            ({"verdict": "rise", "kind": "level", "change": 0.3}, "The level rose at once: +30 %"),
            (
                {"verdict": "not_shown", "kind": "level"},
                "The level alone could be unchanged (95 % interval −40 % to +25 %).",
            ),
            ({"verdict": "changed", "kind": "joint", "p": 0.012}, "Something changed at the start (p = 0.012)."),
            ({"verdict": "parallel", "kind": "drift"}, "Before the start pilot and comparison districts moved alike"),
            (
                {"verdict": "apart", "kind": "drift"},
                "Before the start pilot and comparison districts already moved apart",
            ),
            ({"verdict": "cannot_be_told", "kind": "drift"}, "The 24 months before the start cannot tell whether"),
            ({"refusal": "few_months"}, "Needs twelve months"),
            ({"refusal": "no_series"}, "No complete series"),
            ({"verdict": "", "lower": None}, ""),
        ],
    )
    def test_each_verdict_has_its_sentence(self, fields, start):
        assert self.said(not_shown(**fields)).startswith(start)

    def test_placebo_dates_that_show_a_change_are_said(self):
        quiet, loud = ([["2020-01-01", 0.2], ["2020-07-01", p]] for p in (0.3, 0.01))
        assert words.placebos(not_shown()) == ""
        assert words.placebos(not_shown(placebos=quiet)).startswith("At none of 2 dates")
        assert words.placebos(not_shown(placebos=loud)).startswith("At 1 of 2 dates")

    def test_page_file_and_api_say_the_same(self, world, run, ngo):
        change = not_shown()
        change.run, change.district = run, world.city
        change.save()
        client = world.client(world.coordinator)
        address = f"?district={world.city.pk}&group=drug"
        page = client.get(reverse("arrest_trends") + address).text.replace("\N{NO-BREAK SPACE}", " ")
        table = client.get(reverse("figure", args=["arrests", "csv"]) + address).content.decode("utf-8-sig")
        notes = [
            row
            for row in csv.reader(io.StringIO(table.replace("\N{NO-BREAK SPACE}", " ")), delimiter=";")
            if row[:1] == ["Note"]
        ]
        assert "All drug offences. No change is shown." in page
        assert UNSEEN in page
        assert notes == [["Note", f"All drug offences: {CANNOT_TELL}"]]
        [told] = ngo.get("results/trend-changes")["results"]
        assert told["words"].replace("\N{NO-BREAK SPACE}", " ") == CANNOT_TELL
        assert (told["verdict"], told["months"], told["least_visible"]) == ("not_shown", 24, 0.38)


class TestInterventionForm:
    def post(self, world: World, **fields: Any) -> Any:
        values = {"name": "Pilot", "started_on": "2022-01-01", "series": "drug"}
        values |= {"districts": [world.city.pk], "comparison_districts": [world.hill.pk]}
        return world.client(world.coordinator).post(reverse("intervention_new"), values | fields)

    @pytest.mark.parametrize(("rate", "is_asked"), [(2.0, True), (2.1, False), (199.0, False), (200.0, True)])
    def test_comparison_districts_of_another_level_are_asked_about(self, world, run, rate, is_asked):
        run.trends.filter(district=world.hill, month__gte=MONTHS[-12]).update(rate_per_100k=rate)
        response = self.post(world)
        assert (world.hill.name + ". Do you mean" in response.text) == is_asked
        assert Intervention.objects.exists() != is_asked

    def test_they_are_taken_once_it_is_said_to_be_meant(self, world, run):
        run.trends.filter(district=world.hill).update(rate_per_100k=1)
        assert 'type="checkbox" name="although_far"' in self.post(world).text.replace("\n", " ")
        assert self.post(world, although_far="on").status_code == 302
        assert Intervention.objects.get().name == "Pilot"

    def test_before_the_first_computation_nothing_is_asked(self, world):
        assert self.post(world).status_code == 302


class TestAnInterventionOfARelease:
    """What a release, and with it the public page, says of an intervention is what it was computed for."""

    @pytest.fixture
    def intervention(self, world, run):
        saved = self.save(world, Intervention(name="Pilot", started_on=date(2022, 1, 1), series="drug"))
        TrendChange.objects.create(run=run, kind=TrendChange.Kind.JOINT, intervention=saved, group="drug")
        Run.objects.filter(pk=run.pk).update(released_at=timezone.now(), released_by=world.coordinator.user)
        return saved

    def save(self, world: World, intervention: Intervention, **districts: Any) -> Intervention:
        usual = {"districts": [world.city], "comparison_districts": [world.hill]}
        return run_as(world.coordinator, trends.save_intervention, intervention=intervention, **usual | districts)

    def test_keeps_its_day_its_series_and_its_districts(self, world, intervention):
        for name, value in (("started_on", date(2022, 2, 1)), ("series", "all")):
            before = getattr(intervention, name)
            setattr(intervention, name, value)
            with pytest.raises(InRelease):
                self.save(world, intervention)
            setattr(intervention, name, before)
        with pytest.raises(InRelease):
            self.save(world, intervention, districts=[world.hill], comparison_districts=[])
        with pytest.raises(InRelease):
            self.save(world, intervention, comparison_districts=[])

    def test_can_get_a_better_name_on_the_page_which_says_why_the_rest_stays(self, world, intervention):
        client, address = world.client(world.coordinator), reverse("intervention_edit", args=[intervention.pk])
        assert "A release has figures of this" in client.get(address).text
        assert client.post(address, {"name": "The pilot", "started_on": "2023-01-01"}).status_code == 302
        intervention.refresh_from_db()
        assert (intervention.name, intervention.started_on) == ("The pilot", date(2022, 1, 1))
        assert list(intervention.districts.all()) == [world.city]


def test_residents_are_needed_for_a_rate(world):
    DistrictPopulation.objects.all().delete()
    one = series()
    one.residents[3] = None
    assert one.exposure is None
