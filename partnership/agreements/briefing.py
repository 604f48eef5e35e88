"""What agreements say on the coordinator's first page, and their step of a new partner."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership.agreements.models import Agreement
from partnership.isolation.acting import Acting
from partnership.members import joining
from partnership.pages.briefing import Line, Part, says
from partnership.pages.template_tags import day

SOON_DAYS = 90


@says(order=60)
def ending_agreements(acting: Acting) -> list[Line]:
    """Those that end within ninety days, the first one by name."""
    until = timezone.localdate() + timedelta(days=SOON_DAYS)
    ending = list(Agreement.objects.in_force().filter(valid_to__lte=until).order_by("valid_to", "pk")[:100])
    if not ending:
        return []
    text = _("End within %(days)s days, the first on %(day)s: %(title)s") % {
        "days": SOON_DAYS,
        "day": day(ending[0].valid_to),
        "title": ending[0].title,
    }
    return [Line(Part.WAITING, text, reverse("agreement_list"), _("Agreements"), str(len(ending)), "wait")]


def _in_force() -> Exists:
    return Exists(Agreement.objects.in_force().filter(parties=OuterRef("pk")))


# An agreement is recorded once its parties have signed it.
joining.register(joining.Step("agreement", 3, gettext_lazy("Agreement signed by both"), _in_force))
