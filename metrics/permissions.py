"""Who sees which figures. Results of one NGO are shown to it and the coordinator alone; the database holds to that."""

from partnership.actions import reading
from partnership.members.models import CASEWORK_ROLES, Role

COHORT_ROLES = (*CASEWORK_ROLES, Role.COORDINATOR)

FIGURES = reading("figure", scope="metrics:read")
COHORTS = reading("cohort", roles=COHORT_ROLES, scope="metrics:read")
