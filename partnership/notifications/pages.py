"""Pages of one's own notifications."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from partnership.events.models import Notification
from partnership.isolation.acting import PartnerRequest
from partnership.notifications import actions as notifications
from partnership.pages.about import about
from partnership.pages.guard import partner_page
from partnership.pages.paging import page_by_key
from partnership.permissions import NOTIFICATIONS

# --- Notifications -----------------------------------------------------------------------------------------------------------


@require_safe
@partner_page(NOTIFICATIONS)
def notification_list(request: PartnerRequest) -> HttpResponse:
    own = Notification.objects.filter(user=request.user, partner=request.acting.partner)
    page = page_by_key(own, ["-id"], request.GET.get("after", ""))
    context = {"page": page, "about": about(request.acting, [news.url for news in page.rows])}
    return render(request, "partnership/notifications/notification_list.html", context)


@require_safe
@partner_page(NOTIFICATIONS)
def notification(request: PartnerRequest, pk: int) -> HttpResponse:
    """Marks as read and goes to what it is about."""
    notification = get_object_or_404(Notification, pk=pk, user=request.user, partner=request.acting.partner)
    notifications.mark_read(by=request.acting, number=pk)
    return redirect(notification.url)


@require_POST
@partner_page(notifications.mark_read)
def notifications_read(request: PartnerRequest) -> HttpResponse:
    notifications.mark_read(by=request.acting)
    return redirect("notification_list")
