"""The list of placements: its columns and orders, for page and file alike."""

from __future__ import annotations

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.placements.models import Placement
from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day

LOOKS = {"offered": "wait", "agreed": "calm", "started": "good", "ended": ""}


def next_step(placement: Placement) -> str:
    """What the placement waits for; empty: nothing."""
    if placement.is_to_ask:
        return _("Ask whether they are still there")
    if placement.state == Placement.State.OFFERED and not placement.has_consent:
        return _("No consent") if placement.consent_withdrawn_on else _("Ask for consent")
    steps = {Placement.State.OFFERED: _("Ask the employer"), Placement.State.AGREED: _("Wait for the first day")}
    return steps.get(Placement.State(placement.state), "")


def _next(placement: Placement) -> str | SafeString:
    step = next_step(placement)
    return tag(step, "wait") if step else "–"


def _state(placement: Placement) -> str:
    return str(placement.get_end_reason_display()) or placement.state_label


PLACEMENT_LIST = Listing(
    page="placement_list",
    columns=(
        Column(
            "name",
            gettext_lazy("Person"),
            lambda p: str(p.enrolment.person),
            lambda p: link(reverse("placement", args=[p.pk]), str(p.enrolment.person)),
        ),
        Column("employer", gettext_lazy("Employer"), lambda p: p.offer.employer.name),
        Column("work", gettext_lazy("Work"), lambda p: p.offer.work, at_first=False),
        Column("state", gettext_lazy("State"), _state, lambda p: tag(_state(p), LOOKS[p.state])),
        Column("next", gettext_lazy("Next"), next_step, _next),
        Column("started", gettext_lazy("First day"), lambda p: p.started_on, lambda p: day(p.started_on)),
        Column("responsible", gettext_lazy("Responsible"), lambda p: p.responsible.full_name, at_first=False),
        Column("kind", gettext_lazy("Kind"), lambda p: p.offer.get_kind_display(), at_first=False),
        Column("offered", gettext_lazy("Offered"), lambda p: p.offered_on, lambda p: day(p.offered_on), at_first=False),
        Column("ended", gettext_lazy("Ended on"), lambda p: p.ended_on, lambda p: day(p.ended_on), at_first=False),
    ),
    sorts={
        "oldest": Sort(gettext_lazy("Longest open first"), ["offered_on", "id"]),
        "newest": Sort(gettext_lazy("Newest first"), ["-offered_on", "-id"]),
    },
)
