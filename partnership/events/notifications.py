"""What people are told: in the portal always, by e-mail as they chose. Neither holds personal data, only a link.

Here letters are written; `letters` sends them, nobody the same news twice.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnership.events import letters
from partnership.events.models import Letter, Notification, OutboxEvent
from partnership.events.recipients import recipients_of
from partnership.events.registry import handler_where, text_of

READ_BY_JOBS = ("email", "full_name", "language")
"""What the worker reads of a user to write to them: not the password."""


@handler_where(lambda event: bool(event.payload.get("tell")))
def notify(event: OutboxEvent) -> None:
    """Creates the event's notifications; those that exist stay as they are."""
    for tell in event.payload["tell"]:
        Notification.objects.bulk_create(
            [
                Notification(
                    event=event,
                    user_id=recipient.user_id,
                    partner_id=recipient.partner_id,
                    kind=event.kind,
                    url=tell["url"],
                    mail=recipient.mail,
                )
                for recipient in recipients_of(tell)
            ],
            ignore_conflicts=True,
        )


def write_letters(limit: int = 500) -> int:
    """Writes a letter for each notification that waits for one; returns how many.

    What was read in the portal meanwhile needs none.
    """
    with transaction.atomic():
        waiting = _waiting(Notification.Mail.WAITING)[:limit]
        written = 0
        for notification in _with_users(waiting):
            if notification.read_at:
                notification.mail = Notification.Mail.NOT_WANTED
            else:
                with translation.override(notification.user.language):
                    _write(text_of(notification.kind), [notification])
                written += 1
            notification.save(update_fields=["mail", "letter"])
        if written:
            letters.ask_for_sender()
    return written


def write_digests() -> int:
    """Writes each person with waiting news one summary of it; returns how many were written."""
    written = 0
    users = Notification.objects.filter(mail=Notification.Mail.DIGEST).values_list("user_id", flat=True).distinct()
    for user_id in list(users):
        with transaction.atomic():
            news = _with_users(_waiting(Notification.Mail.DIGEST).filter(user_id=user_id))
            unread = [notification for notification in news if not notification.read_at]
            if unread:
                with translation.override(unread[0].user.language):
                    count = len(unread)
                    subject = ngettext(
                        "%(n)d thing is new in the portal", "%(n)d things are new in the portal", count
                    ) % {"n": count}
                    _write(subject, unread)
                written += 1
            for notification in news:
                notification.mail = Notification.Mail.SENT
            Notification.objects.bulk_update(news, ["mail", "letter"])
    if written:
        letters.ask_for_sender()
    return written


def _waiting(mail: str) -> QuerySet[Notification]:
    return Notification.objects.select_for_update(skip_locked=True).filter(mail=mail).order_by("id")


def _with_users(waiting: QuerySet[Notification]) -> list[Notification]:
    notifications = list(waiting)
    users = get_user_model().objects.only(*READ_BY_JOBS).in_bulk({n.user_id for n in notifications})
    for notification in notifications:
        notification.user = users[notification.user_id]
    return notifications


def _write(subject: str, notifications: list[Notification]) -> None:
    """One letter about notifications of one user, in the language that is on; they are marked, not saved."""
    user = notifications[0].user
    lines = [_("Hello %(name)s,") % {"name": user.full_name}, ""]
    lines += [f"{text_of(n.kind)}\n{settings.SITE_URL}{n.url}\n" for n in notifications]
    lines.append(_("For privacy, the portal sends no details by e-mail: sign in to read them."))
    lines.append(_("Choose how often you get these messages: %(url)s") % {"url": f"{settings.SITE_URL}/profile/"})
    letter = letters.write(Letter.Purpose.NEWS, user.email, str(subject), "\n".join(lines), is_one_of_many=True)
    for notification in notifications:
        notification.mail, notification.letter = Notification.Mail.SENT, letter
