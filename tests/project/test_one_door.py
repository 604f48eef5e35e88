"""One door for every change: data is written in a room's `actions.py`, by functions that say who may do it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.apps import apps

TOP = Path(__file__).resolve().parent.parent.parent
APPS = ("partnership", "programs", "cases", "referrals", "metrics", "demo")
ALWAYS = {
    "save", "create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "create_user",
    "create_superuser",
}  # fmt: skip
OF_MANY_TO_MANY = {"set", "add", "remove", "clear"}
SQL = re.compile(r"\bINSERT\s+INTO\s+\w|\bUPDATE\s+\S+(\s+\w+)?\s+SET\b|\bDELETE\s+FROM\s+\w")

ELSEWHERE = {
    # The platform under the actions.
    "partnership/agreements/approving.py": "triggers that ask the next step of an approval and put in force what everybody approved",
    "partnership/api/idempotency.py": "keeps the answer to a request that may come again",
    "partnership/api/references.py": "what systems call records; each noun's own action asks for it",
    "partnership/api/views.py": "the log of reads, in a transaction of its own beside a streaming answer",
    "partnership/audit_trail/history.py": "the trigger that writes the history of changes",
    "partnership/audit_trail/partitions.py": "months of the log of reads and the history, made and dropped by the owner of the tables",
    "partnership/audit_trail/read_log.py": "the log of reads",
    "partnership/events/letters.py": "e-mail on its way: every letter is written here, and its sender says how it went",
    "partnership/events/notifications.py": "what people are told of events, and which e-mail it went out with",
    "partnership/events/outbox.py": "the outbox and its deliveries: every action announces through it",
    "partnership/events/webhooks.py": "attempts to reach partner systems",
    "partnership/project/backup.py": "a copy of a backup in the object store",
    "partnership/isolation/object_store.py": "objects of the object store, for the rows that actions write and delete",
    "partnership/isolation/context.py": "the key by which the database knows who acts",
    "partnership/isolation/triggers.py": "the trigger that leaves tombstones",
    "cases/mentoring/holding.py": "the trigger that ends a pair with its participation",
    "cases/enrolments/places.py": "the trigger that counts the places that are taken",
    "programs/lessons/feedback.py": "what pupils say, by a function of the database: nobody signs in",
    "programs/surveys/answering.py": "what residents answer, by a function of the database: nobody signs in",
    "programs/tips/receiving.py": "what anybody tells a partner, by a function of the database: nobody signs in",
    "programs/training/places.py": "the trigger that counts the places of a course's day",
    "partnership/members/models.py": "Django's manager of users",
    "partnership/members/sessions.py": "Django's sessions",
    "partnership/pages/form_drafts.py": "what somebody types, kept until it is sent; its writer's alone",
    # Bulk loaders: set-based, a transaction a slice, inside a declared action of a job.
    "cases/imports/checking.py": "lays out the rows of a file",
    "cases/imports/loading.py": "moves checked rows into the registers",
    "cases/imports/sql/load_arrests.sql": "moves checked rows into the registers",
    "cases/imports/sql/load_participants.sql": "moves checked rows into the registers",
    "cases/imports/taking_back.py": "removes and restores what an import wrote",
    "cases/imports/sql/take_back.sql": "removes and restores what an import wrote",
    "cases/imports/sql/people.sql": "finds or makes the people of checked rows",
    "cases/imports/sql/load_populations.sql": "moves checked rows into the registers",
    "metrics/cohorts/budget.py": "notes, inside a run, which cohorts have figures",
    "metrics/follow_up/upkeep.py": "the follow-up, computed anew from what was touched",
    "partnership/isolation/key_check.py": "what stands for the keys, written by the owner of the tables",
    "referrals/diversions/ending.py": "a trigger that ends a diversion with its referral",
    "referrals/handover/covering.py": "triggers that keep the days on which a referral is covered",
    "referrals/handover/versions.py": "functions of the database that move versions",
    "metrics/sql/links.sql": "the follow-up's links between records of one human being",
    # Commands of the owner of the tables.
    "cases/management/commands/rotate_keys.py": "re-encrypts what stays the same",
    "demo/management/commands/demo.py": "seven years of the past in bulk, which no action can make",
    "demo/work.py": "seven years of the past in bulk, which no action can make",
    "demo/agreements.py": "answers of the past to approvals",
    "demo/anchor.py": "cases that ended three months ago",
    "demo/at_work.py": "placements that began months ago, and those of participations that have ended",
    "demo/custody.py": "releases of past years, in participations that have ended",
    "demo/low_threshold.py": "a year of contacts, which lies in the past",
    "demo/community.py": "what residents answered, which comes in by the database's function, and a wave of last year",
    "demo/lessons.py": "lessons of weeks ago, and what pupils said, which comes in by the database's function",
    "demo/tips.py": "a tip of last week",
    "demo/training.py": "days of a course that lie in the past, with who came",
    "demo/oversight.py": "a month of the log of reads, which lies in the past",
}
"""What writes beside the actions, and what it writes."""


class Write(NamedTuple):
    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


def modules() -> Iterator[Path]:
    for app in APPS:
        for path in sorted((TOP / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def many_to_many() -> set[str]:
    """Names by which models reach others through a table between them, from either side."""
    fields = [field for model in apps.get_models() for field in model._meta.many_to_many]
    backwards = {
        relation.get_accessor_name()
        for model in apps.get_models()
        for relation in model._meta.related_objects
        if relation.many_to_many
    }
    return {field.name for field in fields} | {name for name in backwards if name}


def text_of(node: ast.AST) -> str:
    """A text of the program; what it puts in is an x."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_unsaved(call: ast.Call) -> bool:
    """A form that only makes the record: `form.save(commit=False)`."""
    return any(word.arg == "commit" and getattr(word.value, "value", True) is False for word in call.keywords)


