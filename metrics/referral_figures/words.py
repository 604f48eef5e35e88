"""Where referrals get stuck, in words: the promise kept least, the step that loses most, and why referrals were declined."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics.referral_figures.compute import ENOUGH, PROMISES
from metrics.referral_figures.models import ReferralResult
from partnership.pages.number_format import percent, plain


class Kept(NamedTuple):
    """A promise: how often its time is over or it was done (`of`), and how often of these in time."""

    of: int
    in_time: int

    @property
    def share(self) -> float:
        """From 0 to 1; 1 where nothing was promised."""
        return self.in_time / self.of if self.of else 1.0

    @property
    def in_words(self) -> str:
        """As a table says it; a dash where nothing was promised."""
        about = {"kept": plain(self.in_time), "of": plain(self.of), "share": percent(self.share, 0)}
        return _("%(kept)s of %(of)s (%(share)s)") % about if self.of else "–"

    @property
    def look(self) -> str:
        """How its tag looks: good from nine in ten on, bad below two thirds, and none where it is too little to say."""
        if self.of < ENOUGH:
            return ""
        return "good" if self.share >= 0.9 else "wait" if self.share >= 2 / 3 else "bad"


@dataclass(frozen=True)
class Promise:
    """How the receiver of a result's referrals kept what the agreements promise."""

    result: ReferralResult

    @property
    def acknowledged(self) -> Kept:
        return self._kept("acknowledged")

    @property
    def answered(self) -> Kept:
        return self._kept("answered")

    @property
    def receiver(self) -> str:
        """The page's choice of all that were sent to this receiver."""
        return f"to-{self.result.to_partner_id}"

    def _kept(self, stage: str) -> Kept:
        return Kept(*(self.result.counts.get(name, 0) for name in PROMISES[stage]))

    @property
    def worst(self) -> str:
        """Which of the two was kept less, of those with ten cases to tell by; empty where neither has them."""
        known = [stage for stage in PROMISES if self._kept(stage).of >= ENOUGH]
        return min(known, key=lambda stage: self._kept(stage).share, default="")

    @property
    def least(self) -> float:
        """Its share; 2 where it cannot be told, which comes last."""
        return self._kept(self.worst).share if self.worst else 2.0

    @property
    def finding(self) -> str:
        """It as a sentence; empty where it cannot be told."""
        if not self.worst:
            return ""
        result, kept = self.result, self._kept(self.worst)
        about = {
            "receiver": result.to_partner and result.to_partner.name,
            "sender": result.from_partner and result.from_partner.name,
            "kept": plain(kept.in_time),
            "of": plain(kept.of),
            "share": percent(kept.share, 0),
        }
        if result.to_partner is None:
            return _of_all(self.worst) % about
        if result.from_partner is None:
            return _of_receiver(self.worst) % about
        return _of_pair(self.worst) % about


def _of_all(stage: str) -> str:
    if stage == "answered":
        return _("%(kept)s of %(of)s referrals were answered in time (%(share)s).")
    return _("%(kept)s of %(of)s referrals were acknowledged in time (%(share)s).")


def _of_receiver(stage: str) -> str:
    if stage == "answered":
        return _("%(receiver)s answered %(kept)s of %(of)s referrals in time (%(share)s).")
    return _("%(receiver)s acknowledged %(kept)s of %(of)s referrals in time (%(share)s).")


def _of_pair(stage: str) -> str:
    if stage == "answered":
        return _("%(receiver)s answered %(kept)s of %(of)s referrals from %(sender)s in time (%(share)s).")
    return _("%(receiver)s acknowledged %(kept)s of %(of)s referrals from %(sender)s in time (%(share)s).")


def worst_promise(promises: Sequence[Promise], everything: ReferralResult) -> str:
    """The promise that was kept least, worst first; of all referrals together where no partner has enough to tell."""
    least = min(promises, key=lambda promise: promise.least, default=Promise(everything))
    if least.least == 1:
        return _("Every promised time was kept.")
    if least.finding and len(promises) > 1:
        return _("The promise kept least:") + f" {least.finding}"
    return least.finding or Promise(everything).finding


