"""What the public sees of a release: protected figures of all programmes together, changes beside what they are compared with,
and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metrics.recidivism.fixed_windows import WINDOWS
from metrics.recidivism.models import Offences, RecidivismResult
from metrics.recidivism.words import share
from metrics.referral_figures.models import ReferralResult
from metrics.runs.models import Run
from metrics.trends.models import Intervention, TrendChange
from metrics.trends.words import brief, finding
from partnership.members.models import Partner
from partnership.pages.number_format import plain

GROUP = "drug"
"""Of the arrests whose five years the public sees."""
MAIN_WINDOW = 12
"""Months of the figure in the title."""


class Rearrested(NamedTuple):
    """How many of a window's people were rearrested, the share that they are, and its 95 % interval."""

    number: int
    rate: float
    lower: float
    upper: float


class Window(NamedTuple):
    """A fixed window: both kinds of re-arrest among the same people."""

    months: int
    people: int
    any: Rearrested
    drug: Rearrested | None


class Place(NamedTuple):
    """A district's drug arrests over five years, or (the first) the partnership's, and what began there."""

    name: str
    role: str
    change: TrendChange


class Began(NamedTuple):
    """An intervention with what its pilot districts show, by themselves and against the comparison districts."""

    intervention: Intervention
    pilot: str
    comparison: str
    sentences: list[str]


@dataclass
class PublicResults:
    """A release as the public sees it."""

    run: Run
    programmes: int
    windows: list[Window]
    places: list[Place]
    began: list[Began]
    answers: ReferralResult | None
    missing: list[str] = field(default_factory=list)

    @property
    def main(self) -> Window | None:
        """The window of the title; the first where that one is not shown."""
        return next((w for w in self.windows if w.months == MAIN_WINDOW), next(iter(self.windows), None))

    @property
    def title(self) -> str:
        """The finding."""
        if self.main is None:
            return _("Too few people have been followed for long enough yet")
        return _("%(rate)s of the people who joined a programme were arrested again within %(months)s months") % {
            "rate": share(self.main.any.rate),
            "months": self.main.months,
        }

    @property
    def arrests_title(self) -> str:
        """The finding of the drug arrests; what they are of where nothing is computed for all districts together."""
        whole = next((place.change for place in self.places if place.change.district_id is None), None)
        told = brief(whole).rstrip(".") if whole else ""
        return f"{_('Drug arrests in all districts together')}: {told}" if told else _("Drug arrests in five years")


def published() -> QuerySet[Run]:
    """Releases that are public, the newest first."""
    return Run.objects.filter(published_at__isnull=False, withdrawn_at=None).order_by("-id")


def withdrawn() -> QuerySet[Run]:
    """Releases that were public and are no more, the newest first."""
    return Run.objects.filter(withdrawn_at__isnull=False).order_by("-id")


def publisher() -> Partner | None:
    """The coordination office, whom the public asks."""
    return Partner.objects.filter(kind=Partner.Kind.COORDINATION).first()


def public_results(run: Run) -> PublicResults:
    """Everything that the public sees of a release. Costs seven queries."""
    totals = run.recidivismresults.filter(partner=None, programme=None, cohort=None)
    by_cell = {(result.window_months, result.offences): result for result in totals}
    windows = [window for months in WINDOWS if (window := _window(months, by_cell))]
    interventions = list(Intervention.objects.prefetch_related("districts", "comparison_districts"))
    changes = list(run.changes.select_related("district").order_by("district__name", "id"))
    five_years = [c for c in changes if c.kind == TrendChange.Kind.FIVE_YEARS and c.group == GROUP]
    results = PublicResults(
        run=run,
        programmes=next(iter(by_cell.values())).programmes if by_cell else 0,
        windows=windows,
        places=_places([c for c in five_years if c.change is not None], interventions),
        began=[began for each in interventions if (began := _began(each, changes))],
        answers=run.referral_results.filter(is_protected=True).first(),
    )
    results.missing = [*_missing_windows(by_cell), *_missing_places(run, five_years), *_never_counted()]
    return results


def _window(months: int, by_cell: dict[tuple[int, str], RecidivismResult]) -> Window | None:
    """A window's rates; None where none is shown. The noise of both kinds differs, and with it the number of people: the public
    sees one, that of any offence, of which those rearrested for a drug offence are a share as well."""
    whole, drug = by_cell.get((months, Offences.ANY)), by_cell.get((months, Offences.DRUG))
    if whole is None or whole.rate is None:
        return None
    of_drug = None
    if drug is not None and drug.rate is not None:
        of_drug = _rearrested(drug, drug.eligible / whole.eligible)
    return Window(months, whole.eligible, _rearrested(whole, 1.0), of_drug)


