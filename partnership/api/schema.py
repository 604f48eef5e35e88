"""The description of the API (OpenAPI 3.1), made from the code: parameters, scopes, problems and examples of each operation."""

from __future__ import annotations

import inspect
import re
from typing import Any

import orjson
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from partnership.api.codes import enumeration_of
from partnership.api.examples import example_of
from partnership.api.meanings import MEANINGS, SHAPES, TAGS, TEXTS
from partnership.api.paging import Since
from partnership.api.problems import MEDIA_TYPE, all_problems
from partnership.api.purpose import HEADER
from partnership.api.scopes import SCOPES
from partnership.api.serializers import RECEIPT, Resource, Strict
from partnership.audit_trail.purposes import Purpose
from partnership.isolation.marks import PATTERN

SUMMARIES = {
    "list": "List {noun}",
    "retrieve": "Read one of the {noun}",
    "export": "Export {noun} as CSV or NDJSON",
    "external_reference": "Keep what the caller's system calls one of the {noun}",
    "take_back": "Take back one of the {noun} that was recorded by mistake",
    "restore": "Let one of the {noun} that was taken back count again",
    "table": "{noun} as a table (CSV)",
    "metadata": "What the columns of the table of {noun} mean (CSVW)",
}
"""What an operation is called by its kind; every other one by the first sentence of what it does."""
WRITES = {"post", "put", "patch", "delete"}
TOKEN_ADDRESS = "/api/v1/oauth/token"  # noqa: S105 — an address
OF_BASES = {str(inspect.getdoc(base)).split("\n")[0] for base in (Resource, Strict)}
"""What the code says of serializers to who writes one."""
INTERNALS = ("trigger", "serializer", "queryset", "select_related")
OAUTH_ADDRESSES = {TOKEN_ADDRESS, "/api/v1/oauth/revoke"}


class PortalSchema(AutoSchema):
    """What the code says of an operation."""

    view: Any

    def get_operation_id(self) -> str:
        action = getattr(self.view, "action", self.method.lower())
        name = getattr(self.view, "operation", "") or self.view.resource
        return f"{name}_{action}"

    def get_summary(self) -> str:
        noun = self.get_operation_id().removesuffix(f"_{self.view.action}").removeprefix("export_").replace("_", " ")
        if (title := SUMMARIES.get(self.view.action)) and self.view.action not in vars(type(self.view)):
            return title.format(noun=noun)
        first, _stop, _more = " ".join(super().get_description().split()).partition(". ")
        return first.removesuffix(".")

    def get_description(self) -> str:  # type: ignore[override] # as the library's own does
        text: str = super().get_description()
        reading = getattr(self.view, "sees", None)
        if self.method.lower() in WRITES - {"delete"} and reading and reading.scope != self.view.scope():
            text += f"\n\nWithout the scope `{reading.scope}` the answer holds at most {', '.join(f'`{name}`' for name in RECEIPT)}."
        return text

    def is_deprecated(self) -> bool:
        return self.view.action in getattr(self.view, "deprecated", {})

    def get_tags(self) -> list[str]:
        return [getattr(self.view, "tag", "") or self.view.resource]

    def get_auth(self) -> list[dict[str, list[str]]]:
        if getattr(self.view, "is_public", False):
            return [{}]
        scope = self.view.scope()
        return [{"oauth2": [scope] if scope else []}, {"session": []}]

    def get_override_parameters(self) -> list[Any]:
        view = self.view
        parameters: list[Any] = []
        if not hasattr(view, "query_class"):
            return parameters
        for name, field in view.query_class(view.action)().fields.items():
            parameters.append(_parameter(name, field))
        if getattr(view, "is_personal", False):
            parameters.append(READ_PURPOSE)
        if self.method == "POST":
            parameters.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    {"type": "string", "pattern": "^[!-~]{1,200}$"},
                    OpenApiParameter.HEADER,
                    description="The same key and body, sent again within a day, get the same answer; nothing is done twice.",
                )
            )
        if self.method in {"PUT", "PATCH", "POST"} and getattr(view, "checks_match", True) and "{id}" in self.path:
            parameters.append(
                OpenApiParameter(
                    "If-Match",
                    str,
                    OpenApiParameter.HEADER,
                    description="The ETag read before: 412 when the record has changed.",
                )
            )
        if self.method == "GET":
            parameters.append(
                OpenApiParameter(
                    "If-None-Match",
                    str,
                    OpenApiParameter.HEADER,
                    description="An ETag read before: 304 when nothing has changed.",
                )
            )
        return parameters


