"""Words in code are the reader's: a variable bears the name of what it holds, a module no name of Python's own."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

READ = ("partnership", "programs", "cases", "referrals", "metrics", "demo", "bench", "scripts")
"""The folders that hold to it."""
SAYS_NOTHING = {"found", "given", "made", "chosen", "shown"}
"""Names that say what happened to a thing, and not what it is."""


def code_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((settings.BASE_DIR / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def names_of_values(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """(name, line) of everything that the code gives a name to: variables, parameters, functions.

    But `shown = show(…)`: the part of a list that a page shows is called so, a `Shown`.
    """
    parts_of_lists = {
        target
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if isinstance(node.value.func, ast.Name) and node.value.func.id == "show"
        for target in node.targets
    }
    for node in ast.walk(tree):
        if node in parts_of_lists:
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.FunctionDef):
            yield node.name, node.lineno


def says_nothing(source: str) -> list[tuple[str, int]]:
    return [(name, line) for name, line in names_of_values(ast.parse(source)) if name.strip("_") in SAYS_NOTHING]


@pytest.mark.parametrize("folder", READ)
def test_a_name_says_what_it_holds(folder: str):
    poor = [
        f"{file}:{line} {name}"
        for path in code_files(folder)
        for file in [str(path.relative_to(settings.BASE_DIR))]
        for name, line in says_nothing(path.read_text())
    ]
    assert poor == []


@pytest.mark.parametrize(
    "source",
    ["found = 1", "for made in rows: pass", "def f(*, given): pass", "[x for chosen in rows]", "def shown(): pass"],
)
def test_a_name_that_says_nothing_is_noticed_wherever_it_is_given(source: str):
    assert says_nothing(source)


def test_no_module_shares_a_name_with_the_standard_library():
    """A folder may (`metrics.statistics` is a room's name): it is never imported by its last name alone."""
    ours = code_files("partnership", "programs", "cases", "referrals", "metrics", "demo", "bench", "scripts")
    assert [str(path) for path in ours if path.stem in sys.stdlib_module_names and not path.stem.startswith("__")] == []
