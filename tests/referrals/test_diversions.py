"""Diversion agreements: what is agreed, what is reported back, and the decision on it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from cases.consents.models import Consent
from partnership.actions import NotAllowed
from partnership.isolation.errors import NotAParty, RuleError
from programs.catalogue.models import ReferralKind
from referrals.diversions import actions as diversions
from tests.world import on_web, run_as


class TestDiversion:
    def test_from_conditions_to_the_liaisons_decision(self, world):
        referral = world.enrolled()
        diversion = referral.diversion
        run_as(
            world.caseworker, diversions.report_progress, condition=diversion.conditions.get(), done=3, on=world.today
        )
        with pytest.raises(diversions.DiversionClosed):
            run_as(
                world.liaison, diversions.decide, diversion=diversion, decision="charge_dropped", reasons="too early"
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
            world.liaison, diversions.decide, diversion=diversion, decision="charge_dropped", reasons=reasons
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
