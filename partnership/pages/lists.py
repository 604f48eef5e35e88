"""Lists: columns and order as the reader chooses, saved views of them, and the same list as a file.

A list is described once (`Listing`); its page, its CSV and its XLSX are made from that description.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from tempfile import TemporaryFile
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import FileResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from partnership.isolation.acting import PartnerRequest, stream_as
from partnership.isolation.errors import RuleError
from partnership.pages.actions import MOST_VIEWS
from partnership.pages.downloads import guard_formula
from partnership.pages.models import SavedView
from partnership.pages.number_format import typed
from partnership.pages.paging import KeyPage, page_by_key
from partnership.pages.template_tags import day, moment

MOST_ROWS_XLSX = 20_000
MOST_AT_ONCE = 200


class Column(NamedTuple):
    """A column: its value in words for files, and how the page shows it where that differs."""

    name: str
    label: str | Promise
    text: Callable[[Any], object]
    html: Callable[[Any], str] | None = None
    at_first: bool = True


class Sort(NamedTuple):
    label: str | Promise
    order: list[str]


@dataclass(frozen=True)
class Listing:
    """A list that pages by key. The first column leads to the row's own page; the first sort is the one at first."""

    page: str
    columns: tuple[Column, ...]
    sorts: Mapping[str, Sort]

    def columns_named(self, names: list[str]) -> list[Column]:
        """The columns that were asked for, the first always among them; without a wish, those shown at first."""
        asked_for = {column.name for column in self.columns} & set(names)
        return [
            column
            for column in self.columns
            if (column.name in asked_for if asked_for else column.at_first) or column is self.columns[0]
        ]

    def sort(self, name: str) -> tuple[str, Sort]:
        return (name, self.sorts[name]) if name in self.sorts else next(iter(self.sorts.items()))


def link(address: str, text: str) -> SafeString:
    """A link in a cell."""
    return format_html('<a href="{}">{}</a>', address, text)


def tag(text: str, looks: str = "") -> SafeString:
    """A word on a coloured ground; `looks`: good, bad, wait, calm or none."""
    return format_html('<span class="tag {}">{}</span>', f"tag-{looks}" if looks else "", text)


class Row(NamedTuple):
    item: Any
    cells: list[tuple[Column, str]]


@dataclass
class Shown:
    """One page of a list, with all that its template shows."""

    listing: Listing
    page: KeyPage[Any]
    columns: list[Column]
    sorted_by: str
    views: list[SavedView]
    query: str
    queryset: QuerySet[Any]

    @property
    def count(self) -> str:
        """How many rows the list has; one query only where they are more than the page."""
        is_all = self.page.is_first and not self.page.next_after
        return str(len(self.page.rows)) if is_all else counted(self.queryset)

    @property
    def rows(self) -> list[Row]:
        return [Row(item, [(column, _cell(column, item)) for column in self.columns]) for item in self.page.rows]

    @property
    def sort_label(self) -> str | Promise:
        return self.listing.sorts[self.sorted_by].label

    @property
    def other_params(self) -> list[tuple[str, str]]:
        """What a form that changes the columns must carry along."""
        params = QueryDict(self.query)
        return [(name, value) for name in params if name != "columns" for value in params.getlist(name)]

    @property
    def current(self) -> SavedView | None:
        return next((view for view in self.views if view.query == self.query), None)


def _cell(column: Column, item: Any) -> str:
    return conditional_escape(column.html(item) if column.html else str(_or_empty(column.text(item))))


def _or_empty(value: object) -> object:
    return "" if value is None else value


def show(request: PartnerRequest, listing: Listing, queryset: QuerySet[Any]) -> Shown:
    """The page of the list that the address asks for (?columns=…&sort=…&after=…). Two queries and those of the rows."""
    sorted_by, sort = listing.sort(request.GET.get("sort", ""))
    views = SavedView.objects.filter(user=request.user, partner=request.acting.partner, page=listing.page)
    return Shown(
        listing,
        page_by_key(queryset, sort.order, request.GET.get("after", "")),
        listing.columns_named(request.GET.getlist("columns")),
        sorted_by,
        list(views[:MOST_VIEWS]),
        query_of(request.GET),
        queryset,
    )


def chosen_rows(request: PartnerRequest) -> list[int]:
    """The numbers of the rows that a list's action is for; what is no number of a row is left out."""
    numbers = map(typed, request.POST.getlist("pk"))
    return [number for number in numbers if number is not None][:MOST_AT_ONCE]


def query_of(params: Any) -> str:
    """What of an address makes the view: everything but the place in the list."""
    params = params.copy()
    params.pop("after", None)
    for name in [name for name in params if not any(params.getlist(name))]:
        del params[name]
    return str(params.urlencode())


def export(
    request: PartnerRequest, listing: Listing, rows: Callable[[], QuerySet[Any]], *, name: str, notice: str = ""
) -> HttpResponseBase:
    """The whole list with the page's filters, columns and order, as CSV (?format=csv, streamed) or XLSX.

    `notice` is the last line: what the receiver of the file must know. Raises RuleError when a list is too long for XLSX.
    """
    columns = (
        listing.columns_named(request.GET.getlist("columns")) if "columns" in request.GET else list(listing.columns)
    )
    order = listing.sort(request.GET.get("sort", ""))[1].order
    file_name = f"{name}-{timezone.localdate()}"

    def lines() -> Iterator[list[object]]:
        yield [str(column.label) for column in columns]
        for row in rows().order_by(*order).iterator(chunk_size=2000):
            yield [column.text(row) for column in columns]
        if notice:
            yield [notice]

    if request.GET.get("format") == "xlsx":
        return _xlsx(lines(), file_name)
    texts = lambda: ("\ufeff" * (n == 0) + _csv(line) for n, line in enumerate(lines()))  # noqa: E731
    response = StreamingHttpResponse(stream_as(request.acting, texts), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name}.csv"'
    return response


def _written(value: object) -> str:
    """A value as people write it, days and moments in the reader's format."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    return guard_formula("" if value is None else str(value))


def _csv(values: list[object]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerow(map(_written, values))
    return out.getvalue()


def _cell_of(sheet: Any, value: object) -> Any:
    """A day or moment as such, so that the sheet can be sorted by it; anything else as it is written."""
    if not isinstance(value, date):
        return _written(value)
    is_moment = isinstance(value, datetime)
    cell = WriteOnlyCell(sheet, value=timezone.make_naive(value) if isinstance(value, datetime) else value)
    cell.number_format = "d.m.yyyy h:mm" if is_moment else "d.m.yyyy"
    return cell


def _xlsx(lines: Iterator[list[object]], file_name: str) -> FileResponse:
    rows = list(islice(lines, MOST_ROWS_XLSX + 2))
    if len(rows) > MOST_ROWS_XLSX + 1:
        raise RuleError(_("The list is too long for XLSX: narrow the filters, or take CSV."))
    book = Workbook(write_only=True)
    sheet = book.create_sheet(file_name[:31])
    for row in rows:
        sheet.append([_cell_of(sheet, value) for value in row])
    file = TemporaryFile()  # noqa: SIM115 — the response closes it
    book.save(file)
    file.seek(0)
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(file, as_attachment=True, filename=f"{file_name}.xlsx", content_type=media_type)


def up_to_100(queryset: Any) -> int:
    """How many rows there are, counted no further than 100: no count on a page grows with the table."""
    return len(queryset.values_list("pk", flat=True)[:100])


def counted(queryset: Any) -> str:
    """The same in words: a count that stopped at a hundred says so."""
    count = up_to_100(queryset)
    return f"{count}+" if count == 100 else str(count)
