"""The list of funding calls: its columns and orders."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.number_format import plain
from partnership.pages.template_tags import day
from programs.funding.models import FundingCall


def _call(call: FundingCall) -> str:
    return link(reverse("funding_call", args=[call.pk]), call.title)


def closing(call: FundingCall) -> str:
    """Its last day, in words."""
    return day(call.closes_on) if call.closes_on else _("All the time")


def _closing(call: FundingCall) -> str:
    return tag(closing(call), "wait") if call.closes_soon else closing(call)


def euros(amount: int) -> str:
    """An amount as it is read."""
    return f"{plain(amount)}\N{NO-BREAK SPACE}€"


def amounts(call: FundingCall) -> str:
    """How much it gives, in euros."""
    if call.least_eur is not None and call.most_eur is not None:
        return _("%(least)s to %(most)s") % {"least": euros(call.least_eur), "most": euros(call.most_eur)}
    if call.most_eur is not None:
        return _("up to %(most)s") % {"most": euros(call.most_eur)}
    return _("from %(least)s") % {"least": euros(call.least_eur)} if call.least_eur is not None else ""


CALL_LIST = Listing(
    page="funding_call_list",
    columns=(
        Column("call", gettext_lazy("Call"), str, _call),
        Column("funder", gettext_lazy("Funder"), lambda call: call.funder),
        Column("closes", gettext_lazy("Closes"), lambda call: call.closes_on or closing(call), _closing),
        Column("amounts", gettext_lazy("Amount"), amounts),
        Column("themes", gettext_lazy("Themes"), lambda call: ", ".join(call.theme_labels())),
        Column(
            "may_apply",
            gettext_lazy("Who may apply"),
            lambda call: ", ".join(call.may_apply_labels()),
            at_first=False,
        ),
        Column(
            "opens", gettext_lazy("Opens"), lambda call: call.opens_on, lambda call: day(call.opens_on), at_first=False
        ),
        Column("partner", gettext_lazy("Told by"), lambda call: call.partner.name, at_first=False),
    ),
    sorts={
        "closing": Sort(gettext_lazy("Closing first"), ["closing", "id"]),
        "newest": Sort(gettext_lazy("Newest first"), ["-id"]),
        "title": Sort(gettext_lazy("By title"), ["title", "id"]),
    },
)
