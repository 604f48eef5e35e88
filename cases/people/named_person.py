"""A form about somebody who is known already starts from that person; or asks whether the one typed is known."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404

from cases.people.actions import PossibleDouble
from cases.people.doubles import MOST
from cases.people.forms import PersonForm
from cases.people.models import Person, RegisterTooLarge
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.pages.number_format import typed


def named_person(request: PartnerRequest) -> Person | None:
    """The own person whom ?person=N names, for a form that starts from somebody known: that the name was seen is logged. It shows
    what a list shows, and opens to whoever finds people there."""
    number = typed(request.GET.get("person", ""))
    if number is None:
        return None
    person = get_object_or_404(Person, pk=number, partner=request.acting.partner)
    log_read(request.acting, "person", number, [person])
    return person


def ask_about_doubles(request: PartnerRequest, form: PersonForm, error: PossibleDouble) -> None:
    """Shows the own people who may be the one typed, and asks which: that the names were seen is logged."""
    form.ask_about(error.doubles)
    log_read(request.acting, "person_list", 0, error.doubles)


def others_named(request: PartnerRequest, person: Person) -> tuple[str, list[Person]]:
    """What was typed (posted as `q`, so that no name is in an address), and the own people whom it means, but for the person's own
    records."""
    text = request.POST.get("q", "").replace("\x00", "").strip()[:100]
    people = Person.objects.filter(partner=person.partner_id).exclude(pk__in=person.records())
    try:
        others = people.found_by(person.partner_id, text).order_by("-changed_at", "-id")[:MOST] if text else []
        return text, list(others)
    except RegisterTooLarge as error:
        messages.warning(request, str(error))
        return text, []
