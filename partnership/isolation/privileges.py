"""What the web role may do with tables in general: the first migration runs it, before any table of the portal is made.

The web role gets the usual four verbs, and row-level security narrows them. The worker role gets nothing here: each
app grants it, table by table and column by column, what its jobs need.
"""

from __future__ import annotations

DEFAULTS = [
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO portal_web, portal_worker",
    "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portal_web",
    "ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO portal_web, portal_worker",
    # Django's own tables that came before, and its record of migrations, which /readyz reads.
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO portal_web",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO portal_web, portal_worker",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM portal_web",
    "GRANT SELECT ON django_migrations TO portal_worker",
]
