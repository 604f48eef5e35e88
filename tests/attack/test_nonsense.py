"""Whatever a caller sends, the portal answers it: never with a failure of its own (trust.md, "nothing a caller sends gives a 500")."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.shared_worlds import shared
from tests.thorough import turns
from tests.world import World


def key(*values: Any) -> str:
    """As the place in a list is written in an address."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


HOSTILE = {
    "nothing": "",
    "NUL": "%00",
    "NUL, written twice": "%2500",
    "half a character": "%ed%a0%80",
    "not UTF-8": "%ff%fe",
    "a number of 400 digits": "9" * 400,
    "below nought": "-1",
    "beyond bigint": str(2**63),
    "beyond integer": str(2**31),
    "beyond smallint": str(2**15),
    "infinite": "inf",
    "no number": "nan",
    "Arabic digits": quote("٣"),
    "a superscript": quote("²"),
    "a day that is none": "2026-02-30",
    "the last year": "9999-12-31",
    "the first year": "0001-01-01",
    "a time beyond all times": "9999-12-31T23:59:59.999999-23:59",
    "a week that is none": "2026-W99",
    "three thousand characters": "x" * 3000,
    "a quotation mark": "%27%22%3B--",
    "a pattern": "%25_%5C",
    "a script": "%3Cscript%3E",
    "right to left": quote("\u202e\u0000"),
    "a list": "%5B%5D",
    "a key of nothing": key(),
    "a key of null": key(None),
    "a key of two nulls": key(None, None),
    "a key of text": key("x"),
    "a key of two texts": key("x", "y"),
    "a key of a day and a text": key("2026-01-01", "x"),
    "a key of a time beyond all times": key("9999-12-31T23:59:59-23:59", 1),
    "a key of a time without a zone": key("2026-01-01T00:00:00", 1),
    "a key of an object": key({"a": 1}),
    "a key of two objects": key({}, []),
    "a key of a number too large": key(2**70),
    "a key of two numbers too large": key(10**400, 2**70),
    "a key of half a number": key(1.5),
    "a key of NaN": key(float("nan")),
    "a key of NUL": key("\x00"),
    "a key of two NULs": key("\x00", "\x00"),
    "a key of half a character": key("\ud800"),
    "a key of half a character and one": key("\ud800", 1),
    "a key of true": key(True, False),
    "a deep key": base64.urlsafe_b64encode(b"[" * 2000).decode(),
    "a key that is not ASCII": quote("ä"),
}
NAMES = [
    "after", "whose", "show", "status", "sort", "outcome", "mark", "found", "columns", "what", "week", "user", "state", "run", "person",
    "path", "number", "language", "lang", "kind", "intervention", "in_force", "format", "day", "box", "at", "district", "group", "measure",
    "theme", "window", "offences", "programme", "from", "to", "since", "until", "q", "name", "partner", "accepts", "cohort", "page", "next",
    "year", "role", "action", "record", "overdue", "urgency", "worker", "sent_from", "sent_to", "view", "narrow", "download",
]  # fmt: skip
HEADERS = {
    "Accept-Language": ["x" * 5000, "en;q=9e999", "\xff", "fi," * 2000, "-", "*;q=nan", "\x00"],
    "Range": ["bytes=-1", "bytes=99999999999999999999-", "bytes=0-0," * 500, "x"],
    "If-Match": ['"' + "9" * 5000 + '"', "W/", ",,,", "\xff", '"\x00"', '"1e999-x"', '"-1"'],
    "If-None-Match": ["*", "\xff", "," * 5000],
    "If-Modified-Since": ["Mon, 99 Foo 99999 99:99:99 GMT", "0", "\xff"],
    "Idempotency-Key": ["", "x" * 5000, "\xff", " ", "\x00"],
    "Accept": ["", "x", "application/json;version=\xff", "*/*;q=x", "text/csv,;;;", "application/" + "x" * 5000],
    "Content-Type": ["", "x", "application/json; charset=utf-7", "application/json; charset=nowhere", "multipart/form-data", "multipart/form-data; boundary=\xff", "text/csv; charset=nowhere"],
    "Authorization": ["Bearer", "Bearer \xff", "Basic", "Basic ====", "Basic " + base64.b64encode(b"\xff:\x00").decode(), "Bearer a b", "x" * 5000],
    "X-Forwarded-For": ["x", "1.2.3.4, \xff", "::::", "1" * 5000],
    "X-Forwarded-Proto": ["x"],
    "X-Request-ID": ["\xff", "x" * 5000],
    "HX-Request": ["\xff"],
    "HX-Target": ["\xff"],
    "HX-Current-URL": ["http://[", "x"],
    "Referer": ["http://[", "//", "\xff", "http://testserver:99999/"],
    "Origin": ["http://[", "null"],
    "Cookie": ["=;;=", "sessionid", "\xff", "a=" * 2000],
}  # fmt: skip
BODIES = {
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "lists within lists": b"[" * 500 + b"]" * 500,
    "a list": b"[]",
    "a text": b'"x"',
    "nothing": b"",
    "null": b"null",
    "a number": b"1e999",
    "a number of 5,000 digits": b"9" * 5000,
    "NaN": b"NaN",
    "not UTF-8": b"\xff\xfe",
    "half a character": b'{"name": "\\ud800", "reason": "\\ud800", "note": "\\ud800"}',
    "half a character in a name": b'{"\\ud800": 1}',
    "NUL": b'{"name": "\\u0000", "reason": "\\u0000", "external_id": "\\u0000"}',
    "a large number": b'{"id": 1e400, "person": 99999999999999999999999, "programme": 1e30, "version": -1e99}',
    "objects for values": b'{"name": {}, "person": {"a": []}, "programme": [], "started_on": {}, "code": [[]]}',
    "days that are none": b'{"started_on": "2026-02-30", "born_on": "0000-00-00", "ended_on": "9999-99-99T", "due_on": 1}',
    "true": b'{"person": true, "programme": false, "name": true, "started_on": true}',
    "the same key twice": b'{"name": "a", "name": {}}',
}


