"""The list of campaigns: its columns and orders."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day
from programs.campaigns.models import Campaign


def _campaign(campaign: Campaign) -> str:
    return link(reverse("campaign", args=[campaign.pk]), campaign.name)


def _state(campaign: Campaign) -> str:
    return str(gettext_lazy("Over") if campaign.is_over else gettext_lazy("Running"))


CAMPAIGN_LIST = Listing(
    page="campaign_list",
    columns=(
        Column("campaign", gettext_lazy("Campaign"), str, _campaign),
        Column("lead", gettext_lazy("Lead"), lambda campaign: campaign.partner.name),
        Column("programme", gettext_lazy("Part of"), lambda campaign: campaign.programme.local_name),
        Column("audience", gettext_lazy("For whom"), lambda campaign: campaign.get_audience_display()),
        Column(
            "begins",
            gettext_lazy("Begins on"),
            lambda campaign: campaign.starts_on,
            lambda campaign: day(campaign.starts_on),
        ),
        Column(
            "state",
            gettext_lazy("State"),
            _state,
            lambda campaign: tag(_state(campaign), "" if campaign.is_over else "calm"),
        ),
    ),
    sorts={
        "newest": Sort(gettext_lazy("Newest first"), ["-starts_on", "-id"]),
        "oldest": Sort(gettext_lazy("Oldest first"), ["starts_on", "id"]),
    },
)
