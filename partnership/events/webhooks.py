"""Webhooks: who wants to be told, and telling them: signed, tried again, given up at last, never at a private address.

A message's body is {"id", "type", "created_at", "data"}; `data` holds numbers and links, no personal data. Signed as the Standard
Webhooks specification says (https://www.standardwebhooks.com/, version 1): Webhook-Id, Webhook-Timestamp (seconds) and
Webhook-Signature, "v1," and the HMAC-SHA-256 of "<id>.<timestamp>.<body>" in base64, one for each secret that is good now.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.events.job_queue import alone, ask_for
from partnership.events.models import OutboxEvent, WebhookDelivery, WebhookSubscription
from partnership.events.registry import handler_where, webhook_events
from partnership.isolation.errors import Invalid

PAUSES = (10, 60, 300, 1800, 7200, 21600, 43200, 86400)
"""Seconds between attempts; after the last one the message is given up and can be replayed."""
DEADLINE = 10
"""Seconds for the whole of an attempt, from the look-up of the name to the last header of the answer."""
LEASE = timedelta(seconds=60)
"""So long a message is with the worker that sends it; a worker that died in that time has it sent again by another."""
TURN = 10
"""Seconds after which it is the next partner's turn."""
SILENCE = timedelta(seconds=60)
"""So long an address that gave no answer is left alone with its other messages."""
LOCK_SPACE = 7003
"""First key of the advisory locks, so that other uses of advisory locks don't meet these."""


class ForbiddenAddress(Exception):
    """The host leads to an address that the portal must not call: private, local, or reserved."""


def check_address(url: str, field: str = "url") -> None:
    """Raises Invalid, at this field, for an address that could never be called. Where its name leads is checked at each connection."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        parts.port  # noqa: B018 — raises for what is no port
        literal = ipaddress.ip_address(host)
    except ValueError:
        literal = None
    if not host or parts.username or parts.fragment:
        raise Invalid(field, _("Give a full address, without a user name or a fragment."))
    if literal is not None and not may_call(str(literal)):
        raise Invalid(field, _("This address is not on the public internet."))
    if parts.scheme != "https" and not (
        parts.scheme == "http" and literal is not None and may_call(str(literal)) and not literal.is_global
    ):
        raise Invalid(field, _("The address must begin with https."))


NEVER = [
    ipaddress.ip_network(network)
    for network in (
        # Of this network, private, shared, of this machine, of this link, for protocols, of documentation, of the relays of
        # 6to4, for measuring, multicast, reserved.
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        # For protocols with Teredo and measuring, of documentation, 6to4.
        "2001::/23", "2001:db8::/32", "3fff::/20", "2002::/16",
    )
]  # fmt: skip
"""Which of them Python takes for global depends on its version."""
PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")
"""What was ever given out. The rest is of this link, site or machine, unique local, multicast, or carries another address."""
NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""Leads to the IPv4 address that its last four bytes are."""


