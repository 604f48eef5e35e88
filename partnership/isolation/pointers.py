"""Rows point to rows of their own partner alone: foreign keys over the partner and the number together.

A plain foreign key is checked past every policy, so that SQL inside one's own partner could hang a row onto another
partner's person, and would learn from the error whether that person exists. These are checked before any other, and
say the same of a row that is another's and of one that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from partnership.isolation.policies import TableRule


class SameOwner(TableRule):
    """What `field` points to belongs to whom the row belongs to.

    `by`: column of the row → column of what it points to. That table needs a unique constraint over those columns and its
    number. `follows`: where the owner of what it points to changes, the row's changes with it.
    """

    def __init__(self, *, field: str, by: Mapping[str, str], follows: bool = False, name: str = "") -> None:
        super().__init__(name=name or f"own_{field}")
        self.field, self.by, self.follows = field, dict(by), follows

    def _constraint(self, model: Any) -> str:
        return f"{self.table(model)}_{self.short_name}"

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        field = model._meta.get_field(self.field)
        target = field.related_model._meta
        own, others = ", ".join([*self.by, field.column]), ", ".join([*self.by.values(), target.pk.column])
        return (
            f"ALTER TABLE {self.table(model)} ADD CONSTRAINT {self._constraint(model)}"
            f" FOREIGN KEY ({own}) REFERENCES {target.db_table} ({others}){' ON UPDATE CASCADE' if self.follows else ''}"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"ALTER TABLE {self.table(model)} DROP CONSTRAINT {self._constraint(model)}"

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"field": self.field, "by": self.by} | ({"follows": True} if self.follows else {})
        return path, args, kwargs


PARTIES = {"from_partner_id": "from_partner_id", "to_partner_id": "to_partner_id"}


def same_partner(*fields: str, owner: str = "partner_id", others: str = "partner_id") -> list[TableRule]:
    """What the fields point to is of the partner whose the row is: `owner` here, `others` there."""
    return [SameOwner(field=field, by={owner: others}) for field in fields]


def same_parties(*fields: str) -> list[TableRule]:
    """What the fields point to is between the same two parties; a draft can still be given to another receiver."""
    return [SameOwner(field=field, by=PARTIES, follows=True) for field in fields]


def known_by_owner(*columns: str, name: str) -> models.UniqueConstraint:
    """Lets `SameOwner` of other tables lead here: the row's number together with its owner."""
    return models.UniqueConstraint(fields=[*columns, "id"], name=name)


class OneOfOwner(models.OneToOneField):  # type: ignore[type-arg] # Django's takes none when it runs
    """One to one, unique only together with the owner: else trying a number would tell that somebody else has such a row.

    The model says with whom by a unique constraint; `SameOwner` sees to it that it comes to the same. To migrations it is a
    plain foreign key.
    """

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs | {"db_index": False}
