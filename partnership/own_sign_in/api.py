"""Joining and leaving by a partner's own directory: SCIM 2.0 (RFC 7643, RFC 7644), as much of it as directories use. Users alone:
what somebody may do in the portal a manager says, not a group of the directory.

A directory calls with the token of an API client that has the scope `members:write`.
"""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.parsers import ShallowJSONParser
from partnership.api.problems import handle
from partnership.api.views import JSONRenderer, Query, View
from partnership.isolation.errors import Invalid
from partnership.members.models import Membership
from partnership.own_sign_in import actions
from partnership.permissions import DIRECTORY_MEMBERS

TYPE = "application/scim+json"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
MESSAGE = "urn:ietf:params:scim:api:messages:2.0:"
MOST = 100
EQUALS = re.compile(r'\s*userName\s+eq\s+"([^"\\]{1,254})"\s*', re.IGNORECASE)
"""The one filter that directories need: whether somebody is there."""


class ScimRenderer(JSONRenderer):
    media_type = TYPE
    format = "scim"


class ScimParser(ShallowJSONParser):
    media_type = TYPE


class UsersQuery(Query):
    filter = serializers.CharField(required=False, max_length=400)
    startIndex = serializers.IntegerField(required=False, default=1)
    count = serializers.IntegerField(required=False, default=MOST)


def user(membership: Membership) -> dict[str, Any]:
    """A member as SCIM has them: no more than the directory itself knows."""
    return {
        "schemas": [USER],
        "id": str(membership.pk),
        "userName": membership.user.email,
        "displayName": membership.user.full_name,
        "emails": [{"value": membership.user.email, "primary": True}],
        "active": membership.is_active and membership.user.is_active,
        "meta": {
            "resourceType": "User",
            "location": f"{settings.SITE_URL}/api/scim/v2/Users/{membership.pk}",
        },
    }


def is_active_after(body: dict[str, Any], before: bool) -> bool:
    """Whether somebody is active once the operations of a PATCH are done; what else they ask for is the portal's own. Raises Invalid."""
    operations = body.get("Operations")
    if not isinstance(operations, list) or not all(isinstance(each, dict) for each in operations):
        raise Invalid("Operations", _("Send a list of operations."))
    active: Any = before
    for operation in operations:
        value, name = operation.get("value"), str(operation.get("path", "")).lower()
        if str(operation.get("op", "")).lower() not in {"add", "replace"}:
            continue
        if name == "active":
            active = value
        elif not name and isinstance(value, dict):
            active = value.get("active", active)
    return truth(active)


