"""Assessments: a total follows from the items, means what its source says, and stays with the NGO."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cases.assessments import actions as assessments
from cases.assessments.instruments import INSTRUMENTS, Scoring
from cases.assessments.models import Assessment
from cases.assessments.scores import CHART_HEIGHT, profiles_of, scores_of
from cases.corrections import actions as corrections
from cases.rights.actions import held_about
from partnership.isolation.errors import Invalid
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import on_web, run_as

ADDED_UP = [tool for tool in INSTRUMENTS.values() if tool.scoring is Scoring.SUM]
WITH_ITEMS = [tool for tool in INSTRUMENTS.values() if tool.items]
by_code = {"ids": lambda tool: tool.code}


@shared
def case(world):
    """Somebody who has taken part for sixty days."""
    world.part = world.enrolment(started_on=world.today - timedelta(days=60))
    return world


def answers(tool, pick=max, **words):
    return {item.code: {"points": pick(item.points), **words} for item in tool.items}


def record(case, instrument, days_ago=0, **more):
    return run_as(
        case.caseworker, assessments.record_assessment, enrolment=case.part, instrument=instrument,
        held_on=case.today - timedelta(days=days_ago), **more,
    )  # fmt: skip


class TestInstruments:
    @pytest.mark.parametrize("tool", ADDED_UP, **by_code)
    def test_the_most_of_each_item_is_the_highest_total(self, tool):
        assert assessments.result_of(tool, score=None, answers=answers(tool)).score == tool.highest

    @given(st.data())
    def test_a_total_is_what_its_items_add_up_to(self, data):
        tool = data.draw(st.sampled_from(ADDED_UP))
        chosen = {item.code: {"points": data.draw(st.sampled_from(item.points))} for item in tool.items}
        result = assessments.result_of(tool, score=None, answers=chosen)
        assert result.score == tool.factor * sum(answer["points"] for answer in chosen.values())
        assert result.answers == chosen

    @pytest.mark.parametrize(
        ("instrument", "sex", "edges"),
        [
            ("dudit", "male", [6, 25]),
            ("dudit", "female", [2, 25]),
            ("dudit", "unknown", [2, 25]),
            ("audit", "male", [8, 16, 20]),
            ("who5", "", [51]),
            ("phq9", "", [5, 10, 15, 20]),
            ("gad7", "", [5, 10, 15]),
        ],
    )
    def test_bands_begin_where_the_source_says(self, instrument, sex, edges):
        tool = INSTRUMENTS[instrument]
        assert [band.lowest for band in tool.bands_for(sex)] == [0, *edges]
        for edge in edges:
            assert tool.band_of(edge, sex) != tool.band_of(edge - 1, sex)

    def test_what_was_not_read_at_its_source_says_so_and_means_nothing(self):
        unread = [tool for tool in INSTRUMENTS.values() if not tool.verified]
        assert [tool.code for tool in unread] == ["sds"]
        assert not any(tool.bands for tool in unread)


class TestRecording:
    @pytest.mark.parametrize("tool", WITH_ITEMS, **by_code)
    def test_each_instrument_by_its_items_on_its_page(self, case, tool):
        client = case.client(case.caseworker)
        address = reverse("assess", args=[case.part.pk, tool.code])
        points = {f"points-{item.code}": min(item.points) for item in tool.items}
        assert client.post(address, {"held_on": case.today}).status_code == 422
        assert client.post(address, points | {"held_on": case.today}).status_code == 302
        assessment = Assessment.objects.get()
        assert assessment.score == (0 if tool.has_total else None)
        assert assessment.answers == answers(tool, min)

    def test_needs_and_wishes_stay_sealed_in_the_database(self, case):
        record(case, "holistic", answers=answers(INSTRUMENTS["holistic"], need="A quiet room"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT answers FROM cases_assessment")
            ((stored,),) = cursor.fetchall()
        assert "quiet" not in stored
        assert Assessment.objects.get().answers["housing"]["need"] == "A quiet room"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"1": {"points": 5}}, "answers"),
            ({"10": {"points": 3}}, "answers"),
            ({"12": {"points": 0}}, "answers"),
            ({"1": {"points": 1, "need": "x"}}, "answers"),
        ],
    )
    def test_not_with_points_that_an_item_has_not(self, case, change, field):
        with pytest.raises(Invalid) as error:
            record(case, "dudit", answers=answers(INSTRUMENTS["dudit"]) | change)
        assert error.value.field == field

    def test_not_with_an_item_left_out(self, case):
        some = answers(INSTRUMENTS["dudit"])
        del some["11"]
        with pytest.raises(Invalid):
            record(case, "dudit", answers=some)

    def test_not_with_a_total_that_the_items_do_not_come_to(self, case):
        with pytest.raises(Invalid, match="follows"):
            record(case, "dudit", answers=answers(INSTRUMENTS["dudit"]), score=3)

    def test_areas_that_do_not_add_up_have_no_total(self, case):
        with pytest.raises(Invalid):
            record(case, "europasi", score=9)

    def test_not_of_somebody_younger_than_it_is_made_for(self, case):
        person = case.part.person
        person.born_on = case.today - timedelta(days=15 * 365)
        person.save()
        with pytest.raises(Invalid, match="16"):
            record(case, "dudit", score=3)
        assert record(case, "audit", score=3)

    def test_to_be_looked_at_again_later_and_not_before(self, case):
        with pytest.raises(Invalid):
            record(case, "holistic", answers=answers(INSTRUMENTS["holistic"]), review_on=case.today)

    def test_the_caseload_shows_who_is_due_until_somebody_looked_again(self, case):
        tool = INSTRUMENTS["holistic"]
        record(case, "holistic", 30, answers=answers(tool), review_on=case.today)
        client, address = case.client(case.caseworker), reverse("caseload")
        asked = {"whose": "all", "met": "look_again"}
        link = reverse("enrolment", args=[case.part.pk])
        assert link in client.get(address, asked).content.decode()
        record(case, "holistic", answers=answers(tool), review_on=case.today + timedelta(days=90))
        assert link not in client.get(address, asked).content.decode()


class TestReading:
    def test_a_chart_has_its_bands_from_bottom_to_top_without_a_gap(self, case):
        record(case, "dudit", score=9)
        (scores,) = scores_of(Assessment.objects.all(), "male")
        assert sum(stripe.height for stripe in scores.stripes) == CHART_HEIGHT
        ((_x, y, _value),) = scores.chart_points
        (here,) = [stripe for stripe in scores.stripes if stripe.y <= y < stripe.y + stripe.height]
        assert here.band == scores.band

    def test_an_area_goes_from_the_first_time_to_the_latest(self, case):
        tool = INSTRUMENTS["holistic"]
        record(case, "holistic", 30, answers=answers(tool))
        record(case, "holistic", answers=answers(tool) | {"work": {"points": 4, "wish": "A trade"}})
        (profile,) = profiles_of(Assessment.objects.all())
        work = next(area for area in profile.areas if area.item.code == "work")
        assert (work.first, work.latest, work.change, work.wish) == (9, 4, -5, "A trade")

    def test_the_page_says_what_a_total_means_for_the_person(self, case):
        person = case.part.person
        person.sex = "female"
        person.save()
        record(case, "dudit", score=3)
        page = case.client(case.caseworker).get(reverse("assessment_list", args=[case.part.pk])).content.decode()
        assert "A drug problem is likely" in page

    def test_a_programme_without_assessments_shows_those_that_were_made_and_asks_for_none(self, case):
        case.programme.parts = []
        case.programme.save()
        page = lambda: case.client(case.caseworker).get(reverse("enrolment", args=[case.part.pk])).content.decode()
        assert reverse("assessment_add", args=[case.part.pk]) not in page()
        record(case, "dudit", score=3)
        assert "DUDIT" in page()

    def test_the_file_of_all_data_has_the_answers(self, case):
        record(case, "holistic", answers=answers(INSTRUMENTS["holistic"], need="A quiet room"))
        with on_web(case.caseworker):
            parts = {part.title: part for part in held_about(case.part.person)}
        assert "A quiet room" in str(parts["Assessments"].rows)


class TestCorrecting:
    def test_an_assessment_by_items_is_corrected_by_items(self, case):
        tool = INSTRUMENTS["dudit"]
        assessment = record(case, "dudit", answers=answers(tool))
        client, address = case.client(case.caseworker), reverse("assessment_correct", args=[assessment.pk])
        assert 'name="score"' not in client.get(address).content.decode()
        points = {f"points-{item.code}": 0 for item in tool.items}
        assert client.post(address, points | {"held_on": case.today}).status_code == 302
        assert Assessment.objects.get().score == 0

    def test_what_was_answered_before_stays_in_the_history(self, case):
        tool = INSTRUMENTS["holistic"]
        assessment = record(case, "holistic", answers=answers(tool, need="A quiet room"))
        run_as(
            case.caseworker, corrections.correct_assessment, assessment=assessment, instrument="holistic",
            held_on=case.today, answers=answers(tool, need="Two rooms"),
        )  # fmt: skip
        page = case.client(case.caseworker).get(reverse("history", args=["assessment", assessment.pk])).content.decode()
        assert "A quiet room" in page
        assert "Two rooms" in page


class TestApi:
    @pytest.fixture
    def system(self, case):
        return System(case.case_manager, "assessments:read", "assessments:write", "enrolments:write")

    def test_a_system_records_corrects_and_takes_back(self, case, system):
        items = [{"item": item.code, "value": item.points[-1]} for item in INSTRUMENTS["dudit"].items]
        body = {"enrolment": case.part.pk, "instrument": "dudit", "held_on": str(case.today), "answers": items}
        made = system.post("assessments", body, status=201)
        assert made["score"] == 44
        assert {"item": "11", "value": 4, "need": "", "wish": ""} in made["answers"]
        items[0]["value"] = 0
        address = f"assessments/{made['id']}"
        assert system.call("patch", address, {"answers": items}).found["score"] == 40
        assert system.post(f"{address}/take-back", {"why": "twice"})["taken_back_why"] == "twice"
        assert system.get(f"assessments?enrolment={case.part.pk}")["results"][0]["id"] == made["id"]

    def test_another_partners_system_finds_none(self, case):
        record(case, "dudit", score=3)
        other = System(case.member(case.other_ngo, "case_manager", is_manager=True), "assessments:read")
        assert other.get("assessments")["results"] == []
