"""Partners, the people and systems that act for them, the agreements between them, and what the portal tells and logs."""

from partnership.models.clients import ApiClient, Credential, IdempotentAnswer, Tombstone
from partnership.models.partners import (
    CASEWORK_ROLES,
    POLICE_ROLES,
    REFERRING_ROLES,
    ROLES_BY_KIND,
    Agreement,
    District,
    DistrictPopulation,
    Invitation,
    Membership,
    Notification,
    OutboxEvent,
    Partner,
    ReadLog,
    Role,
    User,
    UserManager,
)
from partnership.models.personal import Announcement, KeptForm, SavedView
from partnership.models.reading import ReadDay
from partnership.models.webhooks import WebhookDelivery, WebhookSubscription

__all__ = [
    "CASEWORK_ROLES",
    "POLICE_ROLES",
    "REFERRING_ROLES",
    "ROLES_BY_KIND",
    "Agreement",
    "Announcement",
    "ApiClient",
    "Credential",
    "District",
    "DistrictPopulation",
    "IdempotentAnswer",
    "Invitation",
    "KeptForm",
    "Membership",
    "Notification",
    "OutboxEvent",
    "Partner",
    "ReadDay",
    "ReadLog",
    "Role",
    "SavedView",
    "Tombstone",
    "User",
    "UserManager",
    "WebhookDelivery",
    "WebhookSubscription",
]
