"""How far figures depend on links: rates by sure links, as expected, and by all; and how many links may be missing."""

from __future__ import annotations

from datetime import date
from math import log
from typing import NamedTuple

from django.db import connection
from django.db.models import Min

from cases.arrests.models import Feed
from metrics.follow_up import upkeep
from metrics.linkage.scoring import SURE
from metrics.protection.counts import Draws, State, member_seed
from metrics.protection.rates import rate
from metrics.quality.models import LinkRange
from metrics.recidivism.fixed_windows import WINDOWS, Tails, WindowTails
from metrics.recidivism.members import Population
from metrics.runs.models import Run

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
    """Each programme, window and kind of offence: true counts, for `ranges` alone. As `fixed_windows` counts them, but with those
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


def ranges(run: Run, as_of: date, protected: dict[Population, WindowTails], draws: Draws) -> list[LinkRange]:
    """The three rates of each programme that has enough people, in each window, for each kind of offences."""
    results = []
    population_of = {population.programme: population for population in protected}
    for counts in rearrested_by_links(as_of):
        population = population_of.get(counts.programme_id)
        if population and population.partner:
            tails = protected[population][counts.offences, WINDOWS.index(counts.months) + 1]
            if result := range_of(run, counts, population.partner, tails, draws):
                results.append(result)
    return results


def range_of(run: Run, counts: Rearrested, partner: int, tails: Tails, draws: Draws) -> LinkRange | None:
    """All three rates are of the same people; None on too few. Who is surely rearrested is counted as the programme's results
    count it (`tails`), with the same noise: a second count of the same people would tell more of them. What unsure links add is
    protected by itself, so the three never stand in another order."""
    members = State.of({"everybody": counts.everybody, "left out": counts.left_out})
    outcomes = State.of({"everybody": counts.everybody, "sure": counts.sure, "unsure": counts.unsure})
    cell = f"{counts.months} months, {counts.offences}"
    sure = tails.rearrested
    others = tails.not_rearrested + draws.of_people(counts.left_out[1], members, f"{counts.months} months, left out")
    unsure = min(draws.of_people(counts.unsure[1], outcomes, f"{cell}, unsure").value, others.value)
    likely = min(draws.about(counts.likely, outcomes, f"{cell}, likely"), unsure)
    share = rate(sure, others)
    if share is None:
        return None
    people = sure.value + others.value
    return LinkRange(
        run=run,
        programme_id=counts.programme_id,
        partner_id=partner,
        offences=counts.offences,
        window_months=counts.months,
        rate_sure=share.rate,
        rate_expected=(sure.value + likely) / people,
        rate_all=(sure.value + unsure) / people,
    )


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
    found, missed = (
        draws.of_people(pairs.get(is_found, (0, 0))[1], state, f"pairs of one code, found {is_found}").value
        for is_found in (True, False)
    )
    return missed / found if found else 0.0
