"""Pages of referrals. Every object is got through `seen_referral`: what the acting partner may see, or 404."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from cases.consents.models import ConsentPaper
from cases.people import identity_code
from cases.people.actions import PossibleDouble
from cases.people.forms import PersonForm
from cases.people.models import Person, RegisterTooLarge
from cases.people.named_person import ask_about_doubles, named_person
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import Acting, PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import CASEWORK_ROLES, Role
from partnership.pages import form_drafts
from partnership.pages.form_fields import refuse, said
from partnership.pages.going_back import back
from partnership.pages.guard import partner_page, pass_door
from partnership.pages.lists import chosen_rows, export, query_of, show
from partnership.pages.number_format import typed
from partnership.pages.searched import remember, searched
from programs.catalogue.fit import NotTaken
from referrals.diversions.forms import DiversionForm
from referrals.end_reports.models import EndReport
from referrals.first_appointments import actions as first_appointments
from referrals.first_appointments.forms import first_appointment_of
from referrals.handover import actions as handover
from referrals.handover.drafting import save_draft
from referrals.handover.filters import ReferralFilter
from referrals.handover.forms import ConsentForm, EventForm, MessageForm, ReferOnForm, ReferralForm, VerbForm, verb_form
from referrals.handover.lists import listing_of, name_of
from referrals.handover.models import DUE_FIRST, NO_FURTHER_DISCLOSURE, Disclosure, Need, Referral
from referrals.handover.needs import NeedsForm
from referrals.handover.searching import named
from referrals.handover.transitions import TRANSITIONS, WAITING_STATES, State
from referrals.permissions import REFERRALS
from referrals.releases.forms import release_of

MOST_KNOWN = 5
CODE_LENGTH = 11
"""Of a personal identity code."""
DONE: dict[str, str | Promise] = {
    "send": gettext_lazy("Sent to %(receiver)s. They see what you wrote, and who it is when they say yes."),
    "acknowledge": gettext_lazy("Acknowledged: %(sender)s knows that you are looking at it."),
    "accept": gettext_lazy(
        "Accepted: you see who it is, and %(sender)s is told. Enrol the person when the first day is known."
    ),
    "waitlist": gettext_lazy("On your waiting list: you see who it is, and %(sender)s is told the day."),
    "decline": gettext_lazy("Declined: %(sender)s is told why, and can refer the person on."),
    "enrol": gettext_lazy("Enrolled, and %(sender)s is told. The person is in your caseload now."),
    "complete": gettext_lazy("Completed: %(sender)s is told."),
    "end_early": gettext_lazy("Ended early: %(sender)s is told why."),
    "withdraw": gettext_lazy("Withdrawn: %(receiver)s no longer sees who it is."),
}
"""What each verb comes to, in words."""


def seen_referral(request: PartnerRequest, pk: int) -> Referral:
    """The referral, if the acting partner may see it; any other is not found."""
    related = ["from_partner", "to_partner", "programme", "agreement", "consent__recorded_by", "created_by"]
    referral = get_object_or_404(Referral.objects.seen_by(request.acting).select_related(*related), pk=pk)
    if referral.sent_at:  # a draft the team goes on with
        pass_door(request.acting, referral)
    return referral


def box_of(acting: Acting, box: str) -> str:
    """Which list: a coordinator's is everything; a police unit opens on what it sent, an NGO on what it received."""
    if acting.role == Role.COORDINATOR:
        return "all"
    if box in {"incoming", "outgoing"}:
        return box
    return "incoming" if acting.role in CASEWORK_ROLES else "outgoing"


def listed_referrals(acting: Acting, box: str) -> Any:
    """The referrals of a list, each with what its row shows."""
    everything = Referral.objects.seen_by(acting) if box == "all" else getattr(Referral.objects, box)(acting.partner)
    return everything.with_due().select_related("from_partner", "to_partner", "programme", "disclosure", "need")


@partner_page(REFERRALS)
def referral_list(request: PartnerRequest) -> HttpResponse:
    """Received or sent referrals. A search within them is posted."""
    acting = request.acting
    if request.method == "POST":
        return remember(request, "referral_list")
    box, text = box_of(acting, request.GET.get("box", "")), searched(request, "referral_list")
    referral_filter = ReferralFilter(request.GET, listed_referrals(acting, box))
    shown = show(request, listing_of(request.GET.get("state", "")), _meant(request, referral_filter.qs, text))
    if acting.role != Role.COORDINATOR:
        log_read(acting, "referral_list", 0, shown.page.rows)
    can_acknowledge = box == "incoming" and any(row.state == State.SENT for row in shown.page.rows)
    context = {
        "shown": shown,
        "page": shown.page,
        "filter": referral_filter,
        "box": box,
        "q": text,
        "can_acknowledge": can_acknowledge,
    }
    return render(request, "referrals/handover/referral_list.html", context)


