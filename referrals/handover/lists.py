"""The list of referrals: its columns and orders, for page and file alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day, is_past, time_left
from referrals.handover.models import DUE_FIRST, Referral
from referrals.handover.transitions import WAITING_STATES, State

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


def name_of(referral: Referral) -> str:
    """The person's name for who sees it; before the answer whom to expect; the number for whoever sees neither."""
    disclosure, need = getattr(referral, "disclosure", None), getattr(referral, "need", None)
    if disclosure and disclosure.name:
        return str(disclosure.name)
    return f"{need.label} · {referral.pk}" if need else _("Referral %(n)s") % {"n": referral.pk}


def _name_link(referral: Referral) -> str:
    address = "referral_edit" if referral.state == State.DRAFT else "referral"
    name = link(reverse(address, args=[referral.pk]), name_of(referral))
    return format_html("{} {}", name, tag(_("Urgent"), "bad")) if referral.is_urgent else name


def _clock(referral: Referral) -> str:
    due: Any = referral.due_at
    return tag(time_left(due), "bad" if is_past(due) else "wait") if due else ""


REFERRAL_LIST = Listing(
    page="referral_list",
    columns=(
        Column("name", gettext_lazy("Person"), name_of, _name_link),
        Column(
            "state",
            gettext_lazy("State"),
            lambda r: r.get_state_display(),
            lambda r: tag(r.get_state_display(), LOOKS.get(r.state, "")),
        ),
        Column("clock", gettext_lazy("Time left"), lambda r: r.due_at, _clock),
        Column("programme", gettext_lazy("Programme"), lambda r: r.programme.local_name),
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
WAITING_LIST = replace(REFERRAL_LIST, sorts={"due": Sort(gettext_lazy("Due first"), DUE_FIRST), **REFERRAL_LIST.sorts})
"""The same of what waits for an answer, a small part of all: whichever is due next comes first."""


def listing_of(state: str) -> Listing:
    """The list of referrals in this state, as the page's filter names it."""
    return WAITING_LIST if state in {"waiting", "overdue", *WAITING_STATES} else REFERRAL_LIST
