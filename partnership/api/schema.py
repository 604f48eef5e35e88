"""The description of the API (OpenAPI 3.1), made from the code: parameters, scopes, problems and examples of each operation."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from partnership.api.problems import MEDIA_TYPE, all_problems
from partnership.api.scopes import SCOPES
from partnership.api.serializers import RECEIPT

WRITES = {"post", "put", "patch", "delete"}
TOKEN_ADDRESS = "/api/v1/oauth/token"  # noqa: S105 — an address
OAUTH_ADDRESSES = {TOKEN_ADDRESS, "/api/v1/oauth/revoke"}


class PortalSchema(AutoSchema):
    """What the code says of an operation."""

    view: Any

    def get_operation_id(self) -> str:
        action = getattr(self.view, "action", self.method.lower())
        name = getattr(self.view, "operation", "") or self.view.resource
        return f"{name}_{action}"

    def get_description(self) -> str:  # type: ignore[override] # as the library's own does
        text: str = super().get_description()
        reading = getattr(self.view, "sees", None)
        if self.method.lower() in WRITES and reading and reading.scope != self.view.scope():
            text += f"\n\nWithout the scope `{reading.scope}` the answer holds at most {', '.join(f'`{name}`' for name in RECEIPT)}."
        return text

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


def _parameter(name: str, field: serializers.Field[Any, Any, Any, Any]) -> OpenApiParameter:
    schema: dict[str, Any] = {"type": "string"}
    if isinstance(field, serializers.MultipleChoiceField):
        schema = {"type": "array", "items": {"type": "string", "enum": list(field.choices)}}
    elif isinstance(field, serializers.ChoiceField):
        schema = {"type": "string", "enum": [value for value in field.choices if value != ""]}
    elif isinstance(field, serializers.BooleanField):
        schema = {"type": "boolean"}
    elif isinstance(field, serializers.IntegerField):
        schema = {"type": "integer"}
        if field.min_value is not None:
            schema["minimum"] = field.min_value
        if field.max_value is not None:
            schema["maximum"] = field.max_value
    elif isinstance(field, serializers.DateTimeField):
        schema = {"type": "string", "format": "date-time"}
    elif isinstance(field, serializers.DateField):
        schema = {"type": "string", "format": "date"}
    elif isinstance(field, serializers.UUIDField):
        schema = {"type": "string", "format": "uuid"}
    elif hasattr(field, "names"):
        names = "|".join(map(re.escape, field.names))
        schema = {"type": "string", "pattern": f"^({names})(,({names}))*$"}
    elif isinstance(field, serializers.CharField):
        schema["minLength"] = 1
        if field.max_length:
            schema["maxLength"] = field.max_length
    if field.default not in (serializers.empty, None):
        schema["default"] = field.default
    return OpenApiParameter(
        name, schema, OpenApiParameter.QUERY, required=field.required, description=str(field.help_text or "")
    )


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """What every operation has in common: problems, headers, security; and an example of each body."""
    components = result.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM_SCHEMA
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
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {name: {"value": _example_problem(name)} for name in sorted(names)},
                }
            },
        }
        for status, names in _by_status().items()
    }
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            _complete_operation(path, method, operation)
    for name, schema in schemas.items():
        # With ?fields= any field but the id may be left out.
        if "required" in schema and name != "Problem" and not name.endswith("Request"):
            schema["required"] = [field for field in schema["required"] if field == "id"]
            if not schema["required"]:
                del schema["required"]
    _add_examples(result)
    return result


def _by_status() -> dict[int, list[str]]:
    names_by_status: dict[int, list[str]] = {}
    for name, problem in all_problems().items():
        names_by_status.setdefault(problem.status, []).append(name)
    return names_by_status


def _complete_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    is_public = operation.get("security") == [{}]
    statuses = {400, 406} | (set() if is_public else {401, 403, 429})
    if "{" in path or any(parameter.get("name") == "run" for parameter in operation.get("parameters", [])):
        statuses.add(404)
    if method in WRITES and path not in OAUTH_ADDRESSES:
        statuses |= {404, 409, 412, 413, 415, 422}
    for status in sorted(statuses):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
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
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "An error, as RFC 9457 describes it.",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Stable: what a program decides on."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people, in their language."},
        "request_id": {"type": "string"},
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
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "A JSON pointer into the body."},
                    "parameter": {"type": "string", "description": "A parameter of the address."},
                    "detail": {"type": "string"},
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
        "detail": str(problem.remedy or problem.title),
        "request_id": "0b5c1f6e7d8a4c2f9e3b1a0d5c4f7e21",
    }
    if name == "invalid":
        example["errors"] = [{"pointer": "/started_on", "detail": "The day lies in the future."}]
    if name == "parameter":
        example["errors"] = [{"parameter": "limit", "detail": "Ensure this value is greater than or equal to 1."}]
    return example


# --- Examples of bodies: from the schemas, with the values below where a field has a name that says more -----------------------

VALUES: dict[str, Any] = {
    "id": 1024,
    "first_names": "Maija Liisa",
    "last_name": "Meikäläinen",
    "born_on": "1990-05-17",
    "identity_code": "170590-998N",
    "phone": "+358 40 123 4567",
    "email": "maija@example.org",
    "name": "Counselling at the harbour",
    "summary": "Wants help with amphetamine use; lives with a friend.",
    "purpose": "Counselling instead of a fine",
    "text": "We can see her on Thursday at ten.",
    "url": "https://cases.example.org/hooks/portal",
    "arrest_number": "2026-004711",
    "reasons": "All three sessions attended.",
    "next": None,
    "cursor": "WzEwMjRd:1vMx",
    "iccs": "060111",
    "language": "fi",
    "purposes": "Diversion and support",
    "data_categories": "Identity, contact, situation",
}


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


def example_of(schema: dict[str, Any], schemas: dict[str, Any], name: str = "", depth: int = 0) -> Any:
    """A value that fits the schema."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas, name, depth + 1)
    for key in ("allOf", "oneOf", "anyOf"):
        if key in schema:
            return example_of(schema[key][0], schemas, name, depth + 1)
    if "example" in schema:
        return schema["example"]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return next((value for value in schema["enum"] if value), schema["enum"][0])
    kind = schema.get("type", "object" if "properties" in schema else None)
    kinds = kind if isinstance(kind, list) else [kind]
    if name in VALUES and _is_kind(VALUES[name], kinds):
        return VALUES[name]
    if "object" in kinds:
        if depth > 6:
            return {}
        return {key: example_of(value, schemas, key, depth + 1) for key, value in schema.get("properties", {}).items()}
    if "array" in kinds:
        return [example_of(schema.get("items", {}), schemas, name, depth + 1)]
    if "integer" in kinds or "number" in kinds:
        return max(schema.get("minimum", 1), min(12, schema.get("maximum", 12)))
    if "boolean" in kinds:
        return True
    if "string" in kinds:
        return {
            "date": "2026-03-02",
            "date-time": "2026-03-02T09:30:00Z",
            "uri": VALUES["url"],
            "email": VALUES["email"],
            "uuid": "7f9c2ba4-e88f-5f27-9f3a-2f4d0c8f1e11",
        }.get(schema.get("format", ""), schema.get("default") or "text")
    return None


def _is_kind(value: Any, kinds: list[Any]) -> bool:
    names = {str: "string", int: "integer", type(None): "null", bool: "boolean"}
    return names.get(type(value), "") in kinds