def truth(value: Any) -> bool:
    """True or false, which some directories send as texts. Raises Invalid."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise Invalid("active", _("Send true or false."))


class ScimView(View):
    """The partner's own people, as its directory sees and changes them."""

    resource = operation = tag = "scim"
    sees = DIRECTORY_MEMBERS
    does = {"join": actions.join, "change": actions.leave, "replace": actions.leave, "leave": actions.leave}
    queries = {"all": UsersQuery}
    renderer_classes = [ScimRenderer, JSONRenderer]
    parser_classes = [ScimParser, ShallowJSONParser]
    is_personal = False

    def handle_exception(self, error: Exception) -> Response:
        """Errors as SCIM has them (RFC 7644, 3.12)."""
        response = handle(error, self.get_exception_handler_context())
        if response is None:
            raise error
        problem = response.data
        response.data = {
            "schemas": [f"{MESSAGE}Error"],
            "status": str(response.status_code),
            "detail": " ".join([problem["detail"], *(each["detail"] for each in problem.get("errors", []))]),
        }
        response.content_type = TYPE
        response.exception = True
        return response

    def get_queryset(self) -> QuerySet[Membership]:
        return actions.members_of(self.acting.partner)

    def member(self, pk: int) -> Membership:
        membership = self.get_queryset().filter(pk=pk).first()
        if membership is None:
            raise Http404
        return membership

    def body(self) -> dict[str, Any]:
        if not isinstance(self.request.data, dict):
            raise Invalid("", _("Send an object."))
        return self.request.data

    @extend_schema(exclude=True)
    def all(self, request: Request) -> Response:
        """Who is there: all, or the one with an address."""
        members, asked = self.get_queryset(), self.parameters.get("filter")
        if asked is not None:
            named = EQUALS.fullmatch(asked)
            if named is None:
                raise Invalid("filter", _("Only “userName eq …” is known here."))
            members = members.filter(user__email=named[1].lower())
        first, size = max(1, self.parameters["startIndex"]), min(MOST, max(0, self.parameters["count"]))
        resources = [user(each) for each in members[first - 1 : first - 1 + size]]
        return Response(
            {
                "schemas": [f"{MESSAGE}ListResponse"],
                "totalResults": members.count(),
                "startIndex": first,
                "itemsPerPage": len(resources),
                "Resources": resources,
            }
        )

    @extend_schema(exclude=True)
    def one(self, request: Request, pk: int) -> Response:
        """One of them."""
        return Response(user(self.member(pk)))

    @extend_schema(exclude=True)
    def join(self, request: Request) -> Response:
        """Takes somebody in. Who is there already is answered with 409 (`uniqueness`), as directories expect."""
        body = self.body()
        address, name = body.get("userName"), body.get("displayName") or body.get("name")
        if isinstance(name, dict):
            name = name.get("formatted") or " ".join(filter(None, [name.get("givenName"), name.get("familyName")]))
        if not isinstance(address, str) or not address:
            raise Invalid("userName", _("Give the email address."))
        serializers.EmailField(max_length=254).run_validation(address)
        known = self.get_queryset().filter(user__email=address.lower(), is_active=True).first()
        if known is not None:
            error = {"schemas": [f"{MESSAGE}Error"], "status": "409", "scimType": "uniqueness", "detail": str(known.pk)}
            return Response(error, status=409, content_type=TYPE)
        membership = actions.join(by=self.acting, email=address, full_name=str(name or ""))
        answer = Response(user(self.member(membership.pk)), status=201)
        answer["Location"] = f"{settings.SITE_URL}/api/scim/v2/Users/{membership.pk}"
        if not truth(body.get("active", True)):
            actions.leave(by=self.acting, membership=membership)
            answer.data = user(self.member(membership.pk))
        return answer

    def set_active(self, pk: int, active: bool) -> Response:
        membership = self.member(pk)
        if active and not membership.is_active:
            actions.join(by=self.acting, email=membership.user.email, full_name=membership.user.full_name)
        elif not active and membership.is_active:
            actions.leave(by=self.acting, membership=membership)
        return Response(user(self.member(pk)))

    @extend_schema(exclude=True)
    def change(self, request: Request, pk: int) -> Response:
        """Ends somebody's membership, or takes them in again."""
        return self.set_active(pk, is_active_after(self.body(), self.member(pk).is_active))

    @extend_schema(exclude=True)
    def replace(self, request: Request, pk: int) -> Response:
        """As `change`, with the whole of somebody."""
        return self.set_active(pk, truth(self.body().get("active", True)))

    @extend_schema(exclude=True)
    def leave(self, request: Request, pk: int) -> Response:
        """Ends somebody's membership. They stay in the history, and are seen as not active."""
        membership = self.member(pk)
        if membership.is_active:
            actions.leave(by=self.acting, membership=membership)
        return Response(status=204)

    @extend_schema(exclude=True)
    def about(self, request: Request) -> Response:
        """What of SCIM there is."""
        no: dict[str, Any] = {"supported": False}
        return Response(
            {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
                "patch": {"supported": True},
                "bulk": no | {"maxOperations": 0, "maxPayloadSize": 0},
                "filter": {"supported": True, "maxResults": MOST},
                "changePassword": no,
                "sort": no,
                "etag": no,
                "authenticationSchemes": [
                    {"type": "oauthbearertoken", "name": "OAuth 2", "description": "A token of an API client."}
                ],
            }
        )


urlpatterns = [
    path("Users", ScimView.as_view({"get": "all", "post": "join"}), name="scim-users"),
    path(
        "Users/<int:pk>",
        ScimView.as_view({"get": "one", "patch": "change", "put": "replace", "delete": "leave"}),
        name="scim-user",
    ),
    path("ServiceProviderConfig", ScimView.as_view({"get": "about"}), name="scim-about"),
]
