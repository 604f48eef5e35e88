"""The list of child welfare notices: its columns and orders."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day
from referrals.welfare.models import WelfareNotice


def _name(notice: WelfareNotice) -> str:
    return notice.name or str(notice)


def _acknowledged(notice: WelfareNotice) -> str:
    return tag(day(notice.acknowledged_at), "good") if notice.acknowledged_at else ""


WELFARE_LIST = Listing(
    page="welfare_list",
    columns=(
        Column("name", gettext_lazy("Person"), _name, lambda n: link(reverse("welfare_notice", args=[n.pk]), _name(n))),
        Column("from", gettext_lazy("From"), lambda n: n.from_partner.name),
        Column("to", gettext_lazy("To"), lambda n: n.to_partner.name),
        Column("made", gettext_lazy("Made"), lambda n: n.made_at, lambda n: day(n.made_at)),
        Column("acknowledged", gettext_lazy("Acknowledged"), lambda n: n.acknowledged_at, _acknowledged),
    ),
    sorts={
        "newest": Sort(gettext_lazy("Newest first"), ["-made_at", "-id"]),
        "oldest": Sort(gettext_lazy("Oldest first"), ["made_at", "id"]),
    },
)
