"""Whether a programme takes somebody: one rule, and the same answer on every way in."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Note
from cases.people.models import age_on
from partnership.members.models import District
from programs.catalogue.fit import Newcomer, NotTaken, check_fit, fits_age, language_of, misfits
from programs.catalogue.models import Programme
from referrals.handover import actions as handover
from referrals.handover.models import Need, Referral
from tests.referrals.test_roadside import divert
from tests.referrals.test_roadside import fields as roadside_fields
from tests.world import do, on_web, run_as


@pytest.fixture
def adults(world):
    """The world's programme is for adults."""
    Programme.objects.filter(pk=world.programme.pk).update(age_from=18, age_to=64)
    world.programme.refresh_from_db()
    return world.programme


def born(world, age):
    return world.today.replace(year=world.today.year - age, day=min(world.today.day, 28))


class TestTheRule:
    @given(youngest=st.none() | st.integers(0, 90), span=st.none() | st.integers(0, 30), age=st.integers(0, 120))
    def test_ages_count_from_the_first_to_the_last_and_both_are_in(self, youngest, span, age):
        oldest = None if span is None else (youngest or 0) + span
        programme = Programme(age_from=youngest, age_to=oldest)
        assert fits_age(programme, age) == (age in range(youngest or 0, (200 if oldest is None else oldest) + 1))

    def test_what_is_not_known_keeps_nobody_out(self, world, adults):
        adults.districts.set([world.city])
        adults.languages = ["fi"]
        assert misfits(adults, Newcomer()) == []

    def test_a_programme_of_a_district_takes_who_lives_in_it_or_in_a_part_of_it(self, world, adults):
        adults.districts.set([world.city])
        part = District.objects.create(name="Pier", code="H11", parent=world.city)
        assert misfits(adults, Newcomer(district=world.city)) == misfits(adults, Newcomer(district=part)) == []
        (why,) = misfits(adults, Newcomer(district=world.hill))
        assert why == "Counselling is for people who live in Harbour; this person lives in Hill."

    def test_every_reason_is_told_at_once(self, world, adults):
        adults.districts.set([world.city])
        adults.languages = ["fi", "sv"]
        with pytest.raises(NotTaken) as refusal:
            check_fit(adults, Newcomer(14, world.hill, "ru"))
        for word in ("18 to 64", "is 14", "Harbour", "Finnish or Swedish", "Choose another"):
            assert word in str(refusal.value)

    @pytest.mark.parametrize("text", ["ru", "Russian", " venäjä ", "RYSKA"])
    def test_a_language_is_known_by_its_code_and_its_name_in_each_language(self, text):
        assert language_of(text) == "ru"

    def test_a_language_that_is_not_known_keeps_nobody_out(self, adults):
        adults.languages = ["fi"]
        assert misfits(adults, Newcomer(language=language_of("Karelian"))) == []

    def test_a_reason_helps_only_where_the_programme_takes_exceptions_and_never_for_the_kind(self, adults):
        for takes in (False, True):
            adults.takes_exceptions = takes
            with pytest.raises(NotTaken) as refusal:
                check_fit(adults, Newcomer(14), reason=" ")
            assert refusal.value.can_go_on == takes
        assert check_fit(adults, Newcomer(14), reason="Turns 18 next week")
        with pytest.raises(NotTaken):
            check_fit(adults, Newcomer(30), kind="school_or_guardian", reason="Because")


class TestReferrals:
    def test_a_young_person_is_not_referred_to_a_programme_for_adults(self, world, adults):
        with pytest.raises(NotTaken):
            world.draft(person=world.person(world.police, born_on=born(world, 14)))

    def test_nor_a_man_of_36_diverted_to_one_for_13_to_17_and_the_page_says_why(self, world):
        Programme.objects.filter(pk=world.programme.pk).update(age_from=13, age_to=17)
        page = divert(world, **{"person-born_on": born(world, 36).isoformat()})
        assert "Counselling is for people aged 13 to 17; this person is 36." in page.text
        assert "Reason to go on" not in page.text
        assert not Referral.objects.exists()

    def test_the_page_asks_for_a_reason_and_the_receiver_reads_it(self, world, adults):
        Programme.objects.filter(pk=adults.pk).update(takes_exceptions=True)
        old = {"person-born_on": born(world, 70).isoformat()}
        assert 'name="unfit_reason"' in divert(world, **old).text
        divert(world, **old, unfit_reason="Asks for it himself")
        assert Need.objects.get().unfit_reason == "Asks for it himself"
        address = reverse("referral", args=[Referral.objects.get().pk])
        assert "Asks for it himself" in world.client(world.caseworker).get(address).text

    def test_the_long_form_asks_too_and_keeps_the_reason(self, world, adults):
        Programme.objects.filter(pk=adults.pk).update(takes_exceptions=True)
        client, address = world.client(world.liaison), reverse("referral_new")
        form = roadside_fields(world, **{"person-born_on": born(world, 70).isoformat()}) | {
            "kind": "arrest_diversion",
            "save": "1",
        }
        assert 'name="unfit_reason"' in client.post(address, form).text
        draft = client.post(address, form | {"unfit_reason": "Asks for it himself"}).url
        assert 'value="Asks for it himself"' in client.get(draft).text

    def test_it_is_asked_again_when_it_is_sent(self, world):
        draft = world.draft(person=world.person(world.police, born_on=born(world, 70)))
        Programme.objects.filter(pk=world.programme.pk).update(age_to=64)
        with pytest.raises(NotTaken):
            do(world, "send", draft)

    def test_the_reason_names_nobody(self, world, adults):
        Programme.objects.filter(pk=adults.pk).update(takes_exceptions=True)
        adults.refresh_from_db()
        person = world.person(world.police, born_on=born(world, 70))
        draft = world.draft(person=person, programme=adults, unfit_reason="Meikäläinen asks")
        with pytest.raises(handover.NamesThePerson):
            do(world, "send", draft)

    def test_the_district_and_the_language_count(self, world):
        world.programme.districts.set([world.city])
        with pytest.raises(NotTaken):
            world.draft(person=world.person(world.police, district=world.hill))
        Programme.objects.filter(pk=world.programme.pk).update(languages=["fi"])
        world.programme.refresh_from_db()
        with pytest.raises(NotTaken):
            world.draft(language="Russian")


