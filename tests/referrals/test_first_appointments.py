"""Between the receiver's yes and the work: a first appointment, whether the person came, and a concern that the sender hears of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.consents.models import Consent
from partnership.events.models import OutboxEvent
from partnership.isolation.errors import Invalid, NotAParty
from referrals.consents import actions as consents
from referrals.first_appointments import actions as appointments
from referrals.first_appointments.models import FirstAppointment
from referrals.handover import actions as handover
from referrals.handover.models import Message, Referral
from referrals.handover.transitions import IllegalTransition
from tests.world import do, on_web, run_as


def offer(world, referral, days=2, **more):
    return run_as(
        world.caseworker,
        appointments.offer_appointment,
        referral=referral,
        starts_at=timezone.now() + timedelta(days=days),
        place="Harbour street 1",
        **more,
    )


def over(appointment):
    FirstAppointment.objects.filter(pk=appointment.pk).update(starts_at=timezone.now() - timedelta(hours=1))


def record(world, referral, outcome, why=""):
    return run_as(world.caseworker, appointments.record_appointment, referral=referral, outcome=outcome, why_missed=why)


def announced():
    return set(OutboxEvent.objects.values_list("kind", flat=True))


@pytest.fixture
def accepted(world):
    return do(world, "accept", world.sent())


class TestOffering:
    def test_the_page_offers_it_with_the_yes_and_the_sender_reads_when_and_where(self, world):
        referral = world.sent()
        ahead = world.today + timedelta(days=3)
        form = {
            "version": str(referral.version),
            "accept-first_day": ahead.isoformat(),
            "accept-first_time": "10:30",
            "accept-first_place": "Harbour street 1",
        }
        world.client(world.caseworker).post(reverse("referral_do", args=[referral.pk, "accept"]), form)
        page = world.client(world.liaison).get(reverse("referral", args=[referral.pk])).text
        assert "Harbour street 1" in page
        assert "10:30" in page
        assert "referral.appointment" in announced()

    def test_a_day_needs_a_time(self, world):
        referral = world.sent()
        form = {"version": str(referral.version), "accept-first_day": (world.today + timedelta(days=3)).isoformat()}
        page = world.client(world.caseworker).post(reverse("referral_do", args=[referral.pk, "accept"]), form)
        assert "Say at what time." in page.text
        assert Referral.objects.get(pk=referral.pk).state == "sent"

    def test_it_lies_ahead_and_can_be_moved(self, world, accepted):
        with pytest.raises(Invalid):
            offer(world, accepted, days=-1)
        first = offer(world, accepted)
        assert offer(world, accepted, days=5).pk == first.pk

    @pytest.mark.parametrize("verbs", [[], ["acknowledge"], ["decline"], ["accept", "withdraw"]])
    def test_only_who_is_expected_has_one(self, world, verbs):
        referral = world.sent()
        for verb in verbs:
            do(world, verb, referral)
        with pytest.raises(IllegalTransition):
            offer(world, referral)

    def test_the_sender_offers_none(self, world, accepted):
        with pytest.raises(NotAParty):
            run_as(
                world.liaison,
                appointments.offer_appointment,
                referral=accepted,
                starts_at=timezone.now() + timedelta(days=1),
            )


class TestWhetherTheyCame:
    def test_a_no_show_has_a_coded_reason_and_the_sender_is_told(self, world, accepted):
        over(offer(world, accepted))
        with pytest.raises(Invalid):
            record(world, accepted, "missed")
        record(world, accepted, "missed", "not_told")
        assert "referral.appointment_missed" in announced()
        page = world.client(world.liaison).get(reverse("referral", args=[accepted.pk])).text
        assert "Sender: the person was not told of it" in page

    def test_after_a_no_show_another_one_can_be_offered(self, world, accepted):
        over(offer(world, accepted))
        record(world, accepted, "missed", "person_ill")
        assert offer(world, accepted).outcome == ""

    def test_who_came_has_no_reason(self, world, accepted):
        over(offer(world, accepted))
        assert record(world, accepted, "kept", "person_ill").why_missed == ""
        assert "referral.appointment_kept" in announced()

    def test_it_is_said_once_and_not_before(self, world, accepted):
        with pytest.raises(appointments.NoAppointment):
            record(world, accepted, "kept")
        appointment = offer(world, accepted)
        with pytest.raises(appointments.NoAppointment):
            record(world, accepted, "kept")
        over(appointment)
        record(world, accepted, "kept")
        with pytest.raises(appointments.NoAppointment):
            record(world, accepted, "missed", "not_known")

    def test_the_page_asks_when_it_is_over(self, world, accepted):
        client, address = world.client(world.caseworker), reverse("referral", args=[accepted.pk])
        appointment = offer(world, accepted)
        assert "Did the person come?" not in client.get(address).text
        over(appointment)
        assert "Did the person come?" in client.get(address).text
        client.post(reverse("first_appointment_record", args=[accepted.pk]), {"outcome-outcome": "kept"})
        assert FirstAppointment.objects.get().outcome == "kept"


class TestWhoSeesIt:
    def test_the_sender_sees_nothing_where_the_consent_covers_no_reporting_back(self, world, accepted):
        Consent.objects.filter(pk=accepted.consent_id).update(reports_back=False)
        over(offer(world, accepted))
        record(world, accepted, "missed", "not_known")
        with on_web(world.liaison):
            assert not FirstAppointment.objects.exists()
        assert not announced() & {"referral.appointment", "referral.appointment_missed"}

    def test_nobody_else_sees_it(self, world, accepted):
        offer(world, accepted)
        for acting in (world.other_caseworker, world.other_liaison, world.coordinator):
            with on_web(acting):
                assert not FirstAppointment.objects.exists()

    def test_without_consent_nothing_is_offered(self, world, accepted):
        do(world, "enrol", accepted)
        run_as(world.liaison, consents.withdraw_consent, consent=accepted.consent)
        with pytest.raises(handover.NoConsent):
            offer(world, accepted)


class TestConcerns:
    def test_the_sender_is_told_and_reads_what_it_is_about(self, world, accepted):
        client = world.client(world.caseworker)
        form = {"concern-concern": "missing", "concern-text": "Nobody opens."}
        client.post(reverse("concern_tell", args=[accepted.pk]), form)
        assert Message.objects.get().text == "The person can no longer be reached: Nobody opens."
        assert "referral.concern" in announced()

    def test_without_consent_nothing_is_told(self, world, accepted):
        do(world, "enrol", accepted)
        run_as(world.liaison, consents.withdraw_consent, consent=accepted.consent)
        with pytest.raises(handover.NoConsent):
            run_as(world.caseworker, appointments.tell_concern, referral=accepted, concern="missing")

    def test_the_sender_has_messages_for_that(self, world, accepted):
        with pytest.raises(NotAParty):
            run_as(world.liaison, appointments.tell_concern, referral=accepted, concern="missing")


def test_a_system_offers_records_and_tells(world, ngo, accepted):
    ahead = (timezone.now() + timedelta(days=1)).isoformat()
    shown = ngo.call("put", f"referrals/{accepted.pk}/appointment", {"starts_at": ahead, "place": "Here"}).found
    assert shown["first_appointment"]["place"] == "Here"
    over(FirstAppointment.objects.get())
    body = {"outcome": "missed", "why_missed": "no_access"}
    shown = ngo.post(f"referrals/{accepted.pk}/appointment-outcome", body)
    assert shown["first_appointment"]["why_missed"] == "no_access"
    ngo.call("post", f"referrals/{accepted.pk}/concern", {"concern": "other", "text": "Call us"}, status=201)
