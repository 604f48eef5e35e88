"""The consent behind a referral: on which days it covers it, and what happens when it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.consents.models import Consent
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from cases.rights import actions as rights
from partnership.agreements import actions as agreements
from partnership.agreements.models import Agreement
from partnership.events import outbox
from partnership.events.models import OutboxEvent
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, NotAParty
from referrals.consents import actions as consents
from referrals.diversions import actions as diversions
from referrals.handover import actions as handover
from referrals.handover.models import Disclosure, Message, Need, Referral
from referrals.handover.transitions import IllegalTransition, State
from referrals.reminders.reminders import send_reminders
from tests.agreements import let_all_flow
from tests.world import World, database_role, do, on_web, run_as


class TestConsentWithdrawn:
    def test_a_referral_not_yet_enrolled_is_withdrawn_and_the_receiver_is_told(self, world):
        referral = world.sent()
        run_as(world.liaison, consents.withdraw_consent, consent=referral.consent)
        referral.refresh_from_db()
        assert (referral.state, referral.reason_code) == (State.WITHDRAWN, "consent_withdrawn")
        told = OutboxEvent.objects.filter(kind="referral.withdrawn").get().payload["tell"]
        assert [t["partner"] for t in told] == [world.ngo.pk]

    @pytest.mark.parametrize("verb", ["acknowledge", "waitlist", "accept"])
    def test_nor_does_one_go_on_that_was_answered_already(self, world, verb):
        referral = do(world, verb, world.sent())
        run_as(world.liaison, consents.withdraw_consent, consent=referral.consent)
        referral.refresh_from_db()
        assert (referral.state, referral.reason_code) == (State.WITHDRAWN, "consent_withdrawn")
        assert referral.closed_at
        with on_web(world.caseworker):
            assert not Disclosure.objects.filter(referral=referral).exists()

    def test_a_draft_stays_a_draft_and_lacks_its_consent(self, world):
        referral = world.draft()
        run_as(world.liaison, consents.withdraw_consent, consent=referral.consent)
        referral.refresh_from_db()
        assert referral.state == State.DRAFT

    def test_an_enrolled_one_stays_but_nothing_more_is_disclosed(self, world):
        referral = world.enrolled()
        run_as(world.caseworker, consents.withdraw_consent, consent=referral.consent)
        referral.refresh_from_db()
        assert referral.state == State.ENROLLED
        condition = referral.diversion.conditions.get()
        with pytest.raises(diversions.ReportingNotAllowed):
            run_as(world.caseworker, diversions.report_progress, condition=condition, done=1, on=world.today)

    def test_it_can_be_withdrawn_once(self, world):
        referral = world.sent()
        run_as(world.liaison, consents.withdraw_consent, consent=referral.consent)
        at = Consent.objects.get(pk=referral.consent_id).withdrawn_at
        run_as(world.liaison, consents.withdraw_consent, consent=referral.consent)
        assert Consent.objects.get(pk=referral.consent_id).withdrawn_at == at

    def test_it_tells_the_job_that_counts_sessions_nothing_more(self, world):
        """Neither does a consent under which reporting back was refused."""
        for change in ({"withdrawn_at": timezone.now()}, {"reports_back": False}):
            referral = world.enrolled()
            Consent.objects.filter(pk=referral.consent_id).update(**change)
            attend(world, referral)
            with database_role("worker"):
                outbox.relay()
            assert referral.diversion.conditions.get().done == 0


def attend(world: World, referral: Referral) -> None:
    """The person comes to a session."""
    run_as(
        world.caseworker,
        enrolments.record_session,
        enrolment=referral.enrolment,
        held_on=world.today,
        method="counselling",
        attendance="attended",
    )


def may_be_read(world: World, referral: Referral) -> bool:
    """Whether the receiver sees anything of whom the referral is about: before its answer the need, then who it is as well."""
    with on_web(world.caseworker):
        return Need.objects.filter(referral=referral).exists() or Disclosure.objects.filter(referral=referral).exists()


def end_by_date(world: World, referral: Referral) -> None:
    """As if the consent's last day had been yesterday, without anybody having written it down: its dates lie further back."""
    Consent.objects.filter(pk=referral.consent_id).update(
        signed_on=world.today - timedelta(days=9), expires_on=world.today - timedelta(days=1)
    )


