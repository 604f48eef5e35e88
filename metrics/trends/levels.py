"""Whether comparison districts are of a level like the pilot districts': asked when they are set, and told on the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from metrics.runs.models import Run
from partnership.members.models import District

FAR = 10
"""Districts whose rates are so many times apart are asked about before they are compared."""
YEAR = 12


def far_districts(run: Run | None, pilot: Iterable[District], other: Iterable[District], series: str) -> list[District]:
    """Comparison districts whose rate in the run's newest twelve months is at most a tenth of the pilot districts', or ten times
    it. One query."""
    pilot, other = list(pilot), list(other)
    if run is None:
        return []
    rates: dict[int, list[float]] = defaultdict(list)
    newest_first = run.trends.filter(district__in=[*pilot, *other], group=series, rate_per_100k__isnull=False)
    for district, rate in newest_first.order_by("-month").values_list("district", "rate_per_100k"):
        if len(rates[district]) < YEAR:
            rates[district].append(rate or 0.0)
    level = {district: sum(own) / len(own) for district, own in rates.items()}
    own_levels = [level[district.pk] for district in pilot if district.pk in level]
    usual = sum(own_levels) / max(1, len(own_levels))
    if not usual:
        return []
    return [
        district for district in other if district.pk in level and not usual / FAR < level[district.pk] < usual * FAR
    ]
