"""The token endpoint: what somebody without a secret, or with another's, tries there."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from oauth2_provider.models import get_access_token_model

from partnership.api import tokens
from partnership.api.models import Credential
from partnership.audit_trail.models import RecordChange, RecordChangeContent
from partnership.integrations import actions as integrations
from partnership.isolation.errors import NotAParty
from tests.systems import System
from tests.world import WebClient, on_web

WRONG = "w" * 128


def ask(client_id: str, secret: str, address: str = "/api/v1/oauth/token", at: str = "192.0.2.1", **fields: str) -> Any:
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    fields = fields or {"grant_type": "client_credentials"}
    return WebClient(REMOTE_ADDR=at).post(address, fields, headers={"Authorization": f"Basic {basic}"})


class TestGuessing:
    def test_an_id_that_is_known_costs_what_an_unknown_one_costs(self, world, ngo):
        """Statements of the database, and no slow hash: nothing tells the two apart."""
        statements = []
        for client_id in (ngo.credential.client_id, "nobody"):
            with CaptureQueriesContext(connection) as captured:
                assert ask(client_id, WRONG).status_code == 401
            statements.append([re.sub(r"'.*?'|\d+", "", query["sql"]) for query in captured])
        assert statements[0] == statements[1]
        assert Credential.objects.get().client_secret.startswith("client_secret$")

    def test_one_who_sends_wrong_secrets_is_soon_not_looked_at(self, world, ngo):
        for _n in range(tokens.WRONG_SECRETS):
            assert ask(ngo.credential.client_id, WRONG).status_code == 401
        with CaptureQueriesContext(connection) as captured:
            refused = ask(ngo.credential.client_id, WRONG)
        assert refused.status_code == 429
        assert int(refused["Retry-After"]) > 0
        assert not [query for query in captured if "ROLE" not in query["sql"]]

    def test_who_is_refused_is_not_even_looked_up(self, world, ngo, monkeypatch):
        """Hundreds of questions a second to Redis slowed everybody's sign-in."""
        for _n in range(tokens.WRONG_SECRETS + 1):
            ask(ngo.credential.client_id, WRONG)
        monkeypatch.setattr(tokens, "counters", None)
        refused = ask(ngo.credential.client_id, WRONG)
        assert (refused.status_code, refused["Retry-After"]) == (429, str(tokens.WINDOW))
        assert refused["Content-Security-Policy"] == "default-src 'none'"

    def test_a_process_forgets_soon_whom_it_refuses_and_keeps_no_long_list(self, world, monkeypatch):
        now = 100.0
        monkeypatch.setattr(tokens.time, "monotonic", lambda: now)
        for n in range(3 * tokens.MOST_REMEMBERED // 2):
            tokens.refused.note(f"10.0.{n // 250}.{n % 250}")
        assert len(tokens.refused._until) <= tokens.MOST_REMEMBERED
        assert tokens.refused.holds("10.0.5.249")
        now += tokens.REMEMBERED
        assert not tokens.refused.holds("10.0.5.249")

    def test_the_client_itself_is_not_locked_out_by_who_guesses(self, world, ngo):
        for n in range(2 * tokens.WRONG_SECRETS):
            ask(ngo.credential.client_id, WRONG, at=f"192.0.2.{n}")
        assert ask(ngo.credential.client_id, ngo.secret, at="198.51.100.7").status_code == 200

    def test_right_secrets_from_one_address_slow_nobody(self, world, manager, ngo):
        others = [System(manager, name=f"System {n}") for n in range(3)]
        for system in (ngo, *others):
            for _n in range(tokens.TOKENS // 2):
                assert ask(system.credential.client_id, system.secret).status_code == 200

    def test_a_client_gets_so_many_tokens_a_minute_and_no_more(self, world, ngo):
        for _n in range(tokens.TOKENS):
            assert ngo.get_token().status_code == 200
        refused = ngo.get_token()
        assert refused.status_code == 429
        assert refused.json()["error"] == "temporarily_unavailable"
        assert int(refused["Retry-After"]) > 0
        assert get_access_token_model().objects.count() == tokens.TOKENS

    def test_a_secret_that_was_kept_slowly_is_kept_anew_when_it_is_right(self, world, ngo):
        slow = make_password(ngo.secret, hasher="pbkdf2_sha256")
        Credential.objects.update(client_secret=slow)
        assert ask(ngo.credential.client_id, WRONG).status_code == 401
        assert Credential.objects.get().client_secret == slow
        assert ngo.get_token().status_code == 200
        assert Credential.objects.get().client_secret.startswith("client_secret$")
        assert ngo.get_token().status_code == 200


class TestOtherGrants:
    @pytest.mark.parametrize(
        "grant",
        [
            "password", "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:jwt-bearer", "x\x00y",
        ],
    )  # fmt: skip
    def test_there_is_none(self, world, ngo, grant):
        answer = ask(ngo.credential.client_id, ngo.secret, grant_type=grant)
        assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")

    @pytest.mark.parametrize("fields", [{"x": "y"}, {"grant_type": ""}])
    def test_a_request_without_one_says_so(self, world, ngo, fields):
        answer = ask(ngo.credential.client_id, ngo.secret, **fields)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")

    @pytest.mark.parametrize("client_id", ["a\x00b", "\ud800".encode("utf-16", "surrogatepass").hex(), "x" * 5000])
    def test_an_id_made_up_gives_no_failure(self, world, client_id):
        assert ask(client_id, WRONG).status_code == 401


class TestGivingBack:
    def test_a_token_that_was_given_back_is_worth_nothing(self, world, ngo):
        ngo.get("persons")
        answer = ask(ngo.credential.client_id, ngo.secret, "/api/v1/oauth/revoke", token=ngo.token)
        assert answer.status_code == 200
        ngo.call("get", "persons", status=401)

    def test_nobody_gives_back_anothers(self, world, ngo, police):
        ngo.get("persons")
        answer = ask(police.credential.client_id, police.secret, "/api/v1/oauth/revoke", token=ngo.token)
        assert answer.status_code == 200  # as for a token that never was
        assert ask("nobody", WRONG, "/api/v1/oauth/revoke", token=ngo.token).status_code == 401
        ngo.get("persons")

    def test_wrong_secrets_are_counted_here_too(self, world, ngo):
        for _n in range(tokens.WRONG_SECRETS):
            ask(ngo.credential.client_id, WRONG, "/api/v1/oauth/revoke", token="x")
        assert ask(ngo.credential.client_id, WRONG).status_code == 429


def test_a_client_finds_where_tokens_are_got_and_given_back(world, settings):
    cache.clear()
    about = WebClient().get("/.well-known/oauth-authorization-server").json()
    assert about["issuer"] == settings.SITE_URL
    assert about["token_endpoint"] == settings.SITE_URL + reverse("oauth-token")
    assert about["revocation_endpoint"] == settings.SITE_URL + reverse("oauth-revoke")
    assert about["grant_types_supported"] == ["client_credentials"]
    assert "persons:read" in about["scopes_supported"]


class TestHistory:
    def test_who_changed_a_client_stands_in_the_history(self, world, manager, ngo):
        with on_web(manager):
            integrations.change_client(by=manager, client=ngo.client, scopes=["persons:read"])
        with on_web(manager):
            integrations.rotate_secret(by=manager, client=ngo.client)
        with on_web(manager):
            integrations.revoke_client(by=manager, client=ngo.client)
        changes = RecordChange.objects.filter(record="client", object_id=ngo.client.pk).order_by("id")
        told = [(change.action, change.user_id, change.fields) for change in changes if change.kind == "changed"]
        assert told == [
            ("client.change", manager.user.pk, ["scopes"]),
            ("client.rotate_secret", manager.user.pk, ["secret_changed_at"]),
            ("client.revoke", manager.user.pk, ["revoked_at"]),
        ]
        content = RecordChangeContent.objects.get(change=changes.get(action="client.change"))
        assert content.after == {"scopes": ["persons:read"]}
        page = world.client(manager).get(reverse("history", args=["client", ngo.client.pk])).text
        assert manager.user.full_name in page
        assert "persons:read" in page

    def test_nobody_ends_anothers_secret(self, world, ngo):
        other = world.member(world.other_ngo, "case_manager", is_manager=True)
        with pytest.raises(NotAParty), on_web(other):
            integrations.end_credential(by=other, credential=ngo.credential)
