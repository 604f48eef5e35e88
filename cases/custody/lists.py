"""The list of releases: its columns and orders, for page and file alike."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.custody.models import SOON, Release
from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day, moment


def _planned(release: Release) -> str | SafeString:
    """The planned day; marked where it has passed or is near."""
    if release.planned_on is None:
        return tag(_("Not known yet"), "wait")
    if release.is_past_its_day:
        return tag(_("Past its day: %(day)s") % {"day": day(release.planned_on)}, "bad")
    is_soon = release.released_at is None and release.planned_on <= timezone.localdate() + SOON
    return tag(day(release.planned_on), "calm") if is_soon else day(release.planned_on)


def _responsible(release: Release) -> str:
    return release.responsible.full_name if release.responsible else ""


RELEASE_LIST = Listing(
    page="release_list",
    columns=(
        Column(
            "name",
            gettext_lazy("Person"),
            lambda r: str(r.enrolment.person),
            lambda r: link(reverse("release", args=[r.pk]), str(r.enrolment.person)),
        ),
        Column("planned", gettext_lazy("Planned day"), lambda r: r.planned_on, _planned),
        Column(
            "released",
            gettext_lazy("Released"),
            lambda r: r.released_at,
            lambda r: moment(r.released_at),
            at_first=False,
        ),
        Column(
            "responsible",
            gettext_lazy("First contact"),
            _responsible,
            lambda r: _responsible(r) or tag(_("Nobody yet"), "wait"),
        ),
        Column("programme", gettext_lazy("Programme"), lambda r: r.enrolment.programme.local_name),
        Column("naloxone", gettext_lazy("Naloxone"), lambda r: r.get_naloxone_display(), at_first=False),
    ),
    sorts={
        "soonest": Sort(gettext_lazy("Soonest release first"), ["day", "id"]),
        "latest": Sort(gettext_lazy("Latest release first"), ["-day", "-id"]),
    },
)
