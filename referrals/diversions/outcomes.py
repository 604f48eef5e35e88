"""How the diversions of the own unit (or to the own NGO) turned out, quarter by quarter of when they were sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q
from django.db.models.functions import TruncQuarter
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from partnership.isolation.acting import PartnerRequest
from partnership.pages.days import day_of
from partnership.pages.guard import partner_page
from referrals.diversions.models import DiversionAgreement
from referrals.permissions import DIVERSION_OUTCOMES

Outcome = DiversionAgreement.Outcome
QUARTERS = 12
BAR = 400
"""Width of a bar on the page, in its own units."""


@dataclass
class Quarter:
    """The diversions sent in a quarter, by what came of them."""

    start: date
    sent: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    days_to_outcome: float | None = None

    @property
    def label(self) -> str:
        return f"{(self.start.month + 2) // 3}/{self.start.year}"

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        """The bar: outcome, where it begins, how wide it is; as wide in all as BAR."""
        parts, at = [], 0.0
        for outcome, count in self.counts.items():
            width = BAR * count / self.sent if self.sent else 0.0
            parts.append((outcome, round(at, 1), round(width, 1)))
            at += width
        return parts

    @property
    def shares(self) -> dict[str, float]:
        """What came of them, as shares of those that were sent; empty where none was."""
        return {outcome: count / self.sent for outcome, count in self.counts.items()} if self.sent else {}

    @property
    def met_of_closed(self) -> tuple[int, int]:
        closed = self.sent - sum(self.counts.get(code, 0) for code in ("open", "ended", Outcome.WITHDRAWN))
        return self.counts.get(Outcome.COMPLETED, 0), closed


ORDER: tuple[tuple[str, str | Promise], ...] = (
    *((outcome.value, outcome.label) for outcome in Outcome if outcome.value),
    ("ended", gettext_lazy("Ended without outcome")),
    ("open", Outcome.OPEN.label),
)
"""What came of diversions, as the page shows it, in words."""


def by_quarter(diversions: Any, today: date) -> list[Quarter]:
    """The last twelve quarters, newest first, those without a diversion too. One query over the given diversions."""
    start = _quarter_of(today)
    starts = [start := (start if n == 0 else _quarter_of(start - timedelta(days=1))) for n in range(QUARTERS)]
    quarters = {day: Quarter(day) for day in starts}
    since = diversions.filter(is_sent=True, referral__sent_at__gte=day_of(starts[-1])[0])
    quarterly = since.annotate(quarter=TruncQuarter("referral__sent_at")).values("quarter")
    open_or_ended = {
        "ended": Q(outcome="") & ~Q(open_days__include=today),
        "open": Q(outcome="", open_days__include=today),
    }
    counts = {f"n_{code}": Count("pk", filter=open_or_ended.get(code, Q(outcome=code))) for code, _label in ORDER}
    taken = Avg(F("outcome_at") - F("referral__sent_at"), filter=~Q(outcome="") & ~Q(outcome=Outcome.WITHDRAWN))
    for row in quarterly.annotate(sent=Count("pk"), taken=taken, **counts).order_by("quarter"):
        quarter = quarters[timezone.localtime(row["quarter"]).date()]
        quarter.sent = row["sent"]
        quarter.counts = {code: row[f"n_{code}"] for code, _label in ORDER}
        quarter.days_to_outcome = row["taken"].total_seconds() / 86400 if row["taken"] else None
    return list(quarters.values())


def _quarter_of(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


@require_safe
@partner_page(DIVERSION_OUTCOMES)
def diversion_outcomes(request: PartnerRequest) -> HttpResponse:
    """The page of how diversions turned out, for the two parties."""
    mine = request.acting.partner
    diversions = DiversionAgreement.objects.seen_by(request.acting).filter(Q(from_partner=mine) | Q(to_partner=mine))
    quarters = by_quarter(diversions, timezone.localdate())
    met, closed = (sum(part) for part in zip(*(quarter.met_of_closed for quarter in quarters), strict=True))
    context = {
        "quarters": quarters,
        "outcomes": ORDER,
        "sent": sum(quarter.sent for quarter in quarters),
        "met": met,
        "closed": closed,
        "met_share": met / closed if closed else None,
        "bar": BAR,
    }
    return render(request, "referrals/diversions/diversion_outcomes.html", context)
