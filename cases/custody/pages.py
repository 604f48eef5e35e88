"""Pages around releases: who comes out soon, and one release with the contacts inside and the clock of the first days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import DateField, QuerySet, Value
from django.db.models.functions import Coalesce, TruncDate
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases.custody import actions as custody
from cases.custody.forms import ContactForm, ReleasedForm, ReleaseForm
from cases.custody.lists import RELEASE_LIST
from cases.custody.models import Release, ReleaseContact
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from cases.permissions import RELEASES
from cases.places.models import Bed, Stay
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import Acting, PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.lists import export, show
from programs.catalogue.models import Part

WHICH = {
    "coming": gettext_lazy("Coming out"),
    "first_days": gettext_lazy("First 14 days"),
    "past": gettext_lazy("Out for more than 14 days"),
}
"""What the list can show."""


def listed_releases(acting: Acting, which: str, whose: str) -> QuerySet[Release]:
    """The partner's releases of a tab: all, or those for whose first contact the user is responsible. `day`: by which it is sorted."""
    releases = Release.objects.filter(partner=acting.partner)
    if which == "first_days":
        releases = releases.in_first_days()
    elif which == "past":
        releases = releases.exclude(released_at=None).exclude(pk__in=releases.in_first_days())
    else:
        releases = releases.coming()
    if whose == "mine":
        releases = releases.filter(responsible=acting.user)
    known = Coalesce(TruncDate("released_at"), "planned_on", Value(date.max), output_field=DateField())
    return releases.annotate(day=known).select_related("enrolment__person", "enrolment__programme", "responsible")


def _asked(request: PartnerRequest) -> tuple[str, str]:
    which = request.GET.get("which", "")
    return which if which in WHICH else "coming", "mine" if request.GET.get("whose") == "mine" else "all"


@require_safe
@partner_page(RELEASES)
def release_list(request: PartnerRequest) -> HttpResponse:
    """Who comes out, the soonest first; who is in the first days (`?which=first_days`), and who is out for longer (`past`)."""
    which, whose = _asked(request)
    shown = show(request, RELEASE_LIST, listed_releases(request.acting, which, whose))
    if shown.page.rows:
        log_read(request.acting, "release_list", 0, shown.page.rows)
    context = {"shown": shown, "page": shown.page, "which": which, "tabs": WHICH.items(), "whose": whose}
    return render(request, "cases/custody/release_list.html", context)


@require_safe
@partner_page(RELEASES)
def release_export(request: PartnerRequest) -> HttpResponseBase:
    """The same list as a file."""
    which, whose = _asked(request)
    log_read(request.acting, "release_export", 0, listed_releases(request.acting, which, whose))
    try:
        return export(request, RELEASE_LIST, lambda: listed_releases(request.acting, which, whose), name="releases")
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("release_list")


