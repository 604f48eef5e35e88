"""Recidivism and arrest trends: the definitions, at their edges."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection

from cases.enrolments.actions import set_measurement_consent
from cases.enrolments.models import Enrolment
from cases.people.models import Person
from metrics.follow_up import upkeep as follow_up_upkeep
from metrics.protection.perturbation import OF_SERIES
from metrics.recidivism import fixed_windows, members
from metrics.recidivism.models import RecidivismResult
from metrics.runs import actions as runs
from metrics.runs.models import Run
from metrics.statistics.proportions import wilson
from metrics.trends import compute as trends_compute
from metrics.trends.models import ArrestTrendResult
from partnership.members.models import DistrictPopulation
from tests.world import World, database_role, link, on_web

START = date(2023, 1, 31)


def near(count: int) -> object:
    """A protected count of a month: none is changed by more than five."""
    return pytest.approx(count, abs=OF_SERIES.most)


Group = ArrestTrendResult.Group


def counts(world: World, window: int = 12, offences: str = "any", as_of: date = date(2030, 1, 1)) -> tuple[int, int]:
    """(eligible, rearrested) before they are protected, as the worker computes them."""
    link()
    with database_role("worker"):
        follow_up_upkeep.refresh()
        outcomes = fixed_windows.outcomes_by_population(members.all_member_rows([]), as_of)
    for population, outcome in outcomes.items():
        if population.programme == world.programme.pk:
            number = fixed_windows.WINDOWS.index(window) + 1
            return outcome.eligible(number), outcome.rearrested(offences, number)
    return 0, 0


def participant(world: World, started_on: date = START, **fields: object) -> Person:
    """Enrolled at the NGO; returns the police unit's record of the same human being."""
    world.enrolment(person=world.person(world.ngo, **fields), started_on=started_on)
    return world.person(world.police, **fields)


class TestWindow:
    @pytest.mark.parametrize(
        ("arrested_on", "rearrested"),
        [
            (START, 0),  # the same day is not after
            (START + timedelta(days=1), 1),
            (date(2024, 1, 31), 1),  # the last day of twelve calendar months belongs to the window
            (date(2024, 2, 1), 0),
        ],
        ids=["same day", "day after", "last day", "day after the last"],
    )
    @pytest.mark.parametrize("iccs", ["060111", "02"], ids=["drug", "other"])
    def test_which_arrests_fall_into_twelve_months(self, measured, arrested_on, rearrested, iccs):
        measured.arrest(participant(measured), arrested_on, iccs=iccs)
        assert counts(measured) == (1, rearrested)

    def test_months_are_calendar_months_and_end_with_the_month_where_it_is_shorter(self, measured):
        # Six months from 31 August: 28 February.
        measured.arrest(participant(measured, started_on=date(2022, 8, 31)), date(2023, 2, 28))
        measured.arrest(participant(measured, started_on=date(2022, 8, 31), first_names="B"), date(2023, 3, 1))
        assert counts(measured, window=6) == (2, 1)

    def test_a_year_from_the_leap_day_ends_on_the_28th(self, measured):
        measured.arrest(participant(measured, started_on=date(2024, 2, 29)), date(2025, 2, 28))
        measured.arrest(participant(measured, started_on=date(2024, 2, 29), first_names="B"), date(2025, 3, 1))
        assert counts(measured) == (2, 1)

    def test_an_offence_before_the_index_date_that_surfaces_later_is_no_reoffending(self, measured):
        measured.arrest(participant(measured), START + timedelta(days=30), offence_on=START - timedelta(days=5))
        assert counts(measured) == (1, 0)

    def test_an_offence_on_the_index_date_is_not_after_it(self, measured):
        measured.arrest(participant(measured), START + timedelta(days=30), offence_on=START)
        assert counts(measured) == (1, 0)

    def test_an_unknown_offence_day_counts_by_the_arrest(self, measured):
        measured.arrest(participant(measured), START + timedelta(days=30), offence_on=None)
        assert counts(measured) == (1, 1)

    def test_an_old_offence_first_and_a_new_one_later_is_reoffending(self, measured):
        person = participant(measured)
        measured.arrest(person, START + timedelta(days=10), offence_on=START - timedelta(days=5))
        measured.arrest(person, START + timedelta(days=50))
        assert counts(measured) == (1, 1)

    def test_drug_offences_are_counted_apart(self, measured):
        measured.arrest(participant(measured), START + timedelta(days=30), iccs="05")
        assert counts(measured, offences="any") == (1, 1)
        assert counts(measured, offences="drug") == (1, 0)

    def test_two_arrests_are_one_person(self, measured):
        person = participant(measured)
        measured.arrest(person, START + timedelta(days=30))
        measured.arrest(person, START + timedelta(days=60))
        assert counts(measured) == (1, 1)