class Step(NamedTuple):
    """How many referrals came to a stage, of all that were sent, and how many of the stage before did not (yet)."""

    stage: str
    label: str
    referrals: int
    of_sent: float
    not_further: int


LABELS = {
    "sent": gettext_lazy("Sent"),
    "acknowledged": gettext_lazy("Acknowledged"),
    "answered": gettext_lazy("Answered"),
    "enrolled": gettext_lazy("Enrolled"),
    "visited": gettext_lazy("First visit"),
    "completed": gettext_lazy("Completed"),
}


def funnel(result: ReferralResult) -> list[Step]:
    """The stages of a result's referrals. No stage has more than the one before, which protected counts may have."""
    steps: list[Step] = []
    before = result.sent
    for stage, label in LABELS.items():
        if stage == "sent" or stage in result.counts:
            count = min(before, result.sent if stage == "sent" else result.counts[stage])
            steps.append(Step(stage, str(label), count, count / result.sent if result.sent else 0.0, before - count))
            before = count
    return steps


def sticking_point(steps: Sequence[Step]) -> str:
    """The step before the first visit at which most stay behind, as a sentence. Who has not completed may still take part."""
    lost = [(step, before) for before, step in itertools.pairwise(steps) if step.stage != "completed"]
    if not lost:
        return ""
    step, before = max(lost, key=lambda pair: pair[0].not_further)
    if not step.not_further:
        return _("None is stuck before the first visit.")
    sentence = {
        "acknowledged": _("Most get stuck right after sending: %(lost)s of %(of)s sent were not acknowledged."),
        "answered": _("Most get stuck before the answer: %(lost)s of %(of)s acknowledged have none."),
        "enrolled": _(
            "Most get stuck between answer and enrolment: %(lost)s of %(of)s answered were not enrolled (yet)."
        ),
        "visited": _("Most get stuck before the first visit: %(lost)s of %(of)s enrolled have not come (yet)."),
    }[step.stage]
    return sentence % {"lost": plain(step.not_further), "of": plain(before.referrals)}


REASONS = {
    "no_capacity": gettext_lazy("for want of a place"),
    "not_eligible": gettext_lazy("because the person did not fit the programme"),
    "outside_area": gettext_lazy("because the person lives outside the area"),
    "needs_other_service": gettext_lazy("because another service was needed first"),
    "person_declined": gettext_lazy("because the person did not want the service"),
    "person_unreachable": gettext_lazy("because the person could not be reached"),
    "missing_information": gettext_lazy("because information was missing or wrong"),
    "sent_by_mistake": gettext_lazy("because it was sent by mistake or twice"),
    "moved": gettext_lazy("because the person moved away"),
    "imprisoned": gettext_lazy("because the person was imprisoned"),
    "died": gettext_lazy("because the person died"),
}
"""Each reason of declining, to stand after a number."""


def decline_reasons(result: ReferralResult) -> list[tuple[int, str]]:
    """How many were declined, and why, most often first."""
    counts = {code: result.counts.get(f"declined:{code}", 0) for code in REASONS}
    return [(count, str(REASONS[code])) for code, count in sorted(counts.items(), key=lambda row: -row[1]) if count]


def declined(result: ReferralResult) -> str:
    """How many were declined and the most frequent reason, as a sentence."""
    reasons = decline_reasons(result)
    if not reasons:
        return _("None was declined.")
    (count, reason), total = reasons[0], sum(count for count, _reason in reasons)
    about = {"n": plain(total), "count": plain(count), "reason": reason}
    if count == total:
        return _("%(n)s declined %(reason)s.") % about
    return _("%(n)s were declined, %(count)s of them %(reason)s.") % about
