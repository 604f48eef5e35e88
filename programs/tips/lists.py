"""The list of tips: its columns and orders."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day

STATE_LOOKS = {"new": "wait", "read": "calm", "answered": "good", "removed": ""}


TIP_LIST = Listing(
    page="tip_list",
    columns=(
        Column("kind", gettext_lazy("What it is about"), str, lambda t: link(reverse("tip", args=[t.pk]), str(t))),
        Column("district", gettext_lazy("District"), lambda t: t.district.local_name if t.district else "–"),
        Column("received", gettext_lazy("Received"), lambda t: t.received_on, lambda t: day(t.received_on)),
        Column(
            "state", gettext_lazy("State"), lambda t: t.state.label, lambda t: tag(t.state.label, STATE_LOOKS[t.state])
        ),
    ),
    sorts={
        "newest": Sort(gettext_lazy("Newest first"), ["-received_on", "-id"]),
        "oldest": Sort(gettext_lazy("Oldest first"), ["received_on", "id"]),
    },
)
