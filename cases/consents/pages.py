"""The page that hands out the signed form of a consent to its own partner."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from cases.consents import papers
from cases.consents.models import ConsentPaper
from cases.permissions import PEOPLE
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page, pass_door


@require_safe
@partner_page(PEOPLE)
def consent_paper(request: PartnerRequest, pk: int) -> HttpResponse:
    """The signed form behind an own consent; `pk` is the consent's."""
    paper = get_object_or_404(
        ConsentPaper.objects.select_related("consent"), consent_id=pk, partner=request.acting.partner
    )
    pass_door(request.acting, paper)
    log_read(request.acting, "consent_paper", pk, [paper])
    response = HttpResponse(paper.content, content_type=paper.media_type)
    name = f"consent-{pk}.{papers.SUFFIXES[paper.media_type]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