def addresses(patterns: Any = None, before: str = "") -> list[tuple[str, str]]:
    """Every address with its name."""
    rows = []
    for pattern in patterns or get_resolver().url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            rows += addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            rows.append((route, pattern.name or ""))
    return rows


LISTS = sorted(
    {
        f"/{route}"
        for route, _name in addresses()
        if "<" not in route and "(" not in route and not route.startswith(("admin/", "api/"))
    }
)
WRITES = [
    ("POST", "persons"), ("POST", "persons/search"), ("PATCH", "persons/1"), ("POST", "referrals"), ("POST", "referrals/1/accept"),
    ("POST", "enrolments"), ("POST", "webhooks"), ("POST", "programmes"), ("POST", "fhir"), ("POST", "uploads"), ("POST", "oauth/token"),
]  # fmt: skip


def failures(client: Any, calls: list[tuple[str, str, dict[str, Any]]]) -> list[str]:
    """What of it failed."""
    client.raise_request_exception = False
    bad = []
    for method, address, more in calls:
        response = client.generic(method, address, **more)
        if response.streaming:
            list(response.streaming_content)
        if response.status_code >= 500 and not address.startswith("/readyz"):
            error = client.exc_info
            bad.append(f"{method} {address[:150]} {str(more)[:150]} → {response.status_code} {error}")
    return bad


@shared
def everything(world: World) -> World:
    world.enrolled()
    world.draft()
    return world


ALL_AT_ONCE = ["a number of 400 digits", "beyond bigint", "not UTF-8", "Arabic digits", "a day that is none", "the last year", "a week that is none", "three thousand characters"]  # fmt: skip
"""For every name that a page asks for; keys are for `after` alone, and a NUL is refused before anything else is read."""


READERS = ["case_manager", "liaison", "coordinator"]


def opened_by(world: World, role: str) -> list[str]:
    """The pages that open to this role and to none before it; and the first page, which is another for each."""
    *before, own = (world.client(getattr(world, reader)) for reader in READERS[: READERS.index(role) + 1])

    def opens(client: Any, page: str) -> bool:
        return bool(client.get(page).status_code < 400)

    others = [page for page in LISTS if page != "/"]
    return ["/", *(page for page in others if opens(own, page) and not any(opens(client, page) for client in before))]


@pytest.mark.parametrize("role", READERS)
def test_no_page_fails_on_what_stands_in_its_address(everything, role):
    client, values = everything.client(getattr(everything, role)), [HOSTILE[name] for name in ALL_AT_ONCE]
    names = [name for name in NAMES if name != "after"]
    for start, page in enumerate(opened_by(everything, role)):
        queries = ("&".join(f"{name}={value}" for name, value in turn.items()) for turn in turns(names, values, start))
        assert failures(client, [("GET", f"{page}?{query}", {}) for query in [*queries, "q=%00"]]) == []


@pytest.mark.parametrize("page", ["/notifications/", "/people/", "/referrals/?show=all", "/read-log/"])
def test_no_list_fails_on_a_place_that_it_did_not_give(everything, page):
    client = everything.client(everything.coordinator if "log" in page else everything.case_manager)
    joint = "&" if "?" in page else "?"
    assert failures(client, [("GET", f"{page}{joint}after={value}", {}) for value in HOSTILE.values()]) == []


@pytest.mark.parametrize("name", HEADERS)
def test_no_header_makes_a_page_or_the_api_fail(everything, name):
    client = everything.client(everything.case_manager)
    for address in ("/", "/people/", "/accounts/login/", "/api/v1/persons", "/api/v1/codes"):
        calls = [("GET", address, {"headers": {name: value}}) for value in HEADERS[name]]
        assert failures(client, calls) == []


@pytest.mark.parametrize("path", ["/%00", "/%ff", "/people/%00/", "/invitation/%00/", "/calendar/%00.ics", "/history/x%00/1/", "/people/99999999999999999999999/",
     "/referrals/99999999999999999999/", "/figures/download/x.%00", "/static/%00", "/static/../../x", "/api/v1/persons/99999999999999999999", "/api/v1/problems/%00",
     "/api/v1/%00", "/accounts/password/reset/key/%00-%00/", "/accounts/confirm-email/%00/"])  # fmt: skip
def test_no_path_fails(everything, path):
    client = everything.client(everything.case_manager)
    assert failures(client, [(method, path, {}) for method in ("GET", "POST", "PUT", "OPTIONS", "TRACE")]) == []


@pytest.mark.parametrize("body", BODIES)
def test_no_body_makes_the_api_fail(ngo, body):
    ngo.token = ngo.get_token().json()["access_token"]
    headers = {"Authorization": f"Bearer {ngo.token}"}
    calls = [
        (method, f"/api/v1/{address}", {"data": BODIES[body], "content_type": "application/json", "headers": headers})
        for method, address in WRITES
    ]
    assert failures(ngo.http, calls) == []


def test_no_parameter_makes_a_list_of_the_api_fail(ngo):
    ngo.token = ngo.get_token().json()["access_token"]
    headers = {"Authorization": f"Bearer {ngo.token}"}
    for name in ("cursor", "limit", "order", "fields", "updated_since", "status", "programme", "id"):
        calls = [("GET", f"/api/v1/{address}?{name}={value}", {"headers": headers}) for address in ("persons", "referrals", "notifications") for value in HOSTILE.values()]  # fmt: skip
        assert failures(ngo.http, calls) == []
