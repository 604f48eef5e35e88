"""Grants by the 360Giving Data Standard: its required fields, of what was awarded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from programs.grants.models import Grant

MOST_EXPORTED = 1_000
PREFIX = "portal"
"""Before numbers of this portal, which are in no register of organisations."""


def as_360giving(grants: Iterable[Grant]) -> dict[str, list[dict[str, Any]]]:
    """A package of grants, each with its partner."""
    return {"grants": [_grant(grant) for grant in grants]}


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "id": f"{PREFIX}-grant-{grant.pk}",
        "title": grant.title,
        "description": grant.description,
        "currency": grant.currency,
        "amountAwarded": float(grant.amount),
        "awardDate": grant.awarded_on.isoformat() if grant.awarded_on else "",
        "plannedDates": [{"startDate": grant.starts_on.isoformat(), "endDate": grant.ends_on.isoformat()}],
        "recipientOrganization": [{"id": f"{PREFIX}-partner-{grant.partner_id}", "name": grant.partner.name}],
        "fundingOrganization": [
            {"id": grant.funder_id or f"{PREFIX}-funder-of-grant-{grant.pk}", "name": grant.funder}
        ],
        "dateModified": grant.changed_at.isoformat(),
    }
