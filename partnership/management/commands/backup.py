"""Writes an encrypted backup of the database, once or each night."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from partnership.project import age, backup


class Command(BaseCommand):
    help = "Writes an encrypted backup of the database into BACKUP_DIR. Run it as portal_owner."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--watch", action="store_true", help="write one each night, and delete what is older than BACKUP_KEEP_DAYS"
        )
        parser.add_argument("--new-key", action="store_true", help="make a key for backups, and write none")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_key"]:
            identity = age.new_identity()
            self.stdout.write(f"BACKUP_RECIPIENTS={age.recipient_of(identity)}")
            self.stdout.write("Keep this line apart from the server and from the backups. It alone opens them:")
            self.stdout.write(identity)
        elif options["watch"]:
            self._watch()
        else:
            self._write()

    def _write(self) -> None:
        try:
            path, manifest = backup.write(settings.BACKUP_DIR, settings.BACKUP_RECIPIENTS)
            backup.copy_away(path)
        except (backup.BackupFailed, age.NoKey) as error:
            raise CommandError(str(error)) from error
        size = path.stat().st_size / 1024**2
        self.stdout.write(f"{path}: {len(manifest.tables)} tables, {manifest.rows:,} rows, {size:,.1f} MB")

    def _watch(self) -> None:
        """For a service of its own. A night that fails is tried again after an hour."""
        if not settings.BACKUP_RECIPIENTS:
            self.stderr.write(
                "No backups are made: set BACKUP_RECIPIENTS (manage.py backup --new-key), and start this again."
            )
        due = backup.next_night(timezone.now())
        while True:
            time.sleep(30)
            if not settings.BACKUP_RECIPIENTS or timezone.now() < due:
                continue
            try:
                self._write()
                for gone in backup.forget_old(settings.BACKUP_DIR, settings.BACKUP_KEEP_DAYS):
                    self.stdout.write(f"{gone.name} is older than {settings.BACKUP_KEEP_DAYS} days: deleted")
                due = backup.next_night(timezone.now())
            except Exception as error:
                self.stderr.write(f"The backup failed, and is tried again in an hour: {error}")
                due = timezone.now() + timedelta(hours=1)
