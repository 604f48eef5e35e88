"""What a receiver of webhooks tries: an address that leads into our network, and an answer that never ends."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from django.db import connections
from django.utils import timezone

from partnership.events import webhooks
from partnership.events.models import WebhookDelivery
from partnership.integrations import actions as integrations
from tests.partnership.test_webhooks import Receiver, deliver, receiver, subscription  # noqa: F401 — fixtures
from tests.world import database_role, on_web

PATIENCE = 300
"""Seconds, beside a deadline of half a second: what takes longer on the busiest machine, too, never ends."""


class Trickle:
    """Accepts a connection and sends a byte every 50 milliseconds, for good; `start` comes first."""

    def __init__(self, start: bytes) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"
        self.calls = 0
        self.start = start
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                accepted, _address = self.socket.accept()
            except OSError:
                return
            self.calls += 1
            threading.Thread(target=self.answer, args=(accepted,), daemon=True).start()

    def answer(self, accepted: socket.socket) -> None:
        try:
            accepted.sendall(self.start)
            while True:
                accepted.sendall(b"x")
                time.sleep(0.05)
        except OSError:
            accepted.close()


STARTS = {
    "nothing yet": b"",
    "a first line without an end": b"HTTP/1.1 20",
    "headers without an end": b"HTTP/1.1 200 OK\r\nX: ",
    "a handshake without an end": b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc",
    "answers that come before the answer": b"HTTP/1.1 100 Continue\r\n\r\n" * 3,
}


@pytest.fixture
def trickle(request, settings, monkeypatch):
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    monkeypatch.setattr(webhooks, "DEADLINE", 0.5)
    trickle = Trickle(STARTS[getattr(request, "param", "headers without an end")])
    yield trickle
    trickle.socket.close()


@pytest.mark.parametrize("trickle", STARTS, indirect=True)
def test_an_answer_that_never_ends_takes_no_longer_than_the_deadline(trickle):
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        webhooks.post(trickle.url, b"{}", {})
    assert time.monotonic() - started < PATIENCE


@pytest.mark.parametrize("trickle", ["a handshake without an end"], indirect=True)
def test_nor_does_a_handshake_that_never_ends(trickle):
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        webhooks.post(trickle.url.replace("http:", "https:"), b"{}", {})
    assert time.monotonic() - started < PATIENCE


def test_nor_does_a_name_that_is_looked_up_for_ever(trickle, monkeypatch):
    found = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: found.wait())
    with pytest.raises(TimeoutError):
        webhooks.post("https://hooks.test.example/", b"{}", {})
    found.set()


def test_a_message_is_sent_outside_of_any_transaction(world, receiver, subscription):  # noqa: F811
    ours, before = connections["default"], []
    outer = ours.savepoint_ids[:]
    receiver.before_answer = lambda: before.append(ours.savepoint_ids[:])
    world.sent()
    assert deliver() == 1
    assert before == [outer]


def test_a_slow_receiver_delays_itself_alone(world, trickle, monkeypatch):
    monkeypatch.setattr(webhooks, "DEADLINE", 5)  # which the fast one keeps, however busy the machine
    fast = Receiver()
    with on_web(world.case_manager):
        slow = integrations.subscribe(by=world.case_manager, url=trickle.url, events=["referral.sent"])
        for _number in range(5):
            integrations.send_test(by=world.case_manager, subscription=slow)
    other_manager = world.member(world.other_ngo, "case_manager", is_manager=True)
    with on_web(other_manager):
        quick = integrations.subscribe(by=other_manager, url=fast.url, events=["referral.sent"])
        integrations.send_test(by=other_manager, subscription=quick)
    assert deliver() == 1
    assert (trickle.calls, len(fast.got)) == (1, 1)
    waiting = WebhookDelivery.objects.filter(subscription=slow, due_at__gt=timezone.now() + webhooks.SILENCE / 2)
    assert waiting.count() == 4
    fast.server.shutdown()


def test_what_a_killed_worker_was_sending_is_sent_again(world, receiver, subscription):  # noqa: F811
    with on_web(world.case_manager):
        integrations.send_test(by=world.case_manager, subscription=subscription)
    with database_role("worker"):
        assert webhooks._claim(subscription.partner_id)
    assert deliver() == 0
    left = WebhookDelivery.objects.get()
    assert timezone.now() < left.due_at <= timezone.now() + webhooks.LEASE
    WebhookDelivery.objects.update(due_at=timezone.now())
    assert deliver() == 1


NOT_PUBLIC = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.8.8.8", "169.254.169.254",  # noqa: S104
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1",
    "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:7f00:1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "64:ff9b:1:ffff::a00:1", "100::1",
    "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1",
    "2002:c0a8:101::1", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "feff::1",
    "ff02::1", "ff0e::1", "4000::1",
]  # fmt: skip
PUBLIC = ["93.184.215.14", "1.1.1.1", "193.166.3.2", "2606:2800:21f:cb07::1", "2a00:1450:4026::1", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"]  # fmt: skip


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_never_called(address):
    assert not webhooks.may_call(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_called(address):
    assert webhooks.may_call(address)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "017700000001", "127.1", "0"])
def test_a_number_that_stands_for_this_machine_is_not_called_either(host):
    with pytest.raises((webhooks.ForbiddenAddress, OSError)) as refusal:
        webhooks._connect((host, 443))
    assert "refused" not in str(refusal.value)
