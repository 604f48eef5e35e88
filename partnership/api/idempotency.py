"""Requests that are sent again: the same Idempotency-Key and body get the same answer, and nothing is done twice."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from oauth2_provider.models import get_access_token_model
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.models import IdempotentAnswer, Tombstone
from partnership.api.problems import KeyReused
from partnership.isolation import encryption
from partnership.isolation.acting import Acting

KEY = re.compile(r"[\x21-\x7e]{1,200}")


def earlier_answer(request: Request, acting: Acting, still_open: Callable[[Any], Any]) -> Response | None:
    """The answer that the request got before; None: it is new, and whatever it does commits together with its key.
    `still_open` takes out of the kept body what the caller may no longer see.

    Two that arrive at once: the second waits for the first one's transaction on the unique index.
    Raises KeyReused when the key belongs to another request.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise ParseError(_("An Idempotency-Key has 1 to 200 visible ASCII characters."))
    digest = encryption.fingerprint(acting.partner.pk, _digest(request))
    answer = IdempotentAnswer(partner=acting.partner, user=acting.user, key=key, request_hash=digest)
    try:
        with transaction.atomic():
            answer.save(force_insert=True)
    except IntegrityError:
        answer = IdempotentAnswer.objects.get(partner=acting.partner, user=acting.user, key=key)
        if answer.request_hash != digest:
            raise KeyReused from None
        headers = {"Idempotency-Replayed": "true"} | ({"Location": answer.location} if answer.location else {})
        body = orjson.loads(answer.body) if answer.body else None
        return Response(still_open(body), status=answer.status, headers=headers)
    request._request.idempotent_answer = answer  # type: ignore[attr-defined]
    return None


def remember(request: Request, response: Response) -> None:
    """Keeps a successful answer. A refusal changed nothing, and its key with it: it may be tried again."""
    answer = getattr(request._request, "idempotent_answer", None)
    if answer is not None and response.status_code < 400:
        answer.status = response.status_code
        answer.body = (
            orjson.dumps(response.data, default=str, option=orjson.OPT_UTC_Z).decode()
            if response.data is not None
            else ""
        )
        answer.location = response.headers.get("Location", "")
        answer.save(update_fields=["status", "body", "location"])


def _digest(request: Request) -> str:
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    data: Any = request.data
    files = getattr(request, "FILES", {})
    for name in sorted(files):
        for chunk in files[name].chunks():
            digest.update(chunk)
        files[name].seek(0)
    plain = {key: data.getlist(key) for key in data if key not in files} if hasattr(data, "getlist") else data
    digest.update(json.dumps(plain, sort_keys=True).encode())
    return digest.hexdigest()


def forget() -> None:
    """Deletes what is past its time: kept answers, expired tokens, tombstones that no client asks for any more."""
    now = timezone.now()
    old: list[QuerySet[Any]] = [
        IdempotentAnswer.objects.filter(created_at__lt=now - timedelta(days=1)),
        Tombstone.objects.filter(changed_at__lt=now - timedelta(days=365)),
        get_access_token_model().objects.filter(expires__lt=now - timedelta(days=1)),
    ]
    for rows in old:
        rows._raw_delete(rows.db)  # nothing points to them; Django would read whole rows to find out