class TestWalkIns:
    def enrol(self, world, person, **more):
        return run_as(
            world.caseworker,
            enrolments.enrol,
            person=person,
            programme=Programme.objects.get(pk=world.programme.pk),
            started_on=world.today,
            measurement_consent=False,
            **more,
        )

    def test_a_14_year_old_is_not_enrolled_in_a_programme_for_adults(self, world, adults):
        young = world.person(world.ngo, born_on=born(world, 14))
        with pytest.raises(NotTaken):
            self.enrol(world, young, unfit_reason="Wants to")
        client = world.client(world.caseworker)
        form = {"programme": adults.pk, "started_on": world.today.isoformat()}
        assert "this person is 14" in client.post(reverse("person_enrol", args=[young.pk]), form).text
        assert not Enrolment.objects.exists()

    def test_where_the_programme_takes_exceptions_the_reason_becomes_the_first_note(self, world, adults):
        Programme.objects.filter(pk=adults.pk).update(takes_exceptions=True)
        part = self.enrol(world, world.person(world.ngo, born_on=born(world, 70)), unfit_reason="Knows everybody here")
        with on_web(world.caseworker):
            assert Note.objects.get(enrolment=part).text.endswith("Knows everybody here")

    def test_who_was_referred_was_asked_about_when_the_referral_was_sent(self, world):
        referral = world.sent(person=world.person(world.police, born_on=born(world, 70)))
        Programme.objects.filter(pk=world.programme.pk).update(age_to=64)
        do(world, "accept", referral, started_on=world.today)
        assert Enrolment.objects.exists()


class TestPlaces:
    def free(self, world):
        return Programme.objects.get(pk=world.programme.pk).places_free

    def test_they_count_themselves_when_people_start_and_end(self, world):
        Programme.objects.filter(pk=world.programme.pk).update(places=2)
        assert self.free(world) == 2
        first = world.enrolment()
        world.enrolled()
        assert self.free(world) == 0
        run_as(world.caseworker, enrolments.end_enrolment, enrolment=first, ended_on=world.today, reason="completed")
        assert self.free(world) == 1

    def test_more_people_than_places_leave_none_free(self, world):
        Programme.objects.filter(pk=world.programme.pk).update(places=1)
        for name in ("A", "B", "C"):
            world.enrolment(person=world.person(world.ngo, first_names=name))
        assert self.free(world) == 0
        Enrolment.objects.all().delete()
        assert self.free(world) == 1

    def test_places_that_nobody_counts_are_not_known(self, world):
        world.enrolment()
        assert self.free(world) is None

    def test_a_session_or_a_note_moves_no_place_and_no_version_of_the_programme(self, world):
        part = world.enrolment()
        before = Programme.objects.get(pk=world.programme.pk).changed_at
        Enrolment.objects.filter(pk=part.pk).update(last_contact_on=world.today)
        assert Programme.objects.get(pk=world.programme.pk).changed_at == before

    def test_who_sets_the_capacity_says_how_many_there_are(self, world):
        world.enrolment()
        address = reverse("programme_capacity", args=[world.programme.pk])
        world.client(world.caseworker).post(address, {"capacity": "open", "places": "5"})
        assert self.free(world) == 4

    def test_nobody_writes_how_many_are_free(self, world):
        from django.db import DatabaseError, connection, transaction

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE programs_programme SET places_free = 9")


def test_somebody_born_on_29_february_is_of_age_on_1_march():
    assert (age_on(date(2008, 2, 29), date(2026, 2, 28)), age_on(date(2008, 2, 29), date(2026, 3, 1))) == (17, 18)
