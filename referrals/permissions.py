"""Who sees the hand-over: the parties, and the coordinator without the identity."""

from partnership.actions import reading
from partnership.members.models import CASEWORK_ROLES, REFERRING_ROLES, Role

READERS = (*REFERRING_ROLES, Role.COORDINATOR)

REFERRALS = reading("referral", roles=READERS, scope="referrals:read")
DIVERSIONS = reading(
    "diversion",
    roles=(*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.COURT_OFFICER, Role.COORDINATOR),
    scope="diversions:read",
)
DIVERSION_OUTCOMES = reading("diversion_outcome", roles=(*CASEWORK_ROLES, Role.POLICE_LIAISON))
STATEMENTS = reading(
    "statement", roles=(*CASEWORK_ROLES, Role.COURT_OFFICER, Role.PROFESSIONAL), scope="diversions:read"
)
END_REPORTS = reading("end_report", roles=REFERRING_ROLES, scope="referrals:read")
RECEIVED_STATEMENTS = reading("received_statement", roles=(Role.COURT_OFFICER, Role.PROFESSIONAL))
"""The list of those that a court, prosecutor or prison received; an NGO sees its own beside the participation."""
WELFARE_NOTICES = reading("welfare_notice", roles=(Role.POLICE_LIAISON, Role.PROFESSIONAL), scope="referrals:read")
ANCHOR_CASES = reading("anchor_case", roles=(Role.POLICE_LIAISON, Role.PROFESSIONAL), scope="anchor:read")
"""Cases that the own partner leads, and the sheets that are shared with it."""
MEDIATIONS = reading("mediation", roles=CASEWORK_ROLES)
MEDIATION_REPORTS = reading("mediation_report", roles=(*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.COURT_OFFICER))
"""Who mediates sees its own, and what it told; an authority what it was told."""
CALL_INS = reading("call_in", roles=(*CASEWORK_ROLES, Role.PROFESSIONAL, Role.POLICE_LIAISON))
"""When and where, and what was offered; who was invited, the unit alone."""
RELEASE_NOTICES = reading("release_notice", roles=(Role.COURT_OFFICER, Role.PROFESSIONAL))
"""What a prison said of releases, and the first contacts that it was told; a receiver sees it beside the referral."""
LETTER = reading("diversion_letter", roles=REFERRING_ROLES)
DIVERT = reading("roadside", roles=(Role.POLICE_LIAISON,))
"""The short page for diverting somebody at the roadside."""
WORKLOAD = reading("workload", roles=(Role.CASE_MANAGER,))
