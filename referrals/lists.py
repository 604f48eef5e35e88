"""The lists of referrals and diversions: their columns and orders, for page and file alike."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership.lists import Column, Listing, Sort, link, tag
from partnership.templatetags.portal import day, is_past, time_left
from referrals.models import DiversionAgreement, Referral
from referrals.transitions import State

LOOKS: dict[str, str] = {
    State.SENT: "wait",
    State.ACKNOWLEDGED: "wait",
    State.WAITLISTED: "wait",
    State.ACCEPTED: "calm",
    State.ENROLLED: "calm",
    State.COMPLETED: "good",
    State.DECLINED: "bad",
    State.ENDED_EARLY: "bad",
}
DIVERSION_LOOKS = {"overdue": "bad", "due_soon": "wait", "awaiting_decision": "calm", "decided": "good"}


def _name(referral: Referral) -> str:
    """The person's name for the parties; the number for whoever sees no identity."""
    disclosure = getattr(referral, "disclosure", None)
    return (disclosure.name if disclosure else "") or _("Referral %(n)s") % {"n": referral.pk}


def _name_link(referral: Referral) -> str:
    address = "referral_edit" if referral.state == State.DRAFT else "referral"
    found = link(reverse(address, args=[referral.pk]), _name(referral))
    return format_html("{} {}", found, tag(_("Urgent"), "bad")) if referral.is_urgent else found


def _clock(referral: Referral) -> str:
    due: Any = referral.due_at
    return tag(time_left(due), "bad" if is_past(due) else "wait") if due else ""


REFERRALS = Listing(
    page="referral_list",
    columns=(
        Column("name", gettext_lazy("Person"), _name, _name_link),
        Column(
            "state",
            gettext_lazy("State"),
            lambda r: r.get_state_display(),
            lambda r: tag(r.get_state_display(), LOOKS.get(r.state, "")),
        ),
        Column("clock", gettext_lazy("Time left"), lambda r: r.due_at, _clock),
        Column("programme", gettext_lazy("Programme"), lambda r: r.programme.name),
        Column("from", gettext_lazy("From"), lambda r: r.from_partner.name),
        Column("to", gettext_lazy("To"), lambda r: r.to_partner.name, at_first=False),
        Column("kind", gettext_lazy("Kind"), lambda r: r.get_kind_display(), at_first=False),
        Column("number", gettext_lazy("Number"), lambda r: r.pk, at_first=False),
        Column("sent", gettext_lazy("Sent"), lambda r: r.sent_at, lambda r: day(r.sent_at), at_first=False),
        Column("reason", gettext_lazy("Reason"), lambda r: r.reason_text, at_first=False),
        Column("changed", gettext_lazy("Last change"), lambda r: r.changed_at, lambda r: day(r.changed_at)),
    ),
    sorts={
        "newest": Sort(gettext_lazy("Newest change first"), ["-changed_at", "-id"]),
        "oldest": Sort(gettext_lazy("Longest unchanged first"), ["changed_at", "id"]),
    },
)


def _progress(diversion: DiversionAgreement) -> str:
    return ", ".join(f"{c.get_kind_display()} {c.done}/{c.target}" for c in diversion.conditions.all())


def _deadline(diversion: DiversionAgreement) -> str:
    looks = DIVERSION_LOOKS.get(diversion.status, "") if not diversion.outcome else ""
    return tag(day(diversion.deadline), looks)


DIVERSIONS = Listing(
    page="diversion_list",
    columns=(
        Column(
            "name",
            gettext_lazy("Person"),
            lambda d: _name(d.referral),
            lambda d: link(reverse("diversion", args=[d.pk]), _name(d.referral)),
        ),
        Column("deadline", gettext_lazy("Deadline"), lambda d: d.deadline, _deadline),
        Column("progress", gettext_lazy("Progress"), _progress),
        Column(
            "outcome",
            gettext_lazy("Outcome"),
            lambda d: d.get_outcome_display(),
            lambda d: tag(
                d.get_outcome_display(), {"completed": "good", "not_completed": "bad", "": ""}.get(d.outcome, "wait")
            ),
        ),
        Column("decision", gettext_lazy("Decision"), lambda d: d.get_decision_display()),
        Column("breach", gettext_lazy("Breach"), lambda d: d.breached_on, lambda d: day(d.breached_on), at_first=False),
        Column("programme", gettext_lazy("Programme"), lambda d: d.referral.programme.name, at_first=False),
        Column("from", gettext_lazy("From"), lambda d: d.from_partner.name, at_first=False),
        Column("to", gettext_lazy("To"), lambda d: d.to_partner.name),
    ),
    sorts={
        "nearest": Sort(gettext_lazy("Nearest deadline first"), ["deadline", "id"]),
        "latest": Sort(gettext_lazy("Latest deadline first"), ["-deadline", "-id"]),
    },
)
