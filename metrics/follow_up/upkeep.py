"""Keeps the follow-up of participants up to date: only the people whose data changed are computed anew.

Triggers note who was touched (`Touched`); `refresh` takes the notes and computes those people in one transaction, by the
same SQL as `rebuild` computes everybody. A worker that dies in between leaves the notes where they were.
"""

from __future__ import annotations

import io
import os
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import scipy
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from metrics.linkage import scoring
from partnership.events.job_queue import alone

COMMENT = re.compile(r"--[^\n]*")
SQL = Path(__file__).resolve().parent.parent / "sql"
LOCK = (7002, 2)
"""The advisory lock of whoever changes the follow-up."""
SURE = f"probability >= {scoring.SURE}"
"""Of a pair: it is taken for one person."""
UNSURE = f"probability >= {scoring.UNSURE} AND probability < {scoring.SURE}"
"""Of a pair: it may be one person."""
REBUILD_SHARE = 0.2
"""With more than this share of all people touched, a rebuild is the quicker way."""
COLUMNS = (
    "enrolment_id, partner_id, programme_id, key, rank, index_date, ended_on, end_reason, referral_kind, primary_drug,"
    " referred_on, district_id, sex, birth_year, died_on, prior_arrests, prior_drug_arrests, prior_on, prior_district_id,"
    " prior_group, any_on, drug_on, last_on, any_total, drug_total, any_6, any_12, any_24, any_36, drug_6, drug_12, drug_24,"
    " drug_36"
)
INSERT = f"INSERT INTO metrics_followup ({COLUMNS})"
EVERYBODY = 0
"""Noted as a person while a rebuild is under way: one that its worker did not finish is done again."""
INDEXES = ("link_key", "metrics_link_pkey", "follow_up_key", "metrics_followup_pkey")
"""What a rebuild makes when the tables are filled, the longest first."""
PARALLEL_FROM = 50_000
MOST_SLICES = 4
WORK_MEMORY = "256MB"
"""PostgreSQL's memory for one sort or hash of a rebuild."""


def statement(name: str, **parts: str) -> str:
    """A statement of metrics/sql with its {parts} filled in. Parts come from this package's code, never from a user."""
    text = COMMENT.sub("", (SQL / f"{name}.sql").read_text())
    for key, value in parts.items():
        text = text.replace("{" + key + "}", value)
    return text


def follow_up_of(members: str, *, scope: str, into: str, **parts: str) -> str:
    """The statement that follows members (enrolled, completed, not_enrolled, arrested) and puts the rows somewhere."""
    return statement("follow_up", members=statement(f"members_{members}", **parts), scope=scope, into=into)


def follow_apart(members: str, table: str, **parts: str) -> None:
    """Follows members into a temporary table of the current transaction, with the columns of the follow-up."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        into = f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS"
        cursor.execute(follow_up_of(members, scope="l.key IS NOT NULL", into=into, **parts))
        cursor.execute(f"ANALYZE {table}")


def refresh() -> int:
    """Brings the follow-up up to date; returns how many people were computed anew. Nothing, while another worker does it."""
    with alone(LOCK) as is_alone:
        if not is_alone:
            return 0
        if _must_rebuild():
            return _rebuild()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE touched (person_id bigint, relinks boolean) ON COMMIT DROP;"
                "WITH gone AS (DELETE FROM metrics_touched RETURNING person_id, relinks)"
                "INSERT INTO touched SELECT person_id, bool_or(relinks) FROM gone GROUP BY person_id"
            )
            touched: int = cursor.rowcount
            if touched:
                _compute_touched(cursor)
            cursor.execute("DROP TABLE touched")
            return touched


def rebuild() -> int:
    """Computes everybody anew; returns how many people there are. Raises RuntimeError while another worker is at it."""
    with alone(LOCK) as is_alone:
        if not is_alone:
            raise RuntimeError("Another worker is changing the follow-up.")
        return _rebuild()


def _people_about() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'cases_person'::regclass")
        return int(cursor.fetchone()[0])


def _must_rebuild() -> bool:
    """A rebuild was not finished; or the tables are empty (a crash of the database empties unlogged ones); or so much
    changed that a rebuild is the quicker way."""
    limit = int(max(1000, REBUILD_SHARE * _people_about()))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM metrics_touched WHERE person_id = %s)"
            " OR (NOT EXISTS (SELECT FROM metrics_link) AND EXISTS (SELECT FROM cases_person))"
            " OR (SELECT count(*) FROM (SELECT FROM metrics_touched LIMIT %s) AS few) >= %s",
            [EVERYBODY, limit, limit],
        )
        return bool(cursor.fetchone()[0])


def _compute_touched(cursor: CursorWrapper) -> None:
    cursor.execute(
        """
        ANALYZE touched;
        CREATE TEMPORARY TABLE touched_keys ON COMMIT DROP AS
        SELECT DISTINCT l.key FROM metrics_link l JOIN touched USING (person_id) WHERE l.key IS NOT NULL;
        SELECT EXISTS (SELECT FROM touched WHERE relinks)
        """
    )
    if cursor.fetchone()[0]:
        _relink(cursor)
    cursor.execute("ANALYZE touched_keys; DELETE FROM metrics_followup WHERE key IN (SELECT key FROM touched_keys)")
    cursor.execute(follow_up_of("enrolled", scope="l.key IN (SELECT key FROM touched_keys)", into=INSERT))
    cursor.execute("DROP TABLE touched_keys")


def _relink(cursor: CursorWrapper) -> None:
    """Says anew who they are whose records or pairs changed, whoever was one with them, and whoever is now. Adds who they were and
    who they are now to the touched keys."""
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE touched_people ON COMMIT DROP AS
        WITH RECURSIVE were AS (
            SELECT person_id FROM touched WHERE relinks
             UNION SELECT l.person_id FROM metrics_link l JOIN touched_keys USING (key)
        ),
        are (person_id) AS (
            SELECT person_id FROM were
             UNION SELECT joined.person_id FROM are
                     CROSS JOIN LATERAL (SELECT other_id FROM metrics_pair p WHERE p.person_id = are.person_id AND {SURE}
                                          UNION ALL
                                         SELECT same_as_id FROM cases_person p WHERE p.id = are.person_id AND same_as_id IS NOT NULL
                                          UNION ALL
                                         SELECT id FROM cases_person p WHERE p.same_as_id = are.person_id
                                          UNION ALL
                                         SELECT p.person_id FROM metrics_pair p WHERE p.other_id = are.person_id AND {SURE}
                                        ) AS joined (person_id)
        )
        SELECT person_id FROM are;
        ANALYZE touched_people;
        WITH gone AS (DELETE FROM metrics_link WHERE person_id IN (SELECT person_id FROM touched_people) RETURNING key)
        INSERT INTO touched_keys SELECT DISTINCT key FROM gone WHERE key IS NOT NULL EXCEPT SELECT key FROM touched_keys
        """
    )
    in_scope = "IN (SELECT person_id FROM touched_people)"
    _join(cursor, people=f"p.id {in_scope}", pairs=f"person_id {in_scope}")
    cursor.execute(
        """
        INSERT INTO touched_keys
        SELECT DISTINCT l.key FROM metrics_link l JOIN touched_people USING (person_id) WHERE l.key IS NOT NULL
        EXCEPT SELECT key FROM touched_keys;
        DROP TABLE touched_people
        """
    )


