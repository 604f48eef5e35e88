"""The API about itself: its index, its description and a page to read it, its problems and its codes."""

from __future__ import annotations

from typing import Any, cast

import orjson
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.codes import all_codes
from partnership.api.meanings import TEXTS
from partnership.api.problems import all_problems
from partnership.api.views import View


class PublicView(View):
    """What everybody may read, without a token."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes: list[Any] = []
    is_public = True
    pagination_class = None  # type: ignore[assignment]

    def scope(self) -> str:
        return ""


class IndexSerializer(serializers.Serializer[Any]):
    openapi = serializers.URLField()
    reader = serializers.URLField()
    token = serializers.URLField()
    problems = serializers.URLField()
    codes = serializers.URLField()
    version = serializers.CharField()


class IndexView(PublicView):
    """Where everything is."""

    resource = operation = tag = "about"

    @extend_schema(responses={200: IndexSerializer})
    def show(self, request: Request) -> Response:
        """Addresses of the description, the token endpoint, the catalogue of problems, the codes."""
        root = request.build_absolute_uri("/api/v1/")
        parts = {
            "openapi": "openapi.json",
            "reader": "docs",
            "token": "oauth/token",
            "problems": "problems",
            "codes": "codes",
        }
        return Response({name: root + part for name, part in parts.items()} | {"version": "1.0.0"})


class ProblemTypeSerializer(serializers.Serializer[Any]):
    type = serializers.URLField()
    status = serializers.IntegerField()
    title = serializers.CharField()
    remedy = serializers.CharField()


class ProblemsView(PublicView):
    """The catalogue of problems: what each means and what to do."""

    resource = operation = tag = "about"

    def _entry(self, request: Request, name: str) -> dict[str, Any]:
        problem = all_problems()[name]
        return {
            "type": request.build_absolute_uri(f"/api/v1/problems/{name}"),
            "status": problem.status,
            "title": str(problem.title),
            "remedy": str(problem.remedy),
        }

    @extend_schema(operation_id="problems_list", responses={200: ProblemTypeSerializer(many=True)})
    def show(self, request: Request) -> Response:
        """All types of problem."""
        return Response([self._entry(request, name) for name in sorted(all_problems())])

    @extend_schema(operation_id="problems_retrieve", responses={200: ProblemTypeSerializer})
    def one(self, request: Request, name: str) -> Response:
        """One type of problem: what a problem’s `type` leads to."""
        if name not in all_problems():
            raise Http404
        return Response(self._entry(request, name))


class CodesView(PublicView):
    """Enumerations: each code with its label in the caller's language (Accept-Language)."""

    resource = operation = tag = "about"

    @extend_schema(
        operation_id="codes_list",
        responses={
            200: OpenApiResponse(
                {"type": "object", "additionalProperties": TEXTS}, description="Enumeration → code → label."
            )
        },
    )
    def show(self, request: Request) -> Response:
        """All codes."""
        return Response(all_codes())


