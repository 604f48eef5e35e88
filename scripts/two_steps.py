"""Which migrations the program before them would not survive: looked at by `make release` (docs/administration.md, “Back”).

A release adds; the one after it takes away. So the last release's program goes on while the next one is installed, and can come back.
"""

from __future__ import annotations

import subprocess
from importlib import import_module
from pathlib import Path

from django.db.migrations import operations
from django.db.migrations.operations.base import Operation

TAKES_AWAY = (operations.RemoveField, operations.DeleteModel, operations.RenameField, operations.RenameModel)
ADMITS = "restore the backup"
"""What the changelog says where there is no way back but that."""


def breaks(operation: Operation) -> str:
    """Why the program before this operation would fail after it; nothing where it goes on.

    What SQL of our own does, nobody can tell from here: whoever writes it says so in the changelog.
    """
    if isinstance(operation, operations.SeparateDatabaseAndState):
        return next(filter(None, map(breaks, operation.database_operations)), "")
    if isinstance(operation, TAKES_AWAY):
        return f"{operation.describe()}: the program of before reads it."
    if isinstance(operation, operations.AddField):
        field = operation.field
        if not field.many_to_many and not field.null and not field.has_db_default():
            return f"{operation.describe()}: the program of before does not fill it. Give it a db_default, or let it be null."
    return ""


def breaking(modules: list[str]) -> list[str]:
    """What of these migrations (names of modules) breaks the rule, each with its migration."""
    return [
        f"{module}: {reason}"
        for module in modules
        for operation in import_module(module).Migration.operations
        if (reason := breaks(operation))
    ]


def new_migrations(folder: Path) -> list[str]:
    """Modules of migrations that the last tagged release had not; none before the first release."""
    if not (tags := _git(folder, "tag", "--list", "v*", "--sort=-version:refname")):
        return []
    before = set(_git(folder, "ls-tree", "-r", "--name-only", tags[0]))
    now = sorted(path for path in _git(folder, "ls-files", "*/migrations/0*.py") if path not in before)
    return [path.removesuffix(".py").replace("/", ".") for path in now]


def _git(folder: Path, *arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.split()
