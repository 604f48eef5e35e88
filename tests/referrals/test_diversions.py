"""Diversion agreements: what is agreed, what is reported back, and the decision on it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from cases.consents.models import Consent
from cases.rights import actions as rights
from partnership.actions import NotAllowed
from partnership.agreements import actions as agreements
from partnership.events.models import OutboxEvent
from partnership.isolation.errors import NotAParty, RuleError
from programs.catalogue.models import ReferralKind
from referrals.consents import actions as consents
from referrals.diversions import actions as diversions
from referrals.diversions.models import DiversionAgreement, with_status
from referrals.diversions.outcomes import by_quarter
from referrals.reminders.reminders import send_reminders
from tests.world import World, database_role, do, on_web, run_as

STATUSES = ("overdue", "due_soon", "open", "awaiting_decision", "ended", "decided")


class TestDiversion:
    def test_from_conditions_to_the_liaisons_decision(self, world):
        referral = world.enrolled()
        diversion = referral.diversion
        run_as(
            world.caseworker, diversions.report_progress, condition=diversion.conditions.get(), done=3, on=world.today
        )
        with pytest.raises(diversions.DiversionClosed):
            run_as(
                world.liaison, diversions.decide, diversion=diversion, decision="no_further_action", reasons="too early"
            )
        run_as(world.caseworker, diversions.report_outcome, diversion=diversion, outcome="completed")
        with pytest.raises(diversions.DiversionClosed):
            run_as(world.caseworker, diversions.report_outcome, diversion=diversion, outcome="partly")
        decided = run_as(
            world.liaison, diversions.decide, diversion=diversion, decision="no_further_action", reasons="All met."
        )
        assert decided.status == "decided"
        with on_web(world.caseworker):
            assert diversion.decision_note.reasons == "All met."

    def report(self, world, diversion, done=1, on=None):
        condition = diversion.conditions.get()
        return run_as(
            world.caseworker, diversions.report_progress, condition=condition, done=done, on=on or world.today
        )

    @pytest.mark.parametrize(
        "change", [{"reports_back": False}, {"expires_on": date(2026, 1, 2), "signed_on": date(2026, 1, 1)}],
        ids=["not consented to", "consent is over"],
    )  # fmt: skip
    def test_nothing_is_reported_beyond_the_persons_consent(self, world, change):
        diversion = world.enrolled().diversion
        Consent.objects.update(**change)
        with pytest.raises(diversions.ReportingNotAllowed):
            self.report(world, diversion)
        with pytest.raises(diversions.ReportingNotAllowed):
            run_as(world.caseworker, diversions.report_breach, diversion=diversion, on=world.today)
        with pytest.raises(diversions.ReportingNotAllowed):
            run_as(world.caseworker, diversions.report_outcome, diversion=diversion, outcome="completed")

    def test_what_is_reported_has_happened(self, world):
        diversion = world.enrolled().diversion
        tomorrow = world.today + timedelta(days=1)
        with pytest.raises(RuleError):
            self.report(world, diversion, on=tomorrow)
        with pytest.raises(RuleError):
            self.report(world, diversion, done=-1)
        with pytest.raises(RuleError):
            run_as(world.caseworker, diversions.report_breach, diversion=diversion, on=tomorrow)
        assert self.report(world, diversion, done=0).done == 0

    def test_terms_are_agreed_before_sending_with_a_deadline_ahead_and_a_condition(self, world):
        terms = {
            "deadline": world.today + timedelta(days=9),
            "conditions": [{"kind": "other", "detail": "", "target": 1}],
        }
        set_terms = lambda referral, **other: run_as(
            world.liaison, diversions.set_terms, referral=referral, **(terms | other)
        )
        draft = world.draft()
        assert set_terms(draft, deadline=world.today + timedelta(days=1)).conditions.get().kind == "other"
        with pytest.raises(diversions.DeadlinePast):
            set_terms(draft, deadline=world.today)
        with pytest.raises(diversions.NoDiversion):
            set_terms(draft, conditions=[])
        with pytest.raises(diversions.NoDiversion):
            set_terms(world.draft(kind=ReferralKind.SOCIAL_CONTACT))
        with pytest.raises(diversions.DiversionClosed):
            set_terms(world.sent())

    def test_the_decision_has_reasons_and_is_taken_once(self, world):
        diversion = world.enrolled().diversion
        run_as(world.caseworker, diversions.report_outcome, diversion=diversion, outcome="completed")
        decide = lambda reasons: run_as(
            world.liaison, diversions.decide, diversion=diversion, decision="no_further_action", reasons=reasons
        )
        with pytest.raises(RuleError, match="reasons"):
            decide("  ")
        decide("All met.")
        with pytest.raises(diversions.DiversionClosed):
            decide("All met, again.")

    def test_attended_sessions_count_by_themselves(self, world):
        from cases.enrolments import actions as enrolments
        from partnership.events import outbox
        from tests.world import database_role

        referral = world.enrolled()
        for attendance in ("attended", "missed", "attended"):
            run_as(
                world.caseworker,
                enrolments.record_session,
                enrolment=referral.enrolment,
                held_on=world.today,
                method="counselling",
                attendance=attendance,
            )
        with database_role("worker"):
            outbox.relay()
        assert referral.diversion.conditions.get().done == 2

    def test_the_status_turns_with_the_day(self, world):
        diversion = world.sent().diversion
        for days, status in ((15, "open"), (14, "due_soon"), (0, "due_soon"), (-1, "overdue")):
            diversion.deadline = timezone.localdate() + timedelta(days=days)
            assert diversion.status == status

    def test_another_ngo_reports_nothing_and_another_unit_neither_sets_terms_nor_decides(self, world):
        draft, diversion = world.draft(), world.enrolled().diversion
        condition, today = diversion.conditions.get(), world.today
        stranger, other_unit = world.other_caseworker, world.other_liaison
        for attempt in (
            lambda: run_as(stranger, diversions.report_progress, condition=condition, done=1, on=today),
            lambda: run_as(stranger, diversions.report_breach, diversion=diversion, on=today),
            lambda: run_as(stranger, diversions.report_outcome, diversion=diversion, outcome="completed"),
            lambda: run_as(other_unit, diversions.set_terms, referral=draft, deadline=today, conditions=[]),
            lambda: run_as(
                other_unit, diversions.decide, diversion=diversion, decision="charge_dropped", reasons="All met."
            ),
        ):
            with pytest.raises(NotAParty):
                attempt()

    def test_the_receiver_only_reports_and_the_sender_only_decides(self, world):
        diversion = world.enrolled().diversion
        with pytest.raises(NotAllowed):
            run_as(world.liaison, diversions.report_outcome, diversion=diversion, outcome="completed")
        run_as(world.caseworker, diversions.report_outcome, diversion=diversion, outcome="completed")
        with pytest.raises(NotAllowed):
            run_as(world.caseworker, diversions.decide, diversion=diversion, decision="charge_dropped", reasons="x")


def ends_by_verb(verb: str, *before: str):
    def end(world: World) -> DiversionAgreement:
        referral = world.sent()
        for earlier in (*before, verb):
            referral.refresh_from_db()
            do(world, earlier, referral)
        return referral.diversion

    return end


def ends_by_withdrawn_consent(world: World) -> DiversionAgreement:
    referral = world.enrolled()
    run_as(world.liaison, consents.withdraw_consent, consent=referral.consent)
    return referral.diversion


def ends_with_the_consents_last_day(world: World) -> DiversionAgreement:
    referral = world.enrolled()
    Consent.objects.update(signed_on=world.today - timedelta(days=9), expires_on=world.today - timedelta(days=1))
    return referral.diversion


def ends_by_an_agreement(world: World) -> DiversionAgreement:
    referral = world.enrolled()
    run_as(world.coordinator, agreements.end_agreement, agreement=world.agreement, on=world.today)
    return referral.diversion


def ends_by_erasing(world: World) -> DiversionAgreement:
    referral = world.enrolled()
    do(world, "complete", referral)
    manager = world.member(world.police, "police_liaison", is_manager=True)
    run_as(manager, rights.erase, person=referral.person)
    return referral.diversion


def again(diversion: DiversionAgreement) -> DiversionAgreement:
    return DiversionAgreement.objects.get(pk=diversion.pk)


class TestEnding:
    """A diversion ends with its referral, everywhere."""

    WAYS = {
        "declined": ends_by_verb("decline"),
        "withdrawn": ends_by_verb("withdraw"),
        "ended early": ends_by_verb("end_early", "accept", "enrol"),
        "consent withdrawn": ends_by_withdrawn_consent,
        "consent over": ends_with_the_consents_last_day,
        "agreement ended": ends_by_an_agreement,
        "person erased": ends_by_erasing,
    }

    @pytest.mark.parametrize("way", WAYS)
    def test_its_deadline_stops_and_no_list_calls_it_open(self, world, way):
        diversion = self.WAYS[way](world)
        DiversionAgreement.objects.update(deadline=world.today - timedelta(days=1))
        assert again(diversion).status == "ended"
        everything = DiversionAgreement.objects.all()
        assert {status for status in STATUSES if with_status(everything, status).exists()} == {"ended"}
        with database_role("worker"):
            send_reminders()
        assert not OutboxEvent.objects.filter(kind__in=["diversion.due_soon", "diversion.overdue"]).exists()

    @pytest.mark.parametrize("way", WAYS)
    def test_nothing_more_is_reported(self, world, way):
        diversion = again(self.WAYS[way](world))
        condition = diversion.conditions.get()
        refused = (diversions.DiversionClosed, diversions.ReportingNotAllowed)
        with pytest.raises(refused):
            run_as(world.caseworker, diversions.report_progress, condition=condition, done=1, on=world.today)
        with pytest.raises(refused):
            run_as(world.caseworker, diversions.report_breach, diversion=diversion, on=world.today)
        with pytest.raises(refused):
            run_as(world.caseworker, diversions.report_outcome, diversion=diversion, outcome="completed")

    @pytest.mark.parametrize("way", ["declined", "ended early"])
    def test_the_database_holds_it(self, world, way):
        diversion = self.WAYS[way](world)
        for change in ({"outcome": "completed", "outcome_at": timezone.now()}, {"breached_on": world.today}):
            with pytest.raises(DatabaseError), on_web(world.caseworker):
                DiversionAgreement.objects.filter(pk=diversion.pk).update(**change)
        with pytest.raises(DatabaseError), on_web(world.caseworker):
            diversion.conditions.update(done=1, reported_on=world.today)

    def test_figures_count_it_as_ended_and_not_as_open(self, world):
        self.WAYS["declined"](world)
        world.sent(person=world.person(world.police, first_names="Open"))
        newest = by_quarter(DiversionAgreement.objects.all(), world.today)[0]
        assert (newest.sent, newest.counts["ended"], newest.counts["open"]) == (2, 1, 1)
        assert newest.met_of_closed == (0, 0)

    def test_copies_elsewhere_learn_it(self, world):
        diversion = world.sent().diversion
        before = again(diversion).changed_at
        do(world, "decline", diversion.referral)
        assert again(diversion).changed_at > before

    def test_one_whose_consent_is_renewed_goes_on(self, world):
        diversion = ends_with_the_consents_last_day(world)
        run_as(world.liaison, consents.renew_consent, referral=diversion.referral, **world.consent_terms())
        assert again(diversion).status == "open"

    def test_an_outcome_that_was_reported_before_stays(self, world):
        referral = world.enrolled()
        run_as(world.caseworker, diversions.report_outcome, diversion=referral.diversion, outcome="partly")
        do(world, "end_early", referral)
        assert again(referral.diversion).status == "awaiting_decision"

    def test_the_decision_can_still_be_recorded(self, world):
        diversion = self.WAYS["ended early"](world)
        run_as(
            world.liaison,
            diversions.decide,
            diversion=diversion,
            decision="returned_to_prosecutor",
            reasons="Left the programme.",
        )
        assert again(diversion).status == "decided"

    def test_a_completed_programme_still_waits_for_its_outcome(self, world):
        referral = world.enrolled()
        do(world, "complete", referral)
        run_as(world.caseworker, diversions.report_outcome, diversion=referral.diversion, outcome="completed")

    def test_the_page_says_with_what_it_ended_and_offers_nothing_more(self, world):
        diversion = self.WAYS["declined"](world)
        page = world.client(world.liaison).get(f"/diversions/{diversion.pk}/").content.decode()
        assert "Ended with" in page
        assert "Declined" in page
        page = world.client(world.caseworker).get(f"/diversions/{diversion.pk}/").content.decode()
        assert "Report the outcome" not in page
        listed = world.client(world.liaison).get("/diversions/?status=ended").content.decode()
        assert f"/diversions/{diversion.pk}/" in listed
        assert (
            f"/diversions/{diversion.pk}/"
            not in world.client(world.liaison).get("/diversions/?status=open").content.decode()
        )


class TestReasonsOfThePolice:
    def form(self, world, done, outcome):
        diversion = world.enrolled().diversion
        for condition in diversion.conditions.all():
            run_as(
                world.caseworker,
                diversions.report_progress,
                condition=condition,
                done=condition.target if done else 0,
                on=world.today,
            )
        run_as(world.caseworker, diversions.report_outcome, diversion=diversion, outcome=outcome)
        return world.client(world.liaison).get(reverse("diversion", args=[diversion.pk])).context["decision_form"]

    def test_are_filled_in_with_what_was_reported_where_all_conditions_were_met(self, world):
        reasons = self.form(world, True, "completed")["reasons"].value()
        assert reasons == "Conditions met: Attend sessions 3 of 3."

    @pytest.mark.parametrize(("done", "outcome"), [(True, "partly"), (False, "completed"), (False, "not_completed")])
    def test_are_theirs_to_write_where_one_was_not(self, world, done, outcome):
        assert not self.form(world, done, outcome)["reasons"].value()
