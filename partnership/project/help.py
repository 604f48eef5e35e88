"""Help: the guide of the first visit, the jobs of each role, the words, the keys; the page of all components; the guide put away or shown again."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from partnership.announcements.forms import AnnouncementForm
from partnership.isolation.acting import PartnerRequest
from partnership.members import actions as members
from partnership.members.forms import InviteForm
from partnership.members.models import Partner, Role
from partnership.pages.glossary import WORDS
from partnership.pages.guard import partner_page
from partnership.project.guide import ADMINISTRATOR, GUIDES

ROLES: dict[str, str | Promise] = {
    role: Role(role).label if role in Role else _lazy("Administrator") for role in GUIDES
}
"""Whose jobs there is help for, in the order of the pages."""


@require_safe
@partner_page()
def help_page(request: PartnerRequest) -> HttpResponse:
    """Help for the role: getting started, the jobs of all roles, the glossary."""
    role = request.acting.role
    context = {"steps": GUIDES[role], "role": role, "roles": ROLES, "words": WORDS, "version": settings.VERSION}
    return render(request, "project/help.html", context)


@require_safe
def help_role(request: HttpRequest, role: str) -> HttpResponse:
    """A role's jobs, each step by step with its picture. It names nobody, and so is there before one has signed in, too."""
    if role not in GUIDES:
        raise Http404
    acting = getattr(request, "acting", None)
    may_open = role == acting.role if acting else role == ADMINISTRATOR and request.user.is_staff
    pictures = f"help/{get_language()}"
    jobs = [(step, f"{pictures}/{step.picture}.webp") for step in GUIDES[role]]
    context = {"role": role, "label": ROLES[role], "roles": ROLES, "jobs": jobs, "may_open": may_open}
    return render(request, "project/help_role.html", context)


@require_POST
@partner_page(members.hide_guide)
def guide(request: PartnerRequest) -> HttpResponse:
    """Puts the guide of the first page away, or shows it again."""
    members.hide_guide(by=request.acting, is_hidden="show" not in request.POST)
    return redirect("home")


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Each component once, to look at while changing the looks. Not in production."""
    if settings.PRODUCTION:
        raise Http404
    messages.success(request, _("Saved."))
    messages.error(request, _("Something went wrong"))
    broken = AnnouncementForm({"title": "", "text": "", "shown_from": "x"})
    context = {
        "form": InviteForm(partner=Partner(kind=Partner.Kind.NGO)),
        "broken": broken,
        "tags": ["", "good", "bad", "wait", "calm"],
        "icons": ["home", "send", "gavel", "users", "calendar", "checklist", "chart-line", "bell", "lock"],
        "now": timezone.now(),
    }
    return render(request, "project/styleguide.html", context)
