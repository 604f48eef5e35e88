"""Pages of the glass: saying why one opens a record, and the list of records that were opened so."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.openings import actions as openings
from cases.openings.concern import NeedsReason, check_door
from cases.openings.forms import ReasonForm
from cases.openings.models import RecordOpening
from cases.people.models import Person
from cases.permissions import OPENINGS
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import Role
from partnership.pages.form_fields import refuse
from partnership.pages.guard import partner_page
from partnership.pages.paging import page_by_key


@partner_page(openings.open_record)
def person_open(request: PartnerRequest, pk: int) -> HttpResponse:
    """Asks why, before the record of a person opens with whom the user has nothing to do. It names nobody."""
    person = get_object_or_404(Person.objects.only("id", "partner_id"), pk=pk, partner=request.acting.partner)
    go_on = _go_on(request, pk)
    try:
        check_door(request.acting, person)
    except NeedsReason:
        pass
    else:
        return redirect(go_on)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            openings.open_record(by=request.acting, person=person, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.info(request, _("Open for 3 hours. Your manager and the data-protection officer see your reason."))
            return redirect(go_on)
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/openings/open.html", {"form": form, "number": pk}, status=status)


def _go_on(request: PartnerRequest, pk: int) -> str:
    """The page that was asked for, if it is ours; else the person's."""
    address: str = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if is_ours else reverse("person", args=[pk])


@require_safe
@partner_page(OPENINGS)
def opening_list(request: PartnerRequest) -> HttpResponse:
    """Records that were opened with a reason: one's own; for a manager the partner's, for the auditor all. The database decides."""
    audits = request.acting.role == Role.AUDITOR
    rows = RecordOpening.objects.select_related("user", "partner", "checked_by")
    show = "new" if audits and request.GET.get("show") != "all" else "all"
    if show == "new":
        rows = rows.filter(checked_at=None)
    context: dict[str, Any] = {
        "page": page_by_key(rows, ["-id"], request.GET.get("after", "")),
        "audits": audits,
        "show": show,
    }
    return render(request, "cases/openings/opening_list.html", context)


@require_POST
@partner_page(openings.mark_checked)
def opening_checked(request: PartnerRequest, pk: int) -> HttpResponse:
    openings.mark_checked(by=request.acting, opening=get_object_or_404(RecordOpening, pk=pk))
    messages.success(request, _("Marked as checked."))
    return redirect("opening_list")
