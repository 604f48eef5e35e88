"""Systems that prove who they are by a key, from where they may call, and how old their secrets are."""

from __future__ import annotations

import json
import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from partnership.api import actions, client_keys
from partnership.api.models import Credential
from partnership.events.models import Notification
from partnership.events.outbox import relay
from partnership.integrations import actions as integrations
from partnership.isolation.errors import RuleError
from tests.partnership.test_webhooks import Receiver
from tests.systems import System
from tests.world import WebClient, database_role, on_web

TOKEN = "/api/v1/oauth/token"


def new_key(kid: str = "one", **kind: Any) -> JWK:
    return JWK.generate(kid=kid, **(kind or {"kty": "EC", "crv": "P-256"}))


def key_set(*keys: JWK) -> str:
    return json.dumps({"keys": [key.export_public(as_dict=True) for key in keys]})


def statement(
    key: JWK, client_id: str, algorithm: str = "ES256", header: dict[str, Any] | None = None, **changed: Any
) -> str:
    claims = {
        "iss": client_id, "sub": client_id, "aud": settings.SITE_URL, "jti": uuid.uuid4().hex, "exp": time.time() + 60,
    } | changed  # fmt: skip
    signed = JWS(json.dumps({name: value for name, value in claims.items() if value is not None}))
    signed.add_signature(
        key, alg=algorithm, protected=json.dumps({"alg": algorithm, "kid": key.get("kid")} | (header or {}))
    )
    return signed.serialize(compact=True)


def ask(text: str, **more: str) -> Any:
    body = {
        "grant_type": "client_credentials",
        "client_assertion_type": client_keys.ASSERTION_TYPE,
        "client_assertion": text,
    }
    return WebClient().post(TOKEN, body | more)


@pytest.fixture
def key() -> JWK:
    return new_key()


@pytest.fixture
def keyed(world, manager, ngo, key) -> Credential:
    with on_web(manager):
        return integrations.use_keys(by=manager, client=ngo.client, keys=key_set(key))


