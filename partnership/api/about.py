"""The API about itself: its index, its description and a page to read it, its problems and its codes."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response, set_response_etag
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.client_keys import ASSERTION_TYPE
from partnership.api.codes import all_codes
from partnership.api.meanings import TEXTS
from partnership.api.problems import all_problems
from partnership.api.views import View
from partnership.events import asyncapi


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
    asyncapi = serializers.URLField()
    guides = serializers.URLField()
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
            "asyncapi": "asyncapi.json",
            "guides": "guides",
        }
        return Response({name: root + part for name, part in parts.items()} | {"version": settings.VERSION})


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


class ClientSerializer(serializers.Serializer[Any]):
    client_id = serializers.CharField(required=False, help_text="Or by HTTP Basic, with the secret as the password.")
    client_secret = serializers.CharField(required=False)
    client_assertion_type = serializers.CharField(
        required=False, help_text=f"With keys: `{ASSERTION_TYPE}` (RFC 7523)."
    )
    client_assertion = serializers.CharField(
        required=False, help_text="With keys: a JWT of which `iss` and `sub` are the client id, `aud` is this address."
    )


class TokenRequestSerializer(ClientSerializer):
    grant_type = serializers.ChoiceField(choices=["client_credentials"])
    scope = serializers.CharField(required=False, help_text="Divided by spaces; without it all that the client has.")


OAUTH_ERRORS: dict[int, Any] = {
    400: OpenApiResponse(OpenApiTypes.OBJECT, description="RFC 6749: `error`."),
    401: OpenApiResponse(OpenApiTypes.OBJECT, description="RFC 6749: `invalid_client`."),
    429: OpenApiResponse(
        OpenApiTypes.OBJECT,
        description="Many wrong secrets from this address, or many tokens for this client. Wait as long as `Retry-After` says.",
    ),
}


@cache
def document(language: str) -> dict[str, Any]:
    """The OpenAPI document, without the address that serves it. Made once in a process: it changes with the code alone."""
    with translation.override(language):
        generator = SchemaGenerator(urlconf="partnership.project.api_description_urls")  # type: ignore[no-untyped-call]
        return cast(dict[str, Any], generator.get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


def description(request: HttpRequest) -> dict[str, Any]:
    """The OpenAPI document of this server in the language of the request."""
    return document(translation.get_language()) | {"servers": [{"url": request.build_absolute_uri("/").rstrip("/")}]}


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The description as JSON."""
    response = HttpResponse(
        orjson.dumps(description(request), default=str), content_type="application/vnd.oai.openapi+json;version=3.1"
    )
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """The webhooks described for programs (AsyncAPI 3)."""
    response = HttpResponse(orjson.dumps(asyncapi.description(), default=str), content_type="application/json")
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


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


class RevocationRequestSerializer(ClientSerializer):
    token = serializers.CharField()
    token_type_hint = serializers.ChoiceField(choices=["access_token"], required=False)


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
