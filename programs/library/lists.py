"""The list of resources: its columns and orders."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day
from programs.library.models import Resource
from programs.standards.practices import LOOKS, Verdict


def _resource(resource: Resource) -> str:
    title = link(reverse("resource", args=[resource.pk]), resource.title)
    is_new: bool = getattr(resource, "is_new", False)
    return format_html("{} {}", title, tag(_("New"), "calm")) if is_new else title


def _state(resource: Resource) -> str:
    if resource.withdrawn_why:
        return _("Withdrawn")
    return str(resource.latest) if resource.latest else _("Nobody has checked it")


RESOURCE_LIST = Listing(
    page="resource_list",
    columns=(
        Column("resource", gettext_lazy("Resource"), str, _resource),
        Column("kind", gettext_lazy("Kind"), lambda one: one.get_kind_display()),
        Column("language", gettext_lazy("Language"), lambda one: one.get_language_display()),
        Column("partner", gettext_lazy("Organisation"), lambda one: one.partner.name),
        Column("version", gettext_lazy("Version"), _state),
        Column("published", gettext_lazy("Published"), lambda one: one.latest_at, lambda one: day(one.latest_at)),
        Column("audiences", gettext_lazy("For whom"), lambda one: ", ".join(one.audience_labels()), at_first=False),
        Column("licence", gettext_lazy("Licence"), lambda one: one.get_licence_display(), at_first=False),
        Column(
            "evidence",
            gettext_lazy("Effect"),
            lambda one: one.get_evidence_display(),
            lambda one: tag(one.get_evidence_display(), LOOKS[Verdict(one.evidence)]),
            at_first=False,
        ),
        Column("part_of", gettext_lazy("Part of"), lambda one: one.part_of and one.part_of.local_name, at_first=False),
    ),
    sorts={
        "newest": Sort(gettext_lazy("Newest first"), ["-latest_at", "-id"]),
        "oldest": Sort(gettext_lazy("Oldest first"), ["latest_at", "id"]),
        "title": Sort(gettext_lazy("By title"), ["title", "id"]),
    },
)