class TestKeys:
    @pytest.mark.parametrize(
        ("algorithm", "kind"),
        [
            ("ES256", {"kty": "EC", "crv": "P-256"}),
            ("ES384", {"kty": "EC", "crv": "P-384"}),
            ("EdDSA", {"kty": "OKP", "crv": "Ed25519"}),
            ("RS256", {"kty": "RSA", "size": 2048}),
            ("PS256", {"kty": "RSA", "size": 2048}),
        ],
    )
    def test_a_statement_that_is_signed_with_the_key_gets_a_token(self, world, manager, ngo, algorithm, kind):
        key = new_key(**kind)
        with on_web(manager):
            credential = integrations.use_keys(by=manager, client=ngo.client, keys=key_set(key))
        answer = ask(statement(key, credential.client_id, algorithm))
        assert answer.status_code == 200, answer.content
        ngo.token = answer.json()["access_token"]
        assert ngo.get("persons")["results"] == []

    def test_it_is_good_once(self, keyed, key):
        text = statement(key, keyed.client_id)
        assert [ask(text).status_code for _time in range(2)] == [200, 401]

    @pytest.mark.parametrize(
        "changed",
        [
            {"aud": "https://elsewhere.example"}, {"aud": None}, {"iss": "somebody"}, {"exp": None}, {"jti": None},
            {"exp": time.time() - 600}, {"exp": time.time() + 86_400}, {"nbf": time.time() + 86_400}, {"exp": "soon"},
        ],
    )  # fmt: skip
    def test_one_for_others_without_an_end_or_out_of_its_time_proves_nothing(self, keyed, key, changed):
        assert ask(statement(key, keyed.client_id, **changed)).status_code == 401

    def test_another_key_proves_nothing_even_under_the_same_name(self, keyed):
        assert ask(statement(new_key(), keyed.client_id)).status_code == 401

    def test_neither_no_signature_nor_one_by_the_public_key_as_a_secret_proves_anything(self, keyed, key):
        parts = statement(key, keyed.client_id).split(".")
        none = JWK(kty="oct", k="AAAA").thumbprint()  # any text
        unsigned = f"eyJhbGciOiJub25lIn0.{parts[1]}."
        shared = JWK(kty="oct", k=key.export_public(as_dict=True)["x"], kid="one")
        for text in (unsigned, statement(shared, keyed.client_id, "HS256"), none, "", "a.b.c", "x" * 10_000):
            assert ask(text).status_code == 401

    def test_a_statement_of_one_client_is_not_another_ones(self, world, manager, keyed, key):
        other = System(manager, name="Other")
        with on_web(manager):
            theirs = integrations.use_keys(by=manager, client=other.client, keys=key_set(new_key()))
        assert ask(statement(key, theirs.client_id)).status_code == 401
        assert ask(statement(key, keyed.client_id), client_id=theirs.client_id).status_code == 401

    def test_a_client_with_keys_has_no_secret_to_guess_and_one_with_a_secret_no_keys(self, keyed, ngo, key):
        for secret in ("", keyed.client_secret):
            body = {"grant_type": "client_credentials", "client_id": keyed.client_id, "client_secret": secret}
            assert WebClient().post(TOKEN, body).status_code == 401
        assert ask(statement(key, ngo.credential.client_id)).status_code == 401

    def test_what_the_client_used_before_works_for_another_week(self, keyed, ngo, set_clock):
        assert ngo.get_token().status_code == 200
        set_clock(timezone.now() + timedelta(days=7, minutes=1))
        assert ngo.get_token().status_code == 401

    def test_a_revoked_client_gets_no_token_by_its_key(self, world, manager, ngo, keyed, key):
        with on_web(manager):
            integrations.revoke_client(by=manager, client=ngo.client)
        assert ask(statement(key, keyed.client_id)).status_code == 401

    def test_a_token_is_given_back_by_the_same_key(self, ngo, keyed, key):
        ngo.token = ask(statement(key, keyed.client_id)).json()["access_token"]
        body = {"token": ngo.token, "client_assertion_type": client_keys.ASSERTION_TYPE}
        given_back = WebClient().post(
            "/api/v1/oauth/revoke", body | {"client_assertion": statement(key, keyed.client_id)}
        )
        assert given_back.status_code == 200
        ngo.call("get", "persons", status=401)

    @pytest.mark.parametrize(
        "text",
        [
            "", "{", "[]", "{}", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "AAAA"}]}', key_set(*[new_key()] * 11),
            new_key().export(), key_set(new_key(kty="RSA", size=1024)), key_set(new_key(kty="EC", crv="secp256k1")),
        ],
    )  # fmt: skip
    def test_private_weak_and_shared_keys_are_refused(self, world, manager, ngo, text):
        with on_web(manager), pytest.raises(RuleError):
            integrations.use_keys(by=manager, client=ngo.client, keys=text)

    def test_metadata_names_the_method(self, world):
        metadata = WebClient().get("/.well-known/oauth-authorization-server").json()
        assert "private_key_jwt" in metadata["token_endpoint_auth_methods_supported"]
        assert metadata["token_endpoint_auth_signing_alg_values_supported"] == list(client_keys.ALGORITHMS)


