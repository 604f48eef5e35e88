"""Clients of the API: a partner's manager makes them, gives them new secrets, and revokes them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import get_access_token_model

from partnership.access import Acting
from partnership.api import scopes
from partnership.errors import RuleError
from partnership.models import ApiClient, Credential, Membership, User

OVERLAP = timedelta(days=7)
"""How long the old secret works beside a new one."""


class ClientRevoked(RuleError):
    code = "client_revoked"


def create(*, by: Acting, name: str, wanted: Iterable[str]) -> tuple[ApiClient, Credential, str]:
    """Makes a client with its first credential; the secret is returned here and stored nowhere.

    It acts through a membership of its own, with an address that receives no mail and no password to sign in with.
    """
    with transaction.atomic():
        client = ApiClient(partner=by.partner, name=name.strip(), created_by=by.user, scopes=_checked(by, wanted))
        try:
            client.full_clean(exclude=["membership", "scopes", "created_by", "revoked_at"])
        except ValidationError as error:
            raise RuleError(" ".join(error.messages)) from error
        user = User(
            email=f"client-{secrets.token_hex(8)}@clients.invalid",
            full_name=client.name,
            email_choice=User.EmailChoice.NONE,
        )
        user.set_unusable_password()
        user.save()
        client.membership = Membership.objects.create(
            user=user, partner=by.partner, role=scopes.CLIENT_ROLES[by.partner.kind]
        )
        client.save()
        return client, *_credential(client)


def _checked(by: Acting, wanted: Iterable[str]) -> list[str]:
    chosen = sorted(set(wanted))
    if not chosen:
        raise RuleError(_("Choose what the client may do."))
    if set(chosen) - set(scopes.grantable(by.partner)):
        raise RuleError(_("A client can do no more than the people of its partner."))
    return chosen


def _credential(client: ApiClient) -> tuple[Credential, str]:
    secret = generate_client_secret()
    made = Credential.objects.create(
        api_client=client,
        name=client.name,
        client_secret=secret,
        client_type=Credential.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Credential.GRANT_CLIENT_CREDENTIALS,
    )
    return made, secret


@transaction.atomic
def change(*, by: Acting, client: ApiClient, wanted: Iterable[str]) -> ApiClient:
    """Gives or takes scopes; tokens that are out lose what was taken at once."""
    client.scopes = _checked(by, wanted)
    client.save(update_fields=["scopes"])
    return client


@transaction.atomic
def rotate(*, client: ApiClient) -> tuple[Credential, str]:
    """A new id and secret; the old ones work for another week, so that nothing stands still meanwhile."""
    client = ApiClient.objects.select_for_update().get(pk=client.pk)
    if client.revoked_at:
        raise ClientRevoked(_("This client was revoked: make a new one."))
    client.credentials.filter(expires_at=None).update(expires_at=timezone.now() + OVERLAP)
    return _credential(client)


@transaction.atomic
def end_credential(*, credential: Credential) -> None:
    """Ends an old secret now, with the tokens that it got."""
    credential.expires_at = timezone.now()
    credential.save(update_fields=["expires_at"])
    get_access_token_model().objects.filter(application=credential).delete()


@transaction.atomic
def revoke(*, client: ApiClient) -> None:
    """Ends the client for good; its tokens stop working with this."""
    client.revoked_at = timezone.now()
    client.save(update_fields=["revoked_at"])
    Membership.objects.filter(pk=client.membership_id).update(is_active=False)
    get_access_token_model().objects.filter(application__api_client=client).delete()
