"""The list of the caseload: its columns and orders, for page and file alike."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from partnership.pages.lists import Column, Listing, Sort, link
from partnership.pages.template_tags import day

CASELOAD = Listing(
    page="caseload",
    columns=(
        Column(
            "name",
            gettext_lazy("Person"),
            lambda e: str(e.person),
            lambda e: link(reverse("enrolment", args=[e.pk]), str(e.person)),
        ),
        Column("programme", gettext_lazy("Programme"), lambda e: e.programme.local_name),
        Column("started", gettext_lazy("Start"), lambda e: e.started_on, lambda e: day(e.started_on)),
        Column("contact", gettext_lazy("Last contact"), lambda e: e.last_contact_on, lambda e: day(e.last_contact_on)),
        Column("responsible", gettext_lazy("Responsible"), lambda e: e.responsible.full_name if e.responsible else ""),
    ),
    sorts={
        "newest": Sort(gettext_lazy("Newest start first"), ["-started_on", "-id"]),
        "oldest": Sort(gettext_lazy("Oldest start first"), ["started_on", "id"]),
    },
)
