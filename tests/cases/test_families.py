"""Families: a relative is a client in their own right, and nothing of one tells of the other without the consent of that one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Session
from cases.families import actions as families
from cases.families.models import FamilyConsent, FamilyPresence, FamilySession, GroupMeeting, ParentingGroup
from cases.relations import actions as relations
from cases.rights import actions as rights
from cases.rights.actions import held_about
from partnership.audit_trail.models import RecordChangeContent
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty
from programs.catalogue.models import Part, Programme
from tests.shared_worlds import shared
from tests.world import on_web, run_as

MODELS = (FamilyConsent, FamilySession, FamilyPresence, ParentingGroup, GroupMeeting)


@shared
def home(world):
    """A mother in a programme for relatives and her son in treatment, both at the NGO; neither has agreed to anything."""
    us = world.caseworker
    world.programme.parts = [Part.FAMILIES]
    world.programme.save()
    world.support = Programme.objects.create(
        partner=world.ngo, name="Relatives", kind="family_support", accepts=["self"], parts=[Part.FAMILIES]
    )
    begun = {"started_on": world.today - timedelta(days=30), "responsible": us.user}
    world.son = world.enrolment(person=world.person(world.ngo, first_names="Niko", last_name="Poika"), **begun)
    world.mother = world.enrolment(
        person=world.person(world.ngo, first_names="Tuula", last_name="Emo"), programme=world.support, **begun
    )
    run_as(us, relations.save_relation, person=world.mother.person, other=world.son.person, kind="child")
    return world


def agree(world, one, other) -> FamilyConsent:
    return run_as(world.caseworker, families.record_consent, person=one.person, other=other.person, how="spoken")


def both_agree(world):
    agree(world, world.mother, world.son)
    return agree(world, world.son, world.mother)


def meet(world, by=None, son="attended", **more):
    terms = {"held_on": world.today, "attendance": {world.mother.pk: "attended", world.son.pk: son}} | more
    return run_as(by or world.caseworker, families.record_family_session, enrolment=world.mother, **terms)


def file_of(world, enrolment) -> str:
    with on_web(world.case_manager):
        return str(held_about(enrolment.person))


class TestWalls:
    def test_the_file_of_one_does_not_name_the_other(self, home):
        assert "Niko" not in file_of(home, home.mother)
        assert "Tuula" not in file_of(home, home.son)

    def test_nor_does_it_tell_by_a_missing_name_who_is_a_client(self, home):
        stranger = home.person(home.ngo, first_names="Ritva", last_name="Naapuri")
        run_as(home.caseworker, relations.save_relation, person=home.mother.person, other=stranger, kind="close")
        assert "Ritva" not in file_of(home, home.mother)

    def test_who_agreed_is_named_to_just_that_one(self, home):
        consent = agree(home, home.son, home.mother)
        assert "Niko" in file_of(home, home.mother)
        run_as(home.caseworker, families.withdraw_consent, consent=consent)
        assert "Niko" not in file_of(home, home.mother)

    def test_the_page_of_one_says_nothing_of_what_the_other_does_here(self, home):
        agree(home, home.mother, home.son)
        client = home.client(home.caseworker)
        page = client.get(reverse("family", args=[home.mother.pk])).content.decode()
        assert "Poika" in page, "a relative, as on the person's page"
        assert home.programme.name not in page
        assert reverse("enrolment", args=[home.son.pk]) not in page
        assert reverse("family_session_add", args=[home.mother.pk]) not in page, "the son has not agreed"

    def test_relatives_are_in_no_figure_of_reoffending(self, home):
        person = home.person(home.ngo)
        part = run_as(
            home.caseworker, enrolments.enrol, person=person, programme=home.support, started_on=home.today,
            measurement_consent=True,
        )  # fmt: skip
        assert not part.measurement_consent
        with pytest.raises(enrolments.NotCounted):
            run_as(home.caseworker, enrolments.set_measurement_consent, enrolment=part, consents=True)

    def test_all_of_it_is_the_partners_alone(self, home):
        both_agree(home)
        meet(home)
        for stranger in (home.other_caseworker, home.liaison, home.professional, home.coordinator, home.auditor):
            with on_web(stranger):
                assert not any(model.objects.exists() for model in MODELS)
        with pytest.raises(NotAParty):
            run_as(
                home.other_caseworker,
                families.record_consent,
                person=home.mother.person,
                other=home.son.person,
                how="paper",
            )


class TestConsents:
    def test_are_of_each_and_to_relatives_alone(self, home):
        agree(home, home.mother, home.son)
        assert not FamilyConsent.objects.filter(person=home.son.person).exists()
        with pytest.raises(families.AgreedAlready):
            agree(home, home.mother, home.son)
        stranger = home.enrolment(person=home.person(home.ngo))
        with pytest.raises(families.NotARelative):
            agree(home, home.mother, stranger)

    def test_are_neither_changed_nor_given_back_by_sql(self, home):
        consent = agree(home, home.mother, home.son)
        run_as(home.caseworker, families.withdraw_consent, consent=consent)
        for change in ({"withdrawn_on": None}, {"other": home.mother.person}):
            with pytest.raises(DatabaseError), on_web(home.caseworker):
                FamilyConsent.objects.filter(pk=consent.pk).update(**change)
        assert agree(home, home.mother, home.son).withdrawn_on is None, "agreed anew it is another"

    def test_do_not_point_to_another_partners_people(self, home):
        theirs = home.person(home.other_ngo)
        with pytest.raises(IntegrityError), transaction.atomic():
            FamilyConsent.objects.create(
                partner=home.ngo, person=home.mother.person, other=theirs, how="paper", recorded_by=home.caseworker.user
            )


class TestSessions:
    def test_need_the_consent_of_each_to_each(self, home):
        with pytest.raises(families.NotAllAgree):
            meet(home)
        agree(home, home.mother, home.son)
        with pytest.raises(families.NotAllAgree):
            meet(home)
        consent = agree(home, home.son, home.mother)
        assert meet(home)
        run_as(home.caseworker, families.withdraw_consent, consent=consent)
        with pytest.raises(families.NotAllAgree):
            meet(home)

    def test_two_participations_of_one_person_are_no_family(self, home):
        both_agree(home)
        again = home.enrolment(person=home.mother.person, started_on=home.mother.started_on)
        with pytest.raises(families.NotAllAgree):
            meet(home, attendance={home.mother.pk: "attended", again.pk: "attended"})

    def test_count_in_the_participation_of_each_as_that_one_came(self, home):
        both_agree(home)
        meet(home, son="missed", minutes=45)
        of_mother, of_son = (Session.objects.get(enrolment=each) for each in (home.mother, home.son))
        assert (of_mother.method, of_mother.attendance, of_mother.minutes) == ("family", "attended", 45)
        assert of_son.attendance == "missed"
        assert Enrolment.objects.get(pk=home.mother.pk).last_contact_on == home.today

    def test_that_they_belong_together_only_who_led_it_sees(self, home):
        both_agree(home)
        meet(home)
        with on_web(home.caseworker):
            assert FamilyPresence.objects.count() == 2
        with on_web(home.case_manager):
            assert not FamilySession.objects.exists()
            assert not FamilyPresence.objects.exists()
        manager = home.client(home.case_manager)
        assert "Niko" not in manager.get(reverse("family_board")).content.decode()
        assert "Niko" in home.client(home.caseworker).get(reverse("family_board")).content.decode()
        assert not RecordChangeContent.objects.filter(record__startswith="family_session").exists()

    def test_nobody_hides_one_in_anothers_name(self, home):
        with pytest.raises(DatabaseError), on_web(home.case_manager):
            FamilySession.objects.create(partner=home.ngo, led_by=home.caseworker.user, held_on=home.today)

    def test_are_of_two_or_more_while_each_takes_part(self, home):
        both_agree(home)
        for attendance in ({home.mother.pk: "attended"}, {home.son.pk: "attended"}):
            with pytest.raises(Invalid):
                meet(home, attendance=attendance)
        with pytest.raises(DateOutOfRange):
            meet(home, held_on=home.today - timedelta(days=31))
        run_as(home.caseworker, enrolments.end_enrolment, enrolment=home.son, ended_on=home.today, reason="moved")
        with pytest.raises(enrolments.EnrolmentEnded):
            meet(home)
        assert not Session.objects.exists(), "all of it or nothing"

    def test_who_erases_one_takes_the_tie_and_the_consents(self, home):
        both_agree(home)
        meet(home)
        run_as(home.caseworker, enrolments.end_enrolment, enrolment=home.son, ended_on=home.today, reason="moved")
        run_as(home.case_manager, rights.erase, person=home.son.person)
        assert not FamilyConsent.objects.exists()
        assert list(FamilyPresence.objects.values_list("session__enrolment", flat=True)) == [home.mother.pk]

    def test_on_pages_from_the_consent_to_the_session(self, home):
        client = home.client(home.caseworker)
        for one, other in ((home.mother, home.son), (home.son, home.mother)):
            body = {"consent-other": other.person_id, "consent-how": "paper"}
            assert client.post(reverse("family_consent_add", args=[one.pk]), body).status_code == 302
        body = {
            "session-held_on": home.today.isoformat(),
            f"session-attendance_{home.mother.pk}": "attended",
            f"session-attendance_{home.son.pk}": "",
        }
        address = reverse("family_session_add", args=[home.mother.pk])
        assert client.post(address, body).status_code == 422
        assert client.post(address, body | {f"session-attendance_{home.son.pk}": "attended"}).status_code == 302
        assert FamilyPresence.objects.count() == 2
        consent = FamilyConsent.objects.get(person=home.son.person)
        assert client.post(reverse("family_consent_withdraw", args=[consent.pk])).url == reverse(
            "family", args=[home.son.pk]
        )


class TestParentingGroups:
    @pytest.fixture
    def group(self, home):
        return run_as(home.case_manager, families.save_group, programme=home.support, name="Tuesdays")

    def count(self, home, group, **more):
        terms = {"held_on": home.today, "adults": 9, "children": 4} | more
        return run_as(home.caseworker, families.record_meeting, group=group, **terms)

    def test_count_heads_and_name_nobody(self, home, group):
        self.count(home, group)
        columns = {field.name for field in GroupMeeting._meta.get_fields()}
        assert columns == {"id", "partner", "group", "held_on", "adults", "children", "minutes", "recorded_by"}

    def test_counted_again_on_a_day_the_newer_numbers_count(self, home, group):
        self.count(home, group)
        self.count(home, group, adults=10)
        assert GroupMeeting.objects.get().adults == 10

    def test_are_counted_once_held_and_while_they_go_on(self, home, group):
        with pytest.raises(DateOutOfRange):
            self.count(home, group, held_on=home.today + timedelta(days=1))
        run_as(home.case_manager, families.close_group, group=group, is_open=False)
        group.refresh_from_db()
        with pytest.raises(Invalid):
            self.count(home, group)

    def test_have_a_name_of_their_own_in_an_own_programme(self, home, group):
        with pytest.raises(Invalid):
            run_as(home.case_manager, families.save_group, programme=home.support, name="Tuesdays")
        with pytest.raises(NotAParty):
            run_as(home.case_manager, families.save_group, programme=home.other_programme, name="x")

    def test_on_pages_with_what_came_in_a_year(self, home):
        manager, client = home.client(home.case_manager), home.client(home.caseworker)
        body = {"programme": home.support.pk, "name": "Tuesdays"}
        assert manager.post(reverse("parenting_group_new"), body).status_code == 302
        number = ParentingGroup.objects.get().pk
        body = {"held_on": home.today.isoformat(), "adults": "9", "children": "4"}
        add = reverse("group_meeting_add", args=[number])
        assert client.post(add, body | {"adults": "-1"}).status_code == 422
        assert client.post(add, body).status_code == 302
        assert "came: 9 adults, 4 children" in client.get(reverse("family_board")).content.decode()
        manager.post(reverse("parenting_group_close", args=[number]), {"is_open": "0"})
        assert "Ended" in client.get(reverse("family_board")).content.decode()
        client.post(reverse("group_meeting_remove", args=[GroupMeeting.objects.get().pk]))
        assert "None yet." in client.get(reverse("parenting_group", args=[number])).content.decode()