READ_PURPOSE = OpenApiParameter(
    HEADER,
    {
        "type": "string",
        "pattern": f"^({'|'.join(sorted(set(Purpose.values) - {Purpose.OTHER}))})(; ?[ -~]{{0,400}})?$|^other; ?[!-~][ -~]{{0,400}}$",
    },
    OpenApiParameter.HEADER,
    description="What the data is read for, with words after a semicolon (“other” needs them); without it, the client's default.",
)


def _parameter(name: str, field: serializers.Field[Any, Any, Any, Any]) -> OpenApiParameter:
    schema: dict[str, Any] = {"type": "string"}
    if isinstance(field, serializers.MultipleChoiceField):
        schema = {"type": "array", "items": {"type": "string", "enum": list(field.choices)}}
    elif isinstance(field, serializers.ListField):
        schema = {"type": "array", "items": {"type": "string", "pattern": getattr(field.child, "pattern", "")}}
    elif isinstance(field, serializers.ChoiceField):
        values = [value for value in field.choices if value != ""]
        schema = {"type": "integer" if all(isinstance(value, int) for value in values) else "string", "enum": values}
    elif isinstance(field, serializers.BooleanField):
        schema = {"type": "boolean"}
    elif isinstance(field, serializers.IntegerField):
        schema = {"type": "integer"}
        if field.min_value is not None:
            schema["minimum"] = field.min_value
        if field.max_value is not None:
            schema["maximum"] = field.max_value
    elif isinstance(field, Since):
        schema = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "pattern": f"^{PATTERN}$"}]}
    elif isinstance(field, serializers.DateTimeField):
        schema = {"type": "string", "format": "date-time"}
    elif isinstance(field, serializers.DateField):
        schema = {"type": "string", "format": "date"}
    elif isinstance(field, serializers.UUIDField):
        schema = {"type": "string", "format": "uuid"}
    elif hasattr(field, "pattern"):
        schema = {"type": "string", "pattern": field.pattern}
    elif hasattr(field, "names"):
        names = "|".join(map(re.escape, field.names))
        schema = {"type": "string", "pattern": f"^({names})(,({names}))*$"}
    elif isinstance(field, serializers.CharField):
        schema["minLength"] = 1
        if field.max_length:
            schema["maxLength"] = field.max_length
    if field.default not in (serializers.empty, None):
        schema["default"] = field.default
    text = str(field.help_text or MEANINGS.get(name, ""))
    if enumeration := _enumeration(schema.get("items", schema)):
        text = f"{text} {enumeration}".strip()
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, required=field.required, description=text)


def _enumeration(schema: dict[str, Any]) -> str:
    """Where the meaning of an enumeration's values stands."""
    name = enumeration_of(schema["enum"]) if "enum" in schema else ""
    return f"Codes: `{name}` of `/api/v1/codes`." if name else ""


class ResourceSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call] # the library has no types here
    """What `?expand=` adds to a record."""

    target_class = Resource
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        related = {
            name: {
                "anyOf": [
                    auto_schema.resolve_serializer(serializer_class, direction).ref,
                    {"type": "null"},
                ]
            }
            for name, (_attribute, serializer_class, _path) in self.target.expandable.items()
        }
        labels = TEXTS | {"description": "Field → what its code means, in the language asked for."}
        schema["properties"]["expanded"] = {
            "type": "object",
            "description": "With `?expand=`: what it names.",
            "properties": related | {"labels": labels},
        }
        return schema


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """What every operation has in common: problems, headers, security; and an example of each body."""
    components = result.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["ProblemDetail"] = PROBLEM_SCHEMA
    components["securitySchemes"] = {
        "oauth2": {
            "type": "oauth2",
            "description": "Client credentials: a manager of the partner makes a client on the page “API clients”.",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": TOKEN_ADDRESS,
                    "scopes": {s: str(label) for s, label in SCOPES.items()},
                }
            },
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "A person signed in to the pages.",
        },
    }
    components["headers"] = HEADERS
    components["responses"] = {
        f"Problem{status}": {
            "description": ", ".join(sorted(names)),
            "headers": {"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}},
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/ProblemDetail"},
                    "examples": {name: {"value": _example_problem(name)} for name in sorted(names)},
                }
            },
        }
        for status, names in _by_status().items()
    }
    schemas["OperationOutcome"] = OUTCOME_SCHEMA
    outcome = {"schema": {"$ref": "#/components/schemas/OperationOutcome"}}
    for status in _by_status():
        problem = components["responses"][f"Problem{status}"]
        content = {"application/fhir+json": outcome, **problem["content"]}
        components["responses"][f"Outcome{status}"] = problem | {"content": content}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            _complete_operation(path, method, operation)
    for name, schema in schemas.items():
        if name not in {"ProblemDetail", "OperationOutcome"}:
            _complete_schema(name, schema)
    used = orjson.dumps(result["paths"], default=str).decode()
    for name in [name for name in components["responses"] if f'/responses/{name}"' not in used]:
        del components["responses"][name]  # of methods that nothing describes
    result["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    _add_examples(result)
    return result


def _complete_schema(name: str, schema: dict[str, Any]) -> None:
    if schema.get("description", "").split("\n")[0] in OF_BASES:
        del schema["description"]
    properties = schema.get("properties", {})
    for field, part in properties.items():
        _complete_field(field, part)
    if not name.endswith("Request") and "results" not in properties:
        # An answer has all its fields, unless `?fields=` asks for some.
        schema["required"] = [field for field in properties if field != "expanded"]


def _complete_field(name: str, part: dict[str, Any]) -> None:
    for each in (part, part.get("items", {})):
        each.pop("x-spec-enum-id", None)
        for choice in each.get("oneOf", []):
            choice.pop("default", None)  # of an empty text, which is no address
        if "oneOf" in each:
            each["anyOf"] = each.pop("oneOf")
    if not set(part) & {"type", "$ref", "allOf", "anyOf", "enum"} and name in SHAPES:
        part |= SHAPES[name]
    values = part.get("items", part)
    enumeration = _enumeration(values)
    text = values.get("description", "") if "enum" in values else part.get("description", "")
    if text.startswith("* ") or any(word in text for word in INTERNALS) or not text:
        text = "\n\n".join(filter(None, [MEANINGS.get(name, ""), text if text.startswith("* ") else ""]))
    values.pop("description", None)
    part["description"] = "\n\n".join(filter(None, [text, enumeration]))


def _by_status() -> dict[int, list[str]]:
    names_by_status: dict[int, list[str]] = {}
    for name, problem in all_problems().items():
        names_by_status.setdefault(problem.status, []).append(name)
    return names_by_status


def _complete_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    is_public = operation.get("security") == [{}]
    statuses = {400, 406, 500, 503} | (set() if is_public else {401, 403, 429})
    if "{" in path or any(parameter.get("name") == "run" for parameter in operation.get("parameters", [])):
        statuses.add(404)
    if method in WRITES and path not in OAUTH_ADDRESSES:
        statuses |= {404, 409, 412, 413, 415, 422}
    for status in sorted(statuses):
        kind = "Outcome" if path.startswith(FHIR_ADDRESSES) else "Problem"
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{kind}{status}"})
    for status, response in responses.items():
        if status.startswith("2") and "$ref" not in response:
            headers = response.setdefault("headers", {})
            headers["X-Request-ID"] = {"$ref": "#/components/headers/X-Request-ID"}
            if not is_public:
                for name in ("RateLimit", "RateLimit-Policy"):
                    headers[name] = {"$ref": f"#/components/headers/{name}"}
            if method == "get":
                headers["ETag"] = {"$ref": "#/components/headers/ETag"}
    if method == "get":
        responses["304"] = {"description": "Not changed since the version that If-None-Match names."}
    operation["responses"] = dict(sorted(responses.items()))


HEADERS = {
    "X-Request-ID": {
        "description": "The request’s id: the caller’s own, or one that was made.",
        "schema": {"type": "string"},
    },
    "RateLimit": {"description": "How many requests are left, and for how many seconds.", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "How many requests a minute the caller has.", "schema": {"type": "string"}},
    "ETag": {"description": "The version of what was read.", "schema": {"type": "string"}},
}
FHIR_ADDRESSES = "/api/v1/fhir/"
OUTCOME_SCHEMA = {
    "type": "object",
    "description": "What is wrong, as HL7 FHIR R4 says it.",
    "required": ["resourceType", "issue"],
    "properties": {
        "resourceType": {"type": "string", "const": "OperationOutcome", "description": "What this is."},
        "issue": {
            "type": "array",
            "items": {"type": "object"},
            "description": "Each with `severity`, `code`, `details` and `diagnostics`.",
        },
    },
}
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "An error, as RFC 9457 describes it.",
    "required": ["type", "title", "status", "detail", "remedy", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Stable: what a program decides on."},
        "title": {"type": "string", "description": "What is wrong."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "For people, in their language."},
        "request_id": {"type": "string", "description": "Name it when you ask us."},
        "remedy": {"type": "string", "description": "What to do about every problem of this type."},
        "record": {"type": "string", "format": "uri", "description": "With 409: the record that stands against it."},
        "records": {
            "type": "array",
            "description": "The caller's own records that stand in the way.",
            "items": {
                "type": "object",
                "required": ["url", "id"],
                "properties": {"url": {"type": "string", "format": "uri"}, "id": {"type": "integer"}},
            },
        },
        "errors": {
            "type": "array",
            "description": "All that is wrong, at once.",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "A JSON pointer (RFC 6901) into the body; empty: the body as a whole.",
                    },
                    "parameter": {"type": "string", "description": "A parameter of the address."},
                    "code": {"type": "string", "description": "Stable: what is wrong, such as `required`."},
                    "detail": {"type": "string", "description": "The same for people, in their language."},
                    "allowed": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "With `invalid_choice`: the values of which it must be one.",
                    },
                },
            },
        },
    },
}


