"""The cache in Redis as signed JSON: whoever writes there runs no code here, and what the portal did not write is a miss.

Pages go on without Redis. What is there to be faster is a miss; what limits how often secrets are tried is counted in the memory of
each process meanwhile. Once Redis has not answered, nobody asks it for `AWAY_SECONDS`: no page waits for it twice.
"""

from __future__ import annotations

import hmac
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.crypto import salted_hmac
from redis.exceptions import ConnectionError as RedisIsAway
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisHangs

log = logging.getLogger(__name__)

AWAY_SECONDS = 5
MISS = object()
BYTES, TEXT = b"b", b"j"


def _signature(key: Any, content: bytes) -> bytes:
    """Of a value at its place: moved to another key it is none."""
    return salted_hmac(f"cache {key}", content, algorithm="sha256").digest()


def pack(key: Any, value: Any) -> int | bytes:
    """As it is kept. Whole numbers stay what they are, since Redis counts with them. Raises TypeError for what is not JSON."""
    if type(value) is int:
        return value
    content = BYTES + value if isinstance(value, bytes) else TEXT + json.dumps(value, cls=DjangoJSONEncoder).encode()
    return _signature(key, content) + content


def unpack(key: Any, stored: bytes) -> Any:
    """The value, or MISS: nobody of the portal wrote it there."""
    if len(stored) <= len(str(2**63)):
        with suppress(ValueError):
            return int(stored)
    signature, content = stored[:32], stored[32:]
    if not content or not hmac.compare_digest(signature, _signature(key, content)):
        return MISS
    return content[1:] if content[:1] == BYTES else json.loads(content[1:])


class _Client(RedisCacheClient):
    """Packs and unpacks where the key is known."""

    @cached_property
    def _only_client(self) -> Any:
        return super().get_client(write=True)

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """One for all threads: to make it anew each time, as Django does, costs more than what is asked of it."""
        return self._only_client

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        added: bool = super().add(key, pack(key, value), timeout)
        return added

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        super().set(key, pack(key, value), timeout)

    def set_many(self, data: Mapping[Any, Any], timeout: Any) -> None:
        super().set_many({key: pack(key, value) for key, value in data.items()}, timeout)

    def get(self, key: Any, default: Any) -> Any:
        stored = super().get(key, None)
        value = MISS if stored is None else unpack(key, stored)
        return default if value is MISS else value

    def get_many(self, keys: Iterable[Any]) -> dict[Any, Any]:
        values = {key: unpack(key, stored) for key, stored in super().get_many(keys).items()}
        return {key: value for key, value in values.items() if value is not MISS}

    def incr(self, key: Any, delta: Any) -> int:
        try:
            count: int = super().incr(key, delta)
        except ResponseError as error:  # no number
            self.get_client(key, write=True).unlink(key)
            raise ValueError(f"No number at {key!r}.") from error
        return count


class _AsItIs:
    """Django's client would pickle."""

    @staticmethod
    def dumps(value: int | bytes) -> int | bytes:
        return value

    @staticmethod
    def loads(stored: bytes) -> bytes:
        return stored


class Away:
    """Since when, and until when, this process does without Redis."""

    until = 0.0

    @classmethod
    def is_now(cls) -> bool:
        return time.monotonic() < cls.until

    @classmethod
    def begins(cls, error: Exception) -> None:
        """Redis did not answer."""
        log.error("Redis does not answer (%s): %s seconds without it", type(error).__name__, AWAY_SECONDS)
        cls.until = time.monotonic() + AWAY_SECONDS


def _with_or_without_redis(name: str) -> Callable[..., Any]:
    """The method of this name: Redis's, or where that is away the one of what stands in for it."""

    def method(self: JsonCache, *args: Any, **kwargs: Any) -> Any:
        if not Away.is_now():
            try:
                return getattr(RedisCache, name)(self, *args, **kwargs)
            except (RedisIsAway, RedisHangs) as error:
                Away.begins(error)
        return getattr(self.instead, name)(*args, **kwargs)

    return method


class JsonCache(RedisCache):
    """The cache of the portal: JSON, bytes and whole numbers. Without Redis everything is a miss."""

    stand_in: Callable[[str, dict[str, Any]], Any] = DummyCache

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        options = {"serializer": _AsItIs(), **params.get("OPTIONS", {})}
        super().__init__(server, params | {"OPTIONS": options})
        self._class = _Client
        self.instead = type(self).stand_in("portal", {"KEY_PREFIX": self.key_prefix})

    for _name in (
        *("add", "get", "set", "touch", "delete", "incr", "has_key"),
        *("get_many", "set_many", "delete_many", "clear"),
    ):
        locals()[_name] = _with_or_without_redis(_name)


class Counters(JsonCache):
    """What is counted to slow down who guesses: without Redis each process counts for itself."""

    stand_in = LocMemCache


class SessionCache(JsonCache):
    """Sessions as the database has them, for a minute: what Redis has missed while it was away holds no longer."""

    longest = 60

    def set(self, key: Any, value: Any, timeout: Any = None, version: int | None = None) -> None:
        super().set(key, value, self.longest if timeout is None else min(timeout, self.longest), version)