@partner_page(custody.plan_release)
def release_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says that somebody will come out; `pk` is the participation's. The latest release that there is opens, unless `?another=1`."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    known = Release.objects.filter(enrolment=enrolment).order_by("-id").first()
    if known and (known.released_at is None or "another" not in request.GET):
        return redirect("release", pk=known.pk)
    log_read(request.acting, "enrolment", pk, [enrolment])
    initial = {"responsible": enrolment.responsible_id or request.user.pk}
    form = ReleaseForm(request.POST or None, team=enrolments.team(request.acting), initial=initial)
    if form.is_valid():
        try:
            release = custody.plan_release(by=request.acting, enrolment=enrolment, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. Plan the visits inside and the first contact."))
            return redirect("release", pk=release.pk)
    title = _("Release of %(person)s") % {"person": enrolment.person}
    return _form(request, form, title, reverse("enrolment", args=[pk]))


@partner_page(custody.change_release)
def release_edit(request: PartnerRequest, pk: int) -> HttpResponse:
    """Moves the planned day, or changes conditions and who is responsible."""
    one = _own(request, pk)
    log_read(request.acting, "release", pk, [one])
    form = ReleaseForm(request.POST or None, team=enrolments.team(request.acting), initial=ReleaseForm.of(one))
    if form.is_valid():
        try:
            custody.change_release(by=request.acting, release=one, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("release", pk=pk)
    title = _("Release of %(person)s") % {"person": one.enrolment.person}
    return _form(request, form, title, reverse("release", args=[pk]))


def _form(request: PartnerRequest, form: forms.Form, title: str, back: str) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/form.html", {"form": form, "title": title, "back": back}, status=status)


@require_safe
@partner_page(RELEASES)
def release(request: PartnerRequest, pk: int) -> HttpResponse:
    """One release: the day and its conditions, contacts before and after, the clock of the first days."""
    return _sheet(request, _own(request, pk))


def _own(request: PartnerRequest, pk: int) -> Release:
    return own(request, Release, pk, "enrolment__person", "enrolment__programme", "responsible")


def _sheet(request: PartnerRequest, one: Release, status: int = 200, **with_errors: forms.Form) -> HttpResponse:
    log_read(request.acting, "release", one.pk, [one])
    contacts = list(one.contacts.select_related("responsible").order_by("at", "id"))
    team = enrolments.team(request.acting)
    has_beds = Part.BEDS in one.enrolment.programme.parts
    beds = Bed.objects.filter(partner=request.acting.partner, programme=one.enrolment.programme_id, closed_on=None)
    context: dict[str, Any] = {
        "release": one,
        "is_open": one.enrolment.ended_on is None,
        "contacts": contacts,
        "clock": one.clock(contacts),
        "has_beds": has_beds,
        "stay": Stay.objects.now().filter(enrolment=one.enrolment_id).select_related("bed").first()
        if has_beds
        else None,
        "free_beds": beds.exclude(pk__in=Stay.objects.now().values("bed")).count() if has_beds else 0,
        "released_form": ReleasedForm(prefix="released"),
        "contact_form": ContactForm(prefix="contact", team=team, initial={"responsible": request.user.pk}),
        "now": timezone.now(),
    }
    return render(request, "cases/custody/release.html", context | with_errors, status=status)


def _carry_out(
    request: PartnerRequest, one: Release, name: str, form: ReleasedForm | ContactForm, deed: Callable[..., object]
) -> HttpResponse:
    """Carries out one of the sheet's forms, or shows the sheet again with its errors."""
    if form.is_valid():
        try:
            deed(by=request.acting, release=one, **form.terms())
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("release", pk=one.pk)
    return _sheet(request, one, status=422, **{name: form})


@require_POST
@partner_page(custody.mark_released)
def release_mark(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says that the person was released."""
    form = ReleasedForm(request.POST, prefix="released")
    return _carry_out(request, _own(request, pk), "released_form", form, custody.mark_released)


@require_POST
@partner_page(custody.plan_contact)
def release_contact_add(request: PartnerRequest, pk: int) -> HttpResponse:
    """Plans a contact, or records one."""
    form = ContactForm(request.POST, prefix="contact", team=enrolments.team(request.acting))
    return _carry_out(request, _own(request, pk), "contact_form", form, custody.plan_contact)


@require_POST
@partner_page(custody.take_back_release)
def release_take_back(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes back that the person was released."""
    _do(request, custody.take_back_release, release=_own(request, pk))
    return redirect("release", pk=pk)


@require_POST
@partner_page(custody.mark_contact)
def release_contact_mark(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says how a contact went (`outcome`; empty: takes it back)."""
    contact = own(request, ReleaseContact, pk, "release__enrolment")
    outcome = request.POST.get("outcome", "")
    if outcome in ("", *ReleaseContact.Outcome.values):
        _do(request, custody.mark_contact, contact=contact, outcome=outcome)
    return redirect("release", pk=contact.release_id)


@require_POST
@partner_page(custody.remove_contact)
def release_contact_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a contact away."""
    contact = own(request, ReleaseContact, pk, "release__enrolment")
    _do(request, custody.remove_contact, contact=contact)
    return redirect("release", pk=contact.release_id)


def _do(request: PartnerRequest, deed: Callable[..., object], **arguments: Any) -> None:
    """Carries out what a button says, and says how it went."""
    try:
        deed(by=request.acting, **arguments)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved."))
