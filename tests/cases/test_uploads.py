"""Uploads over the API: arrests, participants and populations as CSV or NDJSON, followed to their end."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.arrests.models import Arrest, Feed
from cases.imports.jobs import run_import
from cases.imports.models import DataImport, ImportMapping
from partnership.events.models import Notification
from partnership.events.outbox import relay
from partnership.isolation.acting import Acting
from partnership.members.models import DistrictPopulation
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import World, database_role

ARRESTS = (
    b"arrest_number,arrested_on,offence_code,offence_on,district,identity_code,last_name\n"
    b"A-1,2026-03-01,060111,2026-03-01,H1,131052-308T,Koodi\n"
    b"A-2,2026-03-05,05,,Harbour,,\n"
)


@shared
def police(world: World) -> System:
    return System(Acting(world.member(world.police, "police_data_officer", is_manager=True).membership))


def upload(system: System, name: str, content: bytes, status: int = 202, **fields: str) -> dict:
    if not system.token:
        system.token = system.get_token().json()["access_token"]
    response = system.http.post(
        "/api/v1/uploads",
        {"file": SimpleUploadedFile(name, content), "kind": "arrests", **fields},
        headers={"Authorization": f"Bearer {system.token}"},
    )
    assert response.status_code == status, response.content
    return json.loads(response.content)


def carry_out(number: int) -> DataImport:
    found = DataImport.objects.get(pk=number)
    with database_role("worker"):
        run_import(found.pk, found.partner_id)
    found.refresh_from_db()
    return found


def test_a_clean_file_is_loaded_without_further_ado_and_its_feed_moves_on(world, police):
    made = upload(police, "a.csv", ARRESTS, complete_through="2026-03-31", districts="H1")
    assert made["state"] == "checking"
    assert carry_out(made["id"]).state == "done"
    found = police.get(f"uploads/{made['id']}")
    assert (found["added"], found["rows_bad"], found["percent_done"]) == (2, 0, 100)
    assert {row["arrest_number"] for row in police.get("arrests")["results"]} == {"A-1", "A-2"}
    assert police.get("feeds")["results"][0]["complete_through"] == "2026-03-31"
    assert Feed.objects.count() == 1


def test_the_same_rows_as_ndjson_change_nothing(world, police):
    carry_out(upload(police, "a.csv", ARRESTS)["id"])
    heading, *lines = ARRESTS.decode().splitlines()
    names = heading.split(",")
    text = "\n".join(json.dumps({n: v or None for n, v in zip(names, line.split(","), strict=True)}) for line in lines)
    done = carry_out(upload(police, "a.ndjson", text.encode())["id"])
    assert (done.added, done.unchanged, done.corrected) == (0, 2, 0)


def test_rows_with_problems_wait_for_confirmation_and_are_told_without_their_values(world, police):
    made = upload(police, "a.csv", ARRESTS + b"A-3,2999-01-01,060111,,H1,,\n")
    assert carry_out(made["id"]).state == "checked"
    problems = police.get(f"uploads/{made['id']}/problems")["results"]
    assert [(p["row"], p["column"], p["reason"]) for p in problems] == [(4, "arrested_on", "future_date")]
    assert "2999" not in json.dumps(problems)
    police.call("post", f"uploads/{made['id']}/confirm", status=202)
    assert carry_out(made["id"]).added == 2


def test_a_corrected_arrest_replaces_the_old_one(world, police):
    carry_out(upload(police, "a.csv", ARRESTS)["id"])
    before = Arrest.objects.get(arrest_number="A-1").changed_at
    done = carry_out(upload(police, "a.csv", ARRESTS.replace(b"A-1,2026-03-01", b"A-1,2026-03-02"))["id"])
    assert (done.corrected, done.unchanged) == (1, 1)
    assert Arrest.objects.get(arrest_number="A-1").changed_at > before


def test_local_codes_and_headings_are_mapped_in_the_request_and_remembered(world, police):
    content = b"nr,day,law,area\nA-9,1.2.2026,RL 50:2a,H1\n"
    mapping = {"arrest_number": "nr", "arrested_on": "day", "offence_code": "law", "district": "area"}
    made = upload(police, "a.csv", content, mapping=json.dumps(mapping), codes=json.dumps({"RL 50:2a": "060111"}))
    assert carry_out(made["id"]).added == 1
    assert ImportMapping.objects.get().codes == {"RL 50:2a": "060111"}


@pytest.mark.parametrize(
    ("name", "content", "fields", "code"),
    [
        ("a.ndjson", b'{"arrest_number": 1}\nnot json\n', {}, "unreadable-file"),
        ("a.ndjson", b'{"colour": "red"}\n', {}, "unreadable-file"),
        ("a.csv", b"x\n1\n", {}, "unreadable-file"),
        ("a.csv", ARRESTS, {"kind": "participants"}, "invalid"),
        ("a.csv", ARRESTS, {"districts": "nowhere"}, "invalid"),
        ("a.csv", ARRESTS, {"complete_through": "2026-03-31"}, "invalid"),
        ("a.csv", ARRESTS, {"mapping": '["a"]'}, "invalid"),
        ("a.csv", b"a,b\n1,2\n", {}, "mapping-incomplete"),
    ],
)
def test_what_can_not_be_taken_is_refused_and_nothing_stays(world, police, name, content, fields, code):
    assert upload(police, name, content, 422, **fields)["type"].endswith(f"/{code}")
    assert not DataImport.objects.exists()


def test_populations_are_the_coordination_offices(world):
    cache.clear()
    office = System(world.coordinator)
    content = (
        b"district,year,residents,residents_under_18\nH1,2020,51000,9000\nH2,2025,20000,4000\nH2,2024,19 000,30000\n"
    )
    made = upload(office, "p.csv", content, kind="populations")
    assert carry_out(made["id"]).rows_bad == 1
    office.call("post", f"uploads/{made['id']}/confirm", status=202)
    done = carry_out(made["id"])
    assert (done.added, done.corrected) == (1, 1)
    assert DistrictPopulation.objects.get(district=world.city, year=2020).residents == 51000
    again = carry_out(upload(office, "p.csv", content.rsplit(b"H2,2024", 1)[0], kind="populations")["id"])
    assert (again.added, again.corrected, again.unchanged) == (0, 0, 2)


def test_who_uploaded_is_told_when_it_is_done(world, police):
    made = upload(police, "a.csv", ARRESTS)
    carry_out(made["id"])
    with database_role("worker"):
        relay()
    assert Notification.objects.get(kind="import.done").user == police.client.membership.user
    assert police.get("notifications")["results"][0]["text"] == "An import is done"
