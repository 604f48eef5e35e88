"""What an attacker tries who runs SQL of their own as the web role, or as the worker: each line is refused or shows nothing."""

from __future__ import annotations

from typing import Any

import psycopg2
import pytest
from django.db import connection

from partnership.isolation import context
from tests.partnership.test_isolation import act_as, committed, rows, web_connection  # noqa: F401 — a fixture
from tests.services import process_environment  # noqa: F401 — passwords of the roles

pytestmark = pytest.mark.django_db(transaction=True)


def people_seen(cursor: Any) -> int:
    cursor.execute("SELECT count(*) FROM cases_person")
    return int(cursor.fetchone()[0])


class TestAContextThatNobodySigned:
    @pytest.mark.parametrize("part", range(5))
    def test_a_changed_part_shows_nothing(self, committed, part):  # noqa: F811
        with web_connection() as cursor:
            session = cursor.connection.info.backend_pid
            said, signature = context.signed(partner_id=committed.ngo.pk, role="caseworker", user_id=1, session=session)
            parts = said.split("|")
            parts[part] = str(committed.other_ngo.pk) if part == 0 else "9"
            cursor.execute(
                "SELECT set_config('portal.context', %s, true), set_config('portal.signature', %s, true)",
                ["|".join(parts), signature],
            )
            assert people_seen(cursor) == 0

    def test_the_partner_is_not_switched_in_the_middle_of_a_statement(self, committed):  # noqa: F811
        """What read another partner's people before: a setting made in an earlier branch of a UNION."""
        with web_connection() as cursor:
            act_as(cursor, committed.other_caseworker)
            assert people_seen(cursor) == 0
            for setting in ("portal.partner", "portal.context", "portal.signature"):
                cursor.execute(
                    f"SELECT set_config('{setting}', %s, true) UNION ALL SELECT count(*)::text FROM cases_person",
                    [str(committed.ngo.pk)],
                )
                assert "1" not in [row[0] for row in cursor.fetchall()][1:]

    def test_one_that_was_overheard_is_of_no_use_in_another_session(self, committed):  # noqa: F811
        with web_connection() as victim, web_connection() as attacker:
            signed = context.signed(
                partner_id=committed.ngo.pk,
                role="caseworker",
                user_id=committed.caseworker.user.pk,
                session=victim.connection.info.backend_pid,
            )
            setting = "SELECT set_config('portal.context', %s, true), set_config('portal.signature', %s, true)"
            victim.execute(setting, signed)
            assert people_seen(victim) == 1
            attacker.execute(setting, signed)
            assert people_seen(attacker) == 0

    def test_it_ends_with_its_time(self, committed, monkeypatch):  # noqa: F811
        monkeypatch.setattr(context.time, "time", lambda: 1_000_000_000)
        with web_connection() as cursor:
            act_as(cursor, committed.caseworker)
            assert people_seen(cursor) == 0

    def test_the_key_is_in_no_table_that_processes_read(self, committed):  # noqa: F811
        for role in ("portal_web", "portal_worker"):
            assert rows(f"SELECT has_table_privilege('{role}', 'portal_context_key', 'SELECT')") == [(False,)]


class TestBecomingOwner:
    def test_pages_make_no_tables_that_stand_before_the_real_ones(self, committed):  # noqa: F811
        with web_connection() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("CREATE TEMPORARY TABLE cases_person (id bigint)")

    def test_what_runs_as_owner_looks_into_the_sessions_own_schema_last(self, committed):  # noqa: F811
        paths = rows(
            "SELECT proname, proconfig FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace"
            " WHERE nspname = 'public' AND prosecdef"
        )
        assert paths
        assert [
            name for name, settings in paths if "search_path=pg_catalog, public, pg_temp" not in (settings or [])
        ] == []

    def test_what_runs_as_owner_is_run_by_whom_it_is_for(self, committed):  # noqa: F811
        """Triggers need no right to run; everything else is asked for by policies, or named here."""
        runs = rows(
            "SELECT p.proname, string_agg(CASE WHEN a.grantee = 0 THEN 'everybody' ELSE a.grantee::regrole::text END, ' ' ORDER BY a.grantee::regrole::text)"
            " FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
            " WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND a.grantee <> p.proowner GROUP BY p.oid"
        )
        of_everybody = ("portal_context", "portal_acting_manager", "portal_acting_administrator")
        of_jobs = (
            "metrics_rebuild_begins", "metrics_rebuild_ends", "metrics_rebuild_index", "metrics_rebuild_links",
            "portal_count_places_of", "portal_keep_partitions",
        )  # fmt: skip
        of_my_page = ("card", "consents", "diversions", "enrolments", "records", "referrals")
        assert dict(runs) == {
            "portal_shown": "portal_person",
            **{f"portal_person_{what}": "portal_person" for what in of_my_page},
            **dict.fromkeys(of_everybody, "everybody"),
            **dict.fromkeys(of_jobs, "portal_worker"),
            "portal_flow_days": "portal_person portal_web portal_worker",  # everybody sees agreements
            "portal_purpose_days": "portal_web portal_worker",
            **dict.fromkeys(
                (
                    "portal_agreed_now",
                    "portal_caller",
                    "portal_certificate_valid",
                    "portal_forget_references",
                    "portal_had_manager",
                    "portal_lesson_answers",
                    "portal_lesson_feedback",
                    "portal_references_of",
                    "portal_survey_answer",
                    "portal_survey_answers",
                    "portal_survey_open",
                    "portal_survey_texts",
                    "portal_tip_answer",
                    "portal_tip_give",
                ),
                "portal_web",
            ),
        }

    @pytest.mark.parametrize("role", ["portal_web", "portal_worker"])
    @pytest.mark.parametrize(
        "statement",
        [
            "SET ROLE portal_owner",
            "SET SESSION AUTHORIZATION portal_owner",
            "ALTER TABLE cases_person DISABLE ROW LEVEL SECURITY",
            "DROP POLICY own ON cases_person",
            "CREATE FUNCTION public.x() RETURNS int LANGUAGE sql RETURN 1",
            "CREATE SCHEMA mine",
            "UPDATE portal_context_key SET number = 2",
            "TRUNCATE partnership_readlog",
            "DELETE FROM partnership_readlog",
            "UPDATE partnership_readlog SET count = 0",
            "GRANT portal_owner TO portal_web",
            "ALTER ROLE portal_web BYPASSRLS",
            "COPY (SELECT 1) TO PROGRAM 'id'",
        ],
    )
    def test_nobody_becomes_more_than_they_are(self, committed, role, statement):  # noqa: F811
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('is_superuser')")
        with web_connection(role) as cursor, pytest.raises(psycopg2.Error):
            cursor.execute(statement)


class TestTheHistory:
    def test_pages_that_say_they_import_or_rotate_keys_are_recorded_all_the_same(self, committed):  # noqa: F811
        for name in ("keys.rotate", "import.load", "demo.make"):
            with web_connection() as cursor:
                act_as(cursor, committed.caseworker)
                cursor.execute("SELECT set_config('portal.action', %s, true)", [name])
                cursor.execute("UPDATE cases_enrolment SET primary_drug = 'cannabis' RETURNING id")
                number = cursor.fetchone()[0]
                cursor.execute(
                    "SELECT user_id FROM partnership_recordchange WHERE record = 'enrolment' AND object_id = %s"
                    " ORDER BY id DESC LIMIT 1",
                    [number],
                )
                assert cursor.fetchone() == (committed.caseworker.user.pk,)
                cursor.connection.rollback()
