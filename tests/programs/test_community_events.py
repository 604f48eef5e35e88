"""Events with residents: who came is counted, what was promised stays, and only who promised says whether it was kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from partnership.events import outbox
from partnership.events.models import Notification
from partnership.isolation.errors import DateOutOfRange, Invalid
from programs.events import actions as events
from programs.events.actions import EventCancelled, PromiseClosed
from programs.events.models import CommunityEvent, EventPromise
from tests.programs.community import community_event, event_promise
from tests.shared_worlds import shared
from tests.world import WebClient, World, database_role, on_web, run_as


@shared
def held(world: World) -> World:
    world.event = community_event(world)
    world.promise = event_promise(world, world.event)
    return world


@shared
def ahead(world: World) -> World:
    world.event = community_event(world, title="Open house", starts_at=timezone.now() + timedelta(days=3))
    return world


def public_page() -> str:
    visitor = WebClient()
    response = visitor.get(reverse("community"))
    assert response.status_code == 200
    assert not visitor.cookies
    text: str = response.text
    return text


class TestEvents:
    def test_one_is_announced_in_the_browser_and_every_partner_sees_it(self, world):
        sent = {
            "kind": "forum", "title": "Talk with the police", "starts_at": "2030-05-02T17:00", "place": "School", "is_open": "on",
            "hosts": [world.police.pk],
        }  # fmt: skip
        response = world.client(world.caseworker).post(reverse("community_event_new"), sent)
        assert response.status_code == 302, response.text
        page = world.client(world.other_liaison).get(response["Location"]).text
        assert "Talk with the police" in page
        assert "Harbour Police" in page
        assert "Talk with the police" in public_page()

    def test_minutes_are_written_once_it_has_begun_and_who_came_is_counted(self, held):
        sent = {"minutes": "Lights in the park.", "residents": 31, "young_people": 4}
        response = held.client(held.caseworker).post(reverse("event_minutes", args=[held.event.pk]), sent)
        assert response.status_code == 302, response.text
        page = held.client(held.liaison).get(reverse("community_event", args=[held.event.pk])).text
        assert "Lights in the park." in page
        assert CommunityEvent.objects.get().people == 35

    def test_no_minutes_before(self, ahead):
        with pytest.raises(DateOutOfRange):
            run_as(ahead.caseworker, events.write_minutes, event=ahead.event)

    def test_one_that_is_called_off_leaves_the_public_page_and_stays_so(self, ahead):
        assert "Open house" in public_page()
        with pytest.raises(Invalid):
            run_as(ahead.caseworker, events.cancel_event, event=ahead.event, because=" ")
        run_as(ahead.caseworker, events.cancel_event, event=ahead.event, because="Flood")
        assert "Open house" not in public_page()
        with pytest.raises(EventCancelled):
            run_as(ahead.caseworker, events.save_event, event=ahead.event, hosts=[])

    def test_one_that_has_begun_is_not_called_off(self, held):
        with pytest.raises(DateOutOfRange):
            run_as(held.caseworker, events.cancel_event, event=held.event, because="Flood")

    def test_the_public_page_shows_no_event_that_is_not_open(self, ahead):
        CommunityEvent.objects.update(is_open=False)
        assert "Open house" not in public_page()


class TestPromises:
    def test_another_partner_is_told_of_its_promise(self, held):
        with database_role("worker"):
            outbox.relay()
        assert ("promise.recorded", held.liaison.user.pk) in Notification.objects.values_list("kind", "user")

    def test_only_who_promised_makes_it_public(self, held):
        with pytest.raises(Invalid):
            event_promise(held, held.event, is_public=True)
        with pytest.raises(PromiseClosed):
            run_as(held.caseworker, events.show_promise, promise=held.promise, is_public=True)
        assert held.promise.what not in public_page()
        run_as(held.liaison, events.show_promise, promise=held.promise, is_public=True)
        assert held.promise.what in public_page()

    def test_only_who_promised_says_whether_it_was_kept_and_how(self, held):
        with pytest.raises(PromiseClosed):
            run_as(held.caseworker, events.close_promise, promise=held.promise, kept=True, outcome="Done")
        with pytest.raises(Invalid):
            run_as(held.liaison, events.close_promise, promise=held.promise, kept=True, outcome=" ")
        sent = {"kept": "no", "outcome": "Nobody was free"}
        response = held.client(held.liaison).post(reverse("promise_close", args=[held.promise.pk]), sent)
        assert response.status_code == 302, response.text
        assert EventPromise.objects.get().state == "not_kept"

    def test_a_closed_promise_stays_as_it_is(self, held):
        run_as(held.liaison, events.close_promise, promise=held.promise, kept=False, outcome="Nobody was free")
        with pytest.raises(PromiseClosed):
            run_as(held.liaison, events.close_promise, promise=held.promise, kept=True, outcome="Done")
        with on_web(held.liaison), pytest.raises(DatabaseError), transaction.atomic():
            EventPromise.objects.update(state="kept")

    def test_nobody_changes_what_was_promised_or_removes_it(self, held):
        with on_web(held.liaison), pytest.raises(DatabaseError), transaction.atomic():
            EventPromise.objects.update(what="Less")
        with on_web(held.liaison), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM programs_eventpromise")

    def test_none_before_the_event_and_none_at_one_that_was_called_off(self, held):
        with pytest.raises(DateOutOfRange):
            event_promise(held, held.event, due_on=held.today - timedelta(days=3))
        CommunityEvent.objects.update(cancelled_why="Flood")
        held.event.refresh_from_db()
        with pytest.raises(EventCancelled):
            event_promise(held, held.event)

    def test_how_many_were_kept_is_said_of_those_that_were_due(self, held):
        own = event_promise(held, held.event, promised_by=held.ngo, is_public=True)
        run_as(held.caseworker, events.close_promise, promise=own, kept=True, outcome="Done")
        event_promise(held, held.event, promised_by=held.ngo, due_on=held.today, is_public=True)
        EventPromise.objects.filter(pk=held.promise.pk).update(is_public=True)
        assert "1 of 1 promise that was due was kept." in public_page()
        page = held.client(held.liaison).get(reverse("promise_list")).text
        assert own.what in page
        mine = held.client(held.liaison).get(reverse("promise_list"), {"whose": "mine"}).text
        assert "promise that was due" not in mine

    def test_a_promise_past_its_day_is_late(self, held):
        assert not held.promise.is_late
        held.promise.due_on = held.today - timedelta(days=1)
        assert held.promise.is_late


class TestWalls:
    def test_another_partner_changes_no_event_and_promises_nothing_in_ones_name(self, held):
        for acting in (held.other_caseworker, held.liaison):
            with on_web(acting):
                assert CommunityEvent.objects.update(title="Ours") == 0
        with on_web(held.other_caseworker), pytest.raises(DatabaseError), transaction.atomic():
            EventPromise.objects.create(
                partner=held.other_ngo, event=held.event, promised_by=held.police, what="x", due_on=held.today
            )

    def test_the_host_publishes_no_promise_of_another_by_sql(self, held):
        with on_web(held.caseworker):
            assert EventPromise.objects.update(is_public=True) == 0
        with on_web(held.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            EventPromise.objects.create(
                partner=held.ngo, event=held.event, promised_by=held.police, what="x", due_on=held.today, is_public=True
            )
