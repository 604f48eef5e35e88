"""How a session's user is loaded."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from partnership.members.models import Membership, User


class PartnerBackend(AuthenticationBackend):  # type: ignore[misc] # the library has no types
    """Sign-in by e-mail. Loads the user and for whom they may act in one query, since every page needs both."""

    def get_user(self, user_id: Any) -> User | None:
        memberships = list(Membership.objects.for_signing_in(user_id))
        user: User | None
        if not memberships:
            user = super().get_user(user_id)
            return user
        user = memberships[0].user
        user._memberships = memberships
        return user


class InvitationOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc] # the library has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
