"""Where Django looks for this app's models: each stands in the room that it belongs to."""

from referrals.diversions.models import Condition, Decision, DiversionAgreement
from referrals.first_appointments.models import FirstAppointment
from referrals.handover.models import Change, Disclosure, Message, Need, Referral

__all__ = [
    "Change",
    "Condition",
    "Decision",
    "Disclosure",
    "DiversionAgreement",
    "FirstAppointment",
    "Message",
    "Need",
    "Referral",
]
