"""Figures that can't be right: what is found in them, what is not, and where it is said."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from django.urls import reverse

from metrics.cohorts import actions as cohorts
from metrics.cohorts.models import Cohort, CohortUse
from metrics.cohorts.selection import Selection
from metrics.protection.counts import NOBODY, Draws, State, shown_before
from metrics.recidivism.doubts import largest_step, people_gone, windows_that_disagree
from metrics.recidivism.fixed_windows import WINDOWS, Tails
from metrics.recidivism.models import RecidivismResult
from metrics.runs.models import Run
from tests.measuring import START, compute, people, release
from tests.world import run_as

QUARTERS = [date(year, month, 1) for year in range(2018, 2023) for month in (1, 4, 7, 10)]


def tails(rearrested: int, others: int) -> Tails:
    return Tails(shown_before(rearrested), shown_before(others))


def windows(*rates: float, people: int = 400) -> dict[tuple[str, int], Tails]:
    """All windows of a population; those without a rate have nobody."""
    counts = [(round(people * rate), people - round(people * rate)) for rate in rates]
    return {
        ("any", number): tails(*counts[number - 1]) if number <= len(counts) else Tails(NOBODY, NOBODY)
        for number in range(1, len(WINDOWS) + 1)
    }


class TestSelectedByTheOutcome:
    def test_everybody_from_one_quarter_on_was_arrested_again(self):
        """As in the public file of Broward County's risk scores: whoever entered after 1 April 2014 came in by a new arrest."""
        entries = {quarter: tails(14, 26) for quarter in QUARTERS[:8]} | {
            quarter: tails(40, 0) for quarter in QUARTERS[8:11]
        }
        assert largest_step(entries) == QUARTERS[8]

    def test_nobody_from_one_quarter_on_was(self):
        entries = {quarter: tails(20, 20) for quarter in QUARTERS[:8]} | {
            quarter: tails(0, 40) for quarter in QUARTERS[8:11]
        }
        assert largest_step(entries) == QUARTERS[8]

    def test_a_slow_change_is_none(self):
        entries = {quarter: tails(10 + place, 40 - place) for place, quarter in enumerate(QUARTERS)}
        assert largest_step(entries) is None

    def test_a_few_people_prove_nothing(self):
        assert largest_step({QUARTERS[0]: tails(5, 8), QUARTERS[1]: tails(13, 0)}) is None

    def test_of_a_thousand_sound_programmes_hardly_one_is_doubted(self):
        random, draws, doubted = np.random.default_rng(1), Draws("2026-Q4"), 0
        for programme in range(1000):
            entries = {}
            for quarter, n in zip(QUARTERS, random.integers(10, 60, len(QUARTERS)), strict=True):
                events = int(random.binomial(n, 0.3))
                state = State.of({f"{programme} {quarter}": (events, int(n))})
                entries[quarter] = Tails(
                    draws.of_people(events, state, "y"), draws.of_people(int(n) - events, state, "n")
                )
            doubted += largest_step(entries) is not None
        assert doubted <= 2


class TestWindowsThatDisagree:
    def test_a_longer_one_with_a_lower_rate(self):
        doubt = windows_that_disagree(windows(0.30, 0.44, 0.30))
        assert doubt
        assert (doubt.kind, doubt.about) == ("windows", "24")

    def test_by_chance_is_none(self):
        assert windows_that_disagree(windows(0.30, 0.44, 0.40)) is None
        assert windows_that_disagree(windows(0.30, 0.44, 0.50)) is None

    def test_on_few_people_is_none(self):
        assert windows_that_disagree(windows(0.8, 0.2, people=20)) is None


class TestPeopleWhoAreGone:
    BEFORE = Run(quarter="2026-Q3")

    def test_since_an_earlier_release(self):
        doubt = people_gone(windows(0.3, 0.4), {6: 400, 12: 460}, self.BEFORE)
        assert doubt
        assert (doubt.kind, doubt.about) == ("gone", "2026-Q3")

    def test_noise_and_a_few_withdrawals_are_none(self):
        assert people_gone(windows(0.3, 0.4), {6: 416, 12: 440}, self.BEFORE) is None
        assert people_gone(windows(0.3, people=40), {6: 56}, self.BEFORE) is None
        assert people_gone(windows(0.3), {}, None) is None


def test_a_programme_whose_people_were_chosen_by_what_they_did_later_says_so_on_page_file_and_list(measured):
    people(measured, 80, rearrested=0)
    people(measured, 80, rearrested=80, start=START + timedelta(days=366), first=100)
    cohort = run_as(
        measured.case_manager, cohorts.save_cohort, cohort=Cohort(name="Some"), selection=Selection(last_year=2024)
    )
    sound = run_as(
        measured.case_manager, cohorts.save_cohort, cohort=Cohort(name="Old"), selection=Selection(last_year=2022)
    )
    run = release(measured)
    of = RecidivismResult.objects.filter(run=run, window_months=12, offences="any")
    for doubted in (of.get(programme=measured.programme), of.get(cohort=cohort)):
        assert ["selected", "2023-Q2"] in doubted.doubts
    assert of.get(cohort=sound).doubts == []
    client = measured.client(measured.case_manager)
    words = "People who started from 2023-Q2 on were arrested again far more or far less often"
    page = reverse("population_figures")
    assert words in client.get(page + f"?programme={measured.programme.pk}").text
    assert words in client.get(page + f"?cohort={cohort.pk}").text
    assert words not in client.get(page + f"?cohort={sound.pk}").text
    assert words in client.get(reverse("figure", args=["recidivism", "csv"])).text
    assert client.get(reverse("cohort_list")).text.count("Check these figures") == 1


def test_a_cohort_that_nobody_can_be_followed_in_waits_and_uses_none_of_the_six(measured):
    people(measured, 2, rearrested=0)
    selection = Selection(first_year=measured.today.year + 1)
    cohort = run_as(measured.case_manager, cohorts.save_cohort, cohort=Cohort(name="Next year"), selection=selection)
    compute()
    cohort.refresh_from_db()
    assert cohort.waits_for == "time"
    assert not CohortUse.objects.exists()
