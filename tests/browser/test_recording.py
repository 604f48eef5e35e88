"""What people do each day, on a phone: a group's attendance, a signature, a form without a network, and the way back from a mistake."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import Page, expect

from cases.people import identity_code
from tests.browser.test_main_jobs import RULES, found_by_axe
from tests.browsing import PHONE, TOP, in_chromium, sign_in

pytestmark = in_chromium

AXE = (TOP / "node_modules/axe-core/axe.min.js").read_text()
MOST_PIXELS = 2400
"""A group of 42 on a phone."""
OF_42 = """
  const list = document.querySelector(".attendance");
  while (list.children.length < 42) {
    const row = list.children[0].cloneNode(true);
    for (const field of row.querySelectorAll("input")) field.name = `more-${list.children.length}`;
    list.append(row);
  }
"""
"""The demo's groups are smaller."""


def open_group(page: Page) -> None:
    page.goto("/programmes/1/attendance/", wait_until="networkidle")  # what was kept of an earlier form has come back


def test_a_group_of_42_is_marked_at_once_and_is_no_longer_than_a_few_screens(browser, base):
    page = sign_in(browser, base, "caseworker@demo.example", PHONE)
    open_group(page)
    page.evaluate(OF_42)
    assert page.locator(".attendance li").count() == 42
    assert page.evaluate("document.documentElement.scrollHeight") <= MOST_PIXELS
    page.get_by_label("Date").fill("2026-11-02")
    page.get_by_label("Minutes").fill("90")
    page.get_by_role("button", name="Attended").click()
    expect(page.locator("#marked")).to_contain_text("42 / 42")
    expect(page.get_by_label("Date")).to_have_value("2026-11-02")
    expect(page.get_by_label("Minutes")).to_have_value("90")
    page.locator(".attendance li").first.get_by_role("radio", name="Did not come").check()
    assert page.locator(".attendance input[value=attended]:checked").count() == 41


def test_enter_in_a_field_marks_nobody(browser, base):
    page = sign_in(browser, base, "caseworker@demo.example", PHONE)
    open_group(page)
    page.get_by_role("button", name="Not in this group").click()
    page.get_by_label("Minutes").press("Enter")
    expect(page.locator(".notice-bad")).to_contain_text("Mark at least one person.")
    assert page.locator(".attendance input[value=attended]:checked").count() == 0


def test_each_toggle_is_as_large_as_a_fingertip(browser, base):
    page = sign_in(browser, base, "caseworker@demo.example", PHONE)
    open_group(page)
    box = page.locator(".toggle").first.bounding_box()
    assert box
    assert box["width"] >= 40
    assert box["height"] >= 40


def draw(page: Page) -> None:
    box = page.locator(".signature canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 180, box["y"] + 60, steps=5)
    page.mouse.up()


def test_the_pad_fills_the_phone_and_takes_no_empty_signature(browser, base):
    page = sign_in(browser, base, "liaison@demo.example", PHONE)
    page.goto("/divert/")
    page.get_by_role("button", name="Sign here").click()
    box = page.locator("dialog.pad").bounding_box()
    assert box
    assert (round(box["width"]), round(box["height"])) == (PHONE["width"], PHONE["height"])
    page.evaluate(AXE)
    assert found_by_axe(page, RULES) == []
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_text("Nothing is drawn yet.")).to_be_visible()
    draw(page)
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_role("img", name="The signature")).to_be_visible()
    # Something else is missing: the picture is there when the page comes back.
    page.locator("main").get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".notice-bad").first).to_be_visible()
    expect(page.get_by_role("img", name="The signature")).to_be_visible()


def test_who_cannot_draw_consents_aloud_by_the_keyboard(browser, base):
    page = sign_in(browser, base, "liaison@demo.example", PHONE)
    page.goto("/divert/")
    page.get_by_role("button", name="Sign here").press("Enter")
    page.get_by_role("button", name="Spoken instead").press("Enter")
    expect(page.get_by_label("Witness")).to_be_focused()


def test_a_guardian_is_asked_about_for_the_young_alone(browser, base):
    page = sign_in(browser, base, "liaison@demo.example", PHONE)
    page.goto("/divert/")
    guardian = page.get_by_label("Guardian who consented")
    expect(guardian).to_be_hidden()
    page.get_by_label("Personal identity code").fill(identity_code.make(date(date.today().year - 16, 1, 1), 991))
    expect(guardian).to_be_visible()
    page.get_by_label("Personal identity code").fill(identity_code.make(date(1990, 1, 1), 991))
    expect(guardian).to_be_hidden()


def test_a_mistyped_code_says_so_beside_it(browser, base):
    page = sign_in(browser, base, "liaison@demo.example", PHONE)
    page.goto("/divert/", wait_until="networkidle")  # what was kept of an earlier form has come back
    code = identity_code.make(date(1990, 1, 1), 991)
    page.get_by_label("Personal identity code").fill("")
    page.get_by_label("Personal identity code").press_sequentially(code[:-1] + ("A" if code[-1] != "A" else "B"))
    expect(page.get_by_text("check for a typing error")).to_be_visible()


def test_without_a_network_the_form_waits_and_then_sends_itself(browser, base):
    page = sign_in(browser, base, "liaison@demo.example", PHONE)
    page.goto("/divert/")
    page.get_by_label("Last name").fill("Offline")
    page.context.set_offline(True)
    page.locator("main").get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#waits")).to_be_visible()
    expect(page.get_by_label("Last name")).to_have_value("Offline")
    page.context.set_offline(False)
    expect(page.locator(".notice-bad").first).to_be_visible()  # it was sent: the server says what is missing
    expect(page.get_by_label("Last name")).to_have_value("Offline")


def test_a_mistake_is_taken_back_and_restored(browser, base):
    page = sign_in(browser, base, "caseworker@demo.example", PHONE)
    page.goto("/caseload/")
    page.locator("table.list tbody th a").first.click()
    page.get_by_label("Note").first.fill("Came on time.")
    page.get_by_role("button", name="Save the meeting").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved")
    sessions = page.locator(".card", has=page.get_by_role("heading", name="Sessions"))
    sessions.get_by_role("link", name="Correct").first.click()
    page.evaluate(AXE)
    assert found_by_axe(page, RULES) == []
    page.get_by_label("Recorded twice").check()
    page.get_by_role("button", name="Take it back").click()
    expect(sessions.locator(".is-taken-back").first).to_contain_text("Recorded twice")
    sessions.get_by_role("button", name="Restore").first.click()
    expect(sessions.locator(".is-taken-back")).to_have_count(0)


def test_a_contact_at_the_needle_exchange_is_counted_in_two_taps_and_taken_back_in_one(browser, base):
    page = sign_in(browser, base, "aclinic@demo.example", PHONE)
    page.goto("/contacts/")
    page.get_by_role("button", name="Syringes out: +10").click()
    page.get_by_role("button", name="Count it").click()
    expect(page.get_by_role("status").first).to_contain_text("Counted")
    first = page.locator("main .rows li").first
    expect(first).to_contain_text("10 out")
    page.locator("summary", has_text="More about it").click()
    page.evaluate(AXE)
    assert found_by_axe(page, RULES) == []
    first.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("status").first).to_contain_text("Taken back")
    page.goto("/contacts/months/")
    expect(page.locator("table")).to_contain_text("All points")
    page.evaluate(AXE)
    assert found_by_axe(page, RULES) == []
