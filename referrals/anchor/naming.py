"""How news call an anchor case and a team: by number or name, never by the young person."""

from __future__ import annotations

from partnership.isolation.acting import Acting
from partnership.pages.about import names
from referrals.anchor.models import AnchorCase, AnchorTeam


@names("anchor_case")
def named_cases(acting: Acting, numbers: set[int]) -> dict[int, str]:
    """The number of each, and who leads it."""
    seen = AnchorCase.objects.seen_by(acting).filter(pk__in=numbers).select_related("partner")
    return {case.pk: f"{case} · {case.partner.name}" for case in seen}


@names("anchor_team")
def named_teams(acting: Acting, numbers: set[int]) -> dict[int, str]:
    """The name of each."""
    return {team.pk: team.name for team in AnchorTeam.objects.filter(pk__in=numbers)}
