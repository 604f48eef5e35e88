"""What can be done with partners and members: inviting, changing roles, adding a partner, one's own settings."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from partnership.actions import NotAllowed, Party, action
from partnership.events import letters
from partnership.events.models import Letter
from partnership.events.outbox import announce
from partnership.events.recipients import Tell
from partnership.isolation.acting import Acting, signing_in
from partnership.isolation.errors import NotAParty, RuleError
from partnership.members import events
from partnership.members.models import (
    ROLES_BY_KIND,
    District,
    Invitation,
    Membership,
    Partner,
    Role,
    RoleChange,
    User,
)

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


class NeedsSecondPerson(RuleError):
    """This changes who audits, which takes two people. Propose it, and let another manager or the auditor confirm it."""

    code = "needs_second_person"


class NotTheSecondPerson(RuleError):
    """You can't confirm this change of who audits. Ask another manager of the office, or the auditor."""

    code = "not_the_second_person"
    status = 403


class RoleChangeClosed(RuleError):
    """The proposal was confirmed or rejected already. Look at the membership, and propose anew what is still needed."""

    code = "role_change_closed"
    status = 409


class HasManager(RuleError):
    """The partner has, or had, a manager: its members are its managers' to invite. Ask one of them."""

    code = "has_manager"
    status = 409


@action("member.invite", managers_only=True)
def invite_member(
    *, by: Acting, partner: Partner, email: str, role: str, is_manager: bool = False
) -> tuple[Invitation, str]:
    """Invites somebody to the partner and sends the link; returns the invitation and its token, which is stored nowhere.

    Inviting the same address again replaces the open invitation. An auditor is proposed (`propose_auditor`), unless nobody else of the
    office could agree: then administrators are told.
    """
    email = _invitable(partner, email, role)
    if role == Role.AUDITOR:
        if _others_decide(partner, by.user):
            raise NeedsSecondPerson(_("Who audits is decided by two: propose it instead."))
        _tell_administrators_of_auditor(partner)
    return _invite(by.user, partner, email, role, is_manager)


def _invitable(partner: Partner, email: str, role: str) -> str:
    """The address as it is invited. Raises where it is a member's, or the role does not fit."""
    email = email.strip().lower()
    if Role(role) not in ROLES_BY_KIND[partner.kind]:
        raise RoleDoesNotFit(_("A partner of this kind has no members in that role."))
    if Membership.objects.filter(partner=partner, user__email=email, is_active=True).exists():
        raise AlreadyMember(_("%(email)s is a member already.") % {"email": email})
    return email


def _invite(inviter: User, partner: Partner, email: str, role: str, is_manager: bool) -> tuple[Invitation, str]:
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
        invited_by=inviter,
        expires_at=timezone.now() + INVITATION_VALID,
    )
    link = _link(token)
    subject = _("You are invited to %(partner)s") % {"partner": partner.name}
    text = _(
        "%(name)s invites you to work for %(partner)s in the portal of the prevention partnership.\n\n"
        "Accept within 14 days:\n%(link)s\n\nIf you did not expect this, ignore it."
    )
    body = text % {"name": inviter.full_name, "partner": partner.name, "link": link}
    letters.write(Letter.Purpose.INVITATION, email, subject, body, partner_id=partner.pk)
    return invitation, token


def _link(token: str) -> str:
    return f"{settings.SITE_URL}{reverse('accept_invitation', args=[token])}"


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
    if _is_too_late(invitation):
        raise InvitationClosed(_("This partner has a manager already: ask them for an invitation."))
    if user is None:
        if User.objects.filter(email=invitation.email).exists():
            raise InvitationClosed(
                _("You have an account: sign in with %(email)s, then open the link again.")
                % {"email": invitation.email}
            )
        language = translation.get_language() or settings.LANGUAGE_CODE
        user = User.objects.create_user(
            invitation.email, password, full_name=full_name, language=language, is_language_chosen=True
        )
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


def _is_too_late(invitation: Invitation) -> bool:
    """From outside a partner comes the invitation of its first manager alone."""
    members = Membership.objects.filter(partner=invitation.partner)
    return members.filter(is_manager=True).exists() and not members.filter(user=invitation.invited_by).exists()


