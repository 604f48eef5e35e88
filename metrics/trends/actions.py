"""Interventions whose effect on arrests is asked for: saving one asks for a run."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from metrics.runs.actions import request_run, start
from metrics.trends.models import Intervention, TrendChange
from partnership.actions import action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from partnership.members.models import District, Role


class InRelease(RuleError):
    """A release has figures of this intervention, which say what changed from this day on in these districts. Its name and programme can
    be changed; for another day, series or districts add another intervention."""

    code = "in_release"
    status = 409


FROZEN = ("started_on", "series")
"""What a release says of an intervention, and its districts."""


@action("intervention.save", roles=(Role.COORDINATOR,))
def save_intervention(
    *, by: Acting, intervention: Intervention, districts: Iterable[District], comparison_districts: Iterable[District]
) -> Intervention:
    """Saves an intervention; the next run computes what changed. Raises InRelease where that would change what a release is about."""
    districts, comparison_districts = [*districts], [*comparison_districts]
    if intervention.pk is None:
        intervention.created_by = by.user
    elif is_in_release(intervention):
        before = Intervention.objects.get(pk=intervention.pk)
        if (
            any(getattr(before, name) != getattr(intervention, name) for name in FROZEN)
            or {*before.districts.all()} != {*districts}
            or {*before.comparison_districts.all()} != {*comparison_districts}
        ):
            raise InRelease(
                _("A release has figures of this. For another day or other districts add another intervention.")
            )
    intervention.save()
    intervention.districts.set(districts)
    intervention.comparison_districts.set(comparison_districts)
    request_run("intervention")
    transaction.on_commit(start)
    return intervention


def is_in_release(intervention: Intervention) -> bool:
    """Whether a release has figures of it: then day, series and districts stay as they are."""
    return TrendChange.objects.filter(intervention=intervention, run__released_at__isnull=False).exists()
