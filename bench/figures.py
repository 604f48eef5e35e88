"""The figures at 10 thousand, 100 thousand and 1 million participants with five arrests each.

Full rebuild of the follow-up, then all fixed-window rates of 40 programmes, protected, and their curves, stored. Against the same
counts by DuckDB from Parquet (the floor) and the same rates by pandas reading from PostgreSQL (what an analyst would write);
and the update after 1,000 new arrests. PORTAL_BENCH_SIZES=10000,100000 measures smaller. Which goal is held against which figure:
docs/decisions/0014-speed.md.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg2

from bench.database import SIZE, VAR, Figure

PEOPLE = {"full": "10000,100000,1000000", "small": "10000"}
SIZES = tuple(int(size) for size in (os.environ.get("PORTAL_BENCH_SIZES") or PEOPLE[SIZE]).split(","))
PROGRAMMES = 40
ARRESTS_EACH = 5
SEED = 2026
START = date(2018, 1, 1)
DAYS = 365 * 6
COMPLETE = date(2025, 12, 31)


def run() -> Iterator[Figure]:
    largest = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            clear()
            fill(size, Path(folder))
            ours, memory = in_process("ours", folder)
            floor, _ = in_process("floor", folder)
            agree(Path(folder))
            in_memory, _ = in_process("floor_in_memory", folder)
            analyst, _ = in_process("analyst", folder)
            update, _ = in_process("update", folder)
            from_follow_up, _ = in_process("kept", folder)
        name = f"figures.{size // 1000}k"
        yield Figure(f"{name}_rebuild_and_results", ours, "s")
        yield Figure(f"{name}_duckdb", floor, "s")
        yield Figure(f"{name}_pandas", analyst, "s")
        yield Figure(f"{name}_to_duckdb", ours / floor, "times", "at most 4", ours <= 4 * floor)
        yield Figure(f"{name}_to_duckdb_in_memory", ours / in_memory, "times")
        yield Figure(f"{name}_rebuild_and_results_faster_than_pandas", analyst / ours, "times")
        yield Figure(f"{name}_results_from_kept_follow_up", from_follow_up, "s")
        # Below a million, what costs the same at any size (the server's answers, forty curves) outweighs the rest.
        goals = ("at least 5", "at most 0.01") if size >= 1_000_000 else ("", "")
        holds = (analyst >= 5 * from_follow_up, update <= 0.01 * ours) if size >= 1_000_000 else (None, None)
        yield Figure(f"{name}_kept_faster_than_pandas", analyst / from_follow_up, "times", goals[0], holds[0])
        yield Figure(f"{name}_update_1000_arrests", update, "s")
        yield Figure(f"{name}_update_to_rebuild", update / ours, "times", goals[1], holds[1])
        yield Figure(f"{name}_worker_memory", memory, "MB", "at most 500", memory <= 500)
        largest[size] = ours
    sizes = sorted(largest)
    if len(sizes) > 1:
        growth = (largest[sizes[-1]] / largest[sizes[-2]]) / (sizes[-1] / sizes[-2])
        yield Figure("figures.cost_growth_to_linear", growth, "times", "at most 1.3", growth <= 1.3)


def agree(folder: Path) -> None:
    """Raises where the portal's counts, before they are protected, are not the floor's."""
    import duckdb

    from metrics.recidivism.fixed_windows import WINDOWS, outcomes_by_population
    from metrics.recidivism.members import KINDS, all_member_rows

    complete = date.fromisoformat((folder / "complete").read_text())
    outcomes = outcomes_by_population(all_member_rows([]), complete)
    for number, months in enumerate(WINDOWS, start=1):
        counts = {
            (population.programme, kind): (one.eligible(number), one.rearrested(kind, number))
            for population, one in outcomes.items()
            for kind in KINDS
        }
        rates = duckdb.from_parquet(f"{folder}/rates_{months}.parquet").project(
            "programme_id, eligible, any_rearrested, drug_rearrested"
        )
        theirs = {
            (programme, kind): (eligible, rearrested)
            for programme, eligible, *both in rates.fetchall()
            for kind, rearrested in zip(("any", "drug"), both, strict=True)
        }
        if not counts or any(theirs[which] != count for which, count in counts.items()):
            raise RuntimeError(f"The rates of {months} months differ.")


def in_process(name: str, folder: str) -> tuple[float, float]:
    """(seconds, peak memory in MB) of what a process of its own does: the worker's part, or a peer's."""
    command = [sys.executable, "-W", "ignore", "-m", "bench.figures_peers", name, folder]
    process = subprocess.run(command, capture_output=True, text=True)
    if process.returncode:
        raise RuntimeError(process.stderr)
    seconds, memory = process.stdout.split()[-2:]
    return float(seconds), float(memory)


TABLES = {
    "cases_arrest": "partner_id, person_id, arrest_number, arrested_on, district_id, is_drug, offence_group, last_offence_on, last_drug_offence_on, age_at_offence, content_hash, received_at",
    "cases_enrolment": "id, partner_id, person_id, programme_id, started_on, ended_on, end_reason, referral_kind, primary_drug, measurement_consent, created_at",
    "cases_person": "id, partner_id, first_names, last_name, born_on, identity_code, phone, email, sex, birth_year, district_id, code_index, birth_index, code_pseudonym, birth_pseudonym, spelling_hash, source_key, created_at, changed_at",
    "metrics_pair": "person_id, other_id, weight, by_code, probability, method",
}


def admin() -> psycopg2.extensions.connection:
    """A connection that may switch triggers off while it loads."""
    from partnership.local import embedded

    return psycopg2.connect(embedded.admin_url(VAR).removesuffix("/postgres") + "/portal_bench")


def clear() -> None:
    with admin() as connection, connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE cases_person, cases_arrest, cases_offence, cases_enrolment, cases_feed, metrics_touched, metrics_unlinked, metrics_pair, metrics_run CASCADE"
        )


def fill(size: int, folder: Path) -> None:
    """Two million people, a million of them participants, five arrests each; the same rows as Parquet for the floor."""
    import duckdb

    from cases.arrests.models import Feed
    from partnership.members.models import District, Partner
    from programs.catalogue.models import Programme

    rng = np.random.default_rng(SEED)
    districts = [
        District.objects.get_or_create(code=f"D{n}", defaults={"name": f"District {n}"})[0].pk for n in range(10)
    ]
    police = Partner.objects.get_or_create(name="Police", defaults={"kind": "police"})[0]
    ngos = [Partner.objects.get_or_create(name=f"NGO {n}", defaults={"kind": "ngo"})[0].pk for n in range(10)]
    programmes = [
        Programme.objects.get_or_create(partner_id=ngos[n % 10], name=f"Programme {n}", defaults={"kind": "diversion"})[
            0
        ].pk
        for n in range(PROGRAMMES)
    ]
    for district_id in districts:
        Feed.objects.create(partner=police, district_id=district_id, complete_through=COMPLETE)
    humans = np.arange(size)
    keys = pd.Series(pd.util.hash_array(humans.astype("uint64"), categorize=False)).map("{:016x}".format)
    pseudonyms = keys + keys
    programme = rng.integers(0, PROGRAMMES, size)
    started = np.datetime64(START) + rng.integers(0, DAYS, size)
    consents = rng.random(size) > 0.03
    district = np.array(districts)[rng.integers(0, 10, size)]
    now = "2026-01-01"

    def people(offset: int, partner: object) -> pd.DataFrame:
        return pd.DataFrame({
            "id": humans + offset, "partner_id": partner, "first_names": "", "last_name": "", "born_on": "", "identity_code": "",
            "phone": "", "email": "", "sex": np.where(humans % 5 == 0, "female", "male"), "birth_year": 1960 + humans % 45,
            "district_id": district, "code_index": "", "birth_index": "",
            "code_pseudonym": pseudonyms, "birth_pseudonym": "", "spelling_hash": "", "source_key": "", "created_at": now, "changed_at": now,
        })  # fmt: skip

    participants = people(1, np.array(ngos)[programme % 10])
    arrested_people = people(size + 1, police.pk)
    enrolment = pd.DataFrame({
        "id": humans + 1, "partner_id": participants["partner_id"], "person_id": humans + 1, "programme_id": np.array(programmes)[programme],
        "started_on": started, "ended_on": started + 90, "end_reason": "completed", "referral_kind": "arrest_diversion",
        "primary_drug": "", "measurement_consent": consents, "created_at": now,
    })  # fmt: skip
    count = size * ARRESTS_EACH
    whose = np.repeat(humans, ARRESTS_EACH)
    on = np.repeat(started, ARRESTS_EACH) + rng.integers(-900, 1400, count)
    on = np.minimum(on, np.datetime64(COMPLETE))
    drug = rng.random(count) < 0.6
    offence = on - rng.integers(0, 4, count)
    unknown = rng.random(count) < 0.15
    arrest = pd.DataFrame({
        "partner_id": police.pk, "person_id": whose + size + 1, "arrest_number": np.arange(count), "arrested_on": on,
        "district_id": np.repeat(district, ARRESTS_EACH), "is_drug": drug, "offence_group": np.where(drug, "personal", "other"),
        "last_offence_on": pd.Series(offence).mask(unknown), "last_drug_offence_on": pd.Series(offence).mask(unknown | ~drug),
        "age_at_offence": 30, "content_hash": "x", "received_at": now,
    })  # fmt: skip
    for name, frame in (
        ("person", pd.concat([participants, arrested_people])),
        ("enrolment", enrolment),
        ("arrest", arrest),
    ):
        duckdb.from_df(frame).write_parquet(str(folder / f"{name}.parquet"))
        copy(f"cases_{name}", frame)
    # As the linker leaves them: each participant and the police unit's record of the same human being, by code.
    copy("metrics_pair", pd.DataFrame({
        "person_id": humans + 1, "other_id": humans + size + 1, "weight": 20.0, "by_code": True, "probability": 1.0, "method": "bench",
    }))  # fmt: skip
    (folder / "complete").write_text(COMPLETE.isoformat())
    connection = admin()
    connection.autocommit = True  # and no `with`, which would open a transaction
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            # As in a database that has been there for a while: seen to by autovacuum, the load's writing done.
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("CHECKPOINT")
    connection.close()


def copy(table: str, frame: pd.DataFrame) -> None:
    """COPY, with triggers off: the database is filled as if it had always been there."""
    with admin() as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        columns = TABLES[table]
        for first in range(0, len(frame), 500_000):
            text = io.StringIO(
                frame[first : first + 500_000][[c.strip() for c in columns.split(",")]].to_csv(
                    index=False, header=False
                )
            )
            cursor.copy_expert(
                f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({NOT_NULL[table]}))", text
            )


NOT_NULL = {
    "cases_arrest": "arrest_number",
    "cases_enrolment": "end_reason, primary_drug",
    "cases_person": "first_names, last_name, born_on, identity_code, phone, email, code_index, birth_index, code_pseudonym, birth_pseudonym, spelling_hash, source_key",
    "metrics_pair": "method",
}
