"""Model fields whose value is encrypted in the database."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models

from partnership.isolation import encryption


class EncryptedTextField(models.TextField):  # type: ignore[type-arg] # Django's takes none when it runs
    """Text that the database holds as a Fernet token. It can be neither filtered nor sorted on; find it by blind index."""

    def get_prep_value(self, value: Any) -> Any:
        return encryption.encrypt(value) if value else ""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return encryption.decrypt(value) if value else value


class EncryptedDateField(EncryptedTextField):
    """A date that the database holds as a Fernet token; None when unknown."""

    # What the type checker takes a value of the field for.
    _pyi_private_set_type: date | str | None  # type: ignore[assignment]
    _pyi_private_get_type: date | None  # type: ignore[assignment]

    def get_prep_value(self, value: Any) -> Any:
        value = self.to_python(value)
        return encryption.encrypt(value.isoformat()) if value else ""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return date.fromisoformat(encryption.decrypt(value)) if value else None

    def to_python(self, value: Any) -> Any:
        if value in (None, ""):
            return None
        return value if isinstance(value, date) else date.fromisoformat(value)

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        return forms.DateField(required=not self.blank, label=self.verbose_name, help_text=self.help_text)


class EncryptedBinaryField(models.BinaryField):  # type: ignore[type-arg] # the same
    """Bytes that the database holds as a Fernet token: files."""

    def get_prep_value(self, value: Any) -> Any:
        return encryption.encrypt_bytes(bytes(value)) if value else b""

    def from_db_value(self, value: Any, expression: object, connection: object) -> bytes:
        return encryption.decrypt_bytes(bytes(value)) if value else b""
