"""The team's work: who has how much, and how full the programmes are."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.enrolments import actions as enrolments
from cases.enrolments.models import NOT_SEEN_DAYS, Enrolment, not_met_lately
from cases.planning.models import Appointment, Task
from partnership.isolation.acting import PartnerRequest
from partnership.pages.days import day_of
from partnership.pages.guard import partner_page
from partnership.pages.lists import up_to_100
from programs.catalogue.models import Programme
from referrals.handover.models import Referral
from referrals.handover.transitions import State
from referrals.permissions import WORKLOAD


@require_safe
@partner_page(WORKLOAD)
def workload(request: PartnerRequest) -> HttpResponse:
    """Who of the team has how much, and how full the programmes are."""
    partner = request.acting.partner
    today = timezone.localdate()
    per_user = (
        Enrolment.objects.filter(partner=partner)
        .open()
        .values("responsible")
        .annotate(
            people=Count("pk"),
            not_met=Count("pk", filter=not_met_lately()),
        )
    )
    enrolled: dict[Any, Any] = {row["responsible"]: row for row in per_user}
    tasks = Task.objects.filter(partner=partner, done_at=None).values("assigned_to")
    to_do: dict[Any, Any] = {
        row["assigned_to"]: row for row in tasks.annotate(all=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))
    }
    week = day_of(today, days=7)
    meetings = Appointment.objects.filter(partner=partner, starts_at__range=week).values("responsible")
    ahead = {row["responsible"]: row["n"] for row in meetings.annotate(n=Count("pk"))}
    team = [
        (user, enrolled.get(user.pk, {}), to_do.get(user.pk, {}), ahead.get(user.pk, 0))
        for user in enrolments.team(request.acting)
    ]
    programmes = (
        Programme.objects.filter(partner=partner, is_active=True)
        .annotate(taking_part=Count("enrolments", filter=Q(enrolments__ended_on=None, enrolments__partner=partner)))
        .order_by("name", "id")
    )
    waiting = Referral.objects.incoming(partner).waiting()
    context = {
        "team": team,
        "nobody": enrolled.get(None, {}),
        "programmes": programmes,
        "waiting": up_to_100(waiting),
        "waitlisted": up_to_100(Referral.objects.incoming(partner).filter(state=State.WAITLISTED)),
        "not_seen_days": NOT_SEEN_DAYS,
    }
    return render(request, "referrals/handover/workload.html", context)
