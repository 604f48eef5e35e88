"""Resources whose records a partner's system can call by references of its own."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.references import ReferenceInput
from partnership.api.views import View


class ReferencedView(View):
    """`does["external_reference"]` keeps a reference; the serializer shows it (`OwnReference`)."""

    @extend_schema(request=ReferenceInput)
    @action(detail=True, methods=["put"], url_path="external-reference")
    def external_reference(self, request: Request, pk: int) -> Response:
        """Keeps what the caller's system calls the record, or forgets it. No other system sees it."""
        record = self.get_object()
        self.check_unchanged(record)
        self.refer(record, self.checked_body(ReferenceInput)["external_reference"])
        return self.answer(self.get_object())

    def refer(self, record: Any, reference: str | None) -> None:
        """Keeps the reference that came with the record."""
        self.does["external_reference"](by=self.acting, record=record, reference=reference)
