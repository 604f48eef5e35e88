"""What a manager can give to a system of the own partner."""

from __future__ import annotations

from partnership.actions import scopes_of
from partnership.api.scopes import SCOPES
from partnership.members.models import ROLES_BY_KIND, Partner, Role

CLIENT_ROLES: dict[str, Role] = {
    Partner.Kind.NGO: Role.CASE_MANAGER,
    Partner.Kind.HEALTH: Role.CASE_MANAGER,
    Partner.Kind.SCHOOL: Role.CASE_MANAGER,
    Partner.Kind.SOCIAL: Role.CASE_MANAGER,
    Partner.Kind.YOUTH: Role.CASE_MANAGER,
    Partner.Kind.PRISON: Role.PROFESSIONAL,
    Partner.Kind.PROSECUTOR: Role.COURT_OFFICER,
    Partner.Kind.COURT: Role.COURT_OFFICER,
    Partner.Kind.POLICE: Role.POLICE_LIAISON,
    Partner.Kind.COORDINATION: Role.COORDINATOR,
}
"""The role in which the database meets a client of each kind of partner; its scopes narrow what it may do."""


def grantable(partner: Partner) -> list[str]:
    """The scopes that come to what the partner's people may, in one role or another."""
    scopes = frozenset[str]().union(*(scopes_of(role, is_manager=True) for role in ROLES_BY_KIND[partner.kind]))
    return [scope for scope in SCOPES if scope in scopes]
