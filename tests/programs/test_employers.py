"""Employers and what they offer: shared by who finds people work, kept by one, and nothing to police."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from partnership.actions import NotAllowed
from partnership.isolation.errors import Invalid, NotAParty
from programs.employers import actions as employers
from programs.employers.models import Employer, WorkOffer
from tests.programs.work import employer_of, offer_of
from tests.shared_worlds import shared
from tests.world import on_web, run_as

MODELS = (Employer, WorkOffer)


@shared
def hiring(world):
    """The NGO keeps a bakery that takes somebody for a work trial."""
    world.bakery = employer_of(world, world.caseworker)
    world.offer = offer_of(world, world.caseworker, world.bakery)
    return world


class TestWhoSeesThem:
    def test_whoever_finds_people_work_sees_all_of_them(self, hiring):
        for acting in (hiring.case_manager, hiring.other_caseworker, hiring.coordinator):
            page = hiring.client(acting).get(reverse("work_offer_list"))
            assert "Bakery" in page.content.decode()
            sheet = hiring.client(acting).get(reverse("employer", args=[hiring.bakery.pk]))
            assert "Ask for Sari" in sheet.content.decode()

    def test_nobody_else_finds_the_pages(self, hiring):
        for acting in (hiring.liaison, hiring.data_officer, hiring.court_officer, hiring.professional, hiring.auditor):
            for address in (reverse("work_offer_list"), reverse("employer", args=[hiring.bakery.pk])):
                assert hiring.client(acting).get(address).status_code == 403

    def test_the_database_shows_police_courts_and_services_none(self, hiring):
        for acting in (hiring.liaison, hiring.data_officer, hiring.court_officer, hiring.professional, hiring.auditor):
            with on_web(acting):
                assert [model.objects.count() for model in MODELS] == [0, 0]
        with on_web(hiring.other_caseworker):
            assert [model.objects.count() for model in MODELS] == [1, 1]


class TestWhoKeepsThem:
    def test_their_own_partner_alone_changes_them(self, hiring):
        with pytest.raises(NotAParty):
            run_as(hiring.other_caseworker, employers.open_offer, offer=hiring.offer, is_open=False)
        for name, number in (("employer_edit", hiring.bakery.pk), ("work_offer_edit", hiring.offer.pk)):
            assert hiring.client(hiring.other_caseworker).get(reverse(name, args=[number])).status_code == 404

    def test_the_database_lets_nobody_else_write(self, hiring):
        with on_web(hiring.other_caseworker):
            assert WorkOffer.objects.update(is_open=False) == 0
            assert Employer.objects.update(name="Ours") == 0
            with pytest.raises(DatabaseError), transaction.atomic():
                Employer.objects.create(partner=hiring.ngo, name="Theirs", contact="x")
        with on_web(hiring.other_caseworker), pytest.raises(IntegrityError), transaction.atomic():
            WorkOffer.objects.create(
                partner=hiring.other_ngo,
                employer=hiring.bakery,
                kind="job",
                work="x",
                hours_a_week=5,
                district=hiring.hill,
            )

    def test_police_keep_none(self, hiring):
        with pytest.raises(NotAllowed):
            run_as(
                hiring.liaison, employers.save_employer, employer=Employer(partner=hiring.police, name="x", contact="x")
            )

    def test_the_contact_is_encrypted(self, hiring):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT contact FROM programs_employer")
            assert "Sari" not in str(cursor.fetchall())


class TestWhatIsOffered:
    def test_a_name_is_kept_once(self, hiring):
        with pytest.raises(Invalid):
            employer_of(hiring, hiring.case_manager)
        assert employer_of(hiring, hiring.other_caseworker), "another organisation may know the same employer"

    def test_the_list_shows_what_takes_somebody_now(self, hiring):
        def listed(**query: str) -> bool:
            page = hiring.client(hiring.caseworker).get(reverse("work_offer_list"), query)
            return reverse("employer", args=[hiring.bakery.pk]) in page.content.decode()

        assert listed()
        assert not listed(kind="job")
        run_as(hiring.caseworker, employers.open_offer, offer=hiring.offer, is_open=False)
        assert not listed()
        assert listed(show="all")

    def test_hours_are_those_of_a_week(self, hiring):
        for hours in (0, 61):
            with pytest.raises(IntegrityError), transaction.atomic():
                WorkOffer.objects.filter(pk=hiring.offer.pk).update(hours_a_week=hours)

    def test_a_form_that_is_wrong_keeps_what_was_typed(self, hiring):
        client = hiring.client(hiring.caseworker)
        sent = {"kind": "job", "work": "Night baker", "hours_a_week": "80", "district": hiring.hill.pk, "places": "1"}
        page = client.post(reverse("work_offer_new", args=[hiring.bakery.pk]), sent)
        assert page.status_code == 422
        assert "Night baker" in page.content.decode()
        assert (
            client.post(reverse("work_offer_new", args=[hiring.bakery.pk]), sent | {"hours_a_week": "38"}).status_code
            == 302
        )
        assert WorkOffer.objects.filter(work="Night baker", checked_on=hiring.today).exists()

    def test_the_list_comes_as_a_file(self, hiring):
        sent = hiring.client(hiring.caseworker).get(reverse("work_offer_export"), {"format": "csv"})
        assert "Bakery" in sent.body.decode()
