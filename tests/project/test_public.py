"""The public pages: help is found without a trace."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partnership.members.sessions import UserSession
from tests.world import WebClient


@pytest.fixture
def visitor() -> WebClient:
    return WebClient()


class TestFindHelp:
    def test_it_leaves_no_trace_with_who_looks(self, world, visitor):
        response = visitor.get("/find-help/?need=talk&district=H1&age=17")
        assert response.status_code == 200
        assert not response.cookies
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["Cache-Control"] == "no-store"

    def test_by_need_place_age_and_free_places(self, world, visitor):
        world.programme.districts.set([world.city])
        world.programme.age_from = 18
        world.programme.save()
        world.other_programme.capacity = "closed"
        world.other_programme.save()
        shown = lambda query: [
            name for name in ("Counselling", "Mentors") if name in visitor.get(f"/find-help/?{query}").text
        ]
        assert shown("") == ["Counselling", "Mentors"]
        assert shown("need=talk") == ["Counselling", "Mentors"]
        assert shown("need=law") == []
        assert shown("district=H1") == ["Counselling", "Mentors"]  # who names no district serves each
        assert shown("age=17") == ["Mentors"]
        assert shown("open=1") == ["Counselling"]
        assert shown("need=%3Cscript%3E&age=x") == ["Counselling", "Mentors"]
        assert visitor.get("/find-help/?district=%00").status_code == 400

    def test_where_nothing_is_near_the_whole_country_is_looked_through(self, world, visitor):
        for programme in (world.programme, world.other_programme):
            programme.districts.set([world.hill])
        page = visitor.get("/find-help/?need=talk&district=H1").text
        assert "These are in the rest of the country" in page
        assert "Counselling" in page
        assert "rest of the country" not in visitor.get("/find-help/?need=talk&district=H2").text

    def test_a_district_includes_its_parts_and_is_served_by_the_area_that_it_is_a_part_of(self, world, visitor):
        world.hill.parent = world.city
        world.hill.save()
        world.programme.districts.set([world.hill])
        world.other_programme.districts.set([world.city])
        for district in ("H1", "H2"):
            page = visitor.get(f"/find-help/?district={district}").text
            assert "Counselling" in page
            assert "Mentors" in page
            assert "rest of the country" not in page

    def test_where_nothing_fits_at_all_there_are_numbers_for_the_whole_country(self, world, visitor):
        page = visitor.get("/find-help/?need=law").text
        assert "No service matches" in page
        assert 'href="tel:080090045"' in page

    def test_a_number_says_where_it_was_read_and_whether_anybody_checked_it(self, world, visitor):
        page = visitor.get("/find-help/").text
        for line, _phone in visitor.get("/find-help/").context["lines"]:
            assert line.source.startswith("https://")
            assert f'href="{line.source}"' in page
        assert page.count("We have not checked it yet") == sum(
            line.verified_on is None for line, _phone in visitor.get("/find-help/").context["lines"]
        )

    def test_a_line_is_named_in_the_readers_language(self, world, visitor):
        assert "09 2525 0112" in visitor.get("/find-help/?language=sv").text
        assert "09 2525 0111" in visitor.get("/find-help/?language=fi").text

    def test_a_course_for_professionals_is_offered_to_nobody_in_need(self, world, visitor):
        world.programme.kind, world.programme.accepts = "awareness", ["ngo_to_ngo"]
        world.programme.save()
        assert "Counselling" not in visitor.get("/find-help/").text

    def test_somebody_of_fifteen_who_looks_for_treatment_finds_what_helps_the_young(self, world, visitor):
        world.programme.kind, world.programme.age_from, world.programme.age_to = "youth", 13, 24
        world.programme.save()
        assert "Counselling" in visitor.get("/find-help/?need=treatment&age=15").text
        assert "Counselling" not in visitor.get("/find-help/?need=treatment&age=20").text

    def test_a_parent_of_somebody_of_fifteen_finds_something(self, world, visitor):
        world.programme.kind, world.programme.age_from, world.programme.age_to = "youth", 13, 24
        world.programme.save()
        page = visitor.get("/find-help/?need=close&age=15").text
        assert "Counselling" in page
        assert "Phone and chat for parents" in page

    def test_what_is_no_age_is_said(self, world, visitor):
        assert "Write the age as a number" in visitor.get("/find-help/?age=fifteen").text
        assert "Write the age as a number" not in visitor.get("/find-help/?age=15").text

    def test_what_is_no_longer_offered_is_not_shown(self, world, visitor):
        world.programme.is_active = False
        world.programme.save()
        assert "Counselling" not in visitor.get("/find-help/").text

    def test_in_the_language_of_the_address_or_the_browser(self, world, visitor):
        assert "Löydä apua" in visitor.get("/find-help/?language=fi").text
        assert "Hitta hjälp" in visitor.get("/find-help/", headers={"Accept-Language": "sv"}).text

    def test_one_can_leave_at_once(self, world, visitor, settings):
        settings.QUICK_EXIT_URL = "https://weather.test.example/"
        assert 'id="exit" href="https://weather.test.example/" rel="noreferrer"' in visitor.get("/find-help/").text


class TestSearch:
    def search(self, world, acting, text: str) -> str:
        return world.client(acting).post("/search/", {"q": text}, follow=True).text

    def test_own_people_by_name_name_and_birth_date_or_code(self, world):
        mine = world.person(
            world.ngo, first_names="Maija", last_name="Koivu", identity_code="131052-308T", born_on=date(1952, 10, 13)
        )
        for text in ("koivu", "Koivu 13.10.1952", "1952-10-13 Koivu", "131052-308T"):
            assert f"/people/{mine.pk}/" in self.search(world, world.caseworker, text), text
            assert f"/people/{mine.pk}/" not in self.search(world, world.other_caseworker, text)

    def test_by_phone_number_and_with_a_typing_error(self, world):
        mine = world.person(world.ngo, first_names="Maija", last_name="Koivunen", phone="+358 40 123 4567")
        for text in ("0401234567", "040 123 4567", "1234567", "Koivnuen"):
            assert f"/people/{mine.pk}/" in self.search(world, world.caseworker, text), text
            assert f"/people/{mine.pk}/" not in self.search(world, world.other_caseworker, text)

    def test_a_person_is_shown_with_programme_and_whoever_is_responsible(self, world):
        person = world.person(world.ngo, first_names="Maija", last_name="Koivu")
        world.enrolment(person=person, responsible=world.case_manager.user)
        page = self.search(world, world.caseworker, "koivu")
        assert "Counselling" in page
        assert world.case_manager.user.full_name in page

    def test_a_referral_by_its_number_for_its_parties_only(self, world):
        referral = world.sent()
        link = f"/referrals/{referral.pk}/"
        assert link in self.search(world, world.caseworker, str(referral.pk))
        assert link in self.search(world, world.liaison, f"#{referral.pk}")
        assert link not in self.search(world, world.other_caseworker, str(referral.pk))

    def test_programmes_and_partners_for_everybody(self, world):
        page = self.search(world, world.auditor, "anch")
        assert f"/programmes/{world.programme.pk}/" in page
        assert f"/partners/{world.ngo.pk}/" in page

    def test_what_was_searched_for_stands_in_no_address(self, world):
        response = world.client(world.caseworker).post("/search/", {"q": "131052-308T"})
        assert (response.status_code, response["Location"]) == (302, "/search/")
        assert "131052" not in str(UserSession.objects.get().get_decoded())

    def test_it_costs_the_same_however_many_are_found(self, world):
        client = world.client(world.caseworker)
        client.post("/search/", {"q": "koivu"})
        costs = []
        for number in range(3):
            world.person(world.ngo, first_names=f"Maija {number}", last_name="Koivu")
            with CaptureQueriesContext(connection) as queries:
                client.get("/search/")
            costs.append(len(queries))
        assert len(set(costs)) == 1
        assert costs[0] <= 15
