"""Call-ins: who was invited is the police's file, help that was accepted becomes an ordinary referral, and a stop sign has no reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from cases.rights import actions as rights
from cases.rights.actions import held_about
from partnership.events.models import OutboxEvent
from partnership.isolation.errors import Invalid, NotAParty
from referrals.callins import actions as call_ins
from referrals.callins.models import CallIn, CallInOffer, Invitee
from referrals.first_appointments import actions as first_appointments
from referrals.handover import actions as handover
from referrals.handover.models import Referral
from referrals.stops import actions as stops
from referrals.stops.models import StopSign
from tests.shared_worlds import shared
from tests.world import on_web, run_as


@shared
def evening(world):
    """A call-in of the police with an NGO: one person is invited, and was offered counselling."""
    world.call_in = run_as(
        world.liaison, call_ins.plan_call_in, to_partner=world.ngo, district=world.city,
        at=timezone.now() + timedelta(days=3), place="Church hall",
    )  # fmt: skip
    world.invited = world.person(world.police)
    world.invitee = run_as(world.liaison, call_ins.invite, person=world.invited, call_in=world.call_in)
    world.offer = run_as(world.liaison, call_ins.offer_help, invitee=world.invitee, programme=world.programme)
    return world


class TestWalls:
    def test_the_service_sees_no_file_of_the_police(self, evening):
        with on_web(evening.caseworker):
            assert CallIn.objects.count() == CallInOffer.objects.count() == 1
            assert not Invitee.objects.exists()
        page = evening.client(evening.caseworker).get(reverse("call_in", args=[evening.call_in.pk])).content.decode()
        assert "Counselling" in page
        assert "Meik" not in page

    def test_others_see_nothing(self, evening):
        for stranger in (evening.other_caseworker, evening.other_liaison, evening.court_officer, evening.coordinator):
            with on_web(stranger):
                assert not any(model.objects.exists() for model in (CallIn, CallInOffer, Invitee))
        page = reverse("call_in", args=[evening.call_in.pk])
        assert evening.client(evening.other_caseworker).get(page).status_code == 404

    def test_the_service_changes_nothing(self, evening):
        with on_web(evening.caseworker):
            assert CallIn.objects.update(place="x") == CallInOffer.objects.update(answer="declined") == 0
        with pytest.raises(NotAParty):
            run_as(evening.other_liaison, call_ins.decline_offer, offer=evening.offer)

    def test_a_person_of_another_unit_is_not_invited(self, evening):
        stranger = evening.person(evening.other_police)
        with pytest.raises(NotAParty):
            run_as(evening.liaison, call_ins.invite, person=stranger, call_in=evening.call_in)
        with pytest.raises(DatabaseError), on_web(evening.liaison):
            Invitee.objects.create(partner=evening.police, call_in=evening.call_in, person=stranger)
        with pytest.raises(Invalid):
            run_as(evening.other_liaison, call_ins.invite, person=stranger, call_in=evening.call_in)


class TestPhases:
    def test_go_in_order_each_when_it_can(self, evening):
        empty = run_as(
            evening.liaison, call_ins.plan_call_in, to_partner=evening.ngo, district=evening.city,
            at=timezone.now() + timedelta(days=3), place="Library",
        )  # fmt: skip
        with pytest.raises(call_ins.PhaseNotReady):
            run_as(evening.liaison, call_ins.go_on, call_in=empty)
        assert run_as(evening.liaison, call_ins.go_on, call_in=evening.call_in).phase == "notify"
        with pytest.raises(call_ins.PhaseNotReady):
            run_as(evening.liaison, call_ins.go_on, call_in=evening.call_in)
        CallIn.objects.filter(pk=evening.call_in.pk).update(at=timezone.now() - timedelta(days=1))
        assert run_as(evening.liaison, call_ins.go_on, call_in=evening.call_in).phase == "deliver"
        assert run_as(evening.liaison, call_ins.go_on, call_in=evening.call_in).phase == "follow_up"
        with pytest.raises(call_ins.PhaseNotReady):
            run_as(evening.liaison, call_ins.go_on, call_in=evening.call_in)


class TestOffers:
    def test_an_accepted_one_becomes_a_draft_that_needs_consent_as_any(self, evening):
        accepted = run_as(evening.liaison, call_ins.accept_offer, offer=evening.offer)
        referral = Referral.objects.get(pk=accepted.referral_id)
        assert (referral.kind, referral.person, referral.state) == ("social_contact", evening.invited, "draft")
        with on_web(evening.caseworker):
            assert not Referral.objects.filter(pk=referral.pk).exists()
        with pytest.raises(handover.NoConsent):
            run_as(evening.liaison, handover.send, referral=referral)
        with pytest.raises(call_ins.OfferAnswered):
            run_as(evening.liaison, call_ins.decline_offer, offer=evening.offer)

    def test_how_soon_help_came_both_see(self, evening):
        accepted = run_as(evening.liaison, call_ins.accept_offer, offer=evening.offer)
        CallInOffer.objects.update(answered_on=evening.today - timedelta(days=5))
        referral = Referral.objects.get(pk=accepted.referral_id)
        run_as(evening.liaison, handover.attach_consent, referral=referral, **evening.consent_terms())
        run_as(evening.liaison, handover.send, referral=referral)
        referral = run_as(evening.caseworker, handover.accept, referral=Referral.objects.get(pk=referral.pk))
        visit = run_as(
            evening.caseworker, first_appointments.offer_appointment, referral=referral,
            starts_at=timezone.now() + timedelta(hours=1), place="",
        )  # fmt: skip
        type(visit).objects.filter(pk=visit.pk).update(starts_at=timezone.now(), outcome="kept")
        for reader in (evening.liaison, evening.caseworker):
            (row,) = evening.client(reader).get(reverse("call_in", args=[evening.call_in.pk])).context["offered"]
            assert row.days_to_service == 5

    def test_of_programmes_of_the_service_once_each(self, evening):
        with pytest.raises(Invalid):
            run_as(evening.liaison, call_ins.offer_help, invitee=evening.invitee, programme=evening.other_programme)
        with pytest.raises(call_ins.OfferAnswered):
            run_as(evening.liaison, call_ins.offer_help, invitee=evening.invitee, programme=evening.programme)

    def test_a_discarded_draft_leaves_the_answer(self, evening):
        accepted = run_as(evening.liaison, call_ins.accept_offer, offer=evening.offer)
        run_as(evening.liaison, handover.discard, referral=Referral.objects.get(pk=accepted.referral_id))
        offer = CallInOffer.objects.get()
        assert (offer.answer, offer.referral_id) == ("accepted", None)


class TestPages:
    def test_from_the_plan_to_the_answer(self, evening):
        client = evening.client(evening.liaison)
        day = (evening.today + timedelta(days=9)).isoformat()
        body = {
            "to_partner": evening.ngo.pk,
            "district": evening.city.pk,
            "day": day,
            "time": "18:00",
            "place": "School",
        }
        assert client.post(reverse("call_in_new"), body).status_code == 302
        planned = CallIn.objects.latest("id")
        person = evening.person(evening.police, first_names="Aki")
        client.post(reverse("call_in_invite", args=[person.pk]), {"call_in": planned.pk})
        invitee = Invitee.objects.latest("id")
        client.post(reverse("invitee_note", args=[invitee.pk]), {"came": "came", "suspended_until": day})
        client.post(reverse("call_in_offer", args=[invitee.pk]), {"programme": evening.programme.pk})
        page = client.get(reverse("call_in", args=[planned.pk])).content.decode()
        assert "Aki" in page
        accepted = client.post(reverse("call_in_accept", args=[CallInOffer.objects.latest("id").pk]))
        assert client.get(accepted.url).status_code == 200

    def test_the_service_is_told_that_one_is_planned(self, evening):
        (told,) = OutboxEvent.objects.get(kind="call_in.planned").payload["tell"]
        assert told["partner"] == evening.ngo.pk

    def test_the_file_of_all_data_has_it_and_erasure_takes_it(self, evening):
        with on_web(evening.liaison):
            assert "Counselling" in str(held_about(evening.invited))
        manager = evening.member(evening.police, "police_liaison", is_manager=True)
        run_as(manager, rights.erase, person=evening.invited)
        assert not Invitee.objects.exists()
        assert not CallInOffer.objects.exists()


class TestStopSign:
    @pytest.fixture
    def diverted(self, world):
        world.diversion = world.enrolled().diversion
        return world

    def test_says_call_first_and_never_why(self, diverted):
        columns = {field.name for field in StopSign._meta.get_fields()}
        assert not columns & {"reason", "why", "words", "text", "note"}
        run_as(diverted.caseworker, stops.raise_sign, diversion=diverted.diversion)
        page = diverted.client(diverted.liaison).get(reverse("diversion", args=[diverted.diversion.pk]))
        assert "Stop. Call Anchor before you go on." in page.content.decode()
        (told,) = OutboxEvent.objects.get(kind="stop_sign.raised").payload["tell"]
        assert told["partner"] == diverted.police.pk

    def test_is_the_receivers_to_raise_and_to_take_down(self, diverted):
        with pytest.raises(DatabaseError), on_web(diverted.liaison):
            StopSign.objects.create(
                from_partner=diverted.police, to_partner=diverted.ngo, diversion=diverted.diversion,
                raised_by=diverted.liaison.user,
            )  # fmt: skip
        client = diverted.client(diverted.caseworker)
        client.post(reverse("stop_raise", args=[diverted.diversion.pk]))
        sign = StopSign.objects.get()
        with pytest.raises(stops.SignStands):
            run_as(diverted.caseworker, stops.raise_sign, diversion=diverted.diversion)
        with on_web(diverted.liaison):
            assert StopSign.objects.update(lifted_at=timezone.now(), lifted_by=diverted.liaison.user) == 0
        client.post(reverse("stop_lift", args=[sign.pk]))
        page = diverted.client(diverted.liaison).get(reverse("diversion", args=[diverted.diversion.pk]))
        assert "Stop. Call" not in page.content.decode()

    def test_nobody_else_sees_it(self, diverted):
        run_as(diverted.caseworker, stops.raise_sign, diversion=diverted.diversion)
        for stranger in (diverted.other_liaison, diverted.other_caseworker, diverted.coordinator):
            with on_web(stranger):
                assert not StopSign.objects.exists()