@action("member.change", managers_only=True, party=Party.OWNER)
def change_member(*, by: Acting, membership: Membership, role: str, is_manager: bool, is_active: bool) -> None:
    """Changes a member's role or ends the membership. A partner keeps at least one manager; who audits is proposed."""
    _check_change(membership, role=role, is_manager=is_manager, is_active=is_active)
    if changes_auditor(membership, role=role, is_manager=is_manager, is_active=is_active):
        raise NeedsSecondPerson(_("Who audits is decided by two: propose it instead."))
    membership.role, membership.is_manager, membership.is_active = role, is_manager, is_active
    membership.save(update_fields=["role", "is_manager", "is_active"])


def _check_change(membership: Membership, *, role: str, is_manager: bool, is_active: bool) -> None:
    if Role(role) not in ROLES_BY_KIND[membership.partner.kind]:
        raise RoleDoesNotFit(_("A partner of this kind has no members in that role."))
    managers = (
        Membership.objects.select_for_update(of=("self",)).in_use().filter(partner=membership.partner, is_manager=True)
    )
    if not (is_manager and is_active) and set(managers.values_list("pk", flat=True)) <= {membership.pk}:
        raise LastManager(_("This is the partner's only manager: make somebody else a manager first."))


# --- Who audits --------------------------------------------------------------------------------------------------------------


def changes_auditor(membership: Membership, *, role: str, is_manager: bool, is_active: bool) -> bool:
    """Whether the change makes an auditor, or changes or ends the membership of one."""
    before, after = (membership.role, membership.is_manager, membership.is_active), (role, is_manager, is_active)
    is_involved = any(role == Role.AUDITOR and active for role, _manager, active in (before, after))
    return is_involved and before != after


def _others_decide(partner: Partner, user: User, *, besides: Membership | None = None) -> bool:
    """Whether the office has another manager, or an auditor, who could agree with the user; `besides` whom it concerns."""
    others = Membership.objects.filter(partner=partner, is_active=True).exclude(user=user)
    if besides:
        others = others.exclude(pk=besides.pk)
    return others.filter(Q(is_manager=True) | Q(role=Role.AUDITOR)).exists()


@action("auditor.propose", managers_only=True, event="auditor.proposed")
def propose_auditor(
    *,
    by: Acting,
    membership: Membership | None = None,
    email: str = "",
    role: str = Role.AUDITOR,
    is_manager: bool = False,
    is_active: bool = True,
) -> RoleChange:
    """Proposes to make a member an auditor, to change or end an auditor's membership, or to invite an auditor by e-mail.

    A proposal that is open already for the same member or address gives way to it.
    """
    if membership is None:
        email = _invitable(by.partner, email, role)
    else:
        if membership.partner_id != by.partner.pk:
            raise NotAParty(_("Only the partner that it concerns may do this."))
        _check_change(membership, role=role, is_manager=is_manager, is_active=is_active)
    open_ones = RoleChange.objects.filter(partner=by.partner, state=RoleChange.State.PROPOSED)
    for earlier in open_ones.filter(membership=membership, email=email):
        _decide(earlier, by, RoleChange.State.REJECTED)
    change = RoleChange.objects.create(
        partner=by.partner,
        membership=membership,
        person=membership.user if membership else None,
        email=email,
        role=role,
        is_manager=is_manager,
        is_active=is_active,
        proposed_by=by.user,
    )
    tell: list[Tell] = [
        {"partner": by.partner.pk, "managers": True, "not_user": by.user.pk, "url": reverse("role_changes")},
        {"partner": by.partner.pk, "roles": [Role.AUDITOR], "url": reverse("role_changes")},
    ]
    if membership is not None:
        tell.append({"partner": by.partner.pk, "user": membership.user_id, "url": reverse("role_changes")})
    announce(
        events.AUDITOR_PROPOSED,
        f"role_change:{change.pk}:proposed",
        tell=tell,
        role_change=change.pk,
    )
    return change


