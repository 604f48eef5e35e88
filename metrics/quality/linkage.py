"""How far figures depend on links: rates by sure links, as expected, and by all; and how many links may be missing."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from math import log
from typing import NamedTuple

from django.db import connection
from django.db.models import Min

from cases.arrests.models import Feed
from metrics.follow_up import upkeep
from metrics.linkage.scoring import SURE
from metrics.protection.counts import Draws, ProtectedCount, State, member_seed, total
from metrics.protection.rates import rate
from metrics.recidivism.fixed_windows import WINDOWS, WindowTails, alike_chances
from metrics.recidivism.members import KINDS, Population

Counted = tuple[int, int]
"""The sum of people's hashes, and how many they are."""


class Rearrested(NamedTuple):
    """Of a programme's participants who are observed for a whole window: how many are rearrested in it, as unsure links are read.

    `everybody`: with those whom sure links leave out. `unsure`: rearrested only if an unsure link of theirs is right; how
    probable that is of each adds up to `likely`.
    """

    programme_id: int
    months: int
    offences: str
    everybody: Counted
    left_out: Counted
    sure: Counted
    unsure: Counted
    likely: float


def rearrested_by_links(as_of: date) -> list[Rearrested]:
    """Each programme, window and kind of offence: true counts, for `link_rates` alone. As `fixed_windows` counts them, but with those
    whom sure links leave out. Inside a transaction."""
    earliest = Feed.objects.aggregate(day=Min("complete_through"))["day"]
    parameters = {"as_of": as_of, "earliest": earliest and min(earliest, as_of), "seed": member_seed()}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS unsure_members")
        cursor.execute(upkeep.statement("unsure_members", unsure=upkeep.UNSURE))
        upkeep.follow_apart("unsure", "unsure_followup")
        cursor.execute(upkeep.statement("link_ranges"), parameters)
        return [
            Rearrested(
                programme,
                months,
                kind,
                _counted(everybody),
                _counted(left_out),
                _counted(sure),
                _counted(unsure),
                likely,
            )
            for programme, months, kind, everybody, left_out, sure, unsure, likely in cursor.fetchall()
        ]


def _counted(hashes_and_people: list[int]) -> Counted:
    hashes, people = hashes_and_people
    return int(hashes), int(people)


class LinkRates(NamedTuple):
    """The share rearrested as unsure links are read: by sure links alone, each with its probability, and all of them right. All
    three are of the same people, and never in another order."""

    sure: float
    expected: float
    all: float


class LinkParts(NamedTuple):
    """What the three rates of a programme come from, protected: who is rearrested by sure links, who is not, and how many of
    these unsure links make so, probably and at most. Parts of several programmes add up."""

    rearrested: ProtectedCount
    others: ProtectedCount
    likely: float
    unsure: int

    @property
    def rates(self) -> LinkRates | None:
        """None on too few people."""
        share = rate(self.rearrested, self.others)
        if share is None:
            return None
        people = self.rearrested.value + self.others.value
        return LinkRates(
            share.rate, (self.rearrested.value + self.likely) / people, (self.rearrested.value + self.unsure) / people
        )


Window = tuple[str, int]
"""Kind of re-arrest, and months."""


def link_rates(
    as_of: date, protected: dict[Population, WindowTails], draws: Draws
) -> dict[Population, dict[Window, LinkRates]]:
    """The three rates of each programme, of each partner with several, and of all programmes, which are sums of theirs."""
    population_of = {population.programme: population for population in protected if population.programme}
    counts: dict[Population, dict[Window, Rearrested]] = defaultdict(dict)
    for row in rearrested_by_links(as_of):
        if population := population_of.get(row.programme_id):
            counts[population][row.offences, row.months] = row
    parts = {population: link_parts(rows, protected[population], draws) for population, rows in counts.items()}
    for population in protected:
        if population.programme is None and population.cohort is None:
            own = [part for one, part in parts.items() if one.programme and population.partner in (None, one.partner)]
            parts[population] = _together(own)
    return {
        population: {window: rates for window, part in of_windows.items() if (rates := part.rates)}
        for population, of_windows in parts.items()
    }


