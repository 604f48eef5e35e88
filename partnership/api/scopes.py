"""Scopes: what a caller may do, per resource and verb. A system has those that it was given; a person those of the role."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from oauth2_provider.scopes import BaseScopes

from partnership.isolation.acting import Acting
from partnership.members.models import ROLES_BY_KIND, Partner, Role

SCOPES: dict[str, str | Promise] = {
    "directory:read": _("Read partners, districts, agreements and programmes"),
    "programmes:write": _("Change own programmes and their capacity"),
    "persons:read": _("Read own people"),
    "persons:write": _("Add and change own people"),
    "referrals:read": _("Read referrals sent and received, with the identity that they carry"),
    "referrals:write": _("Send, answer and message on referrals"),
    "diversions:read": _("Read diversion agreements and their progress"),
    "diversions:write": _("Report progress of diversions, and decide on them"),
    "enrolments:read": _("Read own enrolments and sessions"),
    "enrolments:write": _("Enrol people, record attendance, end enrolments"),
    "arrests:read": _("Read own arrests and how complete the feed is"),
    "uploads:read": _("Follow uploads of data"),
    "uploads:write": _("Upload arrests, participants or populations"),
    "metrics:read": _("Read results: recidivism, trends, referrals, quality"),
    "cohorts:write": _("Save cohorts"),
    "notifications:read": _("Read own notifications"),
    "notifications:write": _("Mark own notifications as read"),
    "webhooks:read": _("Read webhooks and how their messages went"),
    "webhooks:write": _("Set up webhooks"),
}
EVERYBODYS = frozenset({"directory:read", "metrics:read", "notifications:read", "notifications:write"})
_REFERRING = {
    "persons:read",
    "persons:write",
    "referrals:read",
    "referrals:write",
    "diversions:read",
    "diversions:write",
}
_CASEWORK = _REFERRING | {"enrolments:read", "enrolments:write", "cohorts:write"}
SCOPES_BY_ROLE: dict[str, frozenset[str]] = {
    Role.CASEWORKER: EVERYBODYS | _CASEWORK,
    Role.CASE_MANAGER: EVERYBODYS | _CASEWORK | {"programmes:write", "uploads:read", "uploads:write"},
    Role.POLICE_LIAISON: EVERYBODYS | _REFERRING,
    Role.POLICE_DATA_OFFICER: EVERYBODYS | {"arrests:read", "uploads:read", "uploads:write"},
    Role.COORDINATOR: EVERYBODYS
    | {"referrals:read", "diversions:read", "cohorts:write", "uploads:read", "uploads:write"},
    Role.AUDITOR: EVERYBODYS,
}
MANAGERS = frozenset({"webhooks:read", "webhooks:write"})
CLIENT_ROLES: dict[str, Role] = {
    Partner.Kind.NGO: Role.CASE_MANAGER,
    Partner.Kind.HEALTH: Role.CASE_MANAGER,
    Partner.Kind.SCHOOL: Role.CASE_MANAGER,
    Partner.Kind.COURT: Role.POLICE_LIAISON,
    Partner.Kind.POLICE: Role.POLICE_LIAISON,
    Partner.Kind.COORDINATION: Role.COORDINATOR,
}
"""The role in which the database meets a client of each kind of partner; its scopes narrow what it may do."""


def of_person(acting: Acting) -> frozenset[str]:
    found = SCOPES_BY_ROLE[acting.role]
    return found | MANAGERS if acting.is_manager else found


def grantable(partner: Partner) -> list[str]:
    """What a manager can give to a client of the partner: what its people may do in one role or another."""
    found = MANAGERS.union(*(SCOPES_BY_ROLE[role] for role in ROLES_BY_KIND[partner.kind]))
    return [scope for scope in SCOPES if scope in found]


class ClientScopes(BaseScopes):
    """To the token endpoint: a client's own scopes; asking for none means all of them."""

    def get_all_scopes(self) -> dict[str, str]:
        return {scope: str(label) for scope, label in SCOPES.items()}

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return list(application.api_client.scopes) if application else list(SCOPES)

    get_default_scopes = get_available_scopes
