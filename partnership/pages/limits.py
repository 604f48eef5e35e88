"""How often somebody may try a secret, and from where they try."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of whoever calls."""
    return str(request.META.get("REMOTE_ADDR", ""))


def counted(key: str, seconds: int) -> int:
    """How often this was counted, the present time included, in the `seconds` since the first time."""
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key))
    except ValueError:  # it was forgotten in between
        cache.set(key, 1, seconds)
        return 1
