"""What an administrator of the service does to how people sign in. Nothing of it happens unseen.

The person is written to, the managers of each partner for which they act are told, and it stands in the history of the
membership. It ends all sessions of the account. After a new address, or without the old second factor, somebody else could stand
behind the account: its memberships rest until a manager of each partner, who knows the person, makes them active again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from partnership.actions import NotAllowed, action
from partnership.events.outbox import announce
from partnership.events.recipients import Tell
from partnership.isolation.acting import signing_in
from partnership.isolation.errors import RuleError
from partnership.members import events
from partnership.members.actions import NeedsSecondPerson, end_sessions, write_to
from partnership.members.models import AccountChange, Membership, Partner, Role, User

Deed = AccountChange.Deed


class AddressTaken(RuleError):
    """Somebody else has an account with this address. Check the address, or close the account that is no longer needed."""

    code = "address_taken"


class NothingToChange(RuleError):
    """The account is as it should be already. Look at it again: somebody may have changed it meanwhile."""

    code = "nothing_to_change"
    status = 409


@contextmanager
def _by_administrator(administrator: User, account: User) -> Iterator[None]:
    """What follows sees the account's memberships, second factors and sessions, as sign-in does.

    Raises NotAllowed for whoever does not administer the service, and NeedsSecondPerson for an auditor's account: who oversees
    administrators is not let in, nor kept out, by one of them.
    """
    if not (administrator.is_staff and administrator.is_active):
        raise NotAllowed(_("Only administrators of the service may do this."))
    with signing_in(administrator.pk):
        if Membership.objects.filter(user=account, role=Role.AUDITOR, is_active=True).exists():
            raise NeedsSecondPerson(
                _(
                    "This is an auditor's account: two people of the office end the membership, then invite the new address."
                )
            )
        yield


def _rest(account: User) -> None:
    """Lets the account's memberships rest, and asks a manager of each partner to let the person in again.

    Where there is no other manager who could, the membership goes on, and the coordination office is told.
    """
    for membership in Membership.objects.filter(user=account, is_active=True, partner__is_active=True):
        managers = Membership.objects.in_use().filter(partner=membership.partner_id, is_manager=True)
        if managers.exclude(pk=membership.pk).exists():
            membership.is_active = False
            membership.save(update_fields=["is_active"])
            tell: list[Tell] = [
                {
                    "partner": membership.partner_id,
                    "managers": True,
                    "url": reverse("member", args=[membership.pk]),
                }
            ]
            announce(
                events.MEMBERSHIP_RESTS,
                f"membership:{membership.pk}:rests:{timezone.now().isoformat()}",
                tell=tell,
                membership=membership.pk,
            )
        else:
            announce(
                events.MANAGER_CHANGED,
                f"membership:{membership.pk}:changed:{timezone.now().isoformat()}",
                tell=[
                    {"partner": office.pk, "url": reverse("partner", args=[membership.partner_id])}
                    for office in Partner.objects.filter(kind=Partner.Kind.COORDINATION)
                ],
                membership=membership.pk,
            )


def _tell(account: User, deed: Deed, sentence: str, *addresses: str) -> None:
    """Writes the lines of the history, tells the managers of each partner, and writes to the person."""
    memberships = list(Membership.objects.filter(user=account, is_active=True, partner__is_active=True))
    for membership in memberships:
        AccountChange.objects.create(partner_id=membership.partner_id, membership=membership, deed=deed)
    announce(
        events.ACCOUNT_CHANGED,
        f"account:{account.pk}:{deed}:{timezone.now().isoformat()}",
        tell=[
            {
                "partner": membership.partner_id,
                "managers": True,
                "not_user": account.pk,
                "url": reverse("history", args=["member", membership.pk]),
            }
            for membership in memberships
        ],
        account=account.pk,
        deed=str(deed),
    )
    text = _(
        "%(sentence)s\n\nAll your sessions have ended. If you did not ask for this, tell a manager of your organisation at once."
        "\n\n%(url)s"
    ) % {"sentence": sentence, "url": settings.SITE_URL}
    for address in addresses:
        write_to(address, _("Your account in the portal was changed"), text)


@action("account.change_address", outside="administrator", event="account.changed")
def change_address(*, administrator: User, account: User, address: str) -> None:
    """Gives an account another e-mail address, which signs in once its owner confirms it; memberships rest, the old address is told."""
    address = address.strip().lower()
    with _by_administrator(administrator, account), translation.override(account.language):
        if User.objects.filter(email=address).exists() or EmailAddress.objects.filter(email=address).exists():
            raise AddressTaken(_("%(email)s has an account already.") % {"email": address})
        old, account.email = account.email, address
        account.save(update_fields=["email"])
        EmailAddress.objects.filter(user=account).delete()
        EmailAddress.objects.create(user=account, email=address, primary=True, verified=False)
        end_sessions(account=account)
        _tell(account, Deed.ADDRESS, _("An administrator changed the email address of your account."), old, address)
        _rest(account)


@action("account.remove_second_factor", outside="administrator", event="account.changed")
def remove_second_factor(*, administrator: User, account: User) -> None:
    """Takes away the second factor of somebody who has lost it; memberships rest until a manager makes them active again."""
    with _by_administrator(administrator, account), translation.override(account.language):
        deleted, _models = Authenticator.objects.filter(user=account).delete()
        if not deleted:
            raise NothingToChange(_("This account has no second factor."))
        end_sessions(account=account)
        _tell(account, Deed.FACTOR, _("An administrator removed your second factor."), account.email)
        _rest(account)


@action("account.close", outside="administrator", event="account.changed")
def close_account(*, administrator: User, account: User, is_active: bool) -> None:
    """Closes an account, which signs in no more, or opens it again."""
    with _by_administrator(administrator, account), translation.override(account.language):
        if account.is_active == is_active:
            raise NothingToChange(_("Somebody has done so already."))
        account.is_active = is_active
        account.save(update_fields=["is_active"])
        end_sessions(account=account)
        if is_active:
            _tell(account, Deed.OPENED, _("An administrator opened your account again."), account.email)
        else:
            _tell(account, Deed.CLOSED, _("An administrator closed your account."), account.email)


@action("account.appoint", outside="administrator", event="account.changed")
def appoint_administrator(*, administrator: User, account: User, is_administrator: bool) -> None:
    """Makes somebody an administrator of the service, or ends that; all administrators are written to."""
    with _by_administrator(administrator, account):
        if account.is_staff == is_administrator:
            raise NothingToChange(_("Somebody has done so already."))
        others = list(User.objects.filter(is_staff=True, is_active=True).exclude(pk=account.pk))
        account.is_staff = account.is_superuser = is_administrator
        account.save(update_fields=["is_staff", "is_superuser"])
        end_sessions(account=account)
        with translation.override(account.language):
            if is_administrator:
                _tell(account, Deed.APPOINTED, _("You are now an administrator of the service."), account.email)
            else:
                _tell(account, Deed.DISMISSED, _("You are no longer an administrator of the service."), account.email)
        for other in others:
            with translation.override(other.language):
                write_to(
                    other.email,
                    _("The administrators of the service have changed"),
                    _("Look who administers the service:\n%(url)s")
                    % {"url": settings.SITE_URL + reverse("account_list") + "?administrators=1"},
                )
