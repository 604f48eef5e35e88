"""Restores a backup: into the portal's own database when that is empty, or on trial into one beside it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import psycopg2
from django.core.management.base import BaseCommand, CommandError, CommandParser

from partnership.project import age, backup


class Command(BaseCommand):
    help = (
        "Restores a backup into the empty database of DATABASE_URL, as portal_owner, and compares each table with what the backup"
        " says. With --drill, into a PostgreSQL of its own that is gone afterwards: the portal goes on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--identity", type=Path, help="file with the secret key; without it, the variable BACKUP_IDENTITY has it"
        )
        parser.add_argument("--drill", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            identity = _identity(options["identity"])
            if options["drill"]:
                manifest, differences = backup.drill(options["file"], identity)
            else:
                manifest, differences = backup.restore(options["file"], identity, backup.of_the_portal())
        except (backup.BackupFailed, age.WrongKey, age.Damaged, age.NoKey, OSError, psycopg2.Error) as error:
            raise CommandError(str(error)) from error
        if differences:
            raise CommandError("Restored, but not the same:\n" + "\n".join(differences))
        self.stdout.write(
            f"{len(manifest.tables)} tables, {manifest.rows:,} rows, as they were at {manifest.made_at} (version {manifest.version}):"
            f" each table is the same. It took {time.monotonic() - started:.0f} seconds."
        )
        if not options["drill"]:
            self.stdout.write("Next: manage.py migrate, manage.py doctor, then start the processes.")


def _identity(path: Path | None) -> str:
    """The secret key: the line of the file that is one (age-keygen writes comments above it)."""
    text = path.read_text() if path else os.environ.get("BACKUP_IDENTITY", "")
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith(age.IDENTITY)]
    if not lines:
        raise age.NoKey("No secret key: give --identity FILE, or set BACKUP_IDENTITY.")
    return lines[0]
