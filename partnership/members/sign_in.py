"""How people sign in: how a session's user is loaded, how often secrets are tried, which links and letters go out."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.signals import email_changed
from allauth.core import context
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from partnership.events import letters
from partnership.events.models import Letter
from partnership.isolation.prepared import Prepared
from partnership.members.actions import choose_language, end_sessions
from partnership.members.models import Membership, User
from partnership.pages import limits

KNOWN_BROWSER_COOKIE = "known_browser"
KNOWN_BROWSER_AGE = 180 * 24 * 60 * 60
MOST_KNOWN = 10
"""So many people may use one browser and stay known in it."""


_MEMBERSHIPS = Prepared(Membership.objects.for_signing_in)


class PartnerBackend(AuthenticationBackend):  # type: ignore[misc] # the library has no types
    """Sign-in by e-mail. Loads the user and for whom they may act in one query, since every page needs both."""

    def get_user(self, user_id: Any) -> User | None:
        memberships = _MEMBERSHIPS.rows(int(user_id))
        user: User | None
        if not memberships:
            user = super().get_user(user_id)
            return user
        user = memberships[0].user
        user._memberships = memberships
        return user


# --- Tries -------------------------------------------------------------------------------------------------------------------


class TooManyTries(ValidationError):
    """Secrets were tried too often; the message says how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(too_many_tries(seconds))


