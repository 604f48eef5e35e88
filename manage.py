#!/usr/bin/env python
"""Django's command line. Which database role a command runs under is set by PORTAL_DB_ROLE (default: web)."""

import os
import sys

# Commands that change the schema or see every partner's rows run as the owner of the tables.
OWNER_COMMANDS = {
    "migrate",
    "makemigrations",
    "sqlmigrate",
    "demo",
    "has_partners",
    "rotate_keys",
    "dbshell",
    "createsuperuser",
    "first_office",
    "backup",
    "restore",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.project.settings")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ.setdefault("PORTAL_DB_ROLE", "owner")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
