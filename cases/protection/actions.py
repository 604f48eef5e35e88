"""What can be done to protect somebody: naming who may see it, going through a checklist, opening a record with a reason, asking the
national assistance system, letting the police know by the person's will, and writing down how somebody can be reached safely."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.messages import actions as messages
from cases.openings.models import OPEN_FOR, RecordOpening
from cases.people.models import Person
from cases.protection.hints import HINTS, Answer
from cases.protection.models import (
    PROTECTING_ROLES,
    Form,
    PoliceNotice,
    ProtectedReferral,
    ProtectionGrant,
    SafeContact,
    Screen,
)
from partnership.actions import Party, action
from partnership.agreements.actions import agreement_in_force
from partnership.agreements.flows import PROTECTION, Category, check_flows
from partnership.audit_trail.purposes import Purpose
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import Membership, Partner
from partnership.practices import actions as practices
from partnership.practices.models import FOR, Practice


class NotNamed(RuleError):
    """Only people whom your manager has named for protection record or see this. Ask one of them, or your manager."""

    code = "not_named"
    status = 403


class CannotBeNamed(RuleError):
    """Somebody who helps people at an organisation that protects can be named, once at a time. Choose another member."""

    code = "cannot_be_named"
    status = 409


class PoliceMayNotKnow(RuleError):
    """The person has not agreed that the police know, or took that back. Tell them nothing."""

    code = "police_may_not_know"
    status = 409


class NoAgreementWithPolice(RuleError):
    """No agreement with this police unit is in force, so nothing may be disclosed to it. Ask your coordinator."""

    code = "no_agreement_with_police"
    status = 409


class TakenBack(RuleError):
    """The person took their consent back: nothing is added to this referral any more. Speak with the person, and ask anew if they wish it."""

    code = "consent_taken_back"
    status = 409


def is_named(by: Acting) -> bool:
    """Whether the acting user may see what is protected at their partner. One query."""
    mine = ProtectionGrant.objects.filter(partner=by.partner, user=by.user, ended_at=None)
    return by.scopes is None and by.role in PROTECTING_ROLES and mine.exists()


def require_named(by: Acting) -> None:
    """Raises NotNamed where the acting user is not."""
    if not is_named(by):
        raise NotNamed(_("Only people who are named for protection at your organisation can do this."))


# --- Who may see it --------------------------------------------------------------------------------------------------------------


@action("protection.name", managers_only=True, party=Party.OWNER)
def name_member(*, by: Acting, membership: Membership) -> ProtectionGrant:
    """Lets a member of the own partner see and record what is protected, until that is ended. Raises CannotBeNamed."""
    is_protecting = by.partner.kind in FOR[Practice.PROTECTION] and membership.role in PROTECTING_ROLES
    named = ProtectionGrant.objects.filter(partner=by.partner, membership=membership, ended_at=None)
    if not is_protecting or not membership.is_active or named.exists():
        raise CannotBeNamed(_("This member can't be named, or is already."))
    practices.begin(by=by, practices=[Practice.PROTECTION])
    return ProtectionGrant.objects.create(
        partner=by.partner, membership=membership, user=membership.user, given_by=by.user
    )


@action("protection.end_naming", managers_only=True, party=Party.OWNER)
def end_naming(*, by: Acting, grant: ProtectionGrant) -> None:
    """From now on the member sees nothing of it; what they recorded stays for the others who are named."""
    if grant.ended_at is None:
        grant.ended_at, grant.ended_by = timezone.now(), by.user
        grant.save(update_fields=["ended_at", "ended_by"])


# --- Checklists ------------------------------------------------------------------------------------------------------------------


@action("protection.screen", roles=PROTECTING_ROLES)
def record_screen(
    *,
    by: Acting,
    person: Person | None,
    answers: dict[str, str],
    danger_now: bool,
    is_child: bool,
    form: str,
    decision: str,
    on: date | None = None,
) -> Screen:
    """Records a checklist, with or without saying about whom. `answers`: code of a hint →
    yes, no or unknown.

    Raises NotNamed, DateOutOfRange, and Invalid where a yes is left without a next step, or somebody without a name is to be referred.
    """
    require_named(by)
    on = on or timezone.localdate()
    if on > timezone.localdate():
        raise DateOutOfRange(_("The date lies in the future."))
    known = {hint.code for hint in HINTS}
    answers = {code: Answer(said) for code, said in answers.items() if code in known}
    has_yes = Answer.YES in answers.values()
    if (has_yes or danger_now) and decision == Screen.Decision.NONE:
        raise Invalid("decision", _("One yes is a reason to go on: ask more at least."))
    if decision == Screen.Decision.REFER and person is None:
        raise Invalid("decision", _("Without a name nobody is referred: ask the assistance system instead."))
    return Screen.objects.create(
        partner=by.partner,
        person=person,
        on=on,
        answers=answers,
        has_yes=has_yes,
        danger_now=danger_now,
        is_child=is_child or bool(person and person.is_minor),
        form=Form(form) if form else "",
        decision=Screen.Decision(decision),
        written_by=by.user,
    )


@action("protection.open", roles=PROTECTING_ROLES, party=Party.OWNER)
def open_screen(*, by: Acting, screen: Screen, purpose: str, words: str) -> RecordOpening:
    """Opens a protected record to the acting user for three hours; the auditor sees that and why. Raises NotNamed, and Invalid without
    words."""
    require_named(by)
    if not words.strip():
        raise Invalid("words", _("Say in a few words why you need the record."))
    return RecordOpening.objects.create(
        partner=by.partner, user=by.user, protected_number=screen.pk, purpose=purpose, words=words.strip()
    )


def purpose_of_opening(by: Acting, screen: Screen) -> str:
    """What for the acting user has a protected record open now: by the reason that they gave in the last three hours, or because they
    wrote it then. Empty: it is closed to them."""
    opening = RecordOpening.objects.in_force(by).filter(protected_number=screen.pk).order_by("-id").first()
    if opening:
        return opening.purpose
    is_just_written = screen.written_by_id == by.user.pk and screen.written_at > timezone.now() - OPEN_FOR
    return str(Purpose.CASEWORK) if is_just_written else ""


# --- The national assistance system ----------------------------------------------------------------------------------------------


@action("protection.consult", roles=PROTECTING_ROLES)
def record_consultation(*, by: Acting, form: str, is_child: bool, sent_on: date) -> ProtectedReferral:
    """Records that the assistance system was asked about somebody who was not named: it points to nobody. Raises NotNamed and
    DateOutOfRange."""
    require_named(by)
    if sent_on > timezone.localdate():
        raise DateOutOfRange(_("The date lies in the future."))
    return ProtectedReferral.objects.create(
        partner=by.partner,
        kind=ProtectedReferral.Kind.CONSULTATION,
        form=Form(form) if form else "",
        is_child=is_child,
        sent_on=sent_on,
        written_by=by.user,
    )


@action("protection.refer", roles=PROTECTING_ROLES, party=Party.OWNER)
def refer(
    *,
    by: Acting,
    screen: Screen,
    consented_on: date,
    consented_how: str,
    police_may_know: bool = False,
    welfare_notice_on: date | None = None,
    representative: str = "",
) -> ProtectedReferral:
    """Records a referral to the national assistance system, by the person's consent; the police know of it only if the person says so.

    Raises NotNamed, DateOutOfRange for a day to come, and Invalid for a checklist without a person, or a child without a welfare notice
    and somebody who speaks for it.
    """
    require_named(by)
    today = timezone.localdate()
    if screen.person_id is None:
        raise Invalid("consented_on", _("Without a name nobody is referred: ask the assistance system instead."))
    if max(consented_on, welfare_notice_on or consented_on) > today:
        raise DateOutOfRange(_("The date lies in the future."))
    if screen.is_child and not welfare_notice_on:
        raise Invalid("welfare_notice_on", _("Make a child welfare notice first, and say when."))
    if screen.is_child and not representative:
        raise Invalid("representative", _("Say who speaks for the child."))
    return ProtectedReferral.objects.create(
        partner=by.partner,
        kind=ProtectedReferral.Kind.REFERRAL,
        screen=screen,
        person_id=screen.person_id,
        is_child=screen.is_child,
        form=screen.form,
        consented_on=consented_on,
        consented_how=consented_how,
        police_may_know=police_may_know,
        welfare_notice_on=welfare_notice_on if screen.is_child else None,
        representative=ProtectedReferral.Representative(representative) if screen.is_child else "",
        sent_on=today,
        written_by=by.user,
    )


@action("protection.note_answer", roles=PROTECTING_ROLES, party=Party.OWNER)
def note_answer(*, by: Acting, referral: ProtectedReferral, answer: str) -> ProtectedReferral:
    """Notes what the assistance system answered today; a later answer takes the place of one before. Raises NotNamed and TakenBack."""
    referral = _standing(by, referral)
    referral.answer, referral.answered_on = ProtectedReferral.Answered(answer), timezone.localdate()
    referral.save(update_fields=["answer", "answered_on"])
    return referral


@action("protection.tell_police", roles=PROTECTING_ROLES, party=Party.OWNER)
def tell_police(*, by: Acting, referral: ProtectedReferral, to_partner: Partner) -> PoliceNotice:
    """Lets a police unit know who was referred and when, and nothing else, by the person's will. Nobody is sent a message of it.

    Raises NotNamed, TakenBack, PoliceMayNotKnow, NoAgreementWithPolice, NoFlow, and Invalid for who is no police unit.
    """
    referral = _standing(by, referral)
    person = referral.person
    if not referral.police_may_know or person is None:
        raise PoliceMayNotKnow(_("The person has not agreed that the police know."))
    if to_partner.kind != Partner.Kind.POLICE:
        raise Invalid("to_partner", _("Choose a police unit."))
    agreement = agreement_in_force(by.partner, to_partner)
    if agreement is None:
        raise NoAgreementWithPolice(_("No agreement with this police unit is in force."))
    check_flows(Category.IDENTITY, source=by.partner, target=to_partner, purposes=PROTECTION)
    notice, _is_new = PoliceNotice.objects.get_or_create(
        from_partner=by.partner,
        to_partner=to_partner,
        referral=referral,
        person=person,
        defaults={
            "agreement": agreement,
            "first_names": person.first_names,
            "last_name": person.last_name,
            "born_on": person.born_on,
            "referred_on": referral.sent_on,
            "told_by": by.user,
        },
    )
    return notice


@action("protection.police_no_more", roles=PROTECTING_ROLES, party=Party.OWNER)
def police_no_more(*, by: Acting, referral: ProtectedReferral) -> ProtectedReferral:
    """The person does not want the police to know any more: what they were told is gone from the portal. Raises NotNamed and
    TakenBack."""
    referral = _standing(by, referral)
    PoliceNotice.objects.filter(referral=referral).delete()
    referral.police_may_know = False
    referral.save(update_fields=["police_may_know"])
    return referral


@action("protection.take_back", roles=PROTECTING_ROLES, party=Party.OWNER)
def take_back(*, by: Acting, referral: ProtectedReferral) -> ProtectedReferral:
    """The person takes the consent to a referral back: no police sees it any more, and nothing is added to it. Tell the assistance
    system. Raises NotNamed and TakenBack."""
    referral = police_no_more(by=by, referral=referral)
    referral.withdrawn_on = timezone.localdate()
    referral.save(update_fields=["withdrawn_on"])
    return referral


def _standing(by: Acting, referral: ProtectedReferral) -> ProtectedReferral:
    """The referral, locked, if its consent was not taken back."""
    require_named(by)
    locked = ProtectedReferral.objects.select_for_update().get(pk=referral.pk)
    if locked.withdrawn_on:
        raise TakenBack(_("The person took their consent back."))
    return locked


# --- Safe contact ----------------------------------------------------------------------------------------------------------------


@action("safe_contact.save", roles=PROTECTING_ROLES, party=Party.OWNER)
def save_safe_contact(*, by: Acting, person: Person, how: str, when: str = "", never: str = "") -> SafeContact:
    """Writes down how the person can be reached without harm. Use `keep_contact_safe`, which stops reminders too. Raises NotNamed."""
    require_named(by)
    contact, _is_new = SafeContact.objects.update_or_create(
        partner=by.partner,
        person=person,
        defaults={
            "how": how.strip(),
            "when": when.strip(),
            "never": never.strip(),
            "written_by": by.user,
            "written_at": timezone.now(),
        },
    )
    return contact


def keep_contact_safe(*, by: Acting, person: Person, how: str, when: str = "", never: str = "") -> SafeContact:
    """Writes it down, and marks the person “do not contact” for everybody, so that nobody is reminded.

    Two actions, one after the other: the history of a person, which colleagues read, tells of the second one as of any other.
    """
    with transaction.atomic():
        wish = messages.wish_of(person)
        language = wish.language if wish else "en"
        not_guardian = bool(wish and wish.not_guardian)
        messages.save_wish(by=by, person=person, language=language, never=True, not_guardian=not_guardian)
        return save_safe_contact(by=by, person=person, how=how, when=when, never=never)


@action("safe_contact.remove", roles=PROTECTING_ROLES, party=Party.OWNER)
def remove_safe_contact(*, by: Acting, contact: SafeContact) -> None:
    """The person can be reached as others are. “Do not contact” stays until somebody takes it away where it stands. Raises NotNamed."""
    require_named(by)
    contact.delete()
