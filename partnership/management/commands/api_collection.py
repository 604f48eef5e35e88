from __future__ import annotations

from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import get_language

from partnership.api.about import document
from partnership.api.collection import collection


class Command(BaseCommand):
    help = "Prints the API as a collection of requests for Postman or Bruno (Postman Collection 2.1), made from its description."

    def handle(self, *args: Any, **options: Any) -> None:
        requests = collection(document(get_language()), settings.SITE_URL)
        self.stdout.write(orjson.dumps(requests, default=str, option=orjson.OPT_INDENT_2).decode())
