"""What can be done with the consent behind a referral that was sent: renewing it, ending it by its event or by the person's
withdrawal; and what closes with a person who is erased.

Whether a referral is covered, the database says (`referrals/handover/covering.py`); what ends there is told here.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.consents import actions as consents
from cases.consents.models import Consent
from cases.people.models import Person
from cases.permissions import PEOPLE_ROLES
from cases.rights import actions as rights
from partnership.actions import Party, action
from partnership.api import references
from partnership.events import outbox
from partnership.events.recipients import Tell
from partnership.events.registry import EventType
from partnership.isolation.acting import Acting, enter
from partnership.isolation.errors import DateOutOfRange, RuleError
from partnership.members.models import REFERRING_ROLES
from referrals.consents import events
from referrals.diversions.models import Case, Condition
from referrals.end_reports.models import EndReport
from referrals.handover import actions as handover
from referrals.handover.models import Disclosure, Need, Referral
from referrals.handover.transitions import TRANSITIONS, IllegalTransition, State
from referrals.statements import actions as statements
from referrals.statements.models import Statement
from referrals.welfare.models import WelfareNotice


class NoEvent(RuleError):
    """The consent doesn't end with an event. Withdraw it for the person, or let it run to its date."""

    code = "no_event"


@action(
    "consent.renew",
    roles=REFERRING_ROLES,
    party=Party.SENDER,
    scope="referrals:write",
    event="referral.consent_renewed",
)
def renew_consent(*, by: Acting, referral: Referral, version: int | None = None, **terms: Any) -> Consent:
    """Records a new consent of the person under which an open referral goes on; the one before stays in the history."""
    referral = handover.locked(referral, version)
    if not referral.is_open:
        raise IllegalTransition(_("Only the consent of a referral that is sent and still open is renewed."))
    consent = consents.record_consent(by=by, to_partner=referral.to_partner, person=referral.person, **terms)
    Consent.objects.filter(pk=consent.pk).update(disclosed_at=timezone.now())
    referral.consent = consent
    referral.save(update_fields=["consent"])
    handover.announce(referral, events.RENEWED, f"consent:{consent.pk}:renewed:{referral.pk}", by)
    return consent


@action(
    "consent.record_event",
    roles=REFERRING_ROLES,
    party=Party.EITHER,
    scope="referrals:write",
    event="referral.consent_ended",
)
def record_event(*, by: Acting, consent: Consent, on: date) -> None:
    """The event that ends the consent happened on a day. From that day on nothing is disclosed; the other party is told."""
    consent = Consent.objects.select_for_update().get(pk=consent.pk)
    if not consent.expires_event:
        raise NoEvent(_("This consent doesn't end with an event."))
    if on > timezone.localdate() or on < consent.signed_on:
        raise DateOutOfRange(_("The event happened between the signing and today."))
    Consent.objects.filter(pk=consent.pk).update(event_on=on)
    _tell(consent, events.ENDED, "event", by)


@action(
    "consent.withdraw",
    roles=REFERRING_ROLES,
    party=Party.EITHER,
    scope="referrals:write",
    event="referral.consent_withdrawn",
)
def withdraw_consent(*, by: Acting, consent: Consent) -> None:
    """The person takes the consent back. Disclosure ends in this very transaction (the database closes it); referrals
    not yet enrolled are withdrawn; the other party is told."""
    consent = Consent.objects.select_for_update().get(pk=consent.pk)
    if consent.withdrawn_at:
        return
    closed = list(Statement.objects.filter(consent=consent))
    Consent.objects.filter(pk=consent.pk).update(withdrawn_at=timezone.now())
    referrals = list(Referral.objects.select_for_update().filter(consent=consent).exclude(state=State.DRAFT))
    if consent.disclosed_at and not referrals and not closed:
        _tell_withdrawn(consent, by)
    for referral in referrals:
        if referral.state in TRANSITIONS["withdraw"].sources:
            handover.end_with_consent(by=by, referral=referral)
        else:
            handover.announce(referral, events.WITHDRAWN, f"consent:{consent.pk}:withdrawn:{referral.pk}", by)
    statements.tell_closed(by=by, closed=closed)


def _tell_withdrawn(consent: Consent, by: Acting) -> None:
    """Tells whoever did not write the withdrawal down: the discloser, the receiver, or both where the person did it on My page."""
    both = {consent.from_partner_id, consent.to_partner_id}
    tell: list[Tell] = [
        {"partner": partner, "roles": [str(role) for role in REFERRING_ROLES], "url": reverse("home")}
        for partner in sorted(both - {by.partner.pk})
    ]
    outbox.announce(events.WITHDRAWN_ELSEWHERE, f"consent:{consent.pk}:withdrawn", tell=tell, consent=consent.pk)


def _tell(consent: Consent, event_type: EventType, why: str, by: Acting) -> None:
    """Tells the other party to each referral that was sent under a consent."""
    for referral in Referral.objects.filter(consent=consent).exclude(state=State.DRAFT):
        handover.announce(referral, event_type, f"consent:{consent.pk}:{why}:{referral.pk}", by)


@action("referral.note_end", outside="jobs")
def note_end(*, referral: Referral, on: date) -> None:
    """The consent or agreement behind a referral ended with the day before `on`: its version moves, so that copies learn what the
    database has closed, and both parties are told. Done twice, it is done once."""
    enter(partner_id=referral.to_partner_id, role="worker")
    midnight = timezone.make_aware(datetime.combine(on, time()))
    Referral.objects.filter(pk=referral.pk, changed_at__lt=midnight).update(
        version=F("version") + 1, changed_at=timezone.now()
    )
    handover.announce(referral, events.ENDED, f"referral:{referral.pk}:ended:{on}", None)


@action("referral.erase_person", roles=PEOPLE_ROLES, managers_only=True, party=Party.OWNER)
def erase_disclosed(*, by: Acting, person: Person) -> None:
    """Empties what the own partner disclosed of the person, and tells its receivers; what it received is the sender's to erase.
    The database closes it when the person's record says that it is erased.

    Raises StillNeeded while a referral of the person is under way.
    """
    mine = Referral.objects.filter(Q(person=person) | Q(receiver_person=person))
    if mine.filter(closed_at=None).exclude(state=State.DRAFT).exists():
        raise rights.StillNeeded(_("A referral of the person is under way: withdraw it first."))
    references.forget("referral", mine.values_list("pk", flat=True))
    for disclosure in Disclosure.objects.filter(referral__person=person):
        rights.blank(disclosure, "safe_contact", "never_contact")
        disclosure.save()
    for need in Need.objects.filter(referral__person=person):
        need.summary, need.language, need.unfit_reason, need.access, need.staff_risk = "", "", "", "", ""
        need.save()
    Condition.objects.filter(diversion__referral__person=person).update(detail="")
    for case in Case.objects.filter(diversion__referral__person=person):
        rights.blank(case, "number")
        case.save()
    for statement in Statement.objects.filter(person=person):
        rights.blank(statement, "number", "note")
        statement.save()
    for report in EndReport.objects.filter(person=person):
        report.scores = {}
        report.save(update_fields=["scores"])
    for notice in WelfareNotice.objects.filter(person=person):
        rights.blank(notice, "concern")
        notice.save()
    for referral in Referral.objects.filter(person=person, sent_at__isnull=False):
        handover.announce(referral, events.ERASED, f"referral:{referral.pk}:erased", by)
