"""Brings a new installation to its first sign-in: an administrator, the coordination office, an invitation of its coordinator."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from partnership.isolation.errors import RuleError
from partnership.members import actions as members
from partnership.members.models import User


class Command(BaseCommand):
    help = (
        "Makes the first administrator (asks for name, address and password), the coordination office, and the invitation of its first"
        " coordinator, whose link it prints. Run again, it does what is missing. Run it as portal_owner."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("coordinator", help="email address of the first coordinator")
        parser.add_argument("--office", default="Coordination office", help="name of the office")

    def handle(self, *args: Any, **options: Any) -> None:
        administrator = self._administrator()
        try:
            office, link = members.make_first_office(
                administrator=administrator, name=options["office"], email=options["coordinator"]
            )
        except members.HasManager as error:
            self.stdout.write(f"Nothing to do: {error}")
            return
        except RuleError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{administrator.email} administers the service: districts and partners at /admin/.")
        self.stdout.write(
            f"{options['coordinator']} is invited to {office.name}. The link holds for 14 days, and is sent by email too:"
        )
        self.stdout.write(link)

    def _administrator(self) -> User:
        """The first one. Where there is none, Django's own command asks for one; without a terminal, it reads DJANGO_SUPERUSER_EMAIL,
        DJANGO_SUPERUSER_FULL_NAME and DJANGO_SUPERUSER_PASSWORD."""
        administrators = User.objects.filter(is_staff=True, is_active=True).order_by("pk")
        if not administrators.exists():
            self.stdout.write("The first administrator of the service:")
            call_command("createsuperuser", interactive=sys.stdin.isatty(), stdout=self.stdout)
        return administrators[0]