def _meant(request: PartnerRequest, rows: Any, text: str) -> Any:
    """The rows whom the search means, all without one."""
    try:
        return named(rows, text) if text else rows
    except RegisterTooLarge as error:
        messages.warning(request, str(error))
        return rows.none()


@require_safe
@partner_page(REFERRALS)
def referral_export(request: PartnerRequest) -> HttpResponseBase:
    """The list as CSV or XLSX, with the filters, search, columns and order of the page."""
    acting, params = request.acting, request.GET
    box, text = box_of(acting, params.get("box", "")), searched(request, "referral_list")

    def rows() -> Any:
        return _meant(request, ReferralFilter(params, listed_referrals(acting, box)).qs, text)

    if acting.role == Role.COORDINATOR:  # who does not see whose they are
        log_read(acting, "referral_export", 0, count=rows().count())
    else:
        log_read(acting, "referral_export", 0, rows())
    try:
        listing = listing_of(params.get("state", ""))
        return export(request, listing, rows, name="referrals", notice=str(NO_FURTHER_DISCLOSURE))
    except RuleError as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('referral_list')}?{query_of(params)}")


@require_POST
@partner_page(handover.acknowledge)
def referral_acknowledge_all(request: PartnerRequest) -> HttpResponse:
    """Acknowledges the chosen referrals at once; one that was acknowledged meanwhile stays as it is."""
    waiting = Referral.objects.incoming(request.acting.partner).filter(pk__in=chosen_rows(request), state=State.SENT)
    done = 0
    for referral in waiting.select_related("programme").order_by("id"):
        handover.acknowledge(by=request.acting, referral=referral)
        done += 1
    messages.success(
        request, ngettext("%(n)s referral acknowledged.", "%(n)s referrals acknowledged.", done) % {"n": done}
    )
    return back(request, f"{reverse('referral_list')}?box=incoming")


@require_safe
@partner_page(REFERRALS)
def referral(request: PartnerRequest, pk: int) -> HttpResponse:
    return _referral_page(request, seen_referral(request, pk))


def _referral_page(
    request: PartnerRequest, referral: Referral, status: int = 200, bound: dict[str, VerbForm] | None = None
) -> HttpResponse:
    acting = request.acting
    is_party = bool(referral.parties_of(acting.partner.pk))
    if is_party:
        log_read(acting, "referral", referral.pk, [referral])
    verbs = referral.verbs(acting.partner.pk) if is_party else []
    forms = {verb: (bound or {}).get(verb) or verb_form(verb) for verb in verbs}
    context: dict[str, Any] = {
        "referral": referral,
        "is_party": is_party,
        "is_sender": referral.from_partner_id == acting.partner.pk,
        "is_receiver": referral.to_partner_id == acting.partner.pk,
        "verbs": [(verb, TRANSITIONS[verb], forms[verb]) for verb in verbs],
        "waits": "accept" in verbs and referral.state in WAITING_STATES,
        "ended_on": None if referral.is_covered else referral.covered_days.ended_by(timezone.localdate()),
        "disclosure": Disclosure.objects.filter(referral=referral).first() if is_party else None,
        "need": Need.objects.filter(referral=referral).select_related("district").first() if is_party else None,
        "changes": list(referral.changes.select_related("by", "by_partner").order_by("id")),
        "notes": list(referral.messages.select_related("author", "author_partner").order_by("id")) if is_party else [],
        "message_form": MessageForm(),
        "diversion": getattr(referral, "diversion", None),
        "end_reports": EndReport.objects.filter(referral=referral).order_by("-id") if is_party else [],
        "notice": str(NO_FURTHER_DISCLOSURE),
        "event_form": EventForm(initial={"on": timezone.localdate()}),
    }
    if is_party:
        context |= first_appointment_of(referral, is_receiver=context["is_receiver"])
        context |= release_of(referral, is_sender=context["is_sender"])
    if context["is_sender"] and referral.consent_id:
        context["has_paper"] = ConsentPaper.objects.filter(consent=referral.consent_id).exists()
    if context["is_sender"] and referral.state in {State.DECLINED, State.ENDED_EARLY, State.WITHDRAWN}:
        context["refer_on_form"] = ReferOnForm(kind=referral.kind)
    return render(request, "referrals/handover/referral.html", context, status=status)


