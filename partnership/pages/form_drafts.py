"""Nothing typed is lost: forms are kept while they are filled in, and a form that was sent after the session had ended waits
until its writer has signed in again. What is kept is encrypted and its writer's alone.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from django.core import signing
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from partnership.isolation import encryption
from partnership.pages.models import KeptForm

if TYPE_CHECKING:
    from partnership.isolation.acting import Acting


KEPT_DAYS = 7
MOST_CHARACTERS = 100_000
MOST_PATH = 200
NEVER_KEPT = {"csrfmiddlewaretoken", "password", "password1", "password2", "oldpassword", "code"}
WHOSE_COOKIE = "whose"
STASH_KEY = "unsent"

Pairs = list[tuple[str, str]]


def pairs_of(data: QueryDict) -> Pairs:
    """The fields of a form as they were sent, without what must not be kept."""
    return [(name, value) for name, values in data.lists() if name not in NEVER_KEPT for value in values]


def keep(acting: Acting, path: str, pairs: Pairs, page: str = "") -> None:
    """Keeps what a form that is sent to `path` holds now; later it replaces what was kept earlier. `page`: where it is filled in."""
    KeptForm.objects.update_or_create(
        user=acting.user,
        partner=acting.partner,
        path=path,
        defaults={"content": json.dumps(pairs), "kept_at": timezone.now(), "page": page},
    )


def keep_sent(acting: Acting, request: HttpRequest) -> None:
    """Keeps a form that was sent and is not complete, to go on with later. A signature is given again."""
    pairs = [(name, value) for name, value in pairs_of(request.POST) if not name.endswith("signature")]
    page = request.get_full_path()
    if is_own_page(page) and sum(len(name) + len(value) for name, value in pairs) <= MOST_CHARACTERS:
        keep(acting, page, pairs, page)


def begun(acting: Acting) -> QuerySet[KeptForm]:
    """The forms that the acting user has begun and not sent, the latest first."""
    mine = KeptForm.objects.filter(user=acting.user, partner=acting.partner).exclude(page="")
    return mine.defer("content").order_by("-kept_at")


def is_own_page(path: str) -> bool:
    """Whether an address is a path of this portal, and can be kept as one."""
    return path.startswith("/") and not path.startswith("//") and len(path) <= MOST_PATH


def drafts_of(acting: Acting, paths: list[str]) -> QuerySet[KeptForm]:
    """What the acting user was typing at these addresses."""
    return KeptForm.objects.filter(user=acting.user, partner=acting.partner, path__in=paths)


def drop(acting: Acting, path: str) -> None:
    """What stood in a form that is sent to `path` need not be kept any more."""
    drafts_of(acting, [path]).delete()


def forget_old() -> None:
    """Deletes what nobody came back to in KEPT_DAYS days."""
    KeptForm.objects.filter(kept_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()


# --- A form that was sent after the session had ended ----------------------------------------------------------------------


class Unsent(NamedTuple):
    """`path`: where it was sent to; `page`: where it was filled in, empty where that is not known."""

    user: int
    path: str
    page: str
    pairs: Pairs


def remember_writer(acting: Acting, request: HttpRequest, response: HttpResponse) -> None:
    """A signed cookie says who used this browser last, so that what is sent after the session's end finds its writer.

    Who acts, not `request.user`: the API's public addresses, which ask nobody who they are, put nobody there.
    """
    signed_writer = signing.dumps(acting.user.pk, salt=WHOSE_COOKIE, compress=False)
    if _writer(request) != acting.user.pk:
        response.set_cookie(WHOSE_COOKIE, signed_writer, httponly=True, samesite="Lax", secure=request.is_secure())


def _writer(request: HttpRequest) -> int | None:
    try:
        return int(signing.loads(request.COOKIES.get(WHOSE_COOKIE, ""), salt=WHOSE_COOKIE))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def stash(request: HttpRequest) -> bool:
    """Puts a form that came without a session aside, for its writer alone. False when there is nothing to put aside."""
    writer, pairs = _writer(request), pairs_of(request.POST)
    content = json.dumps([writer, request.get_full_path(), _page_of(request), pairs])
    if writer is None or not pairs or len(content) > MOST_CHARACTERS:
        return False
    request.session[STASH_KEY] = encryption.encrypt(content)
    request.was_put_aside = True  # type: ignore[attr-defined]
    return True


def _page_of(request: HttpRequest) -> str:
    """The page of the portal from which a form came."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    page = f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
    return page if came_from.netloc == request.get_host() and is_own_page(page) else ""


def unsent(request: HttpRequest) -> Unsent | None:
    """The form that was put aside, if the signed-in user wrote it; anybody else's is dropped."""
    token = request.session.get(STASH_KEY)
    if not token:
        return None
    user, path, page, pairs = json.loads(encryption.decrypt(token))
    if user != request.user.pk:
        del request.session[STASH_KEY]
        return None
    return Unsent(user, path, page, [(name, value) for name, value in pairs])


def sent(request: HttpRequest, acting: Acting) -> None:
    """What stood in a form that has now been accepted need not be kept any more."""
    if getattr(request, "was_put_aside", False):
        return
    path = request.get_full_path()
    drop(acting, path)
    draft = unsent(request)
    if draft and draft.path == path:
        del request.session[STASH_KEY]
