"""Interventions whose effect on arrests is asked for: saving one asks for a run."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from metrics.runs.actions import request_run, start
from metrics.trends.models import Intervention
from partnership.actions import action
from partnership.isolation.acting import Acting
from partnership.members.models import District, Role


@action("intervention.save", roles=(Role.COORDINATOR,))
def save_intervention(
    *, by: Acting, intervention: Intervention, districts: Iterable[District], comparison_districts: Iterable[District]
) -> Intervention:
    """Saves an intervention; the next run computes what changed."""
    if intervention.pk is None:
        intervention.created_by = by.user
    intervention.save()
    intervention.districts.set([*districts])
    intervention.comparison_districts.set([*comparison_districts])
    request_run("intervention")
    transaction.on_commit(start)
    return intervention
