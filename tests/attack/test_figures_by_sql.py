"""What SQL in a page's or a job's connection tries at figures: noise drawn again and again, releases exchanged, others' people counted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from metrics.cohorts import actions as cohorts
from metrics.cohorts.models import Cohort, CohortPermit, CohortUse
from metrics.cohorts.selection import Selection
from metrics.protection.counts import key_name
from metrics.recidivism.models import RecidivismResult
from metrics.runs import actions as runs
from metrics.runs.models import Run
from metrics.runs.releases import quarter_of
from tests.measuring import IN_A_YEAR, compute, people, release
from tests.world import World, database_role, on_web, run_as


def requested(**fields: Any) -> Run:
    """A run that a page asks for, with whatever it writes into its row."""
    return Run.objects.create(
        **{"reason": "x", "definition": "x", "quarter": "1999-Q1", "key_name": "x", "parameters": {}} | fields
    )


class TestARunThatAPageWrote:
    """Whoever chose its release, or the day up to which it looks, had the same counts changed by other noise as often as they liked,
    and averaged it away."""

    def test_is_of_the_release_of_today_under_the_definitions_and_the_secret_of_today(self, measured):
        people(measured, 40, rearrested=15)
        with on_web(measured.coordinator):
            requested(parameters={"as_of": "2022-12-31"})
        run = compute()
        assert (run.quarter, run.key_name) == (quarter_of(timezone.localdate()), key_name())
        assert run.definition == runs.DEFINITION
        assert run.parameters["as_of"] == "2026-06-30"

    def test_repeats_nothing_that_did_not_end_well(self, measured):
        failed = requested(state=Run.State.FAILED, quarter="1999-Q1", parameters={"as_of": "2022-12-31"})
        with on_web(measured.coordinator):
            requested(again=failed)
        run = compute()
        assert run.again is None
        assert run.quarter == quarter_of(timezone.localdate())

    def test_repeats_a_run_up_to_the_day_of_that_run(self, measured):
        first = compute()
        with on_web(measured.coordinator):
            requested(again=first, parameters={"as_of": "2022-12-31"})
        run = compute()
        assert (run.again, run.parameters["as_of"]) == (first, first.parameters["as_of"])

    def test_is_no_release_from_the_beginning(self, measured):
        with pytest.raises(ProgrammingError, match="own name"), on_web(measured.coordinator):
            requested(released_at=timezone.now())


class TestARelease:
    """Two releases of a quarter, one subtracted from the other, tell whose outcome changed between them."""

    @pytest.mark.parametrize(
        "change", [{"released_at": None}, {"released_by_id": None}, {"released_at": timezone.now()}]
    )
    def test_is_not_taken_back_by_who_made_it(self, measured, change):
        run = release(measured)
        with pytest.raises(ProgrammingError, match="stays as it is"), on_web(measured.coordinator):
            Run.objects.filter(pk=run.pk).update(**change)

    @pytest.mark.parametrize("change", [{"published_at": None}, {"withdrawn_at": None}])
    def test_what_was_published_and_withdrawn_stays_so(self, measured, change):
        run = release(measured)
        run_as(measured.coordinator, runs.publish, run=run, next_on=IN_A_YEAR)
        run_as(measured.coordinator, runs.withdraw, run=run, because="Wrong.")
        with pytest.raises(ProgrammingError, match="stays as it is"), on_web(measured.coordinator):
            Run.objects.filter(pk=run.pk).update(**change)

    @pytest.mark.parametrize("verb", ["released", "published"])
    def test_bears_the_name_of_who_releases_and_publishes_it(self, measured, verb):
        run = compute() if verb == "released" else release(measured)
        change = {f"{verb}_at": timezone.now(), f"{verb}_by": measured.liaison.user}
        with pytest.raises(ProgrammingError, match="own name"), on_web(measured.coordinator):
            Run.objects.filter(pk=run.pk).update(**change)

    def test_is_made_by_no_job(self, measured):
        run = compute()
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), database_role("worker"):
            Run.objects.filter(pk=run.pk).update(released_at=timezone.now())

    @pytest.mark.parametrize("role", ["caseworker", "case_manager", "liaison"])
    def test_is_made_by_nobody_but_a_coordinator(self, measured, role):
        run = compute()
        with on_web(getattr(measured, role)):
            assert Run.objects.filter(pk=run.pk).update(released_at=timezone.now()) == 0


def cohort_of(world: World, **fields: Any) -> Cohort:
    """A cohort that SQL in a case manager's page writes."""
    own = {"partners": [world.ngo.pk], "sexes": ["female"]}
    return Cohort.objects.create(
        **{"partner": world.ngo, "created_by": world.case_manager.user, "name": "x", "selection": own} | fields
    )


