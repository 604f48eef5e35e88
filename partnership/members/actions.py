"""What can be done with partners and members: inviting, changing roles, adding a partner, one's own settings."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from partnership.members import events
from partnership.members.models import ROLES_BY_KIND, District, Invitation, Membership, Partner, Role, User

INVITATION_VALID = timedelta(days=14)


class RoleDoesNotFit(RuleError):
    """Partners of this kind have no members in that role. Choose a role that the kind of partner has."""

    code = "role_does_not_fit"


class AlreadyMember(RuleError):
    """Whoever is invited is a member of the partner already. Change the membership instead."""

    code = "already_member"


class InvitationClosed(RuleError):
    """The invitation can't be used: it has expired, was withdrawn or used, or is for another address.

    Sign in with the address it was sent to, or ask for a new one.
    """

    code = "invitation_closed"


class LastManager(RuleError):
    """The partner would have no manager left. Make somebody else a manager first."""

    code = "last_manager"


@action("member.invite", managers_only=True)
def invite_member(
    *, by: Acting, partner: Partner, email: str, role: str, is_manager: bool = False
) -> tuple[Invitation, str]:
    """Invites somebody to the partner and sends the link; returns the invitation and its token, which is stored nowhere.

    Inviting the same address again replaces the open invitation.
    """
    email = email.strip().lower()
    if Role(role) not in ROLES_BY_KIND[partner.kind]:
        raise RoleDoesNotFit(_("A partner of this kind has no members in that role."))
    if Membership.objects.filter(partner=partner, user__email=email, is_active=True).exists():
        raise AlreadyMember(_("%(email)s is a member already.") % {"email": email})
    Invitation.objects.filter(partner=partner, email=email, accepted_at=None, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        partner=partner,
        email=email,
        role=role,
        is_manager=is_manager,
        token_hash=Invitation.hash_of(token),
        invited_by=by.user,
        expires_at=timezone.now() + INVITATION_VALID,
    )
    link = settings.SITE_URL + reverse("accept_invitation", args=[token])
    subject = _("You are invited to %(partner)s") % {"partner": partner.name}
    text = _(
        "%(name)s invites you to work for %(partner)s in the portal of the prevention partnership.\n\n"
        "Accept within 14 days:\n%(link)s\n\nIf you did not expect this, ignore it."
    )
    body = text % {"name": by.user.full_name, "partner": partner.name, "link": link}
    transaction.on_commit(lambda: send_mail(subject, body, None, [email]))
    return invitation, token


def open_invitation(token: str) -> Invitation:
    """The invitation that the token opens."""
    invitation = Invitation.objects.select_related("partner").filter(token_hash=Invitation.hash_of(token)).first()
    if invitation is None or not invitation.is_open:
        raise InvitationClosed(_("This invitation has expired, was withdrawn or was used. Ask for a new one."))
    return invitation


@action("invitation.accept", outside="anyone", event="member.joined")
def accept_invitation(*, token: str, user: User | None, full_name: str = "", password: str = "") -> Membership:
    """Makes the membership; and the account, when no user of the invited address exists yet."""
    invitation = open_invitation(token)
    Invitation.objects.select_for_update().get(pk=invitation.pk)
    if user is None:
        if User.objects.filter(email=invitation.email).exists():
            raise InvitationClosed(
                _("You have an account: sign in with %(email)s, then open the link again.")
                % {"email": invitation.email}
            )
        user = User.objects.create_user(invitation.email, password, full_name=full_name)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    elif user.email != invitation.email:
        raise InvitationClosed(_("This invitation is for another address than the one you are signed in with."))
    membership, _created = Membership.objects.update_or_create(
        user=user,
        partner=invitation.partner,
        defaults={"role": invitation.role, "is_manager": invitation.is_manager, "is_active": True},
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    announce(
        events.JOINED,
        f"invitation:{invitation.pk}:accepted",
        tell=[{"partner": invitation.partner_id, "user": invitation.invited_by_id, "url": reverse("member_list")}],
    )
    return membership


@action("member.change", managers_only=True, party=Party.OWNER)
def change_member(*, by: Acting, membership: Membership, role: str, is_manager: bool, is_active: bool) -> None:
    """Changes a member's role or ends the membership. A partner keeps at least one manager."""
    if Role(role) not in ROLES_BY_KIND[membership.partner.kind]:
        raise RoleDoesNotFit(_("A partner of this kind has no members in that role."))
    managers = (
        Membership.objects.select_for_update(of=("self",)).in_use().filter(partner=membership.partner, is_manager=True)
    )
    if not (is_manager and is_active) and set(managers.values_list("pk", flat=True)) <= {membership.pk}:
        raise LastManager(_("This is the partner's only manager: make somebody else a manager first."))
    membership.role, membership.is_manager, membership.is_active = role, is_manager, is_active
    membership.save(update_fields=["role", "is_manager", "is_active"])


@action("partner.add", roles=(Role.COORDINATOR,))
def add_partner(
    *, by: Acting, partner: Partner, districts: Iterable[District], manager_email: str, manager_role: str
) -> Partner:
    """Takes an organisation into the partnership and invites its first manager."""
    partner.save()
    partner.districts.set(districts)
    invite_member(by=by, partner=partner, email=manager_email, role=manager_role, is_manager=True)
    return partner


@action("invitation.revoke", managers_only=True, party=Party.OWNER)
def revoke_invitation(*, by: Acting, invitation: Invitation) -> None:
    """Takes an open invitation back: its link no longer works."""
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])


@action("profile.change")
def change_profile(*, by: Acting, full_name: str, language: str, email_choice: str) -> None:
    """Changes what the portal knows of the acting user: name, language, and how often e-mails come."""
    user = by.user
    user.full_name, user.language, user.email_choice = full_name, language, email_choice
    user.save(update_fields=["full_name", "language", "email_choice"])


@action("account.end_sessions", outside="anyone")
def end_sessions(*, account: User) -> None:
    """Ends all sessions of somebody, whose way to sign in has changed."""
    User.objects.filter(pk=account.pk).update(session_generation=F("session_generation") + 1)
    account.refresh_from_db(fields=["session_generation"])


@action("guide.hide")
def hide_guide(*, by: Acting, is_hidden: bool) -> None:
    """Hides the guide of the first page, or shows it again."""
    by.membership.toured_at = timezone.now() if is_hidden else None
    by.membership.save(update_fields=["toured_at"])
