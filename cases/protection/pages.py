"""Pages of protection: what to look for and whom to call first, checklists that open with a reason, safe contact.

What is protected is on no other page: no list, search, timeline, count, export, message or API shows that it is there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.openings.forms import ReasonForm
from cases.openings.models import RecordOpening
from cases.people.models import Person
from cases.permissions import PROTECTION
from cases.protection import actions as protection_actions
from cases.protection.document import copy_of
from cases.protection.forms import AnswerForm, ConsultForm, PoliceForm, ReferForm, SafeContactForm, ScreenForm
from cases.protection.hints import CALL_FIRST, by_group
from cases.protection.models import PoliceNotice, ProtectedReferral, ProtectionGrant, SafeContact, Screen
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import Acting, PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import Role
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.number_format import typed
from partnership.pages.paging import page_by_key

MOST = 100
"""So many rows a list shows."""


def _first(acting: Acting) -> dict[str, Any]:
    """Whom to call first, and who at the own partner is named."""
    named = ProtectionGrant.objects.filter(partner=acting.partner, ended_at=None).select_related("user").order_by("id")
    return {
        "line": CALL_FIRST,
        "phone": CALL_FIRST.phone(get_language() or "en"),
        "groups": by_group(),
        "named": [grant.user.full_name for grant in named],
    }


def _only_named(acting: Acting) -> None:
    """Refuses the page to whoever is not named, whatever it is about."""
    try:
        protection_actions.require_named(acting)
    except RuleError as refusal:
        raise PermissionDenied(str(refusal)) from refusal


@require_safe
@partner_page(PROTECTION)
def protection(request: PartnerRequest) -> HttpResponse:
    """Whom to call first and what to look for; records by number for who is named, notices for police."""
    acting = request.acting
    context = _first(acting)
    if acting.role == Role.POLICE_LIAISON:
        told = PoliceNotice.objects.filter(to_partner=acting.partner).select_related("from_partner")
        context["notices"] = list(told.order_by("-id")[:MOST])
        if context["notices"]:
            log_read(acting, "protected_notice", 0, count=len(context["notices"]))
    elif protection_actions.is_named(acting):
        referrals = ProtectedReferral.objects.filter(partner=acting.partner, answer="", withdrawn_on=None)
        page = page_by_key(Screen.objects.filter(partner=acting.partner), ["-id"], request.GET.get("after", ""))
        context |= {
            "is_named": True,
            "page": page,
            "screens": page.rows,
            "waiting": referrals.order_by("sent_on", "id")[:MOST],
        }
    return render(request, "cases/protection/protection.html", context)


@require_safe
@partner_page(PROTECTION)
def person_protection(request: PartnerRequest, pk: int) -> HttpResponse:
    """The same about one person: their records by number, and how to reach them safely, for who is named."""
    person = own(request, Person, pk)
    log_read(request.acting, "person", pk, [person])
    context = _first(request.acting) | {"person": person}
    if protection_actions.is_named(request.acting):
        records = person.records()
        context |= {
            "is_named": True,
            "screens": Screen.objects.filter(person__in=records).order_by("-id"),
            "contact": SafeContact.objects.filter(person__in=records).order_by("-id").first(),
        }
        log_read(request.acting, "protected_person", 0, count=1)
    return render(request, "cases/protection/protection.html", context)


# --- Checklists ------------------------------------------------------------------------------------------------------------------


@partner_page(protection_actions.record_screen)
def protected_new(request: PartnerRequest) -> HttpResponse:
    """Goes through the checklist. ?person=N: about somebody of the register; else about somebody who is not named."""
    _only_named(request.acting)
    number = typed(request.GET.get("person", ""))
    person = own(request, Person, number) if number is not None else None
    if person:
        log_read(request.acting, "person", person.pk, [person])
    form = ScreenForm(request.POST or None)
    if form.is_valid():
        try:
            screen = protection_actions.record_screen(by=request.acting, person=person, **form.terms())
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Written down. Only people who are named for protection can open it."))
            return redirect("protected_record", pk=screen.pk)
    context = _first(request.acting) | {"form": form, "person": person}
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/protection/screen_new.html", context, status=status)


@partner_page(protection_actions.open_screen)
def protected_open(request: PartnerRequest, pk: int) -> HttpResponse:
    """Asks why, before a protected record opens. It names nobody."""
    _only_named(request.acting)
    screen = get_object_or_404(Screen.objects.only("id", "partner_id"), pk=pk, partner=request.acting.partner)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            protection_actions.open_screen(by=request.acting, screen=screen, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.info(request, _("Open for 3 hours. The data-protection officer sees your reason."))
            return redirect("protected_record", pk=pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/protection/open.html", {"form": form, "number": pk}, status=status)


RecordPage = Callable[[PartnerRequest, Screen, str], HttpResponse]


def record_page(right: Any) -> Callable[[RecordPage], Callable[..., HttpResponseBase]]:
    """A page of one protected record, with what it is read for: for who is named and has said why, or wrote it, in the last three
    hours; to the page that asks, else."""

    def decorate(view: RecordPage) -> Callable[..., HttpResponseBase]:
        @partner_page(right)
        @wraps(view)
        def page(request: PartnerRequest, pk: int) -> HttpResponse:
            _only_named(request.acting)
            screens = Screen.objects.filter(partner=request.acting.partner).select_related("person", "written_by")
            screen = get_object_or_404(screens, pk=pk)
            purpose = protection_actions.purpose_of_opening(request.acting, screen)
            return view(request, screen, purpose) if purpose else redirect("protected_open", pk=pk)

        return page

    return decorate


def _log(request: PartnerRequest, what: str, screen: Screen, purpose: str) -> None:
    """A line without the person, which colleagues don't see; why in words, the opening tells."""
    log_read(request.acting, what, screen.pk, count=1, purpose=purpose, words="")


