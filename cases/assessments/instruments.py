"""The instruments that can be recorded, as data: items, how they add up, and what a total means.

The wording of the items is not here: a caseworker asks by the instrument's own form and enters the points of each item. What was read
at its source is `verified`; what was not says so on the page, beside the `source` to check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.people.models import Sex

Text = str | Promise


class Scoring(Enum):
    """How an instrument comes to its result."""

    SUM = "sum"
    """The points of all items, times `factor`, are the total."""
    TYPED = "typed"
    """The total is worked out on the instrument's own form, and typed."""
    PROFILE = "profile"
    """Each domain has its own points. They add up to nothing."""


@dataclass(frozen=True)
class Item:
    """A question or domain, with the points that it can have, the lowest first."""

    code: str
    label: Text
    points: tuple[int, ...]


@dataclass(frozen=True)
class Band:
    """What totals from `lowest` on mean, up to the next band. `looks`: "good", "wait" or "bad", as tags of pages."""

    lowest: int
    label: Text
    looks: str


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """An instrument. `bands` by the sex for which they hold; "" for everybody else. `from_age`: in years, None where the source has none."""

    code: str
    label: Text
    measures: Text
    edition: str
    licence: Text
    source: str
    verified: bool
    scoring: Scoring
    highest: int
    items: tuple[Item, ...] = ()
    factor: int = 1
    higher_is_better: bool = False
    bands: Mapping[str, tuple[Band, ...]]
    from_age: int | None = None
    asks_words: bool = False

    @property
    def has_total(self) -> bool:
        return self.scoring != Scoring.PROFILE

    def bands_for(self, sex: str) -> tuple[Band, ...]:
        """The bands that hold for a person of this sex; none where the instrument has none."""
        return self.bands.get(sex) or self.bands.get("", ())

    def band_of(self, score: int, sex: str) -> Band | None:
        """The band in which a total lies. None without bands for this sex."""
        reached = [band for band in self.bands_for(sex) if band.lowest <= score]
        return reached[-1] if reached else None


def _numbered(count: int, points: tuple[int, ...], *, first: int = 1) -> tuple[Item, ...]:
    return tuple(Item(str(number), str(number), points) for number in range(first, first + count))


NONE_OR_MORE = (0, 1, 2, 3, 4)
EVER_OR_THIS_YEAR = (0, 2, 4)
SEVERITY = tuple(range(10))

_DUDIT_DEPENDENCE = Band(25, _("Dependence is likely"), "bad")
_DUDIT_LOW = Band(0, _("No sign of a drug problem"), "good")
_DEPRESSION = (
    Band(0, _("None or minimal"), "good"),
    Band(5, pgettext_lazy("symptoms", "Mild"), "wait"),
    Band(10, pgettext_lazy("symptoms", "Moderate"), "wait"),
    Band(15, pgettext_lazy("symptoms", "Moderately severe"), "bad"),
    Band(20, pgettext_lazy("symptoms", "Severe"), "bad"),
)

