"""Webhooks: signed, tried again, given up, replayed; and never at an address that is not on the public internet."""

from __future__ import annotations

import base64
import json
import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from partnership.events import webhooks
from partnership.events.models import EventDelivery, WebhookDelivery, WebhookSubscription
from partnership.events.outbox import relay
from partnership.integrations import actions as integrations
from partnership.isolation.errors import RuleError
from referrals.diversions import actions as diversions
from tests.world import World, database_role, on_web


class Receiver:
    """An HTTP server on this machine that answers as it is told and keeps what it got."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        self.before_answer = lambda: None
        self.answer = b""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                outer.before_answer()
                self.send_response(outer.status)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(outer.answer)

            def log_message(self, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?x=1"


@pytest.fixture
def receiver():
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def subscription(world: World, receiver, settings) -> WebhookSubscription:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    with on_web(world.case_manager):
        return integrations.subscribe(by=world.case_manager, url=receiver.url, events=["referral.sent"])


def deliver() -> int:
    with database_role("worker"):
        relay()
        return webhooks.deliver()


def test_an_event_arrives_signed_and_without_personal_data(world, receiver, subscription):
    referral = world.sent()
    assert deliver() == 1
    headers, body = receiver.got[0]
    message = json.loads(body)
    assert message["type"] == "referral.sent"
    assert message["data"]["referral"] == referral.pk
    assert message["data"]["url"].endswith(f"/referrals/{referral.pk}/")
    assert "Meikäläinen" not in body.decode()
    assert message["data"]["api_url"].endswith(f"/api/v1/referrals/{referral.pk}")
    assert Webhook(subscription.secret).verify(body, headers) == message
    for wrong in (body + b" ", body.replace(b"sent", b"lost")):
        with pytest.raises(WebhookVerificationError):
            Webhook(subscription.secret).verify(wrong, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(webhooks.new_secret()).verify(body, headers)


def test_the_signature_is_that_of_the_published_example():
    """The example of the Standard Webhooks specification."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signature = webhooks.sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert signature == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_from_before_signs_by_its_own_bytes():
    made_now = webhooks.sign("whsec_" + base64.b64encode(b"old").decode(), "m", "1", b"{}")
    assert webhooks.sign("old", "m", "1", b"{}") == made_now


def test_for_a_week_messages_are_signed_with_the_old_and_the_new_secret(world, receiver, subscription, set_clock):
    old = subscription.secret
    with on_web(world.case_manager):
        new = integrations.rotate_webhook_secret(by=world.case_manager, subscription=subscription).secret

    def is_good(secret: str) -> bool:
        headers, body = receiver.got[-1]
        try:
            Webhook(secret).verify(body, headers)
        except WebhookVerificationError:
            return False
        return True

    world.sent()
    deliver()
    assert (is_good(old), is_good(new)) == (True, True)
    world.sent(person=world.person(world.police))
    set_clock(timezone.now() + integrations.OVERLAP + timedelta(minutes=1))
    deliver()
    assert (is_good(old), is_good(new)) == (False, True)


def test_a_system_changes_the_secret_and_only_then_sees_it(world, ngo, subscription):
    address = f"webhooks/{subscription.pk}"
    secret = ngo.post(f"{address}/rotate-secret")["secret"]
    assert secret.startswith("whsec_")
    assert secret != subscription.secret
    assert "secret" not in ngo.get(address)


def test_a_message_on_a_diversion_says_which(world, receiver, subscription):
    with on_web(world.case_manager):
        liaison_hook = WebhookSubscription.objects.get()
        integrations.change_subscription(
            by=world.case_manager,
            subscription=liaison_hook,
            url=receiver.url,
            events=["diversion.decided"],
            is_active=True,
        )
    diversion = world.enrolled().diversion
    with on_web(world.caseworker):
        diversions.report_outcome(by=world.caseworker, diversion=diversion, outcome="completed")
    with on_web(world.liaison):
        diversions.decide(by=world.liaison, diversion=diversion, decision="no_further_action", reasons="All met.")
    assert deliver() == 1
    data = json.loads(receiver.got[0][1])["data"]
    assert data["diversion"] == diversion.pk
    assert data["api_url"].endswith(f"/api/v1/diversions/{diversion.pk}")


