from __future__ import annotations

from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand
from drf_spectacular.generators import SchemaGenerator

from partnership.api.collection import collection


class Command(BaseCommand):
    help = "Prints the API as a collection of requests for Postman or Bruno (Postman Collection 2.1), made from its description."

    def handle(self, *args: Any, **options: Any) -> None:
        generator = SchemaGenerator(urlconf="partnership.project.api_description_urls")  # type: ignore[no-untyped-call]
        document = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        requests = collection(document, settings.SITE_URL)
        self.stdout.write(orjson.dumps(requests, default=str, option=orjson.OPT_INDENT_2).decode())
