"""Lists the events that failed for good, and sends them again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from partnership.events.actions import send_again
from partnership.events.models import EventDelivery


class Command(BaseCommand):
    help = "Lists the events that failed for good. Run it as portal_worker or portal_owner."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--send-again", action="store_true", help="send all of them again")

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            (role,) = cursor.fetchone()
        if role == "portal_web":  # it would see none, and say that all is well
            raise CommandError("portal_web sees no events: run this as portal_worker (PORTAL_DB_ROLE=worker).")
        with transaction.atomic():
            failed = EventDelivery.objects.failed().order_by("id")
            for delivery in failed.iterator():
                self.stdout.write(
                    f"{delivery.failed_at:%Y-%m-%d %H:%M} {delivery.kind} (event {delivery.event_id}) →"
                    f" {delivery.handler}, {delivery.attempts} attempts: {delivery.last_error}"
                )
            count = send_again() if options["send_again"] else failed.count()
        self.stdout.write(f"{count} {'sent again' if options['send_again'] else 'failed'}")
