"""Runs: whole computations through the worker, superseding, publishing, who sees the results; interventions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.arrests.models import Feed
from cases.overdoses.actions import count_overdoses
from metrics.comparison.models import ComparisonResult
from metrics.quality.models import FeedQuality, LinkQuality
from metrics.recidivism.models import CareResult, RecidivismResult, SurvivalResult
from metrics.referral_figures.models import ReferralResult
from metrics.runs import actions as runs
from metrics.runs.models import Run
from metrics.runs.releases import quarter_of
from metrics.trends import actions as trends
from metrics.trends.models import ArrestTrendResult, Intervention, TrendChange
from partnership.actions.rights import NotAllowed
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from partnership.members.models import District
from tests.measuring import IN_A_YEAR, START, about, compute, people, release
from tests.shared_worlds import shared
from tests.world import database_role, on_web, run_as


@shared
def forty(measured):
    """Forty participants, fifteen of whom were arrested again."""
    people(measured, 40, rearrested=15)
    return measured


class TestResults:
    def test_every_kind_of_result_comes_of_one_run(self, measured):
        people(measured, 80, rearrested=30, women=20)
        measured.enrolled(person=measured.person(measured.police, first_names="Referred"))
        run_as(
            measured.caseworker, count_overdoses, district=measured.city, month=date(2024, 5, 9), fatal=0, non_fatal=7
        )
        run = compute()
        assert run.people_touched > 0
        year = RecidivismResult.objects.get(run=run, programme=measured.programme, window_months=12, offences="any")
        assert (year.eligible - year.rearrested, year.rearrested) == (about(50), about(30))
        curve = SurvivalResult.objects.get(run=run, programme=measured.programme, offences="any")
        assert curve.points[0][:2] == [0, 1.0]
        assert curve.points[2][:2] == [12, pytest.approx(1 - year.rate, abs=0.1)]
        care = CareResult.objects.get(run=run, programme=measured.programme)
        assert care.participants == pytest.approx(80, abs=14)
        groups = set(ComparisonResult.objects.filter(run=run).values_list("group", flat=True))
        assert groups == set(ComparisonResult.Group.values)
        overdoses = ArrestTrendResult.objects.get(run=run, group="overdoses", month=date(2024, 5, 1))
        assert overdoses.arrests == pytest.approx(7, abs=5)
        assert overdoses.rate_per_100k == pytest.approx(2 * overdoses.arrests)
        referrals = ReferralResult.objects.filter(run=run, from_partner=None, to_partner=None)
        assert referrals.get(is_protected=False).sent == 1
        assert referrals.get(is_protected=True).sent in {0, 5}
        assert FeedQuality.objects.get(run=run).problems == ["late"]
        assert LinkQuality.objects.get(run=run, partner=measured.police).people == about(81)
        assert run.results_out == sum(
            model.objects.filter(run=run).count()
            for model in (RecidivismResult, SurvivalResult, CareResult, ComparisonResult, ArrestTrendResult, TrendChange, ReferralResult, FeedQuality, LinkQuality)
        )  # fmt: skip

    def test_frequency_counts_no_arrest_after_the_end_of_follow_up(self, world):
        world.complete_through(START + timedelta(days=365))
        police = people(world, 45, rearrested=45)
        for person in police:
            world.arrest(person, START + timedelta(days=800))
        run = compute()
        assert CareResult.objects.get(run=run).arrests_each == pytest.approx(1, abs=0.2)

    def test_a_repeated_run_gives_the_same_and_stands_beside(self, forty):
        first = compute()
        assert runs.repeat(by=forty.coordinator, run=first).again == first
        with database_role("worker"):
            again = runs.compute()
        values = lambda run: sorted(
            RecidivismResult.objects.filter(run=run).values_list(
                "programme", "offences", "window_months", "eligible", "rearrested"
            )
        )
        assert again
        assert again.again == first
        assert values(again) == values(first)
        assert runs.latest_run() == first

    def test_a_repeated_run_stands_on_the_same_days_where_feeds_differ(self, forty):
        Feed.objects.create(
            partner=forty.police,
            district=District.objects.create(code="D9", name="Elsewhere"),
            complete_through=date(2020, 1, 1),
        )
        first = compute()
        assert first.data_cut_off == date(2020, 1, 1)
        repeated = runs.repeat(by=forty.coordinator, run=first)
        with database_role("worker"):
            again = runs.compute()
        assert again == repeated
        assert again.parameters == first.parameters
        assert again.data_cut_off == first.data_cut_off

    def test_a_repetition_that_can_not_be_is_refused_and_not_forgotten(self, measured):
        first = compute()
        runs.request_run("test")
        with pytest.raises(RuleError, match="waits to start"):
            runs.repeat(by=measured.coordinator, run=first)
        Run.objects.filter(pk=first.pk).update(definition="2020-1")
        first.refresh_from_db()
        with pytest.raises(RuleError, match="definitions"):
            runs.repeat(by=measured.coordinator, run=first)

    def test_as_of_an_earlier_day_no_feed_counts_beyond_it(self, forty):
        day = START + timedelta(days=200)
        first = compute()
        Run.objects.update(parameters={"as_of": day.isoformat()})
        first.refresh_from_db()
        runs.repeat(by=forty.coordinator, run=first)
        with database_role("worker"):
            run = runs.compute()
        assert (
            RecidivismResult.objects.get(run=run, offences="any", window_months=6, programme=forty.programme).eligible
            < 40
        )
        assert (
            RecidivismResult.objects.get(run=run, offences="any", window_months=24, programme=forty.programme).eligible
            == 0
        )


class TestRunsSurvive:
    def test_a_run_that_newer_data_supersedes_stops_and_the_newer_one_is_carried_out(self, measured, monkeypatch):
        people(measured, 12, rearrested=6)
        seen = []

        def begin(self: runs.Progress, step: str) -> None:
            seen.append(step)
            if step == "survival":
                raise runs.Superseded

        monkeypatch.setattr(runs.Progress, "begin", begin)
        runs.request_run("older")
        with database_role("worker"):
            run = runs.compute()
        assert (run.state, seen[-1], run.results_out) == (Run.State.SUPERSEDED, "survival", 0)
        assert RecidivismResult.objects.count() == 0
        monkeypatch.undo()
        assert compute("newer").pk > run.pk

    def test_after_three_that_were_stopped_the_next_is_carried_through(self, world):
        for _ in range(runs.MOST_SUPERSEDED):
            Run.objects.create(reason="x", definition="x", state=Run.State.SUPERSEDED)
        progress = runs.Progress(Run.objects.create(reason="x", definition="x", state=Run.State.RUNNING))
        progress.close()
        assert not progress.may_stop

    def test_jobs_change_no_result_and_delete_none_of_a_release(self, measured):
        people(measured, 12, rearrested=6)
        run = release(measured)
        for sql in (
            "UPDATE metrics_recidivismresult SET rate = 0.5",
            f"UPDATE metrics_run SET results_out = 0 WHERE id = {run.pk}",
            "DELETE FROM metrics_recidivismresult",
        ):
            with (
                pytest.raises(DatabaseError),
                transaction.atomic(),
                database_role("worker"),
                connection.cursor() as cursor,
            ):
                cursor.execute(sql)
                if cursor.rowcount == 0:
                    raise DatabaseError("nothing was changed")
        Run.objects.filter(pk=run.pk).update(requested_at=run.requested_at - runs.KEEP_RUNS - timedelta(days=1))
        compute()
        assert RecidivismResult.objects.filter(run=run).exists()

    @pytest.mark.parametrize("column", ["released_at", "published_at"])
    def test_only_a_coordinator_releases_and_publishes(self, measured, column):
        run = release(measured) if column == "published_at" else compute()
        with pytest.raises(NotAllowed):
            if column == "published_at":
                run_as(measured.case_manager, runs.publish, run=run, next_on=IN_A_YEAR)
            else:
                run_as(measured.case_manager, runs.release, run=run)
        with pytest.raises(DatabaseError), on_web(measured.case_manager), connection.cursor() as cursor:
            cursor.execute(f"UPDATE metrics_run SET {column} = now()")
            if cursor.rowcount == 0:
                raise DatabaseError("nothing was changed")


class TestReleases:
    def test_a_run_of_an_earlier_quarter_can_not_become_the_release(self, measured):
        run = compute()
        Run.objects.filter(pk=run.pk).update(quarter="2020-Q1")
        run.refresh_from_db()
        with pytest.raises(RuleError, match="this quarter"):
            run_as(measured.coordinator, runs.release, run=run)

    def test_nor_one_made_with_another_secret(self, measured, settings):
        run = compute()
        settings.FIGURES_KEY = "another"
        with pytest.raises(RuleError, match="this quarter"):
            run_as(measured.coordinator, runs.release, run=run)

    @pytest.mark.parametrize(
        ("day", "quarter"),
        [(date(2026, 1, 1), "2026-Q1"), (date(2026, 3, 31), "2026-Q1"), (date(2026, 4, 1), "2026-Q2"), (date(2026, 12, 31), "2026-Q4")],
    )  # fmt: skip
    def test_quarters_are_those_of_the_calendar(self, day, quarter):
        assert quarter_of(day) == quarter


class TestWhoSees:
    def test_own_results_and_the_partnerships_and_nothing_of_another_ngo(self, forty):
        for number in range(30):
            person = forty.person(forty.other_ngo, first_names=f"O{number}")
            forty.enrolment(person=person, partner=forty.other_ngo, programme=forty.other_programme, started_on=START)
        run = release(forty)
        count = lambda: RecidivismResult.objects.filter(run=run).values_list("partner", flat=True).distinct()
        seen = {}
        for role in ("caseworker", "other_caseworker", "liaison", "coordinator"):
            with on_web(getattr(forty, role)):
                seen[role] = set(count())
        both = {forty.ngo.pk, forty.other_ngo.pk}
        assert seen["caseworker"] == {forty.ngo.pk, None}
        assert seen["other_caseworker"] == {forty.other_ngo.pk, None}
        assert seen["liaison"] == {None}
        assert seen["coordinator"] == both | {None}

    def test_the_addresses_of_another_ngos_programme_find_nothing(self, forty):
        release(forty)
        client = forty.client(forty.other_caseworker)
        of = f"?programme={forty.programme.pk}"
        assert client.get(reverse("population_figures") + of).status_code == 404
        assert client.get(reverse("report") + of).status_code == 404
        for kind in ("csv", "xlsx", "svg", "png"):
            assert client.get(reverse("figure", args=["survival", kind]) + of).status_code == 404

    def test_each_partner_has_its_own_drawing_even_from_the_cache(self, forty):
        release(forty)
        address = reverse("figure", args=["recidivism", "svg"])
        ours = forty.client(forty.caseworker).get(address)
        assert b"Counselling" in ours.content
        assert forty.client(forty.other_caseworker).get(address).status_code == 404


class TestWhatChanged:
    def test_the_partnerships_total_stands_beside_the_programmes(self, world):
        earlier, later = (
            Run.objects.create(
                reason="test", state=Run.State.DONE, definition="x", quarter=quarter, released_at=timezone.now()
            )
            for quarter in ("2025-Q1", "2025-Q2")
        )
        for run, rearrested in ((earlier, 20), (later, 35)):
            for programme in (None, world.programme):
                RecidivismResult.objects.create(
                    run=run, partner=programme and world.ngo, programme=programme, offences="any", window_months=12,
                    eligible=100, rearrested=rearrested, rate=rearrested / 100, rate_lower=0.1, rate_upper=0.5,
                )  # fmt: skip
        page = world.client(world.coordinator).get(reverse("run", args=[later.pk])).content.decode()
        assert "Partnership" in page
        assert world.programme.name in page
        assert page.count("20 / 100") == page.count("35 / 100") == 2


class TestInterventions:
    def test_a_change_in_pilot_districts_is_found(self, measured, settings):
        settings.FIGURES_KEY = "the noise of this key"
        measured.complete_through(date(2026, 6, 30), measured.hill)
        from partnership.members.models import DistrictPopulation

        DistrictPopulation.objects.create(district=measured.hill, year=2020, residents=50_000, residents_under_18=9_000)
        person = measured.person(measured.police)
        for month in range(48):
            day = date(2022 + month // 12, 1 + month % 12, 5)
            for district, count in ((measured.city, 18 if month < 24 else 4), (measured.hill, 12)):
                measured.arrests(person, [day] * (count + month % 3), district=district)
        measured.complete_through(date(2025, 12, 31))
        measured.complete_through(date(2025, 12, 31), measured.hill)
        intervention = Intervention(name="Pilot", started_on=date(2024, 1, 1), series="drug")
        run_as(
            measured.coordinator,
            trends.save_intervention,
            intervention=intervention,
            districts=[measured.city],
            comparison_districts=[measured.hill],
        )
        run = compute()
        changes = {c.kind: c for c in TrendChange.objects.filter(run=run, intervention=intervention)}
        assert changes["joint"].verdict == "changed"
        assert (changes["level"].verdict, changes["difference"].verdict) == ("fall", "fall")
        assert changes["level"].upper < 0
        assert changes["drift"].verdict == "cannot_be_told"
        assert changes["drift"].lower < 0 < changes["drift"].upper
        assert [month for month, _p in changes["joint"].placebos] == ["2023-01-01"]
        assert "by_district" not in changes  # of two districts
        month, rate, fitted, expected, lower, upper, other = changes["joint"].lines[24]
        assert month == "2024-01-01"
        assert fitted < lower < expected < upper
        assert min(rate, other) >= 0
        page = measured.client(measured.caseworker).get(reverse("intervention", args=[intervention.pk])).text
        assert "Something changed at the start" in page
        assert "The level fell at once" in page
        assert "cannot tell whether pilot and comparison districts moved alike" in page
        assert "At none of 1 dates" in page
        svg = measured.client(measured.caseworker).get(
            reverse("figure", args=["intervention", "svg"]) + f"?intervention={intervention.pk}"
        )
        assert svg.content.startswith(b"<svg")

    def test_only_a_coordinator_saves_one(self, measured):
        with pytest.raises(NotAllowed):
            run_as(
                measured.case_manager,
                trends.save_intervention,
                intervention=Intervention(name="x", started_on=START),
                districts=[],
                comparison_districts=[],
            )

        def save(by: Acting) -> None:
            Intervention.objects.create(name="x", started_on=START, created_by=by.user)

        with pytest.raises(DatabaseError):
            run_as(measured.case_manager, save)

    def test_a_district_is_not_on_both_sides(self, measured):
        response = measured.client(measured.coordinator).post(
            reverse("intervention_new"),
            {
                "name": "x",
                "started_on": "2024-01-01",
                "series": "drug",
                "districts": [measured.city.pk],
                "comparison_districts": [measured.city.pk],
            },
        )
        assert "either a pilot or a comparison district" in response.text
