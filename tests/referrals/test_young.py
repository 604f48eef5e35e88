"""Young people who are diverted: under 15 a child welfare notice instead, from 15 to 17 a talk first; and the offence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from cases.rights import actions as rights
from partnership.actions import NotAllowed
from partnership.events import outbox
from partnership.events.models import Notification
from partnership.isolation.errors import DateOutOfRange, NotAParty, RuleError
from programs.catalogue.models import ReferralKind
from referrals.diversions import actions as diversions
from referrals.diversions.models import DiversionAgreement
from referrals.diversions.young import TalkMissing, UnderFifteen
from referrals.handover import actions as handover
from referrals.handover.models import Referral
from referrals.welfare import actions as welfare
from referrals.welfare.models import WelfareNotice
from tests.referrals.test_roadside import divert
from tests.world import database_role, on_web, run_as


def aged(world, years, days=0):
    """Somebody of so many years today; a day less where `days` is -1."""
    today = world.today
    born = date(today.year - years, today.month, min(today.day, 28)) - timedelta(days=days)
    return world.person(world.police, born_on=born)


def consent(world):
    return world.consent_terms(guardian_name="Mother")


def draft_of(world, person, **terms):
    referral = run_as(
        world.liaison, handover.draft, kind=ReferralKind.ARREST_DIVERSION, programme=world.programme, person=person
    )
    agreed = {
        "deadline": world.today + timedelta(days=30),
        "conditions": [{"kind": "sessions", "detail": "", "target": 2}],
    } | terms
    run_as(world.liaison, diversions.set_terms, referral=referral, **agreed)
    run_as(world.liaison, handover.attach_consent, referral=referral, **consent(world))
    return Referral.objects.get(pk=referral.pk)


class TestUnderFifteen:
    def test_nobody_of_14_is_diverted_and_somebody_of_15_is(self, world):
        with pytest.raises(UnderFifteen):
            draft_of(world, aged(world, 15, days=-1 if world.today.day <= 28 else -4))
        draft_of(world, aged(world, 15))

    def test_what_was_a_draft_before_the_rule_is_not_sent(self, world):
        person = aged(world, 16)
        referral = draft_of(world, person, talk_on=world.today, talk_with="guardian")
        person.born_on = aged(world, 14).born_on
        person.save()
        with pytest.raises(UnderFifteen):
            run_as(world.liaison, handover.send, referral=referral)

    def test_a_contact_without_offence_becomes_no_diversion(self, world):
        child = aged(world, 13)
        referral = run_as(
            world.liaison, handover.draft, kind=ReferralKind.SOCIAL_CONTACT, programme=world.programme, person=child
        )
        with pytest.raises(UnderFifteen):
            run_as(
                world.liaison, handover.change_draft, referral=referral, programme=world.programme,
                kind=ReferralKind.ARREST_DIVERSION, summary="", language="", is_urgent=False,
            )  # fmt: skip

    def test_the_roadside_page_leads_to_the_notice(self, world):
        page = world.client(world.liaison).get(reverse("divert")).content.decode()
        assert reverse("welfare_new") in page
        born = (world.today - timedelta(days=13 * 366)).isoformat()
        response = divert(world, **{"person-born_on": born, "consent-guardian_name": "Mother"})
        assert response.status_code == 422
        assert b"child welfare notice" in response.content
        assert not Referral.objects.exists()


class TestTalk:
    def test_from_15_to_17_the_first_diversion_is_sent_after_a_talk(self, world):
        young = aged(world, 17)
        with pytest.raises(TalkMissing):
            run_as(world.liaison, handover.send, referral=draft_of(world, young))
        referral = draft_of(world, young, is_first_time=True, talk_on=world.today, talk_with="social_worker")
        run_as(world.liaison, handover.send, referral=referral)

    def test_not_for_the_first_time_and_of_age_no_talk_is_asked_for(self, world):
        run_as(world.liaison, handover.send, referral=draft_of(world, aged(world, 17), is_first_time=False))
        run_as(world.liaison, handover.send, referral=draft_of(world, aged(world, 18), is_first_time=True))

    def test_it_has_been_held_with_somebody(self, world):
        with pytest.raises(DateOutOfRange):
            draft_of(world, aged(world, 16), talk_on=world.today + timedelta(days=1), talk_with="guardian")
        with pytest.raises(DatabaseError):
            DiversionAgreement.objects.filter(pk=world.draft().diversion.pk).update(talk_on=world.today)

    def test_at_the_roadside_it_is_asked_for_and_recorded(self, world):
        young = {
            "person-born_on": (world.today - timedelta(days=16 * 366)).isoformat(),
            "consent-guardian_name": "Mother",
        }
        first = young | {"diversion-is_first_time": "yes"}
        assert b"talk" in divert(world, **first).content
        assert divert(world, **first, **{"diversion-talk_on": world.today.isoformat()}).status_code == 422
        divert(world, **first, **{"diversion-talk_on": world.today.isoformat(), "diversion-talk_with": "guardian"})
        assert Referral.objects.get().diversion.talk_with == "guardian"


class TestOffence:
    def test_it_is_a_field_of_the_diversion_and_not_a_line_of_the_situation(self, world):
        divert(world)
        referral = Referral.objects.get()
        assert referral.diversion.offence == "060111"
        assert referral.need.summary == "First time."
        page = world.client(world.caseworker).get(f"/diversions/{referral.diversion.pk}/").content.decode()
        assert "Possession, purchase or use of drugs for personal consumption" in page

    def test_it_is_a_code_of_the_classification(self, world):
        with pytest.raises(diversions.UnknownOffence):
            draft_of(world, aged(world, 30), offence="999999")


class TestWelfareNotice:
    def make(self, world, person=None, **more):
        values = {"to_partner": world.social, "concern": "Alone at night."} | more
        return run_as(world.liaison, welfare.make_notice, person=person or aged(world, 13), **values)

    def test_it_needs_neither_consent_nor_agreement_and_reaches_social_services_with_the_name(self, world):
        notice = self.make(world)
        with on_web(world.professional):
            assert WelfareNotice.objects.get().name == "Meikäläinen, Maija Liisa"
        with database_role("worker"):
            outbox.relay()
        assert Notification.objects.filter(kind="welfare_notice.made", partner=world.social).exists()
        run_as(world.professional, welfare.acknowledge_notice, notice=notice)
        with pytest.raises(welfare.AlreadyAcknowledged):
            run_as(world.professional, welfare.acknowledge_notice, notice=notice)

    def test_it_is_about_a_child_and_goes_to_social_services(self, world):
        with pytest.raises(welfare.NotAChild):
            self.make(world, aged(world, 18))
        with pytest.raises(RuleError):
            self.make(world, to_partner=world.ngo)

    def test_nobody_else_sees_it_makes_it_or_acknowledges_it(self, world):
        notice = self.make(world)
        for stranger in (world.caseworker, world.other_liaison, world.court_officer, world.coordinator):
            with on_web(stranger):
                assert not WelfareNotice.objects.exists()
        with pytest.raises(NotAParty):
            run_as(
                world.other_liaison, welfare.make_notice, person=aged(world, 13), to_partner=world.social, concern="x"
            )
        with pytest.raises(NotAllowed):
            run_as(world.caseworker, welfare.acknowledge_notice, notice=notice)
        elsewhere = world.member(world.partner("Other social services", "social"), "professional")
        with pytest.raises(NotAParty):
            run_as(elsewhere, welfare.acknowledge_notice, notice=notice)

    def test_what_was_said_is_not_changed_by_who_received_it(self, world):
        notice = self.make(world)
        with pytest.raises(DatabaseError), on_web(world.professional):
            notice.concern = "Nothing."
            notice.save(update_fields=["concern"])
        with pytest.raises(DatabaseError), on_web(world.liaison):
            WelfareNotice.objects.update(acknowledged_at=timezone.now(), acknowledged_by=world.liaison.user)

    def test_it_is_made_on_a_page_of_somebody_known_or_new(self, world):
        client, child = world.client(world.liaison), aged(world, 12)
        form = {"to_partner": world.social.pk, "concern": "Alone at night."}
        assert client.post(f"{reverse('welfare_new')}?person={child.pk}", form).status_code == 302
        new = {"person-first_names": "Emil", "person-born_on": "2015-05-05"}
        sent = client.post(reverse("welfare_new"), form | new)
        assert sent.status_code == 302
        social = world.client(world.professional)
        assert "Alone at night." in social.get(sent.url).content.decode()
        assert "Emil" in social.get(reverse("welfare_list")).content.decode()
        notice = WelfareNotice.objects.latest("pk")
        assert social.post(reverse("welfare_acknowledge", args=[notice.pk])).status_code == 302
        assert client.post(reverse("welfare_new"), form | new | {"concern": ""}).status_code == 422

    def test_erasing_takes_name_and_words_out_of_it(self, world):
        child = aged(world, 13)
        self.make(world, child)
        run_as(world.member(world.police, "police_liaison", is_manager=True), rights.erase, person=child)
        notice = WelfareNotice.objects.get()
        assert (notice.name, notice.concern) == ("", "")
