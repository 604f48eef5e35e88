"""The description of the webhooks for programs (AsyncAPI 3.0), made from the declared events."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from partnership.events.registry import EventType, all_types
from partnership.events.webhooks import RESOURCES

HEADERS: dict[str, Any] = {
    "type": "object",
    "required": ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"],
    "properties": {
        "Webhook-Id": {"type": "string", "description": "The message's id: the same when it comes again."},
        "Webhook-Timestamp": {
            "type": "string",
            "pattern": "^[0-9]+$",
            "description": "When it was signed, in seconds.",
        },
        "Webhook-Signature": {
            "type": "string",
            "description": "`v1,` and the HMAC-SHA-256 of `id.timestamp.body` in base64; two while a secret is renewed.",
        },
    },
}


def description() -> dict[str, Any]:
    """The document, for whoever receives messages."""
    told = [event_type for event_type in all_types() if event_type.webhooks]
    names = [*(event_type.name for event_type in told), "test"]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Webhooks of the prevention partnership",
            "version": settings.VERSION,
            "description": "What happens, told to partners' systems. Messages hold numbers and links, no personal data.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "webhook": {
                "address": None,
                "description": "The address that the partner subscribed: https, on the public internet.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
            }
        },
        "operations": {
            "tell": {
                "action": "send",
                "channel": {"$ref": "#/channels/webhook"},
                "summary": "A POST for each event that the subscription names. Any 2xx takes it.",
                "messages": [{"$ref": f"#/channels/webhook/messages/{name}"} for name in names],
            }
        },
        "components": {
            "schemas": {"Headers": HEADERS},
            "messages": {event_type.name: _message(event_type) for event_type in told}
            | {"test": _body("test", "A test message, which a manager sends.", {"url": {"type": "string"}}, ["url"])},
        },
    }


def _message(event_type: EventType) -> dict[str, Any]:
    numbers = {key: {"type": "integer"} for key, kind in event_type.payload.items() if kind is int}
    links: dict[str, Any] = {
        "url": {"type": "string", "format": "uri", "description": "Its page, for people."},
    }
    if set(RESOURCES) & set(numbers):
        links["api_url"] = {"type": "string", "format": "uri", "description": "Where the API has it."}
    return _body(event_type.name, str(event_type.sentence), numbers | links, [*numbers, *links])


def _body(name: str, summary: str, data: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "summary": summary,
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": {
            "type": "object",
            "required": ["id", "type", "created_at", "data"],
            "properties": {
                "id": {"type": "string", "description": "As in Webhook-Id."},
                "type": {"const": name},
                "created_at": {"type": "string", "format": "date-time"},
                "data": {"type": "object", "required": required, "properties": data},
            },
        },
    }
