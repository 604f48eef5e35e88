"""What a person does on My page with what was handed over: withdrawing a consent, answering to a first appointment."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.consents.models import Consent
from cases.my_page.actions import NotOnPage, check_theirs, for_person
from cases.my_page.visits import Visit
from cases.permissions import PEOPLE_ROLES
from partnership.actions import action
from partnership.events.outbox import announce
from partnership.isolation.errors import RuleError
from referrals.consents import actions as consents
from referrals.first_appointments.models import FirstAppointment
from referrals.handover import actions as handover
from referrals.handover.models import Message, Referral
from referrals.my_page import events


class Answer(models.TextChoices):
    """What the person says to their first appointment."""

    COMING = "coming", gettext_lazy("The person says on My page that they are coming on %(when)s.")
    MOVE = "move", gettext_lazy("The person asks on My page for another time than %(when)s.")


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
    """The person says that they are coming to their first appointment, or asks for another time: a message on the referral, which
    both parties read. Raises NotOnPage for one that is over, or said of already."""
    check_theirs(visit, FirstAppointment, appointment_id)
    with for_person(visit) as by:
        appointment = FirstAppointment.objects.get(pk=appointment_id)
        if appointment.outcome or appointment.starts_at <= timezone.now():
            raise NotOnPage(_("This appointment is over."))
        with translation.override(by.user.language):
            when = date_format(timezone.localtime(appointment.starts_at), "SHORT_DATETIME_FORMAT")
            text = str(Answer(answer).label) % {"when": when}
        referral = Referral.objects.get(pk=appointment.referral_id)
        last = Message.objects.filter(referral=referral, author_partner=by.partner).order_by("-id").first()
        if last and last.text == text:
            raise NotOnPage(_("You have said this already."))
        try:
            handover.write_message(by=by, referral=referral, text=text)
        except RuleError as error:
            raise NotOnPage(_("Call the office: this can’t be sent any more.")) from error
