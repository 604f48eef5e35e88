"""Phases of a treatment court: one at a time, in order, not too early; reviews move people, and their note reaches the court by consent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.enrolments import actions as enrolments
from cases.phases import actions as phases
from cases.phases import board
from cases.phases.actions import InAPhaseAlready, InNoPhase, NoPhases, PhaseInUse, TooEarly
from cases.phases.models import Phase, PhaseStay, Response, Review
from cases.rights import actions as rights
from partnership.actions import NotAllowed
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty
from referrals.consents import actions as consents
from referrals.statements.models import Statement
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import on_web, run_as


@shared
def court(world):
    """A programme with three phases, the first of at least 30 days, and somebody who takes part for 100 days."""
    world.programme.parts = ["phases"]
    world.programme.save()
    for name, more in (("First", {"min_days": 30, "review_days": 14}), ("Second", {}), ("Third", {})):
        phase = Phase(partner=world.ngo, programme=world.programme, name=name, **more)
        run_as(world.case_manager, phases.save_phase, phase=phase)
    world.part = world.enrolment(started_on=world.today - timedelta(days=100), responsible=world.caseworker.user)
    return world


def begin(court, days_ago=40):
    started_on = court.today - timedelta(days=days_ago)
    return run_as(court.caseworker, phases.begin_phases, enrolment=court.part, started_on=started_on)


def review(court, decision="hold", days_ago=0, **more):
    terms = {"held_on": court.today - timedelta(days=days_ago), "present": ["person", "judge"], "decision": decision}
    return run_as(court.caseworker, phases.record_review, enrolment=court.part, **(terms | more))


def respond(court, kind="incentive", decided_by="team", **more):
    terms = {"on": court.today, "kind": kind, "what": "Praise", "why": "Came each time", "decided_by": decided_by}
    return run_as(court.caseworker, phases.record_response, enrolment=court.part, **(terms | more))


def way(court):
    stays = PhaseStay.objects.filter(enrolment=court.part).select_related("phase").order_by("started_on", "id")
    return [(stay.phase.name, stay.result) for stay in stays]


class TestMoving:
    def test_a_review_moves_somebody_on_through_all_phases(self, court):
        begin(court)
        for days_ago in (9, 6, 3):
            review(court, "advance", days_ago)
        assert way(court) == [("First", "advanced"), ("Second", "advanced"), ("Third", "completed")]

    def test_not_before_the_phases_days_are_over(self, court):
        begin(court, days_ago=29)
        with pytest.raises(TooEarly):
            review(court, "advance")
        assert way(court) == [("First", "")]
        assert not Review.objects.exists()

    def test_on_the_day_on_which_they_are(self, court):
        begin(court, days_ago=30)
        review(court, "advance")
        assert way(court) == [("First", "advanced"), ("Second", "")]

    def test_back_at_any_time_but_not_from_the_first(self, court):
        begin(court)
        with pytest.raises(Invalid):
            review(court, "back")
        review(court, "advance", 5)
        review(court, "back", 4)
        assert way(court) == [("First", "advanced"), ("Second", "back"), ("First", "")]

    def test_staying_changes_no_phase(self, court):
        begin(court)
        review(court)
        assert way(court) == [("First", "")]

    def test_nobody_is_reviewed_who_is_in_no_phase(self, court):
        with pytest.raises(InNoPhase):
            review(court)

    def test_nobody_begins_twice(self, court):
        begin(court)
        with pytest.raises(InAPhaseAlready):
            begin(court)

    def test_nobody_begins_where_there_are_no_phases(self, court):
        elsewhere = court.enrolment(court.person(court.ngo), programme=court.programme, started_on=court.today)
        Phase.objects.all().delete()
        with pytest.raises(NoPhases):
            run_as(court.caseworker, phases.begin_phases, enrolment=elsewhere, started_on=court.today)

    def test_the_database_lets_nobody_be_in_two(self, court):
        begin(court)
        with pytest.raises(IntegrityError), transaction.atomic():
            second = Phase.objects.get(name="Second")
            PhaseStay.objects.create(partner=court.ngo, enrolment=court.part, phase=second, started_on=court.today)

    def test_the_end_of_the_participation_ends_the_phase(self, court):
        begin(court)
        run_as(court.caseworker, enrolments.end_enrolment, enrolment=court.part, ended_on=court.today, reason="moved")
        assert way(court) == [("First", "ended")]

    def test_a_review_is_of_a_day_in_the_phase(self, court):
        begin(court)
        for days_ago in (41, -1):
            with pytest.raises(DateOutOfRange):
                review(court, days_ago=days_ago)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(decisions=st.lists(st.sampled_from(["advance", "hold", "back"]), max_size=7))
    def test_whatever_is_decided_somebody_is_in_one_phase_or_through_all(self, court, decisions):
        with transaction.atomic():
            begin(court, days_ago=60)
            Phase.objects.filter(name="First").update(min_days=0)
            place = 1
            for number, decision in enumerate(decisions):
                if place > 3 or (place == 1 and decision == "back"):
                    continue
                review(court, decision, 30 - number)
                place += {"advance": 1, "hold": 0, "back": -1}[decision]
            current = list(PhaseStay.objects.now().values_list("phase__number", flat=True))
            assert current == ([place] if place <= 3 else [])
            transaction.set_rollback(True)


class TestBoard:
    def test_says_whose_review_is_due(self, court):
        stay = begin(court, days_ago=14)
        assert court.client(court.caseworker).get(reverse("phase_board")).context["due"] == {stay.pk}
        review(court)
        assert not court.client(court.caseworker).get(reverse("phase_board")).context["due"]

    def test_the_day_that_a_review_named_counts(self, court):
        begin(court)
        review(court, next_on=court.today + timedelta(days=3))
        ((_phase, (place,)), *_rest) = board.board_of(court.programme).phases
        assert place.due_on == court.today + timedelta(days=3)

    def test_shows_who_has_not_begun_and_who_has_completed(self, court):
        assert [each.pk for each in board.board_of(court.programme).not_begun] == [court.part.pk]
        begin(court)
        for days_ago in (9, 6, 3):
            review(court, "advance", days_ago)
        now = board.board_of(court.programme)
        assert ([each.pk for each in now.completed], now.not_begun) == ([court.part.pk], [])

    def test_counts_responses_and_the_median_of_hours(self, court):
        for kind, hours in (("incentive", 1), ("incentive", 5), ("sanction", 30), ("adjustment", None)):
            respond(court, kind, hours_after=hours)
        removed = respond(court, hours_after=900)
        run_as(court.caseworker, phases.remove_response, response=removed)
        numbers = board.response_figures(court.programme, court.today)
        assert ([count for _kind, count in numbers.kinds], numbers.hours) == ([2, 1, 1], 5)


class TestResponses:
    def test_a_sanction_is_never_the_organisations_alone(self, court):
        with pytest.raises(Invalid):
            respond(court, "sanction", "us")
        alone = {
            "partner": court.ngo, "enrolment": court.part, "on": court.today, "kind": "sanction", "decided_by": "us",
            "what": "x", "why": "x", "recorded_by": court.caseworker.user,
        }  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Response.objects.create(**alone)

    def test_an_incentive_may_be(self, court):
        assert respond(court, "incentive", "us")


class TestPhasesOfAProgramme:
    def test_begin_with_the_five_usual_ones(self, court):
        Phase.objects.all().delete()
        court.client(court.case_manager).post(reverse("phase_scheme", args=[court.programme.pk]))
        names = list(Phase.objects.order_by("number").values_list("name", flat=True))
        assert (len(names), names[0], names[-1]) == (5, "Acute stabilisation", "Recovery management")

    def test_the_last_goes_unless_somebody_was_in_it(self, court):
        begin(court)
        first, second, third = Phase.objects.order_by("number")
        with pytest.raises(Invalid):
            run_as(court.case_manager, phases.remove_phase, phase=second)
        run_as(court.case_manager, phases.remove_phase, phase=third)
        run_as(court.case_manager, phases.remove_phase, phase=second)
        with pytest.raises(PhaseInUse):
            run_as(court.case_manager, phases.remove_phase, phase=first)

    def test_a_caseworker_does_not_change_them(self, court):
        with pytest.raises(NotAllowed):
            run_as(court.caseworker, phases.save_phase, phase=Phase.objects.first(), name="Other")


class TestTheNoteForTheCourt:
    CONSENT = {"signed_how": "paper", "told_right_to_withdraw": "on"}

    def send(self, court, number):
        """On the page that the review leads to: what it holds already is sent."""
        client = court.client(court.caseworker)
        address = reverse("statement_new", args=[court.part.pk])
        page = client.get(address, {"review": number})
        court.agree_with(court.prosecutors)
        sent = self.CONSENT | {
            "to_partner": court.prosecutors.pk,
            "attendance": "as_agreed",
            "note": page.context["form"].initial["note"],
            "signed_on": court.today.isoformat(),
            "expires_on": (court.today + timedelta(days=90)).isoformat(),
        }
        assert client.post(address, sent).status_code == 302
        return Statement.objects.get()

    def test_reaches_the_court_by_the_persons_consent_and_only_while_it_lasts(self, court):
        begin(court)
        statement = self.send(court, review(court, note="Keeps every appointment.").pk)
        officer = court.client(court.court_officer)
        address = reverse("statement", args=[statement.pk])
        assert "Keeps every appointment." in officer.get(address).content.decode()
        run_as(court.caseworker, consents.withdraw_consent, consent=statement.consent)
        assert officer.get(address).status_code == 404

    def test_the_consent_says_that_there_is_a_note(self, court):
        begin(court)
        assert "note" in self.send(court, review(court, note="Fine.").pk).consent.purpose

    def test_nobody_changes_it_afterwards(self, court):
        begin(court)
        statement = self.send(court, review(court, note="Fine.").pk)
        with pytest.raises(DatabaseError), on_web(court.caseworker):
            statement.note = "Not fine."
            statement.save()

    def test_a_review_of_somebody_else_leaves_the_form_empty(self, court):
        begin(court)
        number = review(court, note="Fine.").pk
        stranger = court.enrolment(court.person(court.ngo), responsible=court.caseworker.user)
        page = court.client(court.caseworker).get(reverse("statement_new", args=[stranger.pk]), {"review": number})
        assert page.context["form"].initial["note"] == ""


class TestWhoSeesIt:
    def test_no_other_partner_and_no_court_sees_a_phase_review_or_response(self, court):
        begin(court)
        review(court, note="Fine.")
        respond(court)
        for stranger in (court.other_caseworker, court.liaison, court.court_officer, court.coordinator):
            with on_web(stranger):
                for model in (Phase, PhaseStay, Review, Response):
                    assert not model.objects.exists()

    def test_nor_changes_one(self, court):
        response = respond(court)
        with pytest.raises(NotAParty):
            run_as(court.other_caseworker, phases.remove_response, response=response)

    def test_words_are_encrypted_where_they_lie(self, court):
        begin(court)
        review(court, note="Keeps every appointment.")
        with connection.cursor() as cursor:
            cursor.execute("SELECT note FROM cases_review")
            assert "appointment" not in str(cursor.fetchone()[0])

    def test_a_system_of_the_provider_records_reviews_and_responses(self, court):
        system = System(court.case_manager, "phases:read", "phases:write")
        start = {"enrolment": court.part.pk, "started_on": (court.today - timedelta(days=40)).isoformat()}
        system.post("phase-stays", start, status=201)
        held = {"enrolment": court.part.pk, "held_on": court.today.isoformat(), "present": ["judge"]}
        system.post("reviews", held | {"decision": "advance"}, status=201)
        stays = system.get(f"phase-stays?enrolment={court.part.pk}")["results"]
        assert sorted(stay["result"] for stay in stays) == ["", "advanced"]
        response = {"enrolment": court.part.pk, "on": court.today.isoformat(), "kind": "sanction", "what": "A talk"}
        system.post("responses", response | {"why": "Late", "decided_by": "court", "hours_after": 2}, status=201)
        system.post("responses", response | {"why": "Late", "decided_by": "us"}, status=422)


def test_on_the_sheet_a_review_is_recorded_and_a_response(court):
    client, sheet = court.client(court.caseworker), reverse("phase_sheet", args=[court.part.pk])
    start = {"begin-started_on": (court.today - timedelta(days=40)).isoformat()}
    assert client.post(reverse("phase_begin", args=[court.part.pk]), start).status_code == 302
    held = {"review-held_on": court.today.isoformat(), "review-present": ["person"], "review-decision": "back"}
    held |= {"review-stay": PhaseStay.objects.get().pk}
    address = reverse("review_record", args=[court.part.pk])
    assert client.post(address, held).status_code == 422
    assert client.post(address, held | {"review-decision": "advance"}).status_code == 302
    sent = {
        "response-on": court.today.isoformat(), "response-kind": "incentive", "response-what": "A voucher",
        "response-why": "A month of coming", "response-decided_by": "team", "response-hours_after": "4",
    }  # fmt: skip
    assert client.post(reverse("response_record", args=[court.part.pk]), sent).status_code == 302
    page = client.get(sheet).content.decode()
    assert "A voucher" in page
    assert "2. Second" in page


def test_the_file_has_it_and_erasing_takes_words_away(court):
    begin(court)
    review(court, note="Fine.")
    respond(court)
    with on_web(court.case_manager):
        titles = {part.title for part in rights.held_about(court.part.person)}
    assert {"Phases", "Reviews", "Responses"} <= titles
    run_as(court.caseworker, enrolments.end_enrolment, enrolment=court.part, ended_on=court.today, reason="completed")
    run_as(court.case_manager, rights.erase, person=court.part.person)
    assert not Review.objects.exists()
    assert not Response.objects.exists()
    assert PhaseStay.objects.exists()
