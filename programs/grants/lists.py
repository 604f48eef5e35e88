"""The list of grants: its columns and orders."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.number_format import plain
from partnership.pages.template_tags import day
from programs.grants.models import Grant

STATE_LOOKS = {"applied": "wait", "awarded": "good", "refused": "", "ended": "calm"}


def money(amount: Decimal | None, currency: str) -> str:
    """An amount with its currency, to the whole: "12,300 EUR"."""
    return "–" if amount is None else f"{plain(float(amount))}\N{NO-BREAK SPACE}{currency}"


def _grant(grant: Grant) -> str:
    return link(reverse("grant", args=[grant.pk]), grant.title)


GRANT_LIST = Listing(
    page="grant_list",
    columns=(
        Column("grant", gettext_lazy("Grant"), str, _grant),
        Column("funder", gettext_lazy("Funder"), lambda grant: grant.funder),
        Column(
            "state",
            gettext_lazy("State"),
            lambda grant: grant.get_state_display(),
            lambda grant: tag(grant.get_state_display(), STATE_LOOKS[grant.state]),
        ),
        Column("amount", gettext_lazy("Amount"), lambda grant: money(grant.amount, grant.currency)),
        Column(
            "allocated",
            gettext_lazy("Allocated"),
            lambda grant: money(grant.allocated, grant.currency),
            at_first=False,
        ),
        Column("spent", gettext_lazy("Spent"), lambda grant: money(grant.spent, grant.currency)),
        Column("ends", gettext_lazy("Pays until"), lambda grant: grant.ends_on, lambda grant: day(grant.ends_on)),
        Column("partner", gettext_lazy("Organisation"), lambda grant: grant.partner.name, at_first=False),
        Column("reference", gettext_lazy("Reference"), lambda grant: grant.reference, at_first=False),
    ),
    sorts={
        "last": Sort(gettext_lazy("Longest first"), ["-ends_on", "-id"]),
        "ends": Sort(gettext_lazy("Ends soonest first"), ["ends_on", "id"]),
        "newest": Sort(gettext_lazy("Newest first"), ["-id"]),
    },
)
