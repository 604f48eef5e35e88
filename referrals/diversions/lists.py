"""The list of diversions: its columns and orders, for page and file alike."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day
from referrals.diversions.models import DiversionAgreement
from referrals.handover.lists import name_of

DIVERSION_LOOKS = {"overdue": "bad", "due_soon": "wait"}
OUTCOME_LOOKS = {"completed": "good", "not_completed": "bad", "": ""}


def _progress(diversion: DiversionAgreement) -> str:
    return ", ".join(f"{c.get_kind_display()} {c.done}/{c.target}" for c in diversion.conditions.all())


def _deadline(diversion: DiversionAgreement) -> str:
    """The day; nothing where the diversion ended before it."""
    return (
        "" if diversion.status == "ended" else tag(day(diversion.deadline), DIVERSION_LOOKS.get(diversion.status, ""))
    )


def _outcome(diversion: DiversionAgreement) -> str | Promise:
    return diversion.ended_with if diversion.status == "ended" else diversion.get_outcome_display()


DIVERSION_LIST = Listing(
    page="diversion_list",
    columns=(
        Column(
            "name",
            gettext_lazy("Person"),
            lambda d: name_of(d.referral),
            lambda d: link(reverse("diversion", args=[d.pk]), name_of(d.referral)),
        ),
        Column("deadline", gettext_lazy("Deadline"), lambda d: None if d.status == "ended" else d.deadline, _deadline),
        Column("progress", gettext_lazy("Progress"), _progress),
        Column(
            "outcome",
            gettext_lazy("Outcome"),
            _outcome,
            lambda d: tag(str(_outcome(d)), OUTCOME_LOOKS.get(d.outcome, "wait")),
        ),
        Column("decision", gettext_lazy("Decision"), lambda d: d.get_decision_display()),
        Column("breach", gettext_lazy("Breach"), lambda d: d.breached_on, lambda d: day(d.breached_on), at_first=False),
        Column("programme", gettext_lazy("Programme"), lambda d: d.referral.programme.local_name, at_first=False),
        Column("from", gettext_lazy("From"), lambda d: d.from_partner.name, at_first=False),
        Column("to", gettext_lazy("To"), lambda d: d.to_partner.name),
    ),
    sorts={
        "nearest": Sort(gettext_lazy("Nearest deadline first"), ["deadline", "id"]),
        "latest": Sort(gettext_lazy("Latest deadline first"), ["-deadline", "-id"]),
    },
)


def _case_outcome(diversion: DiversionAgreement) -> str | Promise:
    """As `_outcome`; a prosecutor or court sees no referral, and so not with what it ended."""
    return gettext("Ended without outcome") if diversion.status == "ended" else diversion.get_outcome_display()


def _case_name(diversion: DiversionAgreement) -> str:
    case = getattr(diversion, "case", None)
    return (case.name if case else "") or gettext("Diversion %(n)s") % {"n": diversion.pk}


CASE_LIST = Listing(
    page="diversion_list",
    columns=(
        Column(
            "name",
            gettext_lazy("Person"),
            _case_name,
            lambda d: link(reverse("diversion", args=[d.pk]), _case_name(d)),
        ),
        Column("number", gettext_lazy("Case number"), lambda d: d.case.number if getattr(d, "case", None) else ""),
        Column("deadline", gettext_lazy("Deadline"), lambda d: None if d.status == "ended" else d.deadline, _deadline),
        Column(
            "outcome",
            gettext_lazy("Outcome"),
            _case_outcome,
            lambda d: tag(str(_case_outcome(d)), OUTCOME_LOOKS.get(d.outcome, "wait")),
        ),
        Column("decision", gettext_lazy("Decision"), lambda d: d.get_decision_display()),
        Column("from", gettext_lazy("From"), lambda d: d.from_partner.name),
        Column("to", gettext_lazy("Taking part at"), lambda d: d.to_partner.name, at_first=False),
    ),
    sorts=DIVERSION_LIST.sorts,
)
"""What a prosecutor or court sees: no progress, no programme."""
