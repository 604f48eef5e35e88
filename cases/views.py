"""Pages of people and enrolments. Every object is got through `own`: the acting partner's, or 404."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.contrib import messages
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cases import papers, planning, services
from cases.forms import (
    AssessmentForm,
    EndForm,
    EnrolForm,
    GoalForm,
    GroupForm,
    NoteForm,
    OverdoseForm,
    PersonForm,
    SessionForm,
)
from cases.lists import CASELOAD, PEOPLE
from cases.models import Arrest, ConsentPaper, Enrolment, Goal, OverdoseCount, Person, Session, Substance, Task
from cases.scores import scores_of
from cases.timeline import timeline_of
from partnership import crypto
from partnership.access import PartnerRequest, partner_page
from partnership.errors import RuleError
from partnership.forms import refuse
from partnership.lists import chosen_rows, export, show
from partnership.models import CASEWORK_ROLES, POLICE_ROLES, Role
from partnership.numbers import typed
from partnership.paging import page_by_key
from partnership.reads import log_read
from programs.models import Programme

M = TypeVar("M", bound=Model)
PAPERS = ConsentPaper.objects.filter(consent=OuterRef("pk"))
PEOPLE_ROLES = (*CASEWORK_ROLES, *POLICE_ROLES)
MOST_IN_GROUP = 200
"""The newest open enrolments that the page of a group shows."""


def own(request: PartnerRequest, model: type[M], pk: int, *related: str) -> M:
    """The acting partner's object; anybody else's is not found."""
    queryset = model._default_manager.filter(partner=request.acting.partner)
    return get_object_or_404(queryset.select_related(*related) if related else queryset, pk=pk)


def named_person(request: PartnerRequest) -> Person | None:
    """The own person whom ?person=N names, for a form that starts from somebody known: that the name was seen is logged."""
    number = typed(request.GET.get("person", ""))
    if number is None:
        return None
    person = own(request, Person, number)
    log_read(request.acting, "person", number)
    return person


# --- People --------------------------------------------------------------------------------------------------------------


SEARCHED = "people-searched"


@partner_page(*PEOPLE_ROLES)
def person_list(request: PartnerRequest) -> HttpResponse:
    """The own register: newest first, or (?found) those whom the latest search means.

    Found by name from the third letter, by name and birth date, or by identity code. A search is posted and stands in the
    session, encrypted: no address, log or history holds a name.
    """
    if request.method == "POST":
        typed = request.POST.get("q", "").replace("\x00", "").strip()[:100]
        request.session[SEARCHED] = crypto.encrypt(f"{request.POST.get('born_on', '')[:10]}|{typed}")
        if "HX-Request" not in request.headers:
            return redirect(f"{reverse('person_list')}?found=1" if typed else "person_list")
    is_part = request.method == "POST"
    text, born_on = _searched(request) if is_part or request.GET.get("found") else ("", None)
    shown = show(request, PEOPLE, _people(request, text, born_on))
    log_read(request.acting, "person_list", 0, len(shown.page.rows))
    template = "cases/_people.html" if is_part else "cases/person_list.html"
    context = {"shown": shown, "page": shown.page, "q": text, "born_on": born_on, "is_part": is_part}
    return render(request, template, context)


def _searched(request: PartnerRequest) -> tuple[str, date | None]:
    token = request.session.get(SEARCHED, "")
    born_on, _bar, text = crypto.decrypt(token).partition("|") if token else ("", "", "")
    try:
        return text, date.fromisoformat(born_on)
    except ValueError:
        return text, None


def _people(request: PartnerRequest, text: str, born_on: date | None) -> QuerySet[Person]:
    partner = request.acting.partner
    people = Person.objects.filter(partner=partner).select_related("district")
    return people.found_by(partner.pk, text, born_on) if text else people


@require_safe
@partner_page(*PEOPLE_ROLES)
def person_export(request: PartnerRequest) -> HttpResponseBase:
    """The list of people, or those found, as CSV or XLSX."""
    text, born_on = _searched(request) if request.GET.get("found") else ("", None)
    log_read(request.acting, "person_export", 0)
    try:
        return export(request, PEOPLE, lambda: _people(request, text, born_on), name="people")
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("person_list")


@require_safe
@partner_page(*PEOPLE_ROLES)
def person(request: PartnerRequest, pk: int) -> HttpResponse:
    found = own(request, Person, pk, "district")
    log_read(request.acting, "person", pk)
    enrolments = found.enrolments.select_related("programme", "responsible").order_by("-started_on")
    arrests = (
        Arrest.objects.filter(person=found)
        .select_related("district")
        .prefetch_related("offences")
        .order_by("-arrested_on")
    )
    tasks = planning.to_do(Task.objects.filter(person=found).select_related("assigned_to"))[:20]
    consents = found.consents.select_related("to_partner").annotate(has_paper=Exists(PAPERS)).order_by("-id")
    entries, has_more = timeline_of(found, enrolments, consents, arrests)
    return render(
        request,
        "cases/person.html",
        {
            "person": found,
            "enrolments": enrolments,
            "arrests": arrests,
            "consents": consents,
            "entries": entries,
            "has_more": has_more,
            "tasks": tasks if request.acting.role in CASEWORK_ROLES else [],
        },
    )


@partner_page(*PEOPLE_ROLES)
def person_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    found = own(request, Person, pk) if pk else Person(partner=request.acting.partner)
    form = PersonForm(request.POST or None, instance=found)
    if form.is_valid():
        try:
            saved = services.save_person(by=request.acting, person=form.save(commit=False))
        except RuleError as error:
            form.add_error("identity_code", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("person", pk=saved.pk)
    if pk:
        log_read(request.acting, "person", pk)
    title = str(found) if pk else _("New person")
    back = reverse("person", args=[pk]) if pk else reverse("person_list")
    return render(request, "partnership/form.html", {"form": form, "title": title, "back": back})


@partner_page(*CASEWORK_ROLES)
def person_enrol(request: PartnerRequest, pk: int) -> HttpResponse:
    """Enrols a person who came without a referral."""
    found = own(request, Person, pk)
    form = EnrolForm(request.POST or None, partner=request.acting.partner, initial={"started_on": timezone.localdate()})
    if form.is_valid():
        try:
            enrolment = services.enrol(by=request.acting, person=found, **form.cleaned_data)
        except RuleError as error:
            form.add_error(None, str(error))
        else:
            return redirect("enrolment", pk=enrolment.pk)
    log_read(request.acting, "person", pk)
    title = _("Enrol %(person)s") % {"person": found}
    return render(
        request, "partnership/form.html", {"form": form, "title": title, "back": reverse("person", args=[pk])}
    )


@require_safe
@partner_page(*PEOPLE_ROLES)
def consent_paper(request: PartnerRequest, pk: int) -> HttpResponse:
    """The signed form behind an own consent; `pk` is the consent's."""
    found = get_object_or_404(ConsentPaper, consent_id=pk, partner=request.acting.partner)
    log_read(request.acting, "consent_paper", pk)
    response = HttpResponse(found.content, content_type=found.media_type)
    name = f"consent-{pk}.{papers.SUFFIXES[found.media_type]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --- Enrolments ------------------------------------------------------------------------------------------------------------


