"""Pages of end reports that are sent: sending one, and one as both partners see it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.enrolments.models import Enrolment
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page, pass_door
from referrals.end_reports import actions as end_reports
from referrals.end_reports.actions import WITHOUT_SCORES
from referrals.end_reports.forms import EndReportForm
from referrals.end_reports.models import EndReport
from referrals.handover.models import NO_FURTHER_DISCLOSURE
from referrals.permissions import END_REPORTS


@require_safe
@partner_page(END_REPORTS)
def end_report_sent(request: PartnerRequest, pk: int) -> HttpResponse:
    """One end report, for who sent it and who received it."""
    related = ["from_partner", "to_partner", "signed_by"]
    report = get_object_or_404(EndReport.objects.seen_by(request.acting).select_related(*related), pk=pk)
    pass_door(request.acting, report)
    log_read(request.acting, "end_report", pk, [report])
    context = {
        "report": report,
        "is_sender": report.from_partner_id == request.acting.partner.pk,
        "notice": str(NO_FURTHER_DISCLOSURE),
    }
    return render(request, "referrals/end_reports/end_report_sent.html", context)


@partner_page(end_reports.send_end_report)
def end_report_send(request: PartnerRequest, pk: int) -> HttpResponse:
    """Sends an end report to who referred the person; `pk` is the participation's. Below it, those that were sent."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    referral = end_reports.referral_of(enrolment)
    if referral is None:
        raise Http404
    receiver = referral.from_partner
    instruments = [] if receiver.kind in WITHOUT_SCORES else list(end_reports.scores_to_show(enrolment))
    form = EndReportForm(request.POST or None, instruments=instruments, is_minor=enrolment.person.is_minor)
    if form.is_valid():
        try:
            report = end_reports.send_end_report(by=request.acting, enrolment=enrolment, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Sent to %(partner)s.") % {"partner": receiver.name})
            return redirect("end_report_sent", pk=report.pk)
    log_read(request.acting, "enrolment", pk, [enrolment])
    context = {
        "enrolment": enrolment,
        "receiver": receiver,
        "shows_scores": receiver.kind not in WITHOUT_SCORES,
        "form": form,
        "sent": EndReport.objects.filter(enrolment=enrolment).order_by("-id"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "referrals/end_reports/end_report_send.html", context, status=status)
