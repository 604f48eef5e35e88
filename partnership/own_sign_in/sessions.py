"""For which partner a session may act: one that began at a partner's provider acts for that partner, and for no other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from partnership.members.models import Membership

SIGNED_IN_BY = "signed_in_by"
"""Where a session keeps the partner whose provider began it."""


def began_at_provider(request: HttpRequest) -> bool:
    """Whether a partner's provider signed the user in, and not the portal itself."""
    return SIGNED_IN_BY in request.session


def usable(request: HttpRequest, memberships: Iterable[Any]) -> list[Membership]:
    """Those of the user's memberships, as sign-in asked for them (`for_signing_in`), in which this session may act.

    A session of a provider: its own partner's, while there is the provider. A session of the portal: all, but of a partner that wants no
    passwords only those of managers, so that it can still be reached when its provider is down.
    """
    by = request.session.get(SIGNED_IN_BY)
    if by is not None:
        return [each for each in memberships if each.partner_id == by and each.has_own_sign_in]
    return [each for each in memberships if each.passwords_work or each.is_manager]
