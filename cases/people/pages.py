"""Pages of people. Every object is got through `own`: the acting partner's, or 404."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.arrests.models import Arrest
from cases.consents.models import Consent, ConsentPaper
from cases.enrolments.models import Enrolment
from cases.messages.actions import wish_of
from cases.my_page.actions import card_of
from cases.people import actions as people_actions
from cases.people.doubles import possible_doubles
from cases.people.forms import PersonForm
from cases.people.lists import PERSON_LIST
from cases.people.models import Person, RegisterTooLarge
from cases.people.named_person import ask_about_doubles, others_named
from cases.people.timeline import timeline_of
from cases.permissions import PEOPLE
from cases.planning import actions as planning
from cases.planning.models import Task
from cases.relations import actions as relations
from partnership.audit_trail.read_log import log_read
from partnership.isolation import encryption
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import CASEWORK_ROLES
from partnership.pages.form_fields import said
from partnership.pages.guard import own, partner_page, pass_door
from partnership.pages.lists import export, show
from partnership.pages.number_format import typed

# --- People --------------------------------------------------------------------------------------------------------------


SEARCHED = "people-searched"


@partner_page(PEOPLE)
def person_list(request: PartnerRequest) -> HttpResponse:
    """The own register: newest first, or (?found) those whom the latest search means.

    Found by name as people type it (with a typing error, too), by year or date of birth beside it, or by identity code. A search is posted and stands in the
    session, encrypted: no address, log or history holds a name.
    """
    if request.method == "POST":
        typed = request.POST.get("q", "").replace("\x00", "").strip()[:100]
        request.session[SEARCHED] = encryption.encrypt(f"{request.POST.get('born_on', '')[:10]}|{typed}")
        if "HX-Request" not in request.headers:
            return redirect(f"{reverse('person_list')}?found=1" if typed else "person_list")
    is_part = request.method == "POST"
    text, born_on = _latest_search(request) if is_part or request.GET.get("found") else ("", None)
    shown = show(request, PERSON_LIST, _people(request, text, born_on))
    log_read(request.acting, "person_list", 0, shown.page.rows)
    template = "cases/people/_people.html" if is_part else "cases/people/person_list.html"
    context = {"shown": shown, "page": shown.page, "q": text, "born_on": born_on, "is_part": is_part}
    return render(request, template, context)


def _latest_search(request: PartnerRequest) -> tuple[str, date | None]:
    token = request.session.get(SEARCHED, "")
    born_on, _bar, text = encryption.decrypt(token).partition("|") if token else ("", "", "")
    try:
        return text, date.fromisoformat(born_on)
    except ValueError:
        return text, None


def _people(request: PartnerRequest, text: str, born_on: date | None) -> QuerySet[Person]:
    partner = request.acting.partner
    people = Person.objects.filter(partner=partner)
    # One line a human being: whichever of the linked records is found, the first of them stands there.
    linked = Exists(Person.objects.filter(same_as=OuterRef("pk")))
    first = people.filter(same_as=None).select_related("district").annotate(is_linked=linked)
    if not text:
        return first
    try:
        matches = people.found_by(partner.pk, text, born_on).annotate(first=Coalesce("same_as_id", "pk"))
        return first.filter(pk__in=matches.values("first"))
    except RegisterTooLarge as error:
        messages.warning(request, str(error))
        return first.none()


@require_safe
@partner_page(PEOPLE)
def person_export(request: PartnerRequest) -> HttpResponseBase:
    """The list of people, or those found, as CSV or XLSX."""
    text, born_on = _latest_search(request) if request.GET.get("found") else ("", None)
    log_read(request.acting, "person_export", 0, _people(request, text, born_on))
    try:
        return export(request, PERSON_LIST, lambda: _people(request, text, born_on), name="people")
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("person_list")


@require_safe
@partner_page(PEOPLE)
def person(request: PartnerRequest, pk: int) -> HttpResponse:
    """Who it is, and what happened: of all records that are linked with this one."""
    person = own(request, Person, pk, "district")
    records = list(person.records().order_by("pk"))
    for record in records:
        log_read(request.acting, "person", record.pk, [record])
    enrolments = (
        Enrolment.objects.filter(person__in=records)
        .select_related("programme", "responsible")
        .order_by("-started_on", "-id")
    )
    arrests = (
        Arrest.objects.filter(person__in=records)
        .select_related("district")
        .prefetch_related("offences")
        .order_by("-arrested_on")
    )
    tasks = planning.to_do(Task.objects.filter(person__in=records).select_related("assigned_to"))[:20]
    consents = (
        Consent.objects.filter(person__in=records, from_partner=person.partner_id)
        .select_related("to_partner")
        .annotate(has_paper=Exists(ConsentPaper.objects.filter(consent=OuterRef("pk"))))
        .order_by("-id")
    )
    numbers = {record.pk for record in records}
    related = [(relation, *relation.seen_from(numbers)) for relation in relations.relations_of(records)]
    if related:
        log_read(request.acting, "person_list", 0, [other for _relation, other, _kind in related])
    entries, has_more = timeline_of(records, enrolments, consents, arrests)
    return render(
        request,
        "cases/people/person.html",
        {
            "person": person,
            "related": related,
            "linked": [record for record in records if record != person],
            "enrolments": enrolments,
            "arrests": arrests,
            "consents": consents,
            "entries": entries,
            "has_more": has_more,
            "my_page_card": card_of(person),
            "contact_wish": wish_of(person),
            "tasks": tasks if request.acting.role in CASEWORK_ROLES else [],
        },
    )


@partner_page(people_actions.save_person)
def person_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    person = own(request, Person, pk) if pk else Person(partner=request.acting.partner)
    form = PersonForm(request.POST or None, instance=person)
    if form.is_valid():
        if not pk and (same := form.same_person(request.acting.partner)):
            return redirect("person", pk=same.pk)
        try:
            saved = people_actions.save_person(
                by=request.acting, person=form.save(commit=False), is_somebody_else=form.is_somebody_else
            )
        except people_actions.PossibleDouble as error:
            ask_about_doubles(request, form, error)
        except RuleError as error:
            form.add_error("identity_code", said(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("person", pk=saved.pk)
    if pk:
        log_read(request.acting, "person", pk, [person])
    title = str(person) if pk else _("New person")
    back = reverse("person", args=[pk]) if pk else reverse("person_list")
    return render(request, "pages/form.html", {"form": form, "title": title, "back": back})


# --- Records of one human being ------------------------------------------------------------------------------------------


@partner_page(people_actions.link_person)
def person_doubles(request: PartnerRequest, pk: int) -> HttpResponse:
    """Other own records that may be of this human being: those spelled alike, or (posted, so that no name is in an address) those
    that a typed name means."""
    person = own(request, Person, pk)
    text, others = others_named(request, person)
    if not text:
        others = possible_doubles(person)
    log_read(request.acting, "person", pk, [person])
    log_read(request.acting, "person_list", 0, others)
    return render(request, "cases/people/doubles.html", {"person": person, "others": others, "q": text})


@require_POST
@partner_page(people_actions.link_person)
def person_link(request: PartnerRequest, pk: int) -> HttpResponse:
    """Links the person with the own record that is chosen."""
    person = own(request, Person, pk)
    other = get_object_or_404(Person, partner=request.acting.partner, pk=typed(request.POST.get("other", "")))
    pass_door(request.acting, other)  # linked, the page shows both
    try:
        people_actions.link_person(by=request.acting, person=person, other=other)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Linked: this page shows both records now. You can undo it here."))
    return redirect("person", pk=pk)


@require_POST
@partner_page(people_actions.unlink_person)
def person_unlink(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes the person's record out of those with which it is linked."""
    person = own(request, Person, pk)
    try:
        people_actions.unlink_person(by=request.acting, person=person)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The record stands for itself again."))
    return redirect("person", pk=pk)
