"""The API as a collection of requests for Postman and Bruno, made from its description (Postman Collection Format 2.1)."""

from __future__ import annotations

import re
from typing import Any

import orjson

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def collection(document: dict[str, Any], portal: str) -> dict[str, Any]:
    """Each operation of the description as a request, with its example as the body: a folder for each tag. The token is got with the
    variables `client_id` and `client_secret`, which are empty."""
    folders: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            folders.setdefault(operation["tags"][0], []).append(_request(path, method, operation))
    return {
        "info": {
            "name": document["info"]["title"],
            "description": document["info"].get("description", ""),
            "schema": SCHEMA,
        },
        "auth": {
            "type": "oauth2",
            "oauth2": [
                {"key": key, "value": value, "type": "string"}
                for key, value in {
                    "grant_type": "client_credentials",
                    "accessTokenUrl": "{{portal}}/api/v1/oauth/token",
                    "clientId": "{{client_id}}",
                    "clientSecret": "{{client_secret}}",
                    "client_authentication": "header",
                    "addTokenTo": "header",
                }.items()
            ],
        },
        "variable": [
            {"key": "portal", "value": portal},
            {"key": "client_id", "value": ""},
            {"key": "client_secret", "value": ""},
        ],
        "item": [{"name": tag, "item": requests} for tag, requests in folders.items()],
    }


def _request(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    parts = [re.sub(r"^\{(\w+)\}$", r":\1", part) for part in path.lstrip("/").split("/")]
    parameters = operation.get("parameters", [])
    query = [
        {
            "key": each["name"],
            "value": str(each["schema"].get("default", "")),
            "description": str(each.get("description", "")),
            "disabled": not each.get("required", False),
        }
        for each in parameters
        if each["in"] == "query"
    ]
    needed = "&".join(f"{each['key']}={each['value']}" for each in query if not each["disabled"])
    request: dict[str, Any] = {
        "method": method.upper(),
        "description": str(operation.get("description", "")),
        "header": [],
        "url": {
            "raw": "{{portal}}/" + "/".join(parts) + (f"?{needed}" if needed else ""),
            "host": ["{{portal}}"],
            "path": parts,
            "query": query,
            "variable": [{"key": part[1:], "value": "1"} for part in parts if part.startswith(":")],
        },
    }
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        example = content.get("example")
        if media == "application/json" and example is not None:
            request["header"].append({"key": "Content-Type", "value": media})
            raw = orjson.dumps(example, default=str, option=orjson.OPT_INDENT_2).decode()
            request["body"] = {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
            break
        if media == "application/x-www-form-urlencoded":
            fields = [{"key": key, "value": str(value)} for key, value in (example or {}).items()]
            request["body"] = {"mode": "urlencoded", "urlencoded": fields}
            break
    if operation.get("security") == [{}]:
        request["auth"] = {"type": "noauth"}
    return {"name": str(operation["summary"]), "request": request}