class TestEligible:
    def test_only_people_whose_whole_window_is_observed(self, world):
        participant(world)
        world.complete_through(date(2024, 1, 30))
        assert counts(world) == (0, 0)
        world.complete_through(date(2024, 1, 31))
        assert counts(world) == (1, 0)

    def test_an_event_does_not_make_somebody_eligible_early(self, world):
        world.arrest(participant(world), START + timedelta(days=3))
        world.complete_through(date(2023, 6, 30))
        assert counts(world) == (0, 0)

    def test_each_district_is_followed_to_its_own_date(self, world):
        world.complete_through(date(2024, 6, 30), world.city)
        world.complete_through(date(2023, 6, 30), world.hill)
        participant(world, district=world.city)
        participant(world, district=world.hill, first_names="B")
        participant(world, district=None, first_names="C")  # unknown: the earliest of all
        assert counts(world) == (1, 0)

    def test_no_feed_counts_beyond_the_day_of_the_figures(self, measured):
        participant(measured, district=measured.city)
        assert counts(measured, as_of=date(2024, 1, 30)) == (0, 0)
        assert counts(measured, as_of=date(2024, 1, 31)) == (1, 0)

    def test_without_any_feed_nobody_is_observed(self, world):
        participant(world)
        assert counts(world) == (0, 0)

    def test_who_died_within_the_window_is_not_observed_whole(self, measured):
        participant(measured, died_on=date(2023, 9, 1))
        assert counts(measured, window=6) == (1, 0)
        assert counts(measured, window=12) == (0, 0)

    def test_a_death_after_a_re_arrest_leaves_the_event(self, measured):
        measured.arrest(participant(measured, died_on=date(2023, 9, 1)), START + timedelta(days=30))
        assert counts(measured, window=12) == (1, 1)

    def test_a_person_counts_once_per_programme_by_the_first_enrolment(self, measured):
        person = measured.person(measured.ngo)
        measured.enrolment(person=person, started_on=START, ended_on=START + timedelta(days=9), end_reason="completed")
        measured.enrolment(person=person, started_on=START + timedelta(days=100))
        measured.arrest(measured.person(measured.police), START + timedelta(days=50))
        assert counts(measured) == (1, 1)

    def test_without_consent_to_be_counted_one_is_in_no_figure(self, measured):
        participant(measured)
        enrolment = Enrolment.objects.get()
        for consents, expected in ((True, (1, 0)), (False, (0, 0)), (True, (1, 0))):
            with on_web(measured.caseworker):
                set_measurement_consent(by=measured.caseworker, enrolment=enrolment, consents=consents)
            assert counts(measured) == expected


