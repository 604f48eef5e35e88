"""Figures that can't be right, or may not be: what the results of a programme or a cohort show against themselves.

Each test is a function of protected counts and is set so that it hardly ever doubts a sound figure: what it finds is worth a
question to whoever made the file. It is stored with the results, so that pages, files and API say the same.
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from metrics.protection.counts import Draws, State, total
from metrics.protection.rates import FEWEST_PEOPLE, rate_variance
from metrics.recidivism.fixed_windows import WINDOWS, Tails, WindowTails
from metrics.recidivism.members import MemberRows, Population, partners_of_programmes, rows_of_statement
from metrics.runs.models import Run

STEP, STEP_ERRORS = 0.25, 5.0
"""People of two quarters count as selected by what became of them from so large a step in their share rearrested on, against the two
quarters before; and from so many standard errors on."""
FALL_ERRORS = 3.0
"""A longer window may have a lower rate than a shorter one by so many standard errors."""
GONE, GONE_SHARE = 16, 0.1
"""More people than this, and a larger share, are missed when they are gone from a window since an earlier release: four standard
errors of the noise in both."""


class Doubt(NamedTuple):
    """Something that speaks against a population's figures. `kind`: selected (by the outcome), windows (that disagree) or gone (people
    whom an earlier release followed); `about`: the quarter, the months, or the earlier release."""

    kind: str
    about: str

    @property
    def words(self) -> str:
        """What is wrong, and what to do, for people."""
        return {
            "selected": _(
                "People who started from %(about)s on were arrested again far more or far less often than those who started just "
                "before. This happens when people were chosen for the file by what they did later. Ask whoever made the file "
                "how people were chosen, before you use these figures."
            ),
            "windows": _(
                "A smaller share was arrested again within %(about)s months than within a shorter time. So the people followed for "
                "long differ from the newer ones. Don’t compare one time with another here."
            ),
            "gone": _(
                "Fewer people are followed than in release %(about)s. Records may have been deleted or changed, or links lost. "
                "Find out why, before you compare the releases."
            ),
        }[self.kind] % {"about": self.about}


def of_populations(
    run: Run,
    member_rows: list[MemberRows],
    as_of: date,
    draws: Draws,
    protected: dict[Population, WindowTails],
    before: Run | None,
) -> dict[Population, list[Doubt]]:
    """The doubts about each programme and cohort. `before`: the release of an earlier quarter, if there is one."""
    followed_before = _followed(run, before) if before else {}
    selected = selected_by_outcome(member_rows, as_of, draws)
    doubts = {}
    for population, cells in protected.items():
        if not (population.programme or population.cohort):
            continue  # a sum: its parts say it
        tested = [
            selected.get(population),
            windows_that_disagree(cells),
            people_gone(cells, followed_before.get(population, {}), before),
        ]
        doubts[population] = [doubt for doubt in tested if doubt]
    return doubts


# --- Selected by the outcome ---------------------------------------------------------------------------------------------------


def selected_by_outcome(member_rows: list[MemberRows], as_of: date, draws: Draws) -> dict[Population, Doubt]:
    """Populations whose share rearrested jumps from one quarter of entry to the next: the counts are protected, and shown nowhere."""
    partner_of_programme = partners_of_programmes()
    quarters: dict[Population, dict[date, tuple[tuple[int, int], tuple[int, int]]]] = defaultdict(dict)
    for rows in member_rows:
        for group, quarter, *counts in rows_of_statement("entries", rows, as_of):
            rearrested, hashes, others, other_hashes = map(int, counts)
            population = rows.population(group, partner_of_programme)
            quarters[population][quarter] = ((hashes, rearrested), (other_hashes, others))
    doubts = {}
    for population, entries in quarters.items():
        state = State.of(
            {
                f"{quarter} {name}": tail
                for quarter, tails in entries.items()
                for name, tail in zip("yn", tails, strict=True)
            }
        )
        protected = {
            quarter: Tails(
                *(
                    draws.of_people(people, state, f"entered {quarter}, {name}")
                    for name, (_hashes, people) in zip(("rearrested", "not"), tails, strict=True)
                )
            )
            for quarter, tails in entries.items()
        }
        if step := largest_step(protected):
            doubts[population] = Doubt("selected", f"{step.year}-Q{(step.month + 2) // 3}")
    return doubts


def largest_step(entries: dict[date, Tails]) -> date | None:
    """The quarter from which on two quarters' people fare otherwise than those of the two before, where they do by `STEP` and
    `STEP_ERRORS`; the clearest of several. None where no quarter does."""
    quarters = sorted(entries)
    steps = []
    for place in range(1, len(quarters)):
        earlier, later = (
            Tails(*(total(tail) for tail in zip(*(entries[quarter] for quarter in side), strict=True)))
            for side in (quarters[max(0, place - 2) : place], quarters[place : place + 2])
        )
        if min(earlier.eligible, later.eligible) >= FEWEST_PEOPLE:
            step = _share(later) - _share(earlier)
            errors = abs(step) / math.sqrt(_variance(later) + _variance(earlier))
            if abs(step) >= STEP and errors >= STEP_ERRORS:
                steps.append((errors, quarters[place]))
    return max(steps)[1] if steps else None


# --- Windows that disagree, people who are gone -----------------------------------------------------------------------------------


def windows_that_disagree(cells: WindowTails) -> Doubt | None:
    """The shortest window whose rate is below that of a shorter one beyond chance: of the same people it can't be."""
    told = [(months, cells["any", number]) for number, months in enumerate(WINDOWS, 1)]
    told = [(months, cell) for months, cell in told if cell.eligible >= FEWEST_PEOPLE]
    for place, (months, longer) in enumerate(told):
        for _months, shorter in told[:place]:
            fall = _share(shorter) - _share(longer)
            if fall > FALL_ERRORS * math.sqrt(_variance(shorter) + _variance(longer)):
                return Doubt("windows", str(months))
    return None


def people_gone(cells: WindowTails, followed_before: dict[int, int], before: Run | None) -> Doubt | None:
    """People whom an earlier release followed for a whole window, and this one does not: time takes nobody out of one."""
    for number, months in enumerate(WINDOWS, 1):
        earlier = followed_before.get(months, 0)
        if before and earlier - cells["any", number].eligible > max(GONE, GONE_SHARE * earlier):
            return Doubt("gone", before.quarter)
    return None


def _followed(run: Run, before: Run) -> dict[Population, dict[int, int]]:
    """How many people an earlier release shows in each window: of programmes, and of cohorts that are still the same."""
    followed: dict[Population, dict[int, int]] = defaultdict(dict)
    same = {
        int(cohort)
        for cohort, selection in run.parameters.get("cohorts", {}).items()
        if before.parameters.get("cohorts", {}).get(cohort) == selection
    }
    results = before.recidivismresults.filter(offences="any")
    for row in results.values_list("programme", "partner", "cohort", "window_months", "eligible"):
        programme, partner, cohort, months, eligible = row
        if programme or cohort in same:
            followed[Population(programme, partner, cohort)][months] = eligible
    return followed


def _share(cell: Tails) -> float:
    return cell.rearrested.value / cell.eligible


def _variance(cell: Tails) -> float:
    """Of the share, by sampling and by noise."""
    p = (cell.rearrested.value + 2) / (cell.eligible + 4)
    return p * (1 - p) / cell.eligible + rate_variance(cell.rearrested, cell.not_rearrested)
