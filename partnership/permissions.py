"""Who sees what of the partnership itself. Actions say who may do what; docs/rights.md shows both."""

from partnership.actions import reading
from partnership.members.models import Role

DIRECTORY = reading("directory", scope="directory:read")
"""Partners, districts, agreements."""
NOTIFICATIONS = reading("notification", scope="notifications:read")
"""One's own."""
ANNOUNCEMENTS = reading("announcement", roles=(Role.COORDINATOR,))
"""All of them, past ones too; on the first page everybody sees those of today."""
MEMBERS = reading("member", managers_only=True)
OWN_SIGN_IN = reading("own_sign_in", managers_only=True)
"""Where the own partner's people sign in."""
DIRECTORY_MEMBERS = reading("directory_member", managers_only=True, scope="members:write")
"""The own partner's people as its directory sees them."""
ROLE_CHANGES = reading("role_change", roles=(Role.COORDINATOR, Role.AUDITOR))
"""Who audits is changed by two people of the office."""
CLIENTS = reading("api_client", managers_only=True)
WEBHOOKS = reading("webhook", managers_only=True, scope="webhooks:read")
READ_LOG = reading("read_log", roles=(Role.AUDITOR, Role.CASE_MANAGER))
INQUIRIES = reading("inquiry", roles=(Role.AUDITOR,))
"""What the auditor was asked about who looked at whom."""
UNUSUAL_READING = reading("unusual_reading", roles=(Role.AUDITOR,))
