"""The description is valid OpenAPI 3.1, and says of everything what it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from partnership.api.about import document
from partnership.api.codes import all_codes, enumeration_of
from tests.world import WebClient


@cache
def description() -> dict[str, Any]:
    return plain(document("en") | {"servers": [{"url": "https://portal.example"}]})


def plain(value: Any) -> Any:
    """Without texts that wait for a language."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


OPERATIONS = {
    f"{method} {path}": operation for path, operations in description()["paths"].items() for method, operation in operations.items()
}  # fmt: skip
SCHEMAS: dict[str, Any] = description()["components"]["schemas"]


def enumerations(value: Any, where: str) -> Iterator[tuple[str, list[Any]]]:
    if isinstance(value, dict):
        if "enum" in value:
            yield where, value["enum"]
        for key, each in value.items():
            yield from enumerations(each, f"{where}/{key}")
    elif isinstance(value, list):
        for each in value:
            yield from enumerations(each, f"{where}/{each.get('name', '') if isinstance(each, dict) else ''}")


def test_it_is_valid_openapi():
    assert [error.message for error in OpenAPIV31SpecValidator(description()).iter_errors()] == []


def test_every_operation_has_a_summary_of_its_own_a_described_tag_and_a_text():
    summaries = [operation["summary"] for operation in OPERATIONS.values()]
    assert len(summaries) == len(set(summaries))
    assert all(summaries)
    tags = {tag["name"] for tag in description()["tags"] if tag["description"]}
    assert {tag for operation in OPERATIONS.values() for tag in operation["tags"]} == tags
    assert all(operation["description"] for operation in OPERATIONS.values())


@pytest.mark.parametrize("name", [name for name in SCHEMAS if not name.endswith("Request")])
def test_an_answer_says_that_all_its_fields_are_there(name):
    schema = SCHEMAS[name]
    fields = set(schema["properties"])
    optional = {"expanded", "deleted", "synced_to", "errors", "record", "records"}
    assert set(schema.get("required", [])) == fields - optional


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_has_a_type_and_a_meaning(name):
    for field, schema in SCHEMAS[name]["properties"].items():
        assert schema.get("description"), field
        assert set(schema) & {"type", "$ref", "anyOf", "allOf"}, field


def test_no_text_tells_how_the_portal_is_written():
    texts = re.findall(r'"(?:description|summary)": "((?:[^"\\]|\\.)*)"', json.dumps(description()))
    inside = re.compile(r"trigger|serializer|queryset|select_related|help_text", re.IGNORECASE)
    assert [text for text in texts if inside.search(text)] == []


def test_every_parameter_is_described_and_numbers_are_numbers():
    for name, operation in OPERATIONS.items():
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                continue
            assert parameter.get("description"), (name, parameter["name"])
            values = parameter["schema"].get("enum", [])
            kind = parameter["schema"].get("type")
            assert all(isinstance(value, int) for value in values) == (kind == "integer") or not values, (
                name,
                parameter,
            )


def test_every_enumeration_has_the_meaning_of_its_values_among_the_codes():
    known = {"order", "file_format", "_format", "grant_type", "token_type_hint"}
    for where, values in [
        *enumerations(description()["paths"], ""),
        *enumerations(SCHEMAS, ""),
    ]:
        is_of_numbers = all(isinstance(value, int) for value in values)
        if not is_of_numbers and not any(f"/{name}/" in f"{where}/" for name in known):
            assert enumeration_of(values), (where, values)
    assert all(label for labels in all_codes().values() for label in labels.values())


@pytest.mark.parametrize("name", OPERATIONS)
def test_examples_fit_their_schema_and_say_something(name):
    bodies = [OPERATIONS[name].get("requestBody", {})]
    bodies += [answer for status, answer in OPERATIONS[name]["responses"].items() if status.startswith("2")]
    for body in bodies:
        for media, content in body.get("content", {}).items():
            if media != "application/json":
                continue
            schema = content["schema"] | {"components": description()["components"]}
            jsonschema.Draft202012Validator(schema).validate(content["example"])
            assert ': "text"' not in json.dumps(content["example"])


def test_what_expand_adds_is_described():
    expanded = SCHEMAS["Referral"]["properties"]["expanded"]["properties"]
    assert set(expanded) == {"from_partner", "to_partner", "programme", "labels"}
    assert {"$ref": "#/components/schemas/ProgrammeBrief"} in expanded["programme"]["anyOf"]


def test_it_is_sent_compressed_and_not_again_while_it_is_the_same(world):
    http = WebClient()
    response = http.get("/api/v1/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    again = http.get("/api/v1/openapi.json", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
