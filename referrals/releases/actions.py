"""What a prison can say of a release, and how that reaches the receiver's own record and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.custody import actions as custody
from cases.custody.models import Condition, Naloxone
from cases.enrolments.models import Enrolment
from cases.people.models import Person
from cases.permissions import PEOPLE_ROLES
from partnership.actions import Party, action
from partnership.agreements.flows import Category, check_flows
from partnership.events.outbox import announce
from partnership.events.recipients import Tell
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, RuleError
from partnership.members.models import Role
from programs.catalogue.models import ReferralKind
from referrals.handover import actions as handover
from referrals.handover.models import Referral
from referrals.handover.transitions import OPEN_STATES, IllegalTransition, State
from referrals.releases import events
from referrals.releases.models import FirstContactTold, ReleaseNotice

PRISON_ROLES = (Role.COURT_OFFICER, Role.PROFESSIONAL)


class NotFromCustody(RuleError):
    """The referral is none of a prison or probation service, so it has no day of release. Write to the receiver by a message of it."""

    code = "not_from_custody"
    status = 409


class NoRelease(RuleError):
    """No day of release was said with this referral. Say the planned day first."""

    code = "no_release"
    status = 409


@action("release_notice.say", roles=PRISON_ROLES, party=Party.SENDER, scope="referrals:write", event="release.said")
def say_release(
    *, by: Acting, referral: Referral, planned_on: date, conditions: Sequence[str] = (), conditions_note: str = ""
) -> ReleaseNotice:
    """Says when somebody referred is planned to be released, and under which conditions; said again, it has moved. The receiver reads it
    before it knows who it is about.

    Raises NotFromCustody, IllegalTransition for a draft or a referral that has ended, NoConsent, NoFlow, NamesThePerson, and DateOutOfRange
    once the person is out.
    """
    referral = _under_way(referral)
    known = ReleaseNotice.objects.select_for_update().filter(referral=referral).first()
    if known and known.released_at and known.planned_on != planned_on:
        raise DateOutOfRange(_("The person was released already: the planned day stays."))
    handover.check_names_nobody(conditions_note, referral.person)
    notice = known or ReleaseNotice(
        referral=referral,
        from_partner_id=referral.from_partner_id,
        to_partner_id=referral.to_partner_id,
        written_by=by.user,
    )
    notice.planned_on, notice.conditions_note = planned_on, conditions_note.strip()
    notice.conditions = [str(code) for code in Condition if code in set(conditions)]
    notice.save()
    handover.announce(referral, events.SAID, f"release_notice:{notice.pk}:{timezone.now().isoformat()}", by)
    return notice


@action(
    "release_notice.happened", roles=PRISON_ROLES, party=Party.SENDER, scope="referrals:write", event="release.happened"
)
def say_released(*, by: Acting, referral: Referral, released_at: datetime, naloxone: str) -> ReleaseNotice:
    """Says that the person was released, when, and whether they left with naloxone: the receiver's clock begins.

    Raises NotFromCustody, NoRelease, IllegalTransition, NoConsent, NoFlow, and DateOutOfRange for a moment to come.
    """
    referral = _under_way(referral)
    notice = ReleaseNotice.objects.select_for_update().filter(referral=referral).first()
    if notice is None:
        raise NoRelease(_("Say the planned day first."))
    if released_at > timezone.now():
        raise DateOutOfRange(_("The person is released when it has happened: choose a moment that has passed."))
    notice.released_at, notice.naloxone = released_at, Naloxone(naloxone)
    notice.save(update_fields=["released_at", "naloxone"])
    handover.announce(referral, events.RELEASED, f"release_notice:{notice.pk}:{timezone.now().isoformat()}", by)
    return notice


def _under_way(referral: Referral) -> Referral:
    """The referral, locked, if it was sent and goes on, and its situation may go to the receiver."""
    referral = handover.locked(referral, version=None)
    if referral.kind != ReferralKind.PRISON:
        raise NotFromCustody(_("Only a referral of a prison or probation service has a day of release."))
    if referral.state == State.DRAFT or referral.state not in OPEN_STATES:
        raise IllegalTransition(_("A release belongs to a referral that was sent and goes on."))
    handover.check_covered(referral)
    check_flows(
        Category.SITUATION, source=referral.from_partner, target=referral.to_partner, under=referral.agreement_id
    )
    return referral


@action("release_notice.follow", outside="jobs")
def follow_notice(*, referral: int) -> None:
    """The receiver's own release as the prison says it is, once the person takes part (`referral`: its number). Done twice, it is done
    once."""
    handed_over = Referral.objects.filter(pk=referral, state=State.ENROLLED).only("enrolment_id").first()
    notice = ReleaseNotice.objects.filter(referral=referral)
    said = notice.values("planned_on", "conditions", "released_at", "naloxone").first()
    if handed_over is None or handed_over.enrolment_id is None or said is None:
        return
    custody.follow_prison(enrolment=Enrolment.objects.get(pk=handed_over.enrolment_id), **said)
    tell_first_contact(enrolment=handed_over.enrolment_id)


@action("release_notice.tell_contact", outside="jobs")
def tell_first_contact(*, enrolment: int) -> None:
    """Tells the prison the day of the first contact after the release, where consent and agreement let attendance be reported back;
    what was told by mistake is taken back. `enrolment`: by number."""
    referral = Referral.objects.filter(enrolment=enrolment, state=State.ENROLLED).first()
    if referral is None or not ReleaseNotice.objects.filter(referral=referral.pk).exists():
        return
    on = custody.first_contact_on(enrolment)
    told = FirstContactTold.objects.filter(referral=referral)
    if on is None:
        told.delete()
        return
    if not referral.may_report or not referral.may_tell(Category.ATTENDANCE, referral.to_partner_id):
        return
    if told.filter(on=on).exists():
        return
    FirstContactTold.objects.update_or_create(
        referral=referral,
        from_partner_id=referral.from_partner_id,
        to_partner_id=referral.to_partner_id,
        defaults={"on": on},
    )
    sender: Tell = {
        "partner": referral.from_partner_id,
        "roles": [str(role) for role in PRISON_ROLES],
        "url": reverse("referral", args=[referral.pk]),
    }
    announce(events.CONTACTED, f"first_contact:{referral.pk}:{on}", tell=[sender], referral=referral.pk)


@action("release_notice.erase_person", roles=PEOPLE_ROLES, managers_only=True, party=Party.OWNER)
def erase_notices(*, by: Acting, person: Person) -> None:
    """Takes what was written in words about a person's conditions out of what was said of their releases."""
    notices = ReleaseNotice.objects.filter(referral__person=person, from_partner=by.partner)
    notices.update(conditions_note="")