def _rearrested(result: RecidivismResult, scale: float) -> Rearrested:
    shares = (result.rate or 0, result.rate_lower or 0, result.rate_upper or 0)
    return Rearrested(result.rearrested, *(min(1.0, scale * value) for value in shares))


def _places(changes: Sequence[TrendChange], interventions: Sequence[Intervention]) -> list[Place]:
    """The partnership; districts where something began, those that they are compared with, the others."""
    pilots = {d.pk for each in interventions for d in each.districts.all()}
    compared = {d.pk for each in interventions for d in each.comparison_districts.all()}

    def place(change: TrendChange) -> tuple[int, Place]:
        if change.district is None:
            return 0, Place(_("All districts together"), "", change)
        if change.district_id in pilots:
            return 1, Place(change.district.local_name, _("pilot"), change)
        is_compared = change.district_id in compared
        return 3 - is_compared, Place(change.district.local_name, _("comparison") if is_compared else "", change)

    return [place for _order, place in sorted(map(place, changes), key=lambda row: row[0])]


def _began(intervention: Intervention, changes: Sequence[TrendChange]) -> Began | None:
    """What is said of an intervention; None where the release has no figure of it."""
    kind = TrendChange.Kind
    own = {change.kind: change for change in changes if change.intervention_id == intervention.pk}
    told = [
        brief(own[k]) if k == kind.JOINT else finding(own[k]) for k in (kind.JOINT, kind.LEVEL, kind.SLOPE) if k in own
    ]
    against = [finding(own[k]) for k in (kind.DIFFERENCE, kind.DRIFT) if k in own]
    sentences = [
        _("Pilot districts against their own time before: %(finding)s") % {"finding": " ".join(filter(None, told))}
        if any(told)
        else "",
        _("Pilot against comparison districts: %(finding)s") % {"finding": " ".join(filter(None, against))}
        if any(against)
        else _("There is no comparison: what happened everywhere may look like an effect."),
    ]
    pilot, comparison = (
        ", ".join(d.local_name for d in districts.all())
        for districts in (intervention.districts, intervention.comparison_districts)
    )
    return Began(intervention, pilot, comparison, [s for s in sentences if s]) if own else None


def _missing_windows(by_cell: dict[tuple[int, str], RecidivismResult]) -> list[str]:
    reasons: dict[str, list[int]] = {}
    for months in WINDOWS:
        result = by_cell.get((months, Offences.ANY))
        if result is None or result.rate is None:
            reason = str(RecidivismResult.Withheld(result.withheld if result else "nobody").label)
            reasons.setdefault(reason, []).append(months)
    return [
        _("%(windows)s months: %(reason)s.")
        % {"windows": ", ".join(map(str, months)), "reason": reason[:1].lower() + reason[1:]}
        for reason, months in reasons.items()
    ]


def _missing_places(run: Run, five_years: Sequence[TrendChange]) -> list[str]:
    sentences = []
    untold = [change.district.local_name for change in five_years if change.district and change.change is None]
    if untold:
        sentences.append(
            _("No change over five years: %(names)s. The police data there is too short, or too few were arrested.")
            % {"names": ", ".join(untold)}
        )
    if run.poor_feeds:
        sentences.append(
            _("The police data of these districts has problems: %(names)s.")
            % {"names": ", ".join(name for _id, name in run.poor_feeds)}
        )
    return sentences


def _never_counted() -> list[str]:
    return [
        _("People who have not agreed to be counted are in no figure."),
        _(
            "Nor are people whom nothing links to police data with certainty: to count them as never arrested again would flatter."
        ),
        _("Arrests outside the districts that send police data are not seen."),
    ]


def lead(results: PublicResults) -> str:
    """The line under the title: how sure, of how many."""
    if results.main is None:
        return ""
    about = {
        "lower": share(results.main.any.lower),
        "upper": share(results.main.any.upper),
        "people": plain(results.main.people),
        "n": results.programmes,
    }
    return (
        ngettext(
            "95 %% interval %(lower)s to %(upper)s. About %(people)s people of %(n)s programme, followed from the day they joined.",
            "95 %% interval %(lower)s to %(upper)s. About %(people)s people of all %(n)s programmes, followed from the day they joined.",
            results.programmes,
        )
        % about
    )
