"""Pages of statements: a court's or prosecutor's list, one statement and its document, and sending one."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.enrolments.models import Enrolment
from cases.phases.models import Review
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.guard import own, partner_page, pass_door
from partnership.pages.lists import show
from partnership.pages.number_format import typed
from referrals.diversions.models import DiversionAgreement
from referrals.handover.models import NO_FURTHER_DISCLOSURE
from referrals.permissions import RECEIVED_STATEMENTS, STATEMENTS
from referrals.statements import actions as statements
from referrals.statements.document import facts, statement_document
from referrals.statements.forms import StatementForm
from referrals.statements.lists import STATEMENT_LIST
from referrals.statements.models import Statement


@require_safe
@partner_page(RECEIVED_STATEMENTS)
def statement_list(request: PartnerRequest) -> HttpResponse:
    """Statements that the own court or office received, the newest first."""
    received = Statement.objects.filter(to_partner=request.acting.partner).select_related("from_partner")
    shown = show(request, STATEMENT_LIST, received)
    if shown.page.rows:
        log_read(request.acting, "statement_list", 0, shown.page.rows)
    context = {"shown": shown, "page": shown.page}
    return render(request, "referrals/statements/statement_list.html", context)


def seen_statement(request: PartnerRequest, pk: int) -> Statement:
    """A statement that the acting partner sent or received; one whose consent is withdrawn its receiver doesn't find."""
    related = ["from_partner", "to_partner", "signed_by", "consent"]
    statement = get_object_or_404(Statement.objects.seen_by(request.acting).select_related(*related), pk=pk)
    pass_door(request.acting, statement)
    return statement


@require_safe
@partner_page(STATEMENTS)
def statement(request: PartnerRequest, pk: int) -> HttpResponse:
    """One statement, for who sent it and who received it."""
    statement = seen_statement(request, pk)
    log_read(request.acting, "statement", pk, [statement])
    context = {
        "statement": statement,
        "facts": facts(statement),
        "is_sender": statement.from_partner_id == request.acting.partner.pk,
        "notice": str(NO_FURTHER_DISCLOSURE),
    }
    return render(request, "referrals/statements/statement.html", context)


@require_safe
@partner_page(STATEMENTS)
def statement_pdf(request: PartnerRequest, pk: int) -> HttpResponse:
    """The document, in the reader's language or in ?lang=fi|sv|en."""
    statement = seen_statement(request, pk)
    log_read(request.acting, "statement_pdf", pk, [statement])
    asked = request.GET.get("lang", "")
    with translation.override(asked if asked in dict(settings.LANGUAGES) else translation.get_language()):
        content = statement_document(statement)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="statement-{pk}.pdf"'
    return response


def _note_of(enrolment: Enrolment, number: int | None) -> str:
    """What a review of the participation has for the court."""
    review = Review.objects.filter(enrolment=enrolment, pk=number).first() if number else None
    return (review.note or "") if review else ""


@partner_page(statements.send_statement)
def statement_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """Sends a statement about a participation; `pk` is the participation's. Below it, those that were sent."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    log_read(request.acting, "enrolment", pk, [enrolment])
    addressed = DiversionAgreement.objects.filter(referral__enrolment=enrolment).first()
    form = StatementForm(
        request.POST or None,
        is_minor=enrolment.person.is_minor,
        initial={
            "to_partner": addressed.authority_id if addressed else None,
            "note": _note_of(enrolment, typed(request.GET.get("review", ""))),
        },
    )
    if form.is_valid():
        try:
            sent = statements.send_statement(by=request.acting, enrolment=enrolment, **form.cleaned_data)
        except RuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Sent to %(partner)s.") % {"partner": sent.to_partner.name})
            return redirect("statement", pk=sent.pk)
    context = {
        "enrolment": enrolment,
        "form": form,
        "sent": Statement.objects.filter(enrolment=enrolment).select_related("to_partner").order_by("-sent_at", "-id"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "referrals/statements/statement_new.html", context, status=status)
