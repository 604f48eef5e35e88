"""The states of a referral and the verbs between them: one table, from which buttons, actions, API and documentation come."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, Protocol

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from partnership.actions import Party
from partnership.isolation.errors import RuleError


class IllegalTransition(RuleError):
    """The referral's state has no such verb. Read the referral again: `verbs` lists what is possible now."""

    code = "illegal_transition"
    status = 409


class ReasonMissing(RuleError):
    """The verb takes one of the coded reasons. Give one of those that the hand-over's table lists for it."""

    code = "reason_missing"


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
    """A verb: from which states, to which, by whom, which clocks it stops, whether it takes a coded reason."""

    sources: tuple[State, ...]
    target: State
    by: Party
    label: str | Promise
    clocks: tuple[str, ...]
    takes_reason: bool = False
    looks: str = "secondary"


S = State
BEFORE_ENROLLED = (S.DRAFT, S.SENT, S.ACKNOWLEDGED, S.WAITLISTED, S.ACCEPTED)

TRANSITIONS: dict[str, Transition] = {
    # verb          from                                            to              by              label                         clocks
    "send":        Transition((S.DRAFT,),                           S.SENT,         Party.SENDER,   _("Send"),                    ("sent_at",), looks="primary"),
    "acknowledge": Transition((S.SENT,),                            S.ACKNOWLEDGED, Party.RECEIVER, _("Acknowledge"),             ("acknowledged_at",)),
    "accept":      Transition((S.SENT, S.ACKNOWLEDGED, S.WAITLISTED), S.ACCEPTED,   Party.RECEIVER, _("Accept"),                  ("acknowledged_at", "answered_at"), looks="primary"),
    "waitlist":    Transition((S.SENT, S.ACKNOWLEDGED),             S.WAITLISTED,   Party.RECEIVER, _("Put on the waiting list"), ("acknowledged_at", "answered_at")),
    "decline":     Transition((S.SENT, S.ACKNOWLEDGED, S.WAITLISTED), S.DECLINED,   Party.RECEIVER, _("Decline"),                 ("answered_at", "closed_at"), takes_reason=True),
    "enrol":       Transition((S.ACCEPTED,),                        S.ENROLLED,     Party.RECEIVER, _("Enrol"),                   ("enrolled_at",), looks="primary"),
    "complete":    Transition((S.ENROLLED,),                        S.COMPLETED,    Party.RECEIVER, _("Complete"),                ("closed_at",), looks="primary"),
    "end_early":   Transition((S.ACCEPTED, S.ENROLLED),             S.ENDED_EARLY,  Party.RECEIVER, _("End early"),               ("closed_at",), takes_reason=True),
    "withdraw":    Transition(BEFORE_ENROLLED,                      S.WITHDRAWN,    Party.SENDER,   _("Withdraw"),                ("closed_at",), takes_reason=True),
}  # fmt: skip

WAITING_STATES = (S.SENT, S.ACKNOWLEDGED)
"""Sent, and not answered yet."""
OPEN_STATES = (S.SENT, S.ACKNOWLEDGED, S.WAITLISTED, S.ACCEPTED, S.ENROLLED)
ANSWERED_STATES = (S.WAITLISTED, S.ACCEPTED, S.ENROLLED, S.COMPLETED, S.ENDED_EARLY)
"""The receiver has said that it takes the person on: from then on it sees who it is."""
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
FHIR_TASK_STATUS_CHOICES = [(status, state.label) for state, status in FHIR_TASK_STATUS.items()]
DIRECTIONS = [("incoming", _("Received from others")), ("outgoing", _("Sent to others"))]
"""Of a referral, as one partner sees it."""
ADDRESSED = ("addressed", _("Addressed to the partner, for the decision"))
"""The third way in which a diversion can stand to a partner."""

ENDED_STATES = (S.COMPLETED, S.ENDED_EARLY)
"""In which a participation has ended."""
REOPEN = ("reopen", _("End taken back"))
"""Stands in a referral's history beside the verbs: the referral follows its enrolment, whose end was corrected or taken back."""


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
    "outcome_not_reported": Reason(
        "person", _("The outcome is not reported: the consent does not cover it"), ("end_early",)
    ),
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


class Standing(Protocol):
    """What a step starts from."""

    state: str
    version: int
    acknowledged_at: Any

    def get_state_display(self) -> str: ...


class Step(NamedTuple):
    """What a verb comes to, as values: of the referral's row, and of the line in its history."""

    referral: dict[str, Any]
    change: dict[str, Any]


def check(referral: Standing, verb: str, reason: str = "") -> None:
    """Raises IllegalTransition where the state has no such verb, ReasonMissing where the verb takes another reason or one at all."""
    transition = TRANSITIONS[verb]
    if referral.state not in transition.sources:
        raise IllegalTransition(
            gettext("“%(verb)s” is not possible now: the referral is in state “%(state)s”.")
            % {"verb": transition.label, "state": referral.get_state_display()}
        )
    if transition.takes_reason and (reason not in REASONS or verb not in REASONS[reason].verbs):
        raise ReasonMissing(gettext("Choose a reason."))


def step(referral: Standing, verb: str, *, at: datetime, reason: str = "") -> Step:
    """What a verb at a moment makes of a referral. Raises as `check` does; changes nothing itself."""
    check(referral, verb, reason)
    transition = TRANSITIONS[verb]
    values = {"state": transition.target, "version": referral.version + 1, "changed_at": at}
    values |= dict.fromkeys(transition.clocks, at)
    if referral.acknowledged_at:  # the first answer of any kind acknowledged it
        values.pop("acknowledged_at", None)
    coded = reason if transition.takes_reason else ""
    if coded:
        values["reason_code"] = coded
    change = {
        "verb": verb,
        "from_state": referral.state,
        "to_state": transition.target,
        "reason_code": coded,
        "at": at,
    }
    return Step(values, change)


def reopening(referral: Standing, *, at: datetime) -> Step:
    """What it makes of an ended referral that the end of its enrolment was taken back: the participation goes on."""
    values = {
        "state": S.ENROLLED,
        "version": referral.version + 1,
        "changed_at": at,
        "closed_at": None,
        "reason_code": "",
    }
    change = {"verb": REOPEN[0], "from_state": referral.state, "to_state": S.ENROLLED, "reason_code": "", "at": at}
    return Step(values, change)


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
