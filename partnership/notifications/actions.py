"""Actions on one's own notifications."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from partnership.actions import action
from partnership.events.models import Notification
from partnership.isolation.acting import Acting


def own_notifications(by: Acting) -> QuerySet[Notification]:
    """What the acting user was told as a member of the acting partner."""
    return Notification.objects.filter(user=by.user, partner=by.partner)


@action("notification.read", scope="notifications:write")
def mark_read(*, by: Acting, number: int | None = None) -> None:
    """Marks one of the own notifications as read, or (without a number) all of them."""
    unread = own_notifications(by).filter(read_at=None)
    if number is not None:
        unread = unread.filter(pk=number)
    unread.update(read_at=timezone.now())
