"""A system's own references: unique in it, found by it, seen by no other; they go with what they name."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from cases.people.models import Person
from cases.rights import actions as rights
from partnership.api.models import ExternalReference
from partnership.isolation.acting import Acting, enter
from tests.systems import System
from tests.world import World, on_web, run_as


@pytest.fixture
def second(world: World, manager: Acting, ngo: System) -> System:
    """Another system of the same partner."""
    return System(manager, name="Second")


def person_terms(**more: Any) -> dict[str, Any]:
    return {"first_names": "Aino", "last_name": "Virta", "born_on": "1990-05-17", **more}


def made(world: World, ngo: System, noun: str, reference: str) -> dict[str, Any]:
    """A record of the noun that was made with the reference."""
    person = world.person(world.ngo, first_names=reference)
    if noun == "persons":
        terms = person_terms(first_names=reference, external_reference=reference, is_somebody_else=True)
        return ngo.post("persons", terms, status=201)
    terms = {"person": person.pk, "programme": world.programme.pk, "external_reference": reference}
    if noun == "referrals":
        return ngo.post("referrals", terms | {"kind": "self"}, status=201)
    enrolment = {"started_on": world.today.isoformat(), "measurement_consent": False}
    if noun == "enrolments":
        return ngo.post("enrolments", terms | enrolment, status=201)
    number = world.enrolment(person).pk
    session = {"held_on": world.today.isoformat(), "external_reference": reference}
    return ngo.post(f"enrolments/{number}/sessions", session, status=201)


@pytest.mark.parametrize("noun", ["persons", "referrals", "enrolments", "sessions"])
def test_a_record_is_made_with_a_reference_found_by_it_and_holds_it_alone(world, ngo, second, noun):
    first = made(world, ngo, noun, "K-1")
    assert first["external_reference"] == "K-1"
    assert [row["id"] for row in ngo.get(f"{noun}?external_reference=K-1")["results"]] == [first["id"]]
    assert ngo.get(f"{noun}?external_reference=K-2")["results"] == []
    other = made(world, ngo, noun, "K-2")
    taken = ngo.call("put", f"{noun}/{other['id']}/external-reference", {"external_reference": "K-1"}, status=409)
    assert taken.found["type"].endswith("/reference-taken")
    assert [record["id"] for record in taken.found["records"]] == [first["id"]]
    assert taken.found["record"].endswith(f"{noun}/{first['id']}")
    ngo.call("put", f"{noun}/{first['id']}/external-reference", {"external_reference": None})
    assert ngo.get(f"{noun}/{first['id']}")["external_reference"] is None
    ngo.call("put", f"{noun}/{other['id']}/external-reference", {"external_reference": "K-1"})
    assert {row["external_reference"] for row in ngo.get(f"{noun}?external_reference=K-1")["results"]} == {"K-1"}


def test_what_is_refused_for_its_reference_is_not_made(world, ngo):
    made(world, ngo, "persons", "K-1")
    before = ngo.get("persons")["results"]
    ngo.call("post", "persons", person_terms(external_reference="K-1"), status=409)
    assert ngo.get("persons")["results"] == before


def test_another_system_of_the_partner_sees_no_reference_and_has_its_own_of_the_same_text(world, ngo, second):
    person = made(world, ngo, "persons", "K-1")
    assert second.get(f"persons/{person['id']}")["external_reference"] is None
    assert second.get("persons?external_reference=K-1")["results"] == []
    second.call("put", f"persons/{person['id']}/external-reference", {"external_reference": "K-1"})
    assert ExternalReference.objects.count() == 2


def test_each_party_has_its_own_reference_of_one_referral(world, ngo, police):
    referral = world.sent()
    address = f"referrals/{referral.pk}"
    police.call("put", f"{address}/external-reference", {"external_reference": "5500/R/1/26"})
    assert ngo.get(address)["external_reference"] is None
    ngo.call("put", f"{address}/external-reference", {"external_reference": "K-1"})
    assert police.get(address)["external_reference"] == "5500/R/1/26"
    assert ngo.get("referrals?expand=programme")["results"][0]["external_reference"] == "K-1"


def test_a_record_that_is_not_seen_gets_no_reference(world, ngo):
    foreign = world.person(world.other_ngo, first_names="F")
    ngo.call("put", f"persons/{foreign.pk}/external-reference", {"external_reference": "K-1"}, status=404)


def test_a_shown_person_bears_its_reference_where_another_record_shows_it(world, ngo):
    enrolment = made(world, ngo, "enrolments", "E-1")
    ngo.call("put", f"persons/{enrolment['person']}/external-reference", {"external_reference": "K-1"})
    row = ngo.get("enrolments?expand=person")["results"][0]
    assert (row["external_reference"], row["expanded"]["person"]["external_reference"]) == ("E-1", "K-1")


def test_a_person_at_a_page_has_none(world):
    person = world.person(world.ngo, first_names="A")
    client = world.client(world.caseworker)
    body = {"data": '{"external_reference": "K-1"}', "content_type": "application/json"}
    answer = client.put(f"/api/v1/persons/{person.pk}/external-reference", **body)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "no-system")


def test_sql_of_a_page_or_of_another_system_shows_none_and_writes_none(world, manager, ngo, second):
    made(world, ngo, "persons", "K-1")
    kept = ExternalReference.objects.get()
    for client, seen in ((None, 0), (second.client, 0), (ngo.client, 1)):
        with on_web(manager):
            enter(partner_id=world.ngo.pk, user_id=manager.user.pk, client_id=client.pk if client else None)
            assert ExternalReference.objects.count() == seen
            kept.pk, kept.reference_index = None, "f" * 64
            if not seen:
                with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                    kept.save(force_insert=True)


def test_the_text_stands_nowhere_in_the_clear(world, ngo):
    made(world, ngo, "persons", "170590-998N")
    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM partnership_externalreference r")
        assert "998N" not in str(cursor.fetchall())


def test_a_deleted_draft_takes_its_reference_along(world, ngo):
    draft = made(world, ngo, "referrals", "K-1")
    ngo.call("delete", f"referrals/{draft['id']}", status=204)
    assert not ExternalReference.objects.exists()


def test_erasing_a_person_forgets_what_all_systems_called_them_and_theirs(world, ngo, second):
    enrolment = made(world, ngo, "enrolments", "E-1")
    session = {"held_on": world.today.isoformat(), "external_reference": "S-1"}
    ngo.post(f"enrolments/{enrolment['id']}/sessions", session, status=201)
    second.call("put", f"persons/{enrolment['person']}/external-reference", {"external_reference": "X-1"})
    ngo.post(f"enrolments/{enrolment['id']}/end", {"ended_on": world.today.isoformat(), "reason": "moved"})
    kept = made(world, ngo, "persons", "K-9")
    person = Person.objects.get(pk=enrolment["person"])
    run_as(world.case_manager, rights.erase, person=person)
    assert list(ExternalReference.objects.values_list("record", "object_id")) == [("person", kept["id"])]


def test_the_file_of_all_data_holds_what_each_system_of_the_partner_calls_the_persons_records(
    world, ngo, second, police
):
    enrolment = made(world, ngo, "enrolments", "E-1")
    address = f"persons/{enrolment['person']}/external-reference"
    ngo.call("put", address, {"external_reference": "K-1"})
    second.call("put", address, {"external_reference": "L-1"})
    person = Person.objects.get(pk=enrolment["person"])
    session = {"held_on": world.today.isoformat(), "external_reference": "S-1"}
    ngo.post(f"enrolments/{enrolment['id']}/sessions", session, status=201)
    referral = ngo.post(
        "referrals",
        {"kind": "self", "person": person.pk, "programme": world.programme.pk, "external_reference": "R-1"},
        status=201,
    )
    assert referral["external_reference"] == "R-1"
    made(world, ngo, "persons", "K-2")
    with on_web(world.case_manager):
        parts = {part.title: part.rows for part in rights.held_about(person)}
    assert sorted(parts["References in other systems"]) == [
        ["Enrolments", "System", "E-1"],
        ["Person", "Second", "L-1"],
        ["Person", "System", "K-1"],
        ["Referrals", "System", "R-1"],
        ["Sessions", "System", "S-1"],
    ]


def test_the_function_behind_it_gives_nothing_to_another_partner_or_to_a_system(world, manager, ngo, second):
    person = made(world, ngo, "persons", "K-1")
    for acting, client, seen in (
        (manager, None, 1),
        (manager, second.client, 0),
        (manager, ngo.client, 0),
        (world.other_caseworker, None, 0),
    ):
        with on_web(acting):
            enter(partner_id=acting.partner.pk, user_id=acting.user.pk, client_id=client.pk if client else None)
            with connection.cursor() as cursor:
                cursor.execute("SELECT * FROM portal_references_of('person', %s)", [[person["id"]]])
                assert len(cursor.fetchall()) == seen
