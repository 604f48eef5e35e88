"""The second factor: its secrets are encrypted, its codes tried as seldom as passwords, and a change of it ends other sessions."""

from __future__ import annotations

from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.models import Authenticator
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from partnership.isolation import encryption
from partnership.members.models import User
from partnership.members.sign_in import begin_try, end_other_sessions
from partnership.pages import limits

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes stand in for one of these, and are none without it."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # the library has no types
    """Secrets of authenticator apps and of recovery codes are encrypted."""

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)


class _LimitedCode:
    """A form that takes a code, as often as a password may be tried."""

    user: User

    def clean_code(self) -> str:
        what = begin_try(context.request, "code", self.user.email)
        code: str = super().clean_code()  # type: ignore[misc]
        limits.forget_tries(what)
        return code


class AuthenticateForm(_LimitedCode, mfa_forms.AuthenticateForm):  # type: ignore[misc]
    """The second factor at sign-in."""


class ReauthenticateForm(_LimitedCode, mfa_forms.ReauthenticateForm):  # type: ignore[misc]
    """The second factor before a change to the account."""


def _has_another(authenticator: Authenticator) -> bool:
    others = Authenticator.objects.filter(user=authenticator.user_id, type__in=FACTORS).exclude(pk=authenticator.pk)
    return bool(others.exists())


@receiver(post_save, sender=Authenticator)
def added(instance: Authenticator, created: bool, **_more: Any) -> None:
    """A session that sets up the first factor has shown it; one that adds another must have shown the first before."""
    if not created or instance.type not in FACTORS:
        return
    request: HttpRequest | None = context.request
    end_other_sessions(instance.user)
    if request is not None and request.user.pk == instance.user_id and not _has_another(instance):
        record_authentication(request, request.user, "mfa", id=instance.pk, type=str(instance.type))


@receiver(post_delete, sender=Authenticator)
def removed(instance: Authenticator, **_more: Any) -> None:
    """A session whose user has no factor any more has shown none."""
    if instance.type not in FACTORS:
        return
    request: HttpRequest | None = context.request
    end_other_sessions(instance.user)
    if request is not None and request.user.pk == instance.user_id and not _has_another(instance):
        records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [one for one in records if one["method"] != "mfa"]
