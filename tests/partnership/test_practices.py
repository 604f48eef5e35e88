"""Which practices a partner uses: its manager says so, everybody may know, and nobody says it for another."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from partnership.isolation.errors import Invalid
from partnership.members.models import Role
from partnership.practices.actions import choose_practices, practices_for
from partnership.practices.models import ABOUT, FOR, Practice, PracticeInUse
from tests.world import World, on_web, run_as


def test_each_practice_says_for_whom_it_is_and_what_it_is():
    assert set(FOR) == set(ABOUT) == set(Practice)


def test_a_manager_chooses_them_on_a_page_and_takes_all_of_them_back(world: World):
    client, address = world.client(world.case_manager), reverse("practices")
    assert "Syringes" in client.get(address).text
    assert client.post(address, {"practices": ["contacts"], "sent": "1"}).status_code == 302
    assert "Low-threshold contacts" in client.get(reverse("partner", args=[world.ngo.pk])).text
    assert "checked" in client.get(address).text
    assert client.post(address, {"sent": "1"}).status_code == 302
    assert not PracticeInUse.objects.exists()


def test_a_caseworker_does_not(world: World):
    assert world.client(world.caseworker).get(reverse("practices")).status_code == 403


def test_a_court_counts_no_syringes(world: World):
    manager = world.member(world.prosecutors, Role.COURT_OFFICER, is_manager=True)
    assert Practice.CONTACTS not in practices_for(world.prosecutors)
    with pytest.raises(Invalid):
        run_as(manager, choose_practices, practices=["contacts"])


def test_nobody_writes_those_of_another_partner(world: World):
    with on_web(world.liaison), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        PracticeInUse.objects.create(partner=world.ngo, practice="contacts")
