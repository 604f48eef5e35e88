"""Pages of certificates: the own ones and their document, who may lead what, qualifications, and the public check."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.limits import client_address, counted
from partnership.pages.public import in_language
from programs.permissions import CERTIFICATES
from programs.training import actions as training
from programs.training.delivering import matrix_of
from programs.training.document import certificate_document, spaced
from programs.training.forms import CheckForm, QualificationForm, RevokeForm
from programs.training.models import Certificate, CourseSession, Qualification
from programs.training.pages import sheet_page

MOST_CHECKS_A_MINUTE = 20
"""So many numbers can be checked from one address in a minute: nobody guesses one of 80 bits."""


@require_safe
@partner_page(CERTIFICATES)
def my_certificates(request: PartnerRequest) -> HttpResponse:
    """The acting user's own certificates, whichever partner they had them at."""
    certificates = Certificate.objects.filter(user=request.acting.user).select_related("qualification", "issuer")
    rows = [(certificate, spaced(certificate.number)) for certificate in certificates]
    return render(request, "programs/training/my_certificates.html", {"rows": rows})


@require_safe
@partner_page(CERTIFICATES)
def certificate_pdf(request: PartnerRequest, pk: int) -> HttpResponse:
    """The document of an own certificate, in the reader's language."""
    related = ["qualification", "issuer", "partner", "user", "attendance__session__course"]
    certificates = Certificate.objects.filter(user=request.acting.user).select_related(*related)
    certificate = get_object_or_404(certificates, pk=pk)
    response = HttpResponse(certificate_document(certificate), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="certificate-{pk}.pdf"'
    return response


@require_POST
@partner_page(training.revoke_certificate)
def certificate_revoke(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes back a certificate that the own partner issued, from the sheet of its day."""
    issued = Certificate.objects.filter(issuer=request.acting.partner).select_related("attendance")
    certificate, form = get_object_or_404(issued, pk=pk), RevokeForm(request.POST, auto_id=f"%s-{pk}")
    if form.is_valid():
        try:
            training.revoke_certificate(by=request.acting, certificate=certificate, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Revoked. Its number is not valid any more."))
            return redirect("course_sheet", pk=certificate.attendance.session_id)
    session = own(request, CourseSession, certificate.attendance.session_id, "course__gives")
    return sheet_page(request, session, wrong=form, revoking=certificate, status=422)


@require_safe
@partner_page(CERTIFICATES)
def who_may_deliver(request: PartnerRequest) -> HttpResponse:
    """The own partner's people, what each holds and may lead."""
    qualifications, rows = matrix_of(request.acting)
    context = {"qualifications": qualifications, "rows": rows}
    return render(request, "programs/training/who_may_deliver.html", context)


@partner_page(training.save_qualification)
def qualification_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """A new qualification of the partnership, or one to change."""
    qualification = get_object_or_404(Qualification, pk=pk) if pk else Qualification()
    form = QualificationForm(request.POST or None, instance=qualification)
    if form.is_valid():
        training.save_qualification(
            by=request.acting,
            qualification=form.save(commit=False),
            activities=form.cleaned_data["activities"],
            givers=form.cleaned_data["givers"],
        )
        messages.success(request, _("Saved."))
        return redirect("who_may_deliver")
    title = str(qualification) if pk else _("New qualification")
    context = {"form": form, "title": title, "back": reverse("who_may_deliver")}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@in_language
def certificate_check(request: HttpRequest) -> HttpResponse:
    """Whether a number (?number=) is that of a valid certificate: yes or no, to anybody. Nothing is stored, no cookie is set."""
    is_asked = "number" in request.GET
    form, is_valid, status = CheckForm(request.GET if is_asked else None), None, 200
    if is_asked:
        if counted(f"certificate-check:{client_address(request)}", 60) > MOST_CHECKS_A_MINUTE:
            form.add_error("number", _("Too many attempts. Wait a minute, then try again."))
            status = 429
        elif form.is_valid():
            is_valid = training.is_valid_number(form.cleaned_data["number"])
    context = {"form": form, "is_valid": is_valid, "exit": settings.QUICK_EXIT_URL, "is_demo": settings.DEMO}
    return render(request, "programs/training/certificate_check.html", context, status=status)
