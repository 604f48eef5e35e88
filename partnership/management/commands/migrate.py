"""Django's `migrate`, which makes an empty database in a fraction of the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ProjectState

OURS = ("partnership", "programs", "cases", "referrals", "metrics")


@contextmanager
def models_change_alone() -> Iterator[None]:
    """While it lasts, a migration of ours makes anew the model that it changes, and no other.

    For each new model, field, constraint, index and policy Django makes anew every model that is related to the changed one, by any
    number of steps, so that relations lead to the newest of each. With 150 models that all point to a partner, and 1,600 operations,
    that was nearly all that an empty database took. The SQL of an operation asks of a related model its table and its key, and these
    don't change under it; what does, altering a key, and code that is run, still have all models anew. Migrating with and without
    this gives one schema (`pg_dump --schema-only`).
    """
    state: Any = ProjectState
    own = {name: getattr(state, name) for name in ("_find_reload_model", "add_model", "add_field", "remove_field")}
    adding = 0

    def find(self: Any, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
        if app_label not in OURS or not (delay or adding):
            changed: set[tuple[str, str]] = own["_find_reload_model"](self, app_label, model_name, delay)
            return changed
        self.is_delayed = True
        alone = {(app_label, model_name)}
        if (model := self.apps.all_models[app_label].get(model_name)) is not None:
            for field in model._meta.local_many_to_many:
                through = field.remote_field.through._meta
                if through.auto_created:
                    alone.add((through.app_label, through.model_name))
        return alone

    def by_itself(name: str) -> Any:
        def change(self: Any, *args: Any, **kwargs: Any) -> None:
            nonlocal adding
            adding += 1
            try:
                own[name](self, *args, **kwargs)
            finally:
                adding -= 1

        return change

    state._find_reload_model = find
    for name in ("add_model", "add_field", "remove_field"):
        setattr(state, name, by_itself(name))
    try:
        yield
    finally:
        for name, method in own.items():
            setattr(state, name, method)


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with models_change_alone():
            super().handle(*args, **options)
