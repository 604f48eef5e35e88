"""A partner system with few scopes: what it tries to learn of people by what its scopes are not for."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from cases.people.models import Person
from partnership.api.models import ApiClient
from partnership.api.serializers import RECEIPT
from partnership.api.views import View
from partnership.audit_trail.models import ReadLog
from referrals.handover.models import Disclosure
from tests.api.test_matrix import OPERATIONS, full, owner, scope_of  # noqa: F401 — a fixture
from tests.project.test_rights import addresses
from tests.shared_worlds import shared
from tests.systems import System
from tests.world import World

MARKS = ["Zebulon", "Zanzibari", "170590-998D", "+358 99 000111", "zebulon@marker.example"]
SHOWS_PEOPLE = {"persons:read", "referrals:read", "teams:read", "anchor:read"}
"""The scopes that are for identities: of the own register, of referrals, care teams and anchor cases (docs/api/README.md)."""
BODIES: dict[str, dict[str, Any]] = {
    "patch persons/{id}": {},
    "post persons": {"last_name": "Somebody", "identity_code": MARKS[2]},
    "post persons/search": {"text": "Zanzibari"},
    "post referrals/{id}/messages": {"text": "Hello"},
    "post referrals/{id}/withdraw": {"reason": "person_withdrew"},
    "post referrals/{id}/complete": {"ended_on": "today"},
    "post enrolments/{id}/end": {"ended_on": "today", "reason": "completed"},
    "post enrolments/{id}/sessions": {"held_on": "today"},
    "put enrolments/{id}/measurement-consent": {"consents": False},
    "post referrals/{id}/refer-on": {"programme": 0},
    "post diversions/{id}/breach": {"breached_on": "today"},
}
EXPANSIONS = {
    "get enrolments": "person", "get enrolments/{id}": "person", "get arrests": "person", "get arrests/{id}": "person",
    "get diversions": "referral", "get diversions/{id}": "referral",
}  # fmt: skip


@shared
def marked(full: World) -> World:  # noqa: F811
    """Everybody bears names that are found nowhere else."""
    first_names, last_name, _code, phone, email = MARKS
    coded: set[int] = set()
    for person in Person.objects.all():
        person.first_names, person.last_name, person.phone, person.email = first_names, last_name, phone, email
        person.born_on = date(1990, 5, 17)
        if person.partner_id not in coded:  # no two of a partner have one code
            person.identity_code = MARKS[2]
            coded.add(person.partner_id)
        with transaction.atomic():
            person.save()
    for disclosure in Disclosure.objects.all():
        for name, value in zip(
            ["first_names", "last_name", "phone", "email"], [first_names, last_name, phone, email], strict=True
        ):
            setattr(disclosure, name, value)
        disclosure.save()
    return full


def ask(world: World, system: System, name: str, number: int, query: str = "", lines: list[Any] | None = None) -> Any:
    """The operation by a client; what it changes is undone. `lines` gets those of the log of reads."""
    method, path = name.split(" ", 1)
    address = path.replace("{id}", str(number)).replace("{delivery}", str(world.deliveries.get(number, 1)))
    query = f"year=2026&{query}".rstrip("&") if "tdi" in path else query
    body = {
        key: world.today.isoformat() if value == "today" else world.programme.pk if key == "programme" else value
        for key, value in BODIES.get(name, {}).items()
    }
    content = {"data": json.dumps(body), "content_type": "application/json"} if method != "get" else {}
    with transaction.atomic():
        response = getattr(system.http, method)(
            f"/api/v1/{address}?{query}", **content, headers={"Authorization": f"Bearer {system.token}"}
        )
        if lines is not None:
            lines += ReadLog.objects.all()
        transaction.set_rollback(True)
    response.body = response.body if response.streaming else response.content
    return response


def marks_in(response: Any) -> list[str]:
    text = response.body.decode()
    return [mark for mark in MARKS if mark in text or mark in json.loads(json.dumps(text))]


@pytest.mark.parametrize("name", sorted(name for name in OPERATIONS if scope_of(name) not in SHOWS_PEOPLE))
def test_with_its_own_scope_alone_nobody_is_named(marked, name):
    """That no other scope opens it, the matrix of the API says: all of them but its own are refused together."""
    system, own, _foreign = owner(marked, name)
    system.token = system.get_token().json()["access_token"]
    ApiClient.objects.filter(pk=system.client.pk).update(scopes=[scope_of(name)])
    for query in ["", f"expand={EXPANSIONS[name]}"] if name in EXPANSIONS else [""]:
        response = ask(marked, system, name, own or 1, query)
        assert response.status_code < 500
        assert not marks_in(response), (query, response.body)


def test_the_marks_are_seen_where_they_are_meant_to_be(marked):
    """Else the test above would find nothing because there is nothing."""
    for name in ("get persons/{id}", "get referrals/{id}", "post persons/search", "get persons"):
        system, own, _foreign = owner(marked, name)
        system.token = system.get_token().json()["access_token"]
        assert len(marks_in(ask(marked, system, name, own))) >= 2, name


@pytest.mark.parametrize(("name", "query"), sorted(EXPANSIONS.items()))
def test_an_expansion_needs_the_scope_of_what_it_shows(marked, name, query):
    system, own, _foreign = owner(marked, name)
    system.token = system.get_token().json()["access_token"]
    needed = {"person": "persons:read", "referral": "referrals:read"}[query]
    ApiClient.objects.filter(pk=system.client.pk).update(scopes=[scope_of(name)])
    refused = ask(marked, system, name, own, f"expand={query}")
    assert refused.status_code == 403
    assert refused["WWW-Authenticate"] == f'Bearer realm="api", error="insufficient_scope", scope="{needed}"'
    ApiClient.objects.filter(pk=system.client.pk).update(scopes=[scope_of(name), needed])
    assert ask(marked, system, name, own, f"expand={query}").status_code == 200


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("patch persons/{id}", "persons:read"),
        ("post referrals/{id}/complete", "referrals:read"),
        ("post referrals/{id}/messages", "referrals:read"),
        ("post enrolments/{id}/end", "enrolments:read"),
        ("post diversions/{id}/breach", "diversions:read"),
    ],
)
def test_an_answer_to_a_write_is_a_receipt_to_who_may_not_read(marked, name, reading):
    system, own, _foreign = owner(marked, name)
    system.token = system.get_token().json()["access_token"]
    ApiClient.objects.filter(pk=system.client.pk).update(scopes=[scope_of(name)])
    answer = ask(marked, system, name, own)
    assert answer.status_code in {200, 201}, answer.body
    assert answer.json()["id"]
    assert set(answer.json()) <= set(RECEIPT)
    ApiClient.objects.filter(pk=system.client.pk).update(scopes=[scope_of(name), reading])
    assert set(ask(marked, system, name, own).json()) > set(RECEIPT) & set(answer.json())


def test_a_missing_scope_is_named_as_rfc_6750_says(marked):
    system = marked.ngo_system
    system.token = system.get_token().json()["access_token"]
    ApiClient.objects.update(scopes=["directory:read"])
    refused = ask(marked, system, "get persons", 0)
    assert refused.status_code == 403
    assert refused["WWW-Authenticate"] == 'Bearer realm="api", error="insufficient_scope", scope="persons:read"'
    assert refused.json()["type"].endswith("/forbidden")


def test_a_kept_answer_shows_no_more_than_the_client_may_see_when_it_asks_again(world, manager):
    cache.clear()
    system = System(manager, "persons:read", "persons:write")
    body = {"first_names": MARKS[0], "last_name": MARKS[1]}
    assert system.post("persons", body, status=201, Idempotency_Key="k1")["last_name"] == MARKS[1]
    ApiClient.objects.update(scopes=["persons:write"])
    again = system.call("post", "persons", body, status=201, Idempotency_Key="k1")
    assert again["Idempotency-Replayed"] == "true"
    assert set(again.found) <= set(RECEIPT)


def test_who_subscribes_gets_the_secret_whatever_else_it_may_read(world, manager):
    cache.clear()
    system = System(manager, "webhooks:write")
    body = {"url": "https://hooks.test.example/x", "events": ["referral.sent"]}
    assert set(system.post("webhooks", body, status=201)) == {"id", "changed_at", "secret"}


def test_whatever_can_be_expanded_names_the_right_to_see_it():
    views = {view for pattern in addresses() if issubclass(view := getattr(pattern.callback, "cls", object), View)}
    serializers = {getattr(view, "serializer_class", None) for view in views} - {None}
    assert not {
        (serializer.__name__, name)
        for serializer in serializers
        for name, (_attribute, related, _path) in getattr(serializer, "expandable", {}).items()
        if related.sees is None
    }