def may_call(address: str) -> bool:
    """Whether an IP address is on the public internet, or in a network that the settings name."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and (ip.ipv4_mapped or ip in NAT64):
        ip = ipaddress.IPv4Address(ip.packed[-4:])
    if any(ip in ipaddress.ip_network(network) for network in settings.WEBHOOK_NETWORKS):
        return True
    if ip.version == 6 and ip not in PUBLIC_IPV6:
        return False
    return ip.is_global and not any(ip in network for network in NEVER)


# --- Messages ----------------------------------------------------------------------------------------------------------------


@handler_where(lambda event: event.kind in webhook_events() and bool(event.payload.get("tell")))
def enqueue_webhooks(event: OutboxEvent) -> None:
    """A message to each subscription of each partner that the event is told. Handled twice, it is queued once."""
    partners = {tell["partner"]: tell.get("url", "") for tell in event.payload["tell"]}
    subscriptions = WebhookSubscription.objects.filter(
        partner__in=partners, is_active=True, events__contains=[event.kind]
    )
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(
                partner_id=subscription.partner_id,
                subscription_id=subscription.pk,
                event=event,
                kind=event.kind,
                payload={
                    **{key: value for key, value in event.payload.items() if isinstance(value, int)},
                    "url": settings.SITE_URL + partners[subscription.partner_id],
                    **_in_the_api(event.payload),
                },
            )
            for subscription in subscriptions.only("id", "partner_id")
        ],
        ignore_conflicts=True,
    )
    ask_for_delivery()


RESOURCES = {
    "agreement": "agreements",
    "data_import": "uploads",
    "diversion": "diversions",
    "referral": "referrals",
}
"""Where the API has what a number in a payload is of."""


def _in_the_api(payload: dict[str, Any]) -> dict[str, str]:
    """The address of what happened, for systems; `url` is the one of the page, for people."""
    addresses = [f"{resource}/{payload[name]}" for name, resource in RESOURCES.items() if name in payload]
    return {"api_url": f"{settings.SITE_URL}/api/v1/{addresses[0]}"} if addresses else {}


def ask_for_delivery() -> None:
    """Once the current transaction is committed, a worker is asked to send messages; else the scheduler finds what waits."""
    from partnership.events.jobs import deliver_webhooks  # jobs import this module

    transaction.on_commit(lambda: ask_for(deliver_webhooks, expires=60))


def deliver(limit: int = 200) -> int:
    """Sends what is due; returns how many arrived. Partners take turns, and no two workers send for the same one, so that a
    receiver who is slow keeps nobody waiting but itself."""
    arrived = tried = 0
    while tried < limit:
        tried_before = tried
        for partner_id in _partners_waiting():
            with alone((LOCK_SPACE, partner_id)) as is_alone:
                ends = time.monotonic() + TURN
                while is_alone and tried < limit and time.monotonic() < ends and (due := _claim(partner_id)):
                    tried += 1
                    arrived += _attempt(due)
        if tried == tried_before:
            break
    return arrived


def _partners_waiting() -> list[int]:
    """Partners with messages that are due, who has waited longest first."""
    due = WebhookDelivery.objects.filter(state=WebhookDelivery.State.WAITING, due_at__lte=timezone.now())
    rows = due.order_by().values("partner_id").annotate(since=Min("due_at")).order_by("since")
    return list(rows.values_list("partner_id", flat=True))


def _claim(partner_id: int) -> WebhookDelivery | None:
    """The partner's message that has been due longest, as one that is being sent: for the LEASE nobody else sends it."""
    with transaction.atomic():
        due = (
            WebhookDelivery.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("subscription")
            .filter(partner_id=partner_id, state=WebhookDelivery.State.WAITING, due_at__lte=timezone.now())
            .order_by("due_at", "id")
            .first()
        )
        if due is not None:
            due.attempts, due.due_at = due.attempts + 1, timezone.now() + LEASE
            due.save(update_fields=["attempts", "due_at"])
        return due


def _attempt(delivery: WebhookDelivery) -> bool:
    """Sends a claimed message, outside of any transaction, and notes how it went."""
    status, error = None, ""
    try:
        status = post(delivery.subscription.url, *message(delivery))
    except (OSError, HTTPException, ForbiddenAddress, ValueError) as failure:
        error = f"{type(failure).__name__}: {failure}"[:300]
    arrived = status is not None and 200 <= status < 300
    result: dict[str, Any] = {"status_code": status, "error": error}
    if arrived:
        result |= {"state": WebhookDelivery.State.DELIVERED, "delivered_at": timezone.now()}
    elif delivery.attempts > len(PAUSES):
        result |= {"state": WebhookDelivery.State.DEAD}
    else:
        result |= {"due_at": timezone.now() + timedelta(seconds=PAUSES[delivery.attempts - 1])}
    with transaction.atomic():
        # Meanwhile its webhook may have been deleted, and the message with it.
        WebhookDelivery.objects.filter(pk=delivery.pk).update(**result)
        if status is None:
            others = WebhookDelivery.objects.filter(
                subscription_id=delivery.subscription_id, state=WebhookDelivery.State.WAITING
            )
            later = timezone.now() + SILENCE
            others.filter(due_at__lt=later).exclude(pk=delivery.pk).update(due_at=later)
    return arrived