def too_many_tries(seconds: int) -> str:
    """That a secret was tried too often, and how long to wait."""
    if seconds < 60:
        text = ngettext(
            "Too many attempts. Try again in %(n)d second.",
            "Too many attempts. Try again in %(n)d seconds.",
            seconds,
        )
        return text % {"n": seconds}
    minutes = -(-seconds // 60)
    text = ngettext(
        "Too many attempts. Try again in %(n)d minute.", "Too many attempts. Try again in %(n)d minutes.", minutes
    )
    return text % {"n": minutes}


def _mark(browser: str, who: str) -> str:
    """Says that somebody has signed in with a browser before, which nobody else can say."""
    return salted_hmac("known browser", f"{browser} {who}", algorithm="sha256").hexdigest()[:32]


def known_browser(request: HttpRequest, who: str) -> str:
    """The browser's name, if this account has signed in with it before; else empty."""
    browser, *marks = request.COOKIES.get(KNOWN_BROWSER_COOKIE, "").split(".")[: MOST_KNOWN + 1]
    mark = _mark(browser, who)
    return browser if any(constant_time_compare(mark, each) for each in marks) else ""


def remember_browser(request: HttpRequest, response: HttpResponse, who: str) -> None:
    """From now on the tries of others do not hold up this account in this browser."""
    browser, *marks = request.COOKIES.get(KNOWN_BROWSER_COOKIE, "").split(".")[: MOST_KNOWN + 1]
    browser = browser or secrets.token_urlsafe(16)
    mark = _mark(browser, who)
    marks = [mark, *(each for each in marks if each != mark)][:MOST_KNOWN]
    response.set_cookie(
        KNOWN_BROWSER_COOKIE,
        ".".join([browser, *marks]),
        max_age=KNOWN_BROWSER_AGE,
        httponly=True,
        secure=settings.SECURE,
        samesite="Lax",
    )


def begin_try(request: HttpRequest, secret: str, who: str) -> str:
    """Counts a try of somebody's secret (password, second factor). Returns what to `forget_tries` of when it was right.

    Raises TooManyTries. Who signed in with the browser before has tries of their own.
    """
    browser = known_browser(request, who)
    if not browser and (seconds := limits.address_seconds_to_wait(limits.client_address(request))):
        raise TooManyTries(seconds)
    what = f"{secret} {who} {browser}"
    if seconds := limits.seconds_to_wait(what):
        raise TooManyTries(seconds)
    return what


# --- Sign-in ------------------------------------------------------------------------------------------------------------------


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # the library has no types
    """Accounts come from invitations; tries are limited by account; links lead to SITE_URL, whatever host was asked."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return limits.client_address(request) or "unknown"

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        who = credentials.get("email", "").lower()
        what = begin_try(request, "password", who)
        user: User | None = super().authenticate(request, **credentials)
        if user:
            limits.forget_tries(what)
        else:
            limits.note_failure(limits.client_address(request), who)
        return user

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Whoever chose a new password by the link in their e-mail need not wait."""
        who = credentials["email"].lower()
        limits.forget_tries(f"password {who} {known_browser(request, who)}")

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        if not user.is_language_chosen:
            choose_language(account=user, language=get_language() or settings.LANGUAGE_CODE)
        response: HttpResponse = super().post_login(request, user, **more)
        remember_browser(request, response, user.email)
        return response

    # --- Links and letters

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return f"{settings.SITE_URL}{path.replace('UID-KEY', quote(key))}"

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return f"{settings.SITE_URL}{reverse('account_confirm_email', args=[emailconfirmation.key])}"

    def format_email_subject(self, subject: str) -> str:
        return str(subject)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Once the answer has gone out: how long it takes tells nobody whether there is such an account."""
        message = self.render_mail(template_prefix, email, {"email": email, "site_url": settings.SITE_URL} | context)

        def write() -> None:
            letters.write(Letter.Purpose.ACCOUNT, email, message.subject, str(message.body))

        after_response(self.request, write)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Whoever changes a password or a second factor of their own is written to, in case it was somebody else. A change of address
        is told to the old one (`address_changed`)."""
        sentence = CHANGES.get(template_prefix.rpartition("/")[2])
        if sentence is None:
            return
        with translation.override(user.language):
            subject = gettext("Your account in the portal was changed")
            text = gettext(
                "%(sentence)s\n\nIf it wasn't you, tell a manager of your organisation at once.\n\n%(url)s"
            ) % {"sentence": sentence, "url": settings.SITE_URL}
        after_response(self.request, lambda: letters.write(Letter.Purpose.ACCOUNT, user.email, subject, text))


CHANGES: dict[str, str | Promise] = {
    "password_changed": gettext_lazy("Your password was changed."),
    "password_set": gettext_lazy("Your password was changed."),
    "password_reset": gettext_lazy("Your password was changed by a link that was sent to you."),
    "totp_activated": gettext_lazy("An authenticator app was added to your account."),
    "totp_deactivated": gettext_lazy("The authenticator app was removed from your account."),
    "recovery_codes_generated": gettext_lazy("New recovery codes were made; the old ones no longer work."),
    "webauthn_added": gettext_lazy("A passkey or security key was added to your account."),
    "webauthn_removed": gettext_lazy("A passkey or security key was removed from your account."),
}
"""What the library says happened → the sentence of the letter."""


def after_response(request: HttpRequest, work: Any) -> None:
    """Does this once the answer to the request has gone out (`project.middleware.afterwards` sees to it)."""
    if not hasattr(request, "after_response"):
        request.after_response = []  # type: ignore[attr-defined]
    request.after_response.append(work)  # type: ignore[attr-defined]


# --- What a change of the account does -------------------------------------------------------------------------------------------


def end_other_sessions(user: User) -> None:
    """Ends all sessions of the user but the one that asks for it, if one of theirs does."""
    request: HttpRequest | None = context.request
    is_theirs = request is not None and request.user.pk == user.pk
    account: User = request.user if is_theirs else user  # type: ignore[assignment, union-attr]
    end_sessions(account=account)
    if request is not None and is_theirs:
        update_session_auth_hash(request, account)


@receiver(email_changed)
def address_changed(request: HttpRequest, user: User, from_email_address: Any, **_more: Any) -> None:
    """Somebody confirmed a new address of their own: the old one is told, in case it was somebody else."""
    end_other_sessions(user)
    if from_email_address:
        with translation.override(user.language):
            AccountAdapter().send_mail("account/email/address_changed", from_email_address.email, {})