class TestLinkage:
    CODE = "131052-308T"

    def test_by_code_whatever_the_names(self, measured):
        measured.enrolment(
            person=measured.person(measured.ngo, identity_code=self.CODE, last_name="Before"), started_on=START
        )
        measured.arrest(
            measured.person(measured.police, identity_code=self.CODE, last_name="After"), START + timedelta(days=5)
        )
        assert counts(measured) == (1, 1)

    def test_by_name_birth_date_and_sex_where_a_code_is_missing(self, measured):
        measured.enrolment(person=measured.person(measured.ngo), started_on=START)
        measured.arrest(
            measured.person(measured.police, identity_code=self.CODE, first_names="MAIJA"), START + timedelta(days=5)
        )
        assert counts(measured) == (1, 1)

    def test_two_different_codes_are_two_people_whatever_the_names(self, measured):
        from cases.people.identity_code import make

        one, other = make(date(1990, 5, 17), 900), make(date(1990, 5, 17), 902)
        measured.enrolment(person=measured.person(measured.ngo, identity_code=one), started_on=START)
        measured.arrest(measured.person(measured.police, identity_code=other), START + timedelta(days=5))
        assert counts(measured) == (1, 0)

    def test_an_arrest_anywhere_counts(self, measured):
        measured.enrolment(person=measured.person(measured.ngo), started_on=START)
        measured.arrest(measured.person(measured.other_police), START + timedelta(days=5), district=measured.hill)
        assert counts(measured) == (1, 1)

    def test_people_whom_nothing_can_link_are_left_out_instead_of_counted_as_not_rearrested(self, measured):
        measured.enrolment(person=measured.person(measured.ngo, born_on=None), started_on=START)
        measured.arrest(measured.person(measured.police, born_on=None), START + timedelta(days=5))
        assert counts(measured) == (0, 0)

    def test_a_name_that_several_codes_bear_is_ambiguous_and_left_out(self, measured):
        from cases.people.identity_code import make

        measured.enrolment(person=measured.person(measured.ngo), started_on=START)
        measured.person(measured.police, identity_code=make(date(1990, 5, 17), 900))
        assert counts(measured) == (1, 0)
        twin = measured.person(measured.other_police, identity_code=make(date(1990, 5, 17), 902))
        assert counts(measured) == (0, 0)
        twin.last_name = "Other"
        twin.save()
        assert counts(measured) == (1, 0)


class TestRun:
    def compute(self) -> Run:
        runs.request_run("test")
        link()
        with database_role("worker"):
            run = runs.compute()
        assert run
        return run

    def test_results_carry_definition_cut_off_and_counts(self, measured):
        participant(measured)
        run = self.compute()
        assert (run.state, run.definition, run.data_cut_off, run.enrolments_in) == (
            Run.State.DONE,
            runs.DEFINITION,
            date(2026, 6, 30),
            1,
        )

    def test_requests_pile_up_into_one(self, measured):
        runs.request_run("one")
        runs.request_run("two")
        assert Run.objects.count() == 1
        with database_role("worker"):
            assert runs.compute() is not None
            assert runs.compute() is None

    def test_a_run_that_died_with_its_worker_is_computed_anew(self, measured):
        dead = Run.objects.create(reason="import.done", state=Run.State.RUNNING, definition="x")
        with database_role("worker"):
            run = runs.compute()
        dead.refresh_from_db()
        assert (dead.state, run.state) == (Run.State.FAILED, Run.State.DONE)

    def test_a_run_that_fails_says_its_kind_and_step_but_no_value_of_a_row(self, measured):
        """The database's own words can hold what stands in a row, and the page is read by everybody."""
        participant(measured)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE metrics_linkquality ADD CONSTRAINT never CHECK (false)")
            try:
                with pytest.raises(IntegrityError, match="violates check"):
                    self.compute()
            finally:
                cursor.execute("ALTER TABLE metrics_linkquality DROP CONSTRAINT never")
        run = Run.objects.latest("id")
        assert (run.state, run.error) == (Run.State.FAILED, "IntegrityError: writing")

    def test_nobody_at_all_gives_no_results_and_no_error(self, world):
        assert self.compute().results_out == 0

    def test_a_rate_on_few_people_is_withheld(self, measured):
        for number in range(9):
            participant(measured, first_names=f"P{number}")
        self.compute()
        assert {r.withheld for r in RecidivismResult.objects.filter(window_months__lte=36)} == {"few_people"}
        assert {r.rate for r in RecidivismResult.objects.all()} == {None}

    def test_the_database_refuses_a_small_count(self, measured):
        from django.db import IntegrityError, transaction

        run = self.compute()
        with pytest.raises(IntegrityError), transaction.atomic():
            RecidivismResult.objects.create(
                run=run, partner=measured.ngo, offences="any", window_months=12, eligible=20, rearrested=3
            )

    def test_an_import_asks_for_new_figures(self, measured):
        from cases.imports import events as import_events
        from partnership.events import outbox

        outbox.announce(import_events.DONE, "import:1:done", data_import=1)
        with database_role("worker"):
            outbox.relay()
        assert Run.objects.filter(state=Run.State.REQUESTED).count() == 1


