"""Model fields whose value is encrypted in the database, bound to its table, its column and the owner of its row.

A value that was moved to the row of another owner, or into another column, does not open. The owner is read with the value, from
the row in which it stands.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any, NamedTuple

from django.db import models

from partnership.isolation import encryption

OWN_COLUMN = re.compile(r'(?:(?P<table>"[^"]+"|\w+)\.)?"[^"]+"')


class _Owned(NamedTuple):
    """A value on its way into the row of an owner."""

    value: Any
    owner: str


class Sealed(models.Field):  # type: ignore[type-arg] # Django's takes none when it runs
    """What encrypted fields have in common. `owner`: the field of the row that says whose it is."""

    def __init__(self, *args: Any, owner: str = "partner", **kwargs: Any) -> None:
        self.owner = owner
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | ({"owner": self.owner} if self.owner != "partner" else {})

    def place(self, owner: object) -> str:
        """To which a value is bound."""
        return f"{self.model._meta.db_table}.{self.column}:{owner}"

    def owner_field(self) -> Any:
        """Of the row: who owns it."""
        return self.model._meta.get_field(self.owner)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if hasattr(value, "resolve_expression"):
            return value
        owner = self.owner_field()
        return _Owned(value, str(owner.get_prep_value(getattr(model_instance, owner.attname))))

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, _Owned):
            return self.seal(value.value, value.owner)
        if self.is_nothing(value):
            return self.nothing
        raise TypeError(f"{self} is bound to the owner of its row: save the row. It can't be searched for.")

    def select_format(self, compiler: Any, sql: str, params: Any) -> Any:
        """The value with the owner of the row that it stands in."""
        column = OWN_COLUMN.fullmatch(sql)
        if column is None:
            raise TypeError(f"{self} can only be read as it is, not as {sql}.")
        owner = f'"{self.owner_field().column}"'
        return self.with_owner(sql, f"{column['table']}.{owner}" if column["table"] else owner), params

    nothing: Any = ""

    def is_nothing(self, value: Any) -> bool:
        return value is None or value == self.nothing

    def seal(self, value: Any, owner: object) -> Any:
        """The value as the row of that owner holds it."""
        raise NotImplementedError

    def with_owner(self, value: str, owner: str) -> str:
        raise NotImplementedError


class EncryptedTextField(Sealed, models.TextField):  # type: ignore[type-arg] # the same
    """Text that the database holds encrypted. It can be neither filtered nor sorted on."""

    def seal(self, value: Any, owner: object) -> str:
        return "" if self.is_nothing(value) else encryption.encrypt(self.as_text(value), self.place(owner))

    def open(self, token: str, owner: object) -> Any:
        """The value of a token from the row of that owner. Raises encryption.Unreadable."""
        return self.from_text(encryption.decrypt(token, self.place(owner))) if token else self.from_text("")

    def with_owner(self, value: str, owner: str) -> str:
        return f"{value} || '|' || coalesce({owner}::text, 'None')"

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        if value is None:
            return None
        token, _bar, owner = value.rpartition("|")
        return self.open(token, owner)

    def as_text(self, value: Any) -> str:
        return str(value)

    def from_text(self, text: str) -> Any:
        return text


class EncryptedDateField(EncryptedTextField):
    """A date that the database holds encrypted; None when unknown."""

    # What the type checker takes a value of the field for.
    _pyi_private_set_type: date | str | None  # type: ignore[assignment]
    _pyi_private_get_type: date | None  # type: ignore[assignment]

    def as_text(self, value: Any) -> str:
        return date.isoformat(self.to_python(value))

    def from_text(self, text: str) -> date | None:
        return date.fromisoformat(text) if text else None

    def to_python(self, value: Any) -> Any:
        if value in (None, ""):
            return None
        return value if isinstance(value, date) else date.fromisoformat(value)

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        return forms.DateField(required=not self.blank, label=self.verbose_name, help_text=self.help_text)


class EncryptedJSONField(EncryptedTextField):
    """A JSON object that the database holds encrypted; {} where there is nothing."""

    # What the type checker takes a value of the field for.
    _pyi_private_set_type: dict[str, Any]  # type: ignore[assignment]
    _pyi_private_get_type: dict[str, Any]  # type: ignore[assignment]

    def is_nothing(self, value: Any) -> bool:
        return not value

    def as_text(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    def from_text(self, text: str) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(text) if text else {}
        return value


class EncryptedBinaryField(Sealed, models.BinaryField):  # type: ignore[type-arg] # the same
    """Bytes that the database holds encrypted: files."""

    nothing = b""

    def seal(self, value: Any, owner: object) -> bytes:
        return b"" if self.is_nothing(value) else encryption.encrypt_bytes(bytes(value), self.place(owner))

    def with_owner(self, value: str, owner: str) -> str:
        return f"{value} || convert_to('|' || coalesce({owner}::text, 'None'), 'UTF8')"

    def from_db_value(self, value: Any, expression: object, connection: object) -> bytes | None:
        if value is None:
            return None
        token, _bar, owner = bytes(value).rpartition(b"|")
        return encryption.decrypt_bytes(token, self.place(owner.decode())) if token else b""


class WrittenOnlyField(models.CharField):  # type: ignore[type-arg] # the same
    """A text that processes write and only SQL of the jobs reads: to the portal's objects it is always empty."""

    def select_format(self, compiler: Any, sql: str, params: Any) -> Any:
        return "''", []
