"""Pages of the log of reads and of unusual reading."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.oversight import actions as oversight
from partnership.oversight.forms import AnswerForm, InquiryForm, LogFilter
from partnership.oversight.log_lines import in_days, matching, page_of_lines, with_news
from partnership.oversight.models import Inquiry, ReadDay
from partnership.pages.form_fields import refuse
from partnership.pages.guard import partner_page
from partnership.pages.paging import page_by_key
from partnership.permissions import INQUIRIES, READ_LOG, UNUSUAL_READING

MOST_OPEN = 100

# --- Log of reads ----------------------------------------------------------------------------------------------------------------


@require_safe
@partner_page(READ_LOG)
def read_log(request: PartnerRequest) -> HttpResponse:
    """Who looked at whose data, when and what for: the own partner's reads, for the auditor everybody's. The database decides."""
    form = LogFilter(request.GET, acting=request.acting)
    if not form.is_valid():
        return render(request, "partnership/oversight/read_log.html", {"form": form}, status=422)
    page, groups = page_of_lines(matching(form.cleaned_data), request.GET.get("after", ""))
    # Of the rows that the database shows: a number in the address names nobody.
    who = page.rows[0].user if form.cleaned_data["user"] and page.rows else None
    context = {"form": form, "page": page, "groups": groups, "who": who, "day": form.cleaned_data["day"]}
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


# --- Who looked at somebody --------------------------------------------------------------------------------------------------


@partner_page(INQUIRIES)
def inquiry_list(request: PartnerRequest) -> HttpResponse:
    """What the auditors were asked, open inquiries first, each with whether it has new reads; opening one."""
    form = InquiryForm(request.POST or None, initial={"from_day": timezone.localdate() - timedelta(days=30)})
    if form.is_valid():
        try:
            inquiry = oversight.open_inquiry(by=request.acting, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            return redirect("inquiry", pk=inquiry.pk)
    inquiries = with_news(Inquiry.objects.select_related("opened_by", "closed_by"))
    context = {
        "form": form,
        "open": inquiries.filter(closed_at=None).order_by("-id")[:MOST_OPEN],
        "page": page_by_key(inquiries.exclude(closed_at=None), ["-id"], request.GET.get("after", "")),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "partnership/oversight/inquiry_list.html", context, status=status)


@partner_page(oversight.note_answer)
def inquiry(request: PartnerRequest, pk: int) -> HttpResponse:
    """One inquiry: who looked at the person in its days, what is new, and what was found."""
    inquiry = get_object_or_404(Inquiry.objects.select_related("opened_by", "closed_by"), pk=pk)
    form = AnswerForm(request.POST or None, initial={"answer": inquiry.answer})
    if form.is_valid():
        is_done = "close" in request.POST
        try:
            oversight.note_answer(by=request.acting, inquiry=inquiry, is_done=is_done, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Closed.") if is_done else _("Saved. What you have seen is no longer new."))
            return redirect("inquiry_list" if is_done else request.path)
    reads = in_days(matching({"person": inquiry.person_number}), inquiry.from_day, inquiry.to_day)
    if inquiry.closed_at:
        reads = reads.filter(at__lte=inquiry.closed_at)
    page, groups = page_of_lines(reads, request.GET.get("after", ""))
    context = {"inquiry": inquiry, "form": form, "page": page, "groups": groups}
    status = 422 if request.method == "POST" else 200
    return render(request, "partnership/oversight/inquiry.html", context, status=status)
