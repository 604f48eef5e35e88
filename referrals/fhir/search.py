"""What FHIR searches by (https://hl7.org/fhir/R4/search.html): dates with prefixes, several numbers, several statuses."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb")
MONTHS = 12


class Period(serializers.CharField):
    """A date or a moment with a prefix, as the condition on `changed_at` that it is. It stands for all of its year, month, day,
    minute or second; without a zone those of Helsinki are meant."""

    pattern = rf"^({'|'.join(PREFIXES)})?\d{{4}}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{{1,6}})?)?(Z|[+-]\d\d:\d\d))?)?)?$"

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        if not re.fullmatch(self.pattern, text, re.ASCII):
            raise serializers.ValidationError(
                _("A date or a moment, with one of these before it or none: %(codes)s.")
                % {"codes": ", ".join(PREFIXES)}
            )
        prefix, value = (text[:2], text[2:]) if text[:2] in PREFIXES else ("eq", text)
        try:
            start, end = _limits(value)
        except (ValueError, OverflowError) as error:
            raise serializers.ValidationError(_("There is no such day.")) from error
        return {
            "eq": Q(changed_at__gte=start, changed_at__lt=end),
            "ne": Q(changed_at__lt=start) | Q(changed_at__gte=end),
            "gt": Q(changed_at__gte=end),
            "sa": Q(changed_at__gte=end),
            "lt": Q(changed_at__lt=start),
            "eb": Q(changed_at__lt=start),
            "ge": Q(changed_at__gte=start),
            "le": Q(changed_at__lt=end),
        }[prefix]


def _limits(value: str) -> tuple[datetime, datetime]:
    """The first moment that a date or moment stands for, and the first after it. Raises ValueError, OverflowError."""
    if "T" in value:
        moment = datetime.fromisoformat(value)
        _minute, _point, fraction = value.partition(".")
        has_seconds = re.search(r"T\d\d:\d\d:\d\d", value)
        digits = len(re.match(r"\d*", fraction)[0])  # type: ignore[index] # it always matches
        return moment, moment + (timedelta(seconds=1) / 10**digits if has_seconds else timedelta(minutes=1))
    year, month, day = (*map(int, value.split("-")), 0, 0)[:3]
    first = datetime(year, month or 1, day or 1)  # noqa: DTZ001 — of the portal's zone, just below
    if day:
        after = first + timedelta(days=1)
    else:
        months = year * MONTHS + ((month - 1) + 1 if month else MONTHS)
        after = datetime(months // MONTHS, months % MONTHS + 1, 1)  # noqa: DTZ001
    return timezone.make_aware(first), timezone.make_aware(after)


class Numbers(serializers.CharField):
    """Numbers of records, divided by commas."""

    pattern = r"^[1-9][0-9]{0,17}(,[1-9][0-9]{0,17})*$"

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        if not re.fullmatch(self.pattern, text, re.ASCII):
            raise serializers.ValidationError(_("Numbers, divided by commas."))
        return [int(number) for number in text.split(",")]
