"""The whole way of a hand-over: six people signed in at once, from the roadside over a young person's phone to the decision."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from datetime import date, datetime, timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from cases.people import identity_code
from tests import processes
from tests.browsing import DATABASE, MAIL, PHONE, TOP, in_chromium, new_page, own_redis, sign_in
from tests.services import process_environment

pytestmark = in_chromium
NAME, ADDRESS = "Nuorimaa", f"nuori{time.time_ns()}@phone.example"


def opens_my_page(phone: Page, code: str, born_on: date) -> None:
    phone.goto("/my/")
    phone.get_by_label("Code").fill(code)
    for label, value in (("Day", born_on.day), ("Month", born_on.month), ("Year", born_on.year)):
        phone.get_by_label(label).fill(str(value))
    phone.get_by_role("button", name="Open").click()


def diverts(liaison: Page, born_on: date) -> str:
    """A first offence at 16, after the talk, with the guardian's consent; returns the address of the diversion."""
    liaison.goto("/divert/", wait_until="networkidle")
    liaison.get_by_label("Personal identity code").fill(identity_code.make(born_on, 995))
    liaison.get_by_label("Last name").fill(NAME)
    liaison.get_by_label("First names").fill("Testi")
    liaison.get_by_label("Phone").fill("040 123 4567")
    liaison.get_by_label("Talk held on").fill(str(timezone.localdate()))
    liaison.get_by_label("Present at the talk").select_option(index=1)
    liaison.get_by_role("radio", name="Early intervention for young people").check()
    liaison.locator("summary", has_text="What is agreed").click()
    liaison.get_by_label("Sessions to attend").fill("1")
    liaison.get_by_label("Come to an assessment").uncheck()
    liaison.get_by_label("Guardian who consented").fill("Huoltaja Nuorimaa")
    liaison.get_by_label("The right to withdraw was explained").check()
    liaison.get_by_label("Signed how").select_option("verbal")
    liaison.get_by_label("The person has given consent").check()
    liaison.get_by_label("Witness").fill("Inspector Laine")
    liaison.locator("main").get_by_role("button", name="Send", exact=True).click()
    expect(liaison.locator("h1")).to_contain_text("Tell the person this")
    return str(liaison.get_by_role("link", name="Told").get_attribute("href"))


def makes_a_card(liaison: Page) -> str:
    """From the page that says what to tell the person; returns the card's code."""
    liaison.get_by_role("link", name="Card for My page").click()
    person = liaison.url
    liaison.get_by_role("button", name="Make the card").click()
    code = liaison.locator("#code").inner_text()
    liaison.goto(re.sub(r"/card/.*", "/contact/", person))
    liaison.get_by_role("radio", name="Email").check()
    liaison.get_by_label("Email address or phone number").fill(ADDRESS)
    liaison.locator("main form button.btn-primary").click()
    expect(liaison.get_by_role("status").first).to_be_visible()
    return code


def mail_to(address: str) -> str:
    """What was sent to an address."""
    return "".join(text for file in MAIL.glob("*") if f"To: {address}" in (text := file.read_text()))


