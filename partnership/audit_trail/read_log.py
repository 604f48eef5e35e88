"""The log of reads: a page that shows a person's data writes who looked."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from partnership.audit_trail.models import ReadLog
from partnership.isolation.acting import Acting, enter


def log_read(acting: Acting, what: str, object_id: int, count: int = 1, **more: Any) -> None:
    """Notes that the user saw the object (`what`: person, referral, enrolment, diversion, list of people, export …)."""
    # Without RETURNING, which would need the right to read the log.
    line = ReadLog(partner=acting.partner, user=acting.user, what=what[:30], object_id=object_id, count=count, **more)
    ReadLog.objects.bulk_create([line], ignore_conflicts=True)


def log_refusal(acting: Acting, what: str, object_id: int) -> None:
    """Notes that a record was asked for by its number in vain: it is another's, or none, or the role does not include it.

    In a transaction of its own: that of the request is rolled back.
    """
    with transaction.atomic():
        enter(partner_id=acting.partner.pk, role=acting.role, user_id=acting.user.pk, client_id=acting.client_id)
        log_read(acting, what, object_id, 0, is_refused=True, client_id=acting.client_id)
