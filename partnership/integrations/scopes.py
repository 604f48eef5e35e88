"""What a manager can give to a system of the own partner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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


class Kind(NamedTuple):
    """A kind of system, and the scopes that such a one needs."""

    label: str | Promise
    scopes: tuple[str, ...]


_ALWAYS = ("directory:read", "notifications:read", "notifications:write", "webhooks:read", "webhooks:write")
KINDS: Mapping[str, Kind] = {
    "records": Kind(
        _("Police records"),
        (*_ALWAYS, "persons:read", "persons:write", "arrests:read", "uploads:read", "uploads:write", "referrals:read",
         "referrals:write", "diversions:read", "diversions:write"),
    ),
    "cases": Kind(
        _("Case system"),
        (*_ALWAYS, "programmes:write", "persons:read", "persons:write", "referrals:read", "referrals:write", "diversions:read",
         "diversions:write", "enrolments:read", "enrolments:write", "uploads:read", "uploads:write"),
    ),
    "decisions": Kind(
        _("Records of cases and decisions"),
        (*_ALWAYS, "persons:read", "persons:write", "referrals:read", "referrals:write", "diversions:read", "diversions:write"),
    ),
    "statistics": Kind(_("Statistics"), ("directory:read", "metrics:read")),
}  # fmt: skip
"""Nobody's names are in “statistics”."""


def kinds_for(partner: Partner) -> dict[str, Kind]:
    """The kinds of system that a partner may have, each with what of its scopes comes to the partner."""
    named = {
        Partner.Kind.POLICE: ("records", "statistics"),
        Partner.Kind.COORDINATION: ("statistics",),
        Partner.Kind.PROSECUTOR: ("decisions", "statistics"),
        Partner.Kind.COURT: ("decisions", "statistics"),
    }.get(Partner.Kind(partner.kind), ("cases", "statistics"))
    may = grantable(partner)
    return {
        name: Kind(KINDS[name].label, tuple(scope for scope in may if scope in KINDS[name].scopes)) for name in named
    }
