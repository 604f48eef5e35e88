"""Row-level security: the statements that migrations run, and the setting that policies read.

Three settings live for one transaction: portal.partner (the partner for which the user acts), portal.role (the user's
role there) and portal.user. `access.enter` sets them. An unset one matches nothing.

Every policy is a plain comparison with the current partner. `(select …)` makes PostgreSQL read the setting once per
query instead of once per row.
"""

from __future__ import annotations

from django.db.migrations.operations import RunSQL

PARTNER = "(select nullif(current_setting('portal.partner', true), '')::bigint)"
ROLE = "(select current_setting('portal.role', true))"
USER = "(select nullif(current_setting('portal.user', true), '')::bigint)"

STAFF = f"(select exists (select from partnership_user where id = {USER} and is_staff and is_active))"  # noqa: S608
"""The user administers the service: asked once a query, of the database's own table."""

OWN = f"partner_id = {PARTNER}"
SENDER = f"from_partner_id = {PARTNER}"
PARTY = f"(from_partner_id = {PARTNER} or to_partner_id = {PARTNER})"


def enable(table: str) -> RunSQL:
    """From now on a role sees of the table only what a policy lets it see."""
    return RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    )


def policy(table: str, name: str, *, role: str, using: str, command: str = "ALL", check: str | None = None) -> RunSQL:
    """Lets `role` do `command` on rows that satisfy `using` and leave rows that satisfy `check` (default: the same)."""
    check = check or using
    clauses = {
        "ALL": f"USING ({using}) WITH CHECK ({check})",
        "SELECT": f"USING ({using})",
        "INSERT": f"WITH CHECK ({check})",
        "UPDATE": f"USING ({using}) WITH CHECK ({check})",
        "DELETE": f"USING ({using})",
    }
    return RunSQL(
        f"CREATE POLICY {name} ON {table} FOR {command} TO portal_{role} {clauses[command]}",
        f"DROP POLICY {name} ON {table}",
    )


def owned(table: str) -> list[RunSQL]:
    """The table's rows belong to one partner each (partner_id); the web role sees and changes those of the current one."""
    return [enable(table), policy(table, "own", role="web", using=OWN)]


def no_grant(table: str, role: str, privileges: str = "ALL") -> RunSQL:
    """Takes privileges on the whole table away from a role (default privileges had granted them)."""
    return RunSQL(f"REVOKE {privileges} ON {table} FROM portal_{role}", RunSQL.noop)


def select_columns(table: str, role: str, columns: str) -> list[RunSQL]:
    """The role may read only these columns of the table."""
    return [
        no_grant(table, role, "SELECT"),
        RunSQL(f"GRANT SELECT ({columns}) ON {table} TO portal_{role}", RunSQL.noop),
    ]


def append_only(table: str) -> list[RunSQL]:
    """Neither pages nor jobs change or delete what was written once: histories and logs."""
    return [no_grant(table, "web", "UPDATE, DELETE, TRUNCATE"), no_grant(table, "worker", "UPDATE, DELETE, TRUNCATE")]


def touch(table: str) -> RunSQL:
    """Whoever changes a row of the table, its `changed_at` says when."""
    return RunSQL(
        f"CREATE TRIGGER touch BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION portal_touch()",
        f"DROP TRIGGER touch ON {table}",
    )


def bury(table: str, partner: str = "partner_id") -> list[RunSQL]:
    """A deleted row of the table leaves a tombstone for the partner that saw it (`partner`: a column, or ALL)."""
    whom = "SELECT TG_TABLE_NAME, o.id, p.id, clock_timestamp() FROM old_rows o CROSS JOIN partnership_partner p"
    if partner != "ALL":
        whom = f"SELECT TG_TABLE_NAME, id, {partner}, clock_timestamp() FROM old_rows"  # noqa: S608
    name = f"bury_{table}"
    return [
        RunSQL(
            f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
            BEGIN INSERT INTO partnership_tombstone (resource, object_id, partner_id, changed_at) {whom}; RETURN NULL; END $$;
            REVOKE ALL ON FUNCTION {name}() FROM PUBLIC;
            CREATE TRIGGER bury AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
              FOR EACH STATEMENT EXECUTE FUNCTION {name}();
            """,
            f"DROP TRIGGER bury ON {table}; DROP FUNCTION {name}()",
        )
    ]
