"""How often somebody may try a secret, and from where they try.

Tries are counted for what is tried (an account), not for the address they come from: who guesses locks out neither the others
behind their address nor, in a browser that is known, the owner of the account. What is counted stands in the cache, which all web
processes share; while Redis is away each of them counts for itself.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.utils.connection import ConnectionProxy

counters = ConnectionProxy(caches, "counters")

FREE_TRIES = 5
FIRST_DELAY, LONGEST_DELAY = 15, 15 * 60
"""Seconds to wait after the free tries are used up; each further try doubles them."""
FORGOTTEN_AFTER = 24 * 60 * 60
MOST_ACCOUNTS = 100
"""So many different accounts may be tried in vain from one address in `ADDRESS_WINDOW` seconds before it is slowed."""
ADDRESS_WINDOW = 15 * 60
PACE = 2
"""Seconds from one try to the next from an address that is slowed."""
WITH_PORT = re.compile(r"\[(.*)\](?::\d+)?|([\d.]+):\d+")
"""An address as some proxies write it, with the port of the caller."""


def client_address(request: HttpRequest) -> str:
    """The address of whoever sent the request, as `address_in` says."""
    return address_in(request.META)


def address_in(headers: Mapping[str, Any]) -> str:
    """The address of whoever calls; of IPv6 its network of 64 bits, all of which belong to one caller. Empty where nothing tells it.

    Each proxy writes at the end of X-Forwarded-For by whom it was called: the client stands as many entries from the end as there
    are TRUSTED_PROXIES, and what stands before that, the client wrote itself.
    """
    forwarded = headers.get("HTTP_X_FORWARDED_FOR", "").split(",")
    proxies = settings.TRUSTED_PROXIES
    text = forwarded[-proxies] if 0 < proxies <= len(forwarded) else headers.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(WITH_PORT.sub(r"\1\2", text.strip()))
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        network = ipaddress.ip_network((address, 64), strict=False)
        return str(address.ipv4_mapped or network.network_address)
    return str(address)


def counted(key: str, seconds: int) -> int:
    """How often this was counted, the present time included, in the `seconds` since the first time."""
    counters.add(key, 0, seconds)
    try:
        return int(counters.incr(key))
    except ValueError:  # it was forgotten in between
        counters.set(key, 1, seconds)
        return 1


def uncount(key: str) -> None:
    """Takes back what was counted last: it was no failure."""
    with suppress(ValueError):  # it was forgotten in between
        counters.decr(key)


def _keys(what: str) -> tuple[str, str]:
    digest = hashlib.sha256(what.encode()).hexdigest()
    return f"tries:{digest}", f"tries-wait:{digest}"


def seconds_left(what: str) -> int:
    """The seconds until this may be tried; nothing is counted."""
    until = counters.get(_keys(what)[1])
    return max(1, math.ceil(float(until) - time.time())) if until else 0


def seconds_to_wait(what: str, free: int = FREE_TRIES) -> int:
    """0 where this secret may be tried now, which counts as a try; else the seconds until it may: after `free` tries.

    The try is counted before its result is known, so that many at once are no more than one after the other.
    """
    tries_key, wait_key = _keys(what)
    if seconds := seconds_left(what):
        return seconds
    tries = counted(tries_key, FORGOTTEN_AFTER)
    if tries < free:
        return 0
    delay = min(FIRST_DELAY * 2 ** min(tries - free, 10), LONGEST_DELAY)
    is_first = counters.add(wait_key, time.time() + delay, delay)
    return 0 if is_first or tries == free else delay


def forget_tries(what: str) -> None:
    """The secret was right: its tries begin anew."""
    counters.delete_many(_keys(what))


def note_failure(address: str, what: str) -> None:
    """This was tried in vain from the address."""
    if counters.add(f"failed-from:{address}:{_keys(what)[0]}", 1, ADDRESS_WINDOW):
        counted(f"failed-from:{address}", ADDRESS_WINDOW)


def address_seconds_to_wait(address: str) -> int:
    """0, unless very many different accounts were tried in vain from the address: then there is one try each `PACE` seconds."""
    if counters.get(f"failed-from:{address}", 0) < MOST_ACCOUNTS:
        return 0
    return 0 if counters.add(f"failed-from-wait:{address}", 1, PACE) else PACE
