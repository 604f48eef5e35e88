"""Events: declared once, carried to each handler by itself; what fails for good is seen, and can be sent again."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone, translation

from cases.enrolments.events import ENDED, MEASUREMENT_CONSENT
from cases.overdoses.events import COUNTED
from partnership.events import actions, outbox, registry
from partnership.events.models import EventDelivery, Notification, OutboxEvent
from partnership.events.registry import EventType, handler
from partnership.integrations.api import WebhookInput
from partnership.members.models import User
from referrals.handover.events import BY_STATE
from referrals.handover.transitions import TRANSITIONS, State
from tests import processes
from tests.world import WebClient, World, database_role, on_web

TOP = Path(__file__).resolve().parent.parent.parent

EVENTS = {
    "account.changed", "agreement.approval_asked", "agreement.approval_decided", "agreement.ended", "agreement.ending", "anchor_case.shared", "anchor_meeting.recorded", "anchor_seat.offered", "announcement.made", "auditor.changed", "auditor.proposed", "call_in.planned", "care_team.joined", "care_team.written", "certificate.expiring", "certificate.issued", "client.secret_old", "consent.withdrawn", "diversion.addressed", "diversion.breached", "diversion.decided", "diversion.due_soon", "diversion.outcome", "diversion.overdue", "diversion.undecided", "end_report.sent", "enrolment.ended", "grant.report_due", "import.done", "import.taken_back", "lesson.asked", "lesson.assigned", "lesson.cancelled", "manager.changed", "manager.invited", "measurement.consent", "mediation.reported", "member.joined", "membership.rests", "my_page.asked", "my_page.coming", "my_page.consent_withdrawn", "my_page.first_coming", "my_page.first_move", "my_page.move", "notice.replied", "notice.shared", "notice.withdrawn", "notice.written", "promise.recorded",
    "overdoses.counted", "person.erased", "prevention_plan.approved", "prevention_plan.returned", "prevention_plan.submitted", "record.opened", "referral.accepted", "referral.acknowledged", "referral.completed",
    "resource.added", "funding_call.interest", "joint_application.named",
    "referral.appointment", "referral.appointment_kept", "referral.appointment_missed", "referral.concern",
    "referral.consent_ended", "referral.consent_ending", "referral.consent_renewed",
    "referral.consent_withdrawn", "referral.declined", "referral.ended_early", "referral.enrolled", "referral.message",
    "referral.overdue.acknowledge", "referral.overdue.answer", "referral.sent", "referral.waitlisted",
    "referral.person_erased", "referral.withdrawn", "session.corrected", "session.recorded", "enrolment.corrected", "referral.reopened",
    "statement.closed", "statement.sent", "stop_sign.raised", "tip.waiting", "welfare_notice.acknowledged", "welfare_notice.made",
    "release.contacts_changed", "release.first_contact", "release.happened", "release.said",
}  # fmt: skip
"""All of them. A name is a promise to partners' systems and to what waits in the outbox: add to it, rename none."""

HANDLERS = {
    "partnership.notify", "partnership.enqueue_webhooks", "referrals.close_referral", "referrals.count_sessions",
    "referrals.count_sessions_anew", "referrals.correct_referral",
    "referrals.begin_release", "referrals.move_release", "referrals.release_person", "referrals.tell_prison",
    "metrics.recompute",
}  # fmt: skip
"""What waits for a handler names it so."""


def relay() -> int:
    with database_role("worker"):
        return outbox.relay()


def due_now() -> None:
    EventDelivery.objects.update(available_at=timezone.now())


@pytest.fixture
def handle(monkeypatch) -> Iterator[Callable[..., None]]:
    """Registers handlers for one test, in place of the real ones."""
    monkeypatch.setattr(registry, "_handlers", {})

    def register(*event_types: EventType, work: registry.Work) -> None:
        handler(*event_types)(work)

    return register


