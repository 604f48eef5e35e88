from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from partnership.members.models import Partner


class Command(BaseCommand):
    help = "Says yes or no: whether the database holds a partnership."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("yes" if Partner.objects.exists() else "no")
