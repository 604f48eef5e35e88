"""The states of a referral and the verbs between them: one table, from which buttons, actions, API and documentation come."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partnership.actions import Party


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    WAITLISTED = "waitlisted", _("On the waiting list")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    ENROLLED = "enrolled", _("Enrolled")
    COMPLETED = "completed", pgettext_lazy("state of a referral", "Completed")
    ENDED_EARLY = "ended_early", _("Ended early")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Transition(NamedTuple):
    """A verb: from which states, to which, by whom, whether it takes a coded reason."""

    sources: tuple[State, ...]
    target: State
    by: Party
    label: str | Promise
    takes_reason: bool = False
    looks: str = "secondary"


S = State
BEFORE_ENROLLED = (S.DRAFT, S.SENT, S.ACKNOWLEDGED, S.WAITLISTED, S.ACCEPTED)

TRANSITIONS: dict[str, Transition] = {
    # verb          from                                            to              by              label
    "send":        Transition((S.DRAFT,),                           S.SENT,         Party.SENDER,   _("Send"), looks="primary"),
    "acknowledge": Transition((S.SENT,),                            S.ACKNOWLEDGED, Party.RECEIVER, _("Acknowledge")),
    "accept":      Transition((S.SENT, S.ACKNOWLEDGED, S.WAITLISTED), S.ACCEPTED,   Party.RECEIVER, _("Accept"), looks="primary"),
    "waitlist":    Transition((S.SENT, S.ACKNOWLEDGED),             S.WAITLISTED,   Party.RECEIVER, _("Put on the waiting list")),
    "decline":     Transition((S.SENT, S.ACKNOWLEDGED, S.WAITLISTED), S.DECLINED,   Party.RECEIVER, _("Decline"), takes_reason=True),
    "enrol":       Transition((S.ACCEPTED,),                        S.ENROLLED,     Party.RECEIVER, _("Enrol"), looks="primary"),
    "complete":    Transition((S.ENROLLED,),                        S.COMPLETED,    Party.RECEIVER, _("Complete"), looks="primary"),
    "end_early":   Transition((S.ACCEPTED, S.ENROLLED),             S.ENDED_EARLY,  Party.RECEIVER, _("End early"), takes_reason=True),
    "withdraw":    Transition(BEFORE_ENROLLED,                      S.WITHDRAWN,    Party.SENDER,   _("Withdraw"), takes_reason=True),
}  # fmt: skip

OPEN_STATES = (S.SENT, S.ACKNOWLEDGED, S.WAITLISTED, S.ACCEPTED, S.ENROLLED)
CLOSED_STATES = (S.DECLINED, S.COMPLETED, S.ENDED_EARLY, S.WITHDRAWN)

FHIR_TASK_STATUS: dict[State, str] = {
    S.DRAFT: "draft",
    S.SENT: "requested",
    S.ACKNOWLEDGED: "received",
    S.WAITLISTED: "on-hold",
    S.ACCEPTED: "accepted",
    S.DECLINED: "rejected",
    S.ENROLLED: "in-progress",
    S.COMPLETED: "completed",
    S.ENDED_EARLY: "failed",
    S.WITHDRAWN: "cancelled",
}
"""HL7 FHIR R4 Task.status."""


class Reason(NamedTuple):
    """A coded reason: whose decision it was, and for which verbs it can be given."""

    whose: str
    label: str | Promise
    verbs: tuple[str, ...]


REASONS: dict[str, Reason] = {
    "person_declined": Reason("person", _("Does not want this service"), ("decline", "withdraw", "end_early")),
    "person_unreachable": Reason("person", _("Could not be reached"), ("decline", "end_early")),
    "person_left": Reason("person", _("Left before the end"), ("end_early",)),
    "consent_withdrawn": Reason("person", _("Withdrew consent"), ("withdraw",)),
    "not_eligible": Reason("receiver", _("Does not fit the programme"), ("decline",)),
    "no_capacity": Reason("receiver", _("No free place"), ("decline",)),
    "outside_area": Reason("receiver", _("Lives outside the area"), ("decline",)),
    "needs_other_service": Reason("receiver", _("Needs another service first"), ("decline",)),
    "provider_ended": Reason("receiver", _("Participation was ended"), ("end_early",)),
    "missing_information": Reason("sender", _("Information is missing or wrong"), ("decline",)),
    "sent_by_mistake": Reason("sender", _("Sent by mistake or twice"), ("decline", "withdraw")),
    "other_arrangement": Reason("sender", _("Another arrangement was made"), ("withdraw",)),
    "moved": Reason("other", _("Moved away"), ("decline", "withdraw", "end_early")),
    "imprisoned": Reason("other", _("Imprisoned"), ("decline", "withdraw", "end_early")),
    "died": Reason("other", _("Died"), ("decline", "withdraw", "end_early")),
}
WHOSE: dict[str, str | Promise] = {
    "person": _("Person’s decision"),
    "receiver": _("Receiver’s decision"),
    "sender": _("Sender’s decision"),
    "other": _("Nobody’s decision"),
}


def parties_of(from_partner: int, to_partner: int, partner: int) -> frozenset[Party]:
    """Which parties to a referral a partner is: none, one, or both (a self-referral)."""
    return frozenset(
        party for party, number in ((Party.SENDER, from_partner), (Party.RECEIVER, to_partner)) if number == partner
    )


@cache
def verbs_for(state: str, parties: frozenset[Party]) -> list[str]:
    """The verbs that these parties can use on a referral in this state, in the table's order."""
    return [verb for verb, t in TRANSITIONS.items() if state in t.sources and t.by in parties]


def reasons_for(verb: str) -> list[tuple[str, list[tuple[str, str | Promise]]]]:
    """Choices for a form, grouped by whose decision it was."""
    groups: dict[str, list[tuple[str, str | Promise]]] = {}
    for code, reason in REASONS.items():
        if verb in reason.verbs:
            groups.setdefault(str(WHOSE[reason.whose]), []).append((code, reason.label))
    return list(groups.items())


def reason_label(code: str) -> str:
    """The reason in words, with whose decision it was; empty for none."""
    reason = REASONS.get(code)
    return f"{reason.label} ({str(WHOSE[reason.whose]).lower()})" if reason else ""
