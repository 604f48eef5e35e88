"""What My page shows of what was handed over: where it stands, the first appointment, what was agreed, consents.

Everything here is read as the role of My page: what it does not see, nobody sees here.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.consents.models import Consent
from cases.my_page.shown import Section
from cases.my_page.visits import Visit, partners_of
from referrals.diversions.models import Condition, DiversionAgreement
from referrals.first_appointments.models import FirstAnswer, FirstAppointment
from referrals.handover.models import Referral
from referrals.handover.transitions import State

MOST = 20
WORDS: dict[str, str | Promise] = {
    State.SENT: gettext_lazy("%(to)s has been asked to help you. They have not answered yet."),
    State.ACKNOWLEDGED: gettext_lazy("%(to)s has been asked to help you. They will answer soon."),
    State.ACCEPTED: gettext_lazy("%(to)s can help you. They will tell you when to come."),
    State.WAITLISTED: gettext_lazy("You are on the waiting list of %(to)s. They expect a place on %(day)s."),
    State.DECLINED: gettext_lazy("%(to)s could not help this time. Ask us what else there is."),
    State.ENROLLED: gettext_lazy("You are getting help from %(to)s."),
    State.COMPLETED: gettext_lazy("You have finished at %(to)s."),
    State.ENDED_EARLY: gettext_lazy("This has ended at %(to)s."),
    State.WITHDRAWN: gettext_lazy("This was stopped. %(to)s is not told anything more."),
}
"""Where a referral stands, to the person whom it concerns. Which programme, and why somebody could not help, it does not say."""
DECIDED: dict[str, str | Promise] = {
    DiversionAgreement.Decision.NO_FURTHER_ACTION: gettext_lazy("It is decided: nothing more happens."),
    DiversionAgreement.Decision.CHARGE_DROPPED: gettext_lazy("It is decided: you are not charged."),
    DiversionAgreement.Decision.CHARGE_REDUCED: gettext_lazy("It is decided: you are charged with less."),
    DiversionAgreement.Decision.CHARGE_BROUGHT: gettext_lazy("It is decided: you are charged."),
    DiversionAgreement.Decision.RETURNED: gettext_lazy("The matter goes to the prosecutor."),
}
OUTCOMES: dict[str, str | Promise] = {
    DiversionAgreement.Outcome.COMPLETED: gettext_lazy("You did all of it. Now it is decided what follows."),
    DiversionAgreement.Outcome.PARTLY: gettext_lazy("You did a part of it. Now it is decided what follows."),
    DiversionAgreement.Outcome.NOT_COMPLETED: gettext_lazy("It was not done. Now it is decided what follows."),
    DiversionAgreement.Outcome.WITHDRAWN: gettext_lazy("This agreement was stopped."),
}


class Stand(NamedTuple):
    """Where one referral stands."""

    text: str
    sent_on: Any
    phone: str


class Agreed(NamedTuple):
    """What was agreed instead of a charge: conditions, and how it stands."""

    deadline: Any
    is_open: bool
    text: str | Promise
    conditions: list[Condition]


class Told(NamedTuple):
    """One consent: who may tell whom."""

    consent: Consent
    from_name: str
    to_name: str


def _stands(_visit: Visit) -> dict[str, Any]:
    referrals = list(
        Referral.objects.only("from_partner_id", "to_partner_id", "state", "expected_on", "sent_at").order_by("-id")[
            :MOST
        ]
    )
    partners = partners_of({number for r in referrals for number in (r.from_partner_id, r.to_partner_id)})
    return {
        "stands": [
            Stand(
                str(WORDS[referral.state])
                % {
                    "to": partners[referral.to_partner_id].name,
                    "day": date_format(referral.expected_on, "SHORT_DATE_FORMAT") if referral.expected_on else "–",
                },
                referral.sent_at,
                partners[referral.to_partner_id].phone,
            )
            for referral in referrals
        ]
    }


def _first_appointments(_visit: Visit) -> dict[str, Any]:
    appointments = list(
        FirstAppointment.objects.only("referral_id", "to_partner_id", "starts_at", "place")
        .filter(outcome="", starts_at__gt=timezone.now())
        .order_by("starts_at")
    )
    partners = partners_of({appointment.to_partner_id for appointment in appointments})
    answers = {
        (answer.referral_id, answer.starts_at): answer
        for answer in FirstAnswer.objects.only("referral_id", "starts_at", "answer")
    }
    return {
        "appointments": [
            (each, partners[each.to_partner_id], answers.get((each.referral_id, each.starts_at)))
            for each in appointments
        ]
    }


def _agreed(_visit: Visit) -> dict[str, Any]:
    diversions = list(
        DiversionAgreement.objects.only("deadline", "outcome", "decision", "open_days").order_by("-id")[:MOST]
    )
    conditions: dict[int, list[Condition]] = {}
    for condition in Condition.objects.only("diversion_id", "kind", "detail", "target", "done").filter(
        diversion__in=[diversion.pk for diversion in diversions]
    ):
        conditions.setdefault(condition.diversion_id, []).append(condition)
    return {
        "agreed": [
            Agreed(
                diversion.deadline,
                diversion.is_open and not diversion.outcome,
                DECIDED.get(diversion.decision)
                or OUTCOMES.get(diversion.outcome)
                or ("" if diversion.is_open else _("This agreement has ended.")),
                conditions.get(diversion.pk, []),
            )
            for diversion in diversions
        ]
    }


def _consents(_visit: Visit) -> dict[str, Any]:
    everything = Consent.objects.only(
        "from_partner_id", "to_partner_id", "scope", "purpose", "reports_back", "signed_on", "expires_on",
        "expires_event", "event_on", "withdrawn_at", "valid_days",
    ).order_by("-id")  # fmt: skip
    holds = Q(valid_days__include=timezone.localdate())
    consents = [*everything.filter(holds), *everything.exclude(holds)[:MOST]]  # all that can be withdrawn
    partners = partners_of({number for c in consents for number in (c.from_partner_id, c.to_partner_id)})
    return {
        "consents": [
            Told(consent, partners[consent.from_partner_id].name, partners[consent.to_partner_id].name)
            for consent in consents
        ]
    }


SECTIONS = [
    Section("referrals/my_page/_first_appointments.html", _first_appointments),
    Section("referrals/my_page/_stands.html", _stands),
    Section("referrals/my_page/_agreed.html", _agreed),
    Section("referrals/my_page/_consents.html", _consents),
]
