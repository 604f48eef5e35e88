"""Where Django looks for this app's models: each stands in the room that it belongs to."""

from referrals.anchor.models import (
    AnchorCase,
    AnchorCheck,
    AnchorExchange,
    AnchorGuidance,
    AnchorMeeting,
    AnchorSeat,
    AnchorStep,
    AnchorTeam,
)
from referrals.diversions.models import Case, Condition, Decision, DiversionAgreement
from referrals.end_reports.models import EndReport
from referrals.first_appointments.models import FirstAnswer, FirstAppointment
from referrals.handover.models import Change, Disclosure, Message, Need, Referral
from referrals.mediation.models import Mediation, MediationReport
from referrals.statements.models import Statement
from referrals.welfare.models import WelfareNotice

__all__ = [
    "AnchorCase",
    "AnchorCheck",
    "AnchorExchange",
    "AnchorGuidance",
    "AnchorMeeting",
    "AnchorSeat",
    "AnchorStep",
    "AnchorTeam",
    "Case",
    "Change",
    "Condition",
    "Decision",
    "Disclosure",
    "DiversionAgreement",
    "EndReport",
    "FirstAnswer",
    "FirstAppointment",
    "Mediation",
    "MediationReport",
    "Message",
    "Need",
    "Referral",
    "Statement",
    "WelfareNotice",
]
