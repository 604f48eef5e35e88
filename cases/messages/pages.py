"""Pages of reminders: what a person wants, for the staff; and the one to which the link of a reminder leads."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.messages import actions
from cases.messages.forms import ContactForm
from cases.messages.models import ContactWish
from cases.my_page import visits
from cases.people.models import Person
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page


@partner_page(actions.save_wish)
def contact(request: PartnerRequest, pk: int) -> HttpResponse:
    """Whether and how the person wants to be reminded; `pk` is the person's."""
    person = own(request, Person, pk)
    initial = ContactForm.of(person, actions.wish_of(person), translation.get_language() or "en")
    form = ContactForm(request.POST or None, person=person, initial=initial)
    if form.is_valid():
        try:
            actions.save_wish(by=request.acting, person=person, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. Reminders follow this from now on."))
            return redirect("person", pk=pk)
    log_read(request.acting, "person", pk, [person])
    context = {
        "form": form,
        "title": _("Contact with %(person)s") % {"person": person},
        "back": reverse("person", args=[pk]),
    }
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@partner_page(actions.stop_reminders)
def contact_stop(request: PartnerRequest, pk: int) -> HttpResponse:
    """The person has told the staff that they want no more reminders."""
    person = own(request, Person, pk)
    wish = get_object_or_404(ContactWish, person=person, partner=request.acting.partner)
    actions.stop_reminders(by=request.acting, wish=wish)
    messages.success(request, _("Stopped: no more reminders are sent."))
    return redirect("person", pk=pk)


def reminders_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link of a reminder leads: one button, and no word of what the reminders are of."""
    with translation.override(visits.language_of(request)):
        try:
            actions.read_link(token)
            if is_done := request.method == "POST":
                actions.stop_by_link(token=token)
        except RuleError as error:
            return visits.page(request, "cases/messages/stop.html", {"refusal": str(error)}, status=404)
        return visits.page(request, "cases/messages/stop.html", {"is_done": is_done})
