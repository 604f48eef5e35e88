"""Who sees what is offered."""

from partnership.actions import reading
from partnership.members.models import CASEWORK_ROLES

PROGRAMMES = reading("programme", scope="directory:read")
CONTACTS = reading("contact", roles=CASEWORK_ROLES)
PREVENTION_PLANS = reading("prevention_plan")
