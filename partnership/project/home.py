"""The first page of each role: what needs them now. Counts stop at 100, so none grows with the table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.arrests.models import Feed
from cases.custody.models import Release
from cases.enrolments.groups import groups_of
from cases.enrolments.models import Session
from cases.enrolments.pages import listed_enrolments
from cases.imports.models import DataImport
from cases.openings.models import RecordOpening
from cases.planning import actions as planning
from cases.planning.models import Appointment, Task
from cases.rights.models import RetentionCount, SubjectRequest
from partnership.agreements.models import Agreement
from partnership.announcements.models import Announcement
from partnership.audit_trail.models import ReadLog
from partnership.audit_trail.read_log import log_read
from partnership.events.models import Notification
from partnership.isolation.acting import Acting, PartnerRequest
from partnership.members.joining import joining_partners
from partnership.members.models import Role
from partnership.oversight.log_lines import grouped, with_news
from partnership.oversight.models import Inquiry, ReadDay
from partnership.pages import form_drafts
from partnership.pages.about import about
from partnership.pages.briefing import lines
from partnership.pages.days import day_of
from partnership.pages.guard import partner_page
from partnership.pages.lists import up_to_100
from partnership.practices.models import Practice
from partnership.project import tiles
from partnership.project.guide import GUIDES
from referrals.diversions.models import DiversionAgreement, with_status
from referrals.handover.models import DUE_FIRST, Referral
from referrals.handover.pages import listed_referrals
from referrals.handover.transitions import State
from referrals.statements.models import Statement

FEED_LATE_DAYS = 45
SHOWN = 6
ANNOUNCED = 3
GUIDE_COOKIE = "guide"
MOST_INQUIRIES = 100


WITH_NAMES = (
    "waiting",
    "to_enrol",
    "not_seen",
    "tasks",
    "appointments",
    "to_decide",
    "overdue",
    "drafts",
    "ended",
    "changed",
    "statements",
    "releases",
)
"""What on the first page names people: it stands in the log of reads."""


@require_safe
@partner_page()
def home(request: PartnerRequest) -> HttpResponse:
    """The first page of the role for which the user acts."""
    acting = request.acting
    build = {
        Role.CASEWORKER: _caseworker,
        Role.CASE_MANAGER: _caseworker,
        Role.POLICE_LIAISON: _liaison,
        Role.POLICE_DATA_OFFICER: _data_officer,
        Role.COURT_OFFICER: _court_officer,
        Role.PROFESSIONAL: _professional,
        Role.COORDINATOR: _coordinator,
        Role.AUDITOR: _auditor,
    }[Role(acting.role)]
    unread = Notification.objects.filter(user=acting.user, partner=acting.partner, read_at=None)
    announcements = Announcement.objects.of_today().order_by("-shown_from", "-id")[:ANNOUNCED]
    news = list(unread[:SHOWN])
    context = {"news": news, "announcements": announcements, **build(acting)}
    context["about"] = about(acting, [each.url for each in news])
    context["kept"] = form_drafts.begun(acting)[:SHOWN]
    if build in (_caseworker, _liaison, _court_officer, _professional):
        context |= {name: list(context[name]) for name in WITH_NAMES if name in context}
        if named := [record for name in WITH_NAMES for record in context.get(name, [])]:
            log_read(acting, "home", 0, named)
    # The guide of the first visit, until it is hidden: open once, then a line at the end of the page.
    if not acting.membership.toured_at:
        context["guide"] = GUIDES[acting.role]
        context["is_first_visit"] = GUIDE_COOKIE not in request.COOKIES
    response = render(request, f"project/home/{build.__name__.lstrip('_')}.html", context)
    if context.get("is_first_visit"):
        response.set_cookie(
            GUIDE_COOKIE, "seen", max_age=timedelta(days=365), httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response


def _caseworker(acting: Acting) -> dict[str, Any]:
    incoming = listed_referrals(acting, "incoming")
    waiting = incoming.waiting().order_by(*DUE_FIRST)
    to_enrol = incoming.filter(state=State.ACCEPTED).order_by("-changed_at")
    mine = Task.objects.filter(partner=acting.partner, assigned_to=acting.user)
    today = Appointment.objects.filter(
        partner=acting.partner, responsible=acting.user, starts_at__range=day_of(timezone.localdate())
    )
    not_met = listed_enrolments(acting, {"met": "not_lately"})
    return {
        "tiles": tiles.caseworker(acting),
        "waiting": waiting[:SHOWN],
        "to_enrol": to_enrol[:SHOWN],
        "not_seen": not_met.order_by("last_contact_on", "pk")[:SHOWN],
        "tasks": planning.to_do(mine.select_related("person", "assigned_to"))[:SHOWN],
        "appointments": today.select_related("enrolment__person", "session").order_by("starts_at", "id"),
        "groups": groups_of(acting.partner, timezone.localdate()),
        "attendances": Session.Attendance.choices,
        "now": timezone.now(),
        "drafts": _drafts(acting),
        "releases": _releases(acting) if Practice.CUSTODY in acting.practices else [],
    }


def _releases(acting: Acting) -> QuerySet[Release]:
    """Of those for whose first contact the user is responsible, or nobody is: who comes out within two weeks, or should have, and who is
    in the first days; the longest first."""
    near = Release.objects.soon() | Release.objects.in_first_days()
    mine = near.filter(Q(responsible=acting.user) | Q(responsible=None), partner=acting.partner)
    ordered = mine.annotate(day=Coalesce(TruncDate("released_at"), "planned_on")).order_by("day", "id")
    return ordered.select_related("enrolment__person", "responsible").prefetch_related("contacts")[:SHOWN]


def _drafts(acting: Acting) -> QuerySet[Referral]:
    """Referrals that were begun and not sent, the one last worked on first."""
    drafts = Referral.objects.outgoing(acting.partner).filter(state=State.DRAFT)
    return drafts.select_related("programme", "disclosure").order_by("-changed_at")[:SHOWN]


def _liaison(acting: Acting) -> dict[str, Any]:
    mine = DiversionAgreement.objects.filter(from_partner=acting.partner, is_sent=True)
    related = mine.select_related(
        "referral", "referral__disclosure", "referral__programme", "to_partner"
    ).prefetch_related("conditions")
    return {
        "tiles": tiles.liaison(acting),
        "to_decide": with_status(related, "awaiting_decision").filter(authority=None).order_by("outcome_at")[:SHOWN],
        "overdue": with_status(related, "overdue").order_by("deadline")[:SHOWN],
        # Who was never taken on is referred on from the referral's page; whoever left early waits for a decision.
        "ended": with_status(related, "ended")
        .filter(referral__state=State.ENDED_EARLY)
        .order_by("-changed_at")[:SHOWN],
        "drafts": _drafts(acting),
    }


def _court_officer(acting: Acting) -> dict[str, Any]:
    mine = DiversionAgreement.objects.filter(authority=acting.partner, is_sent=True)
    related = mine.select_related("case", "from_partner")
    return {
        "tiles": tiles.court_officer(acting),
        "to_decide": with_status(related, "awaiting_decision").order_by("outcome_at")[:SHOWN],
        "statements": Statement.objects.filter(to_partner=acting.partner)
        .select_related("from_partner")
        .order_by("-sent_at", "-id")[:SHOWN],
        "drafts": _drafts(acting),
    }


def _professional(acting: Acting) -> dict[str, Any]:
    sent = listed_referrals(acting, "outgoing").exclude(state=State.DRAFT)
    return {
        "tiles": tiles.professional(acting),
        "changed": sent.order_by("-changed_at")[:SHOWN],
        "drafts": _drafts(acting),
    }


def _data_officer(acting: Acting) -> dict[str, Any]:
    return {
        "feeds": Feed.objects.filter(partner=acting.partner).select_related("district").order_by("district__name"),
        "imports": DataImport.objects.filter(partner=acting.partner).select_related("created_by")[:SHOWN],
        "late_before": timezone.localdate() - timedelta(days=FEED_LATE_DAYS),
    }


def _coordinator(acting: Acting) -> dict[str, Any]:
    return {"said": lines(acting), "joining": joining_partners(SHOWN)}


def _auditor(acting: Acting) -> dict[str, Any]:
    waiting = SubjectRequest.objects.filter(outcome="")
    inquiries = list(with_news(Inquiry.objects.filter(closed_at=None))[:MOST_INQUIRIES])
    return {
        "reads": grouped(ReadLog.objects.select_related("user", "partner", "client")[:60])[:20],
        "openings_to_check": up_to_100(RecordOpening.objects.filter(checked_at=None)),
        "inquiries": len(inquiries),
        "inquiries_with_news": sum(getattr(inquiry, "is_new", False) for inquiry in inquiries),
        "unusual_count": up_to_100(ReadDay.objects.exclude(reasons=[]).filter(seen_at=None)),
        "open_requests": up_to_100(waiting),
        "late_requests": up_to_100(waiting.filter(due_on__lt=timezone.localdate())),
        "past_retention": RetentionCount.objects.aggregate(n=Sum("overdue"))["n"] or 0,
        "agreements": up_to_100(Agreement.objects.in_force()),
    }
