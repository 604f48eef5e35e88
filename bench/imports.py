"""Half a million rows of arrests: rows a second against reading the file alone, and peak memory."""

from __future__ import annotations

import csv
import gc
import io
import random
import resource
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from bench.database import Figure, sized

ROWS = sized(500_000, 2_000)


def run() -> Iterator[Figure]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from cases.arrests.models import Arrest
    from cases.imports import actions as imports
    from cases.imports import checking, loading
    from cases.imports.files import rows_of
    from cases.imports.models import DataImport
    from partnership.isolation.acting import acting_for
    from tests.cases.test_imports import HEADINGS
    from tests.world import World

    world = World.__new__(World)
    _prepare(world)
    content = _file(HEADINGS)
    by = world.data_officer
    with acting_for(by.partner.pk):
        data_import = imports.upload(
            by=by,
            kind="arrests",
            file=SimpleUploadedFile("a.csv", content),
            complete_through=date(2026, 1, 1),
            district_ids=[world.city.pk],
        )
    del content
    gc.collect()
    start = time.perf_counter()
    with acting_for(by.partner.pk):
        read = sum(1 for _ in rows_of(data_import)) - 1
    floor = time.perf_counter() - start
    DataImport.objects.filter(pk=data_import.pk).update(state="checking")
    data_import.refresh_from_db()
    memory = PeakMemory()
    start = time.perf_counter()
    checking.check(data_import=data_import)
    checked = time.perf_counter() - start
    DataImport.objects.filter(pk=data_import.pk).update(state="loading", rows_done=0)
    data_import.refresh_from_db()
    start = time.perf_counter()
    loading.load(data_import=data_import)
    loaded = time.perf_counter() - start
    grown = memory.grown()
    assert Arrest.objects.filter(partner=by.partner).count() == read == ROWS
    yield Figure("imports.rows", ROWS, "rows")
    yield Figure("imports.reading_alone", floor, "s")
    yield Figure("imports.check", checked, "s")
    yield Figure("imports.load", loaded, "s")
    total = checked + loaded
    yield Figure("imports.total", total, "s", "at most 60", total <= 60)
    yield Figure("imports.total_to_reading_alone", total / floor, "times")
    yield Figure("imports.memory_grown", grown, "MB", "at most 300", grown <= 300)


class PeakMemory:
    """Samples what the process holds in memory, ten times a second, from when it is made."""

    def __init__(self) -> None:
        self.start = self.peak = self.now()
        self.going_on = True
        self.thread = threading.Thread(target=self._sample, daemon=True)
        self.thread.start()

    @staticmethod
    def now() -> float:
        """Resident memory in MB."""
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1024 / 1024

    def _sample(self) -> None:
        while self.going_on:
            self.peak = max(self.peak, self.now())
            time.sleep(0.1)

    def grown(self) -> float:
        """MB by which the peak lies above the start."""
        self.going_on = False
        self.thread.join()
        return self.peak - self.start


def _prepare(world: object) -> None:
    from partnership.members.models import District, Partner, Role
    from tests.world import World

    assert isinstance(world, World)
    world.police = Partner.objects.create(name="Bench Police", kind="police")
    world.city = District.objects.create(name="Bench City", code="B1")
    world.data_officer = world.member(world.police, Role.POLICE_DATA_OFFICER)


def _file(headings: list[str]) -> bytes:
    """Two hundred thousand people, two and a half arrests each, with a fixed seed."""
    rng = random.Random(1)
    people = [
        (f"Name{n}", f"First{n % 5000}", date(1950, 1, 1) + timedelta(days=rng.randrange(20_000)))
        for n in range(ROWS * 2 // 5)
    ]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(headings)
    for number in range(ROWS):
        last, first, born = rng.choice(people)
        day = date(2021, 1, 1) + timedelta(days=rng.randrange(1800))
        writer.writerow([f"B-{number}", day, "060111", "", "Bench City", "", last, first, born, "male"])
    return out.getvalue().encode()
