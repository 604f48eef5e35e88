"""Pages of mentoring: pairs and mentors on one board, whom a mentor suits, one pair."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.enrolments.models import Enrolment
from cases.mentoring import actions as mentoring
from cases.mentoring.forms import ContactForm, EndForm, MentorForm, PairForm
from cases.mentoring.matching import excludes, suits_less, takes_nobody
from cases.mentoring.measures import measures_of
from cases.mentoring.models import Mentor, MentorPair
from cases.permissions import MENTORING
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from programs.catalogue.models import LANGUAGES

MOST = 200
"""So many rows a list shows."""


@require_safe
@partner_page(MENTORING)
def mentoring_board(request: PartnerRequest) -> HttpResponse:
    """Pairs that go on, those quiet the longest first, and the mentors with what keeps each from a new pair."""
    partner = request.acting.partner
    going_on = MentorPair.objects.filter(partner=partner, ended_on=None).select_related("enrolment__person", "mentor")
    pairs = list(going_on.with_next().order_by("next_by", "id")[:MOST])
    if pairs:
        log_read(request.acting, "mentor_pair_list", 0, pairs)
    mentors = list(Mentor.objects.filter(partner=partner, ended_on=None).with_pairs().order_by("id")[:MOST])
    context = {
        "pairs": pairs,
        "mentors": [(mentor, takes_nobody(mentor)) for mentor in mentors],
        "today": timezone.localdate(),
        "measures": measures_of(partner),
    }
    return render(request, "cases/mentoring/mentoring_board.html", context)


@partner_page(mentoring.save_mentor)
def mentor_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """Adds a mentor, or changes one."""
    mentor = own(request, Mentor, pk) if pk else Mentor(partner=request.acting.partner)
    names = list(MentorForm.base_fields)
    initial = {name: getattr(mentor, name) for name in names} if pk else None
    form = MentorForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            mentoring.save_mentor(by=request.acting, mentor=mentor, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("mentoring_board")
    context = {"form": form, "mentor": mentor}
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/mentoring/mentor_edit.html", context, status=status)


@require_POST
@partner_page(mentoring.end_mentor)
def mentor_end(request: PartnerRequest, pk: int) -> HttpResponse:
    """Somebody mentors no longer."""
    mentor = own(request, Mentor, pk)
    try:
        mentoring.end_mentor(by=request.acting, mentor=mentor)
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("mentor_edit", pk=pk)
    messages.success(request, _("Saved."))
    return redirect("mentoring_board")


@partner_page(mentoring.begin_pair)
def pair_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """Finds a mentor for a participation, whose number `pk` is: who suits, and why others do not. A pair that goes on opens."""
    enrolment = own(request, Enrolment, pk, "person")
    going_on = MentorPair.objects.filter(enrolment=enrolment, ended_on=None).first()
    if going_on:
        return redirect("mentor_pair", pk=going_on.pk)
    log_read(request.acting, "enrolment", pk, [enrolment])
    person, language = enrolment.person, request.GET.get("language", "")
    mentors = Mentor.objects.filter(partner=request.acting.partner, ended_on=None).with_pairs().order_by("id")[:MOST]
    rows = [(mentor, excludes(mentor, person), suits_less(mentor, person, language)) for mentor in mentors]
    rows.sort(key=lambda row: (bool(row[1]), len(row[2])))
    free = [mentor for mentor, reasons, _less in rows if not reasons]
    initial = {"mentor": free[0].pk} if free else {}
    form = PairForm(request.POST or None, free=free, is_minor=bool(person.is_minor), initial=initial)
    if form.is_valid():
        try:
            pair = mentoring.begin_pair(by=request.acting, enrolment=enrolment, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("mentor_pair", pk=pair.pk)
    context = {
        "form": form,
        "enrolment": enrolment,
        "rows": rows,
        "free": free,
        "languages": LANGUAGES.items(),
        "language": language,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/mentoring/pair_new.html", context, status=status)


@require_safe
@partner_page(MENTORING)
def pair(request: PartnerRequest, pk: int) -> HttpResponse:
    """One pair: what was agreed, when they were in touch, its end."""
    return _sheet(request, _own(request, pk))


def _own(request: PartnerRequest, pk: int) -> MentorPair:
    return own(request, MentorPair, pk, "enrolment__person", "mentor")


def _sheet(request: PartnerRequest, pair: MentorPair, status: int = 200, **forms: Any) -> HttpResponse:
    log_read(request.acting, "mentor_pair", pair.pk, [pair])
    context = {
        "pair": pair,
        "next_by": MentorPair.objects.with_next().get(pk=pair.pk).next_by,
        "contacts": pair.contacts.select_related("recorded_by").order_by("-on", "-id")[:50],
        "today": timezone.localdate(),
        "contact_form": ContactForm(prefix="contact"),
        "end_form": EndForm(prefix="end"),
    }
    return render(request, "cases/mentoring/pair.html", context | forms, status=status)


def _carry_out(request: PartnerRequest, pk: int, name: str, form: forms.Form, action: Any) -> HttpResponse:
    """Carries out one of the sheet's forms, or shows the sheet again with its errors."""
    pair = _own(request, pk)
    if form.is_valid():
        try:
            action(by=request.acting, pair=pair, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("mentor_pair", pk=pk)
    return _sheet(request, pair, status=422, **{f"{name}_form": form})


@require_POST
@partner_page(mentoring.record_contact)
def contact_add(request: PartnerRequest, pk: int) -> HttpResponse:
    """Records that the two were in touch."""
    return _carry_out(request, pk, "contact", ContactForm(request.POST, prefix="contact"), mentoring.record_contact)


@require_POST
@partner_page(mentoring.end_pair)
def pair_end(request: PartnerRequest, pk: int) -> HttpResponse:
    """Ends the pair."""
    return _carry_out(request, pk, "end", EndForm(request.POST, prefix="end"), mentoring.end_pair)
