"""The list of statements received: its columns and orders."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link, tag
from partnership.pages.template_tags import day
from referrals.statements.models import Statement

LOOKS = {"as_agreed": "good", "partly": "wait", "not_as_agreed": "bad"}


def _name(statement: Statement) -> str:
    return statement.name or str(statement)


STATEMENT_LIST = Listing(
    page="statement_list",
    columns=(
        Column("name", gettext_lazy("Person"), _name, lambda s: link(reverse("statement", args=[s.pk]), _name(s))),
        Column("number", gettext_lazy("Case number"), lambda s: s.number),
        Column(
            "attendance",
            gettext_lazy("Attendance"),
            lambda s: s.get_attendance_display(),
            lambda s: tag(s.get_attendance_display(), LOOKS[s.attendance]),
        ),
        Column("from", gettext_lazy("From"), lambda s: s.from_partner.name),
        Column("sent", gettext_lazy("Sent"), lambda s: s.sent_at, lambda s: day(s.sent_at)),
    ),
    sorts={
        "newest": Sort(gettext_lazy("Newest first"), ["-sent_at", "-id"]),
        "oldest": Sort(gettext_lazy("Oldest first"), ["sent_at", "id"]),
    },
)
