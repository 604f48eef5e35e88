"""Who sees what is offered."""

from partnership.actions import reading
from partnership.members.models import CASEWORK_ROLES, Role

PROGRAMMES = reading("programme", scope="directory:read")
CONTACTS = reading("contact", roles=CASEWORK_ROLES)
PREVENTION_PLANS = reading("prevention_plan", scope="prevention:read")
COURSES = reading("course", scope="training:read")
COURSE_SHEETS = reading(
    "course_sheet",
    roles=(*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.PROFESSIONAL, Role.COORDINATOR),
    scope="attendance:read",
)
CERTIFICATES = reading("certificate", scope="training:read")
LESSONS = reading("lesson", roles=(*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.PROFESSIONAL), scope="lessons:read")
NOTICES = reading("notice", scope="notices:read")
EVENTS = reading("community_event")
SURVEYS = reading("survey")
SURVEY_TEXTS = reading("survey_text", roles=(*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.PROFESSIONAL, Role.COORDINATOR))
CAMPAIGNS = reading("campaign", scope="campaigns:read")
GRANTS = reading("grant", roles=(Role.CASE_MANAGER, Role.COORDINATOR), scope="grants:read")
EMPLOYERS = reading("employer", roles=(*CASEWORK_ROLES, Role.COORDINATOR), scope="placements:read")
"""All of the partnership's; police see none."""
TIPS = reading("tip", roles=(*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.PROFESSIONAL, Role.COORDINATOR))
RESOURCES = reading("resource", scope="library:read")
CALLS = reading("funding_call", scope="funding:read")
APPLICATIONS = reading(
    "joint_application", roles=(*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.PROFESSIONAL, Role.COORDINATOR)
)