@require_safe
@partner_page(*CASEWORK_ROLES)
def enrolment(request: PartnerRequest, pk: int) -> HttpResponse:
    return _enrolment_page(request, pk)


def _enrolment_page(request: PartnerRequest, pk: int, status: int = 200, **forms: object) -> HttpResponse:
    """The participation on one page; a form that was sent with an error keeps what was typed."""
    found = own(request, Enrolment, pk, "person", "programme", "responsible")
    log_read(request.acting, "enrolment", pk)
    today = timezone.localdate()
    context = {
        "enrolment": found,
        "sessions": found.sessions.select_related("recorded_by").order_by("-held_on", "-id")[:100],
        "goals": found.goals.order_by("reached_on", "id"),
        "notes": found.notes.select_related("author").order_by("-id")[:50],
        "session_form": SessionForm(initial={"held_on": today}, prefix="session"),
        "goal_form": GoalForm(prefix="goal"),
        "note_form": NoteForm(prefix="note"),
        "assessment_form": AssessmentForm(initial={"held_on": today}, prefix="assessment"),
        "scores": scores_of(found.assessments.order_by("-held_on")[:100]),
        "appointments": found.appointments.filter(session=None)
        .select_related("responsible")
        .order_by("starts_at")[:20],
        "attendances": Session.Attendance.choices,
        "now": timezone.now(),
        "substances": Substance.choices,
        "end_form": EndForm(initial={"ended_on": today}, prefix="end"),
    }
    return render(request, "cases/enrolment.html", context | forms, status=status)