class TestWhatEnds:
    @pytest.mark.parametrize("verb", ["accept", "waitlist"])
    def test_after_its_date_nothing_is_shown_and_nobody_is_taken_on(self, world, verb):
        referral = world.sent()
        end_by_date(world, referral)
        assert not may_be_read(world, referral)
        with pytest.raises(handover.NoConsent):
            do(world, verb, referral)
        do(world, "decline", referral)

    def test_neither_party_writes_to_the_other_and_the_receiver_no_longer_reads_what_the_sender_wrote(self, world):
        referral = world.enrolled()
        run_as(world.liaison, handover.write_message, referral=referral, text="Her mother is called Aino.")
        run_as(world.caseworker, handover.write_message, referral=referral, text="She came.")
        end_by_date(world, referral)
        for acting in (world.liaison, world.caseworker):
            with pytest.raises(handover.NoConsent):
                run_as(acting, handover.write_message, referral=referral, text="More.")
        with on_web(world.caseworker):
            assert [message.text for message in Message.objects.all()] == ["She came."]

    def test_how_the_participation_ended_is_not_told(self, world):
        referral = world.enrolled()
        end_by_date(world, referral)
        closed = do(world, "complete", referral)
        assert (closed.state, closed.reason_code) == (State.ENDED_EARLY, "outcome_not_reported")
        assert Enrolment.objects.get(pk=closed.enrolment_id).end_reason == "completed"

    def test_the_version_moves_once_and_both_parties_are_told_the_day_after(self, world):
        referral = world.enrolled()
        Consent.objects.filter(pk=referral.consent_id).update(
            signed_on=world.today - timedelta(days=9), expires_on=world.today - timedelta(days=1)
        )
        Referral.objects.filter(pk=referral.pk).update(changed_at=timezone.now() - timedelta(days=2))
        before = Referral.objects.get(pk=referral.pk).version
        for _again in range(2):
            with database_role("worker"), transaction.atomic():
                send_reminders()
        assert Referral.objects.get(pk=referral.pk).version == before + 1
        told = OutboxEvent.objects.get(kind="referral.consent_ended").payload["tell"]
        assert {each["partner"] for each in told} == {world.ngo.pk, world.police.pk}

    @pytest.mark.parametrize(("days", "is_told"), [(30, True), (31, False), (1, True)])
    def test_thirty_days_before_both_are_told_once(self, world, days, is_told):
        referral = world.enrolled()
        Consent.objects.filter(pk=referral.consent_id).update(expires_on=world.today + timedelta(days=days - 1))
        for _again in range(2):
            with database_role("worker"), transaction.atomic():
                send_reminders()
        assert OutboxEvent.objects.filter(kind="referral.consent_ending").count() == is_told

    def test_of_what_changes_it_a_copy_learns_by_the_version(self, world):
        referral = world.enrolled()
        versions = [referral.version]
        for change in ({"expires_on": world.today}, {"withdrawn_at": timezone.now()}):
            Consent.objects.filter(pk=referral.consent_id).update(**change)
            versions.append(Referral.objects.get(pk=referral.pk).version)
        assert versions == sorted(set(versions))

    def test_its_event_ends_it_and_the_other_party_is_told(self, world):
        referral = world.draft(consent=False)
        terms = world.consent_terms(expires_on=None, expires_event="The end of treatment")
        run_as(world.liaison, handover.attach_consent, referral=referral, **terms)
        do(world, "send", referral)
        referral.refresh_from_db()
        with pytest.raises(DateOutOfRange):
            run_as(
                world.caseworker, consents.record_event, consent=referral.consent, on=world.today + timedelta(days=1)
            )
        assert may_be_read(world, referral)
        run_as(world.caseworker, consents.record_event, consent=referral.consent, on=world.today)
        assert not may_be_read(world, referral)
        [told] = OutboxEvent.objects.get(kind="referral.consent_ended").payload["tell"]
        assert told["partner"] == world.police.pk

    def test_a_consent_without_an_event_has_none_that_happens(self, world):
        with pytest.raises(consents.NoEvent):
            run_as(world.liaison, consents.record_event, consent=world.sent().consent, on=world.today)

    def test_an_erasure_closes_it_and_the_receiver_is_told(self, world):
        referral = do(world, "end_early", world.enrolled())
        manager = world.member(world.police, "police_liaison", is_manager=True)
        version = Referral.objects.get(pk=referral.pk).version
        run_as(manager, rights.erase, person=referral.person)
        assert not may_be_read(world, referral)
        assert Referral.objects.get(pk=referral.pk).version > version
        [told] = OutboxEvent.objects.get(kind="referral.person_erased").payload["tell"]
        assert told["partner"] == world.ngo.pk


class TestWhatItCovers:
    def test_a_consent_made_out_to_another_receiver_or_of_another_person_covers_nothing(self, world):
        elsewhere, somebody_else = world.draft(programme=world.other_programme), world.draft()
        for other in (elsewhere, somebody_else):
            referral = world.draft(consent=False)
            with pytest.raises(IntegrityError), transaction.atomic():
                Referral.objects.filter(pk=referral.pk).update(consent=other.consent)
            with pytest.raises(handover.NoConsent):
                do(world, "send", referral)

    @pytest.mark.parametrize(
        "told",
        [
            {"summary": "Wants help."},
            {"unfit_reason": "Relapsed in May"},
            {"needs": {"access": "A wheelchair"}},
            {"needs": {"staff_risk": "Has shouted"}},
        ],
        ids=["summary", "reason", "access", "risk"],
    )
    def test_without_the_situation_it_covers_nothing_that_tells_of_it(self, world, told):
        referral = world.draft(consent=False, **{"summary": ""} | told)
        terms = world.consent_terms(scope=Consent.Scope.IDENTITY)
        run_as(world.liaison, handover.attach_consent, referral=referral, **terms)
        with pytest.raises(handover.NoConsent, match="no summary"):
            do(world, "send", referral)


