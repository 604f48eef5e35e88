"""What `bench.figures` compares, each in a process of its own. Prints the seconds that it took and its peak memory in MB.

ours: follow-up of everybody anew, then rates and curves of all programmes, suppressed and stored.
kept: the same results from the follow-up as it is kept up to date. update: the follow-up after 1,000 new arrests, by
a worker that brought 10,000 up to date before.
floor: DuckDB computes the same from Parquet and writes it to Parquet: links, follow-up, rates, Kaplan–Meier tables.
floor_in_memory: the same, of which only rates and tables are written.
analyst: pandas and lifelines, reading what they need from PostgreSQL.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path

WINDOWS = (6, 12, 24, 36, 48, 60)


def floor(folder: Path, *, writes_follow_up: bool = True) -> None:
    import duckdb

    complete = (folder / "complete").read_text()
    db = duckdb.connect()
    for name in ("person", "enrolment", "arrest"):
        db.execute(f"CREATE VIEW {name} AS SELECT * FROM '{folder}/{name}.parquet'")
    db.execute(
        "CREATE TABLE link AS SELECT id AS person_id, left(code_pseudonym, 32)::uuid AS key FROM person WHERE code_pseudonym <> ''"
    )
    window_columns = ", ".join(
        f"count(*) FILTER ({kind} AND arrested_on <= index_date + INTERVAL {months} MONTH) AS {kind[3:]}_{months}"
        for months in WINDOWS
        for kind in ("is_any", "is_drug_event")
    )
    db.execute(f"""
    CREATE TABLE follow_up AS
    WITH members AS (
        SELECT e.id, e.partner_id, e.programme_id, l.key, e.started_on::date AS index_date, e.person_id,
               e.ended_on::date AS ended_on, e.end_reason, e.referral_kind, e.primary_drug,
               row_number() OVER (PARTITION BY programme_id, key ORDER BY started_on, e.id) AS rank
          FROM enrolment e JOIN link l USING (person_id) WHERE measurement_consent),
    arrests AS (
        SELECT l.key, arrested_on::date AS arrested_on, is_drug, a.district_id, offence_group,
               coalesce(last_offence_on::date, DATE '9999-12-31') AS offence_to,
               CASE WHEN is_drug THEN coalesce(last_drug_offence_on::date, DATE '9999-12-31') ELSE DATE '0001-01-01' END AS drug_to
          FROM arrest a JOIN link l USING (person_id)),
    classed AS (
        SELECT m.id, m.index_date, arrested_on, is_drug, a.district_id, offence_group, arrested_on <= index_date AS is_prior,
               arrested_on > index_date AND offence_to > index_date AS is_any,
               arrested_on > index_date AND drug_to > index_date AS is_drug_event
          FROM members m JOIN arrests a USING (key)),
    sums AS (
        SELECT id, count(*) FILTER (is_prior) AS prior_arrests, count(*) FILTER (is_prior AND is_drug) AS prior_drug,
               max(arrested_on) FILTER (is_prior) AS prior_on,
               arg_max(district_id, arrested_on) FILTER (is_prior) AS prior_district_id,
               arg_max(offence_group, arrested_on) FILTER (is_prior) AS prior_group,
               min(arrested_on) FILTER (is_any) AS any_on, min(arrested_on) FILTER (is_drug_event) AS drug_on,
               max(arrested_on) FILTER (is_any) AS last_on, count(*) FILTER (is_any) AS any_total,
               count(*) FILTER (is_drug_event) AS drug_total, {window_columns}
          FROM classed GROUP BY id)
    SELECT m.*, p.district_id, p.sex, p.birth_year, s.* EXCLUDE (id)
      FROM members m JOIN person p ON p.id = m.person_id LEFT JOIN sums s ON s.id = m.id
    """)
    # As the portal stores them.
    for name in ("link", "follow_up") if writes_follow_up else ():
        db.execute(f"COPY {name} TO '{folder}/{name}.parquet'")
    for months in WINDOWS:
        db.execute(f"""
        COPY (SELECT programme_id, count(*) AS eligible,
                     count(*) FILTER (any_on <= index_date + INTERVAL {months} MONTH) AS any_rearrested,
                     count(*) FILTER (drug_on <= index_date + INTERVAL {months} MONTH) AS drug_rearrested
                FROM follow_up WHERE rank = 1 AND index_date + INTERVAL {months} MONTH <= DATE '{complete}'
               GROUP BY programme_id) TO '{folder}/rates_{months}.parquet'
        """)


def floor_in_memory(folder: Path) -> None:
    floor(folder, writes_follow_up=False)


def analyst(folder: Path) -> None:
    """Reads people, enrolments and arrests, joins them in pandas, and makes each programme's rates with their intervals."""
    import pandas as pd
    from django.db import connection
    from statsmodels.stats.proportion import proportion_confint

    complete = pd.Timestamp(date.fromisoformat((folder / "complete").read_text()))
    connection.ensure_connection()

    def read(sql: str, dates: list[str]) -> pd.DataFrame:
        return pd.read_sql(sql, connection.connection, parse_dates=dates)

    people = read("SELECT id AS person_id, code_pseudonym AS key FROM cases_person", [])
    enrolments = read(
        "SELECT id, person_id, programme_id, started_on FROM cases_enrolment WHERE measurement_consent", ["started_on"]
    )
    arrests = read(
        "SELECT person_id, arrested_on, is_drug, last_offence_on, last_drug_offence_on FROM cases_arrest",
        ["arrested_on", "last_offence_on", "last_drug_offence_on"],
    )
    members = (
        enrolments.merge(people, on="person_id")
        .sort_values(["started_on", "id"])
        .drop_duplicates(["programme_id", "key"])
    )
    joined = members[["id", "key", "started_on"]].merge(arrests.merge(people, on="person_id"), on="key")
    after = joined[joined.arrested_on > joined.started_on]
    any_event = after[after.last_offence_on.isna() | (after.last_offence_on > after.started_on)]
    drug_event = after[
        after.is_drug & (after.last_drug_offence_on.isna() | (after.last_drug_offence_on > after.started_on))
    ]
    for events in (any_event, drug_event):
        first = events.groupby("id").arrested_on.min()
        table = members.assign(event_on=members.id.map(first))
        for months in WINDOWS:
            last_day = table.started_on + pd.DateOffset(months=months)
            eligible = table[last_day <= complete]
            rearrested = eligible.event_on <= last_day[eligible.index]
            for count, people_in in zip(
                rearrested.groupby(eligible.programme_id).sum(), eligible.groupby("programme_id").size(), strict=True
            ):
                proportion_confint(count, people_in, method="wilson")


