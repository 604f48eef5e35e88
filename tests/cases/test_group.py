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
