"""People of the demo who have a card for My page, and agreed to reminders of their appointments."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from cases.enrolments.models import Enrolment
from cases.messages import actions as contact
from cases.my_page import actions as my_page
from cases.people import actions as people
from cases.people.models import Person
from cases.planning.models import Appointment
from cases.relations import actions as relations
from cases.relations.models import Kind
from demo.work import CONSENT, moment
from partnership.events.models import Letter
from partnership.isolation.acting import Acting
from partnership.local.sign_ins import CARD_BORN_ON, CARD_CODE
from partnership.members.models import District
from programs.catalogue.models import Programme, ReferralKind
from referrals.diversions import actions as diversions
from referrals.first_appointments import actions as first_appointments
from referrals.handover import actions as handover
from referrals.handover.models import Referral

CARDS = 3
"""How many of the caseworker's people have one."""


def cards(liaison: Acting, caseworker: Acting, programme: Programme, district: District, today: date) -> None:
    """Somebody diverted yesterday, who comes tomorrow for the first time and whose code everybody may know; and some of the
    caseworker's own people."""
    person = people.save_person(
        by=liaison,
        person=Person(first_names="Kaisa", last_name="Kortela", born_on=CARD_BORN_ON, sex="female", district=district),
        is_somebody_else=True,
    )
    referral = handover.draft(
        by=liaison, kind=ReferralKind.ARREST_DIVERSION, programme=programme, person=person, summary="Wants help."
    )
    diversions.set_terms(
        by=liaison,
        referral=referral,
        offence="060111",
        is_first_time=True,
        deadline=today + timedelta(days=90),
        conditions=[{"kind": "assessment", "detail": "", "target": 1}, {"kind": "sessions", "detail": "", "target": 6}],
    )
    handover.attach_consent(
        by=liaison, referral=referral, signed_on=today, expires_on=today + timedelta(days=365), **CONSENT
    )
    sent = handover.send(by=liaison, referral=Referral.objects.get(pk=referral.pk))
    accepted = handover.accept(by=caseworker, referral=sent)
    first_appointments.offer_appointment(
        by=caseworker, referral=accepted, starts_at=moment(today + timedelta(days=1)), place="At the service"
    )
    until = today + timedelta(days=180)
    my_page.make_card(by=liaison, person=person, valid_until=until, language="en", code=CARD_CODE)
    contact.save_wish(by=liaison, person=person, channel=Letter.Channel.SMS, address="+358 00 0000 000", language="en")
    ahead = Appointment.objects.filter(partner=caseworker.partner, session=None, starts_at__gt=timezone.now())
    for number, appointment in enumerate(ahead.select_related("enrolment__person").order_by("starts_at", "id")[:CARDS]):
        language = ("fi", "sv", "en")[number % 3]
        somebody = appointment.enrolment.person
        my_page.make_card(by=caseworker, person=somebody, valid_until=until, language=language)
        contact.save_wish(
            by=caseworker,
            person=somebody,
            channel=Letter.Channel.EMAIL,
            address=f"person{number + 1}@demo.example",
            language=language,
        )
    contact.write_reminders()


def families(caseworker: Acting, district: District) -> None:
    """Somebody of the caseworker's caseload with a parent and somebody close; and somebody who was written down twice, since linked."""
    caseload = Enrolment.objects.filter(partner=caseworker.partner, responsible=caseworker.user, ended_on=None)
    somebody, another = [each.person for each in caseload.select_related("person").order_by("id")[:2]]
    for kind, first_names in ((Kind.PARENT, "Ritva"), (Kind.CLOSE, "Jouni")):
        close = Person(
            first_names=first_names, last_name=somebody.last_name, district=district, phone="+358 00 0000 001"
        )
        relations.save_relation(
            by=caseworker,
            person=somebody,
            other=people.save_person(by=caseworker, person=close, is_somebody_else=True),
            kind=kind,
        )
    again = Person(
        first_names=another.first_names,
        last_name=another.last_name,
        born_on=another.born_on,
        sex=another.sex,
        district=district,
    )
    again = people.save_person(by=caseworker, person=again, is_somebody_else=True)
    people.link_person(by=caseworker, person=again, other=another)
