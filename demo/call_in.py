"""A call-in of the demo: three people are invited; one does not want the help that was offered, another has still to say."""

from __future__ import annotations

from datetime import date, timedelta

from cases.people.models import Person
from demo.work import moment
from partnership.isolation.acting import Acting
from partnership.members.models import District
from programs.catalogue.models import Programme, ReferralKind
from referrals.callins import actions as call_ins


def evening(liaison: Acting, service: Acting, district: District, people: list[Person], today: date) -> None:
    """In the next week, with the service: people were notified, and two have been offered a programme."""
    call_in = call_ins.plan_call_in(
        by=liaison,
        to_partner=service.partner,
        district=district,
        at=moment(today + timedelta(days=6), 18),
        place="Parish hall",
        speakers="Police, the service, a mother of the neighbourhood",
    )
    offered = Programme.objects.offered().filter(
        partner=service.partner, accepts__contains=[ReferralKind.SOCIAL_CONTACT], districts=district, age_to=None
    )
    programme = offered.order_by("id").first()
    for number, person in enumerate(people[:3]):
        invitee = call_ins.invite(by=liaison, person=person, call_in=call_in)
        if programme and number < 2:
            offer = call_ins.offer_help(by=liaison, invitee=invitee, programme=programme)
            if not number:
                call_ins.decline_offer(by=liaison, offer=offer)
    call_ins.go_on(by=liaison, call_in=call_in)
