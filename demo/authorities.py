"""Work of the demo's prosecutors, court, social and youth services: what waits for a decision, statements, a welfare notice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from cases.people import actions as people
from cases.people.models import Person
from demo.work import CONSENT, backdate
from partnership.isolation.acting import Acting
from partnership.members.models import District
from programs.catalogue.models import Programme, ReferralKind
from referrals.diversions import actions as diversions
from referrals.diversions.models import DiversionAgreement, with_status
from referrals.handover import actions as handover
from referrals.handover.models import Referral
from referrals.handover.transitions import State
from referrals.statements import actions as statements
from referrals.statements.models import Statement
from referrals.welfare import actions as welfare

ADDRESSED, KEPT = 5, 3
"""How many diversions of one unit wait for the prosecutor, and how many for the unit itself."""
STATED = {"completed": Statement.Attendance.AS_AGREED, "partly": Statement.Attendance.PARTLY}


def prosecutors_work(liaison: Acting, prosecutor: Acting, ngo: Acting, today: date) -> None:
    """Diversions of a unit with their outcome, addressed to the prosecutor; with statements of an NGO; one is decided."""
    mine = DiversionAgreement.objects.filter(from_partner=liaison.partner, to_partner=ngo.partner)
    mine = mine.select_related("referral__enrolment__person").order_by("-id")
    waiting = list(with_status(mine, "awaiting_decision")[:ADDRESSED])
    under_way = with_status(mine, "open").filter(referral__state=State.ENROLLED)
    for diversion in under_way[: ADDRESSED - len(waiting) + KEPT]:
        for condition in diversion.conditions.all():
            diversions.report_progress(by=ngo, condition=condition, done=condition.target, on=today)
        waiting.append(diversions.report_outcome(by=ngo, diversion=diversion, outcome="completed"))
    addressed = [
        diversions.address(by=liaison, diversion=diversion, authority=prosecutor.partner, number=f"R 26/{1204 + n}")
        for n, diversion in enumerate(waiting[:-KEPT])
    ]
    for n, diversion in enumerate(addressed[1:], start=1):
        _state(ngo, diversion, prosecutor, f"R 26/{1204 + n}", today)
    if len(addressed) > 1:
        diversions.decide(
            by=prosecutor,
            diversion=addressed[-1],
            decision=DiversionAgreement.Decision.CHARGE_DROPPED,
            section="Criminal Code 50:7",
            reasons="The person took part as agreed; the offence was small and the first.",
        )


def _state(ngo: Acting, diversion: DiversionAgreement, authority: Acting, number: str, today: date) -> None:
    enrolment = diversion.referral.enrolment
    if enrolment is None:
        return
    guardian = {"guardian_name": "Guardian of the person"} if enrolment.person.is_minor else {}
    statements.send_statement(
        by=ngo,
        enrolment=enrolment,
        to_partner=authority.partner,
        attendance=STATED.get(diversion.outcome, Statement.Attendance.NOT_AS_AGREED),
        number=number,
        signed_on=today,
        signed_how=CONSENT["signed_how"],
        expires_on=today + timedelta(days=180),
        told_right_to_withdraw=True,
        **guardian,
    )


def courts_work(court: Acting, ngo: Acting, programme: Programme, district: District, today: date) -> None:
    """People whom the court referred itself: one whose outcome and statement are there, one who takes part, one just sent."""
    defendants = (
        ("Petteri", "Harju", date(1991, 3, 8), "male"),
        ("Satu", "Lindqvist", date(1986, 11, 21), "female"),
        ("Omar", "Aalto", date(1999, 7, 2), "male"),
    )
    referrals = [_refer(court, programme, today, first_names=first, last_name=last, born_on=born, sex=sex, district=district)
                 for first, last, born, sex in defendants]  # fmt: skip
    for referral in referrals[:2]:
        backdate(referral, timedelta(days=80))
        referral.refresh_from_db()
        handover.accept(by=ngo, referral=referral, started_on=today - timedelta(days=70))
        enrolment = Enrolment.objects.get(referrals=referral)
        for week in range(8):
            enrolments.record_session(
                by=ngo,
                enrolment=enrolment,
                held_on=today - timedelta(days=63 - 7 * week),
                method="counselling",
                attendance="attended",
            )
    done = referrals[0].diversion
    for condition in done.conditions.all():
        diversions.report_progress(by=ngo, condition=condition, done=condition.target, on=today)
    diversions.report_outcome(by=ngo, diversion=done, outcome=DiversionAgreement.Outcome.COMPLETED)
    _state(ngo, DiversionAgreement.objects.get(pk=done.pk), court, "R 26/118", today)


def _refer(by: Acting, programme: Programme, today: date, **who: Any) -> Referral:
    person = people.save_person(by=by, person=Person(partner=by.partner, **who))
    referral = handover.draft(
        by=by, kind=ReferralKind.COURT, programme=programme, person=person, summary="Wants help before the sentence."
    )
    diversions.set_terms(
        by=by,
        referral=referral,
        offence="060111",
        deadline=today + timedelta(days=120),
        conditions=[{"kind": "sessions", "detail": "", "target": 8}],
    )
    handover.attach_consent(
        by=by, referral=referral, signed_on=today, expires_on=today + timedelta(days=365), **CONSENT
    )
    return handover.send(by=by, referral=Referral.objects.get(pk=referral.pk))


def services_work(
    liaison: Acting, social: Acting, youth: Acting, mentors: Programme, district: District, today: date
) -> None:
    """A child welfare notice of the police that waits at social services; and somebody whom youth services referred."""
    child = Person(
        partner=liaison.partner,
        first_names="Emil",
        last_name="Rautio",
        born_on=today.replace(day=1) - timedelta(days=13 * 366),
        sex="male",
        district=district,
    )
    welfare.make_notice(
        by=liaison,
        person=people.save_person(by=liaison, person=child),
        to_partner=social.partner,
        concern="Found with a small amount of cannabis behind the school, with two older boys. Nobody was at home.",
    )
    teenager = Person(
        partner=youth.partner,
        first_names="Aino",
        last_name="Kallio",
        born_on=date(today.year - 19, 2, 14),
        sex="female",
    )
    referral = handover.draft(
        by=youth,
        kind=ReferralKind.SOCIAL_CONTACT,
        programme=mentors,
        person=people.save_person(by=youth, person=teenager),
        summary="Looks for company that doesn't use.",
    )
    handover.attach_consent(
        by=youth, referral=referral, signed_on=today, expires_on=today + timedelta(days=365), **CONSENT
    )
    handover.send(by=youth, referral=Referral.objects.get(pk=referral.pk))
