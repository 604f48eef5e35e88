"""Search by name in the own register, in memory: against the plain fetch of what it looks at, which is the least it can cost."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from bench.database import Figure, sized

SIZES = (1_000, 10_000, 50_000)
ROUNDS = 5
SEARCHES = {
    "name": "virtanen",
    "two_beginnings": "juh korh",
    "typing_errors": "hämälänien pekak",
    "name_and_year": "virtanen 1985",
}


def run() -> Iterator[Figure]:
    for size in [sized(size, size // 100) for size in SIZES]:
        partner_id = register(size)
        floor = median(partial(fetch, partner_id))
        yield Figure(f"search.{size}.plain_fetch", 1000 * floor, "ms")
        for name, text in SEARCHES.items():
            seconds = median(partial(search, partner_id, text))
            yield Figure(f"search.{size}.{name}", 1000 * seconds, "ms")
            yield Figure(
                f"search.{size}.{name}_to_plain_fetch", seconds / floor, "times", "at most 15", seconds <= 15 * floor
            )


def search(partner_id: int, text: str) -> None:
    from cases.people.models import Person

    list(Person.objects.filter(partner=partner_id).found_by(partner_id, text))


def fetch(partner_id: int) -> None:
    """The encrypted names of a register, left as they are."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, first_names, last_name FROM cases_person WHERE partner_id = %s AND erased_on IS NULL",
            [partner_id],
        )
        cursor.fetchall()


def register(size: int) -> int:
    """A partner with so many people, whose names are as frequent as Finnish ones are; returns its number."""
    from cases.people.models import Person
    from partnership.members.models import Partner
    from tests.attack.counting import register

    partner = Partner.objects.create(name=f"Register of {size}", kind="ngo")
    people = []
    for number, (first_names, last_name) in enumerate(register(size)):
        born_on = date(1950, 1, 1) + timedelta(days=number % 20_000)
        person = Person(partner=partner, first_names=first_names, last_name=last_name, born_on=born_on, sex="male")
        person.derive()
        people.append(person)
    Person.objects.bulk_create(people, batch_size=2000)
    return partner.pk


def median(work: Callable[[], object]) -> float:
    """Seconds that the work takes, the middle of a few times."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
