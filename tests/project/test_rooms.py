"""Every room has its place: none is left out of a list, and nothing is named that is not there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings

from partnership.audit_trail.history import SILENT
from partnership.project.celery import JOBS
from partnership.project.urls import ROOMS

FLOORS = ("partnership", "programs", "cases", "referrals", "metrics")
HOUSE = (*FLOORS, "demo")
OF_OURS = re.compile(rf"({'|'.join(HOUSE)})(\.\w+)+")


def rooms_with(module: str) -> set[str]:
    """The rooms, as packages, that have this module."""
    return {
        ".".join(path.parent.relative_to(settings.BASE_DIR).parts)
        for floor in FLOORS
        for path in (settings.BASE_DIR / floor).glob(f"*/{module}.py")
    }


def dotted_names() -> Iterator[tuple[str, str]]:
    """(file and line, name) of each string in the code that reads as a dotted name of ours, settings included."""
    for folder in HOUSE:
        for path in sorted((settings.BASE_DIR / folder).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and OF_OURS.fullmatch(node.value):
                    yield f"{path.relative_to(settings.BASE_DIR)}:{node.lineno}", node.value


def is_there(name: str) -> bool:
    """Whether a dotted name is a task, an action, a model's label, a module, or something in a module."""
    if name in current_app.tasks or name in SILENT:
        return True
    parent, _, last = name.rpartition(".")
    if parent in HOUSE and last.lower() in apps.get_app_config(parent).models:
        return True
    try:
        import_module(name)
    except ModuleNotFoundError:
        try:
            return hasattr(import_module(parent), last)
        except ModuleNotFoundError:
            return False
    return True


def test_every_room_with_addresses_is_reached():
    assert set(ROOMS) == rooms_with("urls") - {"partnership.project"}


def test_the_jobs_of_every_room_are_known_to_the_worker():
    assert set(JOBS) == rooms_with("jobs")


@pytest.mark.django_db  # some of what is imported looks at the keys
def test_what_is_named_by_a_string_is_there():
    current_app.loader.import_default_modules()
    named = list(dotted_names())
    assert any(where.startswith("partnership/project/settings.py") for where, _ in named)
    assert [(where, name) for where, name in named if not is_there(name)] == []


@pytest.mark.parametrize(
    "name", ["cases.people.model", "cases.nowhere", "partnership.Nobody", "metrics.runs.jobs.gone"]
)
def test_a_name_of_nothing_would_be_noticed(name: str):
    assert not is_there(name)
