"""What every template knows: for whom the user acts, the menu, and how much is unread."""

from __future__ import annotations

from functools import cache
from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from partnership.events.models import Notification
from partnership.isolation import replica
from partnership.local import sign_ins
from partnership.project import menu


def portal(request: HttpRequest) -> dict[str, Any]:
    """What every template knows."""
    acting = getattr(request, "acting", None)

    @cache
    def unread() -> int:
        """One query, only on pages that show the bell; counts to 100 at most."""
        if acting is None:
            return 0
        waiting = Notification.objects.filter(user=acting.user, partner=acting.partner, read_at=None)
        return len(waiting.values_list("pk", flat=True)[:100])

    return {
        "acting": acting,
        "menu": cache(lambda: menu.drawn(acting, request.path) if acting else ""),
        "unread": unread,
        "seconds_behind": seconds_behind(request),
        "is_demo": settings.DEMO,
        "demo_sign_ins": sign_ins.SIGN_INS if settings.DEMO else (),
        "demo_password": sign_ins.PASSWORD if settings.DEMO else "",
        "second_factor_off": not settings.REQUIRE_SECOND_FACTOR,
        "theme": theme if (theme := request.COOKIES.get("theme")) in {"light", "dark"} else "",
    }


def seconds_behind(request: HttpRequest) -> int | None:
    """How old at most what the page shows is, in whole seconds; None where it was read from the primary."""
    lag = getattr(request, "replica_lag", None)
    return None if lag is None else ceil(lag) + replica.KEPT_SECONDS
