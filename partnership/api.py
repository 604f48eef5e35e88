"""What the API's resources share: permission, paging."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.access import lacks_second_factor
from partnership.paging import page_by_key


class ActsForPartner(BasePermission):
    """The caller acts for a partner, with a second factor where one is required. Which rows, the database decides."""

    def has_permission(self, request: Request, view: Any) -> bool:
        acting = getattr(request._request, "acting", None)
        return acting is not None and not lacks_second_factor(acting)


class KeyPagination(BasePagination):
    """`results` and `next`: the address of the next page, or null. Stable while rows arrive."""

    max_size = 100

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        size = request.query_params.get("limit", "50")
        if not size.isdigit() or not 1 <= int(size) <= self.max_size:
            raise ValidationError({"limit": [f"A whole number from 1 to {self.max_size}."]})
        try:
            self.page = page_by_key(queryset, view.key_order, request.query_params.get("after", ""), int(size))
        except Http404:
            raise ValidationError({"after": ["Not a key that this list made."]}) from None
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        following = None
        if self.page.next_after:
            params = self.request.query_params.copy()
            params["after"] = self.page.next_after
            following = self.request.build_absolute_uri(f"{self.request.path}?{params.urlencode()}")
        return Response({"next": following, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {"type": ["string", "null"], "format": "uri"},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "limit",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": self.max_size, "default": 50},
            },
            {
                "name": "after",
                "in": "query",
                "schema": {"type": "string"},
                "description": "From the `next` of the page before.",
            },
        ]
