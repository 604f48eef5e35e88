"""The scheduler: as many as you like may run, and one acts. When it dies, or loses the database, the next one does."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry
from django.db import DatabaseError, InterfaceError, connection

log = logging.getLogger(__name__)
LOCK = (7000, 3)


class OneActs(PersistentScheduler):
    """Each goes through the same schedule, so that none has anything to catch up with when its turn comes."""

    schedule_filename: str

    def setup_schedule(self) -> None:
        """Celery's, in a folder that may not be there yet."""
        Path(self.schedule_filename).parent.mkdir(parents=True, exist_ok=True)
        super().setup_schedule()

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Asks for the job of an entry that is due, unless another scheduler does."""
        if is_first():
            super().apply_entry(entry, producer)


def is_first() -> bool:
    """Whether this process acts: it holds a lock of the database, which belongs to its connection. A job needs the database, so
    without one nothing is asked for."""
    try:
        with connection.cursor() as cursor:
            # Held already, it is counted once more, and still gone with the connection.
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", LOCK)
            return bool(cursor.fetchone()[0])
    except (DatabaseError, InterfaceError) as error:
        log.error("The scheduler waits for the database (%s)", type(error).__name__)
        connection.close()
        return False
