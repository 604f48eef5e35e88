"""Relations between people of one register: said once, read from both sides, gone with the person."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.people import actions as people
from cases.people.models import Person
from cases.relations import actions as relations
from cases.relations.models import INVERSE, Kind, Relation
from cases.rights import actions as rights
from partnership.isolation.errors import NotAParty
from tests.world import on_web, run_as


@pytest.fixture
def family(world):
    """A mother and her son, both at the NGO."""
    return world.person(world.ngo), world.person(world.ngo, first_names="Onni")


def relate(world, person, other, kind):
    return run_as(world.caseworker, relations.save_relation, person=person, other=other, kind=kind)


def seen_from(world, person):
    with on_web(world.caseworker):
        records = list(Person.objects.get(pk=person.pk).records())
        numbers = {record.pk for record in records}
        return [
            (other.pk, str(kind))
            for relation in relations.relations_of(records)
            for other, kind in [relation.seen_from(numbers)]
        ]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("kind", list(Kind))
def test_each_side_reads_what_the_other_is(world, family, kind, turned):
    one, other = reversed(family) if turned else family
    relate(world, one, other, kind)
    assert seen_from(world, one) == [(other.pk, str(kind.label))]
    assert seen_from(world, other) == [(one.pk, str(INVERSE.get(kind, kind).label))]


def test_said_again_the_newer_one_counts(world, family):
    mother, son = family
    relate(world, mother, son, "sibling")
    relate(world, son, mother, "parent")
    assert seen_from(world, mother) == [(son.pk, "child")]


def test_nobody_is_related_to_themselves_under_whichever_record(world, family):
    one, other = family
    run_as(world.caseworker, people.link_person, person=one, other=other)
    with pytest.raises(relations.NotRelated):
        relate(world, one, other, "sibling")


def test_a_linked_record_shows_the_relations_of_the_other(world, family):
    mother, son = family
    married = world.person(world.ngo, last_name="Virtanen")
    relate(world, married, son, "child")
    run_as(world.caseworker, people.link_person, person=mother, other=married)
    assert seen_from(world, mother) == [(son.pk, "child")]


def test_they_stay_in_one_register(world, family):
    theirs = world.person(world.other_ngo)
    with pytest.raises(NotAParty):
        relate(world, theirs, family[0], "close")
    with pytest.raises(IntegrityError), transaction.atomic():
        Relation.objects.create(
            partner=world.ngo, person=family[0], other=theirs, kind="close", recorded_by=world.caseworker.user
        )


def test_the_page_finds_adds_and_removes(world, family):
    mother, son = family
    client, page = world.client(world.caseworker), reverse("person", args=[mother.pk])
    address = reverse("relation_new", args=[mother.pk])
    assert "Onni" in client.post(address, {"q": "onni"}).text
    client.post(address, {"other": str(son.pk), "kind": "child"})
    assert reverse("person", args=[son.pk]) in client.get(page).text
    assert reverse("person", args=[mother.pk]) in client.get(reverse("person", args=[son.pk])).text
    client.post(reverse("relation_remove", args=[Relation.objects.get().pk]))
    assert reverse("person", args=[son.pk]) not in client.get(page).text


def test_they_are_in_the_file_and_go_with_the_person(world, family):
    mother, son = family
    relate(world, mother, son, "child")
    with on_web(world.caseworker):
        text = str(rights.held_about(mother))
    assert "child" in text
    assert "Onni" not in text, "named to relatives by their own consent alone: tests/cases/test_families.py"
    run_as(world.case_manager, rights.erase, person=son)
    assert not Relation.objects.exists()


def test_a_system_reads_says_and_removes(world, ngo, family):
    mother, son = family
    address = f"persons/{mother.pk}/relations"
    said = ngo.call("post", address, {"person": son.pk, "kind": "child"}, status=201).found
    assert ngo.get(f"persons/{son.pk}/relations")["results"] == [
        {"id": said["id"], "person": mother.pk, "kind": "parent"}
    ]
    ngo.call("post", f"persons/{mother.pk}/remove-relation", {"relation": said["id"]}, status=204)
    assert ngo.get(address)["results"] == []
