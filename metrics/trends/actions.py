"""What can be done with interventions: saving one."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from metrics.runs.actions import (
    request_run,
    start,
)
from metrics.trends.models import Intervention
from partnership.actions import action
from partnership.isolation.acting import Acting
from partnership.members.models import Role


@action("intervention.save", roles=(Role.COORDINATOR,))
def save_intervention(
    *, by: Acting, intervention: Intervention, districts: Any, comparison_districts: Any
) -> Intervention:
    """Saves an intervention; the next run computes what changed."""
    if intervention.pk is None:
        intervention.created_by = by.user
    intervention.save()
    intervention.districts.set(districts)
    intervention.comparison_districts.set(comparison_districts)
    request_run("intervention")
    transaction.on_commit(start)
    return intervention
