"""Who sees which figures. Results of one NGO are shown to it and the coordinator alone; the database holds to that."""

from __future__ import annotations

from django.db.models import Q

from partnership.actions import reading
from partnership.isolation.acting import Acting
from partnership.members.models import CASEWORK_ROLES, Role

COHORT_ROLES = (*CASEWORK_ROLES, Role.COORDINATOR)

FIGURES = reading("figure", scope="metrics:read")
PARTNERSHIP_REPORT = reading("partnership_report", roles=(Role.COORDINATOR,))
OVERLAPS = reading("overlap", roles=(Role.CASE_MANAGER, Role.COORDINATOR))
"""Programmes that do the same in one district: for who plans what is offered."""
COHORTS = reading("cohort", roles=(*COHORT_ROLES, Role.AUDITOR), scope="metrics:read")


def visible_results(acting: Acting) -> Q:
    """Of results that have a `partner`: the acting partner's and the whole partnership's; all of them for the coordinator.
    The database holds to the same."""
    if acting.role == Role.COORDINATOR:
        return Q()
    return Q(partner=None) | Q(partner=acting.partner)
