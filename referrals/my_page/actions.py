"""What a person does on My page with what was handed over: withdrawing a consent, answering to a first appointment."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.consents.models import Consent
from cases.my_page.actions import NotOnPage, check_theirs, for_person
from cases.my_page.visits import Visit
from cases.permissions import PEOPLE_ROLES
from partnership.actions import action
from partnership.events.outbox import announce
from referrals.consents import actions as consents
from referrals.first_appointments.models import FirstAnswer, FirstAppointment
from referrals.handover import actions as handover
from referrals.handover.models import Referral
from referrals.my_page import events


@action("my_page.withdraw_consent", outside="anyone")
def withdraw(*, visit: Visit, consent_id: int) -> None:
    """The person takes a consent back, as the staff do for them: disclosure ends in this very transaction. Both parties are told."""
    check_theirs(visit, Consent, consent_id)
    with for_person(visit) as by:
        consent = Consent.objects.get(pk=consent_id)
        if consent.withdrawn_at:
            return
        consents.withdraw_consent(by=by, consent=consent)
        announce(
            events.WITHDRAWN,
            f"my_page:consent:{consent.pk}:withdrawn",
            tell=[
                {
                    "partner": by.partner.pk,
                    "roles": [str(role) for role in PEOPLE_ROLES],
                    "url": reverse("person", args=[visit.card.person_id]),
                }
            ],
            consent=consent.pk,
        )


@action("my_page.answer_first", outside="anyone")
def answer_first(*, visit: Visit, appointment_id: int, answer: str) -> None:
    """The person says that they are coming to their first appointment, or asks for another time: both parties are told, and read it
    on the referral. Raises NotOnPage for one that is over."""
    check_theirs(visit, FirstAppointment, appointment_id)
    with for_person(visit):
        appointment = FirstAppointment.objects.get(pk=appointment_id)
        if appointment.outcome or appointment.starts_at <= timezone.now():
            raise NotOnPage(_("This appointment is over."))
        said = FirstAnswer.objects.filter(referral=appointment.referral_id).first()
        if said and (said.answer, said.starts_at) == (answer, appointment.starts_at):
            return
        now = timezone.now()
        FirstAnswer.objects.update_or_create(
            referral_id=appointment.referral_id,
            from_partner_id=appointment.from_partner_id,
            to_partner_id=appointment.to_partner_id,
            defaults={"answer": answer, "starts_at": appointment.starts_at, "answered_at": now},
        )
        referral = Referral.objects.get(pk=appointment.referral_id)
        event = events.MOVE if answer == FirstAnswer.Answer.MOVE else events.COMING
        handover.announce(referral, event, f"first_appointment:{appointment.pk}:{answer}:{now.isoformat()}", None)