@pytest.fixture
def broken(world: World, handle) -> EventDelivery:
    """A delivery that failed for good; what its handler said names a person."""

    def breaks(event: OutboxEvent) -> None:
        raise ValueError("Maija Meikäläinen has no place")

    handle(COUNTED, work=breaks)
    outbox.announce(COUNTED, "one")
    for _attempt in range(outbox.MAX_ATTEMPTS):
        relay()
        due_now()
    return EventDelivery.objects.get()


@pytest.fixture
def administrator(db) -> WebClient:
    client = WebClient()
    client.force_login(User.objects.create_user("admin@test.example", "x" * 14, full_name="Admin", is_staff=True))
    return client


class TestTypes:
    def test_every_event_is_declared_and_listed_here(self):
        assert {event_type.name for event_type in registry.all_types()} == EVENTS
        assert set(registry._handlers) == HANDLERS

    def test_every_process_knows_them_all(self):
        """A worker imports no pages, so what stands in no app's `ready` would be missing there."""
        code = (
            "import django; django.setup(); from partnership.events import registry;"
            "print(len(registry.all_types()), len(registry._handlers))"
        )
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=TOP, capture_output=True, text=True)
        assert done.stdout.split() == [str(len(EVENTS)), str(len(HANDLERS))], done.stderr

    def test_every_state_that_a_verb_leads_to_is_an_event(self):
        assert set(BY_STATE) == {transition.target for transition in TRANSITIONS.values()} == set(State) - {State.DRAFT}

    @pytest.mark.parametrize("language", ["fi", "sv"])
    def test_every_sentence_is_translated(self, language):
        for event_type in registry.all_types():
            if event_type.sentence is not None:
                english = registry.text_of(event_type.name)
                with translation.override(language):
                    assert registry.text_of(event_type.name) != english

    def test_webhooks_are_documented_and_can_be_subscribed_to(self):
        section = (TOP / "docs/api/webhooks.md").read_text().split("## Events")[1]
        documented = re.findall(r"^- `([a-z_.]+)`", section, re.M)
        assert documented == registry.webhook_events()
        assert list(WebhookInput().fields["events"].child.choices) == registry.webhook_events()

    def test_the_documented_names_of_data_are_those_of_the_payload(self):
        section = (TOP / "docs/api/webhooks.md").read_text().split("## Events")[1]
        types = {event_type.name: event_type for event_type in registry.all_types()}
        for line in re.findall(r"^- .*", section, re.M):
            name, *data = re.findall(r"`([a-z_.]+)`", line)
            assert data == list(types[name].payload)

    @pytest.mark.parametrize(
        "payload",
        [
            {},
            {"enrolment": 1, "more": 2},
            {"enrolment": "1"},
            {"enrolment": None},
            {"enrolment": True},
        ],
    )
    def test_another_payload_than_declared_is_refused(self, world, payload):
        with pytest.raises(TypeError):
            outbox.announce(MEASUREMENT_CONSENT, "one", **payload)

    def test_a_text_that_is_no_code_is_refused(self, world):
        numbers = {"partner": 1, "user": 2, "enrolment": 3}
        outbox.announce(ENDED, "one", reason="moved", **numbers)
        with pytest.raises(TypeError):
            outbox.announce(ENDED, "two", reason="Moved to Maija", **numbers)

    def test_an_event_that_is_not_declared_is_refused(self, world):
        with pytest.raises(TypeError):
            outbox.announce(EventType("overdoses.counted"), "one")

    def test_nobody_can_be_told_of_an_event_without_a_sentence(self, world):
        with pytest.raises(TypeError):
            outbox.announce(COUNTED, "one", tell=[{"partner": world.ngo.pk, "url": "/"}])

    @pytest.mark.parametrize("more", [{"name": "overdoses.counted"}, {"at": float}, {"webhooks": True}])
    def test_a_wrong_declaration_is_refused(self, more):
        with pytest.raises(TypeError):
            registry.declare(**({"name": "test.wrong"} | more))
        assert {event_type.name for event_type in registry.all_types()} == EVENTS

    def test_every_scheduled_job_exists(self):
        current_app.loader.import_default_modules()
        scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
        assert scheduled <= set(current_app.tasks)


