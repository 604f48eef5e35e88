"""What a cohort is: a selection of follow-up rows. The same selection serves pages, saved cohorts and the API."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, Literal, get_args

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

Index = Literal["start", "completion"]

DIMENSIONS = ("districts", "sexes", "ages", "history", "substances", "offence_groups", "referral_kinds", "index")
"""What divides the people of a programme further than by their year of entry. The finer cohorts are, the closer two of them come to
differing by one person: one dimension, or two from `ENOUGH_FOR_TWO` people on (docs/metrics.md, "Protected counts")."""
MOST_DIMENSIONS = 2
ENOUGH_FOR_TWO = 600
FIRST_YEAR = 2000


class AgeBand(TextChoices):
    """Age in the calendar year of the index date: the year of birth is all that figures know."""

    UNDER_18 = "0-17", _("Under 18")
    FROM_18 = "18-24", _("18–24")
    FROM_25 = "25-34", _("25–34")
    FROM_35 = "35-44", _("35–44")
    FROM_45 = "45-", _("45 and over")

    @property
    def limits(self) -> tuple[int, int]:
        """The youngest and the oldest age in years."""
        low, high = self.value.split("-")
        return int(low), int(high or 200)


class History(TextChoices):
    """First-time: at most one arrest up to the index date, the one that led here."""

    FIRST_TIME = "first_time", _("First-time")
    REPEATED = "repeated", _("Arrested before")


INDEX_CHOICES = [("start", _("The start of the programme")), ("completion", _("Its completion"))]
"""From when people are followed."""


@dataclass(frozen=True)
class Selection:
    """Which enrolments belong to a cohort. Empty: no restriction. A person counts once, by the first enrolment in the range.

    `first_year`, `last_year`: calendar years of the start, both included. `index`: from when people are followed, the start of the enrolment or its completion.
    """

    programmes: list[int] = field(default_factory=list)
    partners: list[int] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    districts: list[int] = field(default_factory=list)
    first_year: int | None = None
    last_year: int | None = None
    sexes: list[str] = field(default_factory=list)
    ages: list[str] = field(default_factory=list)
    history: str = ""
    substances: list[str] = field(default_factory=list)
    offence_groups: list[str] = field(default_factory=list)
    referral_kinds: list[str] = field(default_factory=list)
    index: Index = "start"

    def to_json(self) -> dict[str, Any]:
        """What is stored: restrictions only."""
        return {name: value for name, value in asdict(self).items() if value and (name, value) != ("index", "start")}

    @property
    def dimensions(self) -> list[str]:
        """The dimensions that it restricts."""
        return [name for name in DIMENSIONS if name in self.to_json()]

    def without_dimensions(self) -> Selection:
        """The same people, not divided further than by programme and year."""
        return Selection.from_json({name: value for name, value in self.to_json().items() if name not in DIMENSIONS})

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Selection:
        """Reads what `to_json` wrote. Raises TypeError for names or values that it does not know: pages write the rows, and a
        run must not fail over one."""
        unknown = set(data) - {f.name for f in fields(cls)}
        if unknown:
            raise TypeError(f"unknown restrictions: {', '.join(sorted(unknown))}")
        selection = cls(**data)
        wrong = [name for name, value in data.items() if not selection._may_be(name, value)]
        if wrong:
            raise TypeError(f"not a restriction: {', '.join(sorted(wrong))}")
        return selection

    @staticmethod
    def _may_be(name: str, value: Any) -> bool:
        if name in ("first_year", "last_year"):
            return value is None or (type(value) is int and FIRST_YEAR <= value <= 2100)
        if name == "history":
            return value in ("", *History.values)
        if name == "index":
            return value in get_args(Index)
        if name == "ages":
            return isinstance(value, list) and all(age in AgeBand.values for age in value)
        kind = int if name in ("programmes", "partners", "districts") else str
        return isinstance(value, list) and all(type(one) is kind for one in value)

    def where(self) -> tuple[str, list[Any]]:
        """The condition on follow-up rows (as f), with its parameters."""
        conditions: list[str] = []
        parameters: list[Any] = []

        def add(condition: str, *values: Any) -> None:
            conditions.append(condition)
            parameters.extend(values)

        for column, values in (
            ("f.programme_id", self.programmes),
            ("f.partner_id", self.partners),
            ("f.district_id", self.districts),
            ("f.sex", self.sexes),
            ("f.primary_drug", self.substances),
            ("f.prior_group", self.offence_groups),
            ("f.referral_kind", self.referral_kinds),
        ):
            if values:
                add(f"{column} = ANY(%s)", list(values))
        if self.kinds:
            add("f.programme_id IN (SELECT id FROM programs_programme WHERE kind = ANY(%s))", list(self.kinds))
        if self.first_year:
            add("f.index_date >= %s", date(self.first_year, 1, 1))
        if self.last_year:
            add("f.index_date <= %s", date(self.last_year, 12, 31))
        if self.ages:
            bands = [AgeBand(age).limits for age in self.ages]
            age = "extract(year FROM f.index_date) - f.birth_year"
            add(
                "(" + " OR ".join(f"{age} BETWEEN %s AND %s" for _ in bands) + ")",
                *[limit for band in bands for limit in band],
            )
        if self.history:
            add(f"f.prior_arrests {'<=' if self.history == History.FIRST_TIME else '>'} 1")
        return " AND ".join(conditions) or "true", parameters
