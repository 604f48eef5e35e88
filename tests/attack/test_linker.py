"""What a compromised linker, worker or web process can read of who is who, and what it can't; each tried in its own role."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from cases.people.models import Person
from metrics.linkage.models import NameCount, Pair
from partnership.isolation.encrypted_fields import EncryptedTextField
from tests.shared_worlds import shared
from tests.world import database_role, link

pytestmark = pytest.mark.django_db


def refusal(role: str, statement: str) -> str:
    """What the database says to a role that tries a statement."""
    with pytest.raises(Exception) as error, transaction.atomic(), database_role(role), connection.cursor() as cursor:  # noqa: PT011
        cursor.execute(statement)
    return str(error.value)


def read_by(role: str, statement: str) -> list[tuple]:
    with transaction.atomic(), database_role(role), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@shared
def linked(world):
    world.person(world.ngo, last_name="Zebramäki", phone="0451")
    world.person(world.police, last_name="Zebramäki")
    world.enrolment(person=world.person(world.ngo, first_names="Other"))
    link()
    return world


class TestACompromisedLinker:
    def test_reads_names_dates_and_codes_of_everybody_which_is_its_work(self, linked):
        assert len(read_by("linker", "SELECT first_names, last_name, born_on, identity_code FROM cases_person")) == 3

    @pytest.mark.parametrize("column", ["phone", "email", "district_id", "died_on", "source_key", "code_index"])
    def test_and_nothing_else_of_a_person(self, linked, column):
        assert "permission denied" in refusal("linker", f"SELECT {column} FROM cases_person")

    def test_reads_no_other_table_of_the_register(self, linked):
        """So it can't tell of what somebody is treated, or for what they were arrested."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p')"
                " AND (has_table_privilege('portal_linker', c.oid, 'SELECT')"
                "      OR has_any_column_privilege('portal_linker', c.oid, 'SELECT'))"
            )
            readable = {name for (name,) in cursor.fetchall()}
        assert readable == {"cases_person", "metrics_pair", "metrics_unlinked", "metrics_namecount", "portal_key_check"}

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE cases_person SET sex = 'other'",
            "DELETE FROM cases_person",
            "INSERT INTO cases_person (partner_id) SELECT min(partner_id) FROM cases_person",
            "UPDATE metrics_pair SET probability = 1",
            "INSERT INTO metrics_touched (person_id) VALUES (1)",
            "INSERT INTO metrics_link (person_id, how, sex) VALUES (1, 'code', '')",
            "SELECT * FROM metrics_followup",
            "SELECT portal_context(), * FROM portal_context_key",
            "CREATE TABLE taken (id int)",
            "CREATE TEMPORARY TABLE taken (id int)",
        ],
    )
    def test_changes_nothing_but_pairs(self, linked, statement):
        assert "permission denied" in refusal("linker", statement)

    def test_can_lie_in_pairs_only_within_what_a_pair_is(self, linked):
        wrong = "INSERT INTO metrics_pair (person_id, other_id, weight, by_code, probability, method) VALUES (1, 2, 0, false, 7, 'x')"
        assert "pair_probability" in refusal("linker", wrong)


class TestACompromisedWorker:
    @pytest.mark.parametrize(
        "column",
        ["first_names", "last_name", "born_on", "identity_code", "phone", "email", "code_pseudonym", "birth_pseudonym"],
    )
    def test_reads_no_name_and_no_pseudonym(self, linked, column):
        assert "permission denied" in refusal("worker", f"SELECT {column} FROM cases_person")

    def test_reads_who_is_who_by_numbers(self, linked):
        """It computes the figures: that it knows."""
        assert read_by("worker", "SELECT count(*) FROM metrics_pair WHERE probability > 0.99") == [(1,)]

    @pytest.mark.parametrize(
        "statement",
        [
            "SELECT counts FROM metrics_namecount",
            "DELETE FROM metrics_pair",
            "UPDATE metrics_pair SET probability = 0",
            "INSERT INTO metrics_pair (person_id, other_id, weight, by_code, probability, method) VALUES (1, 2, 0, false, 0, 'x')",
            "DELETE FROM metrics_unlinked",
            "SET SESSION AUTHORIZATION portal_linker",
        ],
    )
    def test_can_do_nothing_of_what_the_linker_does(self, linked, statement):
        assert "permission denied" in refusal("worker", statement)

    def test_has_not_the_linkers_role(self):
        with connection.cursor() as cursor:
            for role in ("web", "worker"):
                cursor.execute("SELECT pg_has_role(%s, 'portal_linker', 'MEMBER')", [f"portal_{role}"])
                assert cursor.fetchone() == (False,)

    def test_nor_does_its_environment_in_compose_hold_the_linkers_password(self):
        from tests.attack.test_redis_users import COMPOSE

        services = {part.splitlines()[0].strip(): part for part in COMPOSE.split("\n\n") if part.startswith("  ")}
        holders = [name for name, part in services.items() if "PORTAL_LINKER_PASSWORD" in part]
        assert len(holders) == 2, holders  # who makes the roles, and the linker
        assert not any("celery" in services[name] or "gunicorn" in services[name] for name in holders)


class TestACompromisedWebProcess:
    @pytest.mark.parametrize("table", ["metrics_pair", "metrics_link", "metrics_namecount", "metrics_unlinked"])
    def test_reads_nothing_of_who_is_who(self, linked, table):
        assert "permission denied" in refusal("web", f"SELECT * FROM {table}")

    @pytest.mark.parametrize("column", ["code_pseudonym", "birth_pseudonym"])
    def test_reads_no_pseudonym(self, linked, column):
        assert "permission denied" in refusal("web", f"SELECT {column} FROM cases_person")


class TestAStolenDatabase:
    def test_tells_by_pairs_who_is_who_and_nobody_who_they_are(self, linked):
        assert Pair.objects.filter(probability__gt=0.99).count() == 1
        columns = {field.column for field in Pair._meta.concrete_fields}
        assert columns == {"id", "person_id", "other_id", "weight", "by_code", "probability", "method"}

    def test_holds_nothing_of_a_name_but_encrypted(self, linked):
        encrypted = {f.column for f in Person._meta.concrete_fields if isinstance(f, EncryptedTextField)}
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(p) - %s::text[] FROM cases_person p WHERE phone <> ''", [sorted(encrypted)])
            (row,) = cursor.fetchone()
            assert "name" not in str(row)
            # Two records of one human being have no value in common from which a name could be counted.
            cursor.execute("SELECT count(DISTINCT spelling_hash) FROM cases_person WHERE spelling_hash <> ''")
            assert cursor.fetchone() == (0,)

    def test_holds_the_counts_of_names_as_one_value_that_no_key_of_the_dump_opens(self, linked):
        counts = NameCount.objects.get()
        with connection.cursor() as cursor:
            cursor.execute("SELECT counts FROM metrics_namecount")
            (sealed,) = cursor.fetchone()
        assert bytes(sealed).startswith(b"g1.")
        assert b"zebramaki" not in bytes(sealed)
        assert counts.people == 3