class TestDelivery:
    def test_a_handler_that_fails_holds_up_neither_other_handlers_nor_other_events(self, world, handle):
        handled: list[str] = []

        def breaks(event: OutboxEvent) -> None:
            handled.append("breaks")
            raise ValueError

        def works(event: OutboxEvent) -> None:
            handled.append(event.key.partition("#")[0])

        handle(COUNTED, work=breaks)
        handle(COUNTED, MEASUREMENT_CONSENT, work=works)
        outbox.announce(COUNTED, "one")
        outbox.announce(MEASUREMENT_CONSENT, "two", enrolment=1)
        assert relay() == 2
        assert handled == ["breaks", "one", "two"]
        failing = EventDelivery.objects.get(done_at=None)
        assert (failing.handler, failing.attempts, failing.failed_at) == ("tests.breaks", 1, None)
        relay()
        assert handled.count("breaks") == 1  # not before its time
        due_now()
        relay()
        assert handled == ["breaks", "one", "two", "breaks"]

    def test_a_handler_that_fails_does_not_hold_up_notifications(self, world, monkeypatch):
        real = registry._handlers
        monkeypatch.setattr(registry, "_handlers", {})

        def breaks(event: OutboxEvent) -> None:
            raise ValueError

        handler(*BY_STATE.values())(breaks)
        registry._handlers.update(real)
        world.sent()
        relay()
        assert Notification.objects.filter(kind="referral.sent").count() == 2

    def test_what_a_failing_handler_wrote_is_undone(self, world, handle):
        def writes_and_breaks(event: OutboxEvent) -> None:
            outbox.announce(MEASUREMENT_CONSENT, "from a handler", enrolment=1)
            raise ValueError

        handle(COUNTED, work=writes_and_breaks)
        outbox.announce(COUNTED, "one")
        relay()
        assert OutboxEvent.objects.count() == 1

    def test_an_error_of_the_database_fails_that_handler_alone(self, world, handle):
        def breaks(event: OutboxEvent) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")

        handle(COUNTED, work=breaks)
        outbox.announce(COUNTED, "one")
        relay()
        assert re.fullmatch(
            r"DataError 22012 at tests/partnership/test_events\.py:\d+ \(breaks\)",
            EventDelivery.objects.get().last_error,
        )

    def test_a_handlers_own_event_is_relayed_in_the_same_round(self, world, handle):
        handled: list[str] = []

        def announces(event: OutboxEvent) -> None:
            outbox.announce(MEASUREMENT_CONSENT, "from a handler", enrolment=1)

        handle(COUNTED, work=announces)
        handle(MEASUREMENT_CONSENT, work=lambda event: handled.append(event.key.partition("#")[0]))
        outbox.announce(COUNTED, "one")
        assert relay() == 2
        assert handled == ["from a handler"]

    def test_the_oldest_comes_first(self, world, handle):
        handled: list[str] = []
        handle(COUNTED, work=lambda event: handled.append(event.key.partition("#")[0]))
        for number in range(3):
            outbox.announce(COUNTED, str(number))
        OutboxEvent.objects.filter(key__startswith="2#").update(created_at=timezone.now() - timedelta(hours=1))
        relay()
        assert handled == ["2", "0", "1"]

    def test_pauses_grow(self, world, handle):
        def breaks(event: OutboxEvent) -> None:
            raise ValueError

        handle(COUNTED, work=breaks)
        outbox.announce(COUNTED, "one")
        for attempt in range(1, 5):
            relay()
            pause = EventDelivery.objects.get().available_at - timezone.now()
            assert 2**attempt - 1 < pause.total_seconds() <= 2**attempt
            due_now()

    def test_an_event_that_nobody_handles_is_done(self, world, handle):
        outbox.announce(COUNTED, "one")
        assert relay() == 0
        assert OutboxEvent.objects.get().relayed_at
        assert not EventDelivery.objects.exists()

    def test_a_worker_that_dies_of_an_event_has_used_up_an_attempt_and_the_last_one_fails_it(self, world, handle):
        handle(COUNTED, work=lambda event: None)
        outbox.announce(COUNTED, "one")
        outbox.fan_out()
        for _attempt in range(outbox.MAX_ATTEMPTS):
            assert outbox._claim() is not None  # and then the worker dies
            due_now()
        assert outbox._claim() is None
        relay()
        delivery = EventDelivery.objects.get()
        assert delivery.failed_at
        assert delivery.last_error == "Its worker died."

    def test_events_of_the_release_before_are_relayed(self, world):
        """It wrote the same rows, which the migration signs; events that had failed there for good are tried anew, unknown kinds and all."""
        tell = [{"partner": world.ngo.pk, "roles": ["caseworker"], "url": "/x/"}]
        OutboxEvent.signed(kind="referral.sent", key="known", payload={"tell": tell, "referral": 1}).save()
        OutboxEvent.signed(kind="gone.since", key="unknown", payload={"tell": tell}).save()
        OutboxEvent.signed(kind="gone.since", key="told to nobody", payload={}).save()
        relay()
        assert sorted(Notification.objects.values_list("kind", flat=True)) == ["gone.since", "referral.sent"]
        assert not EventDelivery.objects.filter(done_at=None).exists()

    def test_what_waits_for_a_handler_that_is_gone_is_kept(self, world):
        event = OutboxEvent.objects.create(kind="overdoses.counted", key="one", relayed_at=timezone.now())
        EventDelivery.objects.create(event=event, kind=event.kind, handler="cases.gone")
        relay()
        assert EventDelivery.objects.get().last_error.startswith("HandlerGone")

    def test_two_handlers_of_one_name_are_refused(self, handle):
        def twice(event: OutboxEvent) -> None: ...

        handle(COUNTED, work=twice)
        with pytest.raises(TypeError):
            handle(COUNTED, work=twice)


