"""Programmes that do the same in one district: of one kind, for the same people, by more than one organisation."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from metrics.gaps.overlaps import find_overlaps
from partnership.members.models import District, Partner
from programs.catalogue.models import Programme
from tests.shared_worlds import shared
from tests.world import World


@shared
def town(world: World) -> World:
    """A town with one part; nothing is offered there yet."""
    Programme.objects.update(is_active=False)
    world.town = District.objects.create(name="Town", code="T")
    world.quarter = District.objects.create(name="Quarter", code="Q", parent=world.town)
    return world


def offers(world: World, partner: Partner, *districts: District, **fields: Any) -> Programme:
    terms = {"name": f"Programme {Programme.objects.count()}", "kind": Programme.Kind.PEER_SUPPORT} | fields
    programme = Programme.objects.create(partner=partner, **terms)
    programme.districts.set(districts)
    return programme


def overlaps(world: World) -> list[tuple[list[int], list[str]]]:
    """Numbers of the programmes, names of the districts."""
    programmes = list(Programme.objects.offered().prefetch_related("districts").order_by("id"))
    found = find_overlaps(programmes, [world.town, world.quarter])
    return [([each.pk for each in group], [district.name for district in there]) for group, there in found]


class TestWhatIsTheSame:
    def test_one_kind_in_one_district_by_two_organisations(self, town):
        one, other = offers(town, town.ngo, town.town), offers(town, town.other_ngo, town.town)
        assert overlaps(town) == [([one.pk, other.pk], ["Town"])]

    @pytest.mark.parametrize(
        ("one", "other", "is_same"),
        [
            ({"age_to": 17}, {"age_from": 18}, False),
            ({"age_to": 18}, {"age_from": 18}, True),
            ({"age_from": 13, "age_to": 24}, {}, True),
            ({"languages": ["fi"]}, {"languages": ["sv"]}, False),
            ({"languages": ["fi", "sv"]}, {"languages": ["sv"]}, True),
            ({"languages": ["fi"]}, {}, True),
            ({}, {"kind": Programme.Kind.MENTORING}, False),
            ({}, {"is_active": False}, False),
        ],
    )
    def test_somebody_could_come_to_either(self, town, one, other, is_same):
        offers(town, town.ngo, town.town, **one)
        offers(town, town.other_ngo, town.town, **other)
        assert bool(overlaps(town)) is is_same

    def test_what_one_organisation_offers_twice_is_its_own_matter(self, town):
        offers(town, town.ngo, town.town)
        offers(town, town.ngo, town.town)
        assert overlaps(town) == []

    def test_a_part_of_the_area_is_served_by_who_serves_the_area_or_everywhere(self, town):
        one, other = offers(town, town.ngo, town.town), offers(town, town.other_ngo, town.quarter)
        assert overlaps(town) == [([one.pk, other.pk], ["Quarter"])]
        everywhere = offers(town, town.other_ngo)
        assert ([one.pk, everywhere.pk], ["Town"]) in overlaps(town)
        assert ([one.pk, other.pk, everywhere.pk], ["Quarter"]) in overlaps(town)

    def test_who_does_the_same_as_one_of_a_group_belongs_to_it(self, town):
        young, all_ages, old = (
            offers(town, partner, town.town, **ages)
            for partner, ages in ((town.ngo, {"age_to": 20}), (town.other_ngo, {}), (town.ngo, {"age_from": 60}))
        )
        assert overlaps(town) == [([young.pk, all_ages.pk, old.pk], ["Town"])]


class TestThePage:
    def test_who_plans_sees_both_with_their_free_places(self, town):
        offers(town, town.ngo, town.town, name="Ours", places=7)
        offers(town, town.other_ngo, town.town, name="Theirs")
        for acting in (town.coordinator, town.case_manager):
            page = town.client(acting).get(reverse("overlaps")).content.decode()
            assert "Ours" in page
            assert "Theirs" in page
        assert reverse("overlaps") in town.client(town.coordinator).get(reverse("gaps")).content.decode()

    def test_others_do_not(self, town):
        for acting in (town.caseworker, town.liaison, town.auditor):
            assert town.client(acting).get(reverse("overlaps")).status_code == 403
            assert reverse("overlaps") not in town.client(acting).get(reverse("gaps")).content.decode()
