"""What can be done with a partner's own sign-in: setting it up, signing in there, joining and leaving by the partner's directory."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.events.webhooks import check_address
from partnership.isolation.acting import Acting, signing_in
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.actions import LastManager, end_sessions
from partnership.members.models import ROLES_BY_KIND, Membership, Partner, Role, User
from partnership.own_sign_in.models import ProvidedIdentity, SignInProvider
from partnership.own_sign_in.openid import Told

DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


class NotSignedIn(RuleError):
    """The partner's own sign-in does not open the portal for this person. Ask a manager of the organisation, or sign in another way."""

    code = "not_signed_in"
    status = 403


class NotYourDirectory(RuleError):
    """The address is not of one of the e-mail domains of the partner's own sign-in. Add the domain there first, or invite the person."""

    code = "not_your_directory"


def domain_of(email: str) -> str:
    """The domain of an address, in small letters."""
    return email.rpartition("@")[2].lower()


# --- Setting it up -------------------------------------------------------------------------------------------------------------


@action("own_sign_in.save", managers_only=True)
def save_provider(
    *,
    by: Acting,
    issuer: str,
    client_id: str,
    client_secret: str = "",
    domains: Iterable[str],
    default_role: str,
    asks_second_factor: bool,
    passwords_work: bool,
) -> SignInProvider:
    """Sets up where the partner's people sign in, or changes it. Without a secret, that of before stays. Another provider or client
    knows nobody yet: who signs in there is recognised anew, by address.

    Raises Invalid for an address that must not be called, for what is no domain, and for a role that the partner does not have.
    """
    check_address(issuer, field="issuer")
    kept = sorted({domain.strip().lower().removeprefix("@") for domain in domains} - {""})
    if not kept or not all(DOMAIN.fullmatch(domain) for domain in kept):
        raise Invalid("domains", _("Give email domains, such as example.org."))
    if Role(default_role) not in ROLES_BY_KIND[by.partner.kind] or default_role == Role.AUDITOR:
        raise Invalid("default_role", _("A partner of this kind has no members in that role."))
    provider = SignInProvider.objects.filter(partner=by.partner).first() or SignInProvider(partner=by.partner)
    if not (client_secret or provider.client_secret):
        raise Invalid("client_secret", _("Give the secret that your provider made for the portal."))
    is_another = provider.pk is not None and (provider.issuer, provider.client_id) != (issuer, client_id)
    provider.issuer, provider.client_id, provider.domains = issuer, client_id, kept
    provider.client_secret = client_secret or provider.client_secret
    provider.default_role = default_role
    provider.asks_second_factor, provider.passwords_work = asks_second_factor, passwords_work
    provider.changed_by, provider.changed_at = by.user, timezone.now()
    provider.save()
    if is_another:
        with signing_in(by.user.pk):
            ProvidedIdentity.objects.filter(provider=provider).delete()
    return provider


@action("own_sign_in.remove", managers_only=True, party=Party.OWNER)
def remove_provider(*, by: Acting, provider: SignInProvider) -> None:
    """Ends the partner's own sign-in: sessions that began there end with it, and passwords work again."""
    with signing_in(by.user.pk):
        ProvidedIdentity.objects.filter(provider=provider).delete()
    provider.delete()


# --- Signing in ------------------------------------------------------------------------------------------------------------------


def providers_for(email: str) -> list[SignInProvider]:
    """Where somebody with this address may sign in: it tells nothing of whether they are known."""
    with signing_in():
        providers = SignInProvider.objects.filter(domains__contains=[domain_of(email)], partner__is_active=True)
        return list(providers.select_related("partner").order_by("partner__name"))


def provider_numbered(number: int) -> SignInProvider | None:
    """A provider, whoever asks."""
    with signing_in():
        return SignInProvider.objects.select_related("partner").filter(pk=number, partner__is_active=True).first()


