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
from referrals.callins.models import CallIn, CallInOffer, Invitee
from referrals.diversions.models import Case, Condition, Decision, DiversionAgreement
from referrals.end_reports.models import EndReport
from referrals.first_appointments.models import FirstAnswer, FirstAppointment
from referrals.handover.models import Change, Disclosure, Message, Need, Referral
from referrals.mediation.models import Mediation, MediationReport
from referrals.releases.models import FirstContactTold, ReleaseNotice
from referrals.statements.models import Statement
from referrals.stops.models import StopSign
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
    "CallIn",
    "CallInOffer",
    "Case",
    "Change",
    "Condition",
    "Decision",
    "Disclosure",
    "DiversionAgreement",
    "EndReport",
    "FirstAnswer",
    "FirstAppointment",
    "FirstContactTold",
    "Invitee",
    "Mediation",
    "MediationReport",
    "Message",
    "Need",
    "Referral",
    "ReleaseNotice",
    "Statement",
    "StopSign",
    "WelfareNotice",
]
