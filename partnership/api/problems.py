"""Problem details (RFC 9457): every error of the API, with a stable type, a sentence in the caller's language, and pointers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from partnership.isolation.errors import InTheWay, Invalid, RuleError

MEDIA_TYPE = "application/problem+json"
ADDRESSED = re.compile(r"/api/v1/([a-z]+/[0-9]+)")
"""The record that an address names."""


class Problem(NamedTuple):
    """A type of problem: its status, what it is called, and what the client should do."""

    status: int
    title: str | Promise
    remedy: str | Promise = ""


PROBLEMS: dict[str, Problem] = {
    "malformed": Problem(400, gettext_lazy("The request can’t be read"), gettext_lazy("Send valid JSON in UTF-8, or a form as described.")),
    "parameter": Problem(400, gettext_lazy("A parameter of the address is wrong"), gettext_lazy("See `errors`: each names the parameter. Unknown parameters are errors too.")),
    "not-authenticated": Problem(401, gettext_lazy("No valid sign-in"), gettext_lazy("Get a new token and try again.")),
    "forbidden": Problem(403, gettext_lazy("Not allowed"), gettext_lazy("The client lacks the scope, or the person’s role does not include this.")),
    "forbidden-network": Problem(403, gettext_lazy("Not allowed from this network"), gettext_lazy("Call from one of the client’s networks, or ask a manager to add yours.")),
    "not-found": Problem(404, gettext_lazy("Not found"), gettext_lazy("There is nothing here that your partner may see.")),
    "method-not-allowed": Problem(405, gettext_lazy("This address does not take this method"), gettext_lazy("See the Allow header.")),
    "not-acceptable": Problem(406, gettext_lazy("None of the accepted formats is offered"), gettext_lazy("Accept application/json.")),
    "conflict": Problem(409, gettext_lazy("Not possible in the present state"), gettext_lazy("Read the record again and decide anew.")),
    "precondition-failed": Problem(412, gettext_lazy("Changed meanwhile"), gettext_lazy("Read the record again; its new ETag goes into If-Match.")),
    "too-large": Problem(413, gettext_lazy("Too large"), gettext_lazy("Divide the upload.")),
    "unsupported-media-type": Problem(415, gettext_lazy("This format is not taken"), gettext_lazy("Send one of the described content types.")),
    "invalid": Problem(422, gettext_lazy("Values are missing or wrong"), gettext_lazy("See `errors`: each points to its field.")),
    "rule": Problem(422, gettext_lazy("A rule forbids this"), gettext_lazy("`detail` says which, and what to do.")),
    "idempotency-key-reused": Problem(422, gettext_lazy("This Idempotency-Key was used for another request"), gettext_lazy("Use a new key for each new request.")),
    "rate-limited": Problem(429, gettext_lazy("Too many requests"), gettext_lazy("Wait as long as Retry-After says.")),
    "maintenance": Problem(503, gettext_lazy("The portal is being looked after"), gettext_lazy("Try again after as long as Retry-After says.")),
    "server-error": Problem(500, gettext_lazy("The portal failed"), gettext_lazy("Try again later; tell the request id to your coordinator.")),
}  # fmt: skip


class NoneOf(exceptions.ErrorDetail):
    """A value is none of those that are allowed."""

    allowed: list[str]


class InvalidToken(exceptions.AuthenticationFailed):
    """The token has expired, was revoked, or is none. Get a new one."""

    default_code = "invalid_token"


class InsufficientScope(exceptions.PermissionDenied):
    """The client lacks the scope of what it asks for. Its code is the scope."""


class ForbiddenNetwork(exceptions.PermissionDenied):
    """The client may not call from this address. Call from one of its networks, or ask a manager to add yours."""

    default_code = "forbidden-network"
    default_detail = gettext_lazy("This client may not call from your network.")


class PreconditionFailed(exceptions.APIException):
    """If-Match names another version than the record has. Read the record again."""

    status_code = 412
    default_code = "precondition-failed"
    default_detail = gettext_lazy("The record was changed meanwhile: read it again.")


class WrongParameter(exceptions.APIException):
    """A parameter of the address is unknown or wrong. `errors`: parameter → what is wrong with it."""

    status_code = 400
    default_code = "parameter"

    def __init__(self, errors: dict[str, Any]) -> None:
        super().__init__(_("A parameter of the address is wrong."))
        self.errors = [{"parameter": ".".join(path)} | _entry(detail) for path, detail in listed(errors)]


class KeyReused(exceptions.APIException):
    """An Idempotency-Key came with another body than before. Use a new key for each new request."""

    status_code = 422
    default_code = "idempotency-key-reused"
    default_detail = gettext_lazy("This Idempotency-Key belongs to another request.")


def rule_type(code: str) -> str:
    """The type of problem in an address, of an error's code."""
    return code.replace("_", "-")


def all_problems() -> dict[str, Problem]:
    """The catalogue by type: the general problems, and one for each error of the portal's rules, made from its docstring."""
    problems = dict(PROBLEMS)
    error_classes: list[type[RuleError]] = [RuleError]
    while error_classes:
        error_class = error_classes.pop()
        error_classes += error_class.__subclasses__()
        title, remedy = title_and_remedy(error_class)
        problems.setdefault(rule_type(error_class.code), Problem(error_class.status, title, remedy))
    return problems


