"""Actions on diversion agreements. Counts and dates cross from the NGO to the police; the content of treatment never does."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.enrolments.models import Session
from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.events.registry import EventType
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from partnership.members.models import CASEWORK_ROLES, REFERRING_ROLES, Role
from referrals.diversions import events
from referrals.diversions.models import Condition, Decision, DiversionAgreement
from referrals.handover.models import Referral
from referrals.handover.transitions import State


class ConditionTerms(TypedDict):
    kind: str
    detail: str
    target: int


class NoDiversion(RuleError):
    """The referral can't carry these terms of a diversion.

    Use a police or court referral, and at least one condition.
    """

    code = "no_diversion"


class DiversionClosed(RuleError):
    """The diversion is not open for this.

    Read it again: its terms end with sending, its progress with the outcome, and the decision comes once, after the
    outcome.
    """

    code = "diversion_closed"
    status = 409


class DeadlinePast(RuleError):
    """The deadline does not lie in the future. Choose a later day."""

    code = "deadline_past"


class ReportingNotAllowed(RuleError):
    """The person's consent does not cover reporting back.

    Report nothing; ask the person for a new consent if they agree.
    """

    code = "reporting_not_allowed"


@action("diversion.set_terms", roles=REFERRING_ROLES, party=Party.SENDER, scope="referrals:write")
def set_terms(
    *, by: Acting, referral: Referral, deadline: date, conditions: list[ConditionTerms]
) -> DiversionAgreement:
    """Sets the deadline and the conditions of a draft's diversion agreement, replacing earlier ones."""
    if not referral.takes_diversion:
        raise NoDiversion(_("Only a police or court referral carries a diversion agreement."))
    if referral.state != State.DRAFT:
        raise DiversionClosed(_("The conditions were agreed when the referral was sent."))
    if deadline <= timezone.localdate():
        raise DeadlinePast(_("The deadline must lie in the future."))
    if not conditions:
        raise NoDiversion(_("A diversion agreement has at least one condition."))
    parties = {"from_partner_id": referral.from_partner_id, "to_partner_id": referral.to_partner_id}
    diversion, _is_new = DiversionAgreement.objects.update_or_create(
        referral=referral, defaults={"deadline": deadline, **parties}
    )
    diversion.conditions.all().delete()
    Condition.objects.bulk_create([Condition(diversion=diversion, **parties, **terms) for terms in conditions])
    return diversion


def _locked_open(diversion: DiversionAgreement) -> DiversionAgreement:
    locked = DiversionAgreement.objects.select_for_update().get(pk=diversion.pk)
    if locked.outcome:
        raise DiversionClosed(_("The outcome of this diversion has been reported already."))
    if not locked.referral.may_report:
        raise ReportingNotAllowed(_("The person's consent does not cover reporting to the police (any more)."))
    return locked


@action("diversion.report_progress", roles=CASEWORK_ROLES, party=Party.RECEIVER, scope="diversions:write")
def report_progress(*, by: Acting, condition: Condition, done: int, on: date) -> Condition:
    """Says how many of a condition's sessions, visits or payments are done, and as of which day."""
    diversion = _locked_open(condition.diversion)
    if on > timezone.localdate() or done < 0:
        raise RuleError(_("Progress is a count as of today or an earlier day."))
    condition.done, condition.reported_on = done, on
    condition.save(update_fields=["done", "reported_on"])
    _touch(diversion)
    return condition


@action("diversion.count_sessions", outside="jobs")
def count_sessions(*, enrolment: int) -> None:
    """Attended sessions of the enrolment (by number) count towards its diversion's condition to attend sessions: a number and
    a date, where the consent covers reporting back today."""
    referral = Referral.objects.filter(enrolment=enrolment, diversion__outcome="").first()
    if referral is None or not referral.may_report:
        return
    attended = Session.objects.filter(enrolment=enrolment, attendance=Session.Attendance.ATTENDED).count()
    Condition.objects.filter(diversion__referral=referral, kind=Condition.Kind.SESSIONS, done__lt=attended).update(
        done=attended, reported_on=timezone.localdate()
    )


@action(
    "diversion.report_breach",
    roles=CASEWORK_ROLES,
    party=Party.RECEIVER,
    scope="diversions:write",
    event="diversion.breached",
)
def report_breach(*, by: Acting, diversion: DiversionAgreement, on: date) -> DiversionAgreement:
    """Says that a condition was broken, and when; not how."""
    diversion = _locked_open(diversion)
    if on > timezone.localdate():
        raise RuleError(_("The day lies in the future."))
    diversion.breached_on = on
    diversion.save(update_fields=["breached_on"])
    _tell(diversion, events.BREACHED, f"diversion:{diversion.pk}:breached:{on}", diversion.from_partner_id, by)
    return diversion


@action(
    "diversion.report_outcome",
    roles=CASEWORK_ROLES,
    party=Party.RECEIVER,
    scope="diversions:write",
    event="diversion.outcome",
)
def report_outcome(*, by: Acting, diversion: DiversionAgreement, outcome: str) -> DiversionAgreement:
    """Closes the NGO's part; the liaison decides next."""
    diversion = _locked_open(diversion)
    diversion.outcome, diversion.outcome_at = DiversionAgreement.Outcome(outcome), timezone.now()
    diversion.save(update_fields=["outcome", "outcome_at"])
    _tell(diversion, events.OUTCOME, f"diversion:{diversion.pk}:outcome", diversion.from_partner_id, by)
    return diversion


@action(
    "diversion.decide",
    roles=(Role.POLICE_LIAISON,),
    party=Party.SENDER,
    scope="diversions:write",
    event="diversion.decided",
)
def decide(*, by: Acting, diversion: DiversionAgreement, decision: str, reasons: str) -> DiversionAgreement:
    """The liaison's decision on the outcome, with its reasons."""
    diversion = DiversionAgreement.objects.select_for_update().get(pk=diversion.pk)
    if not diversion.outcome:
        raise DiversionClosed(_("The outcome has not been reported yet."))
    if diversion.decision:
        raise DiversionClosed(_("This diversion was decided already."))
    if not reasons.strip():
        raise RuleError(_("Give the reasons for the decision."))
    diversion.decision, diversion.decided_at, diversion.decided_by = (
        DiversionAgreement.Decision(decision),
        timezone.now(),
        by.user,
    )
    diversion.save(update_fields=["decision", "decided_at", "decided_by"])
    Decision.objects.create(
        diversion=diversion,
        from_partner_id=diversion.from_partner_id,
        to_partner_id=diversion.to_partner_id,
        reasons=reasons.strip(),
    )
    _tell(diversion, events.DECIDED, f"diversion:{diversion.pk}:decided", diversion.to_partner_id, by)
    return diversion


def _touch(diversion: DiversionAgreement) -> None:
    DiversionAgreement.objects.filter(pk=diversion.pk).update(changed_at=timezone.now())


def _tell(diversion: DiversionAgreement, event_type: EventType, key: str, partner_id: int, by: Acting) -> None:
    roles = [str(role) for role in (*CASEWORK_ROLES, Role.POLICE_LIAISON)]
    url = reverse("diversion", args=[diversion.pk])
    _touch(diversion)
    announce(
        event_type,
        key,
        tell=[{"partner": partner_id, "roles": roles, "url": url, "not_user": by.user.pk}],
        diversion=diversion.pk,
    )
