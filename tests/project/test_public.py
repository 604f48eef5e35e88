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
        assert shown("district=H1") == ["Counselling"]
        assert shown("age=17") == ["Mentors"]
        assert shown("open=1") == ["Counselling"]
        assert shown("need=%3Cscript%3E&age=x") == ["Counselling", "Mentors"]
        assert visitor.get("/find-help/?district=%00").status_code == 400

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
        assert costs[0] <= 13
