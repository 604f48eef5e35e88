"""How good the data is that figures rest on: when a feed is late, and which months of it look wrong."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cases.arrests.models import Feed
from metrics.follow_up import upkeep
from metrics.protection.counts import Draws
from metrics.quality import compute
from metrics.runs.models import Run
from tests.cases.test_imports import csv_of, load, row
from tests.measuring import about
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

    def test_a_feed_is_each_districts_own(self, world):
        world.complete_through(world.today)
        world.complete_through(world.today - timedelta(days=60), world.hill)
        assert Feed.objects.count() == 2
        assert sorted(feed.problems for feed in self.computed(world)) == [[], ["late"]]


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
