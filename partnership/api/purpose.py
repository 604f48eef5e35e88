"""What a partner's system reads for: it says so with a request, or once for all, as the default of its client."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.request import Request

from partnership.api.auth import client_of
from partnership.api.problems import WrongParameter
from partnership.audit_trail.purposes import Purpose, Reason

HEADER = "Read-Purpose"
MOST_WORDS = 500


def purpose_of_request(request: Request) -> Reason | None:
    """`Read-Purpose: quality`, or with words, `Read-Purpose: other; asked for by the court`; without it the client's default. None
    for a person: what the address is there for, or the reason that opened the record.

    Raises WrongParameter for a code that is none, and for "other" without words.
    """
    client = client_of(request)
    if client is None:
        return None  # a person's reason is asked for at the door, and told to managers and auditor
    header = request.headers.get(HEADER)
    if header is None:
        return Reason(client.default_purpose)
    code, _semicolon, words = (part.strip() for part in header.partition(";"))
    if code not in Purpose.values:
        raise WrongParameter({HEADER: [_("This is none of: %(codes)s.") % {"codes": ", ".join(Purpose.values)}]})
    if "\x00" in words or len(words) > MOST_WORDS:
        raise WrongParameter({HEADER: [_("Write it in fewer words.")]})
    if code == Purpose.OTHER and not words:
        raise WrongParameter({HEADER: [_("Say what for: “other; …”.")]})
    return Reason(code, words)
