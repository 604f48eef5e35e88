"""Screenshots of every page into the ignored folder screenshots/, for people to look at; the portal must be running.

    make run          (in one terminal)
    make screenshots  (in another)

LANGUAGES=en THEMES=light WIDTHS=desktop narrows what is taken; README=1 takes those of the README only.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from partnership.local.sign_ins import PASSWORD

BASE = os.environ.get("BASE", "http://localhost:8000")
OUT = Path("screenshots")
LANGUAGES = os.environ.get("LANGUAGES", "en fi sv").split()
THEMES = os.environ.get("THEMES", "light dark").split()
WIDTHS = {"phone": (390, 844), "desktop": (1280, 860)}
CHOSEN = os.environ.get("WIDTHS", "phone desktop").split()

# Role → pages; "first:/list/ selector" follows the first such link of a page.
PAGES: dict[str, list[tuple[str, str]]] = {
    "caseworker@demo.example": [
        ("home", "/"),
        ("referrals", "/referrals/?box=incoming"),
        ("referral-to-answer", "first:/referrals/?box=incoming&state=sent"),
        ("referral-new", "/referrals/new/"),
        ("people", "/people/"),
        ("person", "first:/people/"),
        ("caseload", "/caseload/"),
        ("calendar", "/calendar/"),
        ("tasks", "/tasks/"),
        ("requests", "/requests/"),
        ("help", "/help/"),
        ("components", "/styleguide/"),
        ("find-help", "/find-help/"),
        ("results", "/results/"),
        ("not-found", "/nowhere/"),
        ("enrolment", "first:/caseload/"),
        ("diversion", "first:/diversions/"),
        ("programmes", "/programmes/"),
        ("programme", "first:/programmes/"),
        ("notifications", "/notifications/"),
        ("profile", "/profile/"),
    ],
    "manager@demo.example": [
        ("choose-partner", "/choose-partner/"),
        ("workload", "/workload/"),
        ("retention", "/retention/"),
        ("api-clients", "/api-clients/"),
        ("webhooks", "/webhooks/"),
    ],
    "liaison@demo.example": [
        ("home-liaison", "/"),
        ("divert", "/divert/"),
        ("outcomes", "/diversions/outcomes/"),
        ("diversions", "/diversions/"),
        ("decide", "first:/diversions/?status=awaiting_decision"),
        ("members", "/members/"),
    ],
    "data@demo.example": [("home-data", "/"), ("imports", "/imports/"), ("import-new", "/imports/new/")],
    "coordinator@demo.example": [
        ("home-coordinator", "/"),
        ("effects", "/figures/effects/"),
        ("recidivism", "/figures/recidivism/?window=24"),
        ("arrests", "/figures/arrests/"),
        ("programme-figures", "first:/figures/recidivism/?window=24 th a"),
        ("cohorts", "/figures/cohorts/"),
        ("cohort-new", "/figures/cohorts/new/"),
        ("cohort-figures", "first:/figures/cohorts/ .what a"),
        ("intervention", "first:/figures/arrests/ .what a"),
        ("arrests-district", "first:/figures/arrests/ tbody th a"),
        ("arrests-overdoses", "/figures/arrests/?group=overdoses"),
        ("referral-figures", "/figures/referrals/"),
        ("data-quality", "/figures/quality/"),
        ("runs", "/figures/runs/"),
        ("run", "first:/figures/runs/ .what a"),
        ("overdoses", "/overdoses/"),
        ("agreements", "/agreements/"),
        ("agreement", "first:/agreements/"),
        ("partners", "/partners/"),
        ("partner-new", "/partners/new/"),
        ("announcements", "/announcements/"),
    ],
    "auditor@demo.example": [
        ("home-auditor", "/"),
        ("read-log", "/read-log/"),
        ("unusual-reading", "/unusual-reading/"),
    ],
}
README_PAGES = {"home", "recidivism"}


def launch(playwright: Playwright) -> Browser:
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    return playwright.chromium.launch(
        executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    )


def sign_in(page: Page, email: str) -> None:
    page.goto(f"{BASE}/accounts/login/")
    page.fill("#id_login", email)
    page.fill("#id_password", PASSWORD)
    page.click("main form button.btn-primary")
    page.wait_for_load_state()
    if "choose-partner" in page.url:
        page.click("main form button >> nth=-1")


def choose_language(page: Page, language: str) -> None:
    """Of the account, as its menu does."""
    page.goto(f"{BASE}/help/administrator/")
    with page.expect_navigation():
        page.evaluate("name => document.querySelector(`button[name=language][value=${name}]`).click()", language)


def visit(page: Page, address: str) -> None:
    if address.startswith("first:"):
        address, _, selector = address.removeprefix("first:").partition(" ")
        page.goto(BASE + address)
        link = page.locator(f"main {selector or '.rows .what a, main table.list tbody th a'}").first
        page.goto(BASE + str(link.get_attribute("href")))
    else:
        page.goto(BASE + address)


def main() -> None:
    only_readme = bool(os.environ.get("README"))
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for email, pages in PAGES.items():
            for width in ["desktop"] if only_readme else CHOSEN:
                w, h = WIDTHS[width]
                context = browser.new_context(viewport={"width": w, "height": h}, base_url=BASE)
                page = context.new_page()
                sign_in(page, email)
                for language in ["en"] if only_readme else LANGUAGES:
                    choose_language(page, language)
                    for theme in ["light"] if only_readme else THEMES:
                        context.add_cookies([{"name": "theme", "value": theme, "url": BASE}])
                        for name, address in pages:
                            if only_readme and name not in README_PAGES:
                                continue
                            visit(page, address)
                            page.wait_for_load_state("networkidle")
                            folder = Path("docs/img") if only_readme else OUT / language / theme / width
                            folder.mkdir(parents=True, exist_ok=True)
                            page.screenshot(
                                path=folder / f"{re.sub(r'[^a-z-]', '', name)}.png", full_page=not only_readme
                            )
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
