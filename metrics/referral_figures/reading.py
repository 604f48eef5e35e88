"""What one reader sees of how referrals went: all, those to a partner, or those from one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics.referral_figures.models import ReferralResult
from metrics.referral_figures.words import Promise
from metrics.runs.models import Run
from partnership.isolation.acting import Acting
from partnership.members.models import Partner, Role

MOST_COLUMNS = 12
"""Partners side by side in the matrix, which is to fit a small desk; lists have them all."""

ORDERS: dict[str, Callable[[Promise], Any]] = {
    "worst": lambda promise: (promise.least, -promise.result.sent),
    "most": lambda promise: -promise.result.sent,
    "name": lambda promise: str(promise.result.to_partner),
}
ORDER_LABELS = {
    "worst": gettext_lazy("The promise kept least first"),
    "most": gettext_lazy("Most referrals first"),
    "name": gettext_lazy("By name"),
}


@dataclass
class Reading:
    """The results of a run that a reader sees, narrowed to what the reader chose (`of`: "all", "to-" or "from-" a number)."""

    visible: list[ReferralResult]
    everything: ReferralResult | None
    of: str

    @property
    def receivers(self) -> list[ReferralResult]:
        return [r for r in self.visible if r.to_partner and not r.from_partner]

    @property
    def senders(self) -> list[ReferralResult]:
        return [r for r in self.visible if r.from_partner and not r.to_partner]

    @property
    def pairs(self) -> list[ReferralResult]:
        """Of the partner that was chosen, or all."""
        return [r for r in self.visible if r.from_partner and r.to_partner and self.of in ("all", *_names(r))]

    @property
    def summary(self) -> ReferralResult | None:
        """The result that the page is about."""
        own = (r for r in (*self.receivers, *self.senders) if self.of in _names(r))
        return next(own, self.everything)

    def choices(self) -> list[tuple[str, str]]:
        """What the page can be about."""
        to = [(f"to-{r.to_partner_id}", _("To %(partner)s") % {"partner": r.to_partner}) for r in self.receivers]
        by = [(f"from-{r.from_partner_id}", _("From %(partner)s") % {"partner": r.from_partner}) for r in self.senders]
        return [("all", _("All referrals")), *to, *by]

    def promises(self, order: str) -> list[Promise]:
        """Of each receiver as a whole where the reader sees it so, else towards each sender."""
        whole = self.receivers if self.of == "all" else []
        receivers = {r.to_partner_id for r in whole}
        return _sorted([*whole, *(r for r in self.pairs if r.to_partner_id not in receivers)], order)

    def by_pair(self, order: str) -> list[Promise]:
        """Of each receiver towards each sender."""
        return _sorted(self.pairs, order)


def _sorted(results: list[ReferralResult], order: str) -> list[Promise]:
    """Those in which something was promised."""
    promises = [Promise(r) for r in results]
    return sorted((p for p in promises if p.acknowledged.of or p.answered.of), key=ORDERS[order])


def _names(result: ReferralResult) -> tuple[str, ...]:
    """The choices that a result of one or two partners belongs to."""
    return (f"to-{result.to_partner_id}", f"from-{result.from_partner_id}")


def read(run: Run | None, acting: Acting, of: str = "all") -> Reading:
    """One query. The coordinator sees every pair; a partner its own, and all together of protected counts."""
    results: list[ReferralResult] = []
    if run:
        visible = run.referral_results.select_related("from_partner", "to_partner")
        if acting.role != Role.COORDINATOR:
            visible = visible.filter(
                Q(from_partner=acting.partner) | Q(to_partner=acting.partner) | Q(is_protected=True)
            )
        results = sorted(visible, key=lambda r: (str(r.to_partner or ""), str(r.from_partner or "")))
    together = {r.is_protected: r for r in results if r.from_partner is None and r.to_partner is None}
    # A coordinator sees every referral as its work, and their sum; everybody else the protected one.
    everything = together.get(False) or together.get(True)
    reading = Reading(results, everything, "all")
    if of in dict(reading.choices()):
        reading.of = of
    return reading


class Matrix(NamedTuple):
    """Pairs as a table: a line a sender, a column a receiver or the other way round, the fewer side by side.

    `rows`: partner, and for each column the pair's promise or None.
    """

    is_by_sender: bool
    columns: list[Partner]
    rows: list[tuple[Partner, list[Promise | None]]]
    left_out: list[Partner]
    """Partners with fewest referrals, for which there is no room side by side."""


def matrix(pairs: list[ReferralResult]) -> Matrix | None:
    """None where one partner alone sent or received: a list says it."""
    senders, receivers = _partners(pairs, "from_partner"), _partners(pairs, "to_partner")
    if len(senders) < 2 or len(receivers) < 2:
        return None
    is_by_sender = len(receivers) <= len(senders)
    across, down = (receivers, senders) if is_by_sender else (senders, receivers)
    columns = sorted(across[:MOST_COLUMNS], key=str)
    cells = {(r.from_partner_id, r.to_partner_id): Promise(r) for r in pairs}
    rows = [
        (one, [cells.get((one.pk, other.pk) if is_by_sender else (other.pk, one.pk)) for other in columns])
        for one in sorted(down, key=str)
    ]
    return Matrix(is_by_sender, columns, rows, across[MOST_COLUMNS:])


def _partners(pairs: list[ReferralResult], side: str) -> list[Partner]:
    """Those on one side of the pairs, with most referrals first."""
    sent: dict[int, int] = {}
    partners: dict[int, Partner] = {}
    for pair in pairs:
        partner = getattr(pair, side)
        partners[partner.pk] = partner
        sent[partner.pk] = sent.get(partner.pk, 0) + pair.sent
    return sorted(partners.values(), key=lambda partner: -sent[partner.pk])
