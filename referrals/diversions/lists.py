"""The list of diversions: its columns and orders, for page and file alike."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day
from referrals.diversions.models import DiversionAgreement
from referrals.handover.lists import _name

DIVERSION_LOOKS = {"overdue": "bad", "due_soon": "wait", "awaiting_decision": "calm", "decided": "good"}


def _progress(diversion: DiversionAgreement) -> str:
    return ", ".join(f"{c.get_kind_display()} {c.done}/{c.target}" for c in diversion.conditions.all())


def _deadline(diversion: DiversionAgreement) -> str:
    looks = DIVERSION_LOOKS.get(diversion.status, "") if not diversion.outcome else ""
    return tag(day(diversion.deadline), looks)


DIVERSION_LIST = Listing(
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
