"""What stands beside an arrest follows from its offences by one rule, however they were written.

Codes and what they mean: UNODC, International Classification of Crime for Statistical Purposes, version 1.0, section 06.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import connection

from cases.arrests import iccs
from cases.arrests.actions import sum_up_offences
from cases.arrests.models import Arrest, Offence, OffenceGroup, age_at_offence
from partnership.isolation.acting import acting_for
from tests.cases.test_imports import csv_of, load, row

FOR_PERSONAL_USE = ("06011", "060111", "060112")
OTHER_DRUG_OFFENCES = ("0601", "06012", "060121", "060122", "060123", "060124", "060129", "06019")
NO_DRUG_OFFENCES = ("01", "05", "06", "0602", "06021", "0701", "11")
"""Section 06 has offences with alcohol or tobacco as well: 0602."""
CODES = (*FOR_PERSONAL_USE, *OTHER_DRUG_OFFENCES, *NO_DRUG_OFFENCES)
DAY = date(2025, 3, 1)
DAYS = (None, DAY, DAY - timedelta(days=9))


def expected(offences: list[tuple[str, date | None]]) -> tuple[bool, str, date | None, date | None]:
    """From the table above, code by code."""
    of_drugs = [offence for offence in offences if offence[0] not in NO_DRUG_OFFENCES]
    group = OffenceGroup.OTHER
    if of_drugs:
        for_use = all(code in FOR_PERSONAL_USE for code, _day in of_drugs)
        group = OffenceGroup.PERSONAL if for_use else OffenceGroup.SUPPLY

    def latest(some: list[tuple[str, date | None]]) -> date | None:
        days = [day for _code, day in some]
        return None if None in days or not days else max(filter(None, days))

    return bool(of_drugs), group, latest(offences), latest(of_drugs)


def summary(arrest: Arrest) -> tuple[bool, str, date | None, date | None]:
    return arrest.is_drug, arrest.offence_group, arrest.last_offence_on, arrest.last_drug_offence_on


def test_the_examples_name_every_drug_code_that_is_taken():
    assert set(iccs.DRUG_CODES) == {*FOR_PERSONAL_USE, *OTHER_DRUG_OFFENCES}
    assert all(map(iccs.is_valid, CODES))


def test_one_offence_or_any_two_sum_up_as_the_classification_says(world):
    person = world.person(world.police)
    pairs = [*product(product(CODES, DAYS), repeat=2), *(((code, day),) for code, day in product(CODES, DAYS))]
    arrests = Arrest.objects.bulk_create(
        Arrest(
            partner=world.police,
            person=person,
            arrest_number=f"P-{number}",
            arrested_on=DAY,
            district=world.city,
            is_drug=False,
            content_hash="x",
        )
        for number, _ in enumerate(pairs)
    )
    Offence.objects.bulk_create(
        Offence(partner=world.police, arrest=arrest, iccs=code, offence_on=day)
        for arrest, offences in zip(arrests, pairs, strict=True)
        for code, day in offences
    )
    sum_up_offences(arrests=Arrest.objects.all())
    stored = {arrest.arrest_number: summary(arrest) for arrest in Arrest.objects.all()}
    assert stored == {f"P-{number}": expected(list(offences)) for number, offences in enumerate(pairs)}


def test_an_import_sums_up_by_the_same_rule(world):
    offences = [(code, other, DAYS[n % 3], DAYS[n % 2]) for n, (code, other) in enumerate(product(CODES, repeat=2))]
    rows = []
    for number, (code, other, day, other_day) in enumerate(offences):
        for each, on in ((code, day), (other, other_day)):
            rows.append(row(arrest_number=f"K-{number}", offence_code=each, offence_on=on.isoformat() if on else ""))
    load(world, csv_of(rows))
    stored = {arrest.arrest_number: summary(arrest) for arrest in Arrest.objects.all()}
    assert stored == {
        f"K-{number}": expected([(code, day), (other, other_day)])
        for number, (code, other, day, other_day) in enumerate(offences)
    }


@pytest.mark.parametrize(
    ("offence_on", "age"),
    [(date(2025, 2, 28), 17), (date(2025, 3, 1), 18), (None, 18)],
    ids=["before", "on", "unknown"],
)
def test_the_age_is_that_of_the_day_of_the_offence(offence_on, age):
    assert age_at_offence(date(2007, 3, 1), offence_on, arrested_on=DAY) == age


def test_an_action_is_named_in_each_transaction_that_acts_for_a_partner(world):
    from partnership.actions import named

    def name() -> str:
        with acting_for(world.police.pk), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('portal.action', true)")
            return cursor.fetchone()[0]

    with named("import.load"):
        assert name() == "import.load"
    assert name() == ""
