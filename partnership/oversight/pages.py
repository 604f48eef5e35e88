"""Pages of the log of reads and of unusual reading."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.audit_trail.models import ReadLog
from partnership.isolation.acting import PartnerRequest
from partnership.oversight import actions as oversight
from partnership.oversight.models import ReadDay
from partnership.pages.days import day_of
from partnership.pages.guard import partner_page
from partnership.pages.number_format import typed
from partnership.pages.paging import page_by_key
from partnership.pages.template_tags import read_labels
from partnership.permissions import READ_LOG, UNUSUAL_READING

# --- Log of reads ----------------------------------------------------------------------------------------------------------------


@require_safe
@partner_page(READ_LOG)
def read_log(request: PartnerRequest) -> HttpResponse:
    """Who looked at which record: the own partner's, for the auditor everybody's. The database decides."""
    reads = ReadLog.objects.select_related("user", "partner")
    what, number = request.GET.get("what", ""), request.GET.get("number", "")
    if what:
        reads = reads.filter(what=what)
    if (object_id := typed(number)) is not None:
        reads = reads.filter(object_id=object_id)
    user, day = request.GET.get("user", ""), request.GET.get("day", "")
    user_id = typed(user)
    if user_id is not None:
        reads = reads.filter(user=user_id)
    try:
        reads = reads.filter(at__range=day_of(date.fromisoformat(day))) if day else reads
    except (ValueError, OverflowError):
        day = ""
    page = page_by_key(reads, ["-id"], request.GET.get("after", ""), size=50)
    context = {
        "page": page,
        "what": what,
        "number": number,
        "day": day,
        # Of the rows that the database shows: a number in the address names nobody.
        "who": page.rows[0].user if user_id is not None and page.rows else None,
        "what_choices": read_labels().items(),
    }
    return render(request, "partnership/oversight/read_log.html", context)


@require_safe
@partner_page(UNUSUAL_READING)
def unusual_reading(request: PartnerRequest) -> HttpResponse:
    """Days on which somebody read more, or otherwise, than on their other days: those not looked at yet, or all."""
    unusual_days = ReadDay.objects.exclude(reasons=[]).select_related("user", "partner", "seen_by")
    show = "all" if request.GET.get("show") == "all" else "new"
    if show == "new":
        unusual_days = unusual_days.filter(seen_at=None)
    page = page_by_key(unusual_days, ["-day", "-id"], request.GET.get("after", ""))
    return render(request, "partnership/oversight/unusual_reading.html", {"page": page, "show": show})


@require_POST
@partner_page(oversight.mark_checked)
def reading_seen(request: PartnerRequest, pk: int) -> HttpResponse:
    oversight.mark_checked(by=request.acting, read_day=get_object_or_404(ReadDay, pk=pk))
    messages.success(request, _("Marked as looked at."))
    return redirect("unusual_reading")
