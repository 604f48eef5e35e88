"""A file of what was spent, as an accounting system writes it: a line a month, category and programme; several are added up."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import translation
from django.utils.translation import gettext as _

from partnership.isolation.encryption import normalise_name
from partnership.isolation.errors import RuleError
from partnership.pages.csv_files import Row, UnclosedQuote, UnreadableFile, csv_rows, find_encoding
from programs.grants.actions import Spent, check_month
from programs.grants.models import Allocation, Category, Grant

LARGEST = 512 * 1024
"""Bytes: read while somebody waits for the page."""
MOST_ROWS = 5_000
MOST_PROBLEMS = 20
HEADINGS = {
    "programme": ("programme", "program", "project", "ohjelma", "hanke", "projekt"),
    "month": ("month", "period", "kuukausi", "kausi", "månad"),
    "category": ("category", "type", "laji", "luokka", "kategori", "slag"),
    "amount": ("amount", "sum", "summa", "määrä", "belopp"),
}
"""Column → how files call it; a file without programmes is of a grant with one allocation."""
REQUIRED = ("month", "category", "amount")
MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})(-\d{1,2})?|(?P<month_first>\d{1,2})[./](?P<year_last>\d{4})")
AMOUNT = re.compile(r"(\d{1,3}([ \u00a0\u202f]\d{3})+|\d{1,10})([.,](\d{1,2}))?")


class LinesWrong(RuleError):
    """Lines of the file can't be taken, and nothing was recorded. Correct the lines that `detail` names, and send the file again."""

    code = "lines_wrong"


def read_spending(grant: Grant, file: UploadedFile[bytes]) -> list[Spent]:
    """What the file says was spent of the grant's allocations. Raises UnreadableFile, and LinesWrong with what is wrong in which line."""
    columns, rows = _table(file)
    allocations = list(grant.allocations.select_related("programme"))
    categories = _categories()
    sums: dict[tuple[int, date, str], Decimal] = {}
    by_pk = {allocation.pk: allocation for allocation in allocations}
    problems = []
    for number, row in rows:
        values = {name: str(row[place]).strip() if place < len(row) else "" for name, place in columns.items()}
        try:
            if isinstance(row, UnclosedQuote):
                raise RuleError(_("A quotation mark is opened in this line and not closed."))
            line = _line(values, allocations, categories)
        except RuleError as error:
            problems.append(_("Line %(number)s: %(what)s") % {"number": number, "what": error})
        else:
            key = (line.allocation.pk, line.month, line.category)
            sums[key] = sums.get(key, Decimal(0)) + line.amount
    if problems:
        more = (
            [_("%(n)s more lines are wrong.") % {"n": len(problems) - MOST_PROBLEMS}]
            if len(problems) > MOST_PROBLEMS
            else []
        )
        raise LinesWrong(" ".join([*problems[:MOST_PROBLEMS], *more]))
    if not sums:
        raise UnreadableFile(_("The file has no lines below its headings."))
    return [Spent(by_pk[pk], month, category, amount) for (pk, month, category), amount in sums.items()]


def _table(file: UploadedFile[bytes]) -> tuple[dict[str, int], list[Row]]:
    """Where each column stands, and the rows below the headings."""
    if (file.size or 0) > LARGEST:
        raise UnreadableFile(_("The file is larger than %(kb)s kB: divide it.") % {"kb": LARGEST // 1024})
    file.seek(0)
    content = file.read()
    text = str(content, find_encoding([content]), "replace")
    if "\x00" in text:
        raise UnreadableFile(_("This is not a text file: save it as CSV."))
    known = {normalise_name(name): column for column, names in HEADINGS.items() for name in names}
    best: dict[str, int] = {}
    rows: list[Row] = []
    for delimiter in ";,\t":
        lines = list(csv_rows(io.StringIO(text, newline=""), delimiter))
        heading = [known.get(normalise_name(str(value)), "") for value in lines[0][1]] if lines else []
        columns = {name: place for place, name in reversed(list(enumerate(heading))) if name}
        if len(columns) > len(best):
            best, rows = columns, lines[1:]
    if missing := [name for name in REQUIRED if name not in best]:
        raise UnreadableFile(
            _("The first line needs the headings month, category and amount; missing: %(missing)s.")
            % {"missing": ", ".join(missing)}
        )
    if len(rows) > MOST_ROWS:
        raise UnreadableFile(_("The file has more than %(most)s lines: divide it.") % {"most": MOST_ROWS})
    return best, rows


def _categories() -> dict[str, str]:
    """Codes and names in each language → category."""
    names = {str(code): str(code) for code in Category.values}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            names |= {normalise_name(str(label)): code for code, label in Category.choices}
    return names


def _line(values: dict[str, str], allocations: Iterable[Allocation], categories: dict[str, str]) -> Spent:
    month = _month(values["month"])
    category = categories.get(normalise_name(values["category"]))
    if category is None:
        allowed = ", ".join(str(label) for label in Category.labels)
        raise RuleError(_("Not a known category. Known: %(categories)s.") % {"categories": allowed})
    of_programme = _of_programme(values.get("programme"), allocations)
    open_then = [each for each in of_programme if each.first_month <= month <= each.ends_on]
    if len(open_then) > 1:
        raise RuleError(_("Two allocations of the grant fit: write this one down by hand."))
    if not of_programme:
        raise RuleError(_("Nothing of this grant is allocated to that programme."))
    spent = Spent((open_then or of_programme)[0], month, category, _amount(values["amount"]))
    check_month(spent)
    return spent


def _of_programme(name: str | None, allocations: Iterable[Allocation]) -> list[Allocation]:
    """The allocations of the programme of this name, in any language, or number; of an empty one those of shared costs; all without
    such a column."""
    if name is None:
        return list(allocations)
    if not name:
        return [each for each in allocations if each.programme is None]
    asked = normalise_name(name)

    def is_meant(allocation: Allocation) -> bool:
        programme = allocation.programme
        if programme is None:
            return False
        names = (programme.name, programme.name_fi, programme.name_sv, programme.name_en, str(programme.pk))
        return asked in {normalise_name(each) for each in names if each}

    return [each for each in allocations if is_meant(each)]


def _month(text: str) -> date:
    match = MONTH.fullmatch(text)
    try:
        if match:
            year, month = match["year"] or match["year_last"], match["month"] or match["month_first"]
            return date(int(year), int(month), 1)
    except ValueError:
        pass
    raise RuleError(_("Not a month: write 2026-01 or 1/2026."))


def _amount(text: str) -> Decimal:
    """Raises RuleError where it can't be told what is meant, as of 1.234."""
    match = AMOUNT.fullmatch(text.removesuffix("€").strip())
    if not match:
        raise RuleError(_("Not an amount: write 1234.50 or 1 234,50, credit notes taken off."))
    return Decimal(f"{re.sub(r'[^0-9]', '', match[1])}.{match[4] or '0'}")
