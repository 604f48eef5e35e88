"""First pages: each number is that of the list that it opens, what is due comes first, what was begun is found again."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.enrolments.models import NOT_SEEN_DAYS
from partnership.oversight.models import ReadDay
from referrals.handover.models import Referral
from referrals.handover.transitions import State
from tests.shared_worlds import shared
from tests.world import World, do

TILE = re.compile(r'<a class="tile[^"]*"\s+href="([^"]*)">\s*<b>(\d+)(?:\+?)</b>', re.S)
ROLES = ("caseworker", "case_manager", "liaison", "court_officer", "professional", "auditor")


@shared
def busy(world: World) -> World:
    """Referrals in every state, some of them late or urgent; diversions of every status; people not met for long."""
    for number in range(3):
        world.sent(person=world.person(world.police, first_names=f"Sent {number}"))
    late = world.sent(person=world.person(world.police, first_names="Late"))
    Referral.objects.filter(pk=late.pk).update(due_acknowledge_at=timezone.now() - timedelta(hours=5))
    slow = do(world, "acknowledge", world.sent(person=world.person(world.police, first_names="Slow")))
    Referral.objects.filter(pk=slow.pk).update(due_accept_at=timezone.now() - timedelta(days=2))
    # Acknowledged too late, and now in time: it is not late any more.
    eased = do(world, "acknowledge", world.sent(person=world.person(world.police, first_names="Eased")))
    Referral.objects.filter(pk=eased.pk).update(due_acknowledge_at=timezone.now() - timedelta(days=1))
    world.sent(person=world.person(world.police, first_names="Urgent"), is_urgent=True)
    for verb in ("accept", "waitlist", "decline"):
        do(world, verb, world.sent(person=world.person(world.police, first_names=verb)))
    for deadline in (-3, 5, 60):
        diversion = world.enrolled(person=world.person(world.police, first_names=f"Deadline {deadline}")).diversion
        type(diversion).objects.filter(pk=diversion.pk).update(deadline=world.today + timedelta(days=deadline))
    world.addressed()
    long_ago = world.today - timedelta(days=NOT_SEEN_DAYS + 1)
    for responsible in (world.caseworker.user, world.case_manager.user, None):
        person = world.person(world.ngo, first_names=f"Long ago {responsible}")
        world.enrolment(person=person, started_on=long_ago, responsible=responsible)
    ReadDay.objects.create(user=world.caseworker.user, partner=world.ngo, day=world.today, records=9, reasons=["night"])
    world.draft()
    return world


def rows_of(client: Any, address: str) -> int:
    """How many rows the list has that an address opens, over all its pages."""
    count = 0
    while True:
        context = client.get(address).context
        if "counts" in context:
            return sum(each.overdue for each in context["counts"])
        if "agreements" in context:
            return len(context["agreements"])
        count += len(context["page"].rows)
        if not context["page"].next_after:
            return count
        address += f"{'&' if '?' in address else '?'}after={context['page'].next_after}"


@pytest.mark.parametrize("role", ROLES)
def test_each_number_is_that_of_the_list_that_it_opens(busy, role):
    client = busy.client(getattr(busy, role))
    tiles = [(unescape(address), int(number)) for address, number in TILE.findall(client.get("/").text)]
    assert len(tiles) >= 2
    assert dict(tiles) == {address: rows_of(client, address) for address, _n in tiles}


@pytest.mark.parametrize("role", ["caseworker", "liaison"])
def test_the_numbers_are_of_something(busy, role):
    """Else the test above would hold for an empty portal."""
    tiles = TILE.findall(busy.client(getattr(busy, role)).get("/").text)
    assert sum(int(number) for _address, number in tiles) >= 2


def test_late_is_what_the_clock_of_the_row_says(busy):
    incoming = Referral.objects.incoming(busy.ngo)
    late = {referral.pk for referral in incoming if referral.due_at and referral.due_at < timezone.now()}
    assert late == set(incoming.overdue().values_list("pk", flat=True))
    assert len(late) == 2


class TestCaseworker:
    def test_referrals_to_answer_begin_with_the_urgent_ones_then_by_the_clock_that_they_show(self, busy):
        waiting = busy.client(busy.caseworker).get("/").context["waiting"]
        assert [referral.is_urgent for referral in waiting[:2]] == [True, False]
        due = [referral.due_at for referral in waiting[1:]]
        assert due == sorted(due)

    def test_the_list_begins_as_the_first_page_does(self, busy):
        client = busy.client(busy.caseworker)
        listed = client.get("/referrals/?box=incoming&state=waiting").context["page"].rows
        shown = client.get("/").context["waiting"]
        assert [r.pk for r in listed[: len(shown)]] == [r.pk for r in shown]

    def test_the_same_order_pages_by_key(self, busy):
        from partnership.pages.paging import page_by_key
        from referrals.handover.models import DUE_FIRST

        waiting = Referral.objects.incoming(busy.ngo).waiting().with_due()
        seen, after = [], ""
        while True:
            page = page_by_key(waiting, DUE_FIRST, after, size=2)
            seen += [referral.pk for referral in page.rows]
            if not (after := page.next_after):
                break
        assert seen == [referral.pk for referral in waiting.order_by(*DUE_FIRST)]


class TestDrafts:
    def test_a_draft_stands_on_the_first_page_of_its_writer(self, busy):
        draft = Referral.objects.get(state=State.DRAFT)
        assert f'href="{reverse("referral_edit", args=[draft.pk])}"' in busy.client(busy.liaison).get("/").text

    def test_a_form_that_was_begun_is_found_from_the_first_page(self, busy):
        client = busy.client(busy.caseworker)
        page = reverse("referral_new")
        client.post(reverse("keep"), {"keep-path": page, "keep-page": page, "summary": "Wants"})
        assert f'<a href="{page}#kept">New referral</a>' in client.get("/").text
        client.post(reverse("keep"), {"keep-path": page, "keep-drop": "1"})
        assert "#kept" not in client.get("/").text

    def test_no_address_elsewhere_is_kept_as_its_page(self, busy):
        client = busy.client(busy.caseworker)
        client.post(
            reverse("keep"), {"keep-path": "/referrals/new/", "keep-page": "//elsewhere.example/", "summary": "x"}
        )
        assert "elsewhere" not in client.get("/").text

    def test_a_referral_is_saved_from_the_first_field_on(self, busy):
        client = busy.client(busy.caseworker)
        page = reverse("referral_new")
        response = client.post(page, {"summary": "Wants to stop", "save": "1"})
        assert "Kept for you" in response.text
        assert client.get(reverse("keep"), {"path": page}).json()[page]["fields"] == [
            ["summary", "Wants to stop"],
            ["save", "1"],
        ]


class TestGuide:
    def test_it_is_open_once_and_then_a_line_at_the_end(self, busy):
        client = busy.client(busy.professional)
        first, then = client.get("/").text, client.get("/").text
        assert re.search(
            r'<details class="card fold-card" open>\s*<summary class="card-header">\s*<h2 id="guide">', first
        )
        assert first.index('id="guide"') < first.index('class="tiles"')
        assert then.index('id="guide"') > then.index('class="tiles"')
        assert '<details class="card fold-card">' in then


class TestNews:
    def test_it_says_which_referral_and_from_whom(self, busy):
        from partnership.events.models import Notification, OutboxEvent

        referral = Referral.objects.incoming(busy.ngo).first()
        event = OutboxEvent.objects.create(kind="referral.sent", key="told", payload={"referral": referral.pk})
        Notification.objects.create(
            event=event,
            user=busy.caseworker.user,
            partner=busy.ngo,
            kind="referral.sent",
            url=reverse("referral", args=[referral.pk]),
            mail=Notification.Mail.NOT_WANTED,
        )
        client = busy.client(busy.caseworker)
        for address in ("/", reverse("notification_list")):
            assert f"Referral {referral.pk} · Harbour Police" in client.get(address).text
