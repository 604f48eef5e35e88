"""The REST API: who may do what, and how it answers."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from cases.people.models import Person
from partnership.api.models import ApiClient, Credential, IdempotentAnswer
from partnership.audit_trail.models import ReadLog
from partnership.integrations import actions as integrations
from partnership.isolation.errors import RuleError
from referrals.consents import actions as consents
from tests.systems import JSON, System
from tests.world import WebClient, database_role, on_web, run_as


class TestTokens:
    def test_a_secret_gives_a_token_for_ten_minutes_with_the_clients_scopes(self, world, manager):
        system = System(manager, "persons:read", "referrals:read")
        answer = system.get_token().json()
        assert answer["expires_in"] == 600
        assert set(answer["scope"].split()) == {"persons:read", "referrals:read"}

    def test_neither_token_nor_secret_stands_in_the_database(self, world, ngo):
        token = ngo.get_token().json()["access_token"]
        stored = get_access_token_model().objects.get()
        assert token not in str(vars(stored))
        ngo.credential.refresh_from_db()
        assert ngo.secret not in ngo.credential.client_secret

    def test_a_wrong_secret_gives_none(self, world, ngo):
        ngo.secret = "x" * 128
        assert ngo.get_token().status_code == 401

    def test_no_more_scope_than_the_client_has(self, world, manager):
        assert System(manager, "persons:read").get_token(scope="referrals:write").status_code == 400

    def test_a_client_can_not_be_given_what_its_partner_may_not_do(self, world, manager):
        with pytest.raises(Exception, match="no more than the people"):
            System(manager, "arrests:read")

    def test_an_expired_token_is_refused_and_says_so(self, world, ngo):
        ngo.get("persons")
        get_access_token_model().objects.update(expires=timezone.now() - timedelta(days=1))
        response = ngo.call("get", "persons", status=401)
        assert 'error="invalid_token"' in response["WWW-Authenticate"]
        assert response["Content-Type"] == "application/problem+json"

    def test_revoked_it_stops_at_once(self, world, manager, ngo):
        ngo.get("persons")
        run_as_manager = lambda: integrations.revoke_client(by=manager, client=ngo.client)
        with on_web(manager):
            run_as_manager()
        ngo.call("get", "persons", status=401)
        assert ngo.get_token().status_code == 401

    def test_a_new_secret_and_the_old_one_work_side_by_side_for_a_week(self, world, manager, ngo, set_clock):
        with on_web(manager):
            credential, secret = integrations.rotate_secret(by=manager, client=ngo.client)
        assert ngo.get_token().status_code == 200
        old = ngo.credential, ngo.secret
        ngo.credential, ngo.secret = credential, secret
        assert ngo.get_token().status_code == 200
        set_clock(timezone.now() + timedelta(days=7, minutes=1))
        assert ngo.get_token().status_code == 200
        ngo.credential, ngo.secret = old
        assert ngo.get_token().status_code == 401

    def test_a_token_ends_with_the_secret_that_got_it(self, world, ngo):
        ngo.get("persons")
        Credential.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
        ngo.get("persons")
        Credential.objects.update(expires_at=timezone.now() - timedelta(days=1))
        ngo.call("get", "persons", status=401)
        assert ngo.get_token().status_code == 401

    def test_an_old_secret_is_ended_at_once_with_its_tokens_and_the_new_one_goes_on(self, world, manager, ngo):
        ngo.get("persons")
        with on_web(manager):
            credential, secret = integrations.rotate_secret(by=manager, client=ngo.client)
            integrations.end_credential(by=manager, credential=ngo.credential)
        assert not get_access_token_model().objects.exists()
        ngo.call("get", "persons", status=401)
        assert ngo.get_token().status_code == 401
        ngo.credential, ngo.secret, ngo.token = credential, secret, ""
        ngo.get("persons")

    @pytest.mark.parametrize("ended", ["client", "membership", "user"])
    def test_a_token_is_worth_no_more_than_its_client_and_its_membership(self, world, ngo, ended):
        ngo.get("persons")
        if ended == "client":
            ApiClient.objects.update(revoked_at=timezone.now())
        else:
            record = ngo.client.membership if ended == "membership" else ngo.client.membership.user
            type(record).objects.filter(pk=record.pk).update(is_active=False)
        assert get_access_token_model().objects.exists()
        ngo.call("get", "persons", status=401)

    def test_a_revoked_client_gets_no_new_secret(self, world, manager, ngo):
        with on_web(manager):
            integrations.revoke_client(by=manager, client=ngo.client)
            with pytest.raises(integrations.ClientRevoked):
                integrations.rotate_secret(by=manager, client=ngo.client)

    def test_a_client_may_do_something(self, world, manager):
        with on_web(manager), pytest.raises(RuleError, match="Choose what"):
            integrations.create_client(by=manager, name="Idle", scopes=[])

    def test_a_scope_that_is_taken_away_is_gone_from_tokens_that_are_out(self, world, manager, ngo):
        ngo.get("persons")
        with on_web(manager):
            integrations.change_client(by=manager, client=ngo.client, scopes=["referrals:read"])
        ngo.call("get", "persons", status=403)

    def test_nobody_signs_in_as_a_client(self, world, ngo):
        assert not ngo.client.membership.user.has_usable_password()
        assert ngo.client.membership.user.email.endswith(".invalid")

    def test_a_client_is_no_member_whom_a_manager_could_make_one(self, world, manager, ngo):
        page = world.client(manager)
        assert ngo.client.name not in page.get("/members/").text
        assert page.get(f"/members/{ngo.client.membership_id}/").status_code == 404

    def test_a_partner_that_left_the_partnership_has_no_api(self, world, ngo):
        ngo.get("persons")
        world.ngo.is_active = False
        world.ngo.save()
        ngo.call("get", "persons", status=401)


class TestIsolation:
    def test_a_system_sees_its_own_partners_people_and_no_others(self, world, ngo):
        mine = world.person(world.ngo)
        theirs = world.person(world.other_ngo)
        assert [row["id"] for row in ngo.get("persons")["results"]] == [mine.pk]
        ngo.call("get", f"persons/{theirs.pk}", status=404)

    def test_every_operation_needs_its_scope(self, world, manager):
        system = System(manager, "directory:read")
        for address in (
            "persons",
            "referrals",
            "enrolments",
            "diversions",
            "uploads",
            "results/recidivism",
            "webhooks",
            "exports/referrals",
        ):
            problem = system.call("get", address, status=403).found
            assert problem["type"].endswith("/forbidden")

    def test_the_receiver_sees_the_identity_from_its_answer_until_it_is_closed(self, world, ngo, police):
        referral = world.sent()
        asked = ngo.get(f"referrals/{referral.pk}")
        assert (asked["disclosure"], asked["need"]["sex"], asked["need"]["summary"]) == (None, "female", "Wants help.")
        accepted = ngo.post(f"referrals/{referral.pk}/accept", {})
        assert accepted["disclosure"]["last_name"] == "Meikäläinen"
        police.post(f"referrals/{referral.pk}/withdraw-consent")
        again = ngo.get(f"referrals/{referral.pk}")
        assert again["disclosure"] is None
        assert again["state"] == "withdrawn"

    def test_a_draft_is_the_senders_alone(self, world, ngo, police):
        referral = world.draft()
        assert police.get(f"referrals/{referral.pk}")["state"] == "draft"
        ngo.call("get", f"referrals/{referral.pk}", status=404)

    def test_a_coordinators_system_sees_status_and_no_identity(self, world):
        cache.clear()
        office = System(world.coordinator)
        referral = world.sent()
        found = office.get(f"referrals/{referral.pk}")
        assert (found["state"], found["disclosure"], found["person"], found["consent"]) == ("sent", None, None, None)

    def test_without_sign_in_nothing_but_the_public_part(self, world):
        http = WebClient()
        assert http.get("/api/v1/persons").status_code == 401
        for address in (
            "",
            "problems",
            "codes",
            "hsds",
            "hsds/services",
            "hsds/organizations",
            "fhir/metadata",
            "openapi.json",
            "docs",
        ):
            assert http.get(f"/api/v1/{address}").status_code == 200, address

    def test_people_signed_in_to_the_pages_have_the_rights_of_their_role(self, world):
        liaison, officer = world.client(world.liaison), world.client(world.data_officer)
        assert liaison.get("/api/v1/persons").status_code == 200
        assert liaison.get("/api/v1/arrests").status_code == 200
        assert officer.get("/api/v1/persons").status_code == 403
        assert officer.get("/api/v1/arrests").status_code == 403
        assert officer.get("/api/v1/feeds").status_code == 200

    def test_every_call_of_a_system_stands_in_the_read_log(self, world, ngo):
        person = world.person(world.ngo)
        ngo.get(f"persons/{person.pk}")
        ngo.post("persons", {"last_name": "Uusi"}, status=201)
        rows = (
            ReadLog.objects.filter(client=ngo.client)
            .order_by("id")
            .values_list("partner", "what", "object_id", "scope")
        )
        assert list(rows) == [
            (world.ngo.pk, "api persons", person.pk, "persons:read"),
            (world.ngo.pk, "api persons", 0, "persons:write"),
        ]


class TestRoundTrip:
    def test_a_referral_from_draft_to_completion_between_two_systems(self, world, ngo, police):
        person = police.post(
            "persons", {"first_names": "Maija", "last_name": "Uusi", "born_on": "1990-05-17"}, status=201
        )
        made = police.post(
            "referrals",
            {
                "kind": "arrest_diversion",
                "programme": world.programme.pk,
                "person": person["id"],
                "summary": "Wants help.",
            },
            status=201,
        )
        address = f"referrals/{made['id']}"
        terms = {
            "deadline": (world.today + timedelta(days=60)).isoformat(),
            "conditions": [{"kind": "sessions", "target": 2}],
        }
        police.call("put", f"{address}/diversion", terms)
        assert police.call("post", f"{address}/send", status=422).found["type"].endswith("/no-consent")
        consent = {
            "purpose": "Counselling", "signed_on": world.today.isoformat(), "signed_how": "paper",
            "told_right_to_withdraw": True, "expires_on": (world.today + timedelta(days=365)).isoformat(),
        }  # fmt: skip
        police.call("put", f"{address}/consent", consent)
        assert police.post(f"{address}/send")["state"] == "sent"
        assert ngo.post(f"{address}/acknowledge")["state"] == "acknowledged"
        enrolled = ngo.post(f"{address}/accept", {"started_on": world.today.isoformat()})
        assert enrolled["state"] == "enrolled"
        ngo.post(f"{address}/messages", {"text": "Started today."}, status=201)
        assert police.get(f"{address}/messages")["results"][0]["text"] == "Started today."
        session = ngo.post(
            f"enrolments/{enrolled['enrolment']}/sessions", {"held_on": world.today.isoformat()}, status=201
        )
        assert session["attendance"] == "attended"
        diversion = ngo.get("diversions")["results"][0]
        condition = diversion["conditions"][0]["id"]
        ngo.post(
            f"diversions/{diversion['id']}/progress",
            {"condition": condition, "done": 2, "reported_on": world.today.isoformat()},
        )
        ngo.post(f"diversions/{diversion['id']}/outcome", {"outcome": "completed"})
        ngo.post(f"{address}/complete", {"ended_on": world.today.isoformat()})
        decided = police.post(
            f"diversions/{diversion['id']}/decide",
            {
                "decision": "charge_dropped",
                "decided_by": "prosecutor",
                "section": "Criminal Code 50:7",
                "reasons": "All met.",
            },
        )
        assert (decided["status"], decided["conditions"][0]["done"]) == ("decided", 2)
        history = [row["verb"] for row in police.get(f"{address}/history?order=id")["results"]]
        assert history == ["send", "acknowledge", "accept", "enrol", "complete"]

    def test_the_same_rules_and_errors_as_on_the_pages(self, world, ngo):
        referral = world.sent()
        ngo.post(f"referrals/{referral.pk}/decline", {"reason": "no_capacity"})
        problem = ngo.call("post", f"referrals/{referral.pk}/accept", {}, status=409).found
        assert problem["type"].endswith("/illegal-transition")
        assert "Declined" in problem["detail"]

    def test_people_are_found_by_code_without_it_standing_in_an_address(self, world, ngo):
        made = ngo.post("persons", {"last_name": "Koodi", "identity_code": "131052-308T"}, status=201)
        assert made["born_on"] == "1952-10-13"
        assert [row["id"] for row in ngo.post("persons/search", {"text": "131052-308T"})["results"]] == [made["id"]]
        assert (
            ngo.call("post", "persons", {"last_name": "X", "identity_code": "131052-308T"}, status=409)
            .found["type"]
            .endswith("/known-person")
        )

    def test_a_person_is_changed_field_by_field(self, world, ngo):
        made = ngo.post("persons", {"last_name": "Vanha", "phone": "040 1"}, status=201)
        changed = ngo.call("patch", f"persons/{made['id']}", {"last_name": "Uusi"}).found
        assert (changed["last_name"], changed["phone"]) == ("Uusi", "040 1")

    def test_programmes_are_added_and_their_capacity_set(self, world, ngo):
        given = {"name": "Evening group", "kind": "peer_support", "accepts": ["self"], "districts": ["H1"]}
        made = ngo.post("programmes", given, status=201)
        assert made["districts"] == ["H1"]
        problem = ngo.call("put", f"programmes/{made['id']}/capacity", {"capacity": "waiting_list"}, status=422).found
        assert problem["errors"][0]["pointer"] == "/expected_on"
        shown = ngo.call("put", f"programmes/{made['id']}/capacity", {"capacity": "open", "places": 4}).found
        assert (shown["places"], shown["places_free"]) == (4, 4)
        ngo.call("put", f"programmes/{world.other_programme.pk}/capacity", {"capacity": "closed"}, status=422)


class TestHabits:
    def test_the_same_key_gives_the_same_answer_and_nothing_is_done_twice(self, world, ngo):
        body = {"last_name": "Kerran"}
        first = ngo.call("post", "persons", body, status=201, Idempotency_Key="k-1")
        second = ngo.call("post", "persons", body, status=201, Idempotency_Key="k-1")
        assert first.found == second.found
        assert second["Idempotency-Replayed"] == "true"
        assert second["Location"] == first["Location"]
        assert Person.objects.filter(partner=world.ngo).count() == 1
        problem = ngo.call("post", "persons", {"last_name": "Toisen"}, status=422, Idempotency_Key="k-1").found
        assert problem["type"].endswith("/idempotency-key-reused")

    def test_a_refused_request_may_be_tried_again_with_its_key(self, world, ngo):
        ngo.call("post", "persons", {}, status=422, Idempotency_Key="k-2")
        ngo.call("post", "persons", {"last_name": "Nyt"}, status=201, Idempotency_Key="k-2")

    def test_kept_answers_are_encrypted_and_forgotten_after_a_day(self, world, ngo):
        ngo.call("post", "persons", {"last_name": "Salainen"}, status=201, Idempotency_Key="k-3")
        with connection.cursor() as cursor:
            cursor.execute("SELECT body FROM partnership_idempotentanswer")
            assert "Salainen" not in cursor.fetchone()[0]
        from partnership.api.idempotency import forget

        for hours, kept in ((23, 1), (25, 0)):
            IdempotentAnswer.objects.update(created_at=timezone.now() - timedelta(hours=hours))
            with database_role("worker"):
                forget()
            assert IdempotentAnswer.objects.count() == kept

    def test_an_answer_given_again_discloses_nothing_that_was_closed_since(self, world, ngo):
        referral = world.sent()
        ask = lambda: ngo.call("post", f"referrals/{referral.pk}/accept", {}, Idempotency_Key="k-4").found
        assert ask()["disclosure"]["last_name"] == "Meikäläinen"
        run_as(world.liaison, consents.withdraw_consent, consent=referral.consent)
        assert ask()["disclosure"] is None

    def test_an_answer_given_again_is_in_the_read_log_too(self, world, ngo):
        for _ in range(2):
            ngo.call("post", "persons", {"last_name": "Kerran"}, status=201, Idempotency_Key="k-5")
        assert ReadLog.objects.filter(client=ngo.client, scope="persons:write").count() == 2

    def test_another_systems_key_is_another_key(self, world, ngo, police):
        ngo.call("post", "persons", {"last_name": "A"}, status=201, Idempotency_Key="same")
        police.call("post", "persons", {"last_name": "B"}, status=201, Idempotency_Key="same")

    def test_an_unchanged_record_is_not_sent_again(self, world, ngo):
        person = world.person(world.ngo)
        tag = ngo.call("get", f"persons/{person.pk}")["ETag"]
        assert ngo.call("get", f"persons/{person.pk}", status=304, If_None_Match=tag).content == b""
        listed = ngo.call("get", "persons")["ETag"]
        ngo.call("get", "persons", status=304, If_None_Match=listed)
        ngo.call("patch", f"persons/{person.pk}", {"phone": "1"})
        ngo.call("get", f"persons/{person.pk}", status=200, If_None_Match=tag)

    def test_a_tag_is_one_languages_and_one_choice_of_fields(self, world, ngo):
        address = f"enrolments/{world.enrolment(primary_drug='opioids').pk}"
        tag_of = lambda query="", language="en": ngo.call("get", address + query, Accept_Language=language)["ETag"]
        tags = [tag_of(), tag_of("?fields=started_on"), tag_of("?expand=labels"), tag_of("?expand=labels", "fi")]
        assert len(set(tags)) == len(tags)
        assert tag_of() == tags[0]
        ngo.call("get", address + "?expand=labels", status=200, If_None_Match=tags[2], Accept_Language="fi")
        ngo.call("get", address + "?expand=labels", status=304, If_None_Match=tags[3], Accept_Language="fi")

    def test_a_change_in_another_language_is_a_change_of_the_same_record(self, world, ngo):
        person = world.person(world.ngo)
        tag = ngo.call("get", f"persons/{person.pk}", Accept_Language="fi")["ETag"]
        ngo.call("patch", f"persons/{person.pk}", {"phone": "1"}, If_Match=tag, Accept_Language="en")

    def test_who_read_an_older_version_changes_nothing(self, world, ngo):
        person = world.person(world.ngo)
        tag = ngo.call("get", f"persons/{person.pk}")["ETag"]
        ngo.call("patch", f"persons/{person.pk}", {"phone": "1"}, If_Match=tag)
        problem = ngo.call("patch", f"persons/{person.pk}", {"phone": "2"}, status=412, If_Match=tag).found
        assert problem["type"].endswith("/precondition-failed")
        person.refresh_from_db()
        assert person.phone == "1"

    def test_a_verb_on_a_referral_that_changed_meanwhile_is_refused(self, world, ngo):
        referral = world.sent()
        tag = ngo.call("get", f"referrals/{referral.pk}")["ETag"]
        ngo.post(f"referrals/{referral.pk}/acknowledge")
        ngo.call("post", f"referrals/{referral.pk}/accept", {}, status=412, If_Match=tag)

    @pytest.mark.parametrize(
        "address", ["persons?colour=red", "persons?limit=0", "persons?limit=x", "persons?cursor=abc", "persons?order=name",
                    "persons?fields=password", "persons?expand=everything", "referrals?state=lost", "persons?limit=1&limit=2",
                    "persons?updated_since=yesterday", "enrolments?is_open=maybe"],
    )  # fmt: skip
    def test_a_parameter_that_is_not_known_or_wrong_is_an_error_that_names_it(self, world, ngo, address):
        problem = ngo.call("get", address, status=400).found
        assert problem["type"].endswith("/parameter")
        assert problem["errors"][0]["parameter"] == address.split("?")[1].split("=")[0]

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [({"last_name": 5}, "/last_name"), ({"last_name": "x", "colour": "red"}, "/colour"), ({"last_name": "x", "sex": "?"}, "/sex"),
         ({"last_name": "x", "born_on": "31.1.1990"}, "/born_on"), ({"last_name": "x", "born_on": "2990-01-01"}, "/born_on"),
         ({}, "/last_name"), ({"last_name": "x", "district": True}, "/district")],
    )  # fmt: skip
    def test_a_wrong_value_is_pointed_to(self, world, ngo, body, pointer):
        problem = ngo.call("post", "persons", body, status=422).found
        assert problem["errors"][0]["pointer"] == pointer

    def test_errors_of_the_framework_are_problems_too(self, world, ngo):
        headers = {"Authorization": f"Bearer {ngo.get_token().json()['access_token']}"}
        post = lambda content, kind: ngo.http.post("/api/v1/persons", content, content_type=kind, headers=headers)
        for response, status in (
            (post("{", JSON), 400), (post("x", "text/plain"), 415), (ngo.http.delete("/api/v1/persons", headers=headers), 405),
            (ngo.http.get("/api/v1/nowhere", headers=headers), 404),
            (ngo.http.get("/api/v1/persons", headers=headers | {"Accept": "image/png"}), 406),
        ):  # fmt: skip
            assert response.status_code == status
            assert response["Content-Type"] == "application/problem+json"
            problem = json.loads(response.content)
            assert problem["status"] == status
            assert problem["request_id"] == response["X-Request-ID"]

    def test_a_request_id_comes_back_and_a_wild_one_is_replaced(self, world, ngo):
        assert ngo.call("get", "persons", X_Request_ID="my-id.1")["X-Request-ID"] == "my-id.1"
        assert ngo.call("get", "persons", X_Request_ID="<script>")["X-Request-ID"] != "<script>"

    def test_too_many_requests_in_a_minute_are_told_to_wait(self, world, ngo):
        ApiClient.objects.update(requests_per_minute=3)
        answers = [ngo.call("get", "persons") for _ in range(3)]
        assert "r=0" in answers[-1]["RateLimit"]
        refused = ngo.call("get", "persons", status=429)
        assert 1 <= int(refused["Retry-After"]) <= 61

    def test_a_list_inside_a_record_has_fields_of_its_own(self, world, ngo):
        referral = world.sent()
        ngo.post(f"referrals/{referral.pk}/messages", {"text": "Hello"}, status=201)
        ngo.get(f"referrals/{referral.pk}?fields=state")
        assert ngo.get(f"referrals/{referral.pk}/messages?fields=text")["results"][0]["text"] == "Hello"
        ngo.call("get", f"referrals/{referral.pk}/messages?fields=state", status=400)

    def test_fields_and_expansions(self, world, ngo):
        enrolment = world.enrolment()
        found = ngo.get(f"enrolments/{enrolment.pk}?fields=started_on&expand=programme,person,labels")
        assert set(found) == {"id", "started_on", "expanded"}
        assert found["expanded"]["programme"]["name"] == "Counselling"
        assert found["expanded"]["person"]["last_name"] == "Meikäläinen"

    def test_codes_have_labels_in_the_callers_language(self, world):
        labels = WebClient().get("/api/v1/codes", headers={"Accept-Language": "fi"}).json()["referral_state"]
        assert labels["declined"] == "Hylätty" or labels["declined"] != "Declined"

    def test_what_is_written_halfway_is_undone_when_the_request_is_refused(self, world, ngo):
        before = ReadLog.objects.count()
        ngo.call("post", "persons", {"last_name": "x", "identity_code": "bad"}, status=422)
        assert not Person.objects.filter(partner=world.ngo).exists()
        assert ReadLog.objects.count() == before
