from __future__ import annotations

import resource
import subprocess
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from metrics.linkage.actions import link
from metrics.linkage.models import Unlinked
from partnership.isolation import key_check

PAUSE = 5
"""Seconds between two looks for people whose records changed."""


class Command(BaseCommand):
    help = (
        "The linker: compares people whose records changed with those of all partners, and ends. Run it as portal_linker or"
        " portal_owner. With --watch it looks every few seconds, and starts a process of its own each time there is work: names"
        " are in the memory of that process alone, and gone with it."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--watch", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        # No file of this process's memory is ever written, nor of one that it starts. (Memory isn't locked: switch swap off, or
        # encrypt it.)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_column_privilege('cases_person', 'last_name', 'SELECT'), current_user")
            may_read, who = cursor.fetchone()
        if not may_read or who == "portal_web":
            raise CommandError(f"{who} is no linker: run this as portal_linker (PORTAL_DB_ROLE=linker).")
        key_check.check()
        if not options["watch"]:
            self.stdout.write(f"{link()} people compared anew")
            return
        while True:
            if self._has_work():
                subprocess.run([sys.executable, *sys.argv[:2]], check=False)  # noqa: S603 — this very command
            time.sleep(PAUSE)

    def _has_work(self) -> bool:
        """Not, while the database is away."""
        try:
            return Unlinked.objects.exists()
        except DatabaseError:
            connection.close()
            return False