def message(delivery: WebhookDelivery) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a message, signed now."""
    body = orjson.dumps(
        {
            "id": f"msg_{delivery.pk}",
            "type": delivery.kind,
            "created_at": delivery.created_at,
            "data": delivery.payload,
        },
        option=orjson.OPT_UTC_Z,
    )
    stamp = str(int(time.time()))
    return body, {
        "Content-Type": "application/json",
        "User-Agent": f"prevention-partnership/{settings.VERSION} (webhooks)",
        "Webhook-Id": f"msg_{delivery.pk}",
        "Webhook-Timestamp": stamp,
        "Webhook-Signature": " ".join(
            f"v1,{sign(secret, f'msg_{delivery.pk}', stamp, body)}" for secret in delivery.subscription.secrets()
        ),
    }


PREFIX = "whsec_"
"""By which a secret is known wherever it turns up."""


def new_secret() -> str:
    """A secret of 256 random bits, in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    """The signature of a message: HMAC-SHA-256 of id, stamp (seconds) and body, in base64. A secret from before they bore the
    prefix is its own key."""
    key = base64.b64decode(secret.removeprefix(PREFIX)) if secret.startswith(PREFIX) else secret.encode()
    digest = hmac.digest(key, f"{message_id}.{stamp}.".encode() + body, "sha256")
    return base64.b64encode(digest).decode()


# --- The call ----------------------------------------------------------------------------------------------------------------


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Sends a body and returns the status. The very address that was checked is the one that is connected to.

    No redirect is followed. Raises ForbiddenAddress, OSError (TimeoutError after the DEADLINE) or HTTPException.
    """
    return _carried_out(_Call("POST", url, body, headers))[0]


def fetch(
    url: str, most: int, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> bytes:
    """What an address answers to a GET, or to the POST of a form, of at most so many bytes; under the same rules as `post`.

    Raises ValueError for a longer answer, and for a status other than 200.
    """
    body = urlencode(form).encode() if form is not None else None
    sent = {"User-Agent": f"prevention-partnership/{settings.VERSION}", "Accept": "application/json", **(headers or {})}
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    status, answer = _carried_out(_Call("POST" if body is not None else "GET", url, body, sent, most + 1))
    if status != 200:
        raise ValueError(f"{urlsplit(url).hostname} answered {status}")
    if len(answer) > most:
        raise ValueError(f"{urlsplit(url).hostname} answered more than {most} bytes")
    return answer


def _carried_out(call: _Call) -> tuple[int, bytes]:
    call.start()
    call.join(DEADLINE)
    return call.result()


class _Call(threading.Thread):
    """One attempt in a thread of its own: who waits for it needs to wait no longer than it wants, whatever the receiver drips,
    and however long the name is looked up."""

    def __init__(self, method: str, url: str, body: bytes | None, headers: dict[str, str], most: int = 0) -> None:
        super().__init__(daemon=True)
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        self.request = (method, f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", body, headers)
        self.connection: Any
        if parts.scheme == "https":
            self.connection = HTTPSConnection(host, port, timeout=DEADLINE, context=ssl.create_default_context())
        else:
            self.connection = HTTPConnection(host, port, timeout=DEADLINE)
        # http.client makes its socket by this attribute; the certificate is still checked against the name.
        self.connection._create_connection = _connect
        self.is_given_up = False
        self.most, self.status, self.answer = most, 0, b""
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.connection.connect()
            if not self.is_given_up:
                self.connection.request(*self.request)
                response = self.connection.getresponse()
                self.status = int(response.status)
                self.answer = response.read(self.most) if self.most else b""
        except BaseException as error:
            self.error = error
        finally:
            self.connection.close()

    def result(self) -> tuple[int, bytes]:
        """The status and the answer as far as it was wanted, or what went wrong; who has not answered by now is hung up on."""
        if self.is_alive():
            self.is_given_up = True
            if open_socket := self.connection.sock:
                with suppress(OSError):
                    open_socket.shutdown(socket.SHUT_RDWR)
            raise TimeoutError(f"no answer within {DEADLINE} seconds")
        if self.error:
            raise self.error
        return self.status, self.answer


def _connect(address: tuple[str, int], timeout: float | None = None, source: Any = None) -> socket.socket:
    host, port = address
    resolved = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    targets = [str(info[4][0]) for info in resolved]
    forbidden = [target for target in targets if not may_call(target)]
    if forbidden or not targets:
        raise ForbiddenAddress(f"{host} leads to {', '.join(forbidden) or 'nowhere'}")
    return socket.create_connection((targets[0], port), timeout)