class TokenSerializer(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
    token_type = serializers.CharField()
    scope = serializers.CharField()


class TokenRequestSerializer(serializers.Serializer[Any]):
    grant_type = serializers.ChoiceField(choices=["client_credentials"])
    client_id = serializers.CharField(required=False, help_text="Or by HTTP Basic, with the secret as the password.")
    client_secret = serializers.CharField(required=False)
    scope = serializers.CharField(required=False, help_text="Divided by spaces; without it all that the client has.")


OAUTH_ERRORS: dict[int, Any] = {
    400: OpenApiResponse(OpenApiTypes.OBJECT, description="RFC 6749: `error`."),
    401: OpenApiResponse(OpenApiTypes.OBJECT, description="RFC 6749: `invalid_client`."),
    429: OpenApiResponse(
        OpenApiTypes.OBJECT,
        description="Many wrong secrets from this address, or many tokens for this client. Wait as long as `Retry-After` says.",
    ),
}


def description(request: HttpRequest) -> dict[str, Any]:
    """The OpenAPI document; made once per language, for as long as the code is the same."""
    key = f"openapi:{get_language()}"
    document: dict[str, Any] | None = cache.get(key)
    if document is None:
        generator = SchemaGenerator(urlconf="partnership.project.api_description_urls")  # type: ignore[no-untyped-call]
        document = cast(dict[str, Any], generator.get_schema(request=None, public=True))  # type: ignore[no-untyped-call]
        cache.set(key, document, 300)
    return document | {"servers": [{"url": request.build_absolute_uri("/").rstrip("/")}]}


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The description as JSON."""
    response = HttpResponse(
        orjson.dumps(description(request), default=str), content_type="application/vnd.oai.openapi+json;version=3.1"
    )
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@require_safe
def reader(request: HttpRequest) -> HttpResponse:
    """The description as a page: made on the server, so that it needs no other host and no script."""
    document = description(request)
    groups: dict[str, list[dict[str, Any]]] = {}
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            groups.setdefault(operation["tags"][0], []).append(_operation(path, method, operation, schemas))
    return render(request, "partnership/api/reader.html", {"document": document, "groups": sorted(groups.items())})


def _operation(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    def body(of: dict[str, Any]) -> dict[str, Any]:
        for media, content in of.get("content", {}).items():
            example = content.get("example")
            return {
                "media": media,
                "fields": _fields(content.get("schema", {}), schemas),
                "example": orjson.dumps(example, option=orjson.OPT_INDENT_2, default=str).decode()
                if example is not None
                else "",
            }
        return {}

    scopes = [scope for way in operation.get("security", []) for scope in way.get("oauth2", [])]
    return {
        "id": operation["operationId"],
        "path": path,
        "method": method.upper(),
        "title": operation.get("description", "").split(".")[0].split("\n")[0],
        "text": operation.get("description", ""),
        "scopes": scopes,
        "parameters": operation.get("parameters", []),
        "body": body(operation.get("requestBody", {})),
        "answers": [
            {"status": status, "text": answer.get("description", ""), **body(answer)}
            for status, answer in operation["responses"].items()
            if status.startswith("2")
        ],
        "problems": [status for status in operation["responses"] if status[0] in "45"],
    }


def _fields(schema: dict[str, Any], schemas: dict[str, Any], prefix: str = "", depth: int = 0) -> list[dict[str, Any]]:
    """The fields of a body, nested ones with their path."""
    while "$ref" in schema or "allOf" in schema or "oneOf" in schema:
        schema = (
            schemas[schema["$ref"].rsplit("/", 1)[-1]]
            if "$ref" in schema
            else (schema.get("allOf") or schema["oneOf"])[0]
        )
    if schema.get("type") == "array":
        return _fields(schema.get("items", {}), schemas, prefix + "[]." if prefix else "[].", depth)
    rows: list[dict[str, Any]] = []
    for name, part in schema.get("properties", {}).items():
        target = part
        while "$ref" in target or "allOf" in target or "oneOf" in target:
            target = (
                schemas[target["$ref"].rsplit("/", 1)[-1]]
                if "$ref" in target
                else (target.get("allOf") or target["oneOf"])[0]
            )
        kind = target.get("type", "")
        rows.append(
            {
                "name": prefix + name,
                "type": " | ".join(kind) if isinstance(kind, list) else kind,
                "format": target.get("format", ""),
                "codes": [code for code in target.get("enum", []) if code],
                "text": part.get("description") or target.get("description", "")
                if "enum" not in target
                else part.get("description", ""),
                "required": name in schema.get("required", []),
            }
        )
        if depth < 2:
            inner = target.get("items", {}) if kind == "array" else target
            if inner.get("properties") or "$ref" in inner:
                rows += _fields(inner, schemas, f"{prefix}{name}{'[]' if kind == 'array' else ''}.", depth + 1)
    return rows


class TokenDescription(PublicView):
    """Only for the description: the token endpoint itself is django-oauth-toolkit's."""

    resource = operation = tag = "oauth"

    @extend_schema(
        operation_id="oauth_token",
        request={"application/x-www-form-urlencoded": TokenRequestSerializer},
        responses={
            200: TokenSerializer,
            **OAUTH_ERRORS,
        },
    )
    def token(self, request: Request) -> Response:
        """Gives a token for ten minutes (OAuth 2, client credentials)."""
        raise NotImplementedError


class RevocationRequestSerializer(serializers.Serializer[Any]):
    token = serializers.CharField()
    token_type_hint = serializers.ChoiceField(choices=["access_token"], required=False)
    client_id = serializers.CharField(required=False, help_text="Or by HTTP Basic, with the secret as the password.")
    client_secret = serializers.CharField(required=False)


class RevocationDescription(PublicView):
    """Only for the description, as that of the token endpoint."""

    resource = operation = tag = "oauth"

    @extend_schema(
        operation_id="oauth_revoke",
        request={"application/x-www-form-urlencoded": RevocationRequestSerializer},
        responses={
            200: OpenApiResponse(description="The token is worth nothing any more, or never was."),
            **OAUTH_ERRORS,
        },
    )
    def revoke(self, request: Request) -> Response:
        """Gives a token back before its time (RFC 7009). Only the client that got it can."""
        raise NotImplementedError
