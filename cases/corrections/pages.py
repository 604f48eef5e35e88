"""Pages that correct what was recorded of a participation, take it back, and restore it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.assessments.forms import AnswersForm
from cases.assessments.models import Assessment
from cases.corrections import actions as corrections
from cases.corrections.forms import (
    AssessmentCorrection,
    EnrolmentCorrection,
    GoalCorrection,
    NoteCorrection,
    SessionCorrection,
    TakeBackForm,
)
from cases.enrolments.models import Enrolment, Goal, Note, Session
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page

ENTRIES: dict[str, type[Session | Assessment | Goal | Note]] = {
    "session": Session,
    "assessment": Assessment,
    "goal": Goal,
    "note": Note,
}
"""What can be corrected and taken back, by the name in its address and in the history."""


@partner_page(corrections.correct_session)
def session_correct(request: PartnerRequest, pk: int) -> HttpResponse:
    return _entry_page(request, "session", pk, SessionCorrection, corrections.correct_session)


@partner_page(corrections.correct_assessment)
def assessment_correct(request: PartnerRequest, pk: int) -> HttpResponse:
    """A total that was typed is typed anew; one that was added up follows from its items."""
    entry = own(request, Assessment, pk, "enrolment__person", "enrolment__programme")
    if not entry.answers:
        return _entry_page(request, "assessment", pk, AssessmentCorrection, corrections.correct_assessment)
    form = _answers_form(entry, request.POST or None)
    if form.is_valid():
        days = {name: form.cleaned_data[name] for name in ("held_on", "review_on")}
        try:
            corrections.correct_assessment(
                by=request.acting, assessment=entry, instrument=entry.instrument, answers=form.answers(), **days
            )
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Corrected. What it said before is in the history."))
            return redirect("assessment_list", pk=entry.enrolment_id)
    return _show(request, "assessment", entry, form, TakeBackForm(prefix="back"))


def _answers_form(entry: Assessment, data: Any = None) -> AnswersForm:
    days = {"held_on": entry.held_on, "review_on": entry.review_on}
    return AnswersForm(data, tool=entry.tool, answers=entry.answers, initial=days)


@partner_page(corrections.correct_goal)
def goal_correct(request: PartnerRequest, pk: int) -> HttpResponse:
    return _entry_page(request, "goal", pk, GoalCorrection, corrections.correct_goal)


@partner_page(corrections.correct_note)
def note_correct(request: PartnerRequest, pk: int) -> HttpResponse:
    return _entry_page(request, "note", pk, NoteCorrection, corrections.correct_note)


def _entry_page(
    request: PartnerRequest, noun: str, pk: int, make_form: Callable[..., Any], correct: Callable[..., Any]
) -> HttpResponse:
    """The entry as it is recorded, to be corrected; and below, why it is taken back."""
    entry = own(request, ENTRIES[noun], pk, "enrolment__person", "enrolment__programme")
    form = make_form(request.POST or None, instance=entry)
    if form.is_valid():
        try:
            correct(by=request.acting, **{noun: own(request, ENTRIES[noun], pk)}, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Corrected. What it said before is in the history."))
            return redirect("enrolment", pk=entry.enrolment_id)
    return _show(request, noun, entry, form, TakeBackForm(prefix="back"))


def _show(
    request: PartnerRequest, noun: str, entry: Session | Assessment | Goal | Note, form: Any, back_form: TakeBackForm
) -> HttpResponse:
    log_read(request.acting, "enrolment", entry.enrolment_id, [entry])
    titles = {
        "session": _("Correct the session"),
        "assessment": _("Correct the assessment"),
        "goal": _("Correct the goal"),
        "note": _("Correct the note"),
    }
    context = {
        "noun": noun,
        "entry": entry,
        "enrolment": entry.enrolment,
        "title": titles[noun],
        "form": form,
        "back_form": back_form,
        "may_correct": noun != "note" or entry.author_id == request.user.pk,  # type: ignore[union-attr]
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/corrections/entry.html", context, status=status)


@require_POST
@partner_page(corrections.take_back)
def entry_take_back(request: PartnerRequest, noun: str, pk: int) -> HttpResponse:
    """Takes the entry back for the reason that was chosen."""
    entry = _named_entry(request, noun, pk)
    back_form = TakeBackForm(request.POST, prefix="back")
    if not back_form.is_valid():
        if isinstance(entry, Assessment) and entry.answers:
            return _show(request, noun, entry, _answers_form(entry), back_form)
        forms = {"session": SessionCorrection, "assessment": AssessmentCorrection, "goal": GoalCorrection}
        return _show(request, noun, entry, forms.get(noun, NoteCorrection)(instance=entry), back_form)
    try:
        corrections.take_back(by=request.acting, entry=entry, why=back_form.cleaned_data["why"])
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Taken back: it counts nowhere now. You can restore it below."))
    return redirect("enrolment", pk=entry.enrolment_id)


@require_POST
@partner_page(corrections.restore)
def entry_restore(request: PartnerRequest, noun: str, pk: int) -> HttpResponse:
    """Lets an entry that was taken back count again."""
    entry = _named_entry(request, noun, pk)
    try:
        corrections.restore(by=request.acting, entry=entry)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Restored: it counts again."))
    return redirect("enrolment", pk=entry.enrolment_id)


def _named_entry(request: PartnerRequest, noun: str, pk: int) -> Session | Assessment | Goal | Note:
    if noun not in ENTRIES:
        raise Http404
    return own(request, ENTRIES[noun], pk, "enrolment__person", "enrolment__programme")


# --- Enrolments --------------------------------------------------------------------------------------------------------------


@partner_page(corrections.correct_enrolment)
def enrolment_correct(request: PartnerRequest, pk: int) -> HttpResponse:
    """The days of a participation and the reason of its end."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    form = EnrolmentCorrection(request.POST or None, enrolment=enrolment)
    if form.is_valid():
        try:
            corrections.correct_enrolment(by=request.acting, enrolment=enrolment, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Corrected. What it said before is in the history."))
            return redirect("enrolment", pk=pk)
    log_read(request.acting, "enrolment", pk, [enrolment])
    context = {"enrolment": enrolment, "form": form, "title": _("Correct the participation")}
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/corrections/enrolment.html", context, status=status)


@require_POST
@partner_page(corrections.reopen)
def enrolment_reopen(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes the end of a participation back."""
    enrolment = own(request, Enrolment, pk)
    try:
        corrections.reopen(by=request.acting, enrolment=enrolment)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The participation goes on. Make appointments anew if there were any."))
    return redirect("enrolment", pk=pk)
