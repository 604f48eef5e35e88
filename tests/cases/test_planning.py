"""Appointments, tasks, assessments, the calendar feed and the timeline: the NGO's alone, recorded once, right at midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cases.assessments import actions as assessments_actions
from cases.assessments.instruments import WITH_TOTAL
from cases.assessments.models import Assessment
from cases.assessments.scores import HEIGHT, WIDTH, scores_of
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Session
from cases.planning import actions as planning
from cases.planning.models import Appointment, CalendarFeed, Task
from partnership.audit_trail.models import ReadLog
from partnership.isolation.errors import Invalid, RuleError
from tests.shared_worlds import shared
from tests.world import WebClient, on_web, run_as

HELSINKI = ZoneInfo("Europe/Helsinki")


@shared
def case(world):
    world.the_enrolment = world.enrolment(started_on=world.today - timedelta(days=60))
    return world


def appointment(world, starts_at=None, **more):
    terms = dict(
        starts_at=starts_at or timezone.now() - timedelta(hours=1),
        minutes=45,
        method="counselling",
        place="Room 2",
        responsible=world.caseworker.user,
    )
    return run_as(world.caseworker, planning.make_appointment, enrolment=world.the_enrolment, **terms | more)


class TestAppointments:
    def test_agreed_on_the_page_in_local_time(self, case):
        address = reverse("appointment_new", args=[case.the_enrolment.pk])
        sent = {
            "day": "2027-03-28",
            "time": "09:30",
            "minutes": 60,
            "method": "cbt",
            "place": "",
            "responsible": case.caseworker.user.pk,
        }
        assert case.client(case.caseworker).post(address, sent).status_code == 302
        assert Appointment.objects.get().starts_at == datetime(
            2027, 3, 28, 6, 30, tzinfo=UTC
        )  # summer time began that night

    def test_one_press_makes_it_a_session_and_a_second_does_not_make_another(self, case):
        made = appointment(case)
        client, address = case.client(case.caseworker), reverse("appointment_record", args=[made.pk])
        for _press in range(2):
            client.post(address, {"attendance": "attended"})
        session = Session.objects.get()
        assert (session.method, session.minutes, session.attendance) == ("counselling", 45, "attended")
        case.the_enrolment.refresh_from_db()
        assert case.the_enrolment.last_contact_on == session.held_on

    def test_late_in_the_evening_it_belongs_to_the_local_day(self, case):
        yesterday = case.today - timedelta(days=1)
        late = datetime(yesterday.year, yesterday.month, yesterday.day, 0, 30, tzinfo=HELSINKI)
        made = appointment(case, starts_at=late)
        session = run_as(case.caseworker, planning.record_appointment, appointment=made, attendance="missed")
        assert session.held_on == yesterday
        assert session.minutes is None

    def test_what_lies_ahead_cannot_have_been_held(self, case):
        made = appointment(case, starts_at=timezone.now() + timedelta(days=3))
        with pytest.raises(RuleError, match="future"):
            run_as(case.caseworker, planning.record_appointment, appointment=made, attendance="attended")

    def test_a_recorded_one_is_neither_moved_nor_cancelled(self, case):
        made = appointment(case)
        run_as(case.caseworker, planning.record_appointment, appointment=made, attendance="attended")
        client = case.client(case.caseworker)
        client.post(reverse("appointment_cancel", args=[made.pk]))
        assert Appointment.objects.filter(pk=made.pk).exists()

    def test_what_was_cancelled_by_mistake_is_put_back_as_it_was(self, case):
        starts_at = timezone.now() + timedelta(days=3)
        cancelled = appointment(case, starts_at=starts_at, place="Room 7")
        client, undo = case.client(case.caseworker), reverse("appointment_put_back")
        page = client.post(reverse("appointment_cancel", args=[cancelled.pk]), follow=True).text
        assert not Appointment.objects.exists()
        assert f'action="{undo}"' in page
        client.post(undo)
        assert Appointment.objects.values_list("starts_at", "place", "responsible").get() == (
            starts_at,
            "Room 7",
            case.caseworker.user.pk,
        )
        client.post(undo)
        assert Appointment.objects.count() == 1

    def test_only_ones_own_team_is_met_with(self, case):
        with pytest.raises(Invalid) as error:
            appointment(case, responsible=case.other_caseworker.user)
        assert error.value.field == "responsible"

    def test_an_ended_participation_takes_none(self, case):
        run_as(
            case.caseworker,
            enrolments.end_enrolment,
            enrolment=case.the_enrolment,
            ended_on=case.today,
            reason="completed",
        )
        with pytest.raises(enrolments.EnrolmentEnded):
            appointment(case)

    def test_the_end_of_a_participation_takes_later_ones_off_the_calendar_and_leaves_those_of_its_day(self, case):
        of_today = appointment(case)
        appointment(case, starts_at=timezone.now() + timedelta(days=7))
        end = {"enrolment": case.the_enrolment, "ended_on": case.today, "reason": "completed"}
        run_as(case.caseworker, enrolments.end_enrolment, **end)
        assert [kept.pk for kept in Appointment.objects.all()] == [of_today.pk]

    def test_another_ngo_sees_none(self, case):
        made = appointment(case)
        client = case.client(case.other_caseworker)
        assert "Meikäläinen" not in client.get(reverse("calendar"), {"whose": "all"}).content.decode()
        assert client.get(reverse("appointment_edit", args=[made.pk])).status_code == 404
        with on_web(case.other_caseworker):
            assert not Appointment.objects.exists()


class TestCalendar:
    @pytest.mark.parametrize("week", ["2026-10-25", "2027-03-28", "2028-02-29", "2027-01-01"])
    def test_a_week_shows_each_day_once_over_clock_changes_leap_days_and_new_year(self, case, week):
        monday = date.fromisoformat(week) - timedelta(days=date.fromisoformat(week).weekday())
        for n in range(-1, 8):
            day = monday + timedelta(days=n)
            appointment(
                case, starts_at=datetime(day.year, day.month, day.day, 23, 59, tzinfo=HELSINKI), place=f"Room {n}"
            )
        page = case.client(case.caseworker).get(reverse("calendar"), {"week": week}).content.decode()
        assert [f"Room {n}" in page for n in range(-1, 8)] == [False, *[True] * 7, False]

    @pytest.mark.parametrize("week", ["nonsense", "9999-12-31", "0001-01-01"])
    def test_nonsense_in_the_address_shows_this_week(self, case, week):
        assert case.client(case.caseworker).get(reverse("calendar"), {"week": week}).status_code == 200


class TestFeed:
    def address(self, case, acting=None):
        page = case.client(acting or case.caseworker).post(reverse("feed_make")).content.decode()
        return page.split("http://testserver")[1].split("<")[0]

    def test_a_calendar_programme_reads_it_without_a_sign_in_and_learns_no_name(self, case):
        appointment(
            case, starts_at=datetime(2026, 11, 30, 10, 0, tzinfo=HELSINKI) if case.today < date(2026, 11, 30) else None
        )
        response = WebClient().get(self.address(case))
        assert response["Content-Type"].startswith("text/calendar")
        (event,) = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
        assert event["location"] == "Room 2"
        assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=45)
        for secret in ("Meikäläinen", "Maija", "Counselling"):
            assert secret not in response.content.decode()

    def test_it_holds_ones_own_appointments_alone(self, case):
        appointment(case)
        assert b"VEVENT" not in WebClient().get(self.address(case, case.case_manager)).content
        assert b"VEVENT" not in WebClient().get(self.address(case, case.other_caseworker)).content

    def test_a_new_address_ends_the_old_one_and_dropping_ends_it_too(self, case):
        old, new = self.address(case), self.address(case)
        assert WebClient().get(old).status_code == 404
        assert WebClient().get(new).status_code == 200
        case.client(case.caseworker).post(reverse("feed_make"), {"drop": "1"})
        assert WebClient().get(new).status_code == 404

    def test_it_ends_with_the_membership(self, case):
        address = self.address(case)
        case.caseworker.membership.is_active = False
        case.caseworker.membership.save()
        assert WebClient().get(address).status_code == 404

    def test_who_does_not_know_the_address_does_not_see_that_there_is_one(self, case):
        self.address(case)
        with on_web(case.other_caseworker):
            assert not CalendarFeed.objects.exists()

    def test_the_address_is_not_in_the_database(self, case):
        token = self.address(case).split("/")[-1].removesuffix(".ics")
        assert token not in CalendarFeed.objects.get().token_hash


class TestTasks:
    def test_added_done_and_taken_back(self, case):
        client = case.client(case.caseworker)
        person = case.the_enrolment.person
        sent = {"text": "Call the school", "due_on": case.today.isoformat(), "assigned_to": case.caseworker.user.pk}
        assert client.post(f"{reverse('task_list')}?person={person.pk}", sent).status_code == 302
        task = Task.objects.get()
        assert "Call the school" in client.get("/").content.decode()
        assert "Call the school" in client.get(reverse("person", args=[person.pk])).content.decode()
        client.post(reverse("task_mark", args=[task.pk]))
        assert "Call the school" not in client.get("/").content.decode()
        assert "Call the school" in client.get(reverse("task_list"), {"show": "done"}).content.decode()
        client.post(reverse("task_mark", args=[task.pk]))
        assert Task.objects.get().done_at is None

    def test_what_was_marked_as_done_is_undone_from_the_message_wherever_one_is(self, case):
        client = case.client(case.caseworker)
        sent = {"text": "Call the school", "assigned_to": case.caseworker.user.pk}
        client.post(reverse("task_list"), sent)
        address = reverse("task_mark", args=[Task.objects.get().pk])
        page = client.post(address, {"next": "/"}, follow=True).text
        assert f'action="{address}"' in page.split("Done.")[1].split("</form>")[0]
        assert Task.objects.get().done_at
        client.post(address, {"next": "/"})
        assert Task.objects.get().done_at is None

    def test_the_most_pressing_first_and_without_a_day_last(self, case):
        for text, days in (("later", 5), ("never", None), ("late", -2)):
            due_on = case.today + timedelta(days=days) if days is not None else None
            run_as(case.caseworker, planning.add_task, text=text, due_on=due_on, assigned_to=case.caseworker.user)
        assert [task.text for task in planning.to_do(Task.objects.all())] == ["late", "later", "never"]

    def test_another_partner_neither_sees_nor_marks_nor_gets_one(self, case):
        task = run_as(case.caseworker, planning.add_task, text="Secret", due_on=None, assigned_to=case.caseworker.user)
        client = case.client(case.other_caseworker)
        assert "Secret" not in client.get(reverse("task_list"), {"whose": "all"}).content.decode()
        assert client.post(reverse("task_mark", args=[task.pk])).status_code == 404
        with pytest.raises(Invalid):
            run_as(case.caseworker, planning.add_task, text="x", due_on=None, assigned_to=case.other_caseworker.user)


class TestAssessments:
    def record(self, case, score, days_ago=0, instrument="audit"):
        return run_as(
            case.caseworker,
            assessments_actions.record_assessment,
            enrolment=case.the_enrolment,
            instrument=instrument,
            score=score,
            held_on=case.today - timedelta(days=days_ago),
        )

    @pytest.mark.parametrize("tool", WITH_TOTAL, ids=lambda tool: tool.code)
    def test_a_score_lies_within_its_instrument_in_the_service_and_in_the_database(self, case, tool):
        self.record(case, tool.highest, instrument=tool.code)
        with pytest.raises(Invalid, match=str(tool.highest)):
            self.record(case, tool.highest + 1, 1, tool.code)
        with pytest.raises(IntegrityError, match="score_within"), transaction.atomic():
            Assessment.objects.update(score=tool.highest + 1)

    def test_one_of_a_day(self, case):
        self.record(case, 10)
        with pytest.raises(Invalid, match="already"):
            self.record(case, 12)

    def test_the_change_and_whether_it_is_for_the_better(self, case):
        for instrument in ("audit", "who5"):
            self.record(case, 10, 30, instrument)
            self.record(case, 15, 0, instrument)
        found = {scores.instrument: scores for scores in scores_of(Assessment.objects.all())}
        assert (found["audit"].change, found["audit"].is_better) == (5, False)
        assert (found["who5"].change, found["who5"].is_better) == (5, True)
        page = case.client(case.caseworker).get(reverse("enrolment", args=[case.the_enrolment.pk])).content.decode()
        assert "+5 since" in page

    @given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 40)), min_size=1, max_size=30))
    def test_the_line_stays_in_its_field(self, found):
        assessments = [
            Assessment(instrument="audit", score=score, held_on=date(2020, 1, 1) + timedelta(days=days))
            for days, score in found
        ]
        (scores,) = scores_of(assessments)
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in scores.points)
        assert [x for x, _y in scores.points] == sorted(x for x, _y in scores.points)

    def test_the_police_that_referred_never_sees_a_score(self, case):
        referral = case.enrolled(person=case.person(case.police, first_names="Diverted"))
        run_as(
            case.caseworker, assessments_actions.record_assessment, enrolment=referral.enrolment, instrument="dudit", score=33,
            held_on=case.today,
        )  # fmt: skip
        for address in (reverse("referral", args=[referral.pk]), reverse("person", args=[referral.person_id])):
            assert "DUDIT" not in case.client(case.liaison).get(address).content.decode()
        with on_web(case.liaison):
            assert not Assessment.objects.exists()


def test_the_timeline_tells_what_happened_newest_first(case):
    referral = case.enrolled(person=case.person(case.police, first_names="Diverted"))
    person = referral.receiver_person
    run_as(case.caseworker, enrolments.add_note, enrolment=referral.enrolment, text="Came by")
    page = case.client(case.caseworker).get(reverse("person", args=[person.pk])).content.decode()
    assert "Started: Counselling" in page
    assert "Came by" in page
    sender = case.client(case.liaison).get(reverse("person", args=[referral.person_id])).content.decode()
    assert "Referred to Anchor" in sender
    assert "Came by" not in sender


class TestApi:
    def make(self, world, ngo, **fields):
        enrolment = world.enrolment(responsible=world.caseworker.user)
        starts_at = (timezone.now() + timedelta(days=3)).replace(microsecond=0)
        terms = {"enrolment": enrolment.pk, "starts_at": starts_at.isoformat().replace("+00:00", "Z")} | fields
        return ngo.post("appointments", terms, status=201)

    def test_a_system_makes_moves_records_and_cancels_an_appointment(self, world, ngo):
        made = self.make(world, ngo, place="Room 2")
        assert (made["responsible"], made["minutes"]) == (world.caseworker.user.email, 60)
        address = f"appointments/{made['id']}"
        moved = ngo.call("patch", address, {"responsible": world.case_manager.user.email, "minutes": 30}).found
        assert (moved["responsible"], moved["minutes"], moved["place"]) == (world.case_manager.user.email, 30, "Room 2")
        Appointment.objects.update(starts_at=timezone.now())
        recorded = ngo.post(f"{address}/record", {"attendance": "attended"})
        assert ngo.get(f"sessions/{recorded['session']}")["minutes"] == 30
        ngo.call("delete", address, status=422)
        other = self.make(world, ngo)
        assert [row["id"] for row in ngo.get("appointments?is_recorded=false")["results"]] == [other["id"]]
        assert [row["id"] for row in ngo.get("appointments?is_recorded=true")["results"]] == [made["id"]]
        ngo.call("delete", f"appointments/{other['id']}", status=204)

    @pytest.mark.parametrize(
        "moment", ["0594-03-04T15:35:57Z", "0001-01-01T00:00:00%2B05:00", "9999-12-31T23:59:59-05:00"]
    )
    def test_a_moment_may_be_however_far_away(self, world, ngo, moment):
        self.make(world, ngo)
        after = ngo.get(f"appointments?starts_from={moment}")["results"]
        before = ngo.get(f"appointments?starts_before={moment}")["results"]
        assert len(after) + len(before) == 1

    def test_nobody_but_a_colleague_meets_the_person(self, world, ngo):
        enrolment = world.enrolment(responsible=world.caseworker.user)
        terms = {"enrolment": enrolment.pk, "starts_at": "2030-01-01T10:00:00Z"}
        for stranger in (world.other_caseworker.user.email, "nobody@test.example"):
            refused = ngo.call("post", "appointments", terms | {"responsible": stranger}, status=422)
            assert refused.found["errors"][0]["pointer"] == "/responsible"


class TestGoalsAndScoresOverTheApi:
    def test_a_goal_is_agreed_corrected_reached_and_taken_back(self, world, ngo):
        terms = {"enrolment": world.enrolment().pk, "area": "work", "text": "A job"}
        goal = f"goals/{ngo.post('goals', terms, status=201)['id']}"
        assert ngo.call("patch", goal, {"text": "A study place"}).found["text"] == "A study place"
        assert ngo.call("put", f"{goal}/reached", {"reached_on": world.today.isoformat()}).found["reached_on"]
        assert ngo.call("put", f"{goal}/reached", {"reached_on": None}).found["reached_on"] is None
        assert ngo.post(f"{goal}/take-back", {"why": "not_so"})["taken_back_why"] == "not_so"
        ngo.call("patch", goal, {"text": "X"}, status=409)
        assert ngo.get("goals?taken_back=false")["results"] == []
        assert len(ngo.get(f"goals?taken_back=true&enrolment={terms['enrolment']}")["results"]) == 1
        assert ngo.post(f"{goal}/restore")["taken_back_at"] is None

    def test_a_score_lies_within_its_instrument_and_is_recorded_once_a_day(self, world, ngo):
        terms = {
            "enrolment": world.enrolment().pk,
            "instrument": "audit",
            "score": 11,
            "held_on": world.today.isoformat(),
        }
        score = ngo.post("assessments", terms, status=201)
        assert ngo.call("post", "assessments", terms, status=422).found["errors"][0]["pointer"] == "/held_on"
        wrong = ngo.call("patch", f"assessments/{score['id']}", {"score": 41}, status=422)
        assert wrong.found["errors"][0]["pointer"] == "/score"
        assert ngo.call("patch", f"assessments/{score['id']}", {"score": 12}).found["score"] == 12
        assert [row["id"] for row in ngo.get("assessments?instrument=audit")["results"]] == [score["id"]]

    def test_for_which_drug_somebody_came_is_said_and_corrected(self, world, ngo):
        enrolment = world.enrolment()
        said = ngo.call("put", f"enrolments/{enrolment.pk}/primary-drug", {"primary_drug": "opioids"}).found
        assert said["primary_drug"] == "opioids"

    def test_whom_it_is_about_stands_in_the_log_of_reads(self, world, ngo):
        enrolment = world.enrolment()
        ngo.post("goals", {"enrolment": enrolment.pk, "area": "work", "text": "A job"}, status=201)
        ngo.get("goals")
        assert ReadLog.objects.filter(what="api goals").last().people == [enrolment.person_id]
