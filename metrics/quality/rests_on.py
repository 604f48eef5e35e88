"""Which police feeds a figure of people rests on: how far it is complete, and which of these feeds have problems.

A figure is dated and warned of by the feeds that follow its own people, and by no others: a file that comes late in one town says
nothing about a programme in another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple, Protocol

from metrics.protection.counts import Draws, State
from metrics.quality.models import FeedQuality
from metrics.recidivism.members import MemberRows, Population, partners_of_programmes, rows_of_statement
from metrics.runs.models import Run


class Dated(Protocol):
    """A result that says on which feeds it rests."""

    complete_through: date | None
    poor_feeds: list[list[Any]]


class RestsOn(NamedTuple):
    """The day to which all feeds are complete that a figure rests on (None: nothing is shown of where its people live), and the
    districts of those that have problems, as (primary key, name)."""

    complete_through: date | None = None
    poor_feeds: tuple[tuple[int, str], ...] = ()

    @classmethod
    def together(cls, parts: Iterable[RestsOn]) -> RestsOn:
        """What figures rest on that are shown side by side, or a sum of figures."""
        parts = list(parts)
        days = [part.complete_through for part in parts if part.complete_through]
        poor = {feed for part in parts for feed in part.poor_feeds}
        return cls(min(days, default=None), tuple(sorted(poor, key=lambda feed: feed[1])))

    @classmethod
    def of(cls, results: Iterable[Dated]) -> RestsOn:
        """What stored results rest on together."""
        return cls.together(
            cls(result.complete_through, tuple((pk, name) for pk, name in result.poor_feeds)) for result in results
        )

    @classmethod
    def of_districts(cls, run: Run, districts: Iterable[int]) -> RestsOn:
        """What figures of these districts rest on, as the run found their feeds."""
        feeds = run.feeds.filter(district__in=[*districts]).select_related("district")
        return cls.together(
            cls(feed.complete_through, ((feed.district_id, feed.district.local_name),) if feed.problems else ())
            for feed in feeds
        )

    def as_stored(self) -> list[list[Any]]:
        """The districts with problems, as a result stores them."""
        return [list(feed) for feed in self.poor_feeds]

    @property
    def names(self) -> str:
        """The districts with problems, by name."""
        return ", ".join(name for _district, name in self.poor_feeds)


class Feeds:
    """The feeds of a run: how far each district's goes, at most up to `as_of`, and which have problems."""

    def __init__(self, qualities: Iterable[FeedQuality], district_names: dict[int, str], as_of: date) -> None:
        ends: dict[int, list[date]] = defaultdict(list)
        self.poor: dict[int, str] = {}
        for feed in qualities:
            if feed.complete_through:
                ends[feed.district_id].append(min(feed.complete_through, as_of))
            if feed.problems:
                self.poor[feed.district_id] = district_names[feed.district_id]
        self.ends = {district: min(days) for district, days in ends.items()}

    def behind(self, people: dict[int | None, int], state: State, draws: Draws, figure: str) -> RestsOn:
        """What a figure rests on of which so many people live in each district (None: nobody knows where).

        A district counts when the protected number of its people is above zero, so that a figure doesn't tell of one person where
        they live. Who lives where there is no feed is followed as far as the earliest of all (metrics/sql/fixed_windows.sql).
        """
        parts = [
            self._of(district)
            for district, n in people.items()
            if draws.of_people(n, state, f"{figure}, of district {district}").value
        ]
        return RestsOn.together(parts)

    def _of(self, district: int | None) -> RestsOn:
        own = [district] if district in self.poor else []
        if district in self.ends:
            return RestsOn(self.ends[district], self._named(own))
        earliest = min(self.ends.values(), default=None)
        last = [other for other, end in self.ends.items() if end == earliest and other in self.poor]
        return RestsOn(earliest, self._named([*own, *last]))

    def _named(self, districts: list[int]) -> tuple[tuple[int, str], ...]:
        return tuple((district, self.poor[district]) for district in districts)


def of_populations(member_rows: list[MemberRows], as_of: date, draws: Draws, feeds: Feeds) -> dict[Population, RestsOn]:
    """What the figures of each programme and cohort rest on; and those of each partner, and of all programmes together, which are
    sums of theirs."""
    partner_of_programme = partners_of_programmes()
    people: dict[Population, dict[int | None, tuple[int, int]]] = defaultdict(dict)
    for rows in member_rows:
        for group, district, hashes, n in rows_of_statement("feeds_behind", rows, as_of):
            people[rows.population(group, partner_of_programme)][district] = (int(hashes), n)
    rests_on = {}
    for population, by_district in people.items():
        state = State.of({str(district): counted for district, counted in by_district.items()})
        counts = {district: n for district, (_hashes, n) in by_district.items()}
        rests_on[population] = feeds.behind(counts, state, draws, "participants")
    programmes = {population: part for population, part in rests_on.items() if population.programme}
    for partner in {population.partner for population in programmes}:
        own = [part for population, part in programmes.items() if population.partner == partner]
        rests_on[Population(None, partner)] = RestsOn.together(own)
    rests_on[Population(None, None)] = RestsOn.together(programmes.values())
    return rests_on