class TestKeysAtAnAddress:
    def read(self) -> None:
        with database_role("worker"):
            actions.read_client_keys()

    def test_a_job_reads_them_and_reads_new_ones(self, world, manager, ngo, key, settings, set_clock):
        settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
        receiver = Receiver()
        receiver.answer = key_set(key).encode()
        with on_web(manager):
            credential = integrations.use_keys(by=manager, client=ngo.client, keys_url=receiver.url)
        assert ask(statement(key, credential.client_id)).status_code == 401
        self.read()
        assert ask(statement(key, credential.client_id)).status_code == 200
        following = new_key("two")
        receiver.answer = key_set(following).encode()
        set_clock(timezone.now() + timedelta(minutes=2))
        self.read()
        assert ask(statement(following, credential.client_id)).status_code == 200
        assert ask(statement(key, credential.client_id)).status_code == 401
        receiver.answer = b"<html>"
        set_clock(timezone.now() + timedelta(minutes=4))
        self.read()
        assert ask(statement(following, credential.client_id)).status_code == 200

    @pytest.mark.parametrize(
        "url", ["http://keys.example/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/jwks"]
    )
    def test_no_address_inside_is_taken_or_read(self, world, manager, ngo, url):
        with on_web(manager), pytest.raises(RuleError):
            integrations.use_keys(by=manager, client=ngo.client, keys_url=url)
        with on_web(manager):
            credential = integrations.use_keys(by=manager, client=ngo.client, keys_url="https://keys.example/")
        Credential.objects.filter(pk=credential.pk).update(keys_url=url)
        self.read()
        credential.refresh_from_db()
        assert credential.keys == []

    def test_a_job_sees_no_hash_of_a_secret(self, world, ngo):
        from django.db import ProgrammingError, transaction

        with database_role("worker"), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            list(Credential.objects.values_list("client_secret"))


class TestNetworks:
    @pytest.mark.parametrize(("networks", "status"), [(["127.0.0.0/8"], 200), (["198.51.100.0/24"], 403), ([], 200)])
    def test_tokens_and_calls_come_from_the_clients_networks_alone(self, world, manager, ngo, networks, status):
        ngo.get("persons")
        with on_web(manager):
            integrations.change_client(by=manager, client=ngo.client, scopes=ngo.client.scopes, networks=networks)
        refused = ngo.call("get", "persons", status=status)
        assert ngo.get_token().status_code == status
        if status == 403:
            assert refused.found["type"].endswith("/forbidden-network")

    def test_what_is_no_network_is_refused_and_part_of_one_callers_network_is_widened(self, world, manager, ngo):
        with on_web(manager), pytest.raises(RuleError, match="is no network"):
            integrations.change_client(by=manager, client=ngo.client, scopes=ngo.client.scopes, networks=["here"])
        with on_web(manager):
            changed = integrations.change_client(
                by=manager,
                client=ngo.client,
                scopes=ngo.client.scopes,
                networks=["2001:db8:1:2:3::/80", "198.51.100.7"],
            )
        assert changed.networks == ["2001:db8:1:2::/64", "198.51.100.7/32"]


class TestAge:
    def remind(self) -> int:
        with database_role("worker"):
            actions.remind_of_old_secrets()
            relay()
        return Notification.objects.filter(kind="client.secret_old").count()

    def test_managers_are_told_of_an_old_secret_once_in_thirty_days(self, world, manager, ngo, set_clock):
        assert self.remind() == 0
        told = []
        for days in (366, 367, 397):
            Credential.objects.update(created=timezone.now() - timedelta(days=days))
            told.append(self.remind())
        assert told == [1, 1, 2]

    def test_neither_keys_nor_secrets_that_are_on_their_way_out_are_told_of(self, world, manager, ngo, keyed):
        Credential.objects.update(created=timezone.now() - timedelta(days=400))
        assert self.remind() == 0


def test_a_manager_puts_keys_in_the_place_of_a_secret_on_the_page(world, manager, ngo, key):
    browser = world.client(manager)
    address = f"/api-clients/{ngo.client.pk}/keys/"
    assert "errorlist" not in browser.get(address).content.decode()
    refused = browser.post(address, {"keys": new_key().export()})
    assert "a private key stays" in refused.content.decode()
    kept = browser.post(address, {"keys": key_set(key)})
    credential = Credential.objects.filter(keys__isnull=False).order_by("-id").first()
    assert credential.client_id in kept.content.decode()
    assert ask(statement(key, credential.client_id)).status_code == 200
    assert "Keys" in browser.get(f"/api-clients/{ngo.client.pk}/").content.decode()
