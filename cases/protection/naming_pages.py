"""Who is named for protection: a manager names members and ends it; the auditor sees who is named where, and nothing of what they see."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.permissions import PROTECTION_GRANTS
from cases.protection import actions as protection_actions
from cases.protection.forms import MemberForm
from cases.protection.models import ProtectionGrant
from partnership.actions import require
from partnership.actions.declaration import action_of
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import partner_page

MOST = 300
"""So many rows the list shows."""


@partner_page(PROTECTION_GRANTS)
def protection_members(request: PartnerRequest) -> HttpResponse:
    """Who is named now, and who was; a manager names somebody."""
    names = action_of(protection_actions.name_member)
    form = None
    if names.allows(request.acting):
        form = MemberForm(request.POST or None, partner=request.acting.partner)
    if request.method == "POST":
        require(names, request.acting)
    if form and form.is_valid():
        try:
            protection_actions.name_member(by=request.acting, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Named. They can open what is protected from now on."))
            return redirect("protection_members")
    # The database shows the auditor those of all partners.
    grants = ProtectionGrant.objects.select_related("user", "partner", "given_by", "ended_by")
    context = {"grants": grants.order_by("partner__name", "ended_at", "id")[:MOST], "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/protection/members.html", context, status=status)


@require_POST
@partner_page(protection_actions.end_naming)
def protection_member_end(request: PartnerRequest, pk: int) -> HttpResponse:
    """Somebody is not named any more."""
    grant = get_object_or_404(ProtectionGrant, pk=pk, partner=request.acting.partner)
    protection_actions.end_naming(by=request.acting, grant=grant)
    messages.success(request, _("Ended. They can open nothing of it any more."))
    return redirect("protection_members")
