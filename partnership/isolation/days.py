"""The days on which something holds: what the database works out and keeps in a column, and policies compare with today.

The portal's day is the one of its place, in the database as in the pages; `portal_today()` takes it from no setting of the session.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.db import models

TODAY = "portal_today()"

FUNCTIONS = """
CREATE FUNCTION portal_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
RETURN (now() AT TIME ZONE 'Europe/Helsinki')::date;
-- The days from one up to another, which is not among them. Without a first or a last there is none; turned round, they are no days.
CREATE FUNCTION portal_days(first date, before date) RETURNS datemultirange LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN first >= before THEN '{}'::datemultirange ELSE datemultirange(daterange(first, before)) END;
"""
DROP_FUNCTIONS = "DROP FUNCTION portal_days(date, date); DROP FUNCTION portal_today();"

_PIECE = re.compile(r"[\[(]([\d-]*),([\d-]*)\)")


def _day(text: str, without: date) -> date:
    """The day of a stretch; `without` one, or past the year 9999, where Python's days end and the database's don't."""
    try:
        return date.fromisoformat(text) if text else without
    except ValueError:
        return date.max


class Days:
    """Some days, as stretches from a first day up to one that is not among them. `day in days` says whether it is one of them."""

    def __init__(self, text: str = "{}") -> None:
        self.text = text
        self.stretches = [(_day(first, date.min), _day(before, date.max)) for first, before in _PIECE.findall(text)]

    def __contains__(self, day: date) -> bool:
        return any(first <= day < before for first, before in self.stretches)

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Days) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def end_after(self, day: date) -> date | None:
        """The first day after `day` that is not among them; none while no end is known, or where `day` is not among them."""
        return next((before for first, before in self.stretches if first <= day < before and before != date.max), None)

    def ended_by(self, day: date) -> date | None:
        """The day on which they had ended, the latest up to `day`; none where they go on or never began."""
        return (
            None if day in self else max((before for _first, before in self.stretches if before <= day), default=None)
        )


class DaysField(models.Field):  # type: ignore[type-arg] # Django's takes none when it runs
    """Days that a trigger of the database works out: whatever is saved, its own answer stands."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"default": Days, "editable": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["default"], kwargs["editable"]
        return name, path, args, kwargs

    def db_type(self, connection: Any) -> str:
        return "datemultirange"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Days | None:
        return None if value is None else Days(value)

    def get_prep_value(self, value: Any) -> Any:
        return str(value)


@DaysField.register_lookup
class Include(models.Lookup):
    """`open_days__include=day`: the day is one of them."""

    lookup_name = "include"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        return "%s", [value]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        days, days_params = self.process_lhs(compiler, connection)
        day, day_params = self.process_rhs(compiler, connection)
        return f"{days} @> {day}::date", [*days_params, *day_params]


class MonthsLater(models.Func):
    """A day so many months later, as PostgreSQL counts them: from the last day of a long month to that of a short one."""

    def __init__(self, day: str, months: int) -> None:
        super().__init__(
            models.F(day),
            template=f"(%(expressions)s + interval '{months:d} months')::date",
            output_field=models.DateField(),
        )
