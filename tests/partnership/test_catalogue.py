"""The database's own catalogue, over all tables: who may do what is what the models say, and nothing besides."""

from __future__ import annotations

from collections import defaultdict

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from partnership.isolation.policies import Grant, Policy, TableRule
from programs.catalogue.models import Programme
from tests.world import database_role

APPS = ("partnership", "programs", "cases", "referrals", "metrics")
ROLES = ("portal_web", "portal_worker", "portal_linker", "portal_person")

WITHOUT_ROW_SECURITY = {
    "django_content_type": "of Django: names of models",
    "django_migrations": "names of migrations, read by /readyz",
    "metrics_followup": "of jobs alone",
    "metrics_link": "of jobs alone",
    "metrics_namecount": "of the linker alone, and encrypted",
    "metrics_pair": "the linker writes it; jobs alone read it",
    "metrics_touched": "triggers write it for whoever changes data; jobs alone read it",
    "metrics_unlinked": "triggers write it for whoever changes data; the linker alone takes it",
    "portal_key_check": "hashes and one sealed word, by which processes know that their keys are right",
}
OF_LIBRARIES = {
    "account_emailaddress",
    "account_emailconfirmation",
    "django_admin_log",
    "mfa_authenticator",
    "oauth2_provider_accesstoken",
    "oauth2_provider_grant",
    "oauth2_provider_idtoken",
    "oauth2_provider_refreshtoken",
}
"""Tables of sign-in that have no model of ours."""
# Migrations partnership.0002, 0005 and 0007 say what the roles may do with them.
READ_AND_WRITE = {"SELECT", "INSERT", "UPDATE", "DELETE"}
OF_OTHERS = {
    **{(table, "portal_web"): READ_AND_WRITE for table in {*OF_LIBRARIES, "django_content_type"}},
    ("account_emailconfirmation", "portal_web"): {"SELECT", "DELETE"},
    ("django_migrations", "portal_web"): {"SELECT"},
    ("django_migrations", "portal_worker"): {"SELECT"},
    ("oauth2_provider_accesstoken", "portal_worker"): {"DELETE", "SELECT (expires, id)"},
    **{("portal_key_check", role): {"SELECT"} for role in ROLES if role != "portal_person"},
}
APPEND_ONLY = ("partnership_readlog", "referrals_change", "referrals_message")


def rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def rules(kind: type[TableRule]) -> list[tuple[str, TableRule]]:
    """What the models say: the table and the rule."""
    return [
        (rule.table(model), rule)
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        for rule in model._meta.constraints
        if isinstance(rule, kind)
    ]


def declared_grants() -> dict[tuple[str, str], set[str]]:
    """Table and role → privileges; those on columns with the columns in the order of the alphabet."""
    grants = defaultdict(set, {whose: set(privileges) for whose, privileges in OF_OTHERS.items()})
    for table, grant in rules(Grant):
        columns = f" ({', '.join(sorted(grant.columns))})" if grant.columns else ""
        grants[table, f"portal_{grant.role}"] |= {f"{privilege}{columns}" for privilege in grant.privileges.split(", ")}
    return dict(grants)


def grants() -> dict[tuple[str, str], set[str]]:
    """The same of the database, for everybody but the owner."""
    privileges = defaultdict(set)
    for table, role, privilege, columns in rows(
        """
        WITH granted AS (
          SELECT c.relname, a.grantee, a.privilege_type, NULL AS attname
            FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner
          UNION ALL
          SELECT c.relname, a.grantee, a.privilege_type, t.attname
            FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
           WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner)
        SELECT relname, CASE WHEN grantee = 0 THEN 'public' ELSE grantee::regrole::text END, privilege_type,
               string_agg(attname, ', ' ORDER BY attname)
          FROM granted GROUP BY relname, grantee, privilege_type, attname IS NULL
        """
    ):
        privileges[table, role].add(f"{privilege} ({columns})" if columns else privilege)
    return dict(privileges)


def unprotected() -> set[str]:
    """Tables whose rows somebody has a privilege on, and neither row-level security nor a policy stands before them."""
    protected = set(
        rows(
            """
            SELECT c.relname, r.role FROM pg_class c, unnest(ARRAY['portal_web', 'portal_worker', 'portal_linker', 'portal_person']) AS r (role)
             WHERE c.relrowsecurity AND EXISTS (SELECT FROM pg_policies p WHERE p.schemaname = 'public'
                                                 AND p.tablename = c.relname AND r.role = ANY (p.roles))
            """
        )
    )
    return {table for table, role in grants() if (table, role) not in protected}