def may_decide(by: Acting, change: RoleChange) -> bool:
    """Whether the user is the second person: another manager or an auditor of the office.

    Whoever is to become an auditor decides only where nobody else could.
    """
    if by.user.pk == change.proposed_by_id or by.partner.pk != change.partner_id:
        return False
    membership = change.membership
    if membership is not None and membership.user_id == by.user.pk and membership.role != Role.AUDITOR:
        return not _others_decide(change.partner, change.proposed_by, besides=membership)
    return by.is_manager or by.role == Role.AUDITOR


@action("auditor.confirm", roles=(Role.COORDINATOR, Role.AUDITOR), party=Party.OWNER, event="auditor.changed")
def confirm_auditor(*, by: Acting, change: RoleChange) -> None:
    """Agrees with what somebody else proposed: the membership is changed, or the invitation sent; auditors are told."""
    change = _open_change(change)
    if not may_decide(by, change):
        raise NotTheSecondPerson(_("Another manager of the office, or the auditor, must confirm this."))
    _decide(change, by, RoleChange.State.CONFIRMED)
    membership = change.membership
    if membership is None:
        _invite(by.user, by.partner, change.email, change.role, change.is_manager)
    else:
        if membership.user_id == by.user.pk and membership.role != Role.AUDITOR:
            _tell_administrators_of_auditor(change.partner)
        _check_change(membership, role=change.role, is_manager=change.is_manager, is_active=change.is_active)
        membership.role, membership.is_manager, membership.is_active = change.role, change.is_manager, change.is_active
        membership.save(update_fields=["role", "is_manager", "is_active"])
        with translation.override(membership.user.language):
            write_to(
                membership.user.email,
                _("Your role in the coordination office has changed"),
                _("Two people have agreed on it, as is needed for who audits. See your role:\n%(url)s")
                % {"url": settings.SITE_URL},
            )
    announce(
        events.AUDITOR_CHANGED,
        f"role_change:{change.pk}:confirmed",
        tell=[
            {"partner": by.partner.pk, "managers": True, "url": reverse("role_changes")},
            {"partner": by.partner.pk, "roles": [Role.AUDITOR], "url": reverse("role_changes")},
        ],
        role_change=change.pk,
    )


@action("auditor.reject", roles=(Role.COORDINATOR, Role.AUDITOR), party=Party.OWNER)
def reject_auditor(*, by: Acting, change: RoleChange) -> None:
    """Does not agree with a proposal; whoever made it takes it back."""
    change = _open_change(change)
    if by.user.pk != change.proposed_by_id and not may_decide(by, change):
        raise NotTheSecondPerson(_("Another manager of the office, or the auditor, must decide this."))
    _decide(change, by, RoleChange.State.REJECTED)


def _open_change(change: RoleChange) -> RoleChange:
    change = RoleChange.objects.select_related("membership__user", "partner", "proposed_by").get(pk=change.pk)
    if change.state != RoleChange.State.PROPOSED:
        raise RoleChangeClosed(_("Somebody has decided this already."))
    return change


def _decide(change: RoleChange, by: Acting, state: str) -> None:
    # The moment is the transaction's: the database lets the membership be changed in the same one.
    still_open = RoleChange.objects.filter(pk=change.pk, state=RoleChange.State.PROPOSED)
    if not still_open.update(state=state, decided_by=by.user, decided_at=TransactionNow()):
        raise RoleChangeClosed(_("Somebody has decided this already."))


def _tell_administrators_of_auditor(partner: Partner) -> None:
    for administrator in User.objects.filter(is_staff=True, is_active=True):
        with translation.override(administrator.language):
            write_to(
                administrator.email,
                _("A first auditor was made"),
                _("The only manager of %(partner)s has made an auditor. Nobody else was there to agree with it.")
                % {"partner": partner.name},
            )


def write_to(address: str, subject: str, text: str) -> None:
    """Writes what somebody must know about an account, whatever e-mails they want else."""
    letters.write(Letter.Purpose.ACCOUNT, address, subject, text)