def _example_problem(name: str) -> dict[str, Any]:
    problem = all_problems()[name]
    example: dict[str, Any] = {
        "type": f"https://portal.example/api/v1/problems/{name}",
        "title": str(problem.title),
        "status": problem.status,
        "detail": str(problem.title),
        "remedy": str(problem.remedy),
        "request_id": "0b5c1f6e7d8a4c2f9e3b1a0d5c4f7e21",
    }
    if name == "invalid":
        example["errors"] = [
            {"pointer": "/started_on", "code": "invalid", "detail": "The day lies in the future."},
            {
                "pointer": "/sex",
                "code": "invalid_choice",
                "detail": "“x” is none of: female, male, other, unknown.",
                "allowed": ["female", "male", "other", "unknown"],
            },
        ]
    if name == "parameter":
        example["errors"] = [
            {"parameter": "limit", "code": "min_value", "detail": "Ensure this value is greater than or equal to 1."}
        ]
    if problem.status == 409:
        example["record"] = "https://portal.example/api/v1/referrals/1024"
    return example


def _add_examples(result: dict[str, Any]) -> None:
    schemas = result["components"]["schemas"]
    for operations in result["paths"].values():
        for operation in operations.values():
            bodies = [operation.get("requestBody", {})]
            bodies += [response for status, response in operation["responses"].items() if status.startswith("2")]
            for body in bodies:
                for media, content in body.get("content", {}).items():
                    if (
                        media == "application/json"
                        and "schema" in content
                        and not {"example", "examples"} & set(content)
                    ):
                        content["example"] = example_of(content["schema"], schemas)
