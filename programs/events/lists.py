"""The lists of events and of promises: their columns and orders."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day, moment
from programs.events.models import CommunityEvent, EventPromise

LOOKS = {"kept": "good", "not_kept": "bad", "open": "calm"}


def _event(event: CommunityEvent) -> str:
    return link(reverse("community_event", args=[event.pk]), event.title)


def _state(event: CommunityEvent) -> str:
    if event.cancelled_why:
        return str(gettext_lazy("Called off"))
    if not event.has_begun:
        return str(gettext_lazy("Ahead"))
    return str(gettext_lazy("Held") if event.minutes else gettext_lazy("Minutes missing"))


def _state_tag(event: CommunityEvent) -> str:
    looks = "" if event.cancelled_why else "calm" if not event.has_begun else "good" if event.minutes else "wait"
    return tag(_state(event), looks)


EVENT_LIST = Listing(
    page="community_event_list",
    columns=(
        Column("event", gettext_lazy("Event"), lambda event: event.title, _event),
        Column(
            "begins",
            gettext_lazy("Begins"),
            lambda event: event.starts_at,
            lambda event: moment(event.starts_at),
        ),
        Column("state", gettext_lazy("State"), _state, _state_tag),
        Column("kind", gettext_lazy("Kind"), lambda event: event.get_kind_display()),
        Column("host", gettext_lazy("Host"), lambda event: event.partner.name),
        Column(
            "district",
            gettext_lazy("District"),
            lambda event: event.district and event.district.local_name,
            at_first=False,
        ),
        Column("people", gettext_lazy("People, counted"), lambda event: event.people),
    ),
    sorts={
        "newest": Sort(gettext_lazy("Newest first"), ["-starts_at", "-id"]),
        "oldest": Sort(gettext_lazy("Oldest first"), ["starts_at", "id"]),
    },
)


def promise_state(promise: EventPromise) -> str:
    """Its state in words; open and past its day: late."""
    return str(gettext_lazy("Late")) if promise.is_late else promise.get_state_display()


def promise_tag(promise: EventPromise) -> str:
    """Its state as a coloured word."""
    return tag(promise_state(promise), "wait" if promise.is_late else LOOKS[promise.state])


def _promise(promise: EventPromise) -> str:
    return link(reverse("community_event", args=[promise.event_id]), promise.what)


PROMISE_LIST = Listing(
    page="promise_list",
    columns=(
        Column("what", gettext_lazy("Promise"), lambda promise: promise.what, _promise),
        Column("who", gettext_lazy("Who promised"), lambda promise: promise.promised_by.name),
        Column("by", gettext_lazy("By"), lambda promise: promise.due_on, lambda promise: day(promise.due_on)),
        Column("state", gettext_lazy("State"), promise_state, promise_tag),
        Column("outcome", gettext_lazy("What came of it"), lambda promise: promise.outcome),
        Column("event", gettext_lazy("Event"), lambda promise: promise.event.title),
    ),
    sorts={
        "due": Sort(gettext_lazy("Latest day first"), ["-due_on", "-id"]),
        "oldest": Sort(gettext_lazy("Oldest first"), ["due_on", "id"]),
    },
)
