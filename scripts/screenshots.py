"""Screenshots of every page into the ignored folder screenshots/, for people to look at; the portal must be running.

    make run          (in one terminal)
    make screenshots  (in another)

LANGUAGES=en THEMES=light WIDTHS=desktop ROLES=court@demo.example narrows what is taken; README=1 takes those of the README only. Each sign-in of the demo is
walked through its whole menu, with the first record of each list, so that every practice is among them; then come pages that no menu
leads to. It says which page did not answer with 200, and fails then.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from partnership.local.sign_ins import PASSWORD, SIGN_INS

BASE = os.environ.get("BASE", "http://localhost:8000")
OUT = Path("screenshots")
LANGUAGES = os.environ.get("LANGUAGES", "en fi sv").split()
THEMES = os.environ.get("THEMES", "light dark").split()
WIDTHS = {"phone": (390, 844), "desktop": (1280, 860)}
CHOSEN = os.environ.get("WIDTHS", "phone desktop").split()

# Role → pages beside those of its menu; "first:/list/ selector" follows the first such link of a page.
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
# Those of the sign-in page, and the partners whose practices nobody else has.
WALKED = os.environ.get("ROLES", "").split() or [
    *(email for _who, email in SIGN_INS if not email.startswith("admin@")),
    *(f"{name}@demo.example" for name in ("aclinic", "redcross", "viva", "suburbs", "turku-police")),
]


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


FIRST_RECORD = "main table.list tbody th a, main .rows .what a"


def visit(page: Page, address: str) -> int:
    """Opens a page, and says how it answered in the end."""
    if address.startswith("first:"):
        address, _, selector = address.removeprefix("first:").partition(" ")
        page.goto(BASE + address)
        link = page.locator(selector or FIRST_RECORD).first
        address = str(link.get_attribute("href"))
    response = page.goto(BASE + address)
    return response.status if response else 0


def menu_of(page: Page) -> list[tuple[str, str]]:
    """Every entry of the menu, and the first record of each list that it leads to."""
    addresses = page.locator(".menu-group a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    pages = []
    for address in dict.fromkeys(addresses):
        name = address.strip("/").replace("/", "-") or "home"
        pages.append((name, address))
        page.goto(BASE + address)
        if (
            record := page.locator(FIRST_RECORD).first.get_attribute("href")
            if page.locator(FIRST_RECORD).count()
            else None
        ):
            pages.append((f"{name}-first", record))
    return pages


def take(page: Page, name: str, address: str, folder: Path, *, full_page: bool) -> str:
    """A picture of a page; what is wrong with its answer, or nothing."""
    status = visit(page, address)
    page.wait_for_load_state("networkidle")
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{re.sub(r'[^a-z0-9-]', '', name)}.png", full_page=full_page)
    return "" if status in (200, 304) or name == "not-found" else f"{address} answered {status}"


def take_readme(browser: Browser) -> None:
    """The pictures of the README."""
    for email, pages in PAGES.items():
        named = [(name, address) for name, address in pages if name in README_PAGES]
        if named:
            page = signed_in(browser, email, "desktop")
            choose_language(page, "en")
            for name, address in named:
                take(page, name, address, Path("docs/img"), full_page=False)
            page.context.close()


def signed_in(browser: Browser, email: str, width: str) -> Page:
    w, h = WIDTHS[width]
    page = browser.new_context(viewport={"width": w, "height": h}, base_url=BASE).new_page()
    sign_in(page, email)
    return page


def main() -> None:
    wrong = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if os.environ.get("README"):
            take_readme(browser)
            return
        for email in WALKED:
            for width in CHOSEN:
                page = signed_in(browser, email, width)
                pages = [*menu_of(page), *PAGES.get(email, [])]
                for language in LANGUAGES:
                    choose_language(page, language)
                    for theme in THEMES:
                        page.context.add_cookies([{"name": "theme", "value": theme, "url": BASE}])
                        folder = OUT / language / theme / width / email.partition("@")[0]
                        answers = [take(page, name, address, folder, full_page=True) for name, address in pages]
                        wrong += [f"{email}: {said}" for said in answers if said]
                print(f"{email}, {width}: {len(pages)} pages")
                page.context.close()
        browser.close()
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main()
