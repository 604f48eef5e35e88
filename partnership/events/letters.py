"""E-mail, and text messages: every letter is written in the transaction of what it is about, and sent by a job, an address at a time.

A letter that the mail server refuses is tried again with growing pauses, or not at all where the refusal is for good; it holds up
nobody else's. While the server can't be reached no attempt counts, and everything waits for as long as `GIVE_UP_AFTER`. What is
not delivered stands at /service/letters/ until an administrator sends it again.

A letter is claimed before it is sent. When its sender dies in between, nobody knows whether it left: news is not sent twice, but
stands in the next daily summary; nor is a reminder of an appointment; a letter that somebody waits for (an invitation, a link to sign in) is sent again, with the same
Message-ID.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPAuthenticationError, SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from partnership.events import sms
from partnership.events.job_queue import ask_for
from partnership.events.models import Letter, Notification
from partnership.isolation.encryption import Unreadable

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 10
GIVE_UP_AFTER = timedelta(days=3)
"""So long a letter waits for a mail server that can't be reached."""
CLAIM_EXPIRES = timedelta(minutes=15)
"""A sender that has held a letter so long has died."""
FORGOTTEN_AFTER = timedelta(days=30)
"""So long after its end a letter is known."""
UNDELIVERED_KEY = "letters:failed"
"""Where /readyz reads how many letters failed."""


class ServerAway(Exception):
    """The mail server can't be reached, or takes nothing from the portal: not this letter's fault."""


When = Callable[[Letter], datetime | None]
_asked: dict[str, When] = {}


def asked_before_sending(purpose: str) -> Callable[[When], When]:
    """Registers who says of a letter of this purpose, right before each attempt, from which moment on it may be sent; None: it is
    no longer wanted, and dropped."""

    def register(when: When) -> When:
        _asked[purpose] = when
        return when

    return register


def write(
    purpose: str,
    address: str,
    subject: str,
    text: str,
    *,
    partner_id: int | None = None,
    channel: str = Letter.Channel.EMAIL,
    is_one_of_many: bool = False,
) -> Letter:
    """Writes a letter into the current transaction; a worker is asked to send it once that is committed.

    `partner_id`: the managers of this partner see how it goes. The address of a reminder is a person's, and stored encrypted.
    `is_one_of_many`: whoever writes them asks for the sender once.
    """
    kept = "sealed_address" if purpose == Letter.Purpose.REMINDER else "address"
    letter = Letter.signed(
        purpose=purpose,
        channel=channel,
        subject=" ".join(subject.split()),
        text=text,
        partner_id=partner_id,
        **{kept: address},
    )
    letter.save(force_insert=True)
    if not is_one_of_many:
        ask_for_sender()
    return letter


def ask_for_sender() -> None:
    """Once the current transaction is committed, a worker is asked to send; else the scheduler finds what waits."""
    from partnership.events.jobs import send_letters  # jobs import this module

    transaction.on_commit(lambda: ask_for(send_letters, expires=60))


def send_due(limit: int = 500) -> int:
    """Sends the letters that are due, the longest first; returns how many the mail server took.

    Several senders may run at once: each claims the letter that it sends.
    """
    _take_back_lost()
    sent, resting = 0, set[str]()
    connection = get_connection()
    try:
        for _round in range(limit):
            letter = _claim(resting)
            if letter is None:
                break
            try:
                sent += _attempt(letter, connection)
            except ServerAway as error:
                if letter.channel != Letter.Channel.SMS:
                    _wait_for_server(letter, str(error))
                    break
                _refused(letter, 450, str(error))
                resting.add(letter.channel)  # mail goes on without the gateway
    finally:
        try:
            connection.close()
        except (SMTPException, OSError):
            log.info("The mail server had gone when the sender took its leave")
    return sent


def _claim(resting: frozenset[str] | set[str] = frozenset()) -> Letter | None:
    """The letter that has been due longest, with its attempt counted; None when none is due by a channel that is not `resting`."""
    with transaction.atomic():
        # Without what it says, which whoever writes rows by SQL may have made unreadable.
        due = Letter.objects.outside().filter(state=Letter.State.WAITING, due_at__lte=timezone.now())
        due = due.exclude(channel__in=resting)
        letter = due.select_for_update(skip_locked=True).order_by("due_at").first()
        if letter is None:
            return None
        letter.attempts += 1
        letter.state, letter.due_at = Letter.State.SENDING, timezone.now() + CLAIM_EXPIRES
        letter.save(update_fields=["attempts", "state", "due_at"])
    return letter


