"""Answering: what was typed stays after a refusal, the page says what comes next, a list is searched by who its people are."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape

import pytest
from django.urls import reverse

from referrals.handover.models import Referral
from referrals.handover.transitions import State
from tests.shared_worlds import shared
from tests.world import World, do

LIST = "/referrals/"


class TestWhatComesNext:
    def post(self, world: World, referral: Referral, verb: str, **fields: object):
        address = reverse("referral_do", args=[referral.pk, verb])
        return world.client(world.caseworker).post(
            address,
            {"version": referral.version} | {f"{verb}-{name}": value for name, value in fields.items()},
            follow=True,
        )

    def test_it_says_what_was_done_and_leads_to_the_next_that_waits(self, world):
        first = world.sent()
        next_one = world.sent(person=world.person(world.police, first_names="Next"), is_urgent=True)
        page = self.post(world, first, "accept", started_on=world.today).text
        assert "Enrolled, and Harbour Police is told." in page
        assert f'Next to answer: <a href="/referrals/{next_one.pk}/">' in page

    def test_after_the_last_one_all_are_answered(self, world):
        page = self.post(world, world.sent(), "decline", reason="no_capacity").text
        assert "Harbour Police is told why, and can refer the person on. All referrals are answered." in unescape(page)

    def test_a_name_of_a_partner_is_text_in_it(self, world):
        world.police.name = "<b>Police</b>"
        world.police.save()
        referral = world.sent()
        world.sent(person=world.person(world.police, first_names="Next"))
        assert "&lt;b&gt;Police" in self.post(world, referral, "accept").text

    def test_a_refusal_keeps_what_was_typed(self, world):
        referral = world.sent()
        tomorrow = world.today + timedelta(days=1)
        response = self.post(world, referral, "accept", started_on=tomorrow, first_place="Harbour street 1")
        assert response.status_code == 422
        assert "in the future" in response.text
        assert f'value="{tomorrow}"' in response.text
        assert 'value="Harbour street 1"' in response.text
        assert Referral.objects.get(pk=referral.pk).state == State.SENT

    def test_what_somebody_else_answered_meanwhile_is_said(self, world):
        referral = world.sent()
        do(world, "decline", referral)
        page = self.post(world, referral, "accept").text
        assert "Meanwhile" in page

    def test_acknowledging_many_comes_back_to_the_list_as_it_was(self, world):
        referral = world.sent()
        next_page = f"{LIST}?box=incoming&state=waiting"
        response = world.client(world.caseworker).post(
            reverse("referral_acknowledge_all"), {"pk": [referral.pk], "next": next_page}
        )
        assert response.url == next_page


@shared
def answered(world: World) -> World:
    """One accepted, whose name the NGO sees; one that waits, whose name it does not."""
    world.accepted = do(
        world,
        "accept",
        world.sent(
            person=world.person(
                world.police, last_name="Koivisto", first_names="Aino", born_on=date(1985, 3, 2), phone="040 765 4321"
            )
        ),
    )
    world.waiting = world.sent(person=world.person(world.police, last_name="Lehtinen", first_names="Eero"))
    return world


class TestSearch:
    def found(self, world: World, acting, text: str, query: str = "") -> list[int]:
        client = world.client(acting)
        address = client.post(f"{LIST}{query}", {"q": text}).url
        return [referral.pk for referral in client.get(address).context["page"].rows]

    @pytest.mark.parametrize(
        "text", ["koivisto", "kovisto", "aino koivisto", "2.3.1985", "Koivisto 1985", "+358 40 7654321"]
    )
    def test_whoever_is_disclosed_is_found_as_people_type_it(self, answered, text):
        assert self.found(answered, answered.caseworker, text) == [answered.accepted.pk]

    def test_by_its_number(self, answered):
        assert self.found(answered, answered.caseworker, f"#{answered.waiting.pk}") == [answered.waiting.pk]

    def test_whose_name_is_not_disclosed_yet_is_not_found_by_it(self, answered):
        assert self.found(answered, answered.caseworker, "lehtinen") == []
        assert self.found(answered, answered.liaison, "lehtinen") == [answered.waiting.pk]
        assert self.found(answered, answered.other_caseworker, "lehtinen") == []

    def test_the_filters_stay_and_no_name_stands_in_the_address(self, answered):
        client = answered.client(answered.liaison)
        response = client.post(f"{LIST}?box=outgoing&state=waiting", {"q": "lehtinen"})
        assert response.url == f"{LIST}?box=outgoing&state=waiting&found=1"
        assert "Lehtinen" not in client.session["searched-referral_list"]

    def test_the_file_holds_what_the_page_shows(self, answered):
        client = answered.client(answered.caseworker)
        client.post(LIST, {"q": "koivisto"})
        file = client.get(f"{LIST}export/?found=1&format=csv").body.decode()
        assert "Koivisto" in file
        assert f";{answered.waiting.pk};" not in file
