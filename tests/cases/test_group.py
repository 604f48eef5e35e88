"""Attendance of a group, entered for all at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.enrolments.actions import record_group
from cases.enrolments.models import Session
from partnership.events.outbox import relay
from partnership.isolation.errors import DateOutOfRange
from tests.shared_worlds import shared
from tests.world import database_role, run_as


@shared
def group(world):
    world.group = [
        world.enrolment(
            person=world.person(world.ngo, first_names=f"P{n}"), started_on=world.today - timedelta(days=30)
        )
        for n in range(3)
    ]
    return world


def test_who_came_who_did_not_and_who_is_not_in_the_group(group):
    first, second, third = group.group
    client = group.client(group.caseworker)
    page = client.get(f"/programmes/{group.programme.pk}/attendance/").text
    assert all(f"who-{enrolment.pk}" in page for enrolment in group.group)
    body = {
        "held_on": group.today,
        "method": "group",
        "minutes": 90,
        f"who-{first.pk}": "attended",
        f"who-{second.pk}": "missed",
    }
    response = client.post(f"/programmes/{group.programme.pk}/attendance/", body, follow=True)
    assert "2 attendances recorded." in response.text
    assert dict(Session.objects.values_list("enrolment", "attendance")) == {first.pk: "attended", second.pk: "missed"}
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.last_contact_on, second.last_contact_on) == (group.today, None)
    assert not third.sessions.exists()


def test_sent_twice_it_is_recorded_once(group):
    given = {
        "programme": group.programme,
        "held_on": group.today,
        "method": "group",
        "attendance": {group.group[0].pk: "attended"},
    }
    assert run_as(group.caseworker, record_group, **given) == (1, 0)
    assert run_as(group.caseworker, record_group, **given) == (0, 1)
    assert Session.objects.count() == 1


@pytest.mark.parametrize("days", [-31, 1])
def test_not_before_somebodys_start_and_not_in_the_future(group, days):
    with pytest.raises(DateOutOfRange):
        run_as(
            group.caseworker, record_group, programme=group.programme, held_on=group.today + timedelta(days=days),
            method="group", attendance={group.group[0].pk: "attended"},
        )  # fmt: skip
    assert not Session.objects.exists()


def test_an_older_session_does_not_set_the_last_contact_back(group):
    for days in (2, 9):
        run_as(
            group.caseworker, record_group, programme=group.programme, held_on=group.today - timedelta(days=days),
            method="group", attendance={group.group[0].pk: "attended"},
        )  # fmt: skip
    group.group[0].refresh_from_db()
    assert group.group[0].last_contact_on == group.today - timedelta(days=2)


def test_it_counts_towards_a_diversions_condition(world):
    referral = world.enrolled()
    run_as(
        world.caseworker, record_group, programme=world.programme, held_on=world.today, method="group",
        attendance={referral.enrolment_id: "attended"},
    )  # fmt: skip
    with database_role("worker"):
        relay()
    assert referral.diversion.conditions.get().done == 1


def test_another_ngos_enrolments_are_not_touched(group):
    foreign = group.enrolment(
        person=group.person(group.other_ngo), partner=group.other_ngo, programme=group.other_programme
    )
    recorded = run_as(
        group.caseworker, record_group, programme=group.programme, held_on=group.today, method="group",
        attendance={foreign.pk: "attended"},
    )  # fmt: skip
    assert recorded == (0, 0)


def test_nobody_marked_is_told(group):
    body = {"held_on": group.today, "method": "group"}
    response = group.client(group.caseworker).post(f"/programmes/{group.programme.pk}/attendance/", body)
    assert "Mark at least one person." in response.text


class TestEverybody:
    """Without scripts the server marks everybody; with them the page does."""

    def press(self, group, value: str):
        body = {"held_on": "2026-11-02", "method": "cbt", "minutes": "90", "everybody": value}
        return group.client(group.caseworker).post(f"/programmes/{group.programme.pk}/attendance/", body).text

    def test_marks_all_and_keeps_the_day_the_method_and_the_minutes(self, group):
        page = " ".join(self.press(group, "attended").split())
        assert page.count('value="attended" checked') == 3
        assert 'value="2026-11-02"' in page
        assert 'value="90"' in page
        assert '<option value="cbt" selected>' in page

    def test_records_nothing(self, group):
        self.press(group, "missed")
        assert not Session.objects.exists()

    def test_takes_all_marks_away(self, group):
        page = " ".join(self.press(group, "").split())
        assert page.count('value="" checked') == 3


class TestTodaysList:
    def home(self, group) -> str:
        return group.client(group.caseworker).get("/").text

    @pytest.mark.parametrize(("days", "is_listed"), [(0, True), (7, True), (14, True), (21, False), (6, False)])
    def test_names_a_group_that_met_on_this_day_of_the_week(self, group, days, is_listed):
        run_as(
            group.caseworker, record_group, programme=group.programme, held_on=group.today - timedelta(days=days),
            method="group", attendance={group.group[0].pk: "attended"},
        )  # fmt: skip
        assert (f"/programmes/{group.programme.pk}/attendance/?next=/" in self.home(group)) == is_listed

    def test_leads_back_when_attendance_is_recorded(self, group):
        body = {"held_on": group.today, "method": "group", f"who-{group.group[0].pk}": "attended", "next": "/"}
        address = f"/programmes/{group.programme.pk}/attendance/?next=/"
        assert group.client(group.caseworker).post(address, body).url == "/"