class TestRenewal:
    def renew(self, world: World, referral: Referral, by: Acting | None = None, **terms: object) -> Consent:
        return run_as(by or world.liaison, consents.renew_consent, referral=referral, **world.consent_terms(**terms))

    def test_it_opens_again_what_had_closed_and_the_receiver_is_told(self, world):
        referral = world.enrolled()
        end_by_date(world, referral)
        self.renew(world, referral)
        assert may_be_read(world, referral)
        assert OutboxEvent.objects.filter(kind="referral.consent_renewed").count() == 1
        with on_web(world.caseworker):
            assert Consent.objects.count() == 2

    def test_only_the_sender_renews_and_only_what_is_open(self, world):
        referral = world.sent()
        with pytest.raises(NotAParty):
            self.renew(world, referral, by=world.caseworker)
        with pytest.raises(IllegalTransition):
            self.renew(world, do(world, "decline", referral))

    def test_from_the_page_with_what_the_last_one_said(self, world):
        referral = world.enrolled()
        page, address = world.client(world.liaison), reverse("consent_renew", args=[referral.pk])
        assert 'value="Help"' in page.get(address).text
        form = {
            "consent-is_given": "on",
            "consent-scope": "identity_and_situation",
            "consent-purpose": "Help",
            "consent-signed_on": str(world.today),
            "consent-signed_how": "verbal",
            "consent-witness": "Inspector Laine",
            "consent-expires_on": str(world.today + timedelta(days=500)),
            "consent-told_right_to_withdraw": "on",
        }
        assert page.post(address, {k: v for k, v in form.items() if k != "consent-is_given"}).status_code == 422
        assert page.post(address, form).status_code == 302
        referral.refresh_from_db()
        assert referral.covered_until == world.today + timedelta(days=500)


class TestAgreementEnds:
    def end(self, world: World, **how: bool) -> None:
        run_as(world.coordinator, agreements.end_agreement, agreement=world.agreement, on=world.today, **how)

    def test_everything_stops(self, world):
        referral = world.enrolled()
        self.end(world)
        assert not may_be_read(world, referral)
        with pytest.raises(diversions.ReportingNotAllowed):
            run_as(
                world.caseworker,
                diversions.report_progress,
                condition=referral.diversion.conditions.get(),
                done=1,
                on=world.today,
            )
        told = OutboxEvent.objects.get(kind="agreement.ended").payload["tell"]
        assert {world.police.pk, world.ngo.pk} <= {each["partner"] for each in told}

    def test_or_open_cases_run_to_their_end_and_nothing_new_is_sent(self, world):
        referral, draft = world.enrolled(), world.draft()
        self.end(world, open_cases_run=True)
        assert may_be_read(world, referral)
        with pytest.raises(handover.NoAgreement):
            do(world, "send", draft)
        referral.refresh_from_db()
        do(world, "complete", referral)
        assert may_be_read(world, referral)  # to the end of the day on which it closed
        referral.refresh_from_db()
        assert referral.covered_until == world.today

    def test_a_partner_that_leaves_it_sees_nothing_more_under_it_until_it_joins_again(self, world):
        referral = world.enrolled()
        world.agreement.parties.remove(world.ngo)
        assert not may_be_read(world, referral)
        world.agreement.parties.add(world.ngo)
        assert may_be_read(world, referral)

    def test_under_a_new_one_what_was_sent_goes_on(self, world):
        referral = world.enrolled()
        self.end(world)
        anew = Agreement.objects.create(title="Anew", valid_from=world.today)
        let_all_flow(anew)
        anew.parties.set([world.police, world.ngo])
        assert may_be_read(world, referral)


def test_a_systems_copy_learns_of_the_end_by_the_tag_of_the_same_version(world, ngo):
    """The day after the last one nothing was written yet: the answer is another all the same."""
    referral = world.enrolled()
    address = f"referrals/{referral.pk}"
    tag = ngo.call("get", address)["ETag"]
    ngo.call("get", address, status=304, If_None_Match=tag)
    row = Referral.objects.get(pk=referral.pk)
    end_by_date(world, referral)
    Referral.objects.filter(pk=referral.pk).update(version=row.version, changed_at=row.changed_at)
    found = ngo.call("get", address, If_None_Match=tag).found
    assert found["disclosure"] is None
