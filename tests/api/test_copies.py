"""Copies learn everything: tags, versions and changes follow what is shown, and a client that keeps in step misses nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections

from cases.enrolments import actions as enrolments
from cases.people.models import Person
from cases.plans import actions as plans
from cases.rights import actions as rights
from partnership.agreements import actions as agreements
from partnership.events.models import Notification, OutboxEvent
from partnership.isolation.marks import horizon
from partnership.project.api_urls import router
from referrals.consents import actions as consents
from referrals.diversions.models import Condition
from referrals.handover.models import Referral
from tests.systems import System
from tests.world import World, do, run_as

LISTS = {address: view for address, view, _name in router.registry if hasattr(view, "list")}
IN_STEP = [view for view in LISTS.values() if view.tombstones]


def consent_terms(world: World, **changed: Any) -> dict[str, Any]:
    return {
        "purpose": "Counselling", "signed_on": world.today.isoformat(), "signed_how": "paper", "told_right_to_withdraw": True,
        "expires_on": (world.today + timedelta(days=365)).isoformat(),
    } | changed  # fmt: skip


def diversion_terms(world: World, target: int = 2) -> dict[str, Any]:
    deadline = (world.today + timedelta(days=60)).isoformat()
    return {"deadline": deadline, "conditions": [{"kind": "sessions", "target": target}]}


def draft_terms(world: World, summary: str) -> dict[str, Any]:
    return {"kind": "arrest_diversion", "programme": world.programme.pk, "summary": summary}


class TestTags:
    """A tag that was read before gives 304 only while the answer would be the same."""

    def assert_seen(self, system: System, address: str, change: Callable[[], Any]) -> None:
        before = system.call("get", address)
        system.call("get", address, status=304, If_None_Match=before["ETag"])
        change()
        after = system.call("get", address, If_None_Match=before["ETag"])
        assert after.found != before.found
        assert after["ETag"] != before["ETag"]

    def test_attaching_a_consent(self, world, police):
        address = f"referrals/{world.draft(consent=False).pk}"
        self.assert_seen(police, address, lambda: police.call("put", f"{address}/consent", consent_terms(world)))

    def test_changing_the_situation_alone(self, world, police):
        address = f"referrals/{world.draft().pk}"
        self.assert_seen(police, address, lambda: police.call("put", address, draft_terms(world, "Wants other help.")))

    def test_reading_a_notification(self, world, ngo):
        event = OutboxEvent.objects.create(kind="referral.sent", key="test")
        told = Notification.objects.create(
            event=event,
            user=ngo.client.membership.user,
            partner=world.ngo,
            kind="referral.sent",
            url="/",
            mail="not_wanted",
        )
        address = f"notifications/{told.pk}"
        self.assert_seen(ngo, address, lambda: ngo.post(f"{address}/read"))

    def test_changing_a_partner(self, world, ngo):
        def rename() -> None:
            world.police.phone = "040 1"
            world.police.save()

        self.assert_seen(ngo, f"partners/{world.police.pk}", rename)
        referral = world.sent()

        def rename_again() -> None:
            world.police.name = "Another name"
            world.police.save()

        self.assert_seen(ngo, f"referrals/{referral.pk}?expand=from_partner", rename_again)

    def test_ending_an_agreement(self, world, ngo):
        referral = world.enrolled()
        end = lambda: run_as(world.coordinator, agreements.end_agreement, agreement=world.agreement, on=world.today)
        address = f"agreements/{world.agreement.pk}"
        tag = ngo.call("get", address)["ETag"]
        self.assert_seen(ngo, f"referrals/{referral.pk}", end)
        ngo.call("get", address, status=200, If_None_Match=tag)

    def test_withdrawing_a_consent_that_had_ended(self, world, police):
        referral = world.enrolled()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE cases_consent SET signed_on = current_date - 9, expires_on = current_date - 5 WHERE id = %s",
                [referral.consent_id],
            )
        withdraw = lambda: run_as(world.liaison, consents.withdraw_consent, consent=referral.consent)
        self.assert_seen(police, f"referrals/{referral.pk}", withdraw)

    def test_progress_that_a_job_counts(self, world, ngo):
        condition = Condition.objects.get(diversion=world.enrolled().diversion)
        count = lambda: Condition.objects.filter(pk=condition.pk).update(done=1, reported_on=world.today)
        self.assert_seen(ngo, f"diversions/{condition.diversion_id}", count)

    def test_erasing_a_person(self, world, ngo):
        person = world.person(world.ngo, first_names="Gone")
        self.assert_seen(ngo, f"persons/{person.pk}", lambda: run_as(world.case_manager, rights.erase, person=person))


class TestLostUpdates:
    """Of two who read the same, one writes; the other is told to read again."""

    def assert_one_wins(self, system: System, record: str, write: Callable[[str, int], Any], status: int = 200) -> None:
        tag = system.call("get", record)["ETag"]
        write(tag, status)
        write(tag, 412)

    def test_two_consents_for_a_draft(self, world, police):
        record = f"referrals/{world.draft(consent=False).pk}"
        put = lambda tag, status: police.call(
            "put", f"{record}/consent", consent_terms(world), status=status, If_Match=tag
        )
        self.assert_one_wins(police, record, put)

    def test_two_terms_of_a_draft(self, world, police):
        record = f"referrals/{world.draft(consent=False).pk}"
        put = lambda tag, status: police.call(
            "put", f"{record}/diversion", diversion_terms(world), status=status, If_Match=tag
        )
        self.assert_one_wins(police, record, put)
        self.assert_one_wins(police, record, put)

    def test_two_situations_of_a_draft(self, world, police):
        record = f"referrals/{world.draft().pk}"
        put = lambda tag, status: police.call(
            "put", record, draft_terms(world, f"Help {status}."), status=status, If_Match=tag
        )
        self.assert_one_wins(police, record, put)

    def test_a_message_leaves_an_answer_possible(self, world, ngo, police):
        referral = world.sent()
        tag = ngo.call("get", f"referrals/{referral.pk}")["ETag"]
        police.post(f"referrals/{referral.pk}/messages", {"text": "One thing more."}, status=201)
        ngo.call("post", f"referrals/{referral.pk}/acknowledge", If_Match=tag)

    def test_progress_that_was_counted_meanwhile(self, world, ngo):
        condition = Condition.objects.get(diversion=world.enrolled().diversion)
        record = f"diversions/{condition.diversion_id}"
        tag = ngo.call("get", record)["ETag"]
        Condition.objects.filter(pk=condition.pk).update(done=1, reported_on=world.today)
        body = {"condition": condition.pk, "done": 2, "reported_on": world.today.isoformat()}
        ngo.call("post", f"{record}/progress", body, status=412, If_Match=tag)


@pytest.mark.parametrize("verb", ["send", "acknowledge", "accept", "decline"])
def test_a_verb_moves_the_version_and_says_which_it_is_now(world, verb):
    referral = world.draft() if verb == "send" else world.sent()
    before = referral.version
    moved = do(world, verb, referral)
    assert moved.version > before
    assert moved.version <= Referral.objects.get(pk=referral.pk).version


def test_an_older_version_written_over_a_newer_one_is_newer_still(world):
    """An object that was read before somebody else's change, saved as it is."""
    stale = world.draft()
    Referral.objects.filter(pk=stale.pk).update(is_urgent=True, version=7)
    stale.save()
    assert Referral.objects.get(pk=stale.pk).version == 8