@pytest.mark.django_db
class TestEveryTable:
    def test_the_roles_may_do_what_the_models_say_and_nothing_else(self):
        assert grants() == declared_grants()

    def test_has_the_policies_of_its_model_and_no_other(self):
        declared = {
            (table, policy.short_name, f"portal_{policy.role}", policy.command) for table, policy in rules(Policy)
        }
        policies = set(rows("SELECT tablename, policyname, roles[1], cmd FROM pg_policies"))
        assert {policy for policy in policies if policy[0] not in OF_LIBRARIES} == declared

    def test_has_a_policy_for_whoever_has_a_privilege_or_a_reason_why_not(self):
        assert unprotected() == set(WITHOUT_ROW_SECURITY)

    @pytest.mark.parametrize("role", ROLES)
    def test_is_read_and_written_by_the_processes_and_no_more(self, role):
        allowed = {
            privilege.split(" ")[0]
            for (_, who), privileges in grants().items()
            if who == role
            for privilege in privileges
        }
        # The linker replaces a pair that changed; My page begins and ends its session, which is a change of the card.
        of_few = {"portal_linker": READ_AND_WRITE - {"UPDATE"}, "portal_person": {"SELECT", "UPDATE"}}
        assert allowed == of_few.get(role, READ_AND_WRITE)

    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("table", APPEND_ONLY)
    def test_that_is_a_history_can_only_grow(self, table, role):
        assert rows(
            f"SELECT has_any_column_privilege('{role}', '{table}', 'UPDATE'), has_table_privilege('{role}', '{table}', 'DELETE')"
        ) == [(False, False)]


@pytest.mark.django_db
class TestANewTable:
    def test_gives_nobody_anything(self):
        run("CREATE TABLE cases_secret (id bigint GENERATED BY DEFAULT AS IDENTITY)")
        assert "cases_secret" not in {table for table, _ in grants()}
        assert rows("SELECT defaclobjtype FROM pg_default_acl") == []

    def test_is_noticed_when_it_is_given_without_a_policy(self):
        run("CREATE TABLE cases_secret (id bigint); GRANT SELECT ON cases_secret TO portal_web")
        assert "cases_secret" in unprotected()

    @pytest.mark.parametrize("role", ROLES)
    def test_is_made_by_no_process(self, role):
        assert rows(
            f"SELECT has_schema_privilege('{role}', 'public', 'CREATE'), has_database_privilege('{role}', current_database(), 'CREATE')"
        ) == [(False, False)]


@pytest.mark.django_db
class TestWhatIsMissingIsNoticed:
    def test_a_policy_in_the_database(self):
        run("DROP POLICY own ON cases_goal")
        assert "cases_goal" in unprotected()

    def test_row_level_security_of_a_table(self):
        run("ALTER TABLE cases_goal DISABLE ROW LEVEL SECURITY")
        assert "cases_goal" in unprotected()

    def test_a_policy_in_the_migrations(self):
        migrated, now = MigrationLoader(connection).project_state(), ProjectState.from_apps(apps)
        goal = migrated.models["cases", "goal"]
        goal.options["constraints"] = [rule for rule in goal.options["constraints"] if not isinstance(rule, Policy)]
        (migration,) = MigrationAutodetector(migrated, now)._detect_changes()["cases"]
        assert [operation.constraint.name for operation in migration.operations] == ["cases_goal.own"]


@pytest.mark.django_db
class TestWhomPoliciesAsk:
    def test_is_asked_once_a_query_and_finds_rows_by_index(self, world):
        run("ANALYZE cases_person")
        with database_role("web"):
            run("SET LOCAL enable_seqscan = off")
            plan = "\n".join(line for (line,) in rows("EXPLAIN (VERBOSE) SELECT id FROM cases_person"))
        assert "InitPlan" in plan
        assert "Index Cond: (cases_person.partner_id = " in plan

    def test_says_nobody_where_nobody_entered(self):
        asked = "SELECT portal_acting_partner(), nullif(portal_acting_role(), ''), portal_acting_user()"
        assert rows(asked) == [(None, None, None)]


@pytest.mark.django_db
class TestAnInstallationFromBefore:
    """Its 40 migrations were squashed: it has run `replaces`, and its tables had other rules."""

    def test_goes_on_and_gets_the_rules_of_the_models(self):
        squashed = {app: MigrationLoader(connection).disk_migrations[app, "0001_squashed"] for app in APPS}
        assert sum(len(migration.replaces) for migration in squashed.values()) == 40
        # Tables of the others have changed since: their rules of that time name columns that are gone.
        squashed = {app: squashed[app] for app in ("partnership", "programs")}
        recorder = MigrationRecorder(connection)
        recorder.migration_qs.filter(app__in=APPS).delete()  # theirs point to models that come later
        for migration in squashed.values():
            for app, name in migration.replaces:
                recorder.record_applied(app, name)
        run(
            "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portal_web;"
            "GRANT ALL ON programs_programme TO portal_web;"
            "DROP POLICY everybody_reads ON programs_programme;"
            "CREATE POLICY every_row ON programs_programme TO portal_web USING (true);"
            "DROP TRIGGER touch ON programs_programme"
        )

        executor = MigrationExecutor(connection)
        plan = executor.migration_plan([(app, "0002_rules") for app in squashed])
        rules_laid = {(app, "0002_rules") for app in squashed}
        assert {(migration.app_label, migration.name) for migration, _ in plan} == rules_laid
        executor.migrate(sorted(rules_laid))

        assert rows("SELECT defaclobjtype FROM pg_default_acl") == []
        table = Programme._meta.db_table
        assert grants()[table, "portal_web"] == declared_grants()[table, "portal_web"]
        names = {name for (name,) in rows(f"SELECT policyname FROM pg_policies WHERE tablename = '{table}'")}
        assert names == {policy.short_name for of, policy in rules(Policy) if of == table}
        assert rows(f"SELECT 1 FROM pg_trigger WHERE tgname = 'touch' AND tgrelid = '{table}'::regclass") == [(1,)]