def _add(request: PartnerRequest, pk: int, name: str, form: object, action: object) -> HttpResponse:
    """Carries out one of the enrolment page's forms, or shows the page again with its errors."""
    found = own(request, Enrolment, pk)
    if form.is_valid():  # type: ignore[attr-defined]
        try:
            action(by=request.acting, enrolment=found, **form.cleaned_data)  # type: ignore[operator, attr-defined]
        except RuleError as error:
            refuse(form, error)  # type: ignore[arg-type]
        else:
            messages.success(request, _("Saved."))
            return redirect("enrolment", pk=pk)
    return _enrolment_page(request, pk, status=422, **{f"{name}_form": form})


@require_POST
@partner_page(*CASEWORK_ROLES)
def session_add(request: PartnerRequest, pk: int) -> HttpResponse:
    return _add(request, pk, "session", SessionForm(request.POST, prefix="session"), services.record_session)


@require_POST
@partner_page(*CASEWORK_ROLES)
def goal_add(request: PartnerRequest, pk: int) -> HttpResponse:
    return _add(request, pk, "goal", GoalForm(request.POST, prefix="goal"), services.add_goal)


@require_POST
@partner_page(*CASEWORK_ROLES)
def note_add(request: PartnerRequest, pk: int) -> HttpResponse:
    return _add(request, pk, "note", NoteForm(request.POST, prefix="note"), services.add_note)


@require_POST
@partner_page(*CASEWORK_ROLES)
def assessment_add(request: PartnerRequest, pk: int) -> HttpResponse:
    form = AssessmentForm(request.POST, prefix="assessment")
    return _add(request, pk, "assessment", form, planning.record_assessment)


@require_POST
@partner_page(*CASEWORK_ROLES)
def enrolment_end(request: PartnerRequest, pk: int) -> HttpResponse:
    return _add(request, pk, "end", EndForm(request.POST, prefix="end"), services.end_enrolment)


@require_POST
@partner_page(*CASEWORK_ROLES)
def goal_mark(request: PartnerRequest, pk: int) -> HttpResponse:
    """Marks a goal as reached today, or takes the mark back."""
    goal = own(request, Goal, pk)
    services.mark_goal(goal=goal, reached_on=None if goal.reached_on else timezone.localdate())
    return redirect("enrolment", pk=goal.enrolment_id)


@require_POST
@partner_page(*CASEWORK_ROLES)
def measurement_consent(request: PartnerRequest, pk: int) -> HttpResponse:
    found = own(request, Enrolment, pk)
    services.set_measurement_consent(enrolment=found, consents=request.POST.get("consents") == "yes")
    messages.success(request, _("Saved. The next computation of figures follows it."))
    return redirect("enrolment", pk=pk)


@require_POST
@partner_page(*CASEWORK_ROLES)
def primary_drug(request: PartnerRequest, pk: int) -> HttpResponse:
    found = own(request, Enrolment, pk)
    chosen = request.POST.get("primary_drug", "")
    services.set_primary_drug(enrolment=found, primary_drug=chosen if chosen in Substance.values else "")
    messages.success(request, _("Saved. The next computation of figures follows it."))
    return redirect("enrolment", pk=pk)


@require_safe
@partner_page(*CASEWORK_ROLES)
def caseload(request: PartnerRequest) -> HttpResponse:
    """Open enrolments of the partner, or one's own."""
    whose = "all" if request.GET.get("whose") == "all" else "mine"
    shown = show(request, CASELOAD, _caseload(request, whose))
    log_read(request.acting, "caseload", 0, len(shown.page.rows))
    context = {"shown": shown, "page": shown.page, "mine": whose == "mine", "colleagues": services.team(request.acting)}
    return render(request, "cases/caseload.html", context)


