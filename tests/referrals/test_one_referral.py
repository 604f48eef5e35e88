"""One human being has one open referral to a programme: whoever meets them again is led to the first."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.enrolments.models import Enrolment
from cases.people import actions as people
from cases.people.models import Person
from programs.catalogue.models import ReferralKind
from referrals.handover import actions as handover
from referrals.handover.models import Referral
from tests.referrals.test_roadside import divert, fields
from tests.world import do, run_as


class TestASecondReferral:
    @pytest.mark.parametrize("verbs", [[], ["acknowledge"], ["waitlist"], ["accept"], ["accept", "enrol"]])
    def test_is_stopped_while_the_first_is_open_and_names_it(self, world, verbs):
        first = world.sent()
        for verb in verbs:
            do(world, verb, first)
        with pytest.raises(handover.AlreadyReferred) as refusal:
            world.draft(person=first.person)
        assert refusal.value.records == [("referral", first.pk)]

    @pytest.mark.parametrize("verb", ["decline", "withdraw"])
    def test_is_sent_when_the_first_is_closed(self, world, verb):
        first = world.sent()
        do(world, verb, first)
        world.sent(person=first.person)

    def test_to_another_programme_or_of_somebody_else_is_sent(self, world):
        first = world.sent()
        world.sent(person=first.person, programme=world.other_programme)
        world.sent()

    def test_of_two_drafts_only_one_is_sent(self, world):
        person = world.person(world.police)
        one, other = world.draft(person=person), world.draft(person=person)
        do(world, "send", one)
        with pytest.raises(handover.AlreadyReferred):
            do(world, "send", other)

    def test_a_draft_is_not_changed_to_a_programme_that_has_one(self, world):
        first = world.sent()
        draft = world.draft(person=first.person, programme=world.other_programme)
        with pytest.raises(handover.AlreadyReferred):
            run_as(
                world.liaison,
                handover.change_draft,
                referral=draft,
                programme=world.programme,
                kind=ReferralKind.ARREST_DIVERSION,
                summary="",
                language="",
                is_urgent=False,
            )

    def test_of_a_linked_record_is_stopped_too(self, world):
        first = world.sent()
        other = world.person(world.police, last_name="Virtanen")
        run_as(world.liaison, people.link_person, person=first.person, other=other)
        with pytest.raises(handover.AlreadyReferred):
            world.draft(person=Person.objects.get(pk=other.pk))


class TestMetAgain:
    def test_the_same_person_at_the_roadside_is_asked_about_and_led_to_the_first_referral(self, world):
        divert(world)
        first = Referral.objects.get()
        asked = divert(world, **{"person-first_names": "Vile"})
        assert asked.status_code == 422
        assert "Virtanen, Ville" in asked.text
        assert Person.objects.filter(partner=world.police).count() == 1
        again = divert(world, **{"person-first_names": "Vile", "person-double": str(first.person_id)})
        assert f'href="{reverse("referral", args=[first.pk])}"' in again.text
        assert Referral.objects.count() == Person.objects.filter(partner=world.police).count() == 1

    def test_somebody_else_is_a_new_person(self, world):
        divert(world)
        divert(world, **{"person-first_names": "Vile", "person-double": "else"})
        assert Referral.objects.count() == Person.objects.filter(partner=world.police).count() == 2

    def test_the_long_form_asks_too(self, world):
        divert(world)
        client = world.client(world.liaison)
        form = fields(world) | {"kind": "arrest_diversion", "send": "1"}
        assert "Virtanen, Ville" in client.post(reverse("referral_new"), form).text
        again = client.post(reverse("referral_new"), form | {"person-double": str(Person.objects.get().pk)})
        assert f'href="{reverse("referral", args=[Referral.objects.get().pk])}"' in again.text


class TestTheReceiver:
    def test_does_not_enrol_at_once_who_may_take_part_already(self, world):
        """Two units send the same human being: the receiver learns it when it has said yes to both, and not before."""
        world.enrolled()
        second = world.sent(by=world.other_liaison)
        run_as(world.caseworker, handover.accept, referral=second, started_on=world.today)
        second.refresh_from_db()
        assert second.state == "accepted"
        assert Enrolment.objects.count() == 1
        run_as(
            world.caseworker,
            people.link_person,
            person=second.receiver_person,
            other=Enrolment.objects.get().person,
        )
        with pytest.raises(handover.enrolments.AlreadyEnrolled):
            do(world, "enrol", second)

    def test_enrols_somebody_else_spelled_alike_when_it_says_so(self, world):
        world.enrolled()
        second = world.sent(by=world.other_liaison)
        run_as(world.caseworker, handover.accept, referral=second, started_on=world.today)
        do(world, "enrol", second)
        assert Enrolment.objects.count() == 2

    def test_reads_on_the_page_why_it_is_not_enrolled(self, world):
        world.enrolled()
        second = world.sent(by=world.other_liaison)
        client = world.client(world.caseworker)
        form = {"version": str(second.version), "accept-started_on": world.today.isoformat()}
        page = client.post(reverse("referral_do", args=[second.pk, "accept"]), form, follow=True).text
        second.refresh_from_db()
        assert "Not enrolled yet" in page
        assert reverse("person_doubles", args=[second.receiver_person_id]) in page
