"""Webhooks: who wants to be told, and telling them: signed, tried again, given up at last, never at a private address.

A message's body is {"id", "type", "created_at", "data"}; `data` holds numbers and links, no personal data. Headers:
Webhook-Id, Webhook-Timestamp (seconds) and Webhook-Signature: "v1," and the hexadecimal HMAC-SHA-256, keyed with the
subscription's secret, of "<id>.<timestamp>.<body>" — as the Standard Webhooks specification lays it out.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import socket
import ssl
import time
from datetime import timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.events.job_queue import ask_for
from partnership.events.models import OutboxEvent, WebhookDelivery, WebhookSubscription
from partnership.events.registry import handler_where, webhook_events
from partnership.isolation.errors import Invalid

PAUSES = (10, 60, 300, 1800, 7200, 21600, 43200, 86400)
"""Seconds between attempts; after the last one the message is given up and can be replayed."""
TIMEOUT = 10


class ForbiddenAddress(Exception):
    """The host leads to an address that the portal must not call: private, local, or reserved."""


def check_address(url: str) -> None:
    """Raises Invalid for an address that could never be called. Where its name leads is checked at each connection."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        parts.port  # noqa: B018 — raises for what is no port
        literal = ipaddress.ip_address(host)
    except ValueError:
        literal = None
    if not host or parts.username or parts.fragment:
        raise Invalid("url", _("Give a full address, without a user name or a fragment."))
    if literal is not None and not may_call(str(literal)):
        raise Invalid("url", _("This address is not on the public internet."))
    if parts.scheme != "https" and not (
        parts.scheme == "http" and literal is not None and may_call(str(literal)) and not literal.is_global
    ):
        raise Invalid("url", _("The address must begin with https."))


def may_call(address: str) -> bool:
    """Whether an IP address is on the public internet, or in a network that the settings name."""
    ip = ipaddress.ip_address(address)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if any(ip in ipaddress.ip_network(network) for network in settings.WEBHOOK_NETWORKS):
        return True
    return ip.is_global and not ip.is_multicast


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
                },
            )
            for subscription in subscriptions.only("id", "partner_id")
        ],
        ignore_conflicts=True,
    )
    ask_for_delivery()


def ask_for_delivery() -> None:
    """Once the current transaction is committed, a worker is asked to send messages; else the scheduler finds what waits."""
    from partnership.events.jobs import deliver_webhooks  # jobs import this module

    transaction.on_commit(lambda: ask_for(deliver_webhooks, expires=60))


def deliver(limit: int = 200) -> int:
    """Sends what is due, oldest first; returns how many arrived. Several workers may: each locks the message it sends."""
    delivered = 0
    for _number in range(limit):
        with transaction.atomic():
            due = (
                WebhookDelivery.objects.select_for_update(of=("self",), skip_locked=True)
                .select_related("subscription")
                .filter(state=WebhookDelivery.State.WAITING, due_at__lte=timezone.now())
                .order_by("due_at", "id")
                .first()
            )
            if due is None:
                break
            delivered += _attempt(due)
    return delivered


def _attempt(delivery: WebhookDelivery) -> bool:
    delivery.attempts += 1
    delivery.status_code, delivery.error = None, ""
    try:
        delivery.status_code = post(delivery.subscription.url, *message(delivery))
    except (OSError, HTTPException, ForbiddenAddress, ValueError) as error:
        delivery.error = f"{type(error).__name__}: {error}"[:300]
    arrived = delivery.status_code is not None and 200 <= delivery.status_code < 300
    if arrived:
        delivery.state, delivery.delivered_at = WebhookDelivery.State.DELIVERED, timezone.now()
    elif delivery.attempts > len(PAUSES):
        delivery.state = WebhookDelivery.State.DEAD
    else:
        delivery.due_at = timezone.now() + timedelta(seconds=PAUSES[delivery.attempts - 1])
    delivery.save(update_fields=["attempts", "status_code", "error", "state", "delivered_at", "due_at"])
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
        "Webhook-Signature": f"v1,{sign(delivery.subscription.secret or '', f'msg_{delivery.pk}', stamp, body)}",
    }


def sign(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    """The signature of a message: hexadecimal HMAC-SHA-256 of id, stamp (seconds) and body."""
    return hmac.new(secret.encode(), f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).hexdigest()


# --- The call ----------------------------------------------------------------------------------------------------------------


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Sends a body and returns the status. The very address that was checked is the one that is connected to.

    No redirect is followed. Raises ForbiddenAddress, OSError or HTTPException.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    connection: Any
    if parts.scheme == "https":
        connection = HTTPSConnection(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        connection = HTTPConnection(host, port, timeout=TIMEOUT)
    # http.client makes its socket by this attribute; the certificate is still checked against the name.
    connection._create_connection = _connect
    try:
        connection.request("POST", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", body, headers)
        return int(connection.getresponse().status)
    finally:
        connection.close()


def _connect(address: tuple[str, int], timeout: float | None = None, source: Any = None) -> socket.socket:
    host, port = address
    resolved = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    targets = [str(info[4][0]) for info in resolved]
    forbidden = [target for target in targets if not may_call(target)]
    if forbidden or not targets:
        raise ForbiddenAddress(f"{host} leads to {', '.join(forbidden) or 'nowhere'}")
    return socket.create_connection((targets[0], port), timeout)
