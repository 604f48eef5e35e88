"""In a real Chromium: what a screen reader meets on each main page, in order, as a file of `trees/` says it.

A file is one page's accessibility tree as Playwright writes it (https://playwright.dev/python/docs/aria-snapshots): its headings, forms,
fields and buttons. What hangs on the data of the day is left out, and may stand between. A page that was changed on purpose:
`TREES=write` writes the files anew, to be read before they are committed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import in_chromium, new_page, sign_in

pytestmark = in_chromium

TREES = Path(__file__).parent / "trees"
SECONDS = 10
# Who reads them → the pages, each with the name of its file; `first:/list/` is the first of a list.
PAGES = {
    "": {"find-help": "/find-help/", "my-page": "/my/"},
    "caseworker@demo.example": {
        "caseworker-home": "/",
        "referral-to-answer": "first:/referrals/?box=incoming&state=sent",
        "referral-new": "/referrals/new/",
        "caseload": "/caseload/",
        "participation": "first:/caseload/",
        "people": "/people/",
        "walk-in": "/walk-in/",
        "calendar": "/calendar/",
        "tasks": "/tasks/",
    },
    "liaison@demo.example": {
        "liaison-home": "/",
        "divert": "/divert/",
        "diversions": "/diversions/",
        "diversion-to-decide": "first:/",
    },
    "coordinator@demo.example": {"coordinator-home": "/", "recidivism": "/figures/recidivism/"},
    "auditor@demo.example": {"read-log": "/read-log/"},
}
LINE = re.compile(r"""^(?P<indent> *)- '?(?P<role>[a-z]+)(?: (?P<name>"(?:[^"\\]|\\.)*"))?""")
LEFT_OUT = ("list", "table", "row", "rowgroup", "status", "option")
KEPT = (
    "main", "heading", "navigation", "search", "form", "group", "radiogroup", "button", "textbox", "searchbox", "spinbutton",
    "combobox", "checkbox", "radio",
)  # fmt: skip
NAMED = ("heading", "radio", "button")
"""Left out where their name hangs on the data; but for the page's own heading."""


def visit(page: Page, address: str) -> None:
    if address.startswith("first:"):
        page.goto(address.removeprefix("first:"))
        links = page.locator("main .rows .what a, main table.list tbody th a")
        address = str(links.first.get_attribute("href"))
    page.goto(address)


def without_data(tree: str) -> str:
    """The tree's headings, forms, fields and buttons: no list, and no name of a person or with a number."""
    lines: list[tuple[int, str]] = []
    left_out_below = 99
    for line in tree.splitlines():
        part = LINE.match(line)
        indent = len(line) - len(line.lstrip())
        if part is None or indent > left_out_below:
            continue
        left_out_below = indent if part["role"] in LEFT_OUT else 99
        level = " ".join(re.findall(r"\[level=\d\]", line))
        is_of_the_page = level == "[level=1]"
        name = part["name"] or ""
        if re.search(r"\d", name) or (is_of_the_page and re.match(r'"[^ ]+, ', name)):
            name = ""
        if part["role"] in KEPT and (name or is_of_the_page or part["role"] not in NAMED):
            lines.append((indent, f"{part['role']} {name} {level}".replace("  ", " ").strip()))
    below = [indent for indent, _text in lines[1:]] + [0]
    return "\n".join(
        f"{' ' * indent}- {text}{':' if following > indent else ''}"
        for (indent, text), following in zip(lines, below, strict=True)
    )


@pytest.mark.parametrize("email", PAGES, ids=lambda email: email.partition("@")[0] or "everybody")
def test_a_screen_reader_meets_each_main_page_as_its_file_says(browser, base, email):
    page = sign_in(browser, base, email) if email else new_page(browser, base)
    for name, address in PAGES[email].items():
        visit(page, address)
        file = TREES / f"{name}.yml"
        if os.environ.get("TREES") == "write":
            file.write_text(without_data(page.locator("main").aria_snapshot()) + "\n")
        expect(page.locator("main")).to_match_aria_snapshot(file.read_text(), timeout=SECONDS * 1000)
