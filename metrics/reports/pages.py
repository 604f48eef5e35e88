"""Reports as tagged PDF (PDF/UA-1), to hand to a funder, a court administration or a minister."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.permissions import FIGURES, PARTNERSHIP_REPORT
from metrics.recidivism.population import file_name, page_choices, population_context
from metrics.reports.grant import grant_report as grant_pdf
from metrics.reports.partnership import partnership_report as partnership_pdf
from metrics.reports.programme import programme_report
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import own, partner_page
from programs.grants.models import Grant
from programs.permissions import GRANTS


@require_safe
@partner_page(FIGURES)
def report(request: PartnerRequest) -> HttpResponse:
    """A programme's figures."""
    context = population_context(request)
    if context["run"] is None or context["programme"] is None:
        raise Http404
    return _pdf(programme_report(context), file_name(context, "report"))


@require_safe
@partner_page(PARTNERSHIP_REPORT)
def partnership_report(request: PartnerRequest) -> HttpResponse:
    """The figures of all programmes, arrests and referrals."""
    context = page_choices(request)
    if context["run"] is None:
        raise Http404
    return _pdf(partnership_pdf(context, request.acting.partner), f"report-partnership-{context['offences']}")


@require_safe
@partner_page(GRANTS)
def grant_report(request: PartnerRequest, pk: int) -> HttpResponse:
    """An own grant for its funder: what it paid for, who took part, what came of it, what that cost."""
    grant = own(request, Grant, pk, "partner")
    context = page_choices(request)
    if context["run"] is None or not context["run"].released_at:
        messages.error(request, _("No figures are released yet: the report needs a release for its outcomes."))
        return redirect("grant", pk=pk)
    return _pdf(grant_pdf(grant, context, timezone.localdate()), f"report-grant-{pk}")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
