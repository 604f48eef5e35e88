"""Middleware: one transaction per request, in which the database knows the acting partner."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from cases.openings.concern import NeedsReason
from partnership.audit_trail.purposes import read_for
from partnership.audit_trail.read_log import log_refusal
from partnership.isolation.acting import MEMBERSHIP_KEY, SIGNING_IN, Acting, enter, passed_second_factor
from partnership.own_sign_in.sessions import began_at_provider, usable
from partnership.pages import form_drafts
from partnership.pages.guard import second_factor_page
from partnership.pages.number_format import typed
from partnership.pages.template_tags import read_labels
from partnership.project import error_pages
from partnership.project.log import current_request

log = logging.getLogger(__name__)

RECOVERY_ADDRESSES = ("/accounts/password/reset/", "/accounts/confirm-email/")
"""Whoever opens a link from an e-mail may be signed in as somebody else."""
SIGN_IN_ADDRESSES = ("/accounts/", "/api/v1/oauth/", "/sign-in/")


def _record_of(page: str) -> str:
    """What the log of reads calls the record of a page: who asks for the form of a person asks for the person."""
    records = [record for record in read_labels() if page == record or page.startswith(f"{record}_")]
    return max(records, key=len, default=page)


def asked_for(request: HttpRequest) -> str:
    """The page that was asked for; of a form, the page on which it stands."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    page = urlsplit(request.headers.get("Referer", ""))
    return page.path if page.netloc == request.get_host() else ""


class ActingPartnerMiddleware:
    """Opens the request's transaction and enters it as the partner for which the user acts.

    It takes the place of ATOMIC_REQUESTS: the setting must be made inside the transaction in which the view reads, and
    the template, which reads too, is rendered within it. An exception or a server error rolls everything back.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/readyz":
            return self.get_response(request)
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("An address holds no NUL characters.")  # PostgreSQL takes none in a text
        read_for(None)
        with transaction.atomic():
            request.acting = acting = self.enter(request)  # type: ignore[attr-defined]
            if request.user.is_authenticated and not request.path.startswith("/api/"):
                translation.activate(request.user.language)
            response = self.get_response(request)
            is_refused = getattr(request, "refused", False)
            if acting and request.method == "POST" and response.status_code in {301, 302, 303} and not is_refused:
                form_drafts.sent(request, acting)
            if response.status_code >= 500 or is_refused:
                transaction.set_rollback(True)
            if acting:
                form_drafts.remember_writer(acting, request, response)
        self.note_refusal(request, response)
        return response

    @staticmethod
    def note_refusal(request: HttpRequest, response: HttpResponse) -> None:
        """Who asks for records by their numbers in vain stands in the log of reads."""
        acting, match = getattr(request, "acting", None), request.resolver_match
        if acting and (wanted := getattr(request, "needs_reason", None)):
            log_refusal(acting, "person", wanted)
            return
        if acting is None or match is None or response.status_code not in {403, 404}:
            return
        number = next((n for n in map(typed, map(str, match.kwargs.values())) if n is not None), None)
        if number is not None:
            resource = getattr(getattr(match.func, "cls", None), "resource", "")
            log_refusal(acting, f"api {resource}" if resource else _record_of(match.url_name or ""), number)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal is rolled back once its page, which reads, is made; after anything else nothing more is read. A record that
        opens with a reason leads to the page that asks for it."""
        if isinstance(exception, NeedsReason):
            request.refused, request.needs_reason = True, exception.person  # type: ignore[attr-defined]
            return redirect(
                f"{reverse('person_open', args=[exception.person])}?{urlencode({'next': asked_for(request)})}"
            )
        if isinstance(exception, (PermissionDenied, Http404, SuspiciousOperation, BadRequest)):
            request.refused = True  # type: ignore[attr-defined]
        elif transaction.get_connection().in_atomic_block:  # signs of life are answered outside one
            transaction.set_rollback(True)
        return None

    def enter(self, request: HttpRequest) -> Acting | None:
        """Tells the database who acts. Until that is known, and on the pages of sign-in, it shows what sign-in asks, no more."""
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        signs_in = request.path.startswith(SIGN_IN_ADDRESSES)
        if has_session or signs_in:
            enter(partner_id=None, role=SIGNING_IN, through="page")
        acting = self.acting(request)
        if request.path.startswith(RECOVERY_ADDRESSES):
            return acting
        if acting:
            enter(partner_id=acting.partner.pk, role=acting.role, user_id=acting.user.pk, through="page")
        elif request.user.is_authenticated:
            enter(partner_id=None, user_id=request.user.pk, through="page")
        elif has_session and not signs_in:
            enter(partner_id=None)
        return acting

    @staticmethod
    def acting(request: HttpRequest) -> Acting | None:
        """The chosen membership; the only one when the user has one."""
        if not request.user.is_authenticated:
            return None
        known = request.user.memberships_in_use()
        memberships = usable(request, known)
        request.signs_in_elsewhere = bool(known) and not memberships  # type: ignore[attr-defined]
        request.user._memberships = memberships  # no page offers another
        if len(memberships) == 1:
            return Acting(memberships[0])
        membership_id = request.session.get(MEMBERSHIP_KEY)
        return next((Acting(membership) for membership in memberships if membership.pk == membership_id), None)


