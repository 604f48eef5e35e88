"""The list of prevention plans: its columns and orders."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day
from programs.standards.models import PreventionPlan

STATE_LOOKS = {"approved": "good", "submitted": "wait", "returned": "bad", "advised": "calm"}


def _programme(plan: PreventionPlan) -> str:
    return link(reverse("prevention_plan", args=[plan.pk]), str(plan.programme))


PLAN_LIST = Listing(
    page="prevention_list",
    columns=(
        Column("programme", gettext_lazy("Programme"), lambda p: str(p.programme), _programme),
        Column("partner", gettext_lazy("Partner"), lambda p: p.partner.name),
        Column("version", gettext_lazy("Version"), lambda p: p.version),
        Column(
            "state",
            gettext_lazy("State"),
            lambda p: p.get_state_display(),
            lambda p: tag(p.get_state_display(), STATE_LOOKS.get(p.state, "")),
        ),
        Column(
            "rating",
            gettext_lazy("Rating"),
            lambda p: p.get_rating_display(),
            lambda p: tag(p.get_rating_display(), p.rating_looks) if p.rating else "–",
        ),
        Column("decided", gettext_lazy("Decided"), lambda p: p.decided_at, lambda p: day(p.decided_at)),
    ),
    sorts={
        "newest": Sort(gettext_lazy("Newest first"), ["-written_at", "-id"]),
        "oldest": Sort(gettext_lazy("Oldest first"), ["written_at", "id"]),
    },
)
