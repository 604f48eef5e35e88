"""Reads what a page of figures says in English, and reckons after it: a reader with a pencil."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

NUMBER = r"[−+]?\d[\d,]*(?:\.\d+)?"
BLOCKS = {"p", "li", "h1", "h2", "h3", "h4", "td", "th", "div", "dd", "dt", "summary", "br", "tr", "table", "text"}
VOID = {"br", "img", "input", "link", "meta", "source"}


class _Reader(HTMLParser):
    """Paragraphs, and tables as rows of cells."""

    def __init__(self) -> None:
        super().__init__()
        self.paragraphs: list[str] = [""]
        self.tables: list[list[list[str]]] = []
        self.skipped = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in {"script", "style", "svg"}:
            self.skipped += 1
        if tag in BLOCKS:
            self.paragraphs.append("")
        if tag == "table":
            self.tables.append([])
        if tag == "tr" and self.tables:
            self.tables[-1].append([])
        if tag in {"td", "th"} and self.tables and self.tables[-1]:
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "svg"}:
            self.skipped -= 1
        if tag in BLOCKS:
            self.paragraphs.append("")

    def handle_data(self, data: str) -> None:
        if self.skipped:
            return
        self.paragraphs[-1] += data
        if self.tables and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += data


def plain(text: str) -> str:
    """The text with single blanks."""
    return re.sub(r"\s+", " ", text).strip()


def value(text: str) -> float:
    """A number as it is printed."""
    return float(text.replace("−", "-").replace(",", ""))


def half(text: str) -> float:
    """How far a printed number may be from what it was before it was rounded."""
    return 0.5 * 10.0 ** -len(text.partition(".")[2]) + 1e-9


def page_errors(html: str) -> list[str]:
    """What does not add up on a page: in its sentences, in the rows of its tables, and between headline and statements."""
    reader = _Reader()
    reader.feed(html)
    paragraphs = [plain(paragraph) for paragraph in reader.paragraphs]
    tables = [[[plain(cell) for cell in row] for row in table] for table in reader.tables]
    return [
        *(error for paragraph in paragraphs for error in sentence_errors(paragraph)),
        *(error for table in tables for error in table_errors(table)),
        *_headline_errors(paragraphs),
    ]


def sentence_errors(text: str) -> list[str]:
    """What does not add up within one paragraph."""
    text = plain(text)
    return [f"{error}: {text}" for check in CHECKS for error in check(text)]


def _rates_before(text: str, end: int) -> list[str]:
    """The percentages of a paragraph up to a place, but for the level of intervals."""
    without_level = re.sub(r"95 %(?= (?:interval|confidence))", "", text[:end])
    return re.findall(rf"({NUMBER}) %", without_level)


def _differences(text: str) -> Iterator[str]:
    """x %, y %: that is n points fewer, a reduction by r %."""
    for match in re.finditer(
        rf"[Tt]hat is ({NUMBER}) (?:percentage )?points (fewer|more)(?:, an? (reduction|increase) by ({NUMBER}) %)?",
        text,
    ):
        points, way, kind, share = match.groups()
        rates = _rates_before(text, match.start())[-2:]
        if len(rates) != 2:
            yield "a difference of rates that are not said"
            continue
        rate, other = map(value, rates)
        if abs(abs(rate - other) - value(points)) > 1e-6 or (rate < other) != (way == "fewer"):
            yield "the difference is not that of the two rates"
        if share and (
            (kind == "reduction") != (way == "fewer") or abs(100 * abs(1 - rate / other) - value(share)) > half(share)
        ):
            yield "the reduction is not that of the two rates"


def _relative(text: str) -> Iterator[str]:
    """x %, y %: n % fewer; a reduction has no sign."""
    for match in re.finditer(rf"({NUMBER}) % (fewer|lower|more|higher)\b", text):
        rates = _rates_before(text, match.start())[-2:]
        if len(rates) == 2:
            rate, other = map(value, rates)
            if other and (
                abs(100 * abs(1 - rate / other) - value(match[1])) > half(match[1])
                or (rate < other) != (match[2] in {"fewer", "lower"})
            ):
                yield "so much fewer or more is not what the two rates say"
    if re.search(r"(?:reduction|increase)(?: by)? [−+]", text):
        yield "a reduction or an increase has a sign"


def _shares(text: str) -> Iterator[str]:
    """a of b (c %)."""
    for part, whole, share in re.findall(rf"({NUMBER}) of ({NUMBER})[^().%]* \(({NUMBER}) %\)", text):
        if value(part) > value(whole) or abs(100 * value(part) / value(whole) - value(share)) > half(share):
            yield "the share is not that of the two numbers"


def _intervals(text: str) -> Iterator[str]:
    """x % … (95 % interval a % to b %); d (a to b)."""
    found = re.findall(rf"({NUMBER}) %[^.;%()]*\(95 % interval ({NUMBER}) % to ({NUMBER}) %\)", text)
    found += re.findall(rf"({NUMBER}) \(({NUMBER}) to ({NUMBER})\)", text)
    for middle, low, high in found:
        if not value(low) - half(low) <= value(middle) <= value(high) + half(high):
            yield "the estimate lies outside its interval"


def _programmes(text: str) -> Iterator[str]:
    """Lower in n of m programmes; in k …: together m."""
    match = re.match(r"Re-arrest was lower in (\d+|none) of (\d+) programmes(.*)", text)
    if match:
        rest = sum(int(n) for n in re.findall(r"; (?:in )?(\d+)\b", match[3]))
        if rest + (0 if match[1] == "none" else int(match[1])) != int(match[2]):
            yield "the programmes do not add up"


CHECKS = (_differences, _relative, _shares, _intervals, _programmes)


def table_errors(table: list[list[str]]) -> Iterator[str]:
    """What does not add up in a table with its heading first: rates, differences and changes of each row that is as long as the heading."""
    if not table:
        return
    heading = table[0]
    for cells in table[1:]:
        row = dict(zip(heading, cells, strict=False)) if len(cells) == len(heading) else {}
        for names, check in ROWS:
            texts = [re.match(rf"({NUMBER})", row.get(name, "")) for name in names]
            numbers = [text[1] for text in texts if text]
            if len(numbers) == len(names) and not check(*numbers):
                yield f"the row does not add up: {row}"


def _is_share(share: str, part: str, whole: str) -> bool:
    return not value(whole) or abs(100 * value(part) / value(whole) - value(share)) <= half(share)


def _is_difference(rate: str, other: str, difference: str) -> bool:
    return abs(value(rate) - value(other) - value(difference)) <= 1e-6


def _is_change(now: str, before: str, change: str) -> bool:
    return not value(before) or abs(100 * (value(now) / value(before) - 1) - value(change)) <= half(change)


ROWS = (
    (("Rate", "Rearrested", "Followed"), _is_share),
    (("Participants", "Comparison people", "Difference"), _is_difference),
    (("Last 12 months", "12 before", "Change"), _is_change),
)
"""Columns that belong together, wherever a table has all of them."""


def _headline_errors(paragraphs: list[str]) -> Iterator[str]:
    """A headline says of each comparison what its own statement says."""
    headline = next((p for p in paragraphs if "against comparison groups:" in p), "")
    for group, points in re.findall(rf"[:;] ([^;:]+?) – (?:lower|higher) by ({NUMBER}) percentage points", headline):
        after = [n + 1 for n, p in enumerate(paragraphs) if p.lower().startswith(f"{group}:".lower())]
        said = [p for start in after for p in paragraphs[start : start + 4] if "That is" in p]
        if not said or f"That is {points} percentage points" not in said[0]:
            yield f"headline and statement differ: {group}"