WITHOUT_SECOND_FACTOR = {"account_logout", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
"""Pages of the account that a session opens which has not shown its user's second factor."""


def second_factor_for_the_account(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Nobody changes password, address or second factor with the password alone of somebody who has a second factor, nor from a
    session that a partner's provider began."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith("/accounts/") or not request.user.is_authenticated:
            return get_response(request)
        page = resolve(request.path_info).url_name
        if page in WITHOUT_SECOND_FACTOR:
            return get_response(request)
        if began_at_provider(request):
            # Else a partner's provider could give somebody a password or a factor that opens other partners, too.
            raise PermissionDenied(
                _("You signed in at your organisation: your account is changed where you have a password.")
            )
        if not passed_second_factor(request) and is_mfa_enabled(
            request.user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ):
            return second_factor_page(request)
        return get_response(request)

    return middleware


MOST_BYTES = 5 * 1024 * 1024
"""Of a request's body: a long form with a photo of a signed consent."""
FILE_ADDRESSES = ("/imports/new/", "/api/v1/uploads")
"""Where a whole register may be sent, by who is signed in."""


def bounded_bodies(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Nobody fills the disk or the memory: a body that is too large is refused before anything of it is read. One that does not
    say how long it is, Django takes for empty."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_known = getattr(request, "acting", None) is not None or "Authorization" in request.headers
        most = settings.IMPORT_MAX_BYTES + MOST_BYTES if is_known and request.path in FILE_ADDRESSES else MOST_BYTES
        if not (length.isascii() and length.isdecimal()) or int(length[:20]) > most:
            return error_pages.bad_request(request, RequestDataTooBig())
        return get_response(request)

    return middleware


def afterwards(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """What a view put off (`members.sign_in.after_response`) is done once the answer has gone out: a server closes it then."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if work := getattr(request, "after_response", []):
            close = response.close

            def close_and_work() -> None:
                close()
                for each in work:
                    each()

            response.close = close_and_work  # type: ignore[method-assign]
        return response

    return middleware


REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


def request_id(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Each request has an id, the caller's own or a new one: in the answer, in problems, in the log of failures."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request_id = request.headers.get("X-Request-ID", "")
        request.request_id = request_id if REQUEST_ID.fullmatch(request_id) else uuid.uuid4().hex  # type: ignore[attr-defined]
        token = current_request.set(request.request_id)  # type: ignore[attr-defined]
        try:
            response = get_response(request)
            response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
            # 503 is no failure: the portal says that it is not ready, or down for maintenance, as often as it is asked.
            if response.status_code >= 500 and response.status_code != 503:
                log.error("Request %s failed: %s %s", request.request_id, request.method, request.path)  # type: ignore[attr-defined]
            return response
        finally:
            current_request.reset(token)

    return middleware


def private_pages(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Nothing that a signed-in user saw stays in a cache: neither a proxy's nor the browser's on a shared computer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        return response

    return middleware


COMPRESSIBLE = re.compile(r"text/|application/([a-z.]+\+)?json")


class PageCompression(GZipMiddleware):
    """Pages and answers of the API are sent compressed to who takes it: half the portal's users are on a phone. Tokens in them are
    masked anew each time, and the length is randomised, against guessing them from it. Exports compress themselves, as they go.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_export = request.path.startswith("/api/") and response.streaming
        if is_export or not COMPRESSIBLE.match(response.get("Content-Type", "")):
            return response
        return super().process_response(request, response)
