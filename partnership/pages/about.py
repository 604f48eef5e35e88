"""What a notification is about, in words: a room names the records to which its addresses lead, and no list of news knows the rooms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from partnership.isolation.acting import Acting

Names = Callable[[Acting, set[int]], dict[int, str]]
_NAMES: dict[str, Names] = {}


def names(page: str) -> Callable[[Names], Names]:
    """Registers who names the records of the page of this name: of numbers those that the reader may see, in one query. What names a
    person is left out: news hold no personal data."""

    def register(name: Names) -> Names:
        _NAMES[page] = name
        return name

    return register


def about(acting: Acting, addresses: Iterable[str]) -> dict[str, str]:
    """Address → what it is about; none for an address whose records nobody names. One query a kind of record."""
    numbers: dict[str, dict[int, list[str]]] = {}
    for address in set(addresses):
        try:
            page = resolve(urlsplit(address).path)
        except Resolver404:
            continue
        if page.url_name in _NAMES and isinstance(page.kwargs.get("pk"), int):
            numbers.setdefault(page.url_name, {}).setdefault(page.kwargs["pk"], []).append(address)
    said: dict[str, str] = {}
    for page_name, leading in numbers.items():
        for number, text in _NAMES[page_name](acting, set(leading)).items():
            said |= dict.fromkeys(leading[number], text)
    return said
