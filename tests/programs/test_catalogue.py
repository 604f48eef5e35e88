"""Programmes: page and API change them through the same actions, by the same rules."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from partnership.audit_trail.models import RecordChange
from programs.catalogue import actions as catalogue
from programs.catalogue.models import Programme
from tests.world import run_as

SENTENCE = "For a waiting list, say when a place is expected."


def test_the_page_saves_through_the_action(world):
    fields = {"name": "Evening group", "kind": "peer_support", "accepts": ["self"], "districts": [world.city.pk]}
    world.client(world.case_manager).post(reverse("programme_new"), fields | {"is_active": "on"})
    programme = Programme.objects.get(name="Evening group")
    assert list(programme.districts.all()) == [world.city]
    change = RecordChange.objects.filter(record="programme", object_id=programme.pk, kind="created").first()
    assert (change.action, change.through) == ("programme.save", "page")


class TestWaitingList:
    def test_without_a_day_the_action_says_what_is_missing(self, world):
        with pytest.raises(ValidationError) as caught:
            run_as(world.caseworker, catalogue.set_capacity, programme=world.programme, capacity="waiting_list")
        assert caught.value.message_dict == {"expected_on": [SENTENCE]}
        world.programme.refresh_from_db()
        assert world.programme.capacity == Programme.Capacity.OPEN

    def test_the_page_says_it_once_beside_the_field(self, world):
        address = reverse("programme_capacity", args=[world.programme.pk])
        form = world.client(world.caseworker).post(address, {"capacity": "waiting_list"}).context["form"]
        assert form.errors == {"expected_on": [SENTENCE]}

    def test_with_a_day_it_is_taken(self, world):
        day = world.today + timedelta(days=30)
        run_as(
            world.caseworker,
            catalogue.set_capacity,
            programme=world.programme,
            capacity="waiting_list",
            expected_on=day,
        )
        world.programme.refresh_from_db()
        assert (world.programme.capacity, world.programme.expected_on) == ("waiting_list", day)