class TestACohortThatAPageWrote:
    @pytest.mark.parametrize("partners", [[], "other", "both"])
    def test_holds_nobody_of_another_partner(self, measured, partners):
        """The job that computes it asks nobody whose people they are."""
        others = {"other": [measured.other_ngo.pk], "both": [measured.ngo.pk, measured.other_ngo.pk]}
        selection = {"partners": others.get(partners, partners)} if partners else {}
        with pytest.raises(ProgrammingError, match="row-level security"), on_web(measured.case_manager):
            cohort_of(measured, selection=selection)

    def test_is_not_changed_to_hold_them(self, measured):
        with on_web(measured.case_manager):
            cohort = cohort_of(measured)
        with pytest.raises(ProgrammingError, match="row-level security"), on_web(measured.case_manager):
            Cohort.objects.filter(pk=cohort.pk).update(selection={"partners": [measured.other_ngo.pk]})

    def test_is_put_before_nobody_else(self, measured):
        with pytest.raises(ProgrammingError, match="row-level security"), on_web(measured.case_manager):
            cohort_of(measured, is_partnership_wide=True)

    def test_bears_the_name_of_who_makes_it(self, measured):
        with pytest.raises(ProgrammingError, match="row-level security"), on_web(measured.case_manager):
            cohort_of(measured, created_by=measured.caseworker.user)

    @pytest.mark.parametrize(
        "restriction",
        [
            {"evil": 1}, {"ages": ["old"]}, {"ages": "18-24"}, {"first_year": "2020"}, {"first_year": 99999}, {"last_year": True},
            {"districts": ["x"]}, {"programmes": [True]}, {"sexes": [1]}, {"history": "x"}, {"index": "never"}, {"kinds": {"a": 1}},
        ],
    )  # fmt: skip
    def test_that_selects_nobody_that_there_could_be_stops_nobodys_figures(self, measured, restriction):
        """A run failed over it, and so did every one after it."""
        with on_web(measured.case_manager):
            cohort_of(measured, selection={"partners": [measured.ngo.pk]} | restriction)
        with database_role("worker"):
            assert runs.cohort_budget.computed_cohorts(Run(quarter="2026-Q4")) == []

    def test_such_a_one_beside_a_good_one(self, measured):
        people(measured, 40, rearrested=15)
        with on_web(measured.case_manager):
            cohort_of(measured, selection={"partners": [measured.ngo.pk], "evil": 1})
            good = cohort_of(measured, name="good", selection={"partners": [measured.ngo.pk]})
        run = compute()
        assert RecidivismResult.objects.filter(run=run, cohort=good).exists()
        assert set(run.parameters["cohorts"]) == {str(good.pk)}


class TestWhatOthersSelect:
    @pytest.fixture
    def used(self, measured):
        """A cohort of the first NGO, with figures."""
        people(measured, 40, rearrested=15, women=20)
        selection = Selection(sexes=["female"])
        run_as(measured.case_manager, cohorts.save_cohort, cohort=Cohort(name="Women"), selection=selection)
        compute()
        return measured

    def test_stands_in_no_run(self, used):
        with on_web(used.other_caseworker):
            run = Run.objects.latest("id")
            assert run.parameters["cohorts"]
            assert "female" not in json.dumps(run.parameters)
            assert not Cohort.objects.exists()

    def test_is_not_told_by_how_many_of_the_six_are_used(self, used):
        with on_web(used.other_caseworker):
            assert CohortUse.objects.filter(programme=used.programme).values_list("quarter", flat=True)
        with pytest.raises(ProgrammingError, match="permission denied"), on_web(used.other_caseworker):
            list(CohortUse.objects.values_list("digest"))

    def test_is_not_told_by_what_the_auditor_permits(self, used):
        auditor = used.member(used.office, "auditor")
        cohort = Cohort.objects.get()
        with on_web(auditor):
            CohortPermit.objects.create(cohort=cohort, digest=cohort.digest, user=auditor.user)
        with on_web(used.other_caseworker):
            assert not CohortPermit.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT after::text FROM partnership_recordchangecontent WHERE record = 'cohort'")
            assert cohort.digest not in str(cursor.fetchall())


@pytest.mark.parametrize("role", ["caseworker", "case_manager", "liaison", "auditor", "coordinator"])
@pytest.mark.parametrize(
    "table", ["metrics_followup", "metrics_link", "metrics_pair", "metrics_namecount", "metrics_touched"]
)
def test_no_page_reads_what_figures_are_counted_from(measured, role, table):
    """Exact counts, whose records are one person's, and how frequent names are."""
    acting = measured.member(measured.office, "auditor") if role == "auditor" else getattr(measured, role)
    with pytest.raises(ProgrammingError, match="permission denied"), on_web(acting), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
