"""Runs and what people see of them: whole computations through the worker, cohorts, publishing, downloads, the report."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import translation

from cases.models import Person
from cases.services import count_overdoses
from metrics import services, words
from metrics.cohorts import Selection
from metrics.models import (
    ArrestTrendResult,
    CareResult,
    Cohort,
    ComparisonResult,
    FeedQuality,
    Intervention,
    LinkQuality,
    RecidivismResult,
    ReferralResult,
    Run,
    SurvivalResult,
    TrendChange,
)
from partnership.errors import RuleError
from partnership.identity_code import make
from partnership.numbers import percent, plain
from tests.world import World, database_role, on_web, run_as

START = date(2022, 3, 1)


def compute(reason: str = "test") -> Run:
    services.request_run(reason)
    with database_role("worker"):
        run = services.compute()
    assert run
    assert run.state == Run.State.DONE, run.error
    return run


def people(
    world: World, count: int, *, rearrested: int, women: int = 0, start: date = START, first: int = 0
) -> list[Person]:
    """So many participants, each arrested some weeks before the start; some again a month after it."""
    found = []
    for number in range(first, first + count):
        fields: dict[str, Any] = {
            "identity_code": make(date(1950 + number // 98 % 50, 1 + number % 12, 1 + number % 28), 900 + number % 98),
            "sex": "female" if number - first < women else "male",
            "first_names": f"P{number}",
            "born_on": date(1950 + number // 98 % 50, 1 + number % 12, 1 + number % 28),
        }
        world.enrolment(person=world.person(world.ngo, **fields), started_on=start + timedelta(days=number % 200))
        police = world.person(world.police, **fields)
        world.arrest(police, start + timedelta(days=number % 200 - 20))
        if number - first < rearrested:
            world.arrest(police, start + timedelta(days=number % 200 + 30))
        found.append(police)
    return found


@pytest.fixture
def measured(world: World) -> World:
    world.complete_through(date(2026, 6, 30))
    return world


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
        assert (year.eligible, year.rearrested, year.mean_rearrests) == (80, 30, 1.0)
        curve = SurvivalResult.objects.get(run=run, programme=measured.programme, offences="any")
        assert curve.points[0][:2] == [0, 1.0]
        assert curve.points[6][1] == pytest.approx(50 / 80, abs=0.05)
        care = CareResult.objects.get(run=run, programme=measured.programme)
        assert (care.participants, care.any_per_person_year) == (80, pytest.approx(30 / care.person_years, abs=0.02))
        groups = set(ComparisonResult.objects.filter(run=run).values_list("group", flat=True))
        assert groups == set(ComparisonResult.Group.values)
        overdoses = ArrestTrendResult.objects.get(run=run, group="overdoses", month=date(2024, 5, 1))
        assert (overdoses.arrests, overdoses.rate_per_100k) == (7, pytest.approx(14))
        assert ReferralResult.objects.get(run=run, from_partner=None, to_partner=None).sent is None  # one: withheld
        assert FeedQuality.objects.get(run=run).problems == ["late"]
        assert LinkQuality.objects.get(run=run, partner=measured.police).people == 81
        assert run.results_out == sum(
            model.objects.filter(run=run).count()
            for model in (RecidivismResult, SurvivalResult, CareResult, ComparisonResult, ArrestTrendResult, TrendChange, ReferralResult, FeedQuality, LinkQuality)
        )  # fmt: skip

    def test_the_pool_of_comparison_people_holds_every_arrest_of_theirs(self, measured):
        """Choosing one arrest a person by chance would prefer, among first arrests, those of people who had no second."""
        from metrics import follow_up
        from metrics.compute.comparison import read

        person = measured.person(measured.police)
        for days in (0, 100, 300):
            measured.arrest(person, START + timedelta(days=days))
        enrolled = measured.person(measured.police, first_names="Enrolled")
        measured.enrolment(
            person=measured.person(measured.ngo, first_names="Enrolled"), started_on=START, measurement_consent=False
        )
        measured.arrest(enrolled, START)
        with database_role("worker"):
            follow_up.refresh()
            follow_up.follow_apart("arrested", "comparison_pool", limit="100")
            pool = read("comparison_pool", "true", [], date(2030, 1, 1)).sort_values("index_date")
        # Who withdrew the consent to be counted was enrolled all the same, and is no comparison either.
        assert list(pool.prior_arrests) == [1, 2, 3]
        assert list((pool.any_on - pool.index_date).dt.days.fillna(0)) == [100, 200, 0]

    def test_referred_and_eligible_but_not_enrolled_are_followed_from_the_referral(self, measured):
        from metrics import follow_up
        from metrics.compute.comparison import read
        from referrals import services as referrals

        for number, reason in enumerate(["no_capacity", "not_eligible", "person_declined"]):
            referral = measured.sent(person=measured.person(measured.police, first_names=f"P{number}"))
            run_as(measured.caseworker, referrals.decline, referral=referral, reason=reason)
        with database_role("worker"):
            follow_up.refresh()
            follow_up.follow_apart("not_enrolled", "not_enrolled")
            rows = read("not_enrolled", "true", [], date(2030, 1, 1))
        assert len(rows) == 2
        assert {d.date() for d in rows.index_date} == {measured.today}

    def test_frequency_counts_no_arrest_after_the_end_of_follow_up(self, world):
        world.complete_through(START + timedelta(days=365))
        police = people(world, 12, rearrested=0)
        for person in police:
            world.arrest(person, START + timedelta(days=800))
        run = compute()
        assert CareResult.objects.get(run=run).any_per_person_year == 0

    def test_a_repeated_run_gives_the_same_and_stands_beside(self, measured):
        people(measured, 40, rearrested=15)
        first = compute()
        services.repeat(first)
        with database_role("worker"):
            again = services.compute()
        values = lambda run: sorted(
            RecidivismResult.objects.filter(run=run).values_list(
                "programme", "offences", "window_months", "eligible", "rearrested"
            )
        )
        assert again
        assert again.again == first
        assert values(again) == values(first)
        assert services.latest_run() == first

    def test_as_of_an_earlier_day_no_feed_counts_beyond_it(self, measured):
        people(measured, 40, rearrested=15)
        services.request_run("test", as_of=START + timedelta(days=200))
        with database_role("worker"):
            run = services.compute()
        assert (
            RecidivismResult.objects.get(
                run=run, offences="any", window_months=6, programme=measured.programme
            ).eligible
            < 40
        )
        assert (
            RecidivismResult.objects.get(
                run=run, offences="any", window_months=24, programme=measured.programme
            ).eligible
            == 0
        )


class TestRunsSurvive:
    def test_a_run_that_newer_data_supersedes_stops_and_the_newer_one_is_carried_out(self, measured, monkeypatch):
        people(measured, 12, rearrested=6)
        seen = []

        def at(self: services.Progress, step: str) -> None:
            seen.append(step)
            if step == "survival":
                raise services.Superseded

        monkeypatch.setattr(services.Progress, "at", at)
        services.request_run("older")
        with database_role("worker"):
            run = services.compute()
        assert (run.state, seen[-1], run.results_out) == (Run.State.SUPERSEDED, "survival", 0)
        assert RecidivismResult.objects.count() == 0
        monkeypatch.undo()
        assert compute("newer").pk > run.pk

    def test_after_three_that_were_stopped_the_next_is_carried_through(self, world):
        for _ in range(services.MOST_SUPERSEDED):
            Run.objects.create(reason="x", definition="x", state=Run.State.SUPERSEDED)
        progress = services.Progress(Run.objects.create(reason="x", definition="x", state=Run.State.RUNNING))
        progress.close()
        assert not progress.may_stop

    def test_jobs_change_no_result_and_delete_none_of_a_published_run(self, measured):
        people(measured, 12, rearrested=6)
        run = compute()
        run_as(measured.coordinator, services.publish, run=run)
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
        Run.objects.filter(pk=run.pk).update(requested_at=run.requested_at - services.KEEP_RUNS - timedelta(days=1))
        compute()
        assert RecidivismResult.objects.filter(run=run).exists()

    def test_only_a_coordinator_publishes(self, measured):
        run = compute()
        with pytest.raises(RuleError):
            run_as(measured.case_manager, services.publish, run=run)
        with pytest.raises(DatabaseError), on_web(measured.case_manager), connection.cursor() as cursor:
            cursor.execute("UPDATE metrics_run SET published_at = now()")
            if cursor.rowcount == 0:
                raise DatabaseError("nothing was changed")


class TestWhoSees:
    def test_own_results_and_the_partnerships_and_nothing_of_another_ngo(self, measured):
        people(measured, 40, rearrested=15)
        for number in range(30):
            person = measured.person(measured.other_ngo, first_names=f"O{number}")
            measured.enrolment(
                person=person, partner=measured.other_ngo, programme=measured.other_programme, started_on=START
            )
        run = compute()
        count = lambda: RecidivismResult.objects.filter(run=run).values_list("partner", flat=True).distinct()
        seen = {}
        for role in ("caseworker", "other_caseworker", "liaison", "coordinator"):
            with on_web(getattr(measured, role)):
                seen[role] = set(count())
        both = {measured.ngo.pk, measured.other_ngo.pk}
        assert seen["caseworker"] == {measured.ngo.pk, None}
        assert seen["other_caseworker"] == {measured.other_ngo.pk, None}
        assert seen["liaison"] == {None}
        assert seen["coordinator"] == both | {None}

    def test_the_addresses_of_another_ngos_programme_find_nothing(self, measured):
        people(measured, 40, rearrested=15)
        compute()
        client = measured.client(measured.other_caseworker)
        of = f"?programme={measured.programme.pk}"
        assert client.get(reverse("population_figures") + of).status_code == 404
        assert client.get(reverse("report") + of).status_code == 404
        for kind in ("csv", "xlsx", "svg", "png"):
            assert client.get(reverse("figure", args=["survival", kind]) + of).status_code == 404

    def test_each_partner_has_its_own_drawing_even_from_the_cache(self, measured):
        people(measured, 40, rearrested=15)
        compute()
        address = reverse("figure", args=["recidivism", "svg"])
        ours = measured.client(measured.caseworker).get(address)
        assert b"Counselling" in ours.content
        assert measured.client(measured.other_caseworker).get(address).status_code == 404


class TestCohorts:
    def test_a_person_counts_once_by_the_first_enrolment_in_the_range(self, measured):
        person = people(measured, 12, rearrested=0)[0]
        own = Person.objects.get(partner=measured.ngo, code_pseudonym=person.code_pseudonym)
        own.enrolments.update(ended_on=START + timedelta(days=50), end_reason="completed")
        measured.enrolment(person=own, started_on=START + timedelta(days=400))
        cohort = Cohort(name="Late")
        run_as(
            measured.case_manager,
            services.save_cohort,
            cohort=cohort,
            selection=Selection(started_from=START + timedelta(days=300)),
        )
        everybody = Cohort(name="All")
        run_as(measured.case_manager, services.save_cohort, cohort=everybody, selection=Selection())
        run = compute()
        assert RecidivismResult.objects.get(run=run, cohort=everybody, offences="any", window_months=12).eligible == 12
        late = RecidivismResult.objects.get(run=run, cohort=cohort, offences="any", window_months=12)
        assert (late.eligible, late.withheld) == (None, "few_people")

    def test_who_is_in_the_whole_but_not_in_the_part_can_not_be_subtracted(self, measured):
        people(measured, 40, rearrested=20, women=37)
        cohort = Cohort(name="Women")
        run_as(measured.case_manager, services.save_cohort, cohort=cohort, selection=Selection(sexes=["female"]))
        run = compute()
        whole = RecidivismResult.objects.get(run=run, programme=measured.programme, offences="any", window_months=12)
        part = RecidivismResult.objects.get(run=run, cohort=cohort, offences="any", window_months=12)
        # Three men: the two numbers of people do not stand side by side.
        assert None in (whole.eligible, part.eligible)

    def test_nor_can_who_is_in_none_of_several_parts(self, measured):
        people(measured, 30, rearrested=10)  # men in their sixties and seventies
        for number, enrolment in enumerate(measured.programme.enrolments.order_by("pk")):
            enrolment.primary_drug = ["opioids", "cannabis", "cocaine"][number % 3] if number < 27 else ""
            enrolment.save()
        for drug in ("opioids", "cannabis", "cocaine"):
            run_as(
                measured.case_manager,
                services.save_cohort,
                cohort=Cohort(name=drug),
                selection=Selection(substances=[drug]),
            )
        run = compute()
        year = RecidivismResult.objects.filter(run=run, offences="any", window_months=12)
        whole = year.get(programme=measured.programme)
        parts = year.filter(cohort__isnull=False)
        assert parts.count() == 3
        # Three people have no drug recorded: 30 less 9, 9 and 9 must not all be published.
        assert None in [whole.eligible, *parts.values_list("eligible", flat=True)]

    def test_two_cohorts_of_the_same_people_are_suppressed_alike(self, measured):
        people(measured, 40, rearrested=3)
        for name in ("One", "Other"):
            run_as(measured.case_manager, services.save_cohort, cohort=Cohort(name=name), selection=Selection())
        run = compute()
        year = RecidivismResult.objects.filter(run=run, offences="any", window_months=12, partner=measured.ngo)
        assert set(year.values_list("rearrested", flat=True)) == {None}

    @pytest.mark.parametrize(
        ("selection", "eligible"),
        [
            (Selection(), 40),
            (Selection(sexes=["female"]), 15),
            (Selection(ages=["45-"]), 40),
            (Selection(ages=["0-17"]), 0),
            (Selection(history="first_time"), 40),
            (Selection(history="repeated"), 0),
            (Selection(offence_groups=["personal"]), 40),
            (Selection(offence_groups=["supply"]), 0),
            (Selection(substances=["opioids"]), 0),
            (Selection(referral_kinds=["court"]), 0),
            (Selection(kinds=["diversion"]), 40),
            (Selection(started_to=START - timedelta(days=1)), 0),
        ],
    )
    def test_each_restriction(self, measured, selection, eligible):
        people(measured, 40, rearrested=20, women=15)
        cohort = Cohort(name="Some")
        run_as(measured.case_manager, services.save_cohort, cohort=cohort, selection=selection)
        run = compute()
        found = RecidivismResult.objects.filter(run=run, cohort=cohort, offences="any", window_months=12).first()
        assert (found.eligible if found else 0) == eligible

    def test_from_completion(self, measured):
        people(measured, 30, rearrested=20)
        Person.objects.filter(partner=measured.ngo).first()
        for enrolment in measured.programme.enrolments.all():
            enrolment.ended_on, enrolment.end_reason = enrolment.started_on + timedelta(days=40), "completed"
            enrolment.save()
        cohort = Cohort(name="Completed")
        run_as(measured.case_manager, services.save_cohort, cohort=cohort, selection=Selection(index="completion"))
        run = compute()
        found = RecidivismResult.objects.get(run=run, cohort=cohort, offences="any", window_months=12)
        assert (found.eligible, found.rearrested) == (30, 0)  # the arrests lie before the completion

    def test_an_ngos_cohort_holds_its_own_participants_only(self, measured):
        with pytest.raises(RuleError):
            run_as(
                measured.case_manager,
                services.save_cohort,
                cohort=Cohort(name="x"),
                selection=Selection(partners=[measured.other_ngo.pk]),
            )
        saved = run_as(measured.case_manager, services.save_cohort, cohort=Cohort(name="Ours"), selection=Selection())
        assert saved.selection == {"partners": [measured.ngo.pk]}

    def test_a_coordinators_cohort_is_seen_by_all_only_when_it_is_shared(self, measured):
        people(measured, 40, rearrested=20)
        for name, is_shared in (("Shared", True), ("Own", False)):
            run_as(
                measured.coordinator,
                services.save_cohort,
                cohort=Cohort(name=name, is_shared=is_shared),
                selection=Selection(),
            )
        compute()
        seen = {}
        for role in ("coordinator", "caseworker", "liaison"):
            client = measured.client(getattr(measured, role))
            seen[role] = [
                client.get(reverse("population_figures") + f"?cohort={cohort.pk}").status_code
                for cohort in Cohort.objects.order_by("-is_shared")
            ]
        assert seen == {"coordinator": [200, 200], "caseworker": [200, 404], "liaison": [200, 404]}
        with on_web(measured.liaison):
            assert RecidivismResult.objects.filter(cohort__isnull=False).values("cohort").distinct().count() == 1

    def test_figures_of_a_cohort_that_was_changed_since_say_so(self, measured):
        people(measured, 40, rearrested=20)
        cohort = run_as(measured.case_manager, services.save_cohort, cohort=Cohort(name="Some"), selection=Selection())
        compute()
        address = reverse("population_figures") + f"?cohort={cohort.pk}"
        client = measured.client(measured.case_manager)
        assert "was changed since" not in client.get(address).text
        run_as(measured.case_manager, services.save_cohort, cohort=cohort, selection=Selection(sexes=["male"]))
        assert "was changed since" in client.get(address).text
        compute()
        assert "was changed since" not in client.get(address).text

    def test_two_of_one_name_are_refused_in_words(self, measured):
        for number in range(2):
            response = measured.client(measured.case_manager).post(
                reverse("cohort_new"), {"name": "Same", "index": "start"}
            )
            assert response.status_code == (302, 200)[number]
        assert "a cohort with this name already" in response.text

    def test_the_form_remembers_what_was_chosen(self, measured):
        client = measured.client(measured.coordinator)
        client.post(
            reverse("cohort_new"),
            {
                "name": "Young",
                "index": "start",
                "ages": ["0-17", "18-24"],
                "started_from": "2023-01-01",
                "is_shared": "on",
            },
        )
        cohort = Cohort.objects.get()
        assert cohort.selection == {"ages": ["0-17", "18-24"], "started_from": "2023-01-01"}
        page = client.get(reverse("cohort_edit", args=[cohort.pk])).text
        assert 'value="18-24" selected' in page
        assert 'value="2023-01-01"' in page


class TestInterventions:
    def test_a_change_in_pilot_districts_is_found(self, measured):
        measured.complete_through(date(2026, 6, 30), measured.hill)
        from partnership.models import DistrictPopulation

        DistrictPopulation.objects.create(district=measured.hill, year=2020, residents=50_000, residents_under_18=9_000)
        person = measured.person(measured.police)
        for month in range(48):
            day = date(2022 + month // 12, 1 + month % 12, 5)
            for district, count in ((measured.city, 12 if month < 24 else 6), (measured.hill, 12)):
                for _ in range(count + month % 3):
                    measured.arrest(person, day, district=district)
        measured.complete_through(date(2025, 12, 31))
        measured.complete_through(date(2025, 12, 31), measured.hill)
        intervention = Intervention(name="Pilot", started_on=date(2024, 1, 1), series="drug")
        run_as(
            measured.coordinator,
            services.save_intervention,
            intervention=intervention,
            districts=[measured.city],
            comparison_districts=[measured.hill],
        )
        run = compute()
        changes = {c.kind: c for c in TrendChange.objects.filter(run=run, intervention=intervention)}
        assert changes["level"].upper < 0
        assert changes["difference"].upper < 0
        assert changes["drift"].lower < 0 < changes["drift"].upper
        page = measured.client(measured.caseworker).get(reverse("intervention", args=[intervention.pk]))
        assert "moved alike" in page.text
        svg = measured.client(measured.caseworker).get(
            reverse("figure", args=["intervention", "svg"]) + f"?intervention={intervention.pk}"
        )
        assert svg.content.startswith(b"<svg")

    def test_only_a_coordinator_saves_one(self, measured):
        with pytest.raises(DatabaseError):
            run_as(
                measured.case_manager,
                services.save_intervention,
                intervention=Intervention(name="x", started_on=START),
                districts=[],
                comparison_districts=[],
            )

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


class TestDownloads:
    @pytest.fixture
    def client(self, measured):
        people(measured, 150, rearrested=50)
        compute()
        return measured.client(measured.caseworker)

    @pytest.mark.parametrize(
        "name", ["recidivism", "survival", "comparison", "balance", "arrests", "referrals", "feeds"]
    )
    def test_csv_and_xlsx_hold_the_same_and_say_where_they_come_from(self, measured, client, name):
        query = f"?programme={measured.programme.pk}" if name in ("survival", "comparison", "balance") else ""
        text = client.get(reverse("figure", args=[name, "csv"]) + query).content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";"))
        book = openpyxl.load_workbook(io.BytesIO(client.get(reverse("figure", args=[name, "xlsx"]) + query).content))
        sheet = [["" if v is None else str(v) for v in row] for row in book.active.iter_rows(values_only=True)]

        def cells(table: list[list[str]]) -> list[Any]:
            return [
                round(float(c), 9) if re.fullmatch(r"-?[\d.]+(e-\d+)?", c) else c for row in table for c in row if c
            ]

        assert cells(rows) == cells(sheet)
        assert ["Definition", services.DEFINITION] in rows

    @pytest.mark.parametrize("name", ["recidivism", "survival", "arrests"])
    def test_charts_as_svg_and_png_in_both_themes_and_for_a_phone(self, measured, client, name):
        of = f"?programme={measured.programme.pk}&measure=count" if name == "survival" else "?measure=count"
        for theme in ("light", "dark"):
            assert client.get(reverse("figure", args=[name, "svg"]) + f"{of}&theme={theme}").content.startswith(b"<svg")
        wide, narrow = (
            client.get(reverse("figure", args=[name, "svg"]) + of + more).content for more in ("", "&narrow=1")
        )
        assert wide != narrow
        assert client.get(reverse("figure", args=[name, "png"]) + of).content.startswith(b"\x89PNG")

    @pytest.mark.parametrize(
        ("name", "kind"), [("recidivism", "exe"), ("nonsense", "csv"), ("survival", "csv"), ("intervention", "csv")]
    )
    def test_what_does_not_exist_is_not_found(self, client, name, kind):
        assert client.get(reverse("figure", args=[name, kind])).status_code == 404

    @pytest.mark.parametrize("run", ["0", "999999", "x", "-1", "9" * 30])
    def test_a_run_that_does_not_exist_is_not_found(self, client, run):
        assert client.get(reverse("recidivism") + f"?run={run}").status_code == 404

    @pytest.mark.parametrize("language", ["en", "fi", "sv"])
    def test_the_report_is_a_tagged_pdf_in_the_readers_language(self, measured, client, language):
        client.cookies["django_language"] = language
        response = client.get(reverse("report") + f"?programme={measured.programme.pk}")
        assert response.content.startswith(b"%PDF")
        assert b"pdfuaid" in response.content
        assert re.search(rb"/Lang\s*\((\w+)", response.content)[1] == language.encode()
        assert b"/MarkInfo" in response.content

    def test_the_page_says_headline_and_comparisons_in_words(self, measured, client):
        page = client.get(reverse("population_figures") + f"?programme={measured.programme.pk}").text
        assert (
            "33\N{NO-BREAK SPACE}% were arrested again within 12 months (95 % interval 26\N{NO-BREAK SPACE}% to 41\N{NO-BREAK SPACE}%)"
            in page
        )
        assert "No estimate" in page  # nobody in the pool of comparison people


@pytest.fixture
def _english():
    with translation.override("en"):
        yield


@pytest.mark.usefixtures("_english")
class TestWords:
    def result(self, **fields: Any) -> ComparisonResult:
        values = {
            "group": "matched",
            "rate": 0.2,
            "comparison_rate": 0.3,
            "difference": -0.1,
            "difference_lower": -0.15,
            "difference_upper": -0.05,
        }
        return ComparisonResult(**values | fields)

    def test_clearly_fewer(self):
        assert "10 percentage points fewer; with 95 % confidence between 5 and 15 fewer" in words.statement(
            self.result()
        )

    def test_clearly_more(self):
        found = words.statement(self.result(rate=0.4, difference=0.1, difference_lower=0.02, difference_upper=0.18))
        assert "10 percentage points more; with 95 % confidence between 2 and 18 more" in found

    def test_what_could_be_chance_is_said_so(self):
        assert "neither show nor rule out" in words.statement(self.result(difference_upper=0.01))

    def test_a_headline_whose_interval_holds_both_signs(self):
        matched = self.result(reduction=0.1, reduction_lower=-0.05, reduction_upper=0.2)
        found = words.headline(matched, 0.2, 0.15, 0.25, 12).replace("\N{NO-BREAK SPACE}", " ")
        assert "That is 10 % fewer (95 % interval: 5 % more to 20 % fewer)." in found


@pytest.mark.usefixtures("_english")
class TestNumbers:
    @pytest.mark.parametrize(
        ("share", "digits", "text"),
        [(0.2996, 1, "30.0"), (0.299, 0, "30"), (0.125, 0, "13"), (-0.117, 0, "−12"), (-0.0001, 0, "0"), (1, 0, "100")],
    )
    def test_percentages_are_rounded_and_not_cut_off(self, share, digits, text):
        assert percent(share, digits) == text + "\N{NO-BREAK SPACE}%"

    def test_thousands_are_grouped(self):
        assert plain(1234567.89, 1) == "1,234,567.9"
