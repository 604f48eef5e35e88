"""Who sees what about people. Each role sees it of the own partner; the database holds to that."""

from partnership.actions import reading
from partnership.members.models import CASEWORK_ROLES, REFERRING_ROLES, Role

PEOPLE_ROLES = REFERRING_ROLES
"""Those who keep a register of people. A police data officer sends arrests and looks at their quality, and browses nobody."""
IMPORT_ROLES = (Role.POLICE_DATA_OFFICER, Role.CASE_MANAGER, Role.COORDINATOR)

PEOPLE = reading("person", roles=PEOPLE_ROLES, scope="persons:read")
ASSESSMENTS = reading("assessment", roles=CASEWORK_ROLES, scope="assessments:read")
ENROLMENTS = reading("enrolment", roles=CASEWORK_ROLES, scope="enrolments:read")
ARRESTS = reading("arrest", roles=(Role.POLICE_LIAISON,), scope="arrests:read")
FEEDS = reading("feed", roles=(Role.POLICE_LIAISON, Role.POLICE_DATA_OFFICER), scope="arrests:read")
CALENDAR = reading("calendar", roles=CASEWORK_ROLES, scope="enrolments:read")
TASKS = reading("task", roles=CASEWORK_ROLES)
IMPORTS = reading("upload", roles=IMPORT_ROLES, scope="uploads:read")
PLANS = reading("plan", roles=CASEWORK_ROLES, scope="plans:read")
CARE_TEAMS = reading("care_team", roles=(*CASEWORK_ROLES, Role.PROFESSIONAL), scope="teams:read")
PHASES = reading("phase", roles=CASEWORK_ROLES, scope="phases:read")
BEDS = reading("bed", roles=CASEWORK_ROLES, scope="beds:read")
MATTERS = reading("matter", roles=CASEWORK_ROLES)
"""Legal matters; what a lawyer notes, the database shows to the lawyer alone."""
FELLOWSHIPS = reading("fellowship", roles=CASEWORK_ROLES)
MENTORING = reading("mentor_pair", roles=CASEWORK_ROLES)
FAMILIES = reading("family", roles=CASEWORK_ROLES)
"""Consents between relatives and parenting groups; which sessions were one, the database shows to who led it alone."""
RELEASES = reading("release", roles=CASEWORK_ROLES)
PLACEMENTS = reading("placement", roles=CASEWORK_ROLES, scope="placements:read")
PROTECTION = reading("protection", roles=(*CASEWORK_ROLES, Role.PROFESSIONAL, Role.POLICE_LIAISON))
"""What to look for and whom to call; protected records for who is named, and for police what a person lets them know."""
PROTECTION_GRANTS = reading("protection_grant", roles=(*CASEWORK_ROLES, Role.PROFESSIONAL, Role.AUDITOR))
"""Who is named for protection: at the own partner, for the auditor everywhere."""
LED_TEAMS = reading("led_care_team", roles=CASEWORK_ROLES)
"""The care team of one's own participation, with what each member sees."""
OVERDOSES = reading("overdose_count", roles=(*CASEWORK_ROLES, Role.COORDINATOR))
REQUESTS = reading("data_request", roles=(*PEOPLE_ROLES, Role.AUDITOR))
NOTICE = reading("privacy_notice", managers_only=True)
"""What the own partner says of its register."""
OPENINGS = reading("opening", roles=(*PEOPLE_ROLES, Role.AUDITOR))
"""Records that were opened with a reason: one's own; a manager sees the partner's, the auditor all."""
RETENTION = reading(
    "retention",
    roles=(Role.CASE_MANAGER, Role.POLICE_LIAISON, Role.COURT_OFFICER, Role.PROFESSIONAL, Role.AUDITOR),
)
