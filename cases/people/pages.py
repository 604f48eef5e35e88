"""Pages of people. Every object is got through `own`: the acting partner's, or 404."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.arrests.models import Arrest
from cases.consents.models import ConsentPaper
from cases.people import actions as people_actions
from cases.people.forms import PersonForm
from cases.people.lists import PERSON_LIST
from cases.people.models import Person, RegisterTooLarge
from cases.people.timeline import timeline_of
from cases.permissions import PEOPLE
from cases.planning import actions as planning
from cases.planning.models import Task
from partnership.audit_trail.read_log import log_read
from partnership.isolation import encryption
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import CASEWORK_ROLES
from partnership.pages.guard import own, partner_page
from partnership.pages.lists import export, show

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
    log_read(request.acting, "person_list", 0, len(shown.page.rows))
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
    people = Person.objects.filter(partner=partner).select_related("district")
    if not text:
        return people
    try:
        return people.found_by(partner.pk, text, born_on)
    except RegisterTooLarge as error:
        messages.warning(request, str(error))
        return people.none()


@require_safe
@partner_page(PEOPLE)
def person_export(request: PartnerRequest) -> HttpResponseBase:
    """The list of people, or those found, as CSV or XLSX."""
    text, born_on = _latest_search(request) if request.GET.get("found") else ("", None)
    log_read(request.acting, "person_export", 0)
    try:
        return export(request, PERSON_LIST, lambda: _people(request, text, born_on), name="people")
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("person_list")


@require_safe
@partner_page(PEOPLE)
def person(request: PartnerRequest, pk: int) -> HttpResponse:
    person = own(request, Person, pk, "district")
    log_read(request.acting, "person", pk)
    enrolments = person.enrolments.select_related("programme", "responsible").order_by("-started_on")
    arrests = (
        Arrest.objects.filter(person=person)
        .select_related("district")
        .prefetch_related("offences")
        .order_by("-arrested_on")
    )
    tasks = planning.to_do(Task.objects.filter(person=person).select_related("assigned_to"))[:20]
    consents = (
        person.consents.select_related("to_partner")
        .annotate(has_paper=Exists(ConsentPaper.objects.filter(consent=OuterRef("pk"))))
        .order_by("-id")
    )
    entries, has_more = timeline_of(person, enrolments, consents, arrests)
    return render(
        request,
        "cases/people/person.html",
        {
            "person": person,
            "enrolments": enrolments,
            "arrests": arrests,
            "consents": consents,
            "entries": entries,
            "has_more": has_more,
            "tasks": tasks if request.acting.role in CASEWORK_ROLES else [],
        },
    )


@partner_page(people_actions.save_person)
def person_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    person = own(request, Person, pk) if pk else Person(partner=request.acting.partner)
    form = PersonForm(request.POST or None, instance=person)
    if form.is_valid():
        try:
            saved = people_actions.save_person(by=request.acting, person=form.save(commit=False))
        except RuleError as error:
            form.add_error("identity_code", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("person", pk=saved.pk)
    if pk:
        log_read(request.acting, "person", pk)
    title = str(person) if pk else _("New person")
    back = reverse("person", args=[pk]) if pk else reverse("person_list")
    return render(request, "pages/form.html", {"form": form, "title": title, "back": back})