def ours(folder: Path) -> None:
    from metrics.follow_up import upkeep as follow_up_upkeep

    follow_up_upkeep.rebuild()
    results_from_follow_up(folder)


def results_from_follow_up(folder: Path) -> None:
    from metrics.protection.counts import Draws
    from metrics.recidivism import fixed_windows, members, survival
    from metrics.recidivism.models import RecidivismResult, SurvivalResult
    from metrics.runs.models import Run

    complete = date.fromisoformat((folder / "complete").read_text())
    run = Run.objects.create(reason="bench", state=Run.State.RUNNING, definition="bench", quarter="bench")
    protected = fixed_windows.tails_by_population(members.all_member_rows([]), complete, Draws(run.quarter), {})
    RecidivismResult.objects.bulk_create(fixed_windows.results(run, protected))
    SurvivalResult.objects.bulk_create(survival.results(run, protected))
    Run.objects.filter(pk=run.pk).update(state=Run.State.DONE)


def arrive(count: int) -> None:
    """So many arrests more, as an import would write them: triggers note whose they are."""
    import numpy as np
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT partner_id, min(person_id), max(person_id) FROM cases_arrest GROUP BY partner_id")
        police, first, last = cursor.fetchone()
        people = np.random.default_rng(count).integers(first, last + 1, count)
        cursor.executemany(
            "INSERT INTO cases_arrest (partner_id, person_id, arrest_number, arrested_on, district_id, is_drug, offence_group,"
            " content_hash, received_at) SELECT %s, %s, %s, date '2025-12-31' - %s, min(id), true, 'personal', 'x', now()"
            " FROM partnership_district",
            [(police, int(person), f"new-{count}-{n}", n % 300) for n, person in enumerate(people)],
        )


def before_update() -> None:
    """A worker and a database that have been at it for a while: ten thousand arrests before the thousand."""
    from metrics.follow_up import upkeep as follow_up_upkeep

    arrive(10_000)
    follow_up_upkeep.refresh()
    arrive(1000)


def update(folder: Path) -> None:
    from metrics.follow_up import upkeep as follow_up_upkeep

    assert 900 < follow_up_upkeep.refresh() <= 1000


def peak() -> float:
    """Peak memory of this program in MB. Not getrusage's, which counts the process it was started from."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    if not name.startswith("floor"):
        import django
        from django.db import connection

        django.setup()
        connection.ensure_connection()
        # A worker has long loaded what it uses.
        import metrics.recidivism.survival  # noqa: F401
    if name == "update":
        before_update()
    start = time.perf_counter()
    {
        "ours": ours,
        "kept": results_from_follow_up,
        "update": update,
        "floor": floor,
        "floor_in_memory": floor_in_memory,
        "analyst": analyst,
    }[name](folder)
    print(time.perf_counter() - start, peak())


if __name__ == "__main__":
    main()
