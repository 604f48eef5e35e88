from __future__ import annotations

from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compiles the translations. Unlike compilemessages it needs no gettext tools on the machine."

    def handle(self, *args: Any, **options: Any) -> None:
        for path in settings.LOCALE_PATHS:
            for source in sorted(path.glob("*/LC_MESSAGES/*.po")):
                target = source.with_suffix(".mo")
                if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                    polib.pofile(str(source)).save_as_mofile(str(target))