@require_safe
@record_page(PROTECTION)
def protected_record(request: PartnerRequest, screen: Screen, purpose: str) -> HttpResponse:
    """One checklist, and what came of it."""
    return _record(request, screen, purpose)


def _record(
    request: PartnerRequest,
    screen: Screen,
    purpose: str,
    status: int = 200,
    refer_form: forms.Form | None = None,
) -> HttpResponse:
    _log(request, "protected_record", screen, purpose)
    referrals = list(
        screen.referrals.select_related("written_by").prefetch_related("notices__to_partner").order_by("id")
    )
    context = _first(request.acting) | {
        "screen": screen,
        "referrals": referrals,
        "refer_form": refer_form or ReferForm(is_child=screen.is_child),
        "answer_form": AnswerForm(),
        "police_form": PoliceForm(),
        "openings": RecordOpening.objects.filter(protected_number=screen.pk)
        .select_related("user")
        .order_by("-id")[:MOST],
        "consult_url": reverse("protected_consult"),
    }
    return render(request, "cases/protection/record.html", context, status=status)


@require_POST
@record_page(protection_actions.refer)
def protected_refer(request: PartnerRequest, screen: Screen, purpose: str) -> HttpResponse:
    """Records a referral to the assistance system."""
    form = ReferForm(request.POST, is_child=screen.is_child)
    if form.is_valid():
        try:
            protection_actions.refer(by=request.acting, screen=screen, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Written down. Call the assistance system, or send its own form."))
            return redirect("protected_record", pk=screen.pk)
    return _record(request, screen, purpose, status=422, refer_form=form)


@require_safe
@record_page(PROTECTION)
def protected_copy(request: PartnerRequest, screen: Screen, purpose: str) -> HttpResponse:
    """What is held, as PDF, for the person: given where nobody looks over their shoulder."""
    _log(request, "protected_copy", screen, purpose)
    response = HttpResponse(copy_of(screen, request.acting.partner), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="copy.pdf"'  # a name that says nothing
    return response


# --- The assistance system and the police ----------------------------------------------------------------------------------------


@partner_page(protection_actions.record_consultation)
def protected_consult(request: PartnerRequest) -> HttpResponse:
    """Records that the assistance system was asked, without a name."""
    _only_named(request.acting)
    form = ConsultForm(request.POST or None)
    if form.is_valid():
        try:
            protection_actions.record_consultation(by=request.acting, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Written down, without a name."))
            return redirect("protection")
    context = {"form": form, "title": _("Asked the assistance system without a name"), "back": reverse("protection")}
    return render(request, "cases/protection/form.html", context, status=422 if request.method == "POST" else 200)


def referral_page(deed: Callable[..., object]) -> Callable[..., Callable[..., HttpResponseBase]]:
    """A page that posts one deed to a referral: for who is named, and has opened its record; a consultation has none."""

    def decorate(terms: Callable[[PartnerRequest], dict[str, Any] | None]) -> Callable[..., HttpResponseBase]:
        @require_POST
        @partner_page(deed)
        @wraps(terms)
        def page(request: PartnerRequest, pk: int) -> HttpResponse:
            _only_named(request.acting)
            mine = ProtectedReferral.objects.filter(partner=request.acting.partner)
            referral = get_object_or_404(mine.select_related("screen"), pk=pk)
            screen = referral.screen
            if screen and not protection_actions.purpose_of_opening(request.acting, screen):
                return redirect("protected_open", pk=screen.pk)
            if (facts := terms(request)) is None:
                messages.error(request, _("Nothing was saved. Choose one of the answers."))
            else:
                try:
                    deed(by=request.acting, referral=referral, **facts)
                except RuleError as error:
                    messages.error(request, str(error))
                else:
                    messages.success(request, _("Saved."))
            return redirect("protected_record", pk=screen.pk) if screen else redirect("protection")

        return page

    return decorate


def _clean(form: forms.Form) -> dict[str, Any] | None:
    return form.cleaned_data if form.is_valid() else None


@referral_page(protection_actions.note_answer)
def protected_answer(request: PartnerRequest) -> dict[str, Any] | None:
    """What the assistance system answered."""
    return _clean(AnswerForm(request.POST))


@referral_page(protection_actions.tell_police)
def protected_tell(request: PartnerRequest) -> dict[str, Any] | None:
    """Lets a police unit know, by the person's will."""
    return _clean(PoliceForm(request.POST))


@referral_page(protection_actions.police_no_more)
def protected_no_police(request: PartnerRequest) -> dict[str, Any] | None:
    """The person does not want the police to know any more."""
    return {}


@referral_page(protection_actions.take_back)
def protected_take_back(request: PartnerRequest) -> dict[str, Any] | None:
    """The person takes the consent back."""
    return {}


# --- Safe contact ----------------------------------------------------------------------------------------------------------------


@partner_page(protection_actions.save_safe_contact)
def safe_contact(request: PartnerRequest, pk: int) -> HttpResponse:
    """How the person can be reached without harm."""
    _only_named(request.acting)
    person = own(request, Person, pk)
    contact = SafeContact.objects.filter(person=person, partner=request.acting.partner).first()
    initial = {name: getattr(contact, name) for name in ("how", "when", "never")} if contact else None
    form = SafeContactForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            protection_actions.keep_contact_safe(by=request.acting, person=person, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. The person is not reminded of anything any more."))
            return redirect("person_protection", pk=pk)
    log_read(request.acting, "person", pk, [person])
    title = _("Safe contact with %(person)s") % {"person": person}
    context = {"form": form, "title": title, "back": reverse("person_protection", args=[pk])}
    return render(request, "cases/protection/form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@partner_page(protection_actions.remove_safe_contact)
def safe_contact_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """The person can be reached as others are."""
    _only_named(request.acting)
    person = own(request, Person, pk)
    contact = get_object_or_404(SafeContact, person__in=person.records(), partner=request.acting.partner)
    protection_actions.remove_safe_contact(by=request.acting, contact=contact)
    messages.success(request, _("Removed. “Do not contact” stays where it is until you change it."))
    return redirect("person_protection", pk=pk)
