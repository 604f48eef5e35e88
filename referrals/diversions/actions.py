"""Actions on diversion agreements. Counts and dates cross from the NGO to the unit that diverted; the content of treatment never
does. To the prosecutor or court that decides goes whose case it is, the deadline and the outcome."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.arrests import iccs
from cases.enrolments.models import Session
from partnership.actions import Party, action
from partnership.agreements.actions import agreement_in_force
from partnership.agreements.flows import Category, check_flows
from partnership.events.outbox import announce
from partnership.events.registry import EventType
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, RuleError
from partnership.members.models import CASEWORK_ROLES, REFERRING_ROLES, Partner, Role
from referrals.diversions import events
from referrals.diversions.models import (
    ADDRESSED_KINDS,
    TAKEN_BY,
    Authority,
    Case,
    Condition,
    Decision,
    DiversionAgreement,
)
from referrals.diversions.young import check_age
from referrals.handover.actions import NoAgreement, identity_of
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

    Read it again: its terms end with sending, its progress with the outcome or with its referral, and the decision comes once,
    after the outcome or that end.
    """

    code = "diversion_closed"
    status = 409


class UnknownOffence(RuleError):
    """The offence code is none of ICCS 1.0. Give one of `/codes`, or the two digits of its section."""

    code = "unknown_offence"


class DeadlinePast(RuleError):
    """The deadline does not lie in the future. Choose a later day."""

    code = "deadline_past"


class OtherAuthority(RuleError):
    """Another authority takes this decision.

    Charges are the prosecutor's and the court's; what is addressed to one of them, that one decides alone. Record the decision as
    that authority's (`decided_by`, with the section of law), or leave it to whom the diversion is addressed.
    """

    code = "other_authority"


class ReportingNotAllowed(RuleError):
    """The person's consent does not cover reporting back.

    Report nothing; ask the person for a new consent if they agree.
    """

    code = "reporting_not_allowed"


@action("diversion.set_terms", roles=REFERRING_ROLES, party=Party.SENDER, scope="referrals:write")
def set_terms(
    *,
    by: Acting,
    referral: Referral,
    deadline: date,
    conditions: list[ConditionTerms],
    offence: str = "",
    is_first_time: bool | None = None,
    talk_on: date | None = None,
    talk_with: str = "",
) -> DiversionAgreement:
    """Sets the offence, the deadline and the conditions of a draft's diversion agreement, replacing earlier ones.

    `offence`: its ICCS code. `is_first_time`: as far as the police know. `talk_on`, `talk_with`: the talk with somebody of 15 to 17
    and a guardian or social worker, without which a first diversion is not sent.
    """
    if not referral.takes_diversion:
        raise NoDiversion(_("Only a police or court referral carries a diversion agreement."))
    check_age(referral.person)
    if offence and not iccs.is_valid(offence):
        raise UnknownOffence(_("This is no offence code of ICCS 1.0."))
    if talk_on and talk_on > timezone.localdate():
        raise DateOutOfRange(_("The talk has been held today or earlier."))
    if referral.state != State.DRAFT:
        raise DiversionClosed(_("The conditions were agreed when the referral was sent."))
    if deadline <= timezone.localdate():
        raise DeadlinePast(_("The deadline must lie in the future."))
    if not conditions:
        raise NoDiversion(_("A diversion agreement has at least one condition."))
    parties = {"from_partner_id": referral.from_partner_id, "to_partner_id": referral.to_partner_id}
    decides = {"authority": by.partner} if by.partner.kind in ADDRESSED_KINDS else {}
    diversion, _is_new = DiversionAgreement.objects.update_or_create(
        referral=referral,
        defaults={
            "deadline": deadline,
            "offence": offence,
            "is_first_time": is_first_time,
            "talk_on": talk_on,
            "talk_with": talk_with if talk_on else "",
            **parties,
            **decides,
        },
    )
    if decides:
        _open_case(diversion, by.partner, "")
    diversion.conditions.all().delete()
    Condition.objects.bulk_create([Condition(diversion=diversion, **parties, **terms) for terms in conditions])
    return diversion


def _locked_open(diversion: DiversionAgreement, category: str) -> DiversionAgreement:
    """The diversion, locked, while this kind of data may be reported of it. Raises DiversionClosed, ReportingNotAllowed and NoFlow."""
    locked = DiversionAgreement.objects.select_for_update().get(pk=diversion.pk)
    if locked.outcome:
        raise DiversionClosed(_("The outcome of this diversion has been reported already."))
    if not locked.referral.may_report:
        raise ReportingNotAllowed(_("The person's consent does not cover reporting to the police (any more)."))
    if not locked.is_open:
        raise DiversionClosed(_("This diversion ended with its referral: nothing more is reported."))
    referral = locked.referral
    check_flows(category, source=referral.to_partner, target=referral.from_partner, under=referral.agreement_id)
    return locked


