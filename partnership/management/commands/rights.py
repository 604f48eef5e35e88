"""Prints who may see and do what, or writes it to docs/rights.md."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from partnership.project.rights_table import PATH, rights_page


class Command(BaseCommand):
    help = "Prints who may see and do what, as declared."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help=f"write it to docs/{PATH.name}")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["write"]:
            PATH.write_text(rights_page())
        else:
            self.stdout.write(rights_page(), ending="")
