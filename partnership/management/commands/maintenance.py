"""Shows the maintenance page instead of the portal, or the portal again."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Shows the maintenance page instead of the portal (on), or the portal again (off)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("state", choices=["on", "off"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["state"] == "on":
            settings.MAINTENANCE_FILE.parent.mkdir(parents=True, exist_ok=True)
            settings.MAINTENANCE_FILE.touch()
        else:
            settings.MAINTENANCE_FILE.unlink(missing_ok=True)
        self.stdout.write(f"maintenance is {options['state']}")
