"""The list of trend notices: its columns and orders."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day
from programs.notices.models import Notice

SEVERITY_LOOKS = {"urgent": "bad", "warn": "wait", "watch": "calm"}
STATE_LOOKS = {"shared": "good", "checked": "calm", "draft": "wait", "withdrawn": "bad"}


def _notice(notice: Notice) -> str:
    return link(reverse("notice", args=[notice.pk]), str(notice))


def _districts(notice: Notice) -> str:
    return ", ".join(district.local_name for district in notice.districts.all())


NOTICE_LIST = Listing(
    page="notice_list",
    columns=(
        Column("notice", gettext_lazy("Notice"), str, _notice),
        Column(
            "severity",
            gettext_lazy("How serious"),
            lambda n: n.get_severity_display(),
            lambda n: tag(n.get_severity_display(), SEVERITY_LOOKS[n.severity]),
        ),
        Column("districts", gettext_lazy("Districts"), _districts),
        Column("seen", gettext_lazy("Seen until"), lambda n: n.seen_to, lambda n: day(n.seen_to)),
        Column("partner", gettext_lazy("From"), lambda n: n.partner.name),
        Column(
            "state",
            gettext_lazy("State"),
            lambda n: n.get_state_display(),
            lambda n: tag(n.get_state_display(), STATE_LOOKS[n.state]),
        ),
    ),
    sorts={
        "newest": Sort(gettext_lazy("Newest first"), ["-written_at", "-id"]),
        "oldest": Sort(gettext_lazy("Oldest first"), ["written_at", "id"]),
        "seen": Sort(gettext_lazy("Last seen first"), ["-seen_to", "-id"]),
    },
)
