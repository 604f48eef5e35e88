"""Pages of legal matters: the list by next date, one matter with its hearings, decisions and the lawyer's notes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from cases.legal import actions as legal
from cases.legal.forms import DisposalForm, HearingForm, MatterForm, MatterNoteForm
from cases.legal.models import Hearing, Matter, MatterNote
from cases.permissions import MATTERS
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.paging import page_by_key

MOST = 50
"""Open matters on a page of the list."""


@require_safe
@partner_page(MATTERS)
def matter_list(request: PartnerRequest) -> HttpResponse:
    """Open matters by their next date: the user's own, or the organisation's."""
    is_mine = request.GET.get("whose") != "all"
    matters = Matter.objects.open().filter(partner=request.acting.partner)
    if is_mine:
        matters = matters.filter(lawyer=request.user)
    related = matters.by_next_day().select_related("enrolment__person", "lawyer").prefetch_related("hearings")
    page = page_by_key(related, ["day", "id"], request.GET.get("after", ""), size=MOST)
    if page.rows:
        log_read(request.acting, "matter_list", 0, page.rows)
    context = {"page": page, "is_mine": is_mine, "today": timezone.localdate()}
    return render(request, "cases/legal/matter_list.html", context)


@partner_page(legal.open_matter)
def matter_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """Opens a matter; `pk` is the participation's."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    log_read(request.acting, "enrolment", pk, [enrolment])
    form = MatterForm(request.POST or None, team=enrolments.team(request.acting), initial={"lawyer": request.user.pk})
    if form.is_valid():
        try:
            matter = legal.open_matter(by=request.acting, enrolment=enrolment, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Opened. Add the hearings: they appear in the calendar."))
            return redirect("matter", pk=matter.pk)
    title = _("Legal matter of %(person)s") % {"person": enrolment.person}
    return _form(request, form, title, reverse("enrolment", args=[pk]))


@partner_page(legal.change_matter)
def matter_edit(request: PartnerRequest, pk: int) -> HttpResponse:
    """Changes where a matter stands."""
    matter = own(request, Matter, pk, "enrolment__person")
    log_read(request.acting, "matter", pk, [matter])
    initial = {name: getattr(matter, name) for name in ("offences", "case_number")}
    form = MatterForm(request.POST or None, instance=matter, team=enrolments.team(request.acting), initial=initial)
    if form.is_valid():
        try:
            legal.change_matter(by=request.acting, matter=matter, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("matter", pk=pk)
    title = _("Legal matter of %(person)s") % {"person": matter.enrolment.person}
    return _form(request, form, title, reverse("matter", args=[pk]))


def _form(request: PartnerRequest, form: Any, title: str, back: str) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/form.html", {"form": form, "title": title, "back": back}, status=status)


@require_safe
@partner_page(MATTERS)
def matter(request: PartnerRequest, pk: int) -> HttpResponse:
    """One matter: where it stands, hearings, decisions, and for its lawyer their notes."""
    return _matter_page(request, pk)


def _matter_page(request: PartnerRequest, pk: int, status: int = 200, **forms: Any) -> HttpResponse:
    matter = own(request, Matter, pk, "enrolment__person", "enrolment__programme", "lawyer")
    log_read(request.acting, "matter", pk, [matter])
    context = {
        "matter": matter,
        "hearings": list(matter.hearings.order_by("at", "id")),
        "disposals": matter.disposals.order_by("on", "id"),
        # The database gives each reader their own.
        "notes": MatterNote.objects.filter(matter=matter, author=request.user).order_by("-id"),
        "is_lawyer": matter.lawyer_id == request.user.pk,
        "attendances": Hearing.Attendance.choices,
        "now": timezone.now(),
        "hearing_form": HearingForm(prefix="hearing"),
        "disposal_form": DisposalForm(prefix="disposal", initial={"on": timezone.localdate()}),
        "note_form": MatterNoteForm(prefix="note"),
    }
    return render(request, "cases/legal/matter.html", context | forms, status=status)


@require_POST
@partner_page(legal.add_hearing)
def hearing_add(request: PartnerRequest, pk: int) -> HttpResponse:
    """Adds a hearing."""
    form = HearingForm(request.POST, prefix="hearing")
    terms = form.terms() if form.is_valid() else {}
    return _carry_out(request, pk, "hearing", form, legal.add_hearing, terms)


@require_POST
@partner_page(legal.record_disposal)
def disposal_add(request: PartnerRequest, pk: int) -> HttpResponse:
    """Records a decision."""
    form = DisposalForm(request.POST, prefix="disposal")
    terms = form.cleaned_data if form.is_valid() else {}
    return _carry_out(request, pk, "disposal", form, legal.record_disposal, terms)


@require_POST
@partner_page(legal.write_note)
def matter_note_write(request: PartnerRequest, pk: int) -> HttpResponse:
    """The lawyer writes a note."""
    form = MatterNoteForm(request.POST, prefix="note")
    terms = form.cleaned_data if form.is_valid() else {}
    return _carry_out(request, pk, "note", form, legal.write_note, terms)


def _carry_out(request: PartnerRequest, pk: int, name: str, form: Any, action: Any, terms: Any) -> HttpResponse:
    """Carries out one of the page's forms, or shows the page again with its errors."""
    matter = own(request, Matter, pk, "enrolment__person")
    if form.is_valid():
        try:
            action(by=request.acting, matter=matter, **terms)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("matter", pk=pk)
    return _matter_page(request, pk, status=422, **{f"{name}_form": form})


@require_POST
@partner_page(legal.mark_hearing)
def hearing_mark(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says whether the person came."""
    hearing = own(request, Hearing, pk, "matter")
    attendance = request.POST.get("attendance", "")
    if attendance in Hearing.Attendance.values:
        try:
            legal.mark_hearing(by=request.acting, hearing=hearing, attendance=attendance)
        except RuleError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Saved."))
    return redirect("matter", pk=hearing.matter_id)


@require_POST
@partner_page(legal.remove_note)
def matter_note_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Removes a note of one's own."""
    note = own(request, MatterNote, pk, "matter")
    matter = note.matter_id
    legal.remove_note(by=request.acting, note=note)
    messages.success(request, _("Removed."))
    return redirect("matter", pk=matter)


@require_POST
@partner_page(legal.close_matter)
def matter_close(request: PartnerRequest, pk: int) -> HttpResponse:
    """Closes a matter."""
    try:
        legal.close_matter(by=request.acting, matter=own(request, Matter, pk, "enrolment"))
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Closed."))
    return redirect("matter", pk=pk)


@require_POST
@partner_page(legal.reopen_matter)
def matter_reopen(request: PartnerRequest, pk: int) -> HttpResponse:
    """Opens a closed matter again."""
    legal.reopen_matter(by=request.acting, matter=own(request, Matter, pk, "enrolment"))
    messages.success(request, _("Open again."))
    return redirect("matter", pk=pk)
