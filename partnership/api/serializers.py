"""Serializers: sparse, expandable, quick on long lists; and strict about what comes in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from partnership.actions import Reading
from partnership.api.problems import NoneOf


class OwnReference(serializers.CharField):
    """What the calling system calls the record; `record` is the kind of record. `View.representation` reads those of a whole page."""

    LONGEST = 200
    MEANING = "What the caller's system calls the record: unique in that system, and seen by no other."

    def __init__(self, record: str = "") -> None:
        self.record = record
        super().__init__(read_only=True, allow_null=True, help_text=self.MEANING)


PASSED_ON = (
    serializers.CharField,
    serializers.IntegerField,
    serializers.BooleanField,
    serializers.DateField,
    serializers.DateTimeField,
    serializers.ChoiceField,
    serializers.FloatField,
    serializers.JSONField,
    serializers.ListField,
)
"""Fields whose value the renderer writes as it is: dates and times too."""


Reader = Callable[[Any, Any], Any]
"""(serializer, instance) → value."""


class Plan(NamedTuple):
    """How a serializer's fields are read, and which of them are codes."""

    readers: dict[str, Reader]
    choices: dict[str, dict[Any, Any]]


RECEIPT = ("id", "state", "version", "changed_at")


class Strict(serializers.Serializer[Any]):
    """Takes JSON for what it is: no text for a number, no number for a text, no field that it does not know."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            return super().to_internal_value(data)
        errors: dict[str, Any] = {
            name: [ErrorDetail(_("There is no such field."), "unknown")] for name in data if name not in self.fields
        }
        for name, field in self.fields.items():
            if name in data and data[name] is not None and not _fits(field, data[name]):
                errors[str(name)] = [ErrorDetail(_("Wrong type of value."), "wrong_type")]
        try:
            values = super().to_internal_value({name: value for name, value in data.items() if name not in errors})
        except serializers.ValidationError as error:
            # What is wrong in one field hides nothing that is wrong in another.
            errors = with_allowed(self, error.detail) | errors
        if errors:
            refusal = serializers.ValidationError()
            refusal.detail = errors  # as it is: the error makes plain texts of what it is given
            raise refusal
        return values


def with_allowed(serializer: serializers.Serializer[Any], detail: Any) -> dict[str, Any]:
    """The errors of a serializer's fields, where a value is none of some codes with these."""

    def told(field: Any, error: Any) -> Any:
        if isinstance(error, dict):
            return {key: told(getattr(field, "child", field), each) for key, each in error.items()}
        if isinstance(error, list):
            return [told(field, each) for each in error]
        choices = getattr(field, "choices", None)
        if getattr(error, "code", "") != "invalid_choice" or choices is None or isinstance(error, NoneOf):
            return error
        allowed = [str(code) for code in choices if code != ""]
        none_of = NoneOf(_("This is none of: %(codes)s.") % {"codes": ", ".join(allowed)}, "invalid_choice")
        none_of.allowed = allowed
        return none_of

    return {name: told(serializer.fields.get(name), errors) for name, errors in detail.items()}


def _fits(field: serializers.Field[Any, Any, Any, Any], value: Any) -> bool:
    if isinstance(field, serializers.BooleanField):
        return isinstance(value, bool)
    if isinstance(field, (serializers.IntegerField, serializers.PrimaryKeyRelatedField)):
        return isinstance(value, int) and not isinstance(value, bool)
    if isinstance(
        field, (serializers.CharField, serializers.DateField, serializers.DateTimeField, serializers.ChoiceField)
    ):
        return isinstance(value, str)
    return True


