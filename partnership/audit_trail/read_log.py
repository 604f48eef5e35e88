"""The log of reads: a page that shows a person's data writes who looked."""

from __future__ import annotations

from partnership.audit_trail.models import ReadLog
from partnership.isolation.acting import Acting


def log_read(acting: Acting, what: str, object_id: int, count: int = 1) -> None:
    """Notes that the user saw the object (`what`: person, referral, enrolment, diversion, list of people, export …)."""
    # Without RETURNING, which would need the right to read the log.
    ReadLog.objects.bulk_create(
        [ReadLog(partner=acting.partner, user=acting.user, what=what, object_id=object_id, count=count)],
        ignore_conflicts=True,
    )