INSTRUMENTS: dict[str, Instrument] = {
    instrument.code: instrument
    for instrument in (
        Instrument(
            code="holistic",
            label=_("Whole situation"),
            measures=_("Nine areas of life, with what the person needs and wishes"),
            edition="1",
            licence=_("The portal's own: free to use"),
            source="docs/practices.md",
            verified=True,
            scoring=Scoring.PROFILE,
            highest=9,
            items=(
                Item("use", _("Substance use"), SEVERITY),
                Item("body", _("Physical health"), SEVERITY),
                Item("mind", _("Mental health"), SEVERITY),
                Item("housing", _("Housing"), SEVERITY),
                Item("work", _("Work and study"), SEVERITY),
                Item("family", _("Family and close people"), SEVERITY),
                Item("law", _("Legal matters"), SEVERITY),
                Item("money", _("Money"), SEVERITY),
                Item("safety", _("Safety"), SEVERITY),
            ),
            bands={},
            asks_words=True,
        ),
        Instrument(
            code="audit",
            label="AUDIT",
            measures=_("Alcohol use"),
            edition="WHO/MSD/MSB/01.6a, 2001",
            licence=_("Free to use"),
            source="AUDIT: Guidelines for Use in Primary Care, second edition (WHO 2001)",
            verified=True,
            scoring=Scoring.SUM,
            highest=40,
            items=(*_numbered(8, NONE_OR_MORE), *_numbered(2, EVER_OR_THIS_YEAR, first=9)),
            bands={
                "": (
                    Band(0, _("Low risk"), "good"),
                    Band(8, _("Hazardous"), "wait"),
                    Band(16, _("Harmful"), "bad"),
                    Band(20, _("Dependence is possible"), "bad"),
                )
            },
        ),
        Instrument(
            code="dudit",
            label="DUDIT",
            measures=_("Drug use"),
            edition="1.0, 2003",
            licence=_("Free to use; the wording belongs to its authors"),
            source="Berman, Bergman, Palmstierna, Schlyter: DUDIT manual (Karolinska Institutet 2003)",
            verified=True,
            scoring=Scoring.SUM,
            highest=44,
            from_age=16,
            items=(*_numbered(9, NONE_OR_MORE), *_numbered(2, EVER_OR_THIS_YEAR, first=10)),
            # For whoever is neither, the lower threshold: it misses nobody.
            bands={
                Sex.MALE.value: (_DUDIT_LOW, Band(6, _("A drug problem is likely"), "wait"), _DUDIT_DEPENDENCE),
                "": (_DUDIT_LOW, Band(2, _("A drug problem is likely"), "wait"), _DUDIT_DEPENDENCE),
            },
        ),
        Instrument(
            code="sds",
            label="SDS",
            measures=_("Severity of dependence"),
            edition="1995",
            licence=_("Not checked"),
            source="Gossop et al., Addiction 90 (1995): to be checked",
            verified=False,
            scoring=Scoring.TYPED,
            highest=15,
            bands={},
        ),
        Instrument(
            code="who5",
            label="WHO-5",
            measures=_("Well-being"),
            edition="1998",
            licence=_("Free to use"),
            source="WHO-Five Well-Being Index (Psychiatric Centre North Zealand)",
            verified=True,
            scoring=Scoring.SUM,
            highest=100,
            items=_numbered(5, (0, 1, 2, 3, 4, 5)),
            factor=4,
            higher_is_better=True,
            bands={"": (Band(0, _("Low well-being"), "bad"), Band(51, _("Ordinary well-being"), "good"))},
        ),
        Instrument(
            code="phq9",
            label="PHQ-9",
            measures=_("Depression"),
            edition="1999",
            licence=_("Free to use"),
            source="Kroenke, Spitzer, Williams, J Gen Intern Med 16 (2001)",
            verified=True,
            scoring=Scoring.SUM,
            highest=27,
            items=_numbered(9, (0, 1, 2, 3)),
            bands={"": _DEPRESSION},
        ),
        Instrument(
            code="gad7",
            label="GAD-7",
            measures=_("Anxiety"),
            edition="2006",
            licence=_("Free to use"),
            source="Spitzer, Kroenke, Williams, Löwe, Arch Intern Med 166 (2006)",
            verified=True,
            scoring=Scoring.SUM,
            highest=21,
            items=_numbered(7, (0, 1, 2, 3)),
            bands={
                "": (*_DEPRESSION[:3], Band(15, pgettext_lazy("symptoms", "Severe"), "bad")),
            },
        ),
        Instrument(
            code="europasi",
            label="EuropASI",
            measures=_("Severity in seven areas, rated by the interviewer"),
            edition="5, 1995",
            licence=_("Public domain"),
            source="Kokkevi, Hartgers: EuropASI (EMCDDA Evaluation Instruments Bank)",
            verified=True,
            scoring=Scoring.PROFILE,
            highest=9,
            items=(
                Item("medical", _("Physical health"), SEVERITY),
                Item("employment", _("Work and support"), SEVERITY),
                Item("alcohol", _("Alcohol"), SEVERITY),
                Item("drugs", _("Drugs"), SEVERITY),
                Item("legal", _("Legal matters"), SEVERITY),
                Item("social", _("Family and social relations"), SEVERITY),
                Item("psychiatric", _("Mental health"), SEVERITY),
            ),
            bands={},
        ),
    )
}
"""Every instrument, in the order of pages."""

WITH_TOTAL = [instrument for instrument in INSTRUMENTS.values() if instrument.has_total]
