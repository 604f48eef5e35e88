"""What tests in a real Chromium share: a portal with the demo partnership and a worker, the browser, signing in, diverting."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from partnership.local.sign_ins import PASSWORD
from tests import processes
from tests.databases import make_copy
from tests.services import VAR, WORKER, process_environment, redis_of
from tests.shared_worlds import tower

TOP = Path(__file__).resolve().parent.parent
CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
in_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM and os.environ.get("CI") != "true", reason="no Chromium on this machine"),
    pytest.mark.usefixtures("pages_closed"),
]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 860}
DATABASE = f"portal_e2e{WORKER}"
MAIL = VAR / "mail"
"""Where the portal's mail lies, a file each."""
MOST_TEST_PROCESSES = 8
"""Redis has sixteen databases: one a test process, and one for the portal beside it."""
PATIENCE = 300_000
"""Milliseconds after which a page shows no more what it must, on the busiest machine; a server that died refuses at once."""
expect.set_options(timeout=PATIENCE)


def own_redis() -> dict[str, str]:
    """The environment of the portal's Redis: its worker must not take the messages of other tests, to carry them out in its database."""
    return redis_of(int(os.environ["PORTAL_REDIS_DB"]) + MOST_TEST_PROCESSES)


@pytest.fixture(scope="session")
def base(django_db_blocker: Any) -> Iterator[str]:
    """The address of a portal with the demo partnership and a worker."""
    tower.take_down()
    with django_db_blocker.unblock():
        make_copy(DATABASE)
    port = processes.free_port()
    extra = own_redis() | {"SITE_URL": f"http://localhost:{port}", "EMAIL_URL": f"filemail:///{MAIL}"}
    extra |= {"QUIET_FROM": "0", "QUIET_UNTIL": "0"}  # the tests run at night too
    demo = subprocess.run(
        [sys.executable, "manage.py", "demo", "--people", "3000"],
        cwd=TOP, env=process_environment("owner", DATABASE) | extra, capture_output=True, text=True,
    )  # fmt: skip
    assert demo.returncode == 0, demo.stderr
    running = [processes.web(DATABASE, port, **extra), processes.worker(DATABASE, **extra)]
    try:
        processes.until(lambda: processes.answers(f"http://localhost:{port}/readyz"), *running)
        yield f"http://localhost:{port}"
    finally:
        for process in running:
            processes.stop(process)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Gone with its file: while Playwright runs, the thread has an event loop, in which Django refuses the database."""
    assert CHROMIUM, "CI needs a Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        arguments = [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def pages_closed(browser: Browser) -> Iterator[None]:
    """What a test has opened is closed after it: some dozen open pages took more of the machine than the test that ran."""
    yield
    for context in browser.contexts:
        context.close()


def new_page(browser: Browser, base: str, viewport: dict[str, int] = DESK, **options: object) -> Page:
    context: BrowserContext = browser.new_context(viewport=viewport, base_url=base, locale="en-GB", **options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def sign_in(browser: Browser, base: str, email: str, viewport: dict[str, int] = DESK, **options: object) -> Page:
    page = new_page(browser, base, viewport, **options)
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")
    return page


def divert(page: Page, name: str, code: str, sign: bool = False) -> str:
    """The liaison diverts somebody at the roadside; returns the address of the referral."""
    page.goto("/")
    page.get_by_role("link", name="Divert a person").first.click()
    page.get_by_label("Personal identity code").fill(code)
    page.get_by_label("Last name").fill(name)
    page.get_by_label("First names").fill("Testi")
    page.get_by_label("Phone").fill("040 123 4567")
    page.get_by_label("Anything that the programme must know").fill("A small amount, first time.")
    page.get_by_role("radio", name="Counselling instead of imprisonment").check()
    page.locator("summary", has_text="What is agreed").click()
    page.get_by_label("Sessions to attend").fill("1")
    page.get_by_label("The right to withdraw was explained").check()
    if sign:
        page.get_by_role("button", name="Sign here").click()
        box = page.locator(".signature canvas").bounding_box()
        assert box
        page.mouse.move(box["x"] + 30, box["y"] + 30)
        page.mouse.down()
        page.mouse.move(box["x"] + 180, box["y"] + 60, steps=5)
        page.mouse.up()
        page.get_by_role("button", name="Done", exact=True).click()
    else:
        page.get_by_label("Signed how").select_option("verbal")
        page.get_by_label("The person has given consent").check()
        page.get_by_label("Witness").fill("Inspector Laine")
    page.locator("main").get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Sent to Sininauhaliitto")
    page.get_by_role("link", name="Told").click()
    return page.url.split("/diversions/")[0] + str(page.locator(".crumb a").last.get_attribute("href"))
