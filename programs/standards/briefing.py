"""What prevention plans say on the coordinator's first page, and how news call one."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from partnership.isolation.acting import Acting
from partnership.pages.about import names
from partnership.pages.briefing import Line, Part, says
from programs.standards.models import PreventionPlan


@says(order=70)
def waiting_plans(acting: Acting) -> list[Line]:
    """Those that wait for a decision, the first one by name."""
    waiting = PreventionPlan.objects.filter(state=PreventionPlan.State.SUBMITTED).order_by("submitted_at")
    plans = list(waiting.select_related("programme")[:100])
    if not plans:
        return []
    text = _("Wait for your decision, the first is of %(programme)s") % {"programme": plans[0].programme}
    address = f"{reverse('prevention_list')}?state=submitted"
    return [Line(Part.WAITING, text, address, _("Prevention plans"), str(len(plans)), "wait")]


@names("prevention_plan")
def named_plans(acting: Acting, numbers: set[int]) -> dict[int, str]:
    """The programme of each."""
    seen = PreventionPlan.objects.seen_by(acting).filter(pk__in=numbers).select_related("programme")
    return {plan.pk: str(plan.programme) for plan in seen}