@require_POST
@partner_page(handover.acknowledge)
def referral_do(request: PartnerRequest, pk: int, verb: str) -> HttpResponse:
    """Carries out a verb of the transition table."""
    if verb not in TRANSITIONS:
        raise Http404
    referral = seen_referral(request, pk)
    form = verb_form(verb, request.POST)
    if not form.is_valid():
        return _referral_page(request, referral, status=422, bound={verb: form})
    try:
        with transaction.atomic():
            done = getattr(handover, verb)(
                by=request.acting,
                referral=referral,
                version=typed(request.POST.get("version", "")),
                **form.terms(),
            )
            if appointment := form.appointment():
                first_appointments.offer_appointment(by=request.acting, referral=done, **appointment)
    except RuleError as error:
        referral = seen_referral(request, pk)
        if form.fields and verb in referral.verbs(request.acting.partner.pk):
            refuse(form, error)  # what was typed stays
            return _referral_page(request, referral, status=422, bound={verb: form})
        messages.error(request, said(error))
    else:
        messages.success(request, _what_next(request, done, verb))
        if form.cleaned_data.get("started_on") and done.state == State.ACCEPTED:
            messages.warning(
                request,
                _(
                    "Not enrolled yet: this person, or somebody spelled alike, takes part already. Look for doubles first."
                ),
            )
    return redirect("referral", pk=pk)


def _what_next(request: PartnerRequest, done: Referral, verb: str) -> str:
    """What was done and what comes of it; after an answer the next referral that waits for one."""
    names = {"sender": done.from_partner.name, "receiver": done.to_partner.name}
    what = DONE["enrol" if verb == "accept" and done.state == State.ENROLLED else verb] % names
    if verb not in {"accept", "waitlist", "decline"}:
        return what
    waiting = listed_referrals(request.acting, "incoming").waiting().order_by(*DUE_FIRST).first()
    if waiting is None:
        return f"{what} {_('All referrals are answered.')}"
    link = format_html('<a href="{}">{}</a>', reverse("referral", args=[waiting.pk]), name_of(waiting))
    return format_html("{} {} {}", what, _("Next to answer:"), link)


@require_POST
@partner_page(handover.write_message)
def message_add(request: PartnerRequest, pk: int) -> HttpResponse:
    referral = seen_referral(request, pk)
    form = MessageForm(request.POST)
    if form.is_valid():
        try:
            handover.write_message(by=request.acting, referral=referral, text=form.cleaned_data["text"])
        except RuleError as error:
            messages.error(request, str(error))
    else:
        messages.error(request, _("An empty message was not sent."))
    return redirect("referral", pk=pk)


@require_POST
@partner_page(handover.refer_on)
def refer_on(request: PartnerRequest, pk: int) -> HttpResponse:
    referral = seen_referral(request, pk)
    form = ReferOnForm(request.POST, kind=referral.kind)
    if form.is_valid():
        try:
            draft = handover.refer_on(by=request.acting, referral=referral, programme=form.cleaned_data["programme"])
        except RuleError as error:
            messages.error(request, said(error))
        else:
            messages.info(
                request, _("A new draft for the same person: record the consent for the new receiver, then send.")
            )
            return redirect("referral_edit", pk=draft.pk)
    else:
        messages.error(request, _("Choose a programme."))
    return redirect("referral", pk=pk)


# --- Drafts ----------------------------------------------------------------------------------------------------------------


@partner_page(handover.draft)
def referral_new(request: PartnerRequest) -> HttpResponse:
    """Refer or divert a person: one page, saved as a draft or sent."""
    return _draft_page(request, None, named_person(request))


