"""My page: with a card and a date of birth a person sees what concerns them at one partner, answers, withdraws, asks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.consents.models import Consent
from cases.messages import actions as contact
from cases.my_page import actions as my_page
from cases.my_page import codes
from cases.my_page.models import OPENINGS_KEPT, AppointmentAnswer, Card
from cases.people import actions as people
from cases.people.models import Person
from cases.planning import actions as planning
from cases.planning.models import Task
from cases.rights import actions as rights
from cases.rights.models import SubjectRequest
from partnership.audit_trail.models import RecordChange
from partnership.events.models import OutboxEvent
from partnership.isolation.errors import Invalid
from referrals.first_appointments import actions as first_appointments
from referrals.first_appointments.models import FirstAnswer
from referrals.handover.models import Disclosure, Referral
from tests.cases.people_at_home import card_of, page_of, phone_of, tries
from tests.shared_worlds import shared
from tests.world import WebClient, do, on_web, run_as


@shared
def enrolled(world):
    world.referral = world.enrolled()
    world.client_of_ngo = world.referral.receiver_person
    return world


def meeting(world, hours=48, **more):
    terms = dict(minutes=45, method="counselling", place="Room 2", responsible=world.caseworker.user)
    return run_as(
        world.caseworker,
        planning.make_appointment,
        enrolment=world.referral.enrolment,
        starts_at=timezone.now() + timedelta(hours=hours),
        **terms | more,
    )


def person_as_staff(world) -> str:
    return world.client(world.caseworker).get(reverse("person", args=[world.client_of_ngo.pk])).content.decode()


class TestCards:
    def test_a_code_has_sixty_random_bits_and_is_read_as_people_type_it(self):
        made = {codes.new_code() for _ in range(200)}
        assert len(made) == 200
        assert len(codes.ALPHABET) ** codes.LENGTH == 2**60
        assert codes.understood(" k7qm 2xvp–9rtd") == "K7QM2XVP9RTD"
        assert codes.understood("OIL0-11AB") == "0110" + "11AB"

    def test_nothing_that_opens_it_is_stored(self, world):
        person = world.person(world.ngo)
        code = card_of(world, world.caseworker, person)
        row = dict(Card.objects.extra(select={"p": "proof_hash"}).values("p", "language").get())
        assert len(row["p"]) == 64
        assert codes.understood(code) not in str(row)

    def test_a_new_one_ends_the_one_before(self, world):
        person = world.person(world.ngo)
        first = card_of(world, world.caseworker, person)
        phone_before = WebClient()
        assert tries(phone_before, first).status_code == 302
        second = card_of(world, world.caseworker, person)
        assert tries(WebClient(), first).status_code == 422
        assert tries(WebClient(), second).status_code == 302
        assert "Type the code" in page_of(phone_before)

    def test_ends_by_its_day_and_by_the_staff_and_its_session_with_it(self, world):
        person = world.person(world.ngo)
        code = card_of(world, world.caseworker, person)
        phone = WebClient()
        tries(phone, code)
        assert "Where things stand" not in page_of(phone)
        assert "Who has looked" in page_of(phone)
        run_as(world.caseworker, my_page.end_cards, person=person)
        assert "Type the code" in page_of(phone)
        over = card_of(world, world.caseworker, person, days=0)
        assert tries(WebClient(), over).status_code == 302
        Card.objects.update(valid_until=world.today - timedelta(days=1))
        assert tries(WebClient(), over).status_code == 422

    def test_needs_a_date_of_birth_and_a_day_within_a_year(self, world):
        with pytest.raises(my_page.NoCard):
            card_of(world, world.caseworker, world.person(world.ngo, born_on=None))
        with pytest.raises(Invalid):
            card_of(world, world.caseworker, world.person(world.ngo), days=400)

    def test_stands_in_the_history_of_the_person_without_what_opens_it(self, world):
        person = world.person(world.ngo)
        card_of(world, world.caseworker, person)
        change = RecordChange.objects.filter(record="person", object_id=person.pk, action="card.make").get()
        assert "valid_until" in change.fields
        assert not {"proof_hash", "session_hash", "seen_at"} & set(change.fields)

    def test_the_page_shows_the_code_once_and_a_paper_that_names_nobody(self, world):
        person = world.person(world.ngo)
        client = world.client(world.caseworker)
        sent = {"language": "fi", "valid_until": (world.today + timedelta(days=30)).isoformat()}
        made = client.post(reverse("card_make", args=[person.pk]), sent)
        code = made.context["code"]
        assert code in made.content.decode()
        assert made["Cache-Control"] == "no-store, private"
        assert code not in client.get(reverse("person", args=[person.pk])).content.decode()
        paper = client.post(reverse("card_paper", args=[person.pk]), {"code": code})
        assert paper["Content-Type"] == "application/pdf"
        assert paper.content.startswith(b"%PDF")
        for name in (b"Anchor", b"Meik", b"Maija"):
            assert name not in paper.content

    def test_goes_with_the_person_who_is_erased(self, world):
        person = world.person(world.ngo)
        code = card_of(world, world.caseworker, person)
        run_as(world.case_manager, contact.save_wish, person=person, channel="email", address="x@y.example")
        run_as(world.case_manager, rights.erase, person=person)
        assert not Card.objects.exists()
        assert tries(WebClient(), code).status_code == 422


class TestWhatItShows:
    def test_where_things_stand_in_words_and_neither_programme_nor_name(self, enrolled):
        shown = page_of(phone_of(enrolled, enrolled.liaison, enrolled.referral.person))
        assert "You are getting help from Anchor." in shown
        assert "Attend sessions" in shown
        assert "0 of 3 done" in shown
        for hidden in ("Counselling", "Meikäläinen", "Maija", "User "):
            assert hidden not in shown

    def test_the_ngos_card_shows_its_own_side_and_its_appointments(self, enrolled):
        meeting(enrolled)
        shown = page_of(phone_of(enrolled, enrolled.caseworker, enrolled.client_of_ngo))
        assert "Room 2" in shown
        assert "I’m coming" in shown
        assert "You are getting help from Anchor." in shown

    def test_it_comes_in_the_language_of_the_card_and_can_be_switched(self, enrolled):
        phone = phone_of(enrolled, enrolled.liaison, enrolled.referral.person, language="fi")
        assert '<html lang="fi">' in page_of(phone)
        assert '<html lang="sv">' in phone.get(reverse("my_page") + "?language=sv").content.decode()
        assert '<html lang="sv">' in page_of(phone)

    def test_who_looked_by_day_and_partner_and_what_for(self, enrolled):
        enrolled.client(enrolled.caseworker).get(reverse("enrolment", args=[enrolled.referral.enrolment_id]))
        enrolled.client(enrolled.liaison).get(reverse("referral", args=[enrolled.referral.pk]))
        shown = page_of(phone_of(enrolled, enrolled.caseworker, enrolled.client_of_ngo))
        assert "Anchor, your appointments and notes" in shown
        assert "– Work with the person" in shown
        assert "Harbour Police, where you were referred" in shown
        assert "– Referral or diversion" in shown

    def test_each_opening_is_seen_by_the_person_and_the_last_by_the_staff_who_may_have_been_it(self, enrolled):
        code = card_of(enrolled, enrolled.caseworker, enrolled.client_of_ngo)
        assert "Not opened yet." in person_as_staff(enrolled)
        maker, phone = WebClient(), WebClient()
        for client in (maker, phone):
            tries(client, code)
        shown = page_of(phone)
        assert "If one of these was not you" in shown
        assert "2 times" in shown
        assert "Last opened" in person_as_staff(enrolled)

    def test_the_latest_twenty_openings_are_kept(self, enrolled):
        code = card_of(enrolled, enrolled.caseworker, enrolled.client_of_ngo)
        for _again in range(OPENINGS_KEPT + 2):
            tries(WebClient(), code)
        opened = Card.objects.get().opened_at
        assert len(opened) == OPENINGS_KEPT
        assert opened == sorted(opened, reverse=True)
        assert timezone.now() - opened[0] < timedelta(minutes=5)

    def test_the_first_appointment_as_the_staff_of_the_cards_partner_could_tell_it(self, world):
        referral = do(world, "accept", world.sent())
        run_as(
            world.caseworker,
            first_appointments.offer_appointment,
            referral=referral,
            starts_at=timezone.now() + timedelta(days=2),
            place="Harbour street 1",
        )
        phone = phone_of(world, world.liaison, referral.person)
        assert "Harbour street 1" in page_of(phone)
        Consent.objects.update(reports_back=False)
        assert "Harbour street 1" not in page_of(phone)

    def test_linked_records_are_one_person(self, enrolled):
        other = enrolled.person(enrolled.ngo, first_names="Maj")
        run_as(enrolled.caseworker, people.link_person, person=other, other=enrolled.client_of_ngo)
        assert "You are getting help from Anchor." in page_of(phone_of(enrolled, enrolled.caseworker, other))

    def test_the_number_of_queries_does_not_grow_with_what_it_shows(self, enrolled):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        phone = phone_of(enrolled, enrolled.caseworker, enrolled.client_of_ngo)
        meeting(enrolled)
        page_of(phone)
        with CaptureQueriesContext(connection) as few:
            page_of(phone)
        for hours in (50, 60, 70):
            meeting(enrolled, hours)
        with CaptureQueriesContext(connection) as many:
            page_of(phone)
        assert len(many) == len(few)


class TestWhatOneCanDo:
    def test_confirming_reaches_the_caseworkers_page(self, enrolled):
        appointment = meeting(enrolled)
        phone = phone_of(enrolled, enrolled.caseworker, enrolled.client_of_ngo)
        answered = phone.post(reverse("my_appointment", args=[appointment.pk]), {"answer": "coming"}, follow=True)
        assert "We know that you are coming." in answered.content.decode()
        assert "You said that you are coming." in page_of(phone)
        shown = enrolled.client(enrolled.caseworker).get(reverse("enrolment", args=[enrolled.referral.enrolment_id]))
        assert "Is coming" in shown.content.decode()
        event = OutboxEvent.objects.get(kind="my_page.coming")
        assert [tell["user"] for tell in event.payload["tell"]] == [enrolled.caseworker.user.pk]

    def test_asking_for_another_time_is_a_task_of_whom_they_meet(self, enrolled):
        appointment = meeting(enrolled)
        phone = phone_of(enrolled, enrolled.caseworker, enrolled.client_of_ngo)
        for _press in range(2):
            phone.post(reverse("my_appointment", args=[appointment.pk]), {"answer": "move"})
        task = Task.objects.get()
        assert task.assigned_to == enrolled.caseworker.user
        assert task.text == "Find another time: the person asked for it on My page."
        run_as(
            enrolled.caseworker,
            planning.move_appointment,
            appointment=appointment,
            starts_at=timezone.now() + timedelta(hours=90),
            minutes=45,
            method="counselling",
            place="",
            responsible=enrolled.caseworker.user,
        )
        assert "You asked for another time" not in page_of(phone)  # that was said to the time before

    def test_nothing_is_answered_to_what_is_over(self, enrolled):
        appointment = meeting(enrolled, hours=-2)
        phone = phone_of(enrolled, enrolled.caseworker, enrolled.client_of_ngo)
        phone.post(reverse("my_appointment", args=[appointment.pk]), {"answer": "coming"})
        assert not AppointmentAnswer.objects.exists()

    @pytest.mark.parametrize("whose", ["the sender's card", "the receiver's card"])
    def test_a_first_appointment_is_answered_and_both_parties_read_it(self, world, whose):
        referral = do(world, "accept", world.sent())
        offer = {"referral": referral, "starts_at": timezone.now() + timedelta(days=2)}
        appointment = run_as(world.caseworker, first_appointments.offer_appointment, **offer)
        is_senders = whose == "the sender's card"
        maker, person = (world.liaison, referral.person) if is_senders else (world.caseworker, referral.receiver_person)
        phone = phone_of(world, maker, person)
        for _press in range(2):
            phone.post(reverse("my_first_appointment", args=[appointment.pk]), {"answer": "move"})
        assert "You asked for another time" in page_of(phone)
        for party in (world.caseworker, world.liaison):
            assert "Asks for another time" in world.client(party).get(reverse("referral", args=[referral.pk])).text
        (asked,) = OutboxEvent.objects.filter(kind="my_page.first_move")
        assert {tell["partner"] for tell in asked.payload["tell"]} == {world.police.pk, world.ngo.pk}

        run_as(
            world.caseworker,
            first_appointments.offer_appointment,
            **offer | {"starts_at": timezone.now() + timedelta(days=3)},
        )
        assert "You asked for another time" not in page_of(phone)  # that was said to the time before
        phone.post(reverse("my_first_appointment", args=[appointment.pk]), {"answer": "coming"})
        assert "You said that you are coming" in page_of(phone)

    def test_a_first_answer_is_seen_by_the_sender_only_while_reports_go_back(self, world):
        referral = do(world, "accept", world.sent())
        offer = {"referral": referral, "starts_at": timezone.now() + timedelta(days=2)}
        appointment = run_as(world.caseworker, first_appointments.offer_appointment, **offer)
        phone = phone_of(world, world.caseworker, referral.receiver_person)
        phone.post(reverse("my_first_appointment", args=[appointment.pk]), {"answer": "coming"})
        with on_web(world.liaison):
            assert FirstAnswer.objects.filter(referral=referral).exists()
        with on_web(world.other_caseworker):
            assert not FirstAnswer.objects.exists()
        Consent.objects.filter(pk=referral.consent_id).update(reports_back=False)
        with on_web(world.liaison):
            assert not FirstAnswer.objects.exists()

    def test_withdrawing_a_consent_closes_the_identity_at_once_and_tells_both(self, world):
        referral = do(world, "accept", world.sent())
        with on_web(world.caseworker):
            assert Disclosure.objects.filter(referral=referral).exists()
        phone = phone_of(world, world.liaison, referral.person)
        done = phone.post(reverse("my_consent_withdraw", args=[referral.consent_id]), follow=True)
        assert "Your consent is withdrawn." in done.content.decode()
        with on_web(world.caseworker):
            assert not Disclosure.objects.filter(referral=referral).exists()
            assert Referral.objects.get(pk=referral.pk).state == "withdrawn"
        told = {
            tell["partner"]
            for event in OutboxEvent.objects.filter(kind__contains="withdrawn")
            for tell in event.payload["tell"]
        }
        assert told == {world.police.pk, world.ngo.pk}
        change = RecordChange.objects.filter(record="consent", action="my_page.withdraw_consent").get()
        assert change.get_through_display() == "by the person, on My page"

    def test_it_can_be_withdrawn_though_who_made_the_card_has_left(self, world):
        referral = do(world, "accept", world.sent())
        phone = phone_of(world, world.liaison, referral.person)
        world.liaison.membership.is_active = False
        world.liaison.membership.save()
        phone.post(reverse("my_consent_withdraw", args=[referral.consent_id]))
        assert Consent.objects.get(pk=referral.consent_id).withdrawn_at

    def test_what_is_asked_after_who_made_the_card_left_stands_in_a_colleagues_name(self, enrolled):
        phone = phone_of(enrolled, enrolled.caseworker, enrolled.client_of_ngo)
        enrolled.caseworker.membership.is_active = False
        enrolled.caseworker.membership.save()
        phone.post(reverse("my_request"), {"kind": "access", "note": "All of it, please."})
        assert SubjectRequest.objects.get().recorded_by == enrolled.case_manager.user

    def test_one_who_wavers_makes_one_task(self, enrolled):
        appointment = meeting(enrolled)
        phone = phone_of(enrolled, enrolled.caseworker, enrolled.client_of_ngo)
        for answer in ("move", "coming", "move"):
            phone.post(reverse("my_appointment", args=[appointment.pk]), {"answer": answer})
        assert Task.objects.count() == 1

    def test_a_request_lands_among_the_partners_and_once(self, enrolled):
        phone = phone_of(enrolled, enrolled.caseworker, enrolled.client_of_ngo)
        for _press in range(2):
            phone.post(reverse("my_request"), {"kind": "access", "note": "All of it, please."})
        request = SubjectRequest.objects.get()
        assert (request.person, request.received_on) == (enrolled.client_of_ngo, enrolled.today)
        listed = enrolled.client(enrolled.caseworker).get(reverse("request_list")).content.decode()
        assert "Meikäläinen" in listed
        assert "You get an answer by" in page_of(phone)
        assert phone.post(reverse("my_request"), {"kind": "objection"}, follow=True).status_code == 200
        assert SubjectRequest.objects.count() == 1  # an objection is talked about, not sent with one press

    def test_reminders_can_be_stopped(self, enrolled):
        run_as(
            enrolled.caseworker,
            contact.save_wish,
            person=enrolled.client_of_ngo,
            channel="email",
            address="maija@post.example",
        )
        phone = phone_of(enrolled, enrolled.caseworker, enrolled.client_of_ngo)
        assert "by email" in page_of(phone)
        phone.post(reverse("my_reminders_stop"))
        assert "by email" not in page_of(phone)


class TestUnderEighteen:
    def test_who_must_be_kept_from_the_guardian_has_no_card(self, world):
        young = world.person(world.ngo, born_on=date(world.today.year - 16, 1, 2))
        code = card_of(world, world.caseworker, young)
        run_as(world.caseworker, contact.save_wish, person=young, not_guardian=True)
        assert tries(WebClient(), code, young.born_on).status_code == 422
        with pytest.raises(my_page.NoCard, match="guardian"):
            card_of(world, world.caseworker, young)

    def test_nor_by_another_record_of_theirs(self, world):
        young = world.person(world.ngo, born_on=date(world.today.year - 16, 1, 2))
        other = world.person(world.ngo, born_on=young.born_on)
        run_as(world.caseworker, people.link_person, person=young, other=other)
        run_as(world.caseworker, contact.save_wish, person=young, not_guardian=True)
        with pytest.raises(my_page.NoCard):
            card_of(world, world.caseworker, Person.objects.get(pk=other.pk))

    def test_nor_shows_a_card_anything_once_a_record_that_says_so_is_linked(self, world):
        young = world.person(world.ngo, born_on=date(world.today.year - 16, 1, 2))
        other = world.person(world.ngo, born_on=young.born_on)
        phone = phone_of(world, world.caseworker, young)
        assert "Who has looked" in page_of(phone)
        run_as(world.caseworker, contact.save_wish, person=other, not_guardian=True)
        run_as(world.caseworker, people.link_person, person=young, other=other)
        assert "Type the code" in page_of(phone)
