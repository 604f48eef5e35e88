"""Pages of assessments: how they went with bands, and the form of an instrument."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.assessments import actions as assessments
from cases.assessments.forms import AnswersForm
from cases.assessments.instruments import INSTRUMENTS
from cases.assessments.models import Assessment
from cases.assessments.scores import profiles_of, scores_of
from cases.enrolments.models import Enrolment
from cases.permissions import ASSESSMENTS
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page


@require_safe
@partner_page(ASSESSMENTS)
def assessment_list(request: PartnerRequest, pk: int) -> HttpResponse:
    """Every instrument of a participation over time, and those that can be used next."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    log_read(request.acting, "enrolment", pk, [enrolment])
    recorded = list(
        Assessment.objects.filter(enrolment=enrolment).select_related("taken_back_by").order_by("held_on", "id")
    )
    counted = [assessment for assessment in recorded if not assessment.is_taken_back]
    context = {
        "enrolment": enrolment,
        "scores": scores_of(counted, enrolment.person.sex),
        "profiles": profiles_of(counted),
        "taken_back": [assessment for assessment in recorded if assessment.is_taken_back],
        "tools": [tool for tool in INSTRUMENTS.values() if tool.items],
    }
    return render(request, "cases/assessments/assessment_list.html", context)


@partner_page(assessments.record_assessment)
def assess(request: PartnerRequest, pk: int, instrument: str) -> HttpResponse:
    """The items of one instrument. The total follows from them."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    tool = INSTRUMENTS.get(instrument)
    if tool is None or not tool.items:
        raise Http404
    form = AnswersForm(request.POST or None, tool=tool, initial={"held_on": timezone.localdate()})
    if form.is_valid():
        try:
            assessment = assessments.record_assessment(
                by=request.acting,
                enrolment=enrolment,
                instrument=tool.code,
                held_on=form.cleaned_data["held_on"],
                review_on=form.cleaned_data["review_on"],
                answers=form.answers(),
            )
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _said(assessment, enrolment.person.sex))
            return redirect("assessment_list", pk=pk)
    log_read(request.acting, "enrolment", pk, [enrolment])
    context = {"enrolment": enrolment, "tool": tool, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/assessments/assess.html", context, status=status)


def _said(assessment: Assessment, sex: str) -> str:
    """What the assessment came to, in words."""
    tool = assessment.tool
    if assessment.score is None:
        return _("Saved: %(tool)s.") % {"tool": tool.label}
    band = tool.band_of(assessment.score, sex)
    result = f"{assessment.score} ({band.label})" if band else str(assessment.score)
    return _("Saved: %(tool)s %(result)s.") % {"tool": tool.label, "result": result}
