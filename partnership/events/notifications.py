"""What people are told: in the portal always, by e-mail as they chose. Neither holds personal data, only a link.

Nobody gets the same e-mail twice: it is claimed before it is sent. When a worker dies in between, whether the message
left is not known; it is not sent again, but stands in the person's next daily summary (and in the portal all along).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnership.events.models import Notification, OutboxEvent
from partnership.events.recipients import recipients_of
from partnership.events.registry import handler_where, text_of

log = logging.getLogger(__name__)

CLAIM_EXPIRES = timedelta(minutes=15)
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


def send_waiting_mail(limit: int = 500) -> int:
    """Sends one e-mail for each notification that waits for one; returns how many were sent.

    What was read in the portal meanwhile needs no e-mail. When the mail server refuses, the rest waits for the next run.
    """
    sent = 0
    for _round in range(limit):
        claimed = _claim(Notification.Mail.WAITING)
        if not claimed:
            break
        notification = claimed[0]
        if notification.read_at:
            _mark(claimed, Notification.Mail.NOT_WANTED)
            continue
        if not _send(text_of(notification.kind), claimed):
            _mark(claimed, Notification.Mail.WAITING)
            break
        _mark(claimed, Notification.Mail.SENT)
        sent += 1
    return sent


def send_digests() -> int:
    """Sends each person with waiting news one summary of it; returns how many were sent."""
    give_up_stale_claims()
    sent = 0
    users = Notification.objects.filter(mail=Notification.Mail.DIGEST).values_list("user_id", flat=True).distinct()
    for user_id in list(users):
        claimed = _claim(Notification.Mail.DIGEST, user_id=user_id)
        unread = [notification for notification in claimed if not notification.read_at]
        if unread:
            with translation.override(unread[0].user.language):
                count = len(unread)
                subject = ngettext("%(n)d thing is new in the portal", "%(n)d things are new in the portal", count) % {
                    "n": count
                }
            if not _send(subject, unread):
                _mark(claimed, Notification.Mail.DIGEST)
                break
            sent += 1
        _mark(claimed, Notification.Mail.SENT)
    return sent


def give_up_stale_claims() -> int:
    """E-mails whose sender died: not sent again, but listed in the next daily summary."""
    stale = Notification.objects.filter(
        mail=Notification.Mail.CLAIMED, mail_claimed_at__lt=timezone.now() - CLAIM_EXPIRES
    )
    return stale.update(mail=Notification.Mail.DIGEST)


def _claim(mail: str, user_id: int | None = None) -> list[Notification]:
    """Marks the next waiting notification (or all that wait for one user's summary) as being sent, and commits that."""
    with transaction.atomic():
        waiting = Notification.objects.select_for_update(skip_locked=True).filter(mail=mail).order_by("id")
        claimed = list(waiting.filter(user_id=user_id)) if user_id else list(waiting[:1])
        Notification.objects.filter(pk__in=[n.pk for n in claimed]).update(
            mail=Notification.Mail.CLAIMED, mail_claimed_at=timezone.now()
        )
    users = get_user_model().objects.only(*READ_BY_JOBS).in_bulk({n.user_id for n in claimed})
    for notification in claimed:
        notification.user = users[notification.user_id]
    return claimed


def _mark(notifications: Iterable[Notification], mail: str) -> None:
    Notification.objects.filter(pk__in=[n.pk for n in notifications]).update(mail=mail)


def _send(subject: str, notifications: list[Notification]) -> bool:
    """One message about notifications of one user. True when the mail server took it; False when it surely did not."""
    user = notifications[0].user
    with translation.override(user.language):
        lines = [_("Hello %(name)s,") % {"name": user.full_name}, ""]
        lines += [f"{text_of(n.kind)}\n{settings.SITE_URL}{n.url}\n" for n in notifications]
        lines.append(_("For privacy, the portal sends no details by e-mail: sign in to read them."))
        lines.append(_("Choose how often you get these messages: %(url)s") % {"url": f"{settings.SITE_URL}/profile/"})
        message = EmailMessage(
            subject=str(subject),
            body="\n".join(lines),
            to=[user.email],
            headers={
                "Message-ID": f"<portal-{notifications[0].pk}-{notifications[-1].pk}@{settings.SITE_URL.split('//')[-1]}>"
            },
        )
    try:
        message.send()
    except (SMTPException, OSError):
        log.exception("The mail server did not take the message of notification %s", notifications[0].pk)
        return False
    return True
