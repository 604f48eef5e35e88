"""The description and the guides as pages: made on the server, so that they need no other host and no script, and are searched there."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from typing import Any, NamedTuple

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

from partnership.api.about import description

MOST_WORDS = 6
FOLDER = settings.BASE_DIR / "docs" / "api"
GUIDES = {
    "start": "README.md",
    "errors": "errors.md",
    "sync": "sync.md",
    "webhooks": "webhooks.md",
    "changes": "changes.md",
}
"""Address of a guide → its file, in the order in which one reads them."""


class Guide(NamedTuple):
    """A guide as a page. `sections`: heading and text of each, to be searched."""

    name: str
    title: str
    html: SafeString
    sections: tuple[tuple[str, str, str], ...]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


@cache
def guide(name: str) -> Guide:
    """A guide, from its file. What stands there is text of the project's own; HTML in it is shown as it is written."""
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render((FOLDER / GUIDES[name]).read_text())
    for other, file in GUIDES.items():
        html = html.replace(
            f'<a href="{file}">{file}</a>', f'<a href="{reverse("api-guide", args=[other])}">{other}</a>'
        )
    html = re.sub(r"<h([23])>(.*?)</h", lambda match: f'<h{match[1]} id="{_slug(match[2])}">{match[2]}</h', html)
    html = html.replace("<pre>", '<pre tabindex="0">').replace("<table>", '<table class="plain">')
    title, *rest = re.split(r"<h[123][^>]*>", html)[1:]
    parts = [each.partition("</h") for each in (title, *rest)]
    sections = tuple((_text(head), _slug(head), _text(text)) for head, _end, text in parts)
    return Guide(name, sections[0][0], mark_safe(html), sections)


def _text(html: str) -> str:
    return unescape(
        re.sub(r"<[^>]+>", " ", html.partition(">")[2] if html.startswith(("1>", "2>", "3>")) else html)
    ).strip()


def guides() -> list[Guide]:
    """All of them."""
    return [guide(name) for name in GUIDES]


def _words(request: HttpRequest) -> list[str]:
    return request.GET.get("q", "").lower().split()[:MOST_WORDS]


@require_safe
def guide_page(request: HttpRequest, name: str = "start") -> HttpResponse:
    """A guide, beside the others."""
    if name not in GUIDES:
        raise Http404
    return render(request, "partnership/api/guide.html", {"guide": guide(name), "guides": guides()})


@require_safe
def reader(request: HttpRequest) -> HttpResponse:
    """The description as a page, and what of it and of the guides has all the words that are looked for."""
    document = description(request)
    words = _words(request)
    groups: dict[str, list[dict[str, Any]]] = {}
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            entry, tag = _operation(path, method, operation, schemas), operation["tags"][0]
            parameters = orjson.dumps(entry["parameters"], default=str).decode()
            text = f"{entry['id']} {path} {method} {entry['text']} {tag} {parameters}".lower()
            if all(word in text for word in words):
                groups.setdefault(tag, []).append(entry)
    context = {
        "document": document,
        "groups": sorted(groups.items()),
        "guides": guides(),
        "q": request.GET.get("q", "")[:100],
        "count": sum(map(len, groups.values())),
        "sections": [
            (each, heading, slug)
            for each in guides()
            for heading, slug, text in each.sections
            if words and all(word in f"{heading} {text}".lower() for word in words)
        ],
    }
    return render(request, "partnership/api/reader.html", context)


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
