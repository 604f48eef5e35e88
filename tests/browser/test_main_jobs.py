"""In a real Chromium, against a real server, worker, PostgreSQL and Redis, on the demo partnership."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from cases.people import identity_code
from metrics.protection.perturbation import OF_SERIES
from tests import processes
from tests.browsing import DESK, PHONE, TOP, divert, in_chromium, new_page, sign_in

pytestmark = in_chromium


def trend(page: Page, district: str, month: date) -> int | None:
    """All arrests of a month, as the coordinator downloads them."""
    page.goto("/figures/arrests/")
    address = str(page.get_by_role("link", name=district, exact=True).get_attribute("href"))
    body = page.request.get("/figures/download/arrests.csv?" + address.partition("?")[2]).text()
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

    address = divert(liaison, "Roadside", identity_code.make(date(1995, 5, 17), 999), sign=True)

    # The NGO answers in three taps: open, start, accept. Who it is, it learns with its answer.
    caseworker.goto("/referrals/?box=incoming&state=sent")
    caseworker.get_by_role("link", name=f"· {address.rstrip('/').rpartition('/')[2]}").click()
    assert caseworker.url == address
    expect(caseworker.locator("main")).not_to_contain_text("Testi")
    accept = caseworker.locator("details", has_text="Accept").first
    accept.get_by_label("Start").fill(str(date.today()))
    accept.get_by_role("button", name="Accept").click()
    expect(caseworker.locator(".head")).to_contain_text("Enrolled")
    expect(caseworker.locator(".head")).to_contain_text("Roadside, Testi")
    caseworker.get_by_role("link", name="Sessions, goals and notes").click()
    caseworker.get_by_label("Minutes").fill("45")
    caseworker.get_by_role("button", name="Save the meeting").click()
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
        lines.append(f"E2E-{number};{month:%d.%m.%Y};HU 1;Helsinki;{code}")
    file = tmp_path / "kiinniotot.csv"
    file.write_bytes("\r\n".join(lines).encode("cp1252"))
    officer.goto("/imports/new/")
    officer.get_by_label("File").set_input_files(file)
    officer.get_by_label("Complete through").fill(str(date.today() - timedelta(days=1)))
    officer.get_by_role("button", name="Upload").click()
    officer.get_by_role("button", name="Check every row").click()
    expect(officer.locator("main")).to_contain_text("No row can be loaded yet")  # the code is not mapped yet
    officer.get_by_label("HU 1 (25)").select_option("060111")
    officer.get_by_role("button", name="Check again").click()
    officer.get_by_role("button", name="Import 25 rows").click()
    expect(officer.locator(".tile").first).to_contain_text("25")
    # Months are changed a little at random, by at most five, before and after.
    processes.until(lambda: (trend(coordinator, "Helsinki", month) or 0) >= (before or 0) + 25 - 2 * OF_SERIES.most)
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
    caseworker.get_by_label("Name, phone or identity code").fill("korh")
    caseworker.locator("main").get_by_role("button", name="Search").click()
    expect(caseworker.locator("table.list tbody")).to_contain_text("Korhonen")


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
    page.get_by_label("Name, phone or identity code").press_sequentially("virt", delay=30)
    expect(page.locator("#people tbody tr").first).to_contain_text("Virtanen")
    expect(page.locator("#people tbody tr", has_not_text="Virt")).to_have_count(0)
    assert "virt" not in page.url


ROUNDS = {
    "caseworker@demo.example": ["/", "/referrals/", "/referrals/new/", "/people/", "/walk-in/", "/caseload/", "/calendar/", "/tasks/", "/diversions/", "/diversions/outcomes/", "/requests/", "/help/", "/styleguide/", "/programmes/", "/notifications/", "/profile/", "/partners/", "/agreements/", "/search/", "/find-help/", "/results/", "/accounts/2fa/", "/accounts/password/change/", "first:/referrals/?state=sent", "first:/referrals/?state=accepted", "first:/referrals/?state=declined", "first:/referrals/?state=enrolled", "first:/people/", "first:/caseload/", "link:/caseload/ main table.list tbody th a", "first:/programmes/", "/programmes/1/attendance/", "/nowhere/"],
    "liaison@demo.example": ["/", "/divert/", "/diversions/outcomes/", "/requests/", "/retention/", "/referrals/new/", "/diversions/", "/members/", "first:/diversions/?status=awaiting_decision", "first:/diversions/?status=decided", "first:/referrals/?box=outgoing&state=declined", "first:/referrals/?box=outgoing&state=draft"],
    "data@demo.example": ["/", "/imports/", "/imports/new/"],
    "prosecutor@demo.example": ["/", "/diversions/", "first:/diversions/?status=awaiting_decision", "first:/diversions/?status=decided", "/statements/", "first:/statements/", "/people/", "/referrals/"],
    "social@demo.example": ["/", "/welfare-notices/", "first:/welfare-notices/", "/welfare-notices/new/", "/referrals/new/"],
    "coordinator@demo.example": ["/", "/figures/recidivism/", "link:/figures/recidivism/ main th a", "/figures/arrests/", "link:/figures/arrests/ main .rows a", "/figures/referrals/", "/figures/quality/", "/figures/runs/", "first:/figures/runs/", "/figures/cohorts/", "first:/figures/cohorts/", "/figures/cohorts/new/", "/figures/interventions/new/", "/overdoses/", "/agreements/new/", "/partners/new/", "/announcements/", "/announcements/new/", "first:/agreements/"],
    "manager@demo.example": ["/workload/", "/retention/", "/api-clients/", "/api-clients/new/", "/webhooks/", "/webhooks/new/", "/api/v1/docs"],
    "auditor@demo.example": ["/", "/read-log/", "/unusual-reading/", "/requests/", "/retention/"],
}  # fmt: skip


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_THE_LOOK = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
"""What theme and width can change; the rest axe has judged once."""
VIOLATIONS = """async (runOnly) => {
    // What passes is neither described nor sent: on a long page that takes longer than the rules.
    const result = await axe.run(document, {resultTypes: ["violations"], ...(runOnly && {runOnly})});
    return result.violations.map((violation) => [location.href, violation.id, violation.nodes[0].html.slice(0, 160)]);
}"""


def found_by_axe(page: Page, rules: list[str]) -> list[list[str]]:
    """What axe finds on the page as it stands, and whether it sticks out sideways."""
    found = page.evaluate(VIOLATIONS, rules)
    if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
        found.append([page.url, "sticks out sideways", ""])
    return found


def visit(page: Page, address: str) -> None:
    """Opens a page; `first:/list/` the first of a list, `link:/page/ selector` where the first such link of a page leads."""
    kind, _, rest = address.partition(":")
    if not rest:
        page.goto(address)
        return
    start, _, selector = rest.partition(" ")
    page.goto(start)
    links = page.locator(selector if kind == "link" else "main .rows .what a, main table.list tbody th a")
    page.goto(str(links.first.get_attribute("href")))


@pytest.mark.parametrize("email", ROUNDS)
def test_axe_finds_nothing_and_nothing_sticks_out(browser, base, email):
    """Each page light at a desk, and dark on a phone."""
    axe = (TOP / "node_modules/axe-core/axe.min.js").read_text()
    page = sign_in(browser, base, email, DESK, reduced_motion="reduce")  # else colours are on their way while axe looks
    if "choose" in page.url:
        page.get_by_role("button", name="Sininauhaliitto").click()
    outside: list[str] = []
    page.on("request", lambda request: None if request.url.startswith((base, "data:")) else outside.append(request.url))
    refused: list[str] = []
    page.on(
        "console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None
    )
    found = []
    for address in ROUNDS[email]:
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        visit(page, address)
        page.evaluate(axe)
        found += found_by_axe(page, OF_THE_LOOK)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
        found += found_by_axe(page, RULES)
    assert found == []
    assert outside == []
    assert refused == []


ERRONEOUS = {
    "liaison@demo.example": ["/divert/", "/referrals/new/"],
    "caseworker@demo.example": ["/people/new/", "/tasks/", "link:/caseload/ main table.list tbody th a"],
    "coordinator@demo.example": ["/announcements/new/", "/partners/new/", "/figures/interventions/new/"],
}


@pytest.mark.parametrize("email", ERRONEOUS)
def test_axe_finds_nothing_on_forms_with_errors(browser, base, email):
    axe = (TOP / "node_modules/axe-core/axe.min.js").read_text()
    page = sign_in(browser, base, email, PHONE)
    found = []
    for address in ERRONEOUS[email]:
        visit(page, address)
        page.locator("main form[data-keep] button.btn-primary, main form[data-keep] button.btn").last.click()
        expect(page.locator(".notice-bad").first).to_be_visible()
        page.evaluate(axe)
        found += page.evaluate(VIOLATIONS)
    assert found == []


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_coordinator_manager_and_auditor_do_their_main_jobs(browser, base, viewport):
    """The coordinator announces and invites, the manager hands people over and sets capacity, the auditor looks into the log."""
    words = f"Training on {viewport['width']}"
    coordinator = sign_in(browser, base, "coordinator@demo.example", viewport)
    coordinator.get_by_role("link", name="Announce", exact=True).click()
    coordinator.get_by_label("Title").fill(words)
    coordinator.get_by_label("Text").fill("On Friday at ten.")
    coordinator.locator("main").get_by_role("button", name="Save").click()
    expect(coordinator.locator("main")).to_contain_text(words)

    manager = sign_in(browser, base, "manager@demo.example", viewport)
    manager.get_by_role("button", name="Sininauhaliitto").click()
    expect(manager.locator("main")).to_contain_text(words)
    manager.goto("/workload/")
    manager.get_by_role("link", name="Set capacity").first.click()
    manager.get_by_label("Places", exact=True).fill("70")
    manager.locator("main").get_by_role("button", name="Save").click()
    expect(manager.get_by_role("status").first).to_contain_text("Saved")
    manager.goto("/caseload/?whose=all")
    manager.locator("td.pick input").first.check()
    manager.get_by_role("button", name="Hand over").click()
    expect(manager.get_by_role("status").first).to_contain_text("responsible")

    auditor = sign_in(browser, base, "auditor@demo.example", viewport)
    auditor.goto("/read-log/")
    auditor.get_by_label("What", exact=True).select_option("caseload")
    auditor.locator("main").get_by_role("button", name="Show").click()
    expect(auditor.locator("tbody tr").first).to_contain_text("Caseload")


def test_axe_finds_nothing_on_the_sign_in_page(browser, base):
    page = new_page(browser, base, PHONE)
    for address in ("/accounts/login/", "/accounts/password/reset/"):
        page.goto(address)
        page.evaluate((TOP / "node_modules/axe-core/axe.min.js").read_text())
        assert page.evaluate(VIOLATIONS) == []
