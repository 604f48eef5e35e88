"""What was recorded by mistake is corrected or taken back: it counts nowhere, stays in sight, and can be restored."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.assessments import actions as assessments
from cases.assessments.models import Assessment
from cases.corrections import actions as corrections
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Goal, Note, Session
from cases.people.models import Person
from cases.planning import actions as planning
from cases.rights import actions as rights
from partnership.audit_trail.models import RecordChange, RecordChangeContent
from partnership.events.outbox import relay
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty
from referrals.diversions import actions as diversions
from referrals.handover.models import Referral
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import database_role, on_web, run_as


@shared
def case(world):
    """Somebody who takes part since thirty days, with one entry of each kind."""
    world.part = world.enrolment(started_on=world.today - timedelta(days=30))
    us = world.caseworker
    world.session = met(world, world.part, -3)
    world.score = run_as(
        us, assessments.record_assessment, enrolment=world.part, instrument="audit", score=19, held_on=world.today
    )
    world.goal = run_as(us, enrolments.add_goal, enrolment=world.part, area="work", text="A job")
    world.note = run_as(us, enrolments.add_note, enrolment=world.part, text="Came with her sister.")
    return world


def met(world, enrolment, days: int = 0, attendance: str = "attended") -> Session:
    return run_as(
        world.caseworker, enrolments.record_session, enrolment=enrolment, held_on=world.today + timedelta(days=days),
        method="cbt", attendance=attendance,
    )  # fmt: skip


def correct(world, session, days: int | None = None, **more) -> Session:
    terms = {"held_on": session.held_on, "method": session.method, "attendance": session.attendance} | more
    if days is not None:
        terms["held_on"] = world.today + timedelta(days=days)
    return run_as(world.caseworker, corrections.correct_session, session=session, **terms)


def take_back(world, entry, why: str = "twice", by=None):
    return run_as(by or world.caseworker, corrections.take_back, entry=entry, why=why)


def restore(world, entry):
    return run_as(world.caseworker, corrections.restore, entry=entry)


def relayed() -> None:
    with database_role("worker"):
        relay()


ENTRIES = ["session", "score", "goal", "note"]
NOUNS = {"session": "session", "score": "assessment", "goal": "goal", "note": "note"}


class TestCorrecting:
    def test_a_session_and_its_last_contact_follow(self, case):
        correct(case, case.session, days=-9, minutes=45)
        case.session.refresh_from_db()
        case.part.refresh_from_db()
        assert (case.session.held_on, case.session.minutes) == (case.today - timedelta(days=9), 45)
        assert case.part.last_contact_on == case.today - timedelta(days=9)

    def test_whoever_did_not_come_after_all_was_not_met(self, case):
        correct(case, case.session, attendance="missed")
        case.part.refresh_from_db()
        assert case.part.last_contact_on is None

    @pytest.mark.parametrize("days", [-31, 1])
    def test_not_to_a_day_before_the_start_or_in_the_future(self, case, days):
        with pytest.raises(DateOutOfRange):
            correct(case, case.session, days=days)

    def test_of_an_ended_participation_to_its_last_day_and_no_later_one(self, case):
        run_as(
            case.caseworker, enrolments.end_enrolment, enrolment=case.part, ended_on=case.today - timedelta(days=2),
            reason="completed",
        )  # fmt: skip
        correct(case, case.session, days=-2)
        with pytest.raises(DateOutOfRange):
            correct(case, case.session, days=-1)

    def test_a_score_keeps_to_its_instrument_and_to_one_a_day(self, case):
        terms = {"assessment": case.score, "instrument": "audit", "held_on": case.today}
        run_as(case.caseworker, corrections.correct_assessment, score=9, **terms)
        assert Assessment.objects.get().score == 9
        with pytest.raises(Invalid):
            run_as(case.caseworker, corrections.correct_assessment, score=41, **terms)
        day_before = case.today - timedelta(days=1)
        second = run_as(
            case.caseworker, assessments.record_assessment, enrolment=case.part, instrument="audit", score=3,
            held_on=day_before,
        )  # fmt: skip
        with pytest.raises(Invalid, match="already"):
            run_as(
                case.caseworker, corrections.correct_assessment, assessment=second, instrument="audit", score=3,
                held_on=case.today,
            )  # fmt: skip

    def test_a_goal_says_something_else(self, case):
        run_as(case.caseworker, corrections.correct_goal, goal=case.goal, area="housing", text="A flat")
        goal = Goal.objects.get()
        assert (goal.area, goal.text) == ("housing", "A flat")

    def test_a_note_is_corrected_by_its_author_alone(self, case):
        run_as(case.caseworker, corrections.correct_note, note=case.note, text="Came with her mother.")
        assert Note.objects.get().text == "Came with her mother."
        with pytest.raises(corrections.NotTheAuthor):
            run_as(case.case_manager, corrections.correct_note, note=case.note, text="x")

    def test_what_it_said_before_stays_in_the_history(self, case):
        run_as(case.caseworker, corrections.correct_note, note=case.note, text="Came with her mother.")
        page = case.client(case.caseworker).get(reverse("history", args=["note", case.note.pk])).text
        assert "Came with her sister." in page
        assert "Came with her mother." in page


class TestTakingBack:
    @pytest.mark.parametrize("name", ENTRIES)
    def test_it_says_who_when_and_why_and_is_restored_in_the_page(self, case, name):
        entry, noun = getattr(case, name), NOUNS[name]
        client = case.client(case.case_manager)
        address = reverse("entry_take_back", args=[noun, entry.pk])
        assert client.post(address, {}).status_code == 422
        assert client.post(address, {"back-why": "wrong_person"}).url == reverse("enrolment", args=[case.part.pk])
        page = client.get(reverse("enrolment", args=[case.part.pk])).text
        assert case.case_manager.user.full_name in page
        assert "Recorded for the wrong person" in page
        assert reverse("entry_restore", args=[noun, entry.pk]) in page
        client.post(reverse("entry_restore", args=[noun, entry.pk]))
        entry.refresh_from_db()
        assert not entry.is_taken_back
        assert "Recorded for the wrong person" not in client.get(reverse("enrolment", args=[case.part.pk])).text

    @pytest.mark.parametrize("name", ENTRIES)
    def test_it_is_neither_corrected_nor_taken_back_again_nor_restored_twice(self, case, name):
        entry = getattr(case, name)
        with pytest.raises(corrections.NotTakenBack):
            restore(case, entry)
        take_back(case, entry)
        with pytest.raises(corrections.EntryTakenBack):
            take_back(case, entry)

    @pytest.mark.parametrize("name", ENTRIES)
    def test_by_its_own_partner_alone(self, case, name):
        with pytest.raises(NotAParty):
            take_back(case, getattr(case, name), by=case.other_caseworker)

    def test_the_database_wants_somebody_and_a_reason(self, case):
        with pytest.raises(IntegrityError), transaction.atomic():
            Session.objects.update(taken_back_why="twice")

    def test_a_session_is_no_contact_any_more(self, case):
        met(case, case.part, -1)
        latest = Session.objects.get(held_on=case.today - timedelta(days=1))
        take_back(case, latest)
        case.part.refresh_from_db()
        assert case.part.last_contact_on == case.today - timedelta(days=3)
        restore(case, latest)
        case.part.refresh_from_db()
        assert case.part.last_contact_on == case.today - timedelta(days=1)

    def test_a_group_of_that_day_is_recorded_again(self, case):
        terms = {"programme": case.programme, "held_on": case.today, "method": "group"}
        run_as(case.caseworker, enrolments.record_group, attendance={case.part.pk: "attended"}, **terms)
        take_back(case, Session.objects.get(method="group"))
        again = run_as(case.caseworker, enrolments.record_group, attendance={case.part.pk: "missed"}, **terms)
        assert again == (1, 0)

    def test_a_score_of_that_day_is_recorded_again_and_then_the_first_stays_back(self, case):
        take_back(case, case.score)
        run_as(
            case.caseworker, assessments.record_assessment, enrolment=case.part, instrument="audit", score=9,
            held_on=case.today,
        )  # fmt: skip
        with pytest.raises(Invalid, match="already"):
            restore(case, case.score)

    def test_the_appointment_is_recorded_anew(self, case):
        appointment = run_as(
            case.caseworker, planning.make_appointment, enrolment=case.part,
            starts_at=case.part.created_at - timedelta(hours=1), minutes=45, method="cbt", place="",
            responsible=case.caseworker.user,
        )  # fmt: skip
        first = run_as(case.caseworker, planning.record_appointment, appointment=appointment, attendance="missed")
        take_back(case, first)
        second = run_as(case.caseworker, planning.record_appointment, appointment=appointment, attendance="attended")
        appointment.refresh_from_db()
        assert appointment.session == second

    def test_the_persons_page_strikes_it_through(self, case):
        take_back(case, case.session)
        page = case.client(case.caseworker).get(reverse("person", args=[case.part.person_id])).text
        assert 'class="is-taken-back"' in page
        assert "taken back" in page


class TestTheProgressOfADiversion:
    @pytest.fixture
    def diverted(self, world):
        world.referral = world.enrolled()
        world.met = [met(world, world.referral.enrolment) for _ in range(3)]
        relayed()
        return world

    def done(self, world) -> int:
        return world.referral.diversion.conditions.get().done

    def test_it_follows_a_session_that_is_taken_back_corrected_or_restored(self, diverted):
        first, second, _third = diverted.met
        assert self.done(diverted) == 3
        take_back(diverted, first)
        correct(diverted, second, attendance="missed")
        relayed()
        assert self.done(diverted) == 1
        restore(diverted, first)
        relayed()
        assert self.done(diverted) == 2

    def test_what_the_programme_reported_itself_stays(self, diverted):
        condition = diverted.referral.diversion.conditions.get()
        run_as(diverted.caseworker, diversions.report_progress, condition=condition, done=5, on=diverted.today)
        take_back(diverted, diverted.met[0])
        relayed()
        assert self.done(diverted) == 5


class TestTheEnd:
    @pytest.fixture
    def ended(self, world):
        world.referral = world.enrolled()
        world.part = world.referral.enrolment
        self.end(world, "person_left")
        relayed()
        world.referral.refresh_from_db()
        return world

    def end(self, world, reason: str) -> None:
        run_as(world.caseworker, enrolments.end_enrolment, enrolment=world.part, ended_on=world.today, reason=reason)

    def correct(self, world, **terms) -> Enrolment:
        terms = {"started_on": world.part.started_on, "ended_on": world.today} | terms
        return run_as(world.caseworker, corrections.correct_enrolment, enrolment=world.part, **terms)

    def test_taken_back_the_participation_and_its_referral_go_on(self, ended):
        assert ended.referral.state == "ended_early"
        run_as(ended.caseworker, corrections.reopen, enrolment=ended.part)
        relayed()
        ended.part.refresh_from_db()
        ended.referral.refresh_from_db()
        assert (ended.part.ended_on, ended.part.end_reason) == (None, "")
        assert (ended.referral.state, ended.referral.reason_code, ended.referral.closed_at) == ("enrolled", "", None)
        assert ended.referral.changes.order_by("-id").first().verb == "reopen"
        ended.referral.diversion.refresh_from_db()
        assert ended.referral.diversion.is_open

    def test_another_reason_closes_the_referral_anew(self, ended):
        self.correct(ended, reason="completed")
        relayed()
        ended.referral.refresh_from_db()
        assert (ended.referral.state, ended.referral.reason_code) == ("completed", "")
        assert list(ended.referral.changes.order_by("-id").values_list("verb", flat=True)[:2]) == ["complete", "reopen"]

    def test_another_day_alone_tells_nobody(self, ended):
        changes = ended.referral.changes.count()
        self.correct(ended, started_on=ended.part.started_on - timedelta(days=1), reason="person_left")
        relayed()
        assert Referral.objects.get().changes.count() == changes
        assert Enrolment.objects.get(pk=ended.part.pk).started_on == ended.part.started_on - timedelta(days=1)

    def test_no_session_is_left_outside(self, ended):
        run_as(ended.caseworker, corrections.reopen, enrolment=ended.part)
        met(ended, ended.part)
        self.end(ended, "completed")
        with pytest.raises(DateOutOfRange, match="session"):
            self.correct(ended, ended_on=ended.today - timedelta(days=1), reason="completed",
                         started_on=ended.today - timedelta(days=9))  # fmt: skip

    def test_who_was_enrolled_again_is_not_enrolled_twice(self, ended):
        again = ended.enrolment(person=ended.part.person)
        with pytest.raises(enrolments.AlreadyEnrolled):
            run_as(ended.caseworker, corrections.reopen, enrolment=ended.part)
        assert again.ended_on is None

    def test_an_open_participation_has_no_end_to_take_back_or_correct(self, case):
        with pytest.raises(corrections.NotTakenBack):
            run_as(case.caseworker, corrections.reopen, enrolment=case.part)
        with pytest.raises(Invalid):
            run_as(
                case.caseworker, corrections.correct_enrolment, enrolment=case.part, started_on=case.part.started_on,
                ended_on=case.today, reason="completed",
            )  # fmt: skip

    def test_the_day_of_death_follows(self, case):
        self.end(case, "died")
        self.correct(case, reason="moved")
        assert Person.objects.get(pk=case.part.person_id).died_on is None
        self.correct(case, reason="died")
        assert Person.objects.get(pk=case.part.person_id).died_on == case.today
        run_as(case.caseworker, corrections.reopen, enrolment=case.part)
        assert Person.objects.get(pk=case.part.person_id).died_on is None

    def test_it_is_corrected_on_its_page(self, ended):
        client, address = ended.client(ended.caseworker), reverse("enrolment_correct", args=[ended.part.pk])
        body = {"started_on": ended.part.started_on, "ended_on": ended.today, "reason": "moved"}
        assert client.post(address, body | {"ended_on": ended.today + timedelta(days=1)}).status_code == 422
        assert client.post(address, body).url == reverse("enrolment", args=[ended.part.pk])
        assert Enrolment.objects.get(pk=ended.part.pk).end_reason == "moved"


class TestSystems:
    def test_a_session_is_corrected_taken_back_and_restored(self, case):
        system = System(case.case_manager)
        address = f"sessions/{case.session.pk}"
        corrected = system.call("patch", address, {"attendance": "missed"}).found
        assert (corrected["attendance"], corrected["method"]) == ("missed", "cbt")
        assert system.post(f"{address}/take-back", {"why": "twice"})["taken_back_why"] == "twice"
        system.post(f"{address}/take-back", {"why": "twice"}, status=409)
        sessions = f"enrolments/{case.part.pk}/sessions"
        assert system.get(sessions)["results"] == []
        assert [row["id"] for row in system.get(f"{sessions}?taken_back=true")["results"]] == [case.session.pk]
        assert system.post(f"{address}/restore")["taken_back_at"] is None

    def test_an_end_is_corrected_and_taken_back(self, case):
        system = System(case.case_manager)
        address = f"enrolments/{case.part.pk}"
        system.post(f"{address}/end", {"ended_on": str(case.today), "reason": "completed"})
        assert system.call("patch", address, {"reason": "moved"}).found["end_reason"] == "moved"
        assert system.post(f"{address}/reopen")["ended_on"] is None
        system.post(f"{address}/reopen", status=409)


def test_what_erasing_leaves_of_the_history_says_nothing(case):
    run_as(case.caseworker, corrections.correct_note, note=case.note, text="Came with her mother.")
    run_as(case.caseworker, enrolments.end_enrolment, enrolment=case.part, ended_on=case.today, reason="completed")
    with on_web(case.case_manager):
        rights.erase(by=case.case_manager, person=case.part.person)
    of_notes = {"record": "note", "object_id": case.note.pk}
    assert RecordChange.objects.filter(**of_notes).count() == 3
    assert not RecordChangeContent.objects.filter(**of_notes).exists()