def test_only_who_is_told_in_the_portal_is_told(world, receiver, subscription):
    world.sent(programme=world.other_programme)
    assert deliver() == 0
    assert not WebhookDelivery.objects.exists()


def test_an_event_handled_twice_is_one_message(world, receiver, subscription):
    world.sent()
    deliver()
    EventDelivery.objects.update(done_at=None)
    assert deliver() == 0
    assert len(receiver.got) == 1


def test_it_is_tried_again_with_growing_pauses_then_given_up_and_can_be_replayed(world, receiver, subscription):
    receiver.status = 500
    world.sent()
    tried = timezone.now()
    deliver()
    found = WebhookDelivery.objects.get()
    assert (found.state, found.attempts, found.status_code) == ("waiting", 1, 500)
    for pause in webhooks.PAUSES:
        assert found.due_at >= tried + timedelta(seconds=pause)
        assert deliver() == 0  # not before its time
        tried = timezone.now()
        WebhookDelivery.objects.update(due_at=tried)
        deliver()
        found.refresh_from_db()
    assert (found.state, found.attempts) == ("dead", len(webhooks.PAUSES) + 1)
    receiver.status = 200
    with on_web(world.case_manager):
        integrations.send_again(by=world.case_manager, delivery=WebhookDelivery.objects.get())
    assert deliver() == 1
    assert len({headers["Webhook-Id"] for headers, _body in receiver.got}) == 1


def test_a_redirect_is_not_followed(world, receiver, subscription):
    receiver.status = 302
    world.sent()
    deliver()
    assert WebhookDelivery.objects.get().status_code == 302
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.test.example/", "https://127.0.0.1/", "https://10.0.0.8/x", "https://[::1]/", "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/", "https://user:pass@hooks.test.example/", "ftp://hooks.test.example/",
        "https://hooks.test.example/#x", "https://", "https://0.0.0.0/", "https://100.64.1.1/", "https://224.0.0.1/",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_not_taken(world, url):
    with on_web(world.case_manager), pytest.raises(RuleError):
        integrations.subscribe(by=world.case_manager, url=url, events=["referral.sent"])


@pytest.mark.parametrize(
    ("address", "is_called"),
    [
        ("93.184.215.14", True),
        ("::ffff:93.184.215.14", True),
        ("2606:2800:21f:cb07::1", True),
        ("::ffff:10.0.0.1", False),
        ("::ffff:192.168.7.1", True),
    ],
)
def test_an_address_that_maps_another_is_the_one_that_it_maps(settings, address, is_called):
    settings.WEBHOOK_NETWORKS = ["192.168.7.0/24"]
    assert webhooks.may_call(address) == is_called


@pytest.mark.parametrize("target", ["127.0.0.1", "10.1.2.3", "::1", "fd00::1", "169.254.169.254"])
def test_a_name_that_leads_to_a_private_address_is_not_called(world, monkeypatch, target):
    """Where a name leads is checked on the very connection: it may have changed since the address was taken."""
    with on_web(world.case_manager):
        integrations.subscribe(by=world.case_manager, url="https://hooks.test.example/x", events=["referral.sent"])
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *args, **more: [(family, socket.SOCK_STREAM, 6, "", (target, 443))]
    )
    connected = []
    monkeypatch.setattr(socket, "create_connection", lambda *args, **more: connected.append(args))
    world.sent()
    assert deliver() == 0
    assert connected == []
    assert "ForbiddenAddress" in WebhookDelivery.objects.get().error


def test_a_name_that_leads_to_one_public_and_one_private_address_is_not_called(monkeypatch):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("93.184.215.14", "192.168.1.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: answers)
    with pytest.raises(webhooks.ForbiddenAddress):
        webhooks.post("https://hooks.test.example/", b"{}", {})


def test_the_web_role_sees_its_own_partners_webhooks_only(world, subscription):
    with on_web(world.other_caseworker):
        assert not WebhookSubscription.objects.exists()
        assert not WebhookDelivery.objects.exists()


def test_switched_off_it_is_told_nothing(world, receiver, subscription):
    with on_web(world.case_manager):
        integrations.change_subscription(
            by=world.case_manager,
            subscription=subscription,
            url=receiver.url,
            events=["referral.sent"],
            is_active=False,
        )
    world.sent()
    assert deliver() == 0
