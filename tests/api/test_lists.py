"""Lists, synchronising, exports and the other shapes of the API."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.enrolments.models import Enrolment
from partnership.audit_trail.models import ReadLog
from referrals.consents import actions as consents
from referrals.handover import actions as handover
from tests.systems import JSON, System
from tests.world import WebClient, on_web, run_as


class TestLists:
    def test_pages_hold_every_row_once_while_rows_arrive(self, world, ngo):
        for _ in range(7):
            world.person(world.ngo)
        seen: list[int] = []
        address = "persons?limit=3"
        while address:
            page = ngo.get(address)
            seen += [row["id"] for row in page["results"]]
            address = page["next"]
            world.person(world.ngo)
        assert len(seen) == len(set(seen)) == 7

    def test_own_referrals_sent_and_received_are_merged_in_order(self, world, ngo):
        first = world.sent()
        own = world.draft(by=world.caseworker, kind="self", consent=False)
        third = world.sent(person=world.person(world.police, first_names="Toinen"))
        assert [row["id"] for row in ngo.get("referrals?limit=2")["results"]] == [third.pk, own.pk]
        assert [row["id"] for row in ngo.get("referrals?order=id")["results"]] == [first.pk, own.pk, third.pk]
        assert [row["id"] for row in ngo.get("referrals?direction=outgoing")["results"]] == [own.pk]

    def test_referrals_of_a_person_are_found_by_the_number_in_the_own_register(self, world, ngo, police):
        referral, other = world.enrolled(), world.sent(person=world.person(world.police, first_names="B"))
        assert [row["id"] for row in police.get(f"referrals?person={referral.person_id}")["results"]] == [referral.pk]
        mine = ngo.get(f"referrals?person={referral.receiver_person_id}")["results"]
        assert [row["id"] for row in mine] == [referral.pk]
        # Another partner's number is none of the own register.
        for number in (referral.person_id, other.person_id):
            assert ngo.get(f"referrals?person={number}")["results"] == []

    def test_a_coordinators_system_finds_nobody_by_trying_numbers(self, world):
        referral = world.sent()
        office = System(world.coordinator)
        assert office.get("referrals")["results"]
        assert office.get(f"referrals?person={referral.person_id}")["results"] == []

    def test_a_diversion_is_found_by_its_referral(self, world, ngo):
        first, _second = world.sent(), world.sent(person=world.person(world.police, first_names="B"))
        found = ngo.get(f"diversions?referral={first.pk}")["results"]
        assert [row["id"] for row in found] == [first.diversion.pk]

    def test_a_synchronising_client_learns_of_changes_and_deletions(self, world, police):
        kept, gone = world.draft(), world.draft(person=world.person(world.police, first_names="B"))
        synced = timezone.now().isoformat().replace("+00:00", "Z")
        with on_web(world.liaison):
            handover.send(by=world.liaison, referral=kept)
            handover.discard(by=world.liaison, referral=gone)
        number = gone.pk
        page = police.get(f"referrals?updated_since={synced}")
        assert [row["id"] for row in page["results"]] == [kept.pk]
        assert [row["id"] for row in page["deleted"]] == [number]

    def test_a_cursor_is_good_for_its_own_order_alone(self, world, ngo):
        for _ in range(3):
            world.person(world.ngo)
        cursor = ngo.get("persons?limit=1&order=id")["next"].split("cursor=")[1].split("&")[0]
        ngo.call("get", f"persons?limit=1&order=id&cursor={cursor}")
        ngo.call("get", f"persons?limit=1&order=-id&cursor={cursor}", status=400)

    def test_a_tombstone_is_its_partners_alone(self, world, ngo, police):
        gone = world.draft()
        with on_web(world.liaison):
            handover.discard(by=world.liaison, referral=gone)
        since = "2020-01-01T00:00:00Z"
        assert ngo.get(f"referrals?updated_since={since}")["deleted"] == []

    def test_a_change_that_a_withdrawn_consent_makes_reaches_the_receivers_copy(self, world, ngo):
        referral = world.enrolled()
        synced = timezone.now()
        run_as(world.liaison, consents.withdraw_consent, consent=referral.consent)
        page = ngo.get(f"referrals?updated_since={synced.isoformat().replace('+00:00', 'Z')}")
        assert [row["id"] for row in page["results"]] == [referral.pk]

    def test_raw_sql_that_changes_an_enrolment_is_seen_too(self, world, ngo):
        enrolment = world.enrolment()
        Enrolment.objects.filter(pk=enrolment.pk).update(changed_at=timezone.now() - timedelta(days=9))
        before = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE cases_enrolment SET primary_drug = 'opioids' WHERE id = %s", [enrolment.pk])
        enrolment.refresh_from_db()
        assert enrolment.changed_at >= before

    LISTS = [
        "partners", "districts", "populations", "agreements", "programmes", "persons", "enrolments", "referrals",
        "referrals?expand=programme,from_partner,to_partner", "diversions", "notifications", "runs", "cohorts",
        "results/recidivism", "results/trends", "uploads", "webhooks", "referrals?updated_since=2020-01-01T00:00:00Z",
        "fhir/Task", "fhir/ServiceRequest",
    ]  # fmt: skip

    @pytest.mark.parametrize("address", LISTS)
    def test_a_list_costs_a_few_queries_however_long(self, world, ngo, address):
        world.enrolled()
        world.sent(person=world.person(world.police, first_names="Other"))
        ngo.get(address)

        def cost() -> int:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                ngo.get(address)
            return len(
                [q for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "SET ROLE", "RESET ROLE"))]
            )

        few = cost()
        for number in range(3):
            world.enrolled(person=world.person(world.police, first_names=f"P{number}"))
        # Who keeps in step is told how far by one more, and of what is gone by another; a system's own references take one.
        assert cost() == few <= (7 if "updated_since" in address else 6)


class TestExports:
    def body(self, system: System, address: str, **headers: str) -> bytes:
        return system.call("get", address, **headers).body

    def test_rows_as_csv_and_ndjson(self, world, ngo):
        referral = world.sent()
        text = self.body(ngo, "exports/referrals").decode().splitlines()
        assert text[0].startswith("id,kind,state,")
        assert text[1].startswith(f"{referral.pk},arrest_diversion,sent,")
        assert dict(zip(text[0].split(","), text[1].split(","), strict=True))["is_urgent"] == "false"
        row = json.loads(self.body(ngo, "exports/referrals?file_format=ndjson"))
        assert (row["id"], row["state"]) == (referral.pk, "sent")

    def test_a_persons_export_stands_in_the_read_log(self, world):
        world.client(world.liaison).get("/api/v1/exports/arrests")
        assert ReadLog.objects.get().what == "api arrests_export"

    def test_another_partners_rows_are_not_in_it(self, world, ngo):
        world.enrolment(person=world.person(world.other_ngo), partner=world.other_ngo, programme=world.other_programme)
        assert self.body(ngo, "exports/enrolments").decode().count("\n") == 1

    def test_compressed_where_the_caller_takes_it(self, world, ngo):
        import gzip

        world.sent()
        response = ngo.call("get", "exports/referrals", Accept_Encoding="gzip")
        assert response["Content-Encoding"] == "gzip"
        assert gzip.decompress(response.body).startswith(b"id,kind")

    def test_treatment_demand_counts_a_person_once_a_year(self, world, ngo):
        person = world.person(world.ngo)
        for month in (2, 5):
            world.enrolment(person=person, started_on=world.today.replace(year=2025, month=month, day=1), primary_drug="opioids",
                            ended_on=world.today.replace(year=2025, month=month, day=20), end_reason="completed")  # fmt: skip
        rows = [json.loads(line) for line in self.body(ngo, "exports/tdi?year=2025&file_format=ndjson").splitlines()]
        assert len(rows) == 1
        assert (rows[0]["month_of_treatment"], rows[0]["primary_drug"], rows[0]["age"]) == (2, "opioids", 35)
        assert rows[0]["ever_previously_treated"] is False


class TestStandards:
    def test_the_directory_as_hsds_without_a_token(self, world):
        world.programme.places = 3
        world.programme.save()
        page = WebClient().get("/api/v1/hsds/services?per_page=10").json()
        assert page["total_items"] == 2
        service = next(row for row in page["contents"] if row["name"] == "Counselling")
        assert service["service_capacities"][0]["available"] == 3
        assert WebClient().get(f"/api/v1/hsds/services/{service['id']}").json() == service

    def test_a_referral_as_fhir(self, world, ngo):
        referral = world.sent()
        bundle = ngo.get("fhir/Task", Accept="application/fhir+json")
        task = bundle["entry"][0]["resource"]
        assert (task["resourceType"], task["status"], task["focus"]["reference"]) == (
            "Task",
            "requested",
            f"ServiceRequest/{referral.pk}",
        )
        request = ngo.get(f"fhir/ServiceRequest/{referral.pk}")
        assert request["status"] == "active"
        assert "Meikäläinen" not in json.dumps([bundle, request])

    def test_the_description_is_openapi_31_with_an_example_for_every_body(self, world):
        document = WebClient().get("/api/v1/openapi.json").json()
        assert document["openapi"].startswith("3.1")
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                bodies = [operation.get("requestBody", {})]
                bodies += [r for status, r in operation["responses"].items() if status[0] == "2"]
                for body in bodies:
                    for media, content in body.get("content", {}).items():
                        assert media != JSON or "example" in content or "examples" in content, (method, path)
                assert operation["description"], (method, path)
                if not path.startswith(("/api/v1/oauth",)):
                    assert "400" in operation["responses"]
