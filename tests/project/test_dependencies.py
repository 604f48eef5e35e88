"""What is imported is declared in pyproject.toml: for the portal itself, or for who changes it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent.parent
PORTAL = ("partnership", "programs", "cases", "referrals", "metrics", "demo")
BESIDE = ("tests", "bench", "scripts")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> tuple[set[str], set[str]]:
    """Names of the distributions that the portal needs, and of those for who changes it."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    names = lambda lines: {normal(re.split(r"[\[<>=~!; ]", line)[0]) for line in lines}
    extras = project["optional-dependencies"]
    return names(project["dependencies"] + extras["tracing"]), names(extras["dev"])


def imported(folder: str) -> set[str]:
    modules: set[str] = set()
    for path in (TOP / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                modules |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module)
    ours = {*PORTAL, *BESIDE, *sys.stdlib_module_names}
    return {module.split(".")[0] for module in modules} - ours


@pytest.mark.parametrize("folder", [*PORTAL, *BESIDE])
def test_what_is_imported_is_declared(folder):
    for_portal, for_who_changes_it = declared()
    allowed = for_portal if folder in PORTAL else for_portal | for_who_changes_it
    distributions = packages_distributions()
    undeclared = {
        module: names
        for module in imported(folder)
        if not allowed & (names := {normal(name) for name in distributions.get(module, [module])})
    }
    assert not undeclared
