"""The list of offers of work: its columns and orders, for page and file alike."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day
from programs.employers.models import WorkOffer


def _employer(offer: WorkOffer) -> str:
    return link(reverse("employer", args=[offer.employer_id]), offer.employer.name)


def _state(offer: WorkOffer) -> str:
    return _("Takes somebody") if offer.takes_somebody else _("Takes nobody now")


OFFER_LIST = Listing(
    page="work_offer_list",
    columns=(
        Column("employer", gettext_lazy("Employer"), lambda o: o.employer.name, _employer),
        Column("work", gettext_lazy("Work"), lambda o: o.work),
        Column("kind", gettext_lazy("Kind"), lambda o: o.get_kind_display()),
        Column("hours", gettext_lazy("Hours a week"), lambda o: o.hours_a_week),
        Column("district", gettext_lazy("District"), lambda o: o.district.local_name),
        Column("asks", gettext_lazy("What it takes"), lambda o: ", ".join(o.ask_labels), at_first=False),
        Column("state", gettext_lazy("State"), _state, lambda o: tag(_state(o), "good" if o.takes_somebody else "")),
        Column("places", gettext_lazy("Places"), lambda o: o.places, at_first=False),
        Column("partner", gettext_lazy("Kept by"), lambda o: o.partner.name, at_first=False),
        Column(
            "checked",
            gettext_lazy("Employer asked on"),
            lambda o: o.checked_on,
            lambda o: day(o.checked_on),
            at_first=False,
        ),
    ),
    sorts={
        "newest": Sort(gettext_lazy("Asked last first"), ["-checked_on", "-id"]),
        "employer": Sort(gettext_lazy("By employer"), ["employer__name", "id"]),
        "hours": Sort(gettext_lazy("Most hours first"), ["-hours_a_week", "-id"]),
    },
)
