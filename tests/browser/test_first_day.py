"""In a real Chromium, on a phone: each main job takes no more taps than its budget, and nobody who errs loses sight of it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from cases.people import identity_code
from scripts.first_day import JOBS, walked
from tests.browsing import DESK, PHONE, divert, in_chromium, new_page, sign_in

pytestmark = in_chromium


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.walk.__name__)
def test_a_job_takes_no_more_taps_than_its_budget(browser, base, job, record_property):
    walk = walked(browser, base, job)
    record_property(
        "measured", [f"{job.walk.__name__}: {walk.taps} taps, {walk.letters} letters, {walk.screens} screens"]
    )
    assert walk.taps <= job.taps


# --- Errors are in sight ----------------------------------------------------------------------------------------------------

IN_VIEW = """(element) => { const edge = element.getBoundingClientRect();
return edge.height > 0 && edge.bottom > 0 && edge.top < innerHeight && edge.left >= 0; }"""


COVERED = """() => { const at = document.activeElement, bar = document.querySelector(".answer-bar");
if (at === document.body || bar.contains(at) || bar.classList.contains("is-away")) return "";
const edge = at.getBoundingClientRect(), top = bar.getBoundingClientRect().top;
if (edge.height >= 200 || edge.bottom <= top + 1) return "";
return `${at.outerHTML.slice(0, 300)} from ${edge.top} to ${edge.bottom}, bar at ${top}, scrolled ${scrollY}`; }"""
"""What has the focus and is half behind the answers, and where; nothing when it is in view."""


def sent_wrong(page: Page) -> None:
    """The form is back: its summary is in view, and the first wrong field has the focus and is in view, too, not below it."""
    summary = page.locator(".error-summary").first
    expect(summary).to_be_visible()
    assert summary.get_attribute("role") == "alert"
    page.wait_for_function("document.activeElement !== document.body")
    focused = page.evaluate_handle("document.activeElement").as_element()
    assert focused
    assert focused.evaluate("(field) => field.matches('[aria-invalid=true], .is-invalid, .error-summary')")
    assert focused.evaluate(IN_VIEW)
    assert summary.evaluate(IN_VIEW)
    assert page.evaluate(
        """() => { const field = document.activeElement.getBoundingClientRect();
        return [...document.querySelectorAll(".error-summary")].every((summary) => {
            const edge = summary.getBoundingClientRect();
            return summary === document.activeElement || field.top >= edge.bottom - 1 || field.bottom <= edge.top + 1; }); }"""
    )


def each_link_leads_to_its_field(page: Page) -> None:
    """Every link of the summary puts the focus into the field, or the group of choices, that it names."""
    links = page.locator(".error-summary a[href^='#']")
    assert links.count() > 0
    for number in range(links.count()):
        target = str(links.nth(number).get_attribute("href"))
        links.nth(number).click()
        assert page.evaluate(
            """(id) => { const place = document.getElementById(id), at = document.activeElement;
            return at.matches("input, select, textarea") && (place === at || place.contains(at)); }""",
            target.removeprefix("#"),
        ), target


def open_first(page: Page, address: str, selector: str = "main table.list tbody th a") -> None:
    page.goto(address)
    page.goto(str(page.locator(selector).first.get_attribute("href")))


def test_a_score_out_of_range_is_refused_in_sight(browser, base):
    page = sign_in(browser, base, "caseworker@demo.example", PHONE)
    open_first(page, "/caseload/?whose=all")
    form = page.locator("form[action$='/assessment/']")
    fold = page.locator("details", has=form)
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    form.get_by_label("Instrument").select_option("audit")
    form.get_by_label("Total score").fill("99")
    form.get_by_role("button").last.click()
    sent_wrong(page)
    expect(page.locator("form[action$='/assessment/']").get_by_label("Total score")).to_be_focused()
    each_link_leads_to_its_field(page)


def test_a_request_without_its_kind_leads_to_the_choices(browser, base):
    page = sign_in(browser, base, "caseworker@demo.example", PHONE)
    open_first(page, "/people/")
    page.goto(f"{page.url}request/" if page.url.endswith("/") else page.url)
    page.locator("main form[data-keep] button.btn-primary").click()
    sent_wrong(page)
    each_link_leads_to_its_field(page)
    assert page.evaluate("document.activeElement.type") == "radio"


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_a_referral_that_lacks_much_shows_what_and_keeps_the_rest(browser, base, viewport):
    page = sign_in(browser, base, "caseworker@demo.example", viewport)
    page.goto("/referrals/new/")
    page.get_by_label("Situation").fill("Wants to stop.")
    page.get_by_label("Urgent", exact=True).check()
    page.locator("main").get_by_role("button", name="Send", exact=True).click()
    sent_wrong(page)
    expect(page.get_by_label("Situation")).to_have_value("Wants to stop.")
    expect(page.get_by_label("Urgent", exact=True)).to_be_checked()
    each_link_leads_to_its_field(page)


def test_an_answer_that_lacks_a_day_opens_its_fold_again(browser, base):
    liaison = sign_in(browser, base, "liaison@demo.example")
    address = divert(liaison, "Errors", identity_code.make(date(1996, 5, 17), 981))
    page = sign_in(browser, base, "caseworker@demo.example", PHONE)
    page.goto(address)
    page.locator(".verbs").get_by_text("Put on the waiting list", exact=True).first.click()
    page.locator("#do-waitlist").get_by_role("button").last.click()
    sent_wrong(page)
    expect(page.get_by_label("Place expected on")).to_be_focused()


# --- Answering on a phone ---------------------------------------------------------------------------------------------------


def test_the_answers_stay_at_hand_and_never_cover_what_has_the_focus(browser, base):
    liaison = sign_in(browser, base, "liaison@demo.example")
    address = divert(liaison, "Athand", identity_code.make(date(1997, 5, 17), 982))
    page = sign_in(browser, base, "caseworker@demo.example", PHONE)
    page.goto(address)
    accept = page.locator("#do-accept").get_by_role("button", name="Accept")
    assert accept.evaluate("(button) => button.getBoundingClientRect().bottom <= innerHeight"), (
        "not on the first screen"
    )
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    bar = page.locator(".answer-bar")
    expect(bar).to_be_visible()
    assert bar.evaluate(IN_VIEW)
    for _press in range(60):
        page.keyboard.press("Tab")
        # A browser may scroll there smoothly: what counts is where it comes to rest.
        try:
            page.wait_for_function(f"() => ({COVERED})() === ''", timeout=30_000)
        except TimeoutError:
            pytest.fail(f"half behind the answers: {page.evaluate(COVERED)}")
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    bar.get_by_role("link", name="Decline").click()
    expect(page.get_by_label("Reason", exact=False).first).to_be_focused()


def test_after_an_answer_the_next_one_is_a_tap_away(browser, base):
    liaison = sign_in(browser, base, "liaison@demo.example")
    addresses = [divert(liaison, f"Next{n}", identity_code.make(date(1998, 5, 1 + n), 983)) for n in range(2)]
    page = sign_in(browser, base, "caseworker@demo.example", PHONE)
    page.goto(addresses[0])
    page.locator("#do-accept").get_by_role("button", name="Accept").click()
    message = page.get_by_role("status").first
    expect(message).to_contain_text("Next to answer")
    message.get_by_role("link").click()
    expect(page.locator("#do-accept")).to_be_visible()


# --- The session that ended; keys; leaving ----------------------------------------------------------------------------------


def test_that_the_session_has_ended_is_in_view_wherever_one_stands(browser, base):
    page = sign_in(browser, base, "caseworker@demo.example", PHONE)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/referrals/new/")
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Situation").fill("Far down the page.")
    said = page.locator(".signed-out")
    expect(said).to_be_visible()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert said.evaluate(IN_VIEW)
    page.evaluate("scrollTo(0, 0)")
    assert said.evaluate(IN_VIEW)


def test_the_keys_are_listed_under_a_key_and_can_be_switched_off(browser, base):
    page = sign_in(browser, base, "caseworker@demo.example")
    page.keyboard.press("?")
    keys = page.locator("#keys")
    expect(keys).to_be_visible()
    keys.get_by_label("Use the keys").uncheck()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("?")
    page.keyboard.press("/")
    expect(keys).to_be_hidden()
    assert page.evaluate("document.activeElement.id") != "search"


def test_leaving_hides_the_page_at_once_and_the_way_out_covers_nothing(browser, base):
    page = new_page(browser, base, PHONE)
    page.goto("/find-help/")
    page.evaluate("document.getElementById('exit').href = '#away'")  # so that what stays until then can be looked at
    for share in (0, 0.5, 1):
        page.evaluate("(share) => scrollTo(0, share * document.body.scrollHeight)", share)
        top = page.locator(".leave").evaluate("(bar) => bar.getBoundingClientRect().top")
        assert top == 0
    page.get_by_label("Where?").focus()
    assert page.evaluate(
        "document.activeElement.getBoundingClientRect().top >= document.querySelector('.leave').getBoundingClientRect().bottom"
    )
    page.locator("#exit").click()
    assert page.evaluate("[getComputedStyle(document.documentElement).display, document.title]") == ["none", ""]


def test_what_was_found_is_said_and_counted(browser, base):
    page = new_page(browser, base, PHONE)
    page.goto("/find-help/")
    page.get_by_label("What are you looking for?").select_option("law")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^\s*1 service\s*$"))
    assert page.get_by_role("status").evaluate(IN_VIEW)


RINGS = """() => {
    const colour = (text) => { const canvas = document.createElement("canvas"); canvas.width = canvas.height = 1;
        const pen = canvas.getContext("2d"); pen.fillStyle = text; pen.fillRect(0, 0, 1, 1); return [...pen.getImageData(0, 0, 1, 1).data]; };
    const light = (text) => { const [r, g, b] = colour(text).slice(0, 3).map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const ground = (at) => { for (let place = at.parentElement; place; place = place.parentElement) {
        const text = getComputedStyle(place).backgroundColor; if (colour(text)[3] === 255) return text; } return "white"; };
    const at = document.activeElement, style = getComputedStyle(at), [one, two] = [light(style.outlineColor), light(ground(at))];
    return [at.outerHTML.slice(0, 80), style.outlineStyle === "solid" ? parseFloat(style.outlineWidth) : 0,
        (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05)]; }"""
"""Of what has the focus: how thick its ring is, in pixels, and its contrast with the ground around it (WCAG 2.2, 1.4.11: 3 to 1)."""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_whatever_has_the_focus_has_a_ring_of_three_to_one(browser, base, theme):
    page = sign_in(browser, base, "caseworker@demo.example", reduced_motion="reduce")
    for address in ("/", "/referrals/?box=incoming&state=waiting", "/referrals/new/"):
        page.goto(address)
        page.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme; }", theme)
        poor = []
        for _press in range(50):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.matches('.skip, body')"):
                continue
            what, width, contrast = page.evaluate(RINGS)
            if width < 3 or contrast < 3:
                poor.append((what, width, round(contrast, 2)))
        assert poor == []