@action("diversion.report_progress", roles=CASEWORK_ROLES, party=Party.RECEIVER, scope="diversions:write")
def report_progress(*, by: Acting, condition: Condition, done: int, on: date) -> Condition:
    """Says how many of a condition's sessions, visits or payments are done, and as of which day."""
    diversion = _locked_open(condition.diversion, Category.ATTENDANCE)
    if on > timezone.localdate() or done < 0:
        raise RuleError(_("Progress is a count as of today or an earlier day."))
    condition.done, condition.reported_on = done, on
    condition.save(update_fields=["done", "reported_on"])
    _touch(diversion)
    return condition


@action("diversion.count_sessions", outside="jobs")
def count_sessions(*, enrolment: int, counted_before: int | None = None) -> None:
    """Attended sessions of the enrolment (by number) count towards its diversion's condition to attend sessions: a number and
    a date, where consent and agreement cover reporting that back today.

    `counted_before`: how many were counted before one was corrected or taken back. A condition that says so follows; of one that
    somebody reported otherwise, the report stays.
    """
    referral = Referral.objects.filter(enrolment=enrolment, diversion__outcome="").first()
    if referral is None or not referral.may_report or not referral.diversion.is_open:
        return
    if not referral.may_tell(Category.ATTENDANCE, referral.to_partner_id):
        return
    sessions = Session.objects.counted().filter(enrolment=enrolment)
    attended = sessions.filter(attendance=Session.Attendance.ATTENDED).count()
    conditions = Condition.objects.filter(diversion__referral=referral, kind=Condition.Kind.SESSIONS)
    conditions.filter(Q(done__lt=attended) | Q(done=counted_before)).exclude(done=attended).update(
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
    diversion = _locked_open(diversion, Category.OUTCOME)
    if on > timezone.localdate():
        raise RuleError(_("The day lies in the future."))
    diversion.breached_on = on
    diversion.save(update_fields=["breached_on"])
    _tell(diversion, events.BREACHED, f"diversion:{diversion.pk}:breached:{on}", by, diversion.from_partner_id)
    return diversion


@action(
    "diversion.report_outcome",
    roles=CASEWORK_ROLES,
    party=Party.RECEIVER,
    scope="diversions:write",
    event="diversion.outcome",
)
def report_outcome(*, by: Acting, diversion: DiversionAgreement, outcome: str) -> DiversionAgreement:
    """Closes the NGO's part; the unit that diverted decides next, or the prosecutor or court to whom it is addressed."""
    diversion = _locked_open(diversion, Category.OUTCOME)
    diversion.outcome, diversion.outcome_at = DiversionAgreement.Outcome(outcome), timezone.now()
    diversion.save(update_fields=["outcome", "outcome_at"])
    _tell(
        diversion,
        events.OUTCOME,
        f"diversion:{diversion.pk}:outcome",
        by,
        diversion.from_partner_id,
        diversion.authority_id,
    )
    return diversion


@action(
    "diversion.address",
    roles=(Role.POLICE_LIAISON,),
    party=Party.SENDER,
    scope="diversions:write",
    event="diversion.addressed",
)
def address(*, by: Acting, diversion: DiversionAgreement, authority: Partner, number: str = "") -> DiversionAgreement:
    """Says which prosecutor or court decides, and tells it whose case it is, under which `number` of the investigation. Needs an
    agreement in force with it; what it is told rests on the law and not on the person's consent."""
    diversion = DiversionAgreement.objects.select_for_update().get(pk=diversion.pk)
    if not diversion.is_sent or diversion.decision:
        raise DiversionClosed(_("Only a diversion that was sent and isn't decided yet is addressed to an authority."))
    if authority.kind not in ADDRESSED_KINDS:
        raise OtherAuthority(_("Choose a prosecutor's office or a court."))
    if agreement_in_force(by.partner, authority) is None:
        raise NoAgreement(
            _(
                "There is no agreement in force between %(one)s and %(other)s, so nothing may be disclosed. Ask your coordinator."
            )
            % {"one": by.partner, "other": authority}
        )
    check_flows(Category.IDENTITY, Category.OUTCOME, source=by.partner, target=authority)
    diversion.authority = authority
    diversion.save(update_fields=["authority"])
    _open_case(diversion, authority, number)
    _tell(diversion, events.ADDRESSED, f"diversion:{diversion.pk}:addressed:{authority.pk}", by, authority.pk)
    return diversion


def _open_case(diversion: DiversionAgreement, authority: Partner, number: str) -> None:
    """What the authority of a diversion is told: as the sender's record says today."""
    person = identity_of(diversion.referral.person)
    told = {name: person[name] for name in ("first_names", "last_name", "born_on", "identity_code")}
    Case.objects.update_or_create(
        diversion=diversion,
        from_partner_id=diversion.from_partner_id,
        defaults={"authority": authority, "number": number, **told},
    )


@action(
    "diversion.decide",
    roles=(Role.POLICE_LIAISON, Role.COURT_OFFICER),
    party=Party.DECIDER,
    scope="diversions:write",
    event="diversion.decided",
)
def decide(
    *,
    by: Acting,
    diversion: DiversionAgreement,
    decision: str,
    reasons: str,
    decided_by: str = "",
    section: str = "",
) -> DiversionAgreement:
    """The decision after the outcome, or after the diversion ended with its referral, with its reasons and the section of law.

    `decided_by`: which authority decided; the acting partner's kind unless said. The police record as theirs what a prosecutor or
    court outside of the portal decided.
    """
    diversion = DiversionAgreement.objects.select_for_update().get(pk=diversion.pk)
    if diversion.decision:
        raise DiversionClosed(_("This diversion was decided already."))
    if not diversion.is_to_decide:
        raise DiversionClosed(_("The outcome has not been reported yet."))
    decided_by = decided_by or by.partner.kind
    _check_authority(by, diversion, decision, decided_by)
    _check_decision_flows(by, diversion, decided_by)
    if not reasons.strip():
        raise RuleError(_("Give the reasons for the decision."))
    if decided_by != Authority.POLICE and not section.strip():
        raise RuleError(_("Give the section of law on which the decision rests."))
    diversion.decision, diversion.decided_by = DiversionAgreement.Decision(decision), Authority(decided_by)
    diversion.section, diversion.decided_at, diversion.recorded_by = section.strip(), timezone.now(), by.user
    diversion.save(update_fields=["decision", "decided_by", "section", "decided_at", "recorded_by"])
    Decision.objects.create(
        diversion=diversion,
        from_partner_id=diversion.from_partner_id,
        to_partner_id=diversion.to_partner_id,
        authority_id=diversion.authority_id,
        reasons=reasons.strip(),
    )
    parties = (diversion.from_partner_id, diversion.to_partner_id)
    _tell(diversion, events.DECIDED, f"diversion:{diversion.pk}:decided", by, *parties)
    return diversion


def _check_authority(by: Acting, diversion: DiversionAgreement, decision: str, decided_by: str) -> None:
    """Raises OtherAuthority where the decision is another's, or the acting partner speaks for another."""
    if diversion.authority_id not in (None, by.partner.pk):
        raise OtherAuthority(_("This diversion is addressed to a prosecutor or court, which decides on it."))
    if decided_by not in TAKEN_BY[decision]:
        raise OtherAuthority(
            _("“%(decision)s” is not a decision of this authority.")
            % {"decision": DiversionAgreement.Decision(decision).label}
        )
    if by.partner.kind not in (decided_by, Authority.POLICE):
        raise OtherAuthority(_("Record your own authority's decision."))


def _check_decision_flows(by: Acting, diversion: DiversionAgreement, decided_by: str) -> None:
    """Raises NoFlow where an agreement with a party, which sees the decision once it is taken, does not name it. Where none is in force
    any more, the decision is told as the law has it, and as it was before agreements named flows."""
    category = Category.DECISION if decided_by == Authority.POLICE else Category.DISPOSAL
    parties = Partner.objects.filter(pk__in=(diversion.from_partner_id, diversion.to_partner_id)).order_by("pk")
    for party in parties:
        if agreement_in_force(by.partner, party):
            check_flows(category, source=by.partner, target=party)


def _touch(diversion: DiversionAgreement) -> None:
    DiversionAgreement.objects.filter(pk=diversion.pk).update(changed_at=timezone.now())


def _tell(diversion: DiversionAgreement, event_type: EventType, key: str, by: Acting, *partners: int | None) -> None:
    """Tells those of these partners for which the acting user does not act; None is nobody."""
    roles, url = [str(role) for role in REFERRING_ROLES], reverse("diversion", args=[diversion.pk])
    _touch(diversion)
    whom = sorted({partner for partner in partners if partner not in (None, by.partner.pk)})
    announce(
        event_type,
        key,
        tell=[{"partner": partner, "roles": roles, "url": url, "not_user": by.user.pk} for partner in whom if partner],
        diversion=diversion.pk,
    )
