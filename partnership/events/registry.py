"""What can happen: each kind of event, declared once in its room's `events.py`, and who handles it.

    SENT = declare("referral.sent", sentence=_("A new referral has arrived"), webhooks=True, referral=int)

    @handler(SENT)
    def do_something(event: OutboxEvent) -> None: ...

Each app imports its rooms' events and handlers when it is ready, so that every process knows all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from partnership.events.models import OutboxEvent

CODE = re.compile(r"[a-z0-9_]{1,40}")
"""What a text in a payload must be: one of a list of codes, never words about a person."""


@dataclass(frozen=True)
class EventType:
    """A kind of event. Who is told of it reads `sentence`; without one it is told to nobody.

    `webhooks`: whether partners can subscribe to it. `payload`: its keys, each a number of a row (int) or a code (str).
    """

    name: str
    payload: Mapping[str, type] = field(default_factory=dict)
    sentence: str | Promise | None = None
    webhooks: bool = False

    def __str__(self) -> str:
        return self.name

    def check(self, payload: Mapping[str, Any]) -> None:
        """Raises TypeError where a payload is not of this type: a mistake in the program."""
        if payload.keys() != self.payload.keys():
            raise TypeError(f"{self.name} takes {sorted(self.payload)}, not {sorted(payload)}")
        for key, kind in self.payload.items():
            value = payload[key]
            if not isinstance(value, kind) or isinstance(value, bool):  # to Python a bool is a number, too
                raise TypeError(f"{key} of {self.name} is {type(value).__name__}, not {kind.__name__}")
            if isinstance(value, str) and not CODE.fullmatch(value):
                raise TypeError(f"{key} of {self.name} is a text: a payload holds numbers and codes, no personal data")


_types: dict[str, EventType] = {}


def declare(name: str, *, sentence: str | Promise | None = None, webhooks: bool = False, **payload: type) -> EventType:
    """Declares a kind of event. Raises TypeError for one that exists, or that could not be announced as declared."""
    if name in _types:
        raise TypeError(f"{name} is declared twice")
    if set(payload.values()) - {int, str}:
        raise TypeError(f"the payload of {name} holds numbers (int) and codes (str) only")
    if webhooks and sentence is None:
        raise TypeError(f"{name} has no sentence: webhooks send what partners are told")
    _types[name] = EventType(name, payload, sentence, webhooks)
    return _types[name]


def is_declared(event_type: EventType) -> bool:
    """Whether this very type was declared: another one of its name was not."""
    return _types.get(event_type.name) is event_type


def all_types() -> list[EventType]:
    """All kinds of events, by name."""
    return sorted(_types.values(), key=lambda event_type: event_type.name)


def webhook_events() -> list[str]:
    """Names of the events that partners can subscribe to."""
    return [event_type.name for event_type in all_types() if event_type.webhooks]


def text_of(name: str) -> str:
    """The sentence of an event in the reader's language; its name where an older release announced it."""
    event_type = _types.get(name)
    return name if event_type is None or event_type.sentence is None else str(event_type.sentence)


# --- Handlers ----------------------------------------------------------------------------------------------------------------

Work = Callable[["OutboxEvent"], None]


class HandlerGone(LookupError):
    """An event waits for a handler that this release does not have. Bring it back, or delete the delivery."""


@dataclass(frozen=True)
class Handler:
    """What does something about an event. Handed the same event twice, it has done it once."""

    name: str
    work: Work
    wants: Callable[[OutboxEvent], bool]


_handlers: dict[str, Handler] = {}


def handler(*event_types: EventType) -> Callable[[Work], Work]:
    """Registers a function for kinds of events. What waits for it names it "app.function": moved between rooms, it is the same."""
    names = {event_type.name for event_type in event_types}
    return handler_where(lambda event: event.kind in names)


def handler_where(wants: Callable[[OutboxEvent], bool]) -> Callable[[Work], Work]:
    """Registers a function for all events of which `wants` is true, whatever their kind."""

    def register(work: Work) -> Work:
        name = f"{work.__module__.split('.')[0]}.{work.__name__}"
        if name in _handlers:
            raise TypeError(f"There are two handlers {name}")
        _handlers[name] = Handler(name, work, wants)
        return work

    return register


def handlers_of(event: OutboxEvent) -> list[str]:
    """Names of the handlers that want the event."""
    return [each.name for each in _handlers.values() if each.wants(event)]


def work_of(name: str) -> Work:
    """Raises HandlerGone."""
    try:
        return _handlers[name].work
    except KeyError:
        raise HandlerGone(name) from None