def asks_for_reminders() -> None:
    """The message that the scheduler sends to the worker every few minutes."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "partnership",
        "call",
        "cases.messages.jobs.remind_of_appointments",
    ]
    subprocess.run(command, cwd=TOP, env=process_environment("worker", DATABASE) | own_redis(), check=True)


def test_a_young_person_is_diverted_answers_on_the_phone_and_the_prosecutor_decides(browser, base):
    """Liaison, caseworker, a caseworker of another partner, the young person, prosecutor, auditor."""
    born_on = date(timezone.localdate().year - 16, 1, 15)
    liaison = sign_in(browser, base, "turku-police@demo.example", PHONE)
    caseworker = sign_in(browser, base, "turku@demo.example")
    stranger = sign_in(browser, base, "caseworker@demo.example")
    prosecutor = sign_in(browser, base, "prosecutor@demo.example")
    auditor = sign_in(browser, base, "auditor@demo.example")
    phone = new_page(browser, base, PHONE)

    diversion = diverts(liaison, born_on)
    code = makes_a_card(liaison)

    # Two steps: who it is, the NGO learns with its answer, which offers the first appointment. Nobody else learns anything.
    caseworker.goto("/referrals/?box=incoming&state=sent")
    expect(caseworker.locator("main")).not_to_contain_text(NAME)
    liaison.goto(diversion)
    referral = str(liaison.locator(".crumb a").last.get_attribute("href"))
    caseworker.goto(referral)
    expect(caseworker.locator("main")).not_to_contain_text(NAME)
    accept = caseworker.locator("#do-accept")
    accept.get_by_label("Start").fill(str(timezone.localdate()))
    accept.locator("summary", has_text="Offer a first appointment").click()
    at: datetime = timezone.localtime() + timedelta(hours=20)
    accept.locator("[name$=first_day]").fill(f"{at:%Y-%m-%d}")
    accept.get_by_label("Time").fill(f"{at:%H:%M}")
    accept.get_by_label("Place").fill("Room 7")
    accept.get_by_role("button", name="Accept").click()
    expect(caseworker.locator(".head")).to_contain_text(NAME)
    assert stranger.goto(referral).status == 404  # type: ignore[union-attr]

    # The reminder names nobody; on the phone the young person sees where things stand, and says that they are coming.
    asks_for_reminders()
    processes.until(lambda: ADDRESS in mail_to(ADDRESS))
    assert NAME not in mail_to(ADDRESS)
    opens_my_page(phone, code, born_on)
    expect(phone.locator("main")).to_contain_text("Room 7")
    expect(phone.locator("main")).not_to_contain_text(NAME)
    phone.get_by_role("button", name="I’m coming").first.click()
    expect(phone.get_by_role("status")).to_contain_text("We know that you are coming")
    caseworker.goto(referral)
    expect(caseworker.locator("main")).to_contain_text("Is coming")

    # The session counts; the NGO reports the outcome; the liaison lets the prosecutor decide.
    caseworker.get_by_role("link", name="Sessions, goals and notes").click()
    caseworker.get_by_label("Minutes").fill("45")
    caseworker.get_by_role("button", name="Save the meeting").click()
    expect(caseworker.get_by_role("status")).to_contain_text("Saved")
    processes.until(lambda: "1 of 1" in caseworker.goto(diversion).text())  # type: ignore[union-attr]
    caseworker.get_by_label("Conditions met").check()
    caseworker.get_by_role("button", name="Report the outcome").click()
    expect(caseworker.get_by_role("status")).to_contain_text("Saved")
    liaison.goto(diversion)
    liaison.locator("summary", has_text="Let a prosecutor or court decide").click()
    address = liaison.locator("form[action$='/address/']")
    address.locator("select").first.select_option(label="Southern Finland Prosecution District")
    address.get_by_role("button", name="Send to them").click()
    expect(liaison.get_by_role("status").first).to_be_visible()
    prosecutor.goto("/")
    prosecutor.locator(f"main a[href='{diversion}']").first.click()
    expect(prosecutor.locator("main")).to_contain_text(NAME)
    expect(prosecutor.locator("main")).not_to_contain_text("Early intervention")
    decision = prosecutor.locator("form[action$='/decide/']")
    decision.get_by_role("radio").first.check()
    decision.get_by_label("Section of law").fill("Criminal Code 50:7")
    decision.get_by_label("Reasons").fill("The conditions were met.")
    decision.get_by_role("button", name="Decide").click()
    expect(prosecutor.locator(".head")).to_contain_text("Decided")

    # What the young person withdraws is closed to the receiver with the next page that it opens.
    phone.goto("/my/")
    phone.locator("summary", has_text="Withdraw this consent").click()
    phone.get_by_role("button", name="Withdraw this consent", exact=True).click()
    expect(phone.get_by_role("status")).to_contain_text("Your consent is withdrawn")
    caseworker.goto(referral)
    expect(caseworker.locator("main")).not_to_contain_text(NAME)

    # Who looked, the auditor sees, without seeing at whom.
    auditor.goto("/read-log/")
    expect(auditor.locator("main")).to_contain_text("Päihdelinkki")
    expect(auditor.locator("main")).not_to_contain_text(NAME)