@partner_page(handover.change_draft)
def referral_edit(request: PartnerRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(
        Referral.objects.outgoing(request.acting.partner).select_related(
            "programme", "consent", "to_partner", "from_partner", "person"
        ),
        pk=pk,
        state=State.DRAFT,
    )
    log_read(request.acting, "referral", pk, [draft])
    # A draft shows of the person what a list shows, and what was typed: the team goes on with it.
    return _draft_page(request, draft, draft.person)


@require_POST
@partner_page(handover.discard)
def referral_discard(request: PartnerRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(Referral.objects.outgoing(request.acting.partner), pk=pk)
    try:
        handover.discard(by=request.acting, referral=draft)
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("referral", pk=pk)
    messages.success(request, _("The draft is deleted."))
    return redirect("referral_list")


@require_POST
@partner_page(handover.draft)
def known_people(request: PartnerRequest) -> HttpResponse:
    """Own people whom the typed name, birth date or identity code may mean. A POST, so that no name is in an address."""
    query = {
        name: request.POST.get(f"person-{name}", "").strip() for name in ("identity_code", "last_name", "first_names")
    }
    partner = request.acting.partner
    try:
        born_on = date.fromisoformat(request.POST.get("person-born_on", ""))
    except ValueError:
        born_on = None
    known = Person.objects.filter(partner=partner)
    people: list[Person] = []
    with suppress(RegisterTooLarge):  # nobody is offered until a birth date is typed
        if born_on and query["last_name"]:
            known = known.found_by(partner.pk, query["last_name"], born_on)
        else:
            known = known.found_by(partner.pk, query["identity_code"] or f"{query['last_name']} {query['first_names']}")
        people = list(known.order_by("-changed_at", "-id")[:MOST_KNOWN])
    if people:
        log_read(request.acting, "person_list", 0, people)
    form = {"roadside": "divert", "walk_in": "walk_in"}.get(request.GET.get("at", ""), "referral_new")
    context = {"people": people, "form": form, "wrong_code": _wrong_code(query["identity_code"])}
    return render(request, "referrals/handover/_known.html", context)


def _wrong_code(text: str) -> str:
    """What is wrong with an identity code that was typed to its end; nothing while it is being typed."""
    if len(text) < CODE_LENGTH:
        return ""
    try:
        identity_code.parse(text)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _draft_page(request: PartnerRequest, draft: Referral | None, person: Person | None) -> HttpResponse:
    acting, data = request.acting, request.POST or None
    initial: dict[str, Any] = {}
    diversion = getattr(draft, "diversion", None) if draft else None
    if draft:
        need = Need.objects.get(referral=draft)
        initial = {
            "kind": draft.kind,
            "programme": draft.programme_id,
            "is_urgent": draft.is_urgent,
            "language": need.language,
            "summary": need.summary,
            "unfit_reason": need.unfit_reason,
        }
    forms: dict[str, Any] = {
        "referral": ReferralForm(data, acting=acting, initial=initial),
        "needs": NeedsForm(data, initial=dict(handover.needs_of(draft)) if draft else {}),
        "person": None if person else PersonForm(data, prefix="person", instance=Person(partner=acting.partner)),
        "consent": None
        if draft and draft.consent and draft.consent.is_valid
        else ConsentForm(data, request.FILES or None, prefix="consent"),
        "diversion": DiversionForm(
            data, prefix="diversion", initial=DiversionForm.initial_of(diversion) if diversion else None
        ),
    }
    if request.method == "POST" and all(form.is_valid() for form in forms.values() if form):
        try:
            with transaction.atomic():
                saved = save_draft(acting, draft, person, forms)
                if "send" in request.POST:
                    handover.send(by=acting, referral=saved)
        except PossibleDouble as error:
            ask_about_doubles(request, forms["person"], error)
        except NotTaken as error:
            forms["referral"].refuse_fit(error)
        except RuleError as error:
            refuse(forms["referral"], error)
        else:
            if "send" in request.POST:
                messages.success(request, _("Sent to %(partner)s.") % {"partner": saved.to_partner.name})
                return redirect("referral", pk=saved.pk)
            messages.success(request, _("The draft is saved; nobody else sees it."))
            return redirect("referral_edit", pk=saved.pk)
    is_refused = request.method == "POST"
    if is_refused and "send" not in request.POST:
        # Not enough for a draft that others could go on with: kept as it is for who typed it.
        form_drafts.keep_sent(acting, request)
        messages.info(request, _("Kept for you under Drafts on your home page, as far as you came."))
    status = 422 if is_refused else 200
    return render(
        request,
        "referrals/handover/draft.html",
        {"referral": draft, "person": person, "forms": forms, "is_police": acting.role == Role.POLICE_LIAISON},
        status=status,
    )
