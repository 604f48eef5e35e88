"""The whole API against its own description: schemathesis makes requests of every kind, as each kind of caller.

PORTAL_API_EXAMPLES sets how many requests an operation gets (a long run by hand: a thousand); PORTAL_THOROUGH=1 doubles them.
"""

from __future__ import annotations

import os
import re
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from partnership.api.models import ApiClient
from partnership.isolation.acting import Acting
from partnership.isolation.marks import PATTERN
from tests.systems import System
from tests.thorough import THOROUGH
from tests.world import World, database_role

application = get_wsgi_application()

EXAMPLES = int(os.environ.get("PORTAL_API_EXAMPLES", "4" if THOROUGH else "2"))


def as_web(environ: Any, start_response: Any) -> Any:
    """The application, meeting the database as the web role; a stream is read to its end within it."""
    # A server closes connections between requests; these all run in the test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with database_role("web"):
        answer = application(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            if hasattr(answer, "close"):
                answer.close()


# What fits the description can still break a rule (422), meet another state (409), or name nobody (404).
REFUSED = ["401", "403", "404", "409", "412", "422"]
CONFIG = {
    "generation": {"max-examples": EXAMPLES},
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "304", *REFUSED]},
        "negative_data_rejection": {"expected-statuses": ["400", "405", "406", "413", "415", "429", *REFUSED]},
    },
}


def requests_of(operation: Any) -> list[Any]:
    """Requests that fit the operation's description, and requests that don't."""
    requests: list[Any] = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def draw(case: Any) -> None:
        # That a cursor is one that the list gave, no schema can say: tests/api/test_api.py covers it.
        case.query.pop("cursor", None)
        if re.fullmatch(PATTERN, str(case.query.get("updated_since", ""))):
            del case.query["updated_since"]  # the same of a mark: tests/api/test_copies.py covers it
        case.query.pop("_lastUpdated", None)  # which days there are: tests/referrals/test_fhir.py covers it
        # With it an answer has only some of the fields that its schema requires: tests/api/test_api.py covers it.
        case.query.pop("fields", None)
        requests.append(case)

    draw()
    return requests


@cache
def requests_of_each_operation() -> dict[str, list[Any]]:
    """By operation: the same for each kind of caller, so they are thought of once."""
    config = schemathesis.Config.from_dict(CONFIG)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", as_web, config=config)
    operations = [result.ok() for result in schema.exclude(path_regex="^/api/v1/oauth/").get_all_operations()]
    return {operation.label: requests_of(operation) for operation in operations}


@pytest.mark.parametrize("caller", ["ngo", "police", "court", "office"])
def test_every_answer_is_as_described(world: World, caller: str) -> None:
    world.enrolled()
    world.sent(person=world.person(world.police, first_names="Waiting"))
    court = world.partner("Court", "court")
    manager = {
        "ngo": world.case_manager,
        "police": Acting(world.member(world.police, "police_liaison", is_manager=True).membership),
        "court": Acting(world.member(court, "police_liaison", is_manager=True).membership),
        "office": world.coordinator,
    }[caller]
    system = System(manager)
    ApiClient.objects.update(requests_per_minute=10**9)
    token = system.get_token().json()["access_token"]
    # Its transport unpacks nothing: that answers come compressed, tests/api/conformance/test_answers.py sees.
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    failures: dict[str, str] = {}
    for label, requests in requests_of_each_operation().items():
        for request in requests:
            try:
                request.call_and_validate(headers=headers)
            except BaseException as error:
                failures[label] = str(error)
    assert not failures, "\n\n".join(f"{name}: {text}" for name, text in failures.items())
