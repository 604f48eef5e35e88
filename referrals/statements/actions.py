"""What can be done with statements: sending one; and telling that one is closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.consents import actions as consents
from cases.consents.models import Consent
from cases.enrolments.models import Enrolment, Session
from partnership.actions import Party, action
from partnership.agreements.actions import agreement_in_force
from partnership.agreements.flows import Category, check_flows
from partnership.events.outbox import announce
from partnership.events.registry import EventType
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from partnership.members.models import CASEWORK_ROLES, REFERRING_ROLES, Partner, Role
from referrals.diversions.models import DiversionAgreement
from referrals.handover.actions import NoAgreement, NoConsent
from referrals.statements import events
from referrals.statements.models import Statement

RECEIVING_KINDS = (Partner.Kind.PROSECUTOR, Partner.Kind.COURT, Partner.Kind.PRISON)
RECEIVING_ROLES = (Role.COURT_OFFICER, Role.PROFESSIONAL)


class NoReceiver(RuleError):
    """A statement goes to a prosecutor, a court or the prison and probation service. Choose one of these partners."""

    code = "no_receiver"


@action(
    "statement.send",
    roles=CASEWORK_ROLES,
    party=Party.OWNER,
    scope="diversions:write",
    event="statement.sent",
)
def send_statement(
    *,
    by: Acting,
    enrolment: Enrolment,
    to_partner: Partner,
    attendance: str,
    signed_on: date,
    number: str = "",
    note: str = "",
    **terms: Any,
) -> Statement:
    """Says to a prosecutor, court or probation service whether a person comes as agreed, in dates and counts as of today, by a
    consent of the person to just that (`signed_on` and the other `terms` of a consent). A `note` on how a review went is part of it where
    the person consents to that, too."""
    if to_partner.kind not in RECEIVING_KINDS:
        raise NoReceiver(_("Choose a prosecutor's office, a court or the probation service."))
    agreement = agreement_in_force(by.partner, to_partner)
    if agreement is None:
        raise NoAgreement(
            _(
                "There is no agreement in force between %(one)s and %(other)s, so nothing may be disclosed. Ask your coordinator."
            )
            % {"one": by.partner, "other": to_partner}
        )
    told = (Category.IDENTITY, Category.ATTENDANCE, *((Category.SITUATION,) if note.strip() else ()))
    check_flows(*told, source=by.partner, target=to_partner)
    person = enrolment.person
    consent = consents.record_consent(
        by=by,
        to_partner=to_partner,
        person=person,
        scope=Consent.Scope.IDENTITY,
        purpose=_(
            "To tell whether I came as agreed, and how I am doing: dates, counts and a note for the court that I have read"
        )
        if note
        else _("To tell whether I came as agreed: dates and counts, nothing of what was said"),
        reports_back=False,
        signed_on=signed_on,
        **terms,
    )
    if not consent.is_valid:
        raise NoConsent(_("The consent does not cover today: look at its days."))
    Consent.objects.filter(pk=consent.pk).update(disclosed_at=timezone.now())
    counted = (
        Session.objects.counted()
        .filter(enrolment=enrolment)
        .aggregate(
            attended=Count("pk", filter=Q(attendance=Session.Attendance.ATTENDED)),
            missed=Count("pk", filter=Q(attendance=Session.Attendance.MISSED)),
        )
    )
    statement = Statement.objects.create(
        from_partner=by.partner,
        to_partner=to_partner,
        person=person,
        enrolment=enrolment,
        consent=consent,
        agreement=agreement,
        diversion=DiversionAgreement.objects.filter(referral__enrolment=enrolment, authority=to_partner).first(),
        first_names=person.first_names,
        last_name=person.last_name,
        born_on=person.born_on,
        number=number,
        note=note.strip(),
        attendance=Statement.Attendance(attendance),
        started_on=enrolment.started_on,
        ended_on=enrolment.ended_on,
        signed_by=by.user,
        **counted,
    )
    _tell(statement, events.SENT, statement.to_partner_id, RECEIVING_ROLES, reverse("statement", args=[statement.pk]))
    return statement


@action("statement.close", roles=REFERRING_ROLES, event="statement.closed")
def tell_closed(*, by: Acting, closed: Sequence[Statement]) -> None:
    """Tells the other party to each statement that its consent was withdrawn, whichever of the two wrote that down. The database shows
    them to their receiver no more: they were read before."""
    for statement in closed:
        if by.partner.pk != statement.to_partner_id:
            _tell(statement, events.CLOSED, statement.to_partner_id, RECEIVING_ROLES, reverse("statement_list"))
        if by.partner.pk != statement.from_partner_id:
            own = reverse("statement", args=[statement.pk])
            _tell(statement, events.CLOSED, statement.from_partner_id, CASEWORK_ROLES, own)


def _tell(statement: Statement, event_type: EventType, partner: int, roles: Sequence[Role], url: str) -> None:
    announce(
        event_type,
        f"{event_type.name}:{statement.pk}",
        tell=[{"partner": partner, "roles": [str(role) for role in roles], "url": url}],
        statement=statement.pk,
    )