def is_own_save(call: ast.Call) -> bool:
    """A model's own `save`, which calls the one of its base: `super().save(…)`."""
    base = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(base, ast.Call) and getattr(base.func, "id", "") == "super"


NO_RECORDS = {
    "book",  # a spreadsheet
    "database_roles",
    "cache",
    "forms",
}
"""What is called so and is no record."""


def writes_in(tree: ast.AST, path: str) -> list[Write]:
    tables_between = many_to_many()
    writes: list[Write] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            verb, base = node.func.attr, node.func.value
            is_write = (
                (verb in ALWAYS and not is_unsaved(node) and not is_own_save(node))
                # A dictionary takes another; only rows take values by name.
                or (verb == "update" and node.keywords and not node.args)
                or (verb in OF_MANY_TO_MANY and isinstance(base, ast.Attribute) and base.attr in tables_between)
            )
            if is_write and getattr(base, "id", "") not in NO_RECORDS:
                writes.append(Write(path, node.lineno, ast.unparse(node.func)))
        elif SQL.search(text_of(node)):
            writes.append(Write(path, getattr(node, "lineno", 0), "SQL that writes"))
    return writes


def all_writes() -> list[Write]:
    writes: list[Write] = []
    for path in modules():
        name = str(path.relative_to(TOP))
        if path.name != "actions.py":
            writes += writes_in(ast.parse(path.read_text()), name)
    for app in APPS:
        for path in sorted((TOP / app).rglob("*.sql")):
            if match := SQL.search(re.sub(r"--.*", "", path.read_text())):
                writes.append(Write(str(path.relative_to(TOP)), 0, match.group()))
    return writes


def functions_of(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)]


def is_declared(function: ast.FunctionDef) -> bool:
    names = [each.func if isinstance(each, ast.Call) else each for each in function.decorator_list]
    return any(getattr(name, "id", "") == "action" for name in names)


def test_nothing_is_written_outside_the_actions():
    assert not [str(write) for write in all_writes() if write.path not in ELSEWHERE]


def test_every_exception_is_needed():
    assert not set(ELSEWHERE) - {write.path for write in all_writes()}


def test_pages_forms_and_the_api_save_nothing():
    furniture = {"pages.py", "forms.py", "api.py", "serializers.py"}
    saves = [
        f"{path.relative_to(TOP)}:{node.lineno}"
        for path in modules()
        if path.name in furniture
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "save" and not is_unsaved(node)
    ]
    assert not saves


@pytest.mark.parametrize("path", [path for path in modules() if path.name == "actions.py"], ids=lambda p: str(p.parent))
def test_what_writes_in_actions_is_declared(path):
    """A helper (_name) writes for the declared actions of its room alone."""
    tree = ast.parse(path.read_text())
    functions = functions_of(tree)
    writing = [each.name for each in functions if writes_in(each, path.name) and not is_declared(each)]
    assert not [name for name in writing if not name.startswith("_")]
    for name in writing:
        callers = [
            each
            for each in functions
            if each.name != name and any(getattr(n, "id", "") == name for n in ast.walk(each))
        ]
        assert callers, f"{name} is called by nobody"
        assert not [each.name for each in callers if not is_declared(each) and not each.name.startswith("_")]


def test_helpers_of_actions_are_called_from_nowhere_else():
    helpers = {
        each.name
        for path in modules()
        if path.name == "actions.py"
        for each in functions_of(ast.parse(path.read_text()))
        if each.name.startswith("_")
    }
    strangers = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".actions"):
                strangers += [f"{path.relative_to(TOP)}: {each.name}" for each in node.names if each.name in helpers]
            elif isinstance(node, ast.Attribute) and getattr(node.value, "id", "") not in {"self", "cls"}:
                modules_called = getattr(node.value, "id", "")
                if node.attr in helpers and modules_called in apps_and_rooms():
                    strangers.append(f"{path.relative_to(TOP)}: {node.attr}")
    assert not strangers


def apps_and_rooms() -> set[str]:
    """What a room's actions are called where they are imported."""
    return {path.parent.name for path in modules() if path.name == "actions.py"} | {"actions"}
