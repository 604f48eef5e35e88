"""Imports that are stopped, or meet others: no row is lost, none is there twice, and the page says what to do."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection, transaction

from cases.arrests.models import Arrest, Offence
from cases.enrolments.models import Enrolment
from cases.imports import actions as imports
from cases.imports import checking, loading
from cases.imports.jobs import WRITING_SPACE
from cases.imports.models import DataImport, ImportProblem, ImportRow
from cases.people import identity_code
from cases.people.models import Person
from partnership.events.models import OutboxEvent
from partnership.isolation.acting import Acting
from tests.cases.test_imports import csv_of, row, upload, work
from tests.cases.test_taking_back import take_back
from tests.world import database_role, on_web

COUNT = 40


def arrests(count: int = COUNT) -> bytes:
    """An arrest of somebody else each."""
    codes = [identity_code.make(date(1960 + n // 100, 1, 1 + n % 28), 800 + n % 100) for n in range(count)]
    return csv_of([row(arrest_number=f"K-{n}", identity_code=code) for n, code in enumerate(codes)])


def participants(count: int = COUNT) -> bytes:
    lines = ["person_number;last_name;first_names;born_on;started_on;consents"]
    lines += [f"P-{n};Virtanen;Aino;1980-01-{1 + n % 28:02};2024-01-10;yes" for n in range(count)]
    return "\n".join(lines).encode()


class Killed(BaseException):
    """No code of ours catches it: as when the machine loses power, what is not committed is gone."""


@contextmanager
def dies_before_transaction(number: int) -> Iterator[Callable[[], bool]]:
    """The job dies when it begins its transaction of this number; what it was at before is committed. Says whether it died."""
    begun = 0
    real = checking.acting_for

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal begun
        begun += 1
        if begun == number:
            raise Killed
        return real(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        for module in (checking, loading):
            patch.setattr(module, "acting_for", counted)
        yield lambda: begun >= number


def start(by: Acting, data_import: DataImport, *, loads: bool) -> None:
    with on_web(by):
        imports.start_check(by=by, data_import=data_import, mapping=data_import.mapping, codes={})
    if loads:
        DataImport.objects.filter(pk=data_import.pk).update(loads_if_clean=True)


@pytest.mark.parametrize("rows_a_slice", [loading.ROWS_A_SLICE, 12], ids=["one slice", "four slices"])
@pytest.mark.parametrize("kind", ["arrests", "participants"])
def test_whenever_its_worker_is_killed_an_import_goes_on_and_loses_no_row(world, monkeypatch, kind, rows_a_slice):
    monkeypatch.setattr(loading, "ROWS_A_SLICE", rows_a_slice)
    by = world.data_officer if kind == "arrests" else world.case_manager
    points = 0
    is_through = False
    while not is_through:
        points += 1
        with transaction.atomic():
            if kind == "arrests":
                data_import = upload(world, arrests())
            else:
                data_import = upload(world, participants(), by=by, programme=world.programme)
            start(by, data_import, loads=True)
            with dies_before_transaction(points) as has_died:
                with suppress(Killed):
                    work(data_import)
                is_through = not has_died()
            done = work(data_import)
            written = Arrest.objects.count() if kind == "arrests" else Enrolment.objects.count()
            assert (done.state, done.rows_bad, done.added, done.corrected) == ("done", 0, COUNT, 0), points
            assert (written, Person.objects.filter(partner=by.partner).count()) == (COUNT, COUNT), points
            assert Offence.objects.count() == (COUNT if kind == "arrests" else 0)
            assert OutboxEvent.objects.filter(kind="import.done").count() == 1
            assert not ImportRow.objects.exists()
            transaction.set_rollback(True)
    assert points > (13 if rows_a_slice == 12 else 8)


def test_while_one_import_of_a_partner_writes_another_waits_and_is_asked_for_afterwards(world):
    """Two files with the same arrests would each add them."""
    first, second = upload(world, arrests()), upload(world, arrests())
    start(world.data_officer, first, loads=True)
    start(world.data_officer, second, loads=True)
    other_worker = connection.copy()
    try:
        with other_worker.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [WRITING_SPACE, world.police.pk])
        assert work(second).state == DataImport.State.LOADING
        assert not Arrest.objects.exists()
    finally:
        other_worker.close()
    queue = redis.Redis.from_url(settings.REDIS_URL)
    queue.delete("long")
    assert work(first).added == COUNT
    assert json.loads(base64.b64decode(json.loads(queue.lindex("long", 0))["body"]))[0] == [second.pk, world.police.pk]
    done = work(second)
    assert (done.state, done.added, done.unchanged) == ("done", 0, COUNT)


def test_what_failed_in_the_middle_can_not_be_discarded_but_loaded_again_and_taken_back(world, monkeypatch):
    monkeypatch.setattr(loading, "ROWS_A_SLICE", 1)
    data_import = upload(world, arrests())
    start(world.data_officer, data_import, loads=True)
    with dies_before_transaction(20), pytest.raises(Killed):
        work(data_import)
    with database_role("worker"):
        imports.fail(data_import=DataImport.objects.get(pk=data_import.pk), error="x")
    assert 0 < Arrest.objects.count() < COUNT
    data_import.refresh_from_db()
    with pytest.raises(imports.WrongState, match="part of this file is in the registers"), on_web(world.data_officer):
        imports.discard(by=world.data_officer, data_import=data_import)
    start(world.data_officer, data_import, loads=False)
    done = work(data_import)
    assert (done.state, done.added + done.unchanged) == ("done", COUNT)
    take_back(world, done)
    assert not Arrest.objects.exists()


class TestWords:
    """What the page says is a sentence with what to do, never the name of an error alone."""

    def test_a_file_whose_pieces_are_gone_is_the_portals_mistake(self, world):
        data_import = upload(world, arrests())
        start(world.data_officer, data_import, loads=False)
        DataImport.objects.filter(pk=data_import.pk).update(encoding="x-none")
        failed = work(data_import)
        assert failed.state == "failed"
        assert failed.error.startswith("This is the portal’s mistake, not your file’s. Start again;")
        page = world.client(world.data_officer).get(f"/imports/{data_import.pk}/").content.decode()
        assert "This import has stopped. The file is kept." in page
        assert "tell your administrator" in page

    def test_in_the_language_of_whoever_sent_the_file(self, world):
        world.data_officer.user.language = "fi"
        world.data_officer.user.save()
        data_import = upload(world, arrests())
        start(world.data_officer, data_import, loads=False)
        DataImport.objects.filter(pk=data_import.pk).update(encoding="x-none")
        assert work(data_import).error.startswith("Tämä on portaalin virhe")

    @pytest.mark.parametrize("column", ["arrest_number", "last_name", "sex"])
    @pytest.mark.parametrize("characters", [300, 200_000])
    @pytest.mark.parametrize("mark", ["", '"'])
    def test_a_very_long_value_is_a_problem_of_its_row(self, world, column, characters, mark):
        long = row(arrest_number="K-2") | {column: mark + "a b" * (characters // 3)}
        data_import = upload(world, csv_of([row(), long]))
        start(world.data_officer, data_import, loads=False)
        checked = work(data_import)
        assert (checked.state, checked.rows_total, checked.rows_bad) == ("checked", 2, 1)
        assert ImportProblem.objects.get().reason == ("bad_sex" if column == "sex" else "too_long")

    def test_a_row_of_a_million_characters_says_what_may_be_missing(self, world):
        data_import = upload(world, csv_of([row(), row(arrest_number="K-2", last_name="a b" * 500_000)]))
        start(world.data_officer, data_import, loads=False)
        assert work(data_import).error == "A row of this file is too long: is a quotation mark missing?"

    def test_a_character_that_no_register_holds_is_a_problem_of_its_row(self, world):
        rows = [row(arrest_number=f"K-{n}") for n in range(1_500)]  # the beginning of a file is looked at as a whole
        data_import = upload(world, csv_of([*rows, row(arrest_number="K\x00", last_name="Vir\x00tanen")]))
        start(world.data_officer, data_import, loads=False)
        checked = work(data_import)
        assert (checked.state, checked.rows_bad, checked.error) == ("checked", 1, "")
        assert {problem.reason for problem in ImportProblem.objects.all()} == {"bad_character"}
