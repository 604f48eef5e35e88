"""Django's `migrate`, which makes an empty database in half the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ProjectState


@contextmanager
def constraints_in_place() -> Iterator[None]:
    """Django makes a model, all that it refers to and all that refers to that anew for each constraint, index and policy of a
    migration: with some 900 of them, most of the time that migrating takes. None changes anything that another model refers to."""

    def keep(state: ProjectState, app: str, model: str, option: str, values: list[Any]) -> None:
        state.models[app, model].options[option] = values
        if "apps" in vars(state):
            setattr(state.apps.get_model(app, model)._meta, option, values)

    def append(state: ProjectState, app: str, model: str, option: str, value: Any) -> None:
        keep(state, app, model, option, [*state.models[app, model].options.get(option, []), value])

    def remove(state: ProjectState, app: str, model: str, option: str, name: str) -> None:
        keep(state, app, model, option, [o for o in state.models[app, model].options[option] if o.name != name])

    changed: Any = ProjectState
    django_own = changed._append_option, changed._remove_option
    changed._append_option, changed._remove_option = append, remove
    try:
        yield
    finally:
        changed._append_option, changed._remove_option = django_own


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with constraints_in_place():
            super().handle(*args, **options)