def title_and_remedy(error_class: type[RuleError]) -> tuple[str, str]:
    """The first sentence of the docstring, without its full stop, and the rest."""
    title, _stop, remedy = " ".join((inspect.getdoc(error_class) or "").split()).partition(". ")
    return title.removesuffix("."), remedy


def body(
    request: HttpRequest,
    name: str,
    status: int,
    detail: str,
    errors: list[dict[str, Any]] | None = None,
    record: str = "",
    records: Sequence[InTheWay] = (),
) -> dict[str, Any]:
    """A problem as it is sent: `name` is its type in the catalogue, `detail` a sentence in the caller's language, `record` the
    address of what stands against it, below that of the API."""
    problem: dict[str, Any] = {
        "type": request.build_absolute_uri(f"/api/v1/problems/{name}"),
        "title": str(all_problems()[name].title),
        "status": status,
        "detail": detail,
        "remedy": str(all_problems()[name].remedy),
        "request_id": getattr(request, "request_id", ""),
    }
    if record:
        problem["record"] = request.build_absolute_uri(f"/api/v1/{record}")
    if errors:
        problem["errors"] = errors
    if records:
        problem["records"] = [
            {"url": request.build_absolute_uri(f"/api/v1/{record.page}s/{record.number}"), "id": record.number}
            for record in records
        ]
    return problem


def plain(request: HttpRequest, status: int, detail: str = "") -> HttpResponse:
    """A problem outside the API's own views: an address that does not exist, a failure of the server."""
    name = next((name for name, problem in PROBLEMS.items() if problem.status == status), "malformed")
    content = orjson.dumps(body(request, name, status, detail or str(PROBLEMS[name].remedy)))
    return HttpResponse(content, status=status, content_type=MEDIA_TYPE)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The framework's errors and the portal's rules as problems; anything else is a failure, and raised."""
    request = context["request"]._request
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(str(error) or None)
    elif isinstance(error, DjangoValidationError):
        # A constraint of the database in its own words.
        error = exceptions.ValidationError(error.message_dict if hasattr(error, "error_dict") else error.messages)
    elif isinstance(error, (OverflowError, DataError)):
        error = exceptions.ParseError(_("A number or a date lies beyond all that can be stored."))
    headers: dict[str, str] = {}
    errors: list[dict[str, Any]] | None = None
    record = ""
    records: list[InTheWay] = []
    if isinstance(error, RuleError):
        records = error.records
        name, status, detail = rule_type(error.code), error.status, str(error)
        if status == 409:
            addressed = ADDRESSED.match(request.path)
            record = (
                f"{error.records[0].page}s/{error.records[0].number}"
                if error.records
                else addressed[1]
                if addressed
                else ""
            )
        if isinstance(error, Invalid):
            errors = [{"pointer": pointer([error.field])} | _entry(detail)]
    elif isinstance(error, exceptions.ValidationError):
        name, status, detail = "invalid", 422, _("Some values are missing or wrong.")
        errors = [{"pointer": pointer(path)} | _entry(each) for path, each in listed(error.detail)]
    elif isinstance(error, exceptions.APIException):
        status = error.status_code
        code = getattr(error, "default_code", "")
        name = code if code in PROBLEMS else next((n for n, p in PROBLEMS.items() if p.status == status), "malformed")
        detail = str(error.detail)
        errors = getattr(error, "errors", None)
        if way := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = way
        if isinstance(error, InvalidToken):
            headers["WWW-Authenticate"] += ', error="invalid_token"'
        if isinstance(error, InsufficientScope):
            scope = error.get_codes()
            headers["WWW-Authenticate"] = f'Bearer realm="api", error="insufficient_scope", scope="{scope}"'
        if getattr(error, "wait", None):
            headers["Retry-After"] = str(int(error.wait) + 1)  # type: ignore[attr-defined]
    else:
        return None
    # Whatever was done before the refusal is undone with the request's transaction.
    request.refused = True
    set_rollback()
    return Response(
        body(request, name, status, detail, errors, record, records),
        status=status,
        headers=headers,
        content_type=MEDIA_TYPE,
    )


def listed(detail: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Nested errors one by one: the way to the value, and what is wrong with it. Those of the whole body have no way."""
    if isinstance(detail, dict):
        return [
            item
            for key, value in detail.items()
            for item in listed(value, path if key in {"non_field_errors", "__all__"} else (*path, str(key)))
        ]
    if isinstance(detail, (list, tuple)):
        is_of_rows = any(isinstance(value, dict) for value in detail)
        return [
            item
            for number, value in enumerate(detail)
            for item in listed(value, (*path, str(number)) if is_of_rows else path)
        ]
    return [(path, detail)]


def _entry(detail: Any) -> dict[str, Any]:
    """An error as it is sent, without where it is."""
    allowed = {"allowed": detail.allowed} if isinstance(detail, NoneOf) else {}
    return {"code": getattr(detail, "code", "invalid"), "detail": str(detail)} | allowed


def pointer(path: Sequence[str]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in path)
