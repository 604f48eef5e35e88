"""What the portal says of its API besides the description: guides, a search, events for programs, a collection, deprecations."""

from __future__ import annotations

import json
from io import StringIO

import jsonschema
import pytest
from django.conf import settings
from django.core.management import call_command

from partnership.api.reader import FOLDER, GUIDES
from partnership.events import asyncapi
from partnership.events.models import WebhookDelivery
from partnership.events.outbox import relay
from partnership.events.registry import webhook_events
from partnership.events.webhooks import message
from partnership.integrations import actions as integrations
from tests.api.conformance.test_description import OPERATIONS
from tests.world import WebClient, database_role, on_web


class TestGuides:
    @pytest.mark.parametrize("name", GUIDES)
    def test_each_guide_is_a_page_without_a_script_of_its_own(self, db, name):
        answer = WebClient().get(f"/api/v1/guides/{name}")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "<script>" not in page
        assert " style=" not in page
        assert '.md"' not in page

    def test_every_guide_there_is_is_one_of_them(self):
        assert {path.name for path in FOLDER.glob("*.md")} == set(GUIDES.values())

    def test_a_guide_that_there_is_not_is_not_found(self, db):
        assert WebClient().get("/api/v1/guides/nothing").status_code == 404

    def test_the_search_finds_operations_and_guides_with_all_the_words(self, db):
        page = WebClient().get("/api/v1/docs", {"q": "webhook signature"}).content.decode()
        assert "/api/v1/guides/webhooks#check-the-signature" in page
        page = WebClient().get("/api/v1/docs", {"q": "appointments post"}).content.decode()
        assert "/api/v1/appointments" in page
        assert "/api/v1/cohorts" not in page
        assert "0 operations" in WebClient().get("/api/v1/docs", {"q": "<b>nothing</b>"}).content.decode()


ASYNCAPI = settings.BASE_DIR / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"
"""The schema that is published with AsyncAPI 3.0."""


class TestEvents:
    def document(self) -> dict:
        answer = WebClient().get("/api/v1/asyncapi.json")
        assert WebClient().get("/api/v1/asyncapi.json", headers={"If-None-Match": answer["ETag"]}).status_code == 304
        return answer.json()

    def test_it_is_asyncapi_and_every_reference_leads_somewhere(self, db):
        document = self.document()
        jsonschema.validate(document, json.loads(ASYNCAPI.read_text()))

        def follow(value: object) -> None:
            if isinstance(value, dict):
                if "$ref" in value:
                    target = document
                    for step in value["$ref"].removeprefix("#/").split("/"):
                        target = target[step.replace("~1", "/").replace("~0", "~")]
                for each in value.values():
                    follow(each)
            elif isinstance(value, list):
                for each in value:
                    follow(each)

        follow(document)

    def test_it_has_every_event_that_partners_can_subscribe_to(self, db):
        assert set(self.document()["components"]["messages"]) == {*webhook_events(), "test"}

    def test_a_message_that_is_sent_is_as_the_document_says(self, world):
        with on_web(world.case_manager):
            integrations.subscribe(by=world.case_manager, url="https://hooks.example/", events=["referral.sent"])
        world.sent()
        with database_role("worker"):
            relay()
        body, headers = message(WebhookDelivery.objects.select_related("subscription").get(kind="referral.sent"))
        described = asyncapi.description()["components"]
        jsonschema.validate(json.loads(body), described["messages"]["referral.sent"]["payload"])
        jsonschema.validate(headers, described["schemas"]["Headers"])


def test_the_collection_has_every_operation_with_its_example(db):
    printed = StringIO()
    call_command("api_collection", stdout=printed)
    collection = json.loads(printed.getvalue())
    requests = [each["request"] for folder in collection["item"] for each in folder["item"]]
    assert len(requests) == len(OPERATIONS)
    addresses = {f"{each['method'].lower()} /{'/'.join(each['url']['path'])}" for each in requests}
    assert addresses == {name.replace("{", ":").replace("}", "") for name in OPERATIONS}
    made = next(each for each in requests if each["url"]["path"][-1] == "persons" and each["method"] == "POST")
    assert json.loads(made["body"]["raw"])["last_name"]


def test_a_deprecated_operation_says_since_when_and_what_takes_its_place(world, ngo):
    enrolment = world.enrolment()
    answer = ngo.call("get", f"enrolments/{enrolment.pk}/sessions")
    assert answer["Deprecation"] == "@1795996800"
    link = answer["Link"]
    assert 'rel="successor-version"' in link
    assert ngo.get(link.partition("<")[2].partition(">")[0])["results"] == answer.found["results"]
    assert OPERATIONS["get /api/v1/enrolments/{id}/sessions"]["deprecated"] is True
    assert "Deprecation" not in ngo.call("get", "sessions")
