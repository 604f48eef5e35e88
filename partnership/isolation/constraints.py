"""Building blocks of check constraints."""

from __future__ import annotations

from django.db.models import Q


def both_or_neither(one: Q, other: Q) -> Q:
    """True where both conditions hold or neither does. Neither may be NULL: use it on tests that answer yes or no."""
    return (one & other) | (~one & ~other)
