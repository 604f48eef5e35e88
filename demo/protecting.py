"""Protection in the demo: a caseworker is named; a checklist about somebody waits for an answer, and one without a name for a talk."""

from __future__ import annotations

from datetime import date, timedelta

from cases.enrolments.models import Enrolment
from cases.protection import actions as protection
from partnership.isolation.acting import Acting
from referrals.diversions.models import DiversionAgreement
from referrals.stops import actions as stops


def protected_people(manager: Acting, caseworker: Acting, police: Acting, today: date) -> None:
    """The newest participation of the caseworker's: two referrals to the assistance system, one that the police may know of, and a safe
    way to reach the person; a stop sign on a diversion of somebody else."""
    protection.name_member(by=manager, membership=caseworker.membership)
    own = Enrolment.objects.filter(partner=caseworker.partner, responsible=caseworker.user).open()
    adults = [
        each for each in own.select_related("person").order_by("-started_on", "-id")[:20] if not each.person.is_minor
    ]
    for number, enrolment in enumerate(adults[:2]):
        screen = protection.record_screen(
            by=caseworker,
            person=enrolment.person,
            on=today - timedelta(days=2),
            answers={"debt": "yes", "threatened": "yes", "papers": "no"},
            danger_now=False,
            is_child=False,
            form="criminality",
            decision="refer",
        )
        referral = protection.refer(
            by=caseworker, screen=screen, consented_on=today, consented_how="verbal", police_may_know=bool(number)
        )
        if number:
            protection.note_answer(by=caseworker, referral=referral, answer="accepted")
            protection.tell_police(by=caseworker, referral=referral, to_partner=police.partner)
        else:
            protection.keep_contact_safe(
                by=caseworker, person=enrolment.person, how="In person, at the day centre", never="Never call."
            )
    protection.record_screen(
        by=caseworker,
        person=None,
        answers={"unpaid": "yes"},
        danger_now=False,
        is_child=False,
        form="labour",
        decision="consult",
    )
    protection.record_consultation(by=caseworker, form="labour", is_child=False, sent_on=today)
    open_ones = DiversionAgreement.objects.filter(
        to_partner=caseworker.partner, from_partner=police.partner, is_sent=True, decision="", outcome=""
    )
    if diversion := open_ones.order_by("-id").first():
        stops.raise_sign(by=caseworker, diversion=diversion)
