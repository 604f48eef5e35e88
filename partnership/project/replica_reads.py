"""Which requests the replica answers: figures, exports, lists of the API and public pages. All others read from the primary."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse

from partnership.isolation import replica
from partnership.isolation.acting import enter_replica
from partnership.project.json_cache import Away

SAFE = {"GET", "HEAD"}
ADDRESSES = re.compile(r"/figures/.*|/[a-z-]+/export/|/api/v1/(exports/.*|results/.*|hsds/.*|[a-z-]+)")
"""Of what whoever is signed in, or calls with a token, reads from the replica. A record by itself is not among them: it is read to
be changed."""
PUBLIC = re.compile(r"/find-help/|/results/.*")
"""Of what whoever is not signed in reads."""


class ReadsFromReplica:
    """Leads a request to the replica where that may answer it; the innermost middleware, so that who acts is known.

    What fails there is done once more with the primary: a replica may end a query for what it must replay, and may go away.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        replica.read_from_primary()
        if not replica.is_set_up():
            return self.get_response(request)
        if request.method not in SAFE:
            response = self.get_response(request)
            note_write(request, response)
            return response
        if may_answer(request) and (answer := self.answered(request)):
            return answer
        return self.get_response(request)

    def answered(self, request: HttpRequest) -> HttpResponse | None:
        """The replica's answer; None where it has none."""
        acting = getattr(request, "acting", None)
        try:
            with replica.reading():
                if acting:
                    enter_replica(acting)
                request.replica_lag = lag = replica.lag()  # type: ignore[attr-defined]
                response = self.get_response(request)
                is_of_replica = replica.alias() == replica.ALIAS
        except DatabaseError:
            response = None
        if response is None or response.status_code >= 500:
            replica.forget(replica.AWAY_SECONDS)
            request.replica_lag, request.acting = None, acting  # type: ignore[attr-defined]
            transaction.set_rollback(False)  # nothing failed on the primary, and reading changed nothing there
            return None
        if is_of_replica:
            response["Portal-Replica-Lag"] = f"{lag or 0:.1f}"
        return response


def may_answer(request: HttpRequest) -> bool:
    """Whether the replica may answer a reading request: it is asked for what may be some seconds old, and the reader has not just
    written. Marks of a synchronising client are the primary's, since they never go back."""
    if Away.is_now() or "updated_since" in request.GET:  # without Redis nobody knows who has just written
        return False
    acting = getattr(request, "acting", None)
    if acting:
        is_offered = ADDRESSES.fullmatch(request.path)
        has_just_written = is_offered and replica.has_just_written(replica.person(acting.user.pk))
    elif settings.SESSION_COOKIE_NAME in request.COOKIES:
        return False
    else:  # who calls with a token is known later: `api.auth`
        is_offered = (ADDRESSES if "Authorization" in request.headers else PUBLIC).fullmatch(request.path)
        has_just_written = False
    return bool(is_offered) and not has_just_written and replica.may_be_read()


def note_write(request: HttpRequest, response: HttpResponse) -> None:
    """Who changed something reads from the primary for a while."""
    if response.status_code >= 400:
        return
    if client := getattr(request, "api_client", None):
        replica.note_write(replica.system(client.pk))
    elif request.user.is_authenticated:
        replica.note_write(replica.person(request.user.pk))
