"""Mediations of the demo: one waits for an answer, one for its meeting, one agreement is to be checked, one was told to the prosecutor."""

from __future__ import annotations

from datetime import date, timedelta

from cases.enrolments.models import Enrolment
from partnership.isolation.acting import Acting
from referrals.mediation import actions as mediations
from referrals.mediation.models import Mediation

HARMED = ("Shopkeeper", "Neighbour", "Classmate", "Taxi driver")
LONG_ENOUGH = 30
"""Days since which somebody takes part before the demo offers mediation."""


def offered_and_held(mediator: Acting, prosecutor: Acting, today: date) -> None:
    """In as many of the mediator's own participations, each further than the one before."""
    own = Enrolment.objects.filter(partner=mediator.partner, responsible=mediator.user).open().select_related("person")
    enrolments = own.filter(started_on__lte=today - timedelta(days=LONG_ENOUGH)).order_by("-started_on", "-id")
    for number, (enrolment, harmed) in enumerate(zip(enrolments[: len(HARMED)], HARMED, strict=False)):
        mediation = mediations.offer_mediation(
            by=mediator, enrolment=enrolment, harmed=harmed, offered_on=today - timedelta(days=25)
        )
        mediations.note_answer(by=mediator, mediation=mediation, side="person", answer="agrees")
        if number:
            mediations.note_answer(by=mediator, mediation=mediation, side="harmed", answer="agrees")
        if number > 1:
            _meet(mediator, mediation, today)
        if number > 2:
            mediations.note_kept(by=mediator, mediation=mediation, kept="yes")
            _tell(mediator, mediation, prosecutor, today)


def _meet(mediator: Acting, mediation: Mediation, today: date) -> None:
    mediations.hold_mediation(
        by=mediator,
        mediation=mediation,
        held_on=today - timedelta(days=15),
        result="agreement",
        terms=["apology", "compensation"],
        keep_by=today - timedelta(days=1),
    )


def _tell(mediator: Acting, mediation: Mediation, prosecutor: Acting, today: date) -> None:
    guardian = {"guardian_name": "Guardian of the person"} if mediation.person.is_minor else {}
    mediations.send_report(
        by=mediator,
        mediation=mediation,
        to_partner=prosecutor.partner,
        number="R 26/1310",
        signed_on=today,
        signed_how="paper",
        told_right_to_withdraw=True,
        expires_on=today + timedelta(days=180),
        **guardian,
    )
