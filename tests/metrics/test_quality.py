"""How good the data is that figures rest on: when a feed is late, and which months of it look wrong."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cases.arrests.models import Feed
from cases.people.identity_code import make
from cases.people.models import Person
from metrics.comparison.models import ComparisonResult
from metrics.follow_up import upkeep
from metrics.protection.counts import Draws, State
from metrics.quality import compute
from metrics.quality.models import FeedQuality
from metrics.quality.rests_on import Feeds
from metrics.recidivism.models import CareResult, RecidivismResult, SurvivalResult
from metrics.runs.models import Run
from tests.cases.test_imports import csv_of, load, row
from tests.measuring import START, about, people, release
from tests.world import database_role, link

YEAR = [date(2025, month, 1) for month in range(1, 13)]


def counts(*numbers: int) -> dict[date, int]:
    """Arrests of the months of 2025; a month of none has no row."""
    return {month: number for month, number in zip(YEAR, numbers, strict=False) if number}


class TestMonths:
    def test_a_month_without_arrests_is_missing_where_ten_are_usual(self):
        assert compute.gaps(counts(*[10] * 6, 0, 10), date(2025, 8, 31)) == ([YEAR[6]], [])
        assert compute.gaps(counts(*[9] * 6, 0, 9), date(2025, 8, 31)) == ([], [])

    def test_less_than_half_of_what_is_usual_is_a_drop_where_twenty_are_usual(self):
        assert compute.gaps(counts(*[20] * 6, 9, 20), date(2025, 8, 31)) == ([], [YEAR[6]])
        assert compute.gaps(counts(*[20] * 6, 10, 20), date(2025, 8, 31)) == ([], [])
        assert compute.gaps(counts(*[19] * 6, 9, 19), date(2025, 8, 31)) == ([], [])

    def test_with_fewer_than_six_months_before_nothing_is_usual_yet(self):
        assert compute.gaps(counts(*[30] * 5, 0, 30), date(2025, 7, 31)) == ([], [])

    def test_a_month_that_the_feed_does_not_cover_to_its_end_is_not_looked_at(self):
        arrests = counts(*[30] * 6, 2)
        assert compute.gaps(arrests, date(2025, 7, 30)) == ([], [])
        assert compute.gaps(arrests, date(2025, 7, 31)) == ([], [YEAR[6]])

    def test_without_an_arrest_nothing_is_missing(self):
        assert compute.gaps({}, date(2025, 7, 31)) == ([], [])


class TestFeeds:
    def computed(self, world):
        run = Run.objects.create()
        with database_role("worker"):
            return compute.feeds(run, world.today)

    @pytest.mark.parametrize(("days", "problems"), [(45, []), (46, ["late"])])
    def test_after_forty_five_days_a_feed_is_late(self, world, days, problems):
        world.complete_through(world.today - timedelta(days=days))
        (feed,) = self.computed(world)
        assert (feed.days_late, feed.problems) == (days, problems)

    @pytest.mark.parametrize(("uncoded", "problems"), [(1, []), (2, ["uncoded"])])
    def test_more_than_two_in_a_hundred_offences_without_a_code_are_a_problem(self, world, uncoded, problems):
        world.complete_through(world.today)
        person = world.person(world.police)
        for number in range(50):
            world.arrest(person, world.today - timedelta(days=9), iccs="06" if number < uncoded else "060111")
        (feed,) = self.computed(world)
        assert (feed.uncoded_share, feed.problems) == (uncoded / 50, problems)

    def test_rows_that_were_refused_are_counted_until_a_file_without_problems_comes(self, world):
        load(world, csv_of([row()]), complete_through=world.today - timedelta(days=9))
        bad = csv_of([row(arrest_number="K-2"), row(arrest_number="K-3", district="Atlantis")])
        load(world, bad, complete_through=world.today - timedelta(days=1))
        (feed,) = self.computed(world)
        assert (feed.rows_refused, feed.problems, feed.days_late) == (1, ["rows_refused"], 9)
        Run.objects.all().delete()
        load(world, csv_of([row(arrest_number="K-3")]), complete_through=world.today - timedelta(days=1))
        (feed,) = self.computed(world)
        assert (feed.rows_refused, feed.problems, feed.days_late) == (0, [], 1)

    def test_a_district_whose_first_file_had_refused_rows_stands_among_the_feeds(self, world):
        load(world, csv_of([row(), row(arrest_number="K-2", district="Atlantis")]), complete_through=world.today)
        assert not Feed.objects.exists()
        (feed,) = self.computed(world)
        assert (feed.district, feed.complete_through, feed.days_late) == (world.city, None, None)
        assert (feed.rows_refused, feed.problems) == (1, ["rows_refused"])

    def test_a_feed_is_each_districts_own(self, world):
        world.complete_through(world.today)
        world.complete_through(world.today - timedelta(days=60), world.hill)
        assert Feed.objects.count() == 2
        assert sorted(feed.problems for feed in self.computed(world)) == [[], ["late"]]


class TestWhatFiguresRestOn:
    """The city's feed is good; the hill's is late, and follows the people of the other programme alone."""

    @pytest.fixture
    def release(self, world):
        world.complete_through(world.today)
        world.complete_through(START + timedelta(days=600), world.hill)
        police = people(world, 70, rearrested=30)
        Person.objects.filter(partner=world.ngo).update(district=world.city)
        Person.objects.filter(pk__in=[person.pk for person in police]).update(district=world.city)
        for number in range(40):
            born_on = date(1960, 1, 1) + timedelta(days=number)
            of_hill = {"district": world.hill, "born_on": born_on, "identity_code": make(born_on, 900)}
            person = world.person(world.other_ngo, **of_hill)
            fields = {"partner": world.other_ngo, "programme": world.other_programme}
            world.enrolment(person=person, started_on=START, **fields)
        return release(world)

    def test_a_late_feed_dates_and_warns_of_the_figures_of_its_own_people_alone(self, world, release):
        results = RecidivismResult.objects.filter(run=release, offences="any", window_months=12)
        rests_on = {r.programme_id: (r.complete_through, r.poor_feeds) for r in results.filter(programme__isnull=False)}
        late = (START + timedelta(days=600), [[world.hill.pk, "Hill"]])
        assert rests_on == {world.programme.pk: (world.today, []), world.other_programme.pk: late}
        # What holds both rests on both.
        total = results.get(programme=None, partner=None, cohort=None)
        assert (total.complete_through, total.poor_feeds) == late
        assert release.poor_feeds == [[world.hill.pk, "Hill"]]

    def test_curve_care_and_comparisons_are_dated_as_their_people_are(self, world, release):
        for model, of in ((SurvivalResult, {}), (CareResult, {}), (ComparisonResult, {"group": "matched"})):
            result = model.objects.filter(run=release, programme=world.programme, **of).first()
            assert (result.complete_through, result.poor_feeds) == (world.today, [])
        care = CareResult.objects.get(run=release, programme=world.other_programme)
        assert care.poor_feeds == [[world.hill.pk, "Hill"]]

    def test_pages_files_and_api_say_so_of_these_alone(self, world, release):
        client = world.client(world.coordinator)
        for programme, is_late in ((world.programme, False), (world.other_programme, True)):
            page = client.get(reverse("population_figures") + f"?programme={programme.pk}").text
            assert ("rest on police feeds with problems" in page) is is_late
            text = client.get(reverse("figure", args=["survival", "csv"]) + f"?programme={programme.pk}").text
            assert ("Police feeds with problems;Hill" in text) is is_late
        assert "Data complete through" not in client.get(reverse("figure", args=["referrals", "csv"])).text

    def test_where_one_person_lives_is_not_told(self, world):
        feed = FeedQuality(district_id=7, complete_through=date(2020, 1, 1), problems=["late"])
        feeds = Feeds([feed, FeedQuality(district_id=8, complete_through=world.today)], {7: "Hill"}, world.today)
        told = [
            feeds.behind({7: 1, 8: 50}, State.of({"7": (number, 1), "8": (1, 50)}), Draws("2026-Q4"), "test").names
            for number in range(200)
        ]
        assert (
            20 <= told.count("Hill") <= 60
        )  # one in five: with the probability by which a single person is shown at all


def test_how_people_were_linked_is_told_in_protected_counts(world):
    for number in range(20):
        world.person(world.ngo, first_names=f"P{number}")
    for number in range(3):
        world.person(world.ngo, first_names=f"Q{number}", born_on=None)
    link()
    with database_role("worker"):
        upkeep.refresh()
        (links,) = compute.links(Run(), Draws("2026-Q4"))
    assert links.nothing in (0, 5, 6, 7, 8, 9, 10)  # never 1 to 4
    assert links.by_name == about(20)
    assert links.people == links.by_name + links.nothing
