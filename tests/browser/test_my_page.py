"""My page on a phone, in a real Chromium: somebody diverted opens it with the card, answers, withdraws; the receiver sees no more."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from partnership.local.sign_ins import CARD_BORN_ON, CARD_CODE
from tests.browser.test_main_jobs import RULES, found_by_axe
from tests.browsing import PHONE, TOP, in_chromium, new_page, sign_in

pytestmark = in_chromium


def open_my_page(page: Page) -> None:
    page.goto("/my/")
    page.get_by_label("Code").fill(CARD_CODE.lower().replace("-", " "))
    page.get_by_label("Day").fill(str(CARD_BORN_ON.day))
    page.get_by_label("Month").fill(str(CARD_BORN_ON.month))
    page.get_by_label("Year").fill(str(CARD_BORN_ON.year))
    page.get_by_role("button", name="Open").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_no_other_site_is_asked(browser, base, scheme):
    axe = (TOP / "node_modules/axe-core/axe.min.js").read_text()
    page = new_page(browser, base, PHONE, color_scheme=scheme)
    outside: list[str] = []
    page.on("request", lambda request: None if request.url.startswith((base, "data:")) else outside.append(request.url))
    page.goto("/my/")
    page.evaluate(axe)
    found = found_by_axe(page, RULES)
    page.get_by_label("Code").fill("0000-0000-0000")
    for name in ("Day", "Month", "Year"):
        page.get_by_label(name).fill("1")
    page.evaluate("document.querySelectorAll('[maxlength]').forEach(field => field.value ||= '1990')")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.evaluate(axe)
    found += found_by_axe(page, RULES)
    open_my_page(page)
    expect(page.get_by_role("heading", name="Where things stand")).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    page.evaluate(axe)
    found += found_by_axe(page, RULES)
    assert found == []
    assert outside == []


def test_from_the_card_to_a_withdrawal_that_the_receiver_sees_at_once(browser, base):
    phone = new_page(browser, base, PHONE, java_script_enabled=False)
    open_my_page(phone)
    assert phone.title() == "My page"
    expect(phone.locator("main")).to_contain_text("can help you")
    phone.get_by_role("button", name="I’m coming").first.click()
    expect(phone.get_by_role("status")).to_contain_text("We know that you are coming")

    caseworker = sign_in(browser, base, "caseworker@demo.example")
    caseworker.goto("/referrals/?box=incoming&state=accepted")
    caseworker.get_by_role("link", name=re.compile("Kortela")).click()
    expect(caseworker.locator("main")).to_contain_text("Is coming")
    referral = caseworker.url

    phone.locator("summary", has_text="Withdraw this consent").click()
    phone.get_by_role("button", name="Withdraw this consent", exact=True).click()
    expect(phone.get_by_role("status")).to_contain_text("Your consent is withdrawn")
    caseworker.goto(referral)
    expect(caseworker.locator("main")).not_to_contain_text("Kortela")
    expect(caseworker.locator(".head")).to_contain_text("Withdrawn")


def test_leaving_ends_it_and_the_way_back_shows_nothing(browser, base):
    phone = new_page(browser, base, PHONE)
    phone.route(
        f"{settings.QUICK_EXIT_URL}**",
        lambda route: route.fulfill(body="<title>Weather</title>", content_type="text/html"),
    )
    phone.goto("/find-help/")
    open_my_page(phone)
    expect(phone.locator("main")).to_contain_text("Who has looked")
    phone.get_by_role("link", name="Leave this page").click()
    phone.wait_for_url(settings.QUICK_EXIT_URL)
    phone.go_back()
    expect(phone.locator("main")).not_to_contain_text("Who has looked")
    phone.goto("/my/")
    expect(phone.locator("main")).to_contain_text("Type the code")