@pytest.mark.django_db(transaction=True)
def test_relays_at_once_skip_what_another_works_on(handle):
    """A slow handler holds up no other event: while it works, another worker's relay does the rest."""
    import threading

    handled: list[str] = []
    working, go_on = threading.Event(), threading.Event()

    def slow(event: OutboxEvent) -> None:
        if event.key.startswith("slow"):
            working.set()
            assert go_on.wait(processes.PATIENCE)
        handled.append(event.key.partition("#")[0])

    def other_worker() -> None:
        try:
            outbox.relay()
        finally:
            connection.close()

    handle(COUNTED, work=slow)
    outbox.announce(COUNTED, "slow")
    outbox.announce(COUNTED, "quick")
    other = threading.Thread(target=other_worker)
    other.start()
    try:
        assert working.wait(processes.PATIENCE)
        due_later = EventDelivery.objects.filter(event__key__startswith="slow")
        assert outbox.relay() == 1
        assert handled == ["quick"]
        assert due_later.get().done_at is None
    finally:
        go_on.set()
        other.join()
    assert handled == ["quick", "slow"]
    assert outbox.relay() == 0


class TestFailedForGood:
    def test_it_is_kept_without_what_the_error_said(self, broken):
        assert (broken.attempts, broken.done_at) == (outbox.MAX_ATTEMPTS, None)
        assert broken.failed_at
        assert re.fullmatch(r"ValueError at tests/partnership/test_events\.py:\d+ \(breaks\)", broken.last_error)

    def test_it_is_not_tried_again_by_itself(self, broken):
        due_now()
        relay()
        assert EventDelivery.objects.get().attempts == outbox.MAX_ATTEMPTS

    def test_the_log_does_not_say_what_the_error_said(self, world, handle, caplog):
        def breaks(event: OutboxEvent) -> None:
            raise ValueError("Maija Meikäläinen")

        handle(COUNTED, work=breaks)
        outbox.announce(COUNTED, "one")
        relay()
        assert "ValueError" in caplog.text
        assert "Maija" not in caplog.text

    def test_the_administrator_sees_it_and_sends_it_again(self, broken, administrator):
        page = administrator.get(reverse("failed_events")).content.decode()
        assert "overdoses.counted" in page
        assert "tests.breaks" in page
        assert "Maija" not in page
        answer = administrator.post(reverse("event_send_again", args=[broken.pk]), follow=True)
        assert "1 event is sent again." in answer.content.decode()
        assert "Nothing has failed" in answer.content.decode()
        broken.refresh_from_db()
        assert (broken.attempts, broken.failed_at) == (0, None)
        relay()
        assert EventDelivery.objects.get().attempts == 1

    def test_all_at_once(self, broken, administrator):
        EventDelivery.objects.create(event=broken.event, kind=broken.kind, handler="a.b", failed_at=timezone.now())
        answer = administrator.post(reverse("events_send_again"), follow=True)
        assert "2 events are sent again." in answer.content.decode()

    def test_sent_again_twice_it_is_sent_once(self, broken, administrator):
        administrator.post(reverse("event_send_again", args=[broken.pk]))
        answer = administrator.post(reverse("event_send_again", args=[broken.pk]), follow=True)
        assert "Nothing to send" in answer.content.decode()

    def test_the_list_pages_by_key(self, broken, administrator):
        EventDelivery.objects.bulk_create(
            EventDelivery(event=broken.event, kind="x", handler=f"a.{number}", failed_at=timezone.now())
            for number in range(30)
        )
        page = administrator.get(reverse("failed_events"))
        assert page.content.decode().count("Send again") == 25
        more = administrator.get(reverse("failed_events"), {"after": page.context["page"].next_after})
        assert more.content.decode().count("Send again") == 6

    def test_the_database_shows_it_to_administrators_alone(self, world, broken):
        with on_web(world.coordinator):
            assert not EventDelivery.objects.exists()
            assert actions.send_again() == 0
        User.objects.filter(pk=world.coordinator.user.pk).update(is_staff=True)
        with on_web(world.coordinator):
            assert EventDelivery.objects.count() == 1
            with pytest.raises(DatabaseError), transaction.atomic():
                EventDelivery.objects.update(handler="another.one")

    def test_administering_asks_for_the_second_factor_where_one_is_required(self, broken, administrator, settings):
        settings.REQUIRE_SECOND_FACTOR = True
        assert administrator.get(reverse("failed_events")).url == reverse("mfa_index")

    def test_readyz_counts_it(self, broken, client):
        with database_role("worker"):
            outbox.publish_failed_count()
        assert client.get("/readyz").json()["events"] == "1 failed"
        cache.delete(outbox.FAILED_KEY)

    def test_the_command_lists_it_and_sends_it_again(self, broken):
        out = StringIO()
        with database_role("worker"):
            call_command("failed_events", stdout=out)
        assert f"overdoses.counted (event {broken.event_id}) → tests.breaks, 10 attempts: ValueError" in out.getvalue()
        assert out.getvalue().endswith("\n1 failed\n")
        with database_role("worker"):
            call_command("failed_events", send_again=True, stdout=out)
        assert out.getvalue().endswith("\n1 sent again\n")
        assert EventDelivery.objects.get().failed_at is None

    def test_the_command_does_not_say_that_all_is_well_where_it_sees_nothing(self, broken):
        with database_role("web"), pytest.raises(CommandError):
            call_command("failed_events")


def test_no_document_names_a_command_that_does_not_exist():
    from django.core.management import get_commands

    for path in [TOP / "README.md", *TOP.glob("docs/**/*.md"), *TOP.glob("partnership/**/*.py")]:
        for name in re.findall(r"manage\.py ([a-z]+_[a-z_]+)", path.read_text()):
            assert name in get_commands(), f"{path} names manage.py {name}"
