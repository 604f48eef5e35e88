"""Pages of announcements."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.announcements import actions as announcements
from partnership.announcements.forms import AnnouncementForm
from partnership.announcements.models import Announcement
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page
from partnership.pages.paging import page_by_key
from partnership.permissions import ANNOUNCEMENTS

# --- Announcements -----------------------------------------------------------------------------------------------------------


@require_safe
@partner_page(ANNOUNCEMENTS)
def announcement_list(request: PartnerRequest) -> HttpResponse:
    own = Announcement.objects.filter(partner=request.acting.partner)
    page = page_by_key(own, ["-id"], request.GET.get("after", ""))
    return render(
        request, "partnership/announcements/announcement_list.html", {"page": page, "today": timezone.localdate()}
    )


@partner_page(announcements.announce)
def announcement_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """A new announcement is told to everybody; a changed one is shown in its new words."""
    acting, today = request.acting, timezone.localdate()
    announcement = get_object_or_404(Announcement, pk=pk, partner=acting.partner) if pk else None
    initial = {} if announcement else {"shown_from": today, "shown_until": today + timedelta(days=14)}
    form = AnnouncementForm(request.POST or None, instance=announcement, initial=initial)
    if form.is_valid():
        if announcement:
            announcements.change_announcement(by=acting, announcement=form.save(commit=False))
        else:
            announcements.announce(by=acting, **form.cleaned_data)
        messages.success(request, _("Saved. Everybody in the partnership sees it on their first page."))
        return redirect("announcement_list")
    title = _("Change the announcement") if announcement else _("New announcement")
    context = {"form": form, "title": title, "back": reverse("announcement_list")}
    return render(request, "pages/form.html", context)


@require_POST
@partner_page(announcements.delete_announcement)
def announcement_delete(request: PartnerRequest, pk: int) -> HttpResponse:
    announcement = get_object_or_404(Announcement, pk=pk, partner=request.acting.partner)
    announcements.delete_announcement(by=request.acting, announcement=announcement)
    messages.success(request, _("The announcement is taken back."))
    return redirect("announcement_list")
