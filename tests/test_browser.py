"""In a real Chromium, against a real server, worker, PostgreSQL and Redis, on the demo partnership."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from partnership import embedded, identity_code, roles
from partnership.demo import PASSWORD
from tests import processes
from tests.services import PASSWORD as DATABASE_PASSWORD
from tests.services import VAR, WORKER, process_environment

TOP = Path(__file__).resolve().parent.parent
CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM and os.environ.get("CI") != "true", reason="no Chromium on this machine"),
]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 860}
DATABASE = f"portal_e2e{WORKER}"


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The address of a portal with the demo partnership and a worker."""
    import psycopg2

    admin = os.environ.get("PORTAL_TEST_ADMIN_URL") or embedded.admin_url(VAR)
    connection = psycopg2.connect(admin)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    connection.close()
    roles.create(admin, dict.fromkeys(roles.ROLES, DATABASE_PASSWORD), database=DATABASE, for_tests=True)
    for command in (["migrate"], ["demo", "--people", "3000"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=TOP, env=process_environment("owner", DATABASE), check=True, capture_output=True,
        )  # fmt: skip
    port = processes.free_port()
    extra = {"SITE_URL": f"http://127.0.0.1:{port}", "EMAIL_URL": f"filemail:///{VAR}/mail"}
    running = [processes.web(DATABASE, port, **extra), processes.worker(DATABASE, **extra)]
    try:
        processes.until(lambda: processes.answers(f"http://127.0.0.1:{port}/readyz"))
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in running:
            processes.stop(process)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
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


def sign_in(browser: Browser, base: str, email: str, viewport: dict[str, int] = DESK, **options: object) -> Page:
    context: BrowserContext = browser.new_context(viewport=viewport, base_url=base, locale="en-GB", **options)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")
    return page


def divert(page: Page, name: str, code: str) -> str:
    """The liaison diverts somebody; returns the address of the referral."""
    page.goto("/")
    page.get_by_role("link", name="Divert a person").click()
    page.get_by_label("Personal identity code").fill(code)
    page.get_by_label("Last name").fill(name)
    page.get_by_label("First names").fill("Testi")
    page.get_by_label("Programme").select_option(
        label=page.locator("#id_programme option", has_text="Counselling instead of imprisonment").inner_text()
    )
    page.get_by_label("Situation").fill("A small amount, first time.")
    page.get_by_label("Sessions to attend").fill("1")
    page.get_by_label("The person has given consent").check()
    page.get_by_label("the right to withdraw was explained").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("Sent to Sininauhaliitto")
    return page.url


def trend(page: Page, district: str, month: date) -> int | None:
    """All arrests of a month, as the coordinator downloads them."""
    page.goto("/figures/arrests/?measure=count")
    value = page.locator("#district option", has_text=re.compile(f"^{district}$")).get_attribute("value")
    body = page.request.get(f"/figures/download/arrests.csv?district={value}").text()
    for row in csv.reader(io.StringIO(body.lstrip("\ufeff")), delimiter=";"):
        if row[:3] == [district, f"{month:%Y-%m}", "All arrests"]:
            return int(row[3]) if row[3] else None
    raise AssertionError(f"no {month} in {body[:400]}")


def test_from_a_roadside_diversion_to_the_coordinators_figure(browser, base, tmp_path):
    """Four people signed in at once: liaison on a phone, caseworker, data officer, coordinator."""
    liaison = sign_in(browser, base, "liaison@demo.example", PHONE)
    caseworker = sign_in(browser, base, "caseworker@demo.example")
    officer = sign_in(browser, base, "data@demo.example")
    coordinator = sign_in(browser, base, "coordinator@demo.example")

    address = divert(liaison, "Roadside", identity_code.make(date(1995, 5, 17), 999))

    # The NGO answers in three taps: open, start, accept.
    caseworker.goto("/referrals/?box=incoming&state=sent")
    caseworker.get_by_role("link", name="Roadside, Testi").click()
    assert caseworker.url == address
    accept = caseworker.locator("details", has_text="Accept").first
    accept.get_by_label("Start").fill(str(date.today()))
    accept.get_by_role("button", name="Accept").click()
    expect(caseworker.locator(".head")).to_contain_text("Enrolled")
    caseworker.get_by_role("link", name="Sessions, goals and notes").click()
    caseworker.get_by_label("Minutes").fill("45")
    caseworker.get_by_role("button", name="Record").click()
    expect(caseworker.get_by_role("status")).to_contain_text("Saved")
    caseworker.get_by_label("Note", exact=False).last.fill("Confidential remark.")
    caseworker.get_by_role("button", name="Save the note").click()

    # The session's count reaches the diversion through the worker; the note never does.
    caseworker.goto(address)
    caseworker.get_by_role("link", name="Diversion agreement").click()
    diversion = caseworker.url
    processes.until(lambda: "1 of 1" in caseworker.goto(diversion).text())  # type: ignore[union-attr]
    caseworker.get_by_label("Conditions met").check()
    caseworker.get_by_role("button", name="Report the outcome").click()
    expect(caseworker.get_by_role("status")).to_contain_text("Saved")

    # The liaison reviews the outcome and decides; the bell has told of it.
    processes.until(lambda: "The outcome of a diversion was reported" in liaison.goto("/notifications/").text())  # type: ignore[union-attr]
    liaison.goto(diversion)
    assert "Confidential" not in liaison.content()
    liaison.get_by_label("No further action").check()
    liaison.get_by_label("Reasons").fill("All conditions were met.")
    liaison.get_by_role("button", name="Decide").click()
    expect(liaison.locator(".head")).to_contain_text("Decided")

    # Arrests arrive; the worker computes; the coordinator's figure follows.
    last_month = date.today().replace(day=1) - timedelta(days=1)
    month = (last_month.replace(day=1) - timedelta(days=1)).replace(day=1)
    before = trend(coordinator, "Helsinki", month)
    lines = ["Kiinniottonumero;Päivä;Rikosnimike;Kunta;Henkilötunnus"]
    for number in range(25):
        code = identity_code.make(date(1970, 1, 1 + number), 998)
        lines.append(f"E2E-{number};{month:%d.%m.%Y};RL 50:1;Helsinki;{code}")
    lines.append("E2E-99;31.2.2025;RL 50:1;Helsinki;")
    file = tmp_path / "kiinniotot.csv"
    file.write_bytes("\r\n".join(lines).encode("cp1252"))
    officer.goto("/imports/new/")
    officer.get_by_label("File").set_input_files(file)
    officer.get_by_label("Complete through").fill(str(date.today() - timedelta(days=1)))
    officer.get_by_role("button", name="Upload").click()
    officer.get_by_role("button", name="Check every row").click()
    expect(officer.locator(".tile").nth(2)).to_contain_text("26", timeout=30_000)  # the code is not mapped yet
    officer.get_by_label("RL 50:1 (26)").select_option("060111")
    officer.get_by_role("button", name="Check again").click()
    officer.get_by_role("button", name="Import 25 rows").click(timeout=30_000)
    expect(officer.locator(".tile").first).to_contain_text("25", timeout=30_000)
    processes.until(lambda: trend(coordinator, "Helsinki", month) == (before or 0) + 25)
    coordinator.goto("/figures/recidivism/?window=12")
    expect(coordinator.locator("table")).to_contain_text("Counselling instead of imprisonment")
    chart = coordinator.locator("img.chart")
    assert chart.evaluate("i => i.complete && i.naturalWidth > 0")


def test_the_main_jobs_work_without_javascript(browser, base):
    liaison = sign_in(browser, base, "liaison@demo.example", java_script_enabled=False)
    address = divert(liaison, "Scriptless", identity_code.make(date(1991, 5, 17), 997))
    caseworker = sign_in(browser, base, "caseworker@demo.example", PHONE, java_script_enabled=False)
    caseworker.goto(address)
    caseworker.get_by_role("button", name="Acknowledge").click()
    expect(caseworker.locator(".head")).to_contain_text("Acknowledged")
    caseworker.goto("/people/")
    caseworker.get_by_label("Name or identity code").fill("korh")
    caseworker.locator("main").get_by_role("button", name="Search").click()
    expect(caseworker.locator(".rows li").first).to_contain_text("Korhonen")


def test_the_caseworker_answers_with_the_keyboard_alone(browser, base):
    liaison = sign_in(browser, base, "liaison@demo.example")
    address = divert(liaison, "Keyboard", identity_code.make(date(1992, 5, 17), 995))
    page = sign_in(browser, base, "caseworker@demo.example")
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Acknowledge":
            break
    page.keyboard.press("Enter")
    expect(page.locator(".head")).to_contain_text("Acknowledged")


def test_people_are_found_while_their_name_is_typed(browser, base):
    page = sign_in(browser, base, "caseworker@demo.example")
    page.goto("/people/")
    page.get_by_label("Name or identity code").press_sequentially("virt", delay=30)
    expect(page.locator("#people .rows li").first).to_contain_text("Virtanen")
    expect(page.locator("#people .rows li", has_not_text="Virt")).to_have_count(0)


ROUNDS = {
    "caseworker@demo.example": ["/", "/referrals/", "/referrals/new/", "/people/", "/caseload/", "/diversions/", "/programmes/", "/notifications/", "/profile/", "/partners/", "/agreements/", "/search/", "/find-help/", "/results/", "/accounts/2fa/", "/accounts/password/change/", "first:/referrals/?state=sent", "first:/referrals/?state=accepted", "first:/referrals/?state=declined", "first:/referrals/?state=enrolled", "first:/people/", "first:/caseload/", "first:/programmes/", "/programmes/1/attendance/", "/nowhere/"],
    "liaison@demo.example": ["/", "/referrals/new/", "/diversions/", "/members/", "first:/diversions/?status=awaiting_decision", "first:/diversions/?status=decided", "first:/referrals/?box=outgoing&state=declined", "first:/referrals/?box=outgoing&state=draft"],
    "data@demo.example": ["/", "/imports/", "/imports/new/"],
    "coordinator@demo.example": ["/", "/figures/recidivism/", "link:/figures/recidivism/ main th a", "/figures/arrests/", "link:/figures/arrests/ main .rows a", "/figures/referrals/", "/figures/quality/", "/figures/runs/", "first:/figures/runs/", "/figures/cohorts/", "first:/figures/cohorts/", "/figures/cohorts/new/", "/figures/interventions/new/", "/overdoses/", "/agreements/new/", "/partners/new/", "first:/agreements/"],
    "manager@demo.example": ["/api-clients/", "/api-clients/new/", "/webhooks/", "/webhooks/new/", "/api/v1/docs"],
    "auditor@demo.example": ["/", "/read-log/"],
}  # fmt: skip


@pytest.mark.parametrize("email", ROUNDS)
@pytest.mark.parametrize(("viewport", "theme"), [(PHONE, "dark"), (DESK, "light")], ids=["phone-dark", "desk-light"])
def test_axe_finds_nothing_and_nothing_sticks_out(browser, base, email, viewport, theme):
    axe = (TOP / "node_modules/axe-core/axe.min.js").read_text()
    page = sign_in(browser, base, email, viewport)
    if "choose" in page.url:
        page.get_by_role("button", name="Sininauhaliitto").click()
    page.context.add_cookies([{"name": "theme", "value": theme, "url": base}])
    outside: list[str] = []
    page.on("request", lambda request: None if request.url.startswith((base, "data:")) else outside.append(request.url))
    refused: list[str] = []
    page.on(
        "console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None
    )
    found = []
    for address in ROUNDS[email]:
        if address.startswith("first:"):
            page.goto(address.removeprefix("first:"))
            page.goto(str(page.locator("main .rows .what a").first.get_attribute("href")))
        elif address.startswith("link:"):
            _, start, selector = address.replace("link:", "link ", 1).split(" ", 2)
            page.goto(start)
            page.goto(str(page.locator(selector).first.get_attribute("href")))
        else:
            page.goto(address)
        page.evaluate(axe)
        result = page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        )
        found += [(page.url, v["id"], v["nodes"][0]["html"][:160]) for v in result["violations"]]
        if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
            found.append((page.url, "sticks out sideways", ""))
    assert found == []
    assert outside == []
    assert refused == []


def test_axe_finds_nothing_on_the_sign_in_page(browser, base):
    page = browser.new_context(viewport=PHONE, base_url=base).new_page()
    for address in ("/accounts/login/", "/accounts/password/reset/"):
        page.goto(address)
        page.evaluate((TOP / "node_modules/axe-core/axe.min.js").read_text())
        result = page.evaluate("axe.run()")
        assert [(v["id"], v["nodes"][0]["html"][:160]) for v in result["violations"]] == []
