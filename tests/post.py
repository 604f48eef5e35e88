"""The mail of tests: what the portal wrote is sent by its own sender, as the worker, to Django's box in memory."""

from __future__ import annotations

from django.core import mail
from django.core.mail import EmailMessage

from partnership.events import letters
from tests.world import database_role


def posted() -> list[EmailMessage]:
    """All that has arrived, the first first."""
    with database_role("worker"):
        letters.send_due()
    return mail.outbox
