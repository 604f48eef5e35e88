"""Operations of migrations that concern what the roles may do."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

from partnership.isolation.policies import TableRule


class LayRules(Operation):
    """Makes the rules of the app's models anew, and takes away what else the web and the worker role had on its tables.

    For an installation whose tables were made before their rules stood in the models, and harmless to any other.
    """

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Models say the same before and after."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(
            f"""
            DO $$
            DECLARE subject record;
            BEGIN
              FOR subject IN SELECT tablename FROM pg_tables
                              WHERE schemaname = 'public' AND starts_with(tablename, '{app_label}_') LOOP
                EXECUTE format('REVOKE ALL ON %I FROM portal_web, portal_worker', subject.tablename);
              END LOOP;
              FOR subject IN SELECT policyname, tablename FROM pg_policies
                              WHERE schemaname = 'public' AND starts_with(tablename, '{app_label}_') LOOP
                EXECUTE format('DROP POLICY %I ON %I', subject.policyname, subject.tablename);
              END LOOP;
            END $$
            """,  # noqa: S608
            params=None,
        )
        for model in to_state.apps.get_app_config(app_label).get_models():
            for rule in model._meta.constraints:
                if isinstance(rule, TableRule):
                    schema_editor.execute(rule.create_sql(model, schema_editor), params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Whoever goes back keeps the rules."""

    def describe(self) -> str:
        return "Make the rules of the tables anew"


HARDEN = """
DO $$
DECLARE hardened record;
BEGIN
  -- What runs as owner looks for names in the system's schema first and in a session's own, where anybody may make anything, last.
  FOR hardened IN SELECT p.oid::regprocedure AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                   WHERE n.nspname = 'public' AND p.prosecdef LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public, pg_temp', hardened.name);
  END LOOP;
  -- Pages make no temporary tables.
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, portal_web', current_database());
  EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO portal_worker', current_database());
END $$
"""
"""For an installation from before; new ones have it from the start."""
