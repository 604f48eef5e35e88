"""What the receiver can do between its yes and the work: offer a first appointment, say how it went, tell the sender of a concern."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership.actions import Party, action
from partnership.agreements.flows import Category
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import check_of_our_time
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import REFERRING_ROLES
from referrals.first_appointments import events
from referrals.first_appointments.models import FirstAppointment
from referrals.handover import actions as handover
from referrals.handover.models import Message, Referral
from referrals.handover.transitions import IllegalTransition, State

EXPECTING_STATES = (State.WAITLISTED, State.ACCEPTED, State.ENROLLED)


class NoAppointment(RuleError):
    """The referral has no first appointment that this could be said of: none was offered, it lies ahead, or it was answered already.

    Read the referral again; offer an appointment first, or wait until it is over.
    """

    code = "no_appointment"
    status = 409


class Concern(models.TextChoices):
    """What the sender should hear of at once."""

    MISSING = "missing", gettext_lazy("The person can no longer be reached")
    IN_DANGER = "in_danger", gettext_lazy("The person may be in danger")
    DANGER = "danger", gettext_lazy("Somebody else may be in danger")
    CHILDREN = "children", gettext_lazy("Children of the person need somebody")
    OTHER = "other", gettext_lazy("Something else")


@action(
    "first_appointment.offer",
    roles=REFERRING_ROLES,
    party=Party.RECEIVER,
    scope="referrals:write",
    event="referral.appointment",
)
def offer_appointment(*, by: Acting, referral: Referral, starts_at: datetime, place: str = "") -> FirstAppointment:
    """Offers a first appointment, or moves it: the sender is told, so that it can tell the person."""
    referral = _expecting(referral)
    if starts_at <= timezone.now():
        raise Invalid("starts_at", _("The appointment must lie ahead."))
    check_of_our_time("starts_at", starts_at)
    appointment, _is_new = FirstAppointment.objects.update_or_create(
        referral=referral,
        from_partner_id=referral.from_partner_id,
        to_partner_id=referral.to_partner_id,
        defaults={
            "starts_at": starts_at,
            "place": place,
            "outcome": "",
            "why_missed": "",
            "changed_at": timezone.now(),
        },
    )
    _tell(referral, events.OFFERED, appointment, by)
    return appointment


@action(
    "first_appointment.record",
    roles=REFERRING_ROLES,
    party=Party.RECEIVER,
    scope="referrals:write",
    event="referral.appointment_missed",
)
def record_appointment(*, by: Acting, referral: Referral, outcome: str, why_missed: str = "") -> FirstAppointment:
    """Says whether the person came; a coded reason says why not. After a no-show another appointment can be offered."""
    referral = _expecting(referral)
    appointment = FirstAppointment.objects.filter(referral=referral).first()
    if appointment is None or appointment.outcome or appointment.starts_at > timezone.now():
        raise NoAppointment(_("There is no first appointment that is over and not answered yet."))
    is_missed = outcome == FirstAppointment.Outcome.MISSED
    if is_missed and not why_missed:
        raise Invalid("why_missed", _("Say why the person did not come."))
    appointment.outcome, appointment.why_missed = outcome, why_missed if is_missed else ""
    appointment.changed_at = timezone.now()
    appointment.save(update_fields=["outcome", "why_missed", "changed_at"])
    _tell(referral, events.MISSED if is_missed else events.KEPT, appointment, by)
    return appointment


@action("concern.tell", roles=REFERRING_ROLES, party=Party.RECEIVER, scope="referrals:write", event="referral.concern")
def tell_concern(*, by: Acting, referral: Referral, concern: str, text: str = "") -> Message:
    """Tells the sender of a concern, as a message that says so. Raises NoConsent where nothing may be told."""
    words = f"{Concern(concern).label}: {text.strip()}" if text.strip() else str(Concern(concern).label)
    message = handover.write_message(by=by, referral=referral, text=words)
    handover.announce(referral, events.CONCERN, f"message:{message.pk}:concern", by)
    return message


def _expecting(referral: Referral) -> Referral:
    """The referral, locked, while the receiver expects the person."""
    referral = handover.locked(referral, version=None)
    if referral.state not in EXPECTING_STATES:
        raise IllegalTransition(_("A first appointment belongs to a referral that is accepted or on the waiting list."))
    handover.check_covered(referral)
    return referral


def _tell(referral: Referral, event_type: events.EventType, appointment: FirstAppointment, by: Acting) -> None:
    """The sender hears of it where consent and agreement cover reporting back."""
    if referral.may_report and referral.may_tell(Category.ATTENDANCE, referral.to_partner_id):
        key = f"appointment:{appointment.pk}:{appointment.changed_at.isoformat()}"
        handover.announce(referral, event_type, key, by)