def test_the_tag_of_each_answer_is_good_for_the_next_change(world, ngo):
    """What the database says of the change is in the answer, not what the portal thought before."""
    enrolment = world.enrolment()
    answer = ngo.call("post", "goals", {"enrolment": enrolment.pk, "area": "work", "text": "A job"}, status=201)
    goal = f"goals/{answer.found['id']}"
    for method, address, body in (
        ("put", f"{goal}/reached", {"reached_on": world.today.isoformat()}),
        ("patch", goal, {"text": "A flat"}),
        ("post", f"{goal}/take-back", {"why": "wrong_person"}),
        ("post", f"{goal}/restore", None),
    ):
        answer = ngo.call(method, address, body, If_Match=answer["ETag"])
    session = {"held_on": world.today.isoformat()}
    number = ngo.post(f"enrolments/{enrolment.pk}/sessions", session, status=201)["id"]
    answer = ngo.call(
        "patch", f"sessions/{number}", {"minutes": 30}, If_Match=ngo.call("get", f"sessions/{number}")["ETag"]
    )
    ngo.call("patch", f"sessions/{number}", {"minutes": 45}, If_Match=answer["ETag"])


class TestStep:
    """`updated_since`: what changed since the last time, and nothing lost."""

    def changed(self, system: System, resource: str, since: str) -> list[int]:
        return [row["id"] for row in system.get(f"{resource}?updated_since={since}")["results"]]

    def test_a_mark_of_another_database_is_refused(self, world, ngo):
        now = horizon()
        for mark in (f"{now.transaction}-00000000", f"{now.transaction + 1000}-{now.server}"):
            problem = ngo.call("get", f"persons?updated_since={mark}", status=400).found
            assert problem["errors"][0]["parameter"] == "updated_since"

    def test_a_moment_without_an_offset_is_refused(self, world, ngo):
        ngo.call("get", "persons?updated_since=2026-11-21T12:00:00", status=400)
        ngo.call("get", "persons?updated_since=2026-11-21T12:00:00%2B02:00")

    @pytest.mark.parametrize("view", LISTS.values(), ids=LISTS)
    def test_every_list_takes_it_or_says_what_a_copy_does_instead(self, view):
        assert bool(view.tombstones) is (view.without_marks is None)

    @pytest.mark.parametrize("view", IN_STEP, ids=lambda view: view.resource)
    def test_what_it_is_kept_by_is_kept_by_the_database(self, view):
        """Each change and each removal leaves its mark, whoever makes it."""
        model = view.serializer_class.Meta.model
        assert view.tombstones == (model._meta.db_table,)
        with connection.cursor() as cursor:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [model._meta.db_table])
            assert {"mark", "bury"} <= {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
class TestCommitted:
    """With transactions that end: each change is one of its own. (A round brings more than was changed while anything else is open
    on the server, such as another test.)"""

    def test_each_round_brings_what_changed_since_the_last(self):
        world = World()
        ngo = System(world.case_manager)
        first, second = world.person(world.ngo), world.person(world.ngo)
        page = ngo.get("persons?updated_since=2020-01-01T00:00:00Z&limit=1")
        assert page["next"]
        mark = page["synced_to"]
        with connection.cursor() as cursor:
            cursor.execute("UPDATE cases_person SET sex = 'male' WHERE id = %s", [second.pk])
        page = ngo.get(f"persons?updated_since={mark}&fields=sex")
        assert {"id": second.pk, "sex": "male"} in page["results"]
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM cases_person WHERE id = %s", [first.pk])
        page = ngo.get(f"persons?updated_since={page['synced_to']}")
        assert [row["id"] for row in page["deleted"]] == [first.pk]
        assert first.pk not in {row["id"] for row in page["results"]}

    def test_what_a_participation_is_made_of_is_in_step_as_well(self):
        """A goal comes anew with each change of its steps."""
        world = World()
        ngo = System(world.case_manager)
        enrolment = world.enrolment()
        marks = {
            name: ngo.get(f"{name}?updated_since=2020-01-01T00:00:00Z")["synced_to"] for name in ("goals", "steps")
        }
        goal = run_as(world.caseworker, enrolments.add_goal, enrolment=enrolment, area="work", text="A job")
        step = run_as(world.caseworker, plans.add_step, goal=goal, text="Write to them", whose="person")
        page = ngo.get(f"goals?updated_since={marks['goals']}")
        assert [(row["id"], [step["id"] for step in row["steps"]]) for row in page["results"]] == [(goal.pk, [step.pk])]
        run_as(world.caseworker, plans.mark_step, step=step, done_on=world.today)
        page = ngo.get(f"goals?updated_since={page['synced_to']}")
        assert (goal.pk, world.today.isoformat()) in [
            (row["id"], row["steps"][0]["done_on"]) for row in page["results"]
        ]
        number = step.pk
        run_as(world.caseworker, plans.remove_step, step=step)
        page = ngo.get(f"goals?updated_since={page['synced_to']}")
        assert {"id": goal.pk, "steps": []} in [{"id": row["id"], "steps": row["steps"]} for row in page["results"]]
        assert [row["id"] for row in ngo.get(f"steps?updated_since={marks['steps']}")["deleted"]] == [number]

    def test_pages_of_changes_hold_each_once(self):
        world = World()
        ngo = System(world.case_manager)
        mark = ngo.get("persons?updated_since=2020-01-01T00:00:00Z")["synced_to"]
        people = [world.person(world.ngo).pk for _number in range(5)]
        seen, address = [], f"persons?updated_since={mark}&limit=2"
        while address:
            page = ngo.get(address)
            seen += [row["id"] for row in page["results"]]
            address = page["next"]
        assert len(seen) == len(set(seen))
        assert set(people) <= set(seen)

    def test_a_transaction_that_stays_open_over_three_polls_is_not_lost(self):
        """However long it lasts: its number is below those of later ones, and the mark waits for it."""
        world = World()
        ngo = System(world.case_manager)
        slow, quick = world.person(world.ngo), world.person(world.ngo)
        mark = ngo.get("persons?updated_since=2020-01-01T00:00:00Z")["synced_to"]
        other = connections.create_connection("default")
        try:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute("UPDATE cases_person SET sex = 'male', changed_at = now() WHERE id = %s", [slow.pk])
            for poll in range(3):
                Person.objects.filter(pk=quick.pk).update(birth_year=1990 + poll)
                page = ngo.get(f"persons?updated_since={mark}")
                assert quick.pk in {row["id"] for row in page["results"]}
                mark = page["synced_to"]
            other.commit()
        finally:
            other.close()
        page = ngo.get(f"persons?updated_since={mark}&fields=sex")
        assert {"id": slow.pk, "sex": "male"} in page["results"]

    def test_a_new_name_of_a_partner_comes_with_its_programmes(self):
        world = World()
        ngo = System(world.case_manager)
        mark = ngo.get("programmes?updated_since=2020-01-01T00:00:00Z")["synced_to"]
        world.other_ngo.name = "A new name"
        world.other_ngo.save()
        page = ngo.get(f"programmes?updated_since={mark}")
        assert "A new name" in [row["partner_name"] for row in page["results"]]

    def test_of_two_changes_with_one_tag_at_the_same_moment_one_is_refused(self):
        world = World()
        person = world.person(world.ngo)
        system = System(world.case_manager)
        tag = system.call("get", f"persons/{person.pk}")["ETag"]
        statuses: list[int] = []
        barrier = threading.Barrier(2)

        def change(phone: str) -> None:
            caller = System.__new__(System)
            caller.__dict__ |= {**system.__dict__, "http": type(system.http)()}
            try:
                barrier.wait()
                response = caller.http.patch(
                    f"/api/v1/persons/{person.pk}",
                    f'{{"phone": "{phone}"}}',
                    content_type="application/json",
                    headers={"Authorization": f"Bearer {system.token}", "If-Match": tag},
                )
                statuses.append(response.status_code)
            finally:
                connection.close()

        threads = [threading.Thread(target=change, args=[phone]) for phone in ("040 1", "040 2")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [200, 412]
