"""The list of a prison's releases: its columns and orders, for page and file alike."""

from __future__ import annotations

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day, moment
from referrals.releases.models import ReleaseNotice


def _first_contact(notice: ReleaseNotice) -> str | SafeString:
    """When somebody was met, as the prison was told; what it was not told, it may not know."""
    told = getattr(notice.referral, "first_contact", None)
    return tag(day(told.on), "good") if told else (_("Not told") if notice.released_at else "–")


RELEASE_NOTICE_LIST = Listing(
    page="release_notice_list",
    columns=(
        Column(
            "name",
            gettext_lazy("Person"),
            lambda n: str(n.referral.person),
            lambda n: link(reverse("referral", args=[n.referral_id]), str(n.referral.person)),
        ),
        Column("planned", gettext_lazy("Planned day"), lambda n: n.planned_on, lambda n: day(n.planned_on)),
        Column("released", gettext_lazy("Released"), lambda n: n.released_at, lambda n: moment(n.released_at)),
        Column("contact", gettext_lazy("First contact"), _first_contact, _first_contact),
        Column("to", gettext_lazy("To"), lambda n: n.to_partner.name),
        Column("naloxone", gettext_lazy("Naloxone"), lambda n: n.get_naloxone_display(), at_first=False),
    ),
    sorts={
        "soonest": Sort(gettext_lazy("Soonest release first"), ["planned_on", "id"]),
        "latest": Sort(gettext_lazy("Latest release first"), ["-planned_on", "-id"]),
    },
)
