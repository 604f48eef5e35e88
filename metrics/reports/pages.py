"""Reports as tagged PDF (PDF/UA-1), to hand to a funder, a court administration or a minister."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from metrics.permissions import FIGURES, PARTNERSHIP_REPORT
from metrics.recidivism.population import file_name, page_choices, population_context
from metrics.reports.partnership import partnership_report as partnership_pdf
from metrics.reports.programme import programme_report
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page


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


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