@action("partner.invite_first_manager", outside="administrator")
def invite_first_manager(*, administrator: User, partner: Partner, email: str, role: str) -> Invitation:
    """Invites the first manager of a partner that never had one; its coordinators are told. Everything else is the managers'."""
    if not administrator.is_staff:
        raise NotAllowed(_("Only administrators of the service may do this."))
    with signing_in(administrator.pk):
        if Membership.objects.filter(partner=partner, is_manager=True).exists():
            raise HasManager(_("%(partner)s has, or had, a manager. Ask them.") % {"partner": partner.name})
        if role == Role.AUDITOR:
            raise RoleDoesNotFit(_("The first manager of the office is a coordinator."))
        email = _invitable(partner, email, role)
        invitation, _token = _invite(administrator, partner, email, role, is_manager=True)
        offices = Partner.objects.filter(kind=Partner.Kind.COORDINATION)
        announce(
            events.MANAGER_INVITED,
            f"invitation:{invitation.pk}:first_manager",
            tell=[{"partner": office.pk, "url": reverse("partner", args=[partner.pk])} for office in offices],
            invitation=invitation.pk,
        )
    return invitation


@action("office.make_first", outside="administrator")
def make_first_office(*, administrator: User, name: str, email: str) -> tuple[Partner, str]:
    """Makes the coordination office where there is none, and invites its first coordinator; returns the office and the link.

    For whoever holds the database: the administrator's own address counts as confirmed, since no mail may leave yet. Raises
    HasManager once somebody has accepted.
    """
    if not administrator.is_staff:
        raise NotAllowed(_("Only administrators of the service may do this."))
    with signing_in(administrator.pk):
        EmailAddress.objects.get_or_create(
            user=administrator, email=administrator.email, defaults={"verified": True, "primary": True}
        )
        office = Partner.objects.filter(kind=Partner.Kind.COORDINATION).first()
        office = office or Partner.objects.create(name=name, kind=Partner.Kind.COORDINATION)
        if Membership.objects.filter(partner=office, is_manager=True).exists():
            raise HasManager(_("%(partner)s has, or had, a manager. Ask them.") % {"partner": office.name})
        email = _invitable(office, email, Role.COORDINATOR)
        _invitation, token = _invite(administrator, office, email, Role.COORDINATOR, is_manager=True)
    return office, _link(token)


@action("partner.add", roles=(Role.COORDINATOR,))
def add_partner(
    *, by: Acting, partner: Partner, districts: Iterable[District], manager_email: str, manager_role: str
) -> Partner:
    """Takes an organisation into the partnership and invites its first manager."""
    partner.save()
    partner.districts.set(districts)
    _invite(by.user, partner, _invitable(partner, manager_email, manager_role), manager_role, is_manager=True)
    return partner


@action("invitation.send_again", managers_only=True, party=Party.OWNER)
def send_invitation_again(*, by: Acting, invitation: Invitation) -> Invitation:
    """Sends an invitation anew, with a new link and 14 more days; the old link no longer works."""
    email = _invitable(invitation.partner, invitation.email, invitation.role)
    if invitation.role == Role.AUDITOR and _others_decide(invitation.partner, by.user):
        raise NeedsSecondPerson(_("Who audits is decided by two: propose it instead."))
    return _invite(by.user, invitation.partner, email, invitation.role, invitation.is_manager)[0]


@action("partner.invite_again", roles=(Role.COORDINATOR,))
def invite_manager_again(*, by: Acting, partner: Partner) -> Invitation:
    """Sends the invitation of a partner's first manager anew; the old link no longer works."""
    last = partner.invitations.filter(is_manager=True).order_by("-id").first()
    if last is None or Membership.objects.filter(partner=partner, is_manager=True).exists():
        raise HasManager(_("%(partner)s has, or had, a manager. Ask them.") % {"partner": partner.name})
    return _invite(by.user, partner, _invitable(partner, last.email, last.role), last.role, is_manager=True)[0]


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
    user.is_language_chosen = True
    user.save(update_fields=["full_name", "language", "is_language_chosen", "email_choice"])


@action("profile.choose_language", outside="anyone")
def choose_language(*, account: User, language: str) -> None:
    """Chooses the language of an account, in which pages and e-mails are: by the menu, or by the browser at the first sign-in."""
    account.language, account.is_language_chosen = language, True
    account.save(update_fields=["language", "is_language_chosen"])


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
