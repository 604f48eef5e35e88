"""A claim beside the estimates of that very measure and window: within their intervals, outside, or cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics.comparison.effects import in_order
from metrics.comparison.models import ComparisonResult
from metrics.evidence.models import Claim
from metrics.permissions import visible_results
from metrics.recidivism.words import in_sentence
from metrics.runs.models import Run
from metrics.trends.models import TrendChange
from partnership.isolation.acting import Acting
from partnership.pages.number_format import signed_percent


class Verdict(models.TextChoices):
    """What the estimates say of a claim."""

    WITHIN = "within", gettext_lazy("Within the interval")
    DIFFER = "differ", gettext_lazy("Estimates differ")
    OUTSIDE = "outside", gettext_lazy("Outside the interval")
    CANNOT_BE_TOLD = "cannot_be_told", gettext_lazy("Cannot be told")


LOOKS = {Verdict.WITHIN: "good", Verdict.DIFFER: "wait", Verdict.OUTSIDE: "bad", Verdict.CANNOT_BE_TOLD: ""}
"""How pages show a verdict."""


class Beside(NamedTuple):
    """An estimate of what a claim is about, as a relative change (−0.4: 40 % fewer) with its 95 % interval; bounds None: none is told,
    and `why` says so."""

    against: str
    lower: float | None
    upper: float | None
    why: str = ""

    def verdict_on(self, claimed: int | None) -> Verdict:
        """Whether the interval, as it is shown in whole per cent, holds the claimed change; of a mere “fewer”: whether it is all on
        one side of no change."""
        if self.lower is None or self.upper is None:
            return Verdict.CANNOT_BE_TOLD
        low, high = round(100 * self.lower), round(100 * self.upper)
        if claimed is not None:
            return Verdict.WITHIN if low <= claimed <= high else Verdict.OUTSIDE
        if self.upper < 0:
            return Verdict.WITHIN
        return Verdict.OUTSIDE if self.lower > 0 else Verdict.CANNOT_BE_TOLD

    def sentence(self, claimed: int | None) -> str:
        """The interval in words, and what else it holds."""
        if self.lower is None or self.upper is None:
            return f"{self.against}: {in_sentence(self.why)}."
        about = {"against": self.against, "low": signed_percent(self.lower, 0), "high": signed_percent(self.upper, 0)}
        told = _("%(against)s: between %(low)s and %(high)s (95 %% interval).") % about
        if not self.lower < 0 < self.upper:
            return told
        if claimed is not None and self.verdict_on(claimed) == Verdict.WITHIN:
            return told + " " + _("It holds no change at all, too: this does not show the claim to be right.")
        return told + " " + _("It holds no change at all, too.")


class Judged(NamedTuple):
    """A claim with all estimates of what it claims."""

    claim: Claim
    estimates: list[Beside]

    @property
    def verdict(self) -> Verdict:
        """Of all estimates that can be told; where they don't agree, that."""
        said = {estimate.verdict_on(self.claim.change) for estimate in self.estimates} - {Verdict.CANNOT_BE_TOLD}
        if not said:
            return Verdict.CANNOT_BE_TOLD
        return said.pop() if len(said) == 1 else Verdict.DIFFER

    @property
    def looks(self) -> str:
        """How a page shows the verdict."""
        return LOOKS[self.verdict]

    @property
    def claimed(self) -> str:
        """What is claimed, in a few words."""
        claim = self.claim
        size = _("fewer") if claim.change is None else signed_percent(claim.change / 100, 0)
        told = f"{claim.get_measure_display()}: {size}"
        return told + " " + _("within %(months)s months") % {"months": claim.months} if claim.months else told

    @property
    def sentences(self) -> list[str]:
        """What each estimate says; a sentence where there is none."""
        if self.claim.measure == Claim.Measure.ELSE:
            return [_("The portal has no data on this, so no estimate of it.")]
        if not self.estimates:
            return [_("There is no estimate of this yet.")]
        return [estimate.sentence(self.claim.change) for estimate in self.estimates]


def judged(claims: Iterable[Claim], acting: Acting, *, release: Run | None, newest: Run | None) -> list[Judged]:
    """Each claim beside its estimates: of re-arrest those of the release, of arrests and overdoses those of the newest run. Two queries."""
    claims = list(claims)
    comparisons = _comparisons(claims, acting, release)
    changes = _changes(claims, newest)
    return [Judged(claim, _beside(claim, comparisons, changes)) for claim in claims]


def _beside(claim: Claim, comparisons: Sequence[ComparisonResult], changes: Sequence[TrendChange]) -> list[Beside]:
    if claim.measure in Claim.OF_PEOPLE:
        own = [
            c
            for c in comparisons
            if (c.programme_id, c.offences, c.window_months) == (claim.programme_id, claim.measure, claim.months)
        ]
        return [_of_comparison(c) for c in in_order(own)]
    if claim.measure in Claim.OF_PLACES:
        group = claim.measure.removesuffix("_arrests")  # the codes of series are those of measures
        about = (claim.district_id, claim.intervention_id)
        own_changes = [c for c in changes if (c.district_id, c.intervention_id, c.group) == (*about, group)]
        return [_of_change(c) for c in own_changes]
    return []


def _comparisons(claims: Sequence[Claim], acting: Acting, release: Run | None) -> list[ComparisonResult]:
    programmes = {claim.programme_id for claim in claims if claim.measure in Claim.OF_PEOPLE}
    if release is None or not programmes:
        return []
    return list(release.comparisons.filter(visible_results(acting), programme__in=programmes))


KINDS = (TrendChange.Kind.FIVE_YEARS, TrendChange.Kind.DIFFERENCE, TrendChange.Kind.JOINT)
"""Changes whose interval a claim is held against: a district's five years; an intervention's against comparison districts, and at once
against its own time before."""


def _changes(claims: Sequence[Claim], newest: Run | None) -> list[TrendChange]:
    of_places = [claim for claim in claims if claim.measure in Claim.OF_PLACES]
    if newest is None or not of_places:
        return []
    districts = [claim.district_id for claim in of_places if claim.district_id]
    interventions = [claim.intervention_id for claim in of_places if claim.intervention_id]
    about = Q(district__in=districts, intervention=None) | Q(intervention__in=interventions)
    return list(newest.changes.filter(about, kind__in=KINDS).defer("lines", "placebos").order_by("kind"))


def _of_comparison(result: ComparisonResult) -> Beside:
    against = _("Against %(group)s") % {"group": in_sentence(result.get_group_display())}
    if result.reduction_lower is None or result.reduction_upper is None:
        # Of nobody arrested again on the other side there is no share to reduce.
        why = (
            str(result.get_refusal_display())
            if result.refusal
            else _("Nobody of the comparison group was arrested again")
        )
        return Beside(against, None, None, why)
    return Beside(against, -result.reduction_upper, -result.reduction_lower)


def _of_change(change: TrendChange) -> Beside:
    against = {
        TrendChange.Kind.FIVE_YEARS: _("Last twelve months against those five years earlier"),
        TrendChange.Kind.DIFFERENCE: _("Against comparison districts"),
        TrendChange.Kind.JOINT: _("Against its own time before, at the start"),
    }[TrendChange.Kind(change.kind)]
    if change.lower is None or change.upper is None:
        return Beside(against, None, None, _("Too short, or too few arrests, to be told"))
    return Beside(against, change.lower, change.upper)
