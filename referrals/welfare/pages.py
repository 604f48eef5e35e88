"""Pages of child welfare notices: the list, one, making one, acknowledging it."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.people import actions as people
from cases.people.forms import PersonForm
from cases.people.models import Person
from cases.people.named_person import named_person
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.guard import partner_page, pass_door
from partnership.pages.lists import show
from referrals.permissions import WELFARE_NOTICES
from referrals.welfare import actions as welfare
from referrals.welfare.forms import WelfareForm
from referrals.welfare.lists import WELFARE_LIST
from referrals.welfare.models import WelfareNotice


@require_safe
@partner_page(WELFARE_NOTICES)
def welfare_list(request: PartnerRequest) -> HttpResponse:
    """Notices that the own partner made or received, the newest first."""
    seen = WelfareNotice.objects.seen_by(request.acting).select_related("from_partner", "to_partner")
    shown = show(request, WELFARE_LIST, seen)
    if shown.page.rows:
        log_read(request.acting, "welfare_list", 0, shown.page.rows)
    return render(request, "referrals/welfare/welfare_list.html", {"shown": shown, "page": shown.page})


def seen_notice(request: PartnerRequest, pk: int) -> WelfareNotice:
    related = ["from_partner", "to_partner", "made_by", "acknowledged_by"]
    notice = get_object_or_404(WelfareNotice.objects.seen_by(request.acting).select_related(*related), pk=pk)
    pass_door(request.acting, notice)
    return notice


@require_safe
@partner_page(WELFARE_NOTICES)
def welfare_notice(request: PartnerRequest, pk: int) -> HttpResponse:
    """One notice, for who made it and who received it."""
    notice = seen_notice(request, pk)
    log_read(request.acting, "welfare_notice", pk, [notice])
    to_acknowledge = notice.to_partner_id == request.acting.partner.pk and not notice.acknowledged_at
    context = {"notice": notice, "to_acknowledge": to_acknowledge}
    return render(request, "referrals/welfare/welfare_notice.html", context)


@partner_page(welfare.make_notice)
def welfare_new(request: PartnerRequest) -> HttpResponse:
    """Makes a notice. ?person=N: about somebody known."""
    person = named_person(request)
    form = WelfareForm(request.POST or None)
    person_form = None
    if person is None:
        new = Person(partner=request.acting.partner)
        person_form = PersonForm(request.POST or None, prefix="person", instance=new)
        for name in ("born_on", "phone"):  # they tell of consents and programmes
            person_form.fields[name].help_text = ""
    if form.is_valid() and (person_form is None or person_form.is_valid()):
        try:
            with transaction.atomic():
                person = person or _person_of(request, person_form)
                pass_door(request.acting, person)  # whoever makes a notice opens the record
                notice = welfare.make_notice(by=request.acting, person=person, **form.cleaned_data)
        except RuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Sent to %(partner)s.") % {"partner": notice.to_partner.name})
            return redirect("welfare_notice", pk=notice.pk)
    context = {"form": form, "person": person, "person_form": person_form}
    status = 422 if request.method == "POST" else 200
    return render(request, "referrals/welfare/welfare_new.html", context, status=status)


def _person_of(request: PartnerRequest, form: PersonForm | None) -> Person:
    """The person whom the form means: known by the identity code, or new."""
    assert form is not None  # noqa: S101 — asked where nobody is named
    known = people.find_known(request.acting.partner, form.cleaned_data["identity_code"])
    return known or people.save_person(by=request.acting, person=form.save(commit=False))


@require_POST
@partner_page(welfare.acknowledge_notice)
def welfare_acknowledge(request: PartnerRequest, pk: int) -> HttpResponse:
    """Social services say that they have it in hand."""
    try:
        welfare.acknowledge_notice(by=request.acting, notice=seen_notice(request, pk))
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Acknowledged. Who made the notice is told."))
    return redirect("welfare_notice", pk=pk)
