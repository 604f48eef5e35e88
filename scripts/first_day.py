"""Walks each main job on a phone in Chromium, as a newcomer does it, and prints what it costs; the portal must be running.

    make run                             (in one terminal)
    .venv/bin/python -m scripts.first_day  (in another)

A walk begins on the home page. A tap is one touch of a link, button, box, fold or field; a choice from a list is two. Letters are
those that are typed. A screen is a page that opens. `JOBS` holds how many taps a job may take: a test walks the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from cases.people import identity_code
from partnership.local.sign_ins import PASSWORD

BASE = os.environ.get("BASE", "http://localhost:8000")
PHONE = {"width": 390, "height": 844}


@dataclass
class Walk:
    """A job that is under way on a page, and what it has cost so far."""

    page: Page
    taps: int = 0
    letters: int = 0
    screens: int = 0
    opened: list[str] = field(default_factory=list)

    def begin(self) -> None:
        self.page.goto("/")
        self.opened = [self.page.url]
        self.page.on("framenavigated", self._open)

    def _open(self, frame: Any) -> None:
        address = frame.url.split("#")[0]
        if frame == self.page.main_frame and address != self.opened[-1]:
            self.opened.append(address)
            self.screens += 1

    def tap(self, what: Locator) -> None:
        what.tap()
        self.taps += 1

    def type(self, what: Locator, text: str) -> None:
        what.tap()
        what.fill(text)
        self.taps += 1
        self.letters += len(text)

    def choose(self, what: Locator, label: str) -> None:
        what.select_option(label=label)
        self.taps += 2

    def draw(self, what: Locator) -> None:
        """A signature: one touch."""
        box = what.bounding_box()
        assert box  # noqa: S101 — it is in view
        self.page.mouse.move(box["x"] + 40, box["y"] + 80)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + 200, box["y"] + 140, steps=6)
        self.page.mouse.up()
        self.taps += 1

    def first_row(self, list_address: str) -> Locator:
        """The first link of a card of the home page to a record of this kind."""
        return self.page.locator(f"main .rows .what a[href^='{list_address}']").first


def answer(walk: Walk) -> None:
    """A caseworker accepts the first referral of the home page, from today on."""
    walk.tap(walk.first_row("/referrals/"))
    accept = walk.page.locator("#do-accept")
    walk.tap(accept.get_by_role("button", name="Today").first)
    walk.tap(accept.get_by_role("button", name="Accept"))
    expect(walk.page.locator(".head")).to_contain_text("Enrolled")


def divert(walk: Walk) -> None:
    """A liaison diverts somebody at the roadside."""
    page = walk.page
    walk.tap(page.locator("main").get_by_role("link", name="Divert a person").first)
    walk.type(page.get_by_label("Personal identity code"), identity_code.make(date(1994, 5, 17), 991))
    walk.type(page.get_by_label("Last name"), "Firstday")
    walk.type(page.get_by_label("First names"), "Testi")
    walk.type(page.get_by_label("Phone"), "040 123 4567")
    walk.tap(page.get_by_role("radio", name="Counselling instead of imprisonment"))
    walk.tap(page.get_by_label("The right to withdraw was explained"))
    walk.tap(page.get_by_role("button", name="Sign here"))
    walk.draw(page.locator("dialog.pad canvas"))
    walk.tap(page.get_by_role("button", name="Done, send"))
    expect(page.locator("h1")).to_contain_text("Tell the person this")


def walk_in(walk: Walk) -> None:
    """A caseworker takes on somebody who came without a referral, from today on."""
    page = walk.page
    walk.tap(page.locator("main").get_by_role("link", name="Walk-in").first)
    walk.type(page.get_by_label("Last name"), "Walkin")
    walk.type(page.get_by_label("First names"), "Testi")
    page.get_by_label("Date of birth").fill("1988-02-03")
    walk.taps, walk.letters = walk.taps + 1, walk.letters + 8
    walk.choose(page.get_by_label("Programme"), "Counselling instead of imprisonment")
    walk.tap(page.locator("main form[data-keep] button.btn-primary"))
    expect(page.locator("h1")).to_contain_text("Walkin")


def session(walk: Walk) -> None:
    """A caseworker records a session with a note for somebody of their caseload."""
    page = walk.page
    walk.tap(walk.first_row("/enrolments/"))
    walk.type(page.get_by_label("Note").first, "He found work.")
    walk.tap(page.get_by_role("button", name="Save the meeting"))
    expect(page.get_by_role("status").first).to_contain_text("Saved")


def decide(walk: Walk) -> None:
    """A liaison decides on the first diversion of the home page whose conditions were met."""
    page = walk.page
    met = page.locator("main .rows > li").filter(has=page.get_by_text("Conditions met"))
    walk.tap(met.locator(".what a[href^='/diversions/']").first)
    walk.tap(page.get_by_label("No further action"))
    walk.tap(page.get_by_role("button", name="Decide"))
    expect(page.locator(".head")).to_contain_text("Decided")


class Job(NamedTuple):
    """Who does a job, how, and with how many taps at most."""

    email: str
    walk: Callable[[Walk], None]
    taps: int


JOBS = (
    Job("caseworker@demo.example", answer, 3),
    Job("liaison@demo.example", divert, 10),
    Job("caseworker@demo.example", walk_in, 8),
    Job("caseworker@demo.example", session, 4),
    Job("liaison@demo.example", decide, 3),
)


def walked(browser: Browser, base: str, job: Job) -> Walk:
    """Signs in on a phone and does the job; returns what it cost."""
    context = browser.new_context(viewport=PHONE, base_url=base, has_touch=True, is_mobile=True, locale="en-GB")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(job.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")
    walk = Walk(page)
    walk.begin()
    job.walk(walk)
    context.close()
    return walk


def main() -> None:
    print(f"{'job':10} {'taps':>5} {'most':>5} {'letters':>8} {'screens':>8}")
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for job in JOBS:
            walk = walked(browser, BASE, job)
            print(f"{job.walk.__name__:10} {walk.taps:5} {job.taps:5} {walk.letters:8} {walk.screens:8}")
        browser.close()


if __name__ == "__main__":
    main()
