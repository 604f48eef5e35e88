"""What people's data is read for: every line of the log of reads has a code.

Nobody is asked for what is obvious: the page, or how its reader stands to the record, tells it. Only who opens a record with which
they have nothing to do gives a reason (`cases/openings`); a partner's system says it with the request, or once for all.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Purpose(models.TextChoices):
    """What somebody read for."""

    CASEWORK = "casework", _("Work with the person")
    REFERRAL = "referral", _("Referral or diversion")
    QUALITY = "quality", _("Oversight and quality")
    REQUEST = "request", _("Request of the person")
    OTHER = "other", pgettext_lazy("purpose", "Something else")


class Reason(NamedTuple):
    """A purpose with the reader's words, where they gave any."""

    purpose: str
    words: str = ""


PURPOSES: dict[str, Purpose] = {
    "home": Purpose.CASEWORK,
    "person": Purpose.CASEWORK,
    "person_file": Purpose.REQUEST,
    "person_list": Purpose.CASEWORK,
    "person_export": Purpose.CASEWORK,
    "enrolment": Purpose.CASEWORK,
    "calendar": Purpose.CASEWORK,
    "calendar_feed": Purpose.CASEWORK,
    "caseload": Purpose.CASEWORK,
    "caseload_export": Purpose.CASEWORK,
    "task_list": Purpose.CASEWORK,
    "care_team": Purpose.CASEWORK,
    "care_team_list": Purpose.CASEWORK,
    "phase_board": Purpose.CASEWORK,
    "bed_board": Purpose.CASEWORK,
    "matter": Purpose.CASEWORK,
    "fellowship": Purpose.CASEWORK,
    "fellowship_list": Purpose.CASEWORK,
    "mentor_pair": Purpose.CASEWORK,
    "mentor_pair_list": Purpose.CASEWORK,
    "payment_run": Purpose.CASEWORK,
    "call_in": Purpose.REFERRAL,
    "family_board": Purpose.CASEWORK,
    "release": Purpose.CASEWORK,
    "release_list": Purpose.CASEWORK,
    "release_export": Purpose.CASEWORK,
    "placement": Purpose.CASEWORK,
    "placement_list": Purpose.CASEWORK,
    "placement_export": Purpose.CASEWORK,
    "release_notice_list": Purpose.REFERRAL,
    "release_notice_export": Purpose.REFERRAL,
    "protected_record": Purpose.CASEWORK,
    "protected_copy": Purpose.REQUEST,
    "protected_notice": Purpose.REFERRAL,
    "protected_person": Purpose.CASEWORK,
    "matter_list": Purpose.CASEWORK,
    "end_report": Purpose.REFERRAL,
    "request": Purpose.REQUEST,
    "request_list": Purpose.REQUEST,
    "retention_list": Purpose.QUALITY,
    "referral": Purpose.REFERRAL,
    "referral_list": Purpose.REFERRAL,
    "referral_export": Purpose.REFERRAL,
    "diversion": Purpose.REFERRAL,
    "diversion_list": Purpose.REFERRAL,
    "diversion_export": Purpose.REFERRAL,
    "diversion_letter": Purpose.REFERRAL,
    "welfare_notice": Purpose.REFERRAL,
    "welfare_list": Purpose.REFERRAL,
    "mediation": Purpose.CASEWORK,
    "mediation_list": Purpose.CASEWORK,
    "mediation_report": Purpose.REFERRAL,
    "anchor_case": Purpose.REFERRAL,
    "anchor_list": Purpose.REFERRAL,
    "statement": Purpose.REFERRAL,
    "statement_list": Purpose.REFERRAL,
    "statement_pdf": Purpose.REFERRAL,
    "consent_paper": Purpose.REFERRAL,
    "import_problems": Purpose.QUALITY,
    "history": Purpose.QUALITY,
    "tip": Purpose.QUALITY,
}
"""What is read → for what, as far as its address tells."""
OVER_THE_API: dict[str, Purpose] = {
    "persons": Purpose.CASEWORK,
    "enrolments": Purpose.CASEWORK,
    "sessions": Purpose.CASEWORK,
    "arrests": Purpose.CASEWORK,
    "referrals": Purpose.REFERRAL,
    "diversions": Purpose.REFERRAL,
    "statements": Purpose.REFERRAL,
    "welfare-notices": Purpose.REFERRAL,
    "anchor-cases": Purpose.REFERRAL,
    "anchor-meetings": Purpose.REFERRAL,
    "anchor-steps": Purpose.REFERRAL,
}
"""The same of what somebody reads over the API who is signed in to the pages."""


_reason: ContextVar[Reason | None] = ContextVar("reason", default=None)


def read_for(reason: Reason | None) -> None:
    """From here on the request reads for this; None: for what its page is there for."""
    _reason.set(reason)


def reason_for(what: str) -> Reason:
    """What is read for now, given what it is."""
    return _reason.get() or Reason((PURPOSES | OVER_THE_API).get(what, Purpose.OTHER))