def _caseload(request: PartnerRequest, whose: str) -> QuerySet[Enrolment]:
    enrolments = Enrolment.objects.filter(partner=request.acting.partner).open()
    if whose == "mine":
        enrolments = enrolments.filter(responsible=request.user)
    return enrolments.select_related("person", "programme", "responsible")


@require_safe
@partner_page(*CASEWORK_ROLES)
def caseload_export(request: PartnerRequest) -> HttpResponseBase:
    whose = "all" if request.GET.get("whose") == "all" else "mine"
    log_read(request.acting, "caseload_export", 0)
    try:
        return export(request, CASELOAD, lambda: _caseload(request, whose), name="caseload")
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("caseload")


@require_POST
@partner_page(*CASEWORK_ROLES)
def caseload_hand_over(request: PartnerRequest) -> HttpResponse:
    """Makes a colleague responsible for the chosen enrolments."""
    chosen = chosen_rows(request)
    enrolments = Enrolment.objects.filter(partner=request.acting.partner, pk__in=chosen)
    colleague = next((user for user in services.team(request.acting) if str(user.pk) == request.POST.get("to")), None)
    if colleague is None or not chosen:
        messages.error(request, _("Choose people and a colleague."))
    else:
        done = services.hand_over(enrolments=enrolments, to=colleague)
        text = ngettext(
            "%(who)s is responsible for %(n)s person now.", "%(who)s is responsible for %(n)s people now.", done
        )
        messages.success(request, text % {"n": done, "who": colleague.full_name})
    return redirect("caseload")


@partner_page(*CASEWORK_ROLES)
def group_attendance(request: PartnerRequest, pk: int) -> HttpResponse:
    """Who came to a group, entered for all at once. ?mark=attended begins with everybody marked."""
    programme = get_object_or_404(Programme, pk=pk, partner=request.acting.partner)
    enrolments = Enrolment.objects.filter(partner=request.acting.partner, programme=programme).open()
    people = list(enrolments.select_related("person").order_by("-started_on", "-id")[:MOST_IN_GROUP])
    people.sort(key=lambda enrolment: str(enrolment.person).casefold())
    marked = request.GET.get("mark", "") if request.GET.get("mark") in Session.Attendance.values else ""
    form = GroupForm(request.POST or None, enrolments=people, marked=marked, initial={"held_on": timezone.localdate()})
    if form.is_valid():
        given = form.cleaned_data
        try:
            recorded, known = services.record_group(
                by=request.acting,
                programme=programme,
                held_on=given["held_on"],
                method=given["method"],
                minutes=given["minutes"],
                attendance=form.attendance(),
            )
        except RuleError as error:
            form.add_error("held_on", str(error))
        else:
            text = ngettext("%(n)s attendance recorded.", "%(n)s attendances recorded.", recorded) % {"n": recorded}
            if known:
                text += " " + _("%(n)s had a session of this kind on that day already.") % {"n": known}
            messages.success(request, text)
            return redirect("programme", pk=pk)
    log_read(request.acting, "caseload", 0, len(people))
    context = {"form": form, "programme": programme, "attendances": Session.Attendance.choices, "marked": marked}
    return render(request, "cases/group_attendance.html", context)


# --- Overdoses -----------------------------------------------------------------------------------------------------------


@partner_page(*CASEWORK_ROLES, Role.COORDINATOR)
def overdose_list(request: PartnerRequest) -> HttpResponse:
    """What the acting partner counted, newest month first, and the form for one more month."""
    form = OverdoseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.count_overdoses(by=request.acting, **form.cleaned_data)
        messages.success(request, _("Saved. The next computation of figures follows it."))
        return redirect("overdose_list")
    counts = OverdoseCount.objects.filter(partner=request.acting.partner).select_related("district")
    page = page_by_key(counts, ["-month", "-id"], request.GET.get("after", ""))
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/overdose_list.html", {"page": page, "form": form}, status=status)