class TestWilson:
    @pytest.mark.parametrize(
        ("events", "people", "lower", "upper"),
        [
            # Newcombe (1998), Statistics in Medicine 17:857, table I, method 3.
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0000, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ],
    )
    def test_published_values(self, events, people, lower, upper):
        found = wilson(events, people)
        assert (round(found.lower, 4), round(found.upper, 4)) == (lower, upper)

    @pytest.mark.parametrize(("events", "people"), [(0, 0), (3, 2), (-1, 5)])
    def test_nonsense_is_an_error(self, events, people):
        with pytest.raises(ValueError, match="among"):
            wilson(events, people)


class TestTrends:
    def test_months_of_a_district_as_far_as_its_feed_is_complete(self, world):
        last = world.today.replace(day=1) - timedelta(days=1)
        world.complete_through(last - timedelta(days=1))  # the last month lacks a day
        world.arrest(world.person(world.police), world.today - timedelta(days=3000))
        months = self.trend(world).values_list("month", flat=True)
        assert max(months) < last.replace(day=1)
        assert len(set(months)) == trends_compute.MONTHS

    def test_nothing_is_known_of_the_months_before_the_first_arrest_on_record(self, world):
        world.complete_through(world.today)
        world.arrest(world.person(world.police), (world.today - timedelta(days=200)).replace(day=20))
        first = (world.today - timedelta(days=200)).replace(day=20) + timedelta(days=15)
        assert min(self.trend(world).values_list("month", flat=True)) == first.replace(day=1)

    def test_groups_rates_and_under_eighteens(self, world):
        world.complete_through(world.today.replace(day=1) - timedelta(days=1))
        month = (world.today.replace(day=1) - timedelta(days=1)).replace(day=1)
        DistrictPopulation.objects.update(year=month.year)
        for number in range(30):
            code = "060111" if number < 20 else "060121"
            age = 17 if number < 6 else 18 if number < 9 else 30
            world.arrest(world.person(world.police, first_names=f"P{number}"), month, iccs=code, age_at_offence=age)
        found = {r.group: r for r in self.trend(world).filter(month=month)}
        arrests = {group: result.arrests for group, result in found.items()}
        assert (arrests[Group.PERSONAL], arrests[Group.SUPPLY], arrests[Group.OTHER]) == (near(20), near(10), 0)
        assert arrests[Group.JUVENILE_DRUG] == near(6)
        # Sums of what is shown, so that tables add up.
        assert arrests[Group.DRUG] == arrests[Group.ALL] == arrests[Group.PERSONAL] + arrests[Group.SUPPLY]
        assert found[Group.PERSONAL].rate_per_100k == pytest.approx(100_000 * arrests[Group.PERSONAL] / 50_000)

    def test_an_arrest_for_use_and_supply_counts_once_as_supply(self, world):
        from cases.arrests.actions import sum_up_offences
        from cases.arrests.models import Arrest, Offence

        world.complete_through(world.today.replace(day=1) - timedelta(days=1))
        month = (world.today.replace(day=1) - timedelta(days=1)).replace(day=1)
        for number in range(6):
            arrest = world.arrest(world.person(world.police, first_names=f"P{number}"), month)
            Offence.objects.create(partner=world.police, arrest=arrest, iccs="060121")
        sum_up_offences(arrests=Arrest.objects.all())
        found = {r.group: r.arrests for r in self.trend(world).filter(month=month)}
        assert (found[Group.SUPPLY], found[Group.PERSONAL]) == (near(6), 0)
        assert found[Group.ALL] == found[Group.SUPPLY]

    def trend(self, world: World):  # type: ignore[no-untyped-def]
        runs.request_run("test")
        link()
        with database_role("worker"):
            run = runs.compute()
        return ArrestTrendResult.objects.filter(run=run)

    def test_a_yearly_sum_is_of_twelve_months(self):
        from metrics.trends.overview import Place

        def sums(*counts: int) -> tuple:
            place = Place(None, [ArrestTrendResult(arrests=count) for count in counts], None)
            return place.now, place.before, place.change

        assert sums(*[10] * 12, *[12] * 12) == (144, 120, 0.2)
        assert sums(*[10] * 13) == (120, None, None)