def _join(cursor: CursorWrapper, *, people: str, pairs: str) -> None:
    """Writes who the people in scope are, by the sure pairs among them, and by what their partners have linked."""
    cursor.execute(
        f"SELECT person_id, other_id FROM metrics_pair WHERE {SURE} AND {pairs} UNION ALL"
        f" SELECT p.same_as_id, p.id FROM cases_person p WHERE p.same_as_id IS NOT NULL AND {people}"
    )
    ends = np.array(cursor.fetchall(), np.int64).reshape(-1, 2)
    numbers, where = np.unique(ends, return_inverse=True)
    one, other = where.reshape(-1, 2).T
    graph = scipy.sparse.coo_matrix((np.ones(len(ends), bool), (one, other)), (len(numbers), len(numbers)))
    _how_many, human_being = scipy.sparse.csgraph.connected_components(graph, directed=False)
    heads = np.full(len(numbers), numbers.max(initial=0))
    np.minimum.at(heads, human_being, numbers)
    rows = "".join(f"{person}\t{head}\n" for person, head in zip(numbers, heads[human_being], strict=True))
    cursor.execute("CREATE TEMPORARY TABLE heads (person_id bigint PRIMARY KEY, head bigint) ON COMMIT DROP")
    cursor.copy_expert("COPY heads FROM STDIN", io.StringIO(rows))
    cursor.execute("ANALYZE heads")
    cursor.execute(statement("links", people=people, pairs=pairs, unsure=UNSURE))
    cursor.execute("DROP TABLE heads")


def _rebuild() -> int:
    """In slices, several at a time where there are many people. Not one transaction: a note stays until all is
    done, so that a worker that dies leaves word that it must be done again."""
    with transaction.atomic(), connection.cursor() as cursor:
        # What is noted from here on may be missing from what the slices see: it stays for the next refresh.
        cursor.execute("DELETE FROM metrics_touched")
        cursor.execute("INSERT INTO metrics_touched (person_id) VALUES (%s) RETURNING id", [EVERYBODY])
        note = cursor.fetchone()[0]
        cursor.execute("SELECT metrics_rebuild_begins()")
    slices = min(MOST_SLICES, os.cpu_count() or 1) if _people_about() > PARALLEL_FROM else 1
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{WORK_MEMORY}'")
        _join(cursor, people="true", pairs="true")
    with connection.cursor() as cursor:
        cursor.execute("SELECT metrics_rebuild_links()")
    keys = [uuid.UUID(int=(n << 128) // slices) for n in range(slices)]
    _in_slices(
        [
            follow_up_of(
                "enrolled",
                scope=f"l.key >= '{first}'" + (f" AND l.key < '{following}'" if following else ""),
                into=INSERT,
            )
            for first, following in zip(keys, [*keys[1:], None], strict=True)
        ],
        at_once=slices > 1,
    )
    _in_slices([f"SELECT metrics_rebuild_index('{name}')" for name in INDEXES], at_once=slices > 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT metrics_rebuild_ends()")
        cursor.execute("DELETE FROM metrics_touched WHERE id = %s", [note])
        cursor.execute("SELECT count(*) FROM metrics_link")
        return int(cursor.fetchone()[0])


def _in_slices(statements: list[str], *, at_once: bool) -> None:
    """Runs the statements, each in a transaction: at one time, each with a connection of its own, or one after the other."""

    def apart(sql: str) -> None:
        try:
            _run(sql)
        finally:
            connection.close()

    if at_once:
        with ThreadPoolExecutor(len(statements)) as pool:
            list(pool.map(apart, statements))
    else:
        for sql in statements:
            _run(sql)


def _run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{WORK_MEMORY}'")
        cursor.execute(sql)
