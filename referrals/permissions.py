"""Who sees the hand-over: the parties, and the coordinator without the identity."""

from partnership.actions import reading
from partnership.members.models import REFERRING_ROLES, Role

READERS = (*REFERRING_ROLES, Role.COORDINATOR)

REFERRALS = reading("referral", roles=READERS, scope="referrals:read")
DIVERSIONS = reading("diversion", roles=READERS, scope="diversions:read")
DIVERSION_OUTCOMES = reading("diversion_outcome", roles=REFERRING_ROLES)
LETTER = reading("diversion_letter", roles=REFERRING_ROLES)
DIVERT = reading("roadside", roles=(Role.POLICE_LIAISON,))
"""The short page for diverting somebody at the roadside."""
WORKLOAD = reading("workload", roles=(Role.CASE_MANAGER,))