class Resource(serializers.ModelSerializer[Any]):
    """A record as the API shows it. `?fields=` chooses fields, `?expand=` adds related records under `expanded`.

    `expandable`: name → (attribute, serializer class, select_related path). What stands there names in `sees` the right to see it:
    who has not that one gets no such expansion.
    """

    sees: ClassVar[Reading | None] = None
    """The right to see it; None: that of the resource whose answer it is."""
    receipt: ClassVar[tuple[str, ...]] = RECEIPT
    """What whoever wrote learns of the record without the right to see it."""
    logged_as: ClassVar[str] = ""
    """What the log of reads calls it where another record's answer shows it; empty: it is about nobody."""

    @classmethod
    def known_as(cls) -> str:
        """The kind of record of which systems keep references of their own; empty: it has none."""
        field = cls._declared_fields.get("external_reference")
        return field.record if isinstance(field, OwnReference) else ""

    row_columns: tuple[str, ...] = ()
    """Where a list needs no more of a record than these columns, it reads them without making records: twice as fast."""
    _plan: ClassVar[Plan]
    expandable: Mapping[str, tuple[str, type[Resource], str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.only: list[str] = kwargs.pop("only", [])
        self.expanded: list[str] = kwargs.pop("expanded", [])
        super().__init__(*args, **kwargs)

    @classmethod
    def plan(cls) -> Plan:
        """How each field is read, worked out once: a list of many rows must not ask for each anew."""
        if "_plan" not in cls.__dict__:
            fields = cls().fields
            cls._plan = Plan(
                {str(name): _reader(field) for name, field in fields.items() if not field.write_only},
                {str(n): dict(f.choices) for n, f in fields.items() if isinstance(f, serializers.ChoiceField)},
            )
        return cls._plan

    def to_representation(self, instance: Any) -> dict[str, Any]:
        if not hasattr(self, "_readers"):
            readers = self.plan().readers
            self._readers = [
                (name, read) for name, read in readers.items() if not self.only or name == "id" or name in self.only
            ]
            self._children = [
                (name, attrgetter(self.expandable[name][0]), self.expandable[name][1](context=self.context))
                for name in self.expanded
                if name in self.expandable
            ]
        representation = {name: read(self, instance) for name, read in self._readers}
        if self._children:
            representation["expanded"] = {
                name: child.to_representation(related) if (related := get(instance)) is not None else None
                for name, get, child in self._children
            }
        if "labels" in self.expanded:
            representation.setdefault("expanded", {})["labels"] = {
                name: str(choices.get(representation[name], ""))
                for name, choices in self.plan().choices.items()
                if representation.get(name)
            }
        return representation


def _reader(field: serializers.Field[Any, Any, Any, Any]) -> Reader:
    """How a field's value is read off an instance: directly where nothing is to be converted."""
    if isinstance(field, serializers.SerializerMethodField):
        method = field.method_name or ""
        return lambda serializer, instance: getattr(serializer, method)(instance)
    if isinstance(field, OwnReference):
        record = field.record
        return lambda serializer, instance: serializer.context["references"][record].get(instance.id)
    source = field.source or ""
    if isinstance(field, serializers.PrimaryKeyRelatedField):
        source += "_id"
    elif type(field) not in PASSED_ON or source == "*":

        def whole(serializer: Any, instance: Any) -> Any:
            value = field.get_attribute(instance)
            return None if value is None else field.to_representation(value)

        return whole
    if "." in source:
        *path, name = source.split(".")
        parent = attrgetter(".".join(path))

        def through(serializer: Any, instance: Any) -> Any:
            related = parent(instance)
            return None if related is None else getattr(related, name)

        return through
    get = attrgetter(source)
    return lambda serializer, instance: get(instance)


def utc(moment: Any) -> str | None:
    """A moment as the API writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


class Moment(serializers.DateTimeField):
    """A moment that says which: with Z or an offset. Without one it would be another moment to sender and receiver."""

    def to_internal_value(self, value: Any) -> Any:
        if not re.search(r"(Z|[+-]\d\d:?\d\d)$", str(value)):
            raise serializers.ValidationError(
                _("Give the moment with Z or an offset, such as 2026-11-21T12:00:00Z."),
                "naive",
            )
        return super().to_internal_value(value)


class InPast(serializers.DateField):
    """A day that is not in the future."""

    def to_internal_value(self, value: Any) -> Any:
        day = super().to_internal_value(value)
        if day > timezone.localdate():
            raise serializers.ValidationError(_("The day lies in the future."))
        return day
