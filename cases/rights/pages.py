"""Pages of the rights of persons concerned: requests and their answers, the file of all data, what is past its time."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.people.models import Person
from cases.permissions import PEOPLE, REQUESTS, RETENTION
from cases.rights import actions as rights
from cases.rights.forms import AnswerForm, NoticeForm, RequestForm
from cases.rights.models import PrivacyNotice, RetentionCount, SubjectRequest
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import Role
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.paging import page_by_key
from partnership.pages.template_tags import day


@require_safe
@partner_page(REQUESTS)
def request_list(request: PartnerRequest) -> HttpResponse:
    """Requests by the day on which they are to be answered: the own partner's; for the auditor all, without the person."""
    audits = request.acting.role == Role.AUDITOR
    requests = SubjectRequest.objects.select_related("partner", *([] if audits else ["person"]))
    if not audits:
        requests = requests.filter(partner=request.acting.partner)
    show = "answered" if request.GET.get("show") == "answered" else "open"
    if show == "answered":
        page = page_by_key(requests.exclude(outcome=""), ["-due_on", "-id"], request.GET.get("after", ""))
    else:
        page = page_by_key(requests.filter(outcome=""), ["due_on", "id"], request.GET.get("after", ""))
    if not audits:
        log_read(request.acting, "request_list", 0, page.rows)
    lacks_notice = (
        request.acting.is_manager and not PrivacyNotice.objects.filter(partner=request.acting.partner).exists()
    )
    context = {"page": page, "show": show, "audits": audits, "lacks_notice": lacks_notice and not audits}
    return render(request, "cases/rights/request_list.html", context)


@partner_page(rights.record_request)
def request_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """Records what a person asks for; `pk` is the person's."""
    person = own(request, Person, pk)
    form = RequestForm(request.POST or None, initial={"received_on": timezone.localdate()})
    if form.is_valid():
        try:
            subject_request = rights.record_request(by=request.acting, person=person, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Recorded: answer it by %(day)s.") % {"day": day(subject_request.due_on)})
            return redirect("subject_request", pk=subject_request.pk)
    log_read(request.acting, "request", pk, [person])
    title = _("Request of %(person)s") % {"person": person}
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "title": title, "back": reverse("person", args=[pk])}
    return render(request, "pages/form.html", context, status=status)


@partner_page(rights.answer_request)
def subject_request(request: PartnerRequest, pk: int) -> HttpResponse:
    """One request: what helps to answer it, and the answer."""
    subject_request = own(request, SubjectRequest, pk, "person", "recorded_by", "answered_by", "words")
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            rights.answer_request(by=request.acting, request=subject_request, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The answer is recorded."))
            return redirect("subject_request", pk=pk)
    log_read(request.acting, "request", pk, [subject_request])
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/rights/request.html", {"found": subject_request, "form": form}, status=status)


@partner_page(rights.save_notice)
def privacy_notice(request: PartnerRequest) -> HttpResponse:
    """What the own partner says of its register; without it each file lacks it."""
    notice = PrivacyNotice.objects.filter(partner=request.acting.partner).first()
    form = NoticeForm(request.POST or None, instance=notice)
    if form.is_valid():
        rights.save_notice(by=request.acting, **form.cleaned_data)
        messages.success(request, _("Saved. Each file of a person's data holds it from now on."))
        return redirect("request_list")
    context = {"form": form, "title": _("Privacy notice"), "back": reverse("request_list")}
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/form.html", context, status=status)


@require_safe
@partner_page(PEOPLE)
def person_file(request: PartnerRequest, pk: int) -> HttpResponse:
    """All that the own partner holds about the person, to hand over, in the reader's language or in ?lang=fi|sv|en."""
    person = own(request, Person, pk, "district")
    log_read(request.acting, "person_file", pk, [person])
    asked = request.GET.get("lang", "")
    with translation.override(asked if asked in dict(settings.LANGUAGES) else translation.get_language()):
        content = rights.access_file(person, request.acting.partner)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="person-{pk}.pdf"'
    return response


@require_safe
@partner_page(RETENTION)
def retention(request: PartnerRequest) -> HttpResponse:
    """Who is past the period of retention at the own partner; for the auditor, how many at each."""
    context: dict[str, Any] = {"years": settings.RETENTION_YEARS}
    if request.acting.role == Role.AUDITOR:
        context["counts"] = RetentionCount.objects.select_related("partner").order_by("-overdue", "partner__name")
        return render(request, "cases/rights/retention.html", context)
    people = rights.past_retention(Person.objects.filter(partner=request.acting.partner))
    context["page"] = page_by_key(people, ["-changed_at", "-id"], request.GET.get("after", ""))
    log_read(request.acting, "retention_list", 0, context["page"].rows)
    return render(request, "cases/rights/retention.html", context)


@require_POST
@partner_page(rights.erase)
def person_erase(request: PartnerRequest, pk: int) -> HttpResponse:
    """Erases a person who is past the period of retention."""
    people = rights.past_retention(Person.objects.filter(partner=request.acting.partner))
    person = get_object_or_404(people, pk=pk)
    try:
        rights.erase(by=request.acting, person=person)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Erased. What stays names nobody."))
    return redirect("retention")
