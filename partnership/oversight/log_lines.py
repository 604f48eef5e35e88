"""Lines of the log of reads as they are looked for and shown: equal ones together, with how often, first and last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from partnership.audit_trail.models import ReadLog
from partnership.audit_trail.read_log import records_of
from partnership.oversight.models import Inquiry
from partnership.pages.days import day_of
from partnership.pages.paging import KeyPage, page_by_key

PAGE_LINES = 200
"""Lines of the log on one page, before equal ones are put together."""
FILES = Q(what__endswith="_export") | Q(what__in=["person_file", "statement_pdf", "diversion_letter", "consent_paper"])
"""What left the portal as a file."""


@dataclass
class Group:
    """Reads that differ in their time alone."""

    line: ReadLog
    times: int
    records: int
    first: datetime
    last: datetime

    @property
    def is_unnamed(self) -> bool:
        """A list too long to name its people: anybody may be in it."""
        return self.line.people is None


def grouped(lines: Iterable[ReadLog]) -> list[Group]:
    """Equal lines together, in the order in which the newest of each stands."""
    groups: dict[tuple[Any, ...], Group] = {}
    for line in lines:
        key = (
            line.user_id, line.partner_id, line.client_id, line.what, line.object_id, line.purpose, line.words,
            line.is_refused, line.people is None,
        )  # fmt: skip
        group = groups.get(key)
        if group is None:
            groups[key] = Group(line, 1, line.count, line.at, line.at)
            continue
        group.times += 1
        group.records += line.count
        group.first, group.last = min(group.first, line.at), max(group.last, line.at)
    return list(groups.values())


def matching(wanted: dict[str, Any]) -> QuerySet[ReadLog]:
    """Lines of the log that the reader may see and that fit the checked filters (`forms.LogFilter`)."""
    reads = ReadLog.objects.select_related("user", "partner", "client")
    if wanted.get("person"):
        reads = about(reads, wanted["person"])
    if wanted.get("first"):
        reads = reads.filter(at__gte=day_of(wanted["first"])[0])
    if wanted.get("last"):
        reads = reads.filter(at__lte=day_of(wanted["last"])[1])
    if wanted.get("day"):
        reads = reads.filter(at__range=day_of(wanted["day"]))
    if wanted.get("reader"):
        reads = reads.filter(Q(user__full_name__icontains=wanted["reader"]) | Q(user__email__iexact=wanted["reader"]))
    if wanted.get("export"):
        reads = reads.filter(FILES) if wanted["export"] == "yes" else reads.exclude(FILES)
    for name, column in {
        "partner": "partner",
        "purpose": "purpose",
        "what": "what",
        "number": "object_id",
        "user": "user",
    }.items():
        if wanted.get(name):
            reads = reads.filter(**{column: wanted[name]})
    return reads


def about(reads: QuerySet[ReadLog], person: int) -> QuerySet[ReadLog]:
    """Lines that show the person, by whichever of their linked records, and those of lists too long to name anybody."""
    return reads.filter(Q(people__overlap=records_of(person)) | Q(people=None))


def in_days(reads: QuerySet[ReadLog], first: date, last: date | None) -> QuerySet[ReadLog]:
    """Lines of these days, the last one included; without it, of all since the first."""
    reads = reads.filter(at__gte=day_of(first)[0])
    return reads.filter(at__lte=day_of(last)[1]) if last else reads


def page_of_lines(reads: QuerySet[ReadLog], after: str) -> tuple[KeyPage[ReadLog], list[Group]]:
    """A page of the log, newest first, with its equal lines together."""
    page = page_by_key(reads, ["-id"], after, size=PAGE_LINES)
    return page, grouped(page.rows)


def with_news(inquiries: QuerySet[Inquiry]) -> QuerySet[Inquiry]:
    """Inquiries with `is_new`: since the auditor last looked, somebody read what an open one is about."""
    new = ReadLog.objects.filter(people__contains=[OuterRef("person_number")], at__gt=OuterRef("looked_until"))
    in_time = new.filter(at__date__lte=Coalesce(OuterRef("to_day"), date.max))
    return inquiries.annotate(is_new=Exists(in_time))
