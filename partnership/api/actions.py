"""What the portal itself does with how clients prove who they are: secrets and keys."""

from __future__ import annotations

import logging
from datetime import timedelta
from http.client import HTTPException

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from partnership.actions import action
from partnership.api import client_keys, events
from partnership.api.client_secrets import ClientSecretHasher
from partnership.api.models import Credential
from partnership.events.outbox import announce
from partnership.events.webhooks import ForbiddenAddress, fetch
from partnership.isolation.errors import Invalid

log = logging.getLogger(__name__)

KEYS_GOOD_FOR = timedelta(minutes=55)
"""After which the keys at an address are read anew; the scheduler asks each hour."""
MOST_BYTES = 64 * 1024
"""Of a JWK set at an address."""
REMINDED_EACH = 30
"""Days after which managers are told again of an old secret."""


@action("client.keep_secret_anew", outside="anyone")
def keep_secret_anew(kept: str, secret: str) -> None:
    """Keeps a secret that was right as new ones are kept; `kept` is the slow hash that stood there until now."""
    hashed = make_password(secret, hasher=ClientSecretHasher.algorithm)
    Credential.objects.filter(client_secret=kept).update(client_secret=hashed)


@action("client.read_keys", outside="jobs", rolls_back=False)
def read_client_keys() -> None:
    """Reads the public keys of systems anew, each from its address: never from one that is not on the public internet. Where there is
    none, those of before stay, and the log says why.

    What was asked for within the last minute is read at the next asking.
    """
    due = Q(keys_read_at=None) | Q(keys_read_at__lt=timezone.now() - timedelta(minutes=1))
    ended = Q(expires_at__lte=timezone.now())
    for number, address in (
        Credential.objects.filter(due).exclude(keys_url="").exclude(ended).values_list("pk", "keys_url")
    ):
        try:
            keys = client_keys.checked_keys(fetch(address, MOST_BYTES))
        except (OSError, HTTPException, ForbiddenAddress, Invalid, ValueError) as failure:
            log.warning("The keys of credential %s could not be read: %s", number, failure)
            continue
        with transaction.atomic():
            Credential.objects.filter(pk=number).update(keys=keys, keys_read_at=timezone.now())


@action("client.remind_of_secret", outside="jobs", event="client.secret_old")
def remind_of_old_secrets() -> None:
    """Tells the managers of partners whose systems use a secret that is older than CLIENT_SECRET_DAYS: at once, then every thirty
    days. Keys (`keys`) are no secrets, and are not reminded of."""
    now = timezone.now()
    old = Credential.objects.filter(
        created__lt=now - timedelta(days=settings.CLIENT_SECRET_DAYS),
        expires_at=None,
        keys__isnull=True,
        api_client__revoked_at=None,
    )
    for number, partner, client, created in old.values_list("pk", "partner_id", "api_client_id", "created"):
        times = ((now - created).days - settings.CLIENT_SECRET_DAYS) // REMINDED_EACH
        announce(
            events.SECRET_OLD,
            f"credential:{number}:old:{times}",
            tell=[{"partner": partner, "managers": True, "url": reverse("client", args=[client])}],
            client=client,
        )
