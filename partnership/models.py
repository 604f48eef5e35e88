"""Where Django looks for this app's models: each stands in the room that it belongs to."""

from partnership.agreements.models import Agreement, AgreementFile, AgreementVersion, ApprovalStep, DataFlow
from partnership.announcements.models import Announcement
from partnership.api.models import ApiClient, Credential, ExternalReference, IdempotentAnswer, Tombstone
from partnership.audit_trail.models import ReadLog
from partnership.events.models import EventDelivery, Notification, OutboxEvent, WebhookDelivery, WebhookSubscription
from partnership.members.models import (
    AccountChange,
    District,
    DistrictPopulation,
    Invitation,
    Membership,
    Partner,
    RoleChange,
    User,
)
from partnership.members.sessions import UserSession
from partnership.oversight.models import Inquiry, ReadDay
from partnership.own_sign_in.models import ProvidedIdentity, SignInProvider
from partnership.pages.models import KeptForm, SavedView
from partnership.practices.models import PracticeInUse

__all__ = [
    "AccountChange",
    "Agreement",
    "AgreementFile",
    "AgreementVersion",
    "Announcement",
    "ApiClient",
    "ApprovalStep",
    "Credential",
    "DataFlow",
    "District",
    "DistrictPopulation",
    "EventDelivery",
    "ExternalReference",
    "IdempotentAnswer",
    "Inquiry",
    "Invitation",
    "KeptForm",
    "Membership",
    "Notification",
    "OutboxEvent",
    "Partner",
    "PracticeInUse",
    "ProvidedIdentity",
    "ReadDay",
    "ReadLog",
    "RoleChange",
    "SavedView",
    "SignInProvider",
    "Tombstone",
    "User",
    "UserSession",
    "WebhookDelivery",
    "WebhookSubscription",
]
