"""Pages of cards, for the staff; and My page, for the person whom a card opens it.

My page's title, address and history say nothing of whom it is about; nothing of it is cached; and it works without scripts.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.my_page import actions, codes, paper, shown, visits
from cases.my_page.forms import AskForm, CardForm, OpenForm
from cases.my_page.models import AppointmentAnswer
from cases.my_page.visits import COOKIE, LANGUAGE_COOKIE, PATH, Visit, back_to_page, person_page, private
from cases.people.models import Person
from partnership.audit_trail.read_log import log_read
from partnership.isolation import encryption
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.sign_in import too_many_tries
from partnership.pages import limits
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page

USUAL_DAYS = 180
FREE_FROM_ADDRESS = 30
"""So many failed tries from one address are free: a clinic's visitors share one."""
MOST_FAILURES, CARD_SECONDS = 30, 366 * 24 * 60 * 60
"""A code that was tried so often in vain, while a card can last, opens nothing any more: of whoever knows in which year the person was
born, one in twelve would guess the day."""

# --- For the staff ---------------------------------------------------------------------------------------------------------------


@partner_page(actions.make_card)
def card_make(request: PartnerRequest, pk: int) -> HttpResponse:
    """Makes a card for the person and shows it, once: the code is stored nowhere. `pk` is the person's."""
    person = own(request, Person, pk)
    log_read(request.acting, "person", pk, [person])
    initial = {
        "language": translation.get_language(),
        "valid_until": timezone.localdate() + timedelta(days=USUAL_DAYS),
    }
    form = CardForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            card, code = actions.make_card(by=request.acting, person=person, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            context = {
                "person": person,
                "card": card,
                "code": code,
                "address": paper.address(),
                "qr": paper.qr_code_address(),
            }
            return private(render(request, "cases/my_page/card.html", context))
    context = {"form": form, "person": person, "card": actions.card_of(person)}
    return render(request, "cases/my_page/card_make.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@partner_page(actions.make_card)
def card_paper(request: PartnerRequest, pk: int) -> HttpResponse:
    """The card that was made just now, to print: the page that shows it sends its code."""
    person = own(request, Person, pk)
    card, code = actions.card_of(person), codes.understood(request.POST.get("code", ""))
    if card is None or len(code) != codes.LENGTH:
        return redirect("person", pk=pk)
    log_read(request.acting, "person", pk, [person])
    with translation.override(card.language):
        content = paper.paper(card, codes.printed(code), request.acting.partner.phone)
    response = private(HttpResponse(content, content_type="application/pdf"))
    response["Content-Disposition"] = 'attachment; filename="card.pdf"'
    return response


@require_POST
@partner_page(actions.end_cards)
def card_end(request: PartnerRequest, pk: int) -> HttpResponse:
    """Ends the person's card: it was lost, or somebody else may have it."""
    person = own(request, Person, pk)
    actions.end_cards(by=request.acting, person=person)
    messages.success(request, _("The card doesn’t work any more."))
    return redirect("person", pk=pk)


# --- For the person --------------------------------------------------------------------------------------------------------------


def my_page(request: HttpRequest) -> HttpResponse:
    """Asks for code and date of birth; with a session, shows the person's page."""
    visit = actions.go_on(token=request.COOKIES.get(COOKIE, ""))
    with translation.override(visits.language_of(request, visit.card.language if visit else "")):
        if request.method == "POST":
            return _open(request)
        if visit is None:
            return visits.page(request, "cases/my_page/open.html", {})
        with visit.reads():
            context = shown.everything(visit)
            return visits.page(request, "cases/my_page/page.html", context | {"done": _done(request)})


def _done(request: HttpRequest) -> str:
    """What the person has just done, as the address says it."""
    return {
        "coming": _("Thank you. We know that you are coming."),
        "move": _("We know that you need another time, and will call you."),
        "asked": _("We have your request, and answer within a month."),
        "stopped": _("You get no more reminders."),
        "withdrawn": _("Your consent is withdrawn. They can’t see your data any more."),
        "gone": _("This is not on your page any more."),
        "waits": _("You have asked for this already. We will answer you."),
    }.get(request.GET.get("done", ""), "")


def _open(request: HttpRequest) -> HttpResponse:
    """The same answer to a wrong code, a wrong date, and a card that is over; tries are counted by what was typed as the code, whether
    there is such a card or not, and by address."""
    form = OpenForm(request.POST)
    code = codes.understood(request.POST.get("code", ""))
    digest = encryption.fingerprint(0, code)  # of no partner's: whose card it is, nobody knows yet
    secret, failures = f"card {digest}", f"card-failures:{digest}"
    origin = f"cards from {limits.client_address(request)}"
    if seconds := limits.seconds_left(origin) or limits.seconds_to_wait(secret):
        return _refused(request, 429, seconds)
    may_open = limits.counted(failures, CARD_SECONDS) <= MOST_FAILURES and form.is_valid()
    visit = actions.open_page(code=code, born_on=form.cleaned_data["born_on"]) if may_open else None
    if visit is None:
        limits.seconds_to_wait(origin, free=FREE_FROM_ADDRESS)
        return _refused(request, 422)
    limits.forget_tries(secret)
    limits.uncount(failures)
    response = private(redirect("my_page"))
    response.set_cookie(COOKIE, visit.token, path=PATH, httponly=True, secure=settings.SECURE, samesite="Strict")
    return response


def _refused(request: HttpRequest, status: int, seconds: int = 0) -> HttpResponse:
    """What was typed as the code is not shown again: somebody else may look at the phone next."""
    context = {"is_refused": True, "wait": too_many_tries(seconds) if seconds else ""}
    return visits.page(request, "cases/my_page/open.html", context, status=status)


@require_GET
def my_leave(request: HttpRequest) -> HttpResponse:
    """Ends the session and goes elsewhere at once; a link, so that it works without scripts."""
    actions.leave(token=request.COOKIES.get(COOKIE, ""))
    response = private(redirect(settings.QUICK_EXIT_URL))
    response.delete_cookie(COOKIE, path=PATH)
    response.delete_cookie(LANGUAGE_COOKIE, path=PATH)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@require_POST
@person_page
def my_appointment(request: HttpRequest, visit: Visit, pk: int) -> HttpResponse:
    """The person is coming to an appointment, or needs another time."""
    said = AppointmentAnswer.Answer
    answer = said.MOVE if request.POST.get("answer") == said.MOVE else said.COMING
    try:
        actions.answer_appointment(visit=visit, appointment_id=pk, answer=answer)
    except RuleError:
        return back_to_page("gone")
    return back_to_page(answer)


@require_POST
@person_page
def my_request(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The person asks for their data, a correction, or erasure."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return back_to_page("gone")
    try:
        actions.ask(visit=visit, **form.cleaned_data)
    except RuleError:
        return back_to_page("waits")
    return back_to_page("asked")


@require_POST
@person_page
def my_reminders_stop(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The person wants no more reminders."""
    actions.stop(visit=visit)
    return back_to_page("stopped")