def link_parts(rows: dict[Window, Rearrested], tails: WindowTails, draws: Draws) -> dict[Window, LinkParts]:
    """The parts of one programme's rates, in each window, for each kind of offences.

    Who is surely rearrested is counted as the programme's results count it (`tails`), with the same noise: a second count of the
    same people would tell more of them. What unsure links add is protected as tails are: its noise follows from everybody in the
    window with what became of them, and is alike by half between windows and kinds. Probable links are changed as the unsure ones are.
    """
    states = {
        WINDOWS.index(months) + 1: State.of(
            {"everybody": rows["any", months].everybody, "left out": rows["any", months].left_out}
            | {f"{kind}, sure": rows[kind, months].sure for kind in KINDS}
            | {f"{kind}, unsure": rows[kind, months].unsure for kind in KINDS}
        )
        for kind, months in rows
        if kind == "any"
    }
    chances = alike_chances(draws, states, ("unsure", "left out"))
    parts = {}
    for (kind, months), row in rows.items():
        number = WINDOWS.index(months) + 1
        cell = tails[kind, number]
        # Who is left out is so for both kinds of offences.
        others = cell.not_rearrested + draws.of_people_at(row.left_out[1], chances[number, "any", "left out"])
        chance = chances[number, kind, "unsure"]
        unsure = min(draws.of_people_at(row.unsure[1], chance).value, others.value)
        likely = min(draws.about_at(row.likely, chance), unsure)
        parts[kind, months] = LinkParts(cell.rearrested, others, likely, unsure)
    return parts


def _together(programmes: list[dict[Window, LinkParts]]) -> dict[Window, LinkParts]:
    """The sum of several programmes' parts. One of which nobody is observed for a window adds nobody to it."""
    parts_of: dict[Window, list[LinkParts]] = defaultdict(list)
    for programme in programmes:
        for window, part in programme.items():
            parts_of[window].append(part)
    return {
        window: LinkParts(
            total(part.rearrested for part in parts),
            total(part.others for part in parts),
            sum(part.likely for part in parts),
            sum(part.unsure for part in parts),
        )
        for window, parts in parts_of.items()
    }


class FoundByName(NamedTuple):
    """Of a partner's people: who has an unsure link to somebody else's, and who has no code and a sure link by name."""

    unsure_links: Counted
    without_code: Counted


NO_LINKS = FoundByName((0, 0), (0, 0))


def found_by_name() -> dict[int, FoundByName]:
    """By partner: true counts, to be protected."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH either AS (
                SELECT person_id, other_id, by_code, probability FROM metrics_pair
                 UNION ALL SELECT other_id, person_id, by_code, probability FROM metrics_pair
            ),
            judged AS (
                SELECT p.partner_id, hashint8extended(p.id, %s) AS hash, bool_or({upkeep.UNSURE}) AS has_unsure,
                       bool_or(NOT by_code AND {upkeep.SURE}) AND p.code_index = '' AS is_by_name
                  FROM either e JOIN cases_person p ON p.id = e.person_id GROUP BY p.id
            )
            SELECT partner_id, coalesce(sum(hash) FILTER (WHERE has_unsure), 0), count(*) FILTER (WHERE has_unsure),
                   coalesce(sum(hash) FILTER (WHERE is_by_name), 0), count(*) FILTER (WHERE is_by_name)
              FROM judged GROUP BY 1
            """,
            [member_seed()],
        )
        return {
            partner: FoundByName((int(unsure_hashes), unsure), (int(name_hashes), by_name))
            for partner, unsure_hashes, unsure, name_hashes, by_name in cursor.fetchall()
        }


def missed_for_each(draws: Draws) -> float:
    """How many links may be missing for each that names found: of pairs that codes prove, names and dates alone would find a share
    s, so (1 - s) / s. Of protected counts; 0 where codes prove no pair that names would find."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT weight >= %s, sum(hashint8extended(person_id, %s)), count(*) FROM metrics_pair WHERE by_code GROUP BY 1",
            [log(SURE / (1 - SURE)), member_seed()],
        )
        pairs = {is_found: (int(hashes), count) for is_found, hashes, count in cursor.fetchall()}
    state = State.of({"found" if is_found else "missed": counted for is_found, counted in pairs.items()})
    by_name, missed = (
        draws.of_people(pairs.get(is_found, (0, 0))[1], state, f"pairs of one code, found {is_found}").value
        for is_found in (True, False)
    )
    return missed / by_name if by_name else 0.0
