"""Looks at a deployment: what is in order, and what to do about the rest."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from partnership.project.doctor import examine


class Command(BaseCommand):
    help = "Looks at this deployment, line by line: ok, or what to do. Ends with 1 where something is to be done."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        to_do = 0
        for finding in examine():
            self.stdout.write(
                f"{'ok   ' if finding.is_ok else 'TO DO'}  {finding.what}"
                + (f": {finding.text}" if finding.text else "")
            )
            to_do += not finding.is_ok
        self.stdout.write(f"\n{to_do} to do" if to_do else "\nAll is in order.")
        sys.exit(1 if to_do else 0)