def _attempt(letter: Letter, connection: Any) -> bool:
    """True when the server took it, False when it was refused. Raises ServerAway."""
    try:
        is_genuine = letter.is_genuine
    except Unreadable:
        is_genuine = False
    if not is_genuine:
        log.error("Letter %s was not written by the portal: nobody gets it.", letter.pk)
        _end(letter, Letter.State.FAILED, "Not written by the portal.")
        return False
    about = list(letter.notifications.values_list("read_at", flat=True))
    if about and all(about):  # read in the portal meanwhile
        _end(letter, Letter.State.DROPPED)
        return False
    if when := _asked.get(letter.purpose):
        moment = when(letter)
        if moment is None:
            _end(letter, Letter.State.DROPPED)
            return False
        if moment > timezone.now():
            _put_back(letter, due_at=moment, attempts=letter.attempts - 1)
            return False
    if letter.channel == Letter.Channel.SMS:
        return _send_text(letter)
    message = EmailMessage(
        subject=letter.subject,
        body=letter.text,
        from_email=settings.REMINDER_FROM_EMAIL if letter.purpose == Letter.Purpose.REMINDER else None,
        to=[letter.to],
        headers={"Message-ID": f"<{letter.pk}@{urlsplit(settings.SITE_URL).hostname}>"},
        connection=connection,
    )
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        return _refused(letter, code, said)
    except SMTPAuthenticationError as error:
        raise ServerAway(_said(error.smtp_code, error.smtp_error)) from error
    except SMTPResponseException as error:
        if error.smtp_code == 421:  # "service not available, closing"
            raise ServerAway(_said(error.smtp_code, error.smtp_error)) from error
        return _refused(letter, error.smtp_code, error.smtp_error)
    except (SMTPException, OSError) as error:
        raise ServerAway(type(error).__name__) from error
    except Exception as error:  # a letter that can't be put into a message holds up no other
        log.exception("Letter %s can't be sent", letter.pk)
        _end(letter, Letter.State.FAILED, type(error).__name__)
        return False
    _end(letter, Letter.State.SENT)
    return True


def _send_text(letter: Letter) -> bool:
    """As `_attempt`, by the gateway of text messages. What it may have taken is not sent again: nobody is reminded twice."""
    try:
        status = sms.send(letter.to, letter.text or "")
    except sms.Away as error:
        raise ServerAway(str(error)) from error
    except sms.Unanswered as error:
        _end(letter, Letter.State.FAILED, str(error))
        return False
    if 200 <= status < 300:
        _end(letter, Letter.State.SENT)
        return True
    return _refused(letter, 450 if status in sms.LATER else 550, f"HTTP {status}")


def _refused(letter: Letter, code: int, said: bytes | str) -> bool:
    """The server refused this letter: for good (RFC 5321, 4.2.1: 5yz), or for now."""
    reason = _said(code, said)
    log.warning("The mail server refused letter %s, attempt %s: %s", letter.pk, letter.attempts, code)
    if code >= 500 or letter.attempts >= MAX_ATTEMPTS:
        _end(letter, Letter.State.FAILED, reason)
    else:
        pause = timedelta(minutes=2**letter.attempts)
        _put_back(letter, due_at=timezone.now() + pause, last_error=reason)
    return False


def _wait_for_server(letter: Letter, reason: str) -> None:
    """The attempt does not count, unless the letter has waited for days."""
    log.error("The mail server could not be used (%s): letters wait", reason)
    if letter.created_at < timezone.now() - GIVE_UP_AFTER:
        _end(letter, Letter.State.FAILED, reason)
    else:
        _put_back(
            letter,
            due_at=timezone.now() + timedelta(minutes=1),
            attempts=letter.attempts - 1,
            last_error=reason,
        )


def _said(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return " ".join(f"{code} {text}".split())[:300]


def _put_back(letter: Letter, **fields: Any) -> None:
    Letter.objects.filter(pk=letter.pk).update(state=Letter.State.WAITING, **fields)


def _end(letter: Letter, state: str, error: str = "") -> None:
    """What it said is needed no more, unless somebody may send it again: nobody sends a reminder again."""
    letter.state, letter.ended_at, letter.last_error = state, timezone.now(), error
    fields = ["state", "ended_at", "last_error"]
    if state != Letter.State.FAILED or letter.purpose == Letter.Purpose.REMINDER:
        letter.sealed_address = letter.subject = letter.text = ""
        fields += ["sealed_address", "subject", "text"]
    letter.save(update_fields=fields)


def _take_back_lost() -> None:
    """Letters whose sender died."""
    with transaction.atomic():
        lost = Letter.objects.filter(state=Letter.State.SENDING, due_at__lt=timezone.now())
        keys = list(lost.select_for_update(skip_locked=True).values_list("pk", flat=True))
        news = Letter.objects.filter(pk__in=keys, purpose=Letter.Purpose.NEWS)
        Notification.objects.filter(letter__in=news).update(mail=Notification.Mail.DIGEST, letter=None)
        news.update(state=Letter.State.DROPPED, ended_at=timezone.now(), last_error="Its sender died.")
        Letter.objects.filter(pk__in=keys, purpose=Letter.Purpose.REMINDER).update(
            state=Letter.State.FAILED,
            ended_at=timezone.now(),
            last_error="Its sender died.",
            subject="",
            text="",
            sealed_address="",
        )
        lost = Letter.objects.filter(pk__in=keys, state=Letter.State.SENDING)
        lost.filter(attempts__gte=MAX_ATTEMPTS).update(
            state=Letter.State.FAILED, ended_at=timezone.now(), last_error="Its sender died each time."
        )
        lost.filter(attempts__lt=MAX_ATTEMPTS).update(state=Letter.State.WAITING)


def publish_failed_count() -> None:
    """Says how many letters failed, for /readyz."""
    cache.set(UNDELIVERED_KEY, Letter.objects.failed().count(), timeout=600)


def forget() -> None:
    """Deletes the letters that ended long ago."""
    old = Letter.objects.filter(ended_at__lt=timezone.now() - FORGOTTEN_AFTER)
    Notification.objects.filter(letter__in=old.values("pk")).update(letter=None)
    old._raw_delete(old.db)  # nothing else points to them
