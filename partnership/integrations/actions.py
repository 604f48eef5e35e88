"""What a manager can do with webhooks and API clients: making, changing, renewing, ending."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import get_access_token_model

from partnership.actions import Party, action
from partnership.api import client_keys, client_networks
from partnership.api.models import ApiClient, Credential
from partnership.api.tokens import ask_for_keys
from partnership.audit_trail.purposes import Purpose
from partnership.events.models import WebhookDelivery, WebhookSubscription
from partnership.events.webhooks import (
    ask_for_delivery,
    check_address,
    new_secret,
)
from partnership.integrations.scopes import CLIENT_ROLES, grantable
from partnership.isolation.acting import Acting, signing_in
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import Membership, User

OVERLAP = timedelta(days=7)
"""How long the old secret works beside a new one."""

# --- Subscriptions -----------------------------------------------------------------------------------------------------------


@action("webhook.subscribe", managers_only=True, scope="webhooks:write")
def subscribe(*, by: Acting, url: str, events: Iterable[str], is_active: bool = True) -> WebhookSubscription:
    """Subscribes an address of the acting partner; the new secret is in `secret`."""
    check_address(url)
    return WebhookSubscription.objects.create(
        partner=by.partner,
        url=url,
        events=sorted(set(events)),
        is_active=is_active,
        secret=new_secret(),
        created_by=by.user,
    )


@action("webhook.change", managers_only=True, party=Party.OWNER, scope="webhooks:write")
def change_subscription(
    *, by: Acting, subscription: WebhookSubscription, url: str, events: Iterable[str], is_active: bool
) -> WebhookSubscription:
    """Changes address, events or whether a subscription is active. Raises ForbiddenAddress."""
    check_address(url)
    subscription.url, subscription.events, subscription.is_active = url, sorted(set(events)), is_active
    subscription.changed_at = timezone.now()
    subscription.save()
    return subscription


@action("webhook.rotate_secret", managers_only=True, party=Party.OWNER, scope="webhooks:write")
def rotate_webhook_secret(*, by: Acting, subscription: WebhookSubscription) -> WebhookSubscription:
    """A new secret, in `secret`. For a week messages are signed with the old one too, so that a receiver can change over at any
    moment; one that was older still signs no more."""
    subscription = WebhookSubscription.objects.select_for_update().get(pk=subscription.pk)
    now = timezone.now()
    subscription.old_secret, subscription.old_secret_until = subscription.secret, now + OVERLAP
    subscription.secret, subscription.changed_at = new_secret(), now
    subscription.save()
    return subscription


@action("webhook.test", managers_only=True, party=Party.OWNER, scope="webhooks:write")
def send_test(*, by: Acting, subscription: WebhookSubscription) -> WebhookDelivery:
    """Queues a message of type “test”."""
    delivery = WebhookDelivery.objects.create(
        partner_id=subscription.partner_id, subscription=subscription, kind="test", payload={"url": settings.SITE_URL}
    )
    ask_for_delivery()
    return delivery


@action("webhook.send_again", managers_only=True, party=Party.OWNER, scope="webhooks:write")
def send_again(*, by: Acting, delivery: WebhookDelivery) -> WebhookDelivery:
    """Queues a message again, with the attempts of a new one. Its id stays, so that a receiver knows it."""
    delivery.state, delivery.attempts, delivery.due_at = WebhookDelivery.State.WAITING, 0, timezone.now()
    delivery.save(update_fields=["state", "attempts", "due_at"])
    ask_for_delivery()
    return delivery


class ClientRevoked(RuleError):
    """The client was revoked. Make a new one."""

    code = "client_revoked"


@action("client.create", managers_only=True)
def create_client(
    *,
    by: Acting,
    name: str,
    scopes: Iterable[str],
    default_purpose: str = Purpose.CASEWORK,
    networks: Iterable[str] = (),
) -> tuple[ApiClient, Credential, str]:
    """Makes a client with its first credential; the secret is returned here and stored nowhere. `default_purpose`: what it reads for
    where a request doesn't say. `networks`: from which it may call; none: from everywhere.

    It acts through a membership of its own, with an address that receives no mail and no password to sign in with.
    """
    with transaction.atomic():
        client = ApiClient(
            partner=by.partner,
            name=name.strip(),
            created_by=by.user,
            scopes=_grantable(by, scopes),
            default_purpose=default_purpose,
            networks=client_networks.checked(networks),
        )
        try:
            client.full_clean(exclude=["membership", "scopes", "created_by", "revoked_at", "secret_changed_at"])
        except ValidationError as error:
            raise RuleError(" ".join(error.messages)) from error
        user = User(
            email=f"client-{secrets.token_hex(8)}@clients.invalid",
            full_name=client.name,
            email_choice=User.EmailChoice.NONE,
        )
        user.set_unusable_password()
        user.save()
        client.membership = Membership.objects.create(user=user, partner=by.partner, role=CLIENT_ROLES[by.partner.kind])
        client.save()
        return client, *_credential(client)


def _grantable(by: Acting, scopes: Iterable[str]) -> list[str]:
    unique = sorted(set(scopes))
    if not unique:
        raise RuleError(_("Choose what the client may do."))
    if set(unique) - set(grantable(by.partner)):
        raise RuleError(_("A client can do no more than the people of its partner."))
    return unique


def _credential(client: ApiClient, **keys: Any) -> tuple[Credential, str]:
    secret = generate_client_secret()
    credential = Credential.objects.create(
        partner_id=client.partner_id,
        api_client=client,
        name=client.name,
        client_secret=secret,
        client_type=Credential.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Credential.GRANT_CLIENT_CREDENTIALS,
        **keys,
    )
    return credential, secret


@action("client.change", managers_only=True, party=Party.OWNER)
def change_client(
    *,
    by: Acting,
    client: ApiClient,
    scopes: Iterable[str],
    default_purpose: str = "",
    networks: Iterable[str] | None = None,
) -> ApiClient:
    """Gives or takes scopes; tokens that are out lose what was taken at once. Says what it reads for and from which networks it may
    call, where that is given."""
    client.scopes = _grantable(by, scopes)
    client.default_purpose = default_purpose or client.default_purpose
    if networks is not None:
        client.networks = client_networks.checked(networks)
    client.save(update_fields=["scopes", "default_purpose", "networks"])
    return client


@action("client.rotate_secret", managers_only=True, party=Party.OWNER)
def rotate_secret(*, by: Acting, client: ApiClient) -> tuple[Credential, str]:
    """A new id and secret; the old ones work for another week, so that nothing stands still meanwhile."""
    client = _outgoing(client)
    return _credential(client)


@action("client.use_keys", managers_only=True, party=Party.OWNER)
def use_keys(*, by: Acting, client: ApiClient, keys: str = "", keys_url: str = "") -> Credential:
    """From now on the client proves who it is by keys of its own: a new id, with its public keys as a JWK set or the address of one.
    What it used before works for another week. Raises Invalid for no keys, and for an address that must not be called."""
    if bool(keys.strip()) == bool(keys_url):
        raise Invalid("keys", _("Give the keys, or the address at which they are."))
    public = client_keys.checked_keys(keys) if keys.strip() else []
    if keys_url:
        check_address(keys_url, field="keys_url")
    client = _outgoing(client)
    credential, _secret = _credential(client, keys=public, keys_url=keys_url)
    if keys_url:
        ask_for_keys(credential)
    return credential


def _outgoing(client: ApiClient) -> ApiClient:
    """The client, locked, whose ways to prove who it is end in a week. Raises ClientRevoked."""
    client = ApiClient.objects.select_for_update().get(pk=client.pk)
    if client.revoked_at:
        raise ClientRevoked(_("This client was revoked: make a new one."))
    client.credentials.filter(expires_at=None).update(expires_at=timezone.now() + OVERLAP)
    _note_secret(client)
    return client


def _note_secret(client: ApiClient) -> None:
    """So that the history of the client tells of its secrets, of which it holds none."""
    client.secret_changed_at = timezone.now()
    client.save(update_fields=["secret_changed_at"])


@action("client.end_credential", managers_only=True, party=Party.OWNER)
def end_credential(*, by: Acting, credential: Credential) -> None:
    """Ends an old secret now, with the tokens that it got."""
    credential.expires_at = timezone.now()
    credential.save(update_fields=["expires_at"])
    _note_secret(credential.api_client)
    _end_tokens(application=credential)


@action("client.revoke", managers_only=True, party=Party.OWNER)
def revoke_client(*, by: Acting, client: ApiClient) -> None:
    """Ends the client for good; its tokens stop working with this."""
    client.revoked_at = timezone.now()
    client.save(update_fields=["revoked_at"])
    Membership.objects.filter(pk=client.membership_id).update(is_active=False)
    _end_tokens(application__api_client=client)


def _end_tokens(**whose: Any) -> None:
    """Tokens are sign-in's: to the pages of a partner the database shows none."""
    with signing_in():
        get_access_token_model().objects.filter(**whose).delete()


@action("webhook.delete", managers_only=True, party=Party.OWNER, scope="webhooks:write")
def unsubscribe(*, by: Acting, subscription: WebhookSubscription) -> None:
    """Ends a subscription and forgets its messages."""
    subscription.delete()
