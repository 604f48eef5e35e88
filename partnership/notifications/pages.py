"""Pages of partners, members, agreements, notifications and the user's own settings."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from partnership.events.models import Notification
from partnership.isolation.acting import PartnerRequest
from partnership.pages.guard import partner_page
from partnership.pages.paging import page_by_key

# --- Notifications -----------------------------------------------------------------------------------------------------------


@require_safe
@partner_page()
def notification_list(request: PartnerRequest) -> HttpResponse:
    own = Notification.objects.filter(user=request.user, partner=request.acting.partner)
    page = page_by_key(own, ["-id"], request.GET.get("after", ""))
    return render(request, "partnership/notifications/notification_list.html", {"page": page})


@require_safe
@partner_page()
def notification(request: PartnerRequest, pk: int) -> HttpResponse:
    """Marks as read and goes to what it is about."""
    found = get_object_or_404(Notification, pk=pk, user=request.user, partner=request.acting.partner)
    if not found.read_at:
        Notification.objects.filter(pk=pk).update(read_at=timezone.now())
    return redirect(found.url)


@require_POST
@partner_page()
def notifications_read(request: PartnerRequest) -> HttpResponse:
    own = Notification.objects.filter(user=request.user, partner=request.acting.partner, read_at=None)
    own.update(read_at=timezone.now())
    return redirect("notification_list")