@action("own_sign_in.recognise", outside="anyone")
def recognise(*, provider: SignInProvider, told: Told) -> User:
    """Whom the provider signed in: a member of its own partner, with an address of its domains. Nobody else, and no administrator of
    the service, whatever the provider says. From the first time on it is the provider's number of somebody that counts. Raises NotSignedIn."""
    with signing_in():
        identity = (
            ProvidedIdentity.objects.select_related("user").filter(provider=provider, subject=told.subject).first()
        )
        user = identity.user if identity else User.objects.filter(email=told.email).first() if told.email else None
        if user is None or domain_of(user.email) not in provider.domains or user.is_staff or user.is_superuser:
            raise NotSignedIn(
                _("Your organisation's sign-in worked, but the portal doesn't know you there. Ask a manager.")
            )
        members = Membership.objects.in_use().filter(user=user, partner=provider.partner, api_client=None)
        is_another = identity is None and ProvidedIdentity.objects.filter(provider=provider, user=user).exists()
        if is_another or not members.exists():
            raise NotSignedIn(
                _("Your organisation's sign-in worked, but the portal doesn't know you there. Ask a manager.")
            )
        if identity is None:
            identity = ProvidedIdentity(partner=provider.partner, provider=provider, user=user, subject=told.subject)
        identity.signed_in_at = timezone.now()
        identity.save()
        return user


# --- Joining and leaving (SCIM) ----------------------------------------------------------------------------------------------------


def members_of(partner: Partner) -> QuerySet[Membership]:
    """The partner's own people, past ones too, in the order in which they came."""
    return Membership.objects.filter(partner=partner, api_client=None).select_related("user").order_by("pk")


@action("member.join", managers_only=True, scope="members:write")
def join(*, by: Acting, email: str, full_name: str) -> Membership:
    """Takes somebody from the partner's own directory in, in the role that the partner chose for them; who left before comes back.
    They sign in at the partner's provider. Raises NotYourDirectory."""
    email = email.strip().lower()
    with signing_in(by.user.pk):
        provider = SignInProvider.objects.filter(partner=by.partner).first()
        if provider is None or domain_of(email) not in provider.domains:
            raise NotYourDirectory(_("This address is not of a domain of your own sign-in."))
        user = User.objects.filter(email=email).first()
        if user is not None and (user.is_staff or user.is_superuser):
            raise NotYourDirectory(_("Who administers the service is invited by a manager."))
        if user is None:
            user = User(email=email, full_name=full_name.strip()[:150] or email)
            user.set_unusable_password()
            user.save()
        membership = Membership.objects.filter(partner=by.partner, user=user).first()
        if membership is None:
            return Membership.objects.create(partner=by.partner, user=user, role=provider.default_role)
        if not membership.is_active:
            _check_no_auditor(membership)
            # Who comes back begins as everybody does: what they were before, a manager says anew.
            membership.role, membership.is_manager, membership.is_active = provider.default_role, False, True
            membership.save(update_fields=["role", "is_manager", "is_active"])
        return membership


@action("member.leave", managers_only=True, party=Party.OWNER, scope="members:write")
def leave(*, by: Acting, membership: Membership) -> Membership:
    """Ends the membership of somebody who left the partner: from this moment on no session, calendar address or provider opens
    anything of the partner to them. Raises LastManager: make somebody else a manager first."""
    with signing_in(by.user.pk):
        membership = Membership.objects.select_for_update(of=("self",)).select_related("user").get(pk=membership.pk)
        _check_no_auditor(membership)
        managers = Membership.objects.in_use().filter(partner=by.partner, is_manager=True)
        if membership.is_manager and not managers.exclude(pk=membership.pk).exists():
            raise LastManager(_("This is the partner's only manager: make somebody else a manager first."))
        membership.is_active = False
        membership.save(update_fields=["is_active"])
        ProvidedIdentity.objects.filter(partner=by.partner, user=membership.user_id).delete()
        if not Membership.objects.in_use().filter(user=membership.user_id).exists():
            end_sessions(account=membership.user)
        return membership


def _check_no_auditor(membership: Membership) -> None:
    """Who audits is changed by two people of the office, and by no directory."""
    if membership.role == Role.AUDITOR:
        raise NotYourDirectory(_("Who audits is decided by two: propose it instead."))
