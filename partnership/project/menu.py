"""The menu of each role: one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnership.isolation.acting import Acting
from partnership.members.models import CASEWORK_ROLES, POLICE_ROLES, REFERRING_ROLES, Role


class Entry(NamedTuple):
    label: str | Promise
    url_name: str
    icon: str
    roles: tuple[str, ...]  # empty: every role
    managers_only: bool = False


ENTRIES = (
    Entry(_("Home"), "home", icon="home", roles=()),
    Entry(_("Referrals"), "referral_list", icon="send", roles=(*REFERRING_ROLES, Role.COORDINATOR)),
    Entry(_("Diversions"), "diversion_list", icon="gavel", roles=(*REFERRING_ROLES, Role.COORDINATOR)),
    Entry(
        _("People"), "person_list", icon="users", roles=(*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.POLICE_DATA_OFFICER)
    ),
    Entry(_("Calendar"), "calendar", icon="calendar", roles=CASEWORK_ROLES),
    Entry(_("Tasks"), "task_list", icon="checklist", roles=CASEWORK_ROLES),
    Entry(_("Workload"), "workload", icon="users-group", roles=(Role.CASE_MANAGER,)),
    Entry(
        _("Imports"),
        "import_list",
        icon="file-import",
        roles=(Role.POLICE_DATA_OFFICER, Role.CASE_MANAGER, Role.COORDINATOR),
    ),
    Entry(_("Programmes"), "programme_list", icon="heart-handshake", roles=()),
    Entry(_("Recidivism"), "recidivism", icon="chart-line", roles=()),
    Entry(_("Arrest trends"), "arrest_trends", icon="chart-bar", roles=()),
    Entry(_("Referral figures"), "referral_figures", icon="filter", roles=()),
    Entry(_("Overdoses"), "overdose_list", icon="heartbeat", roles=(*CASEWORK_ROLES, Role.COORDINATOR)),
    Entry(_("Data quality"), "data_quality", icon="clipboard-data", roles=()),
    Entry(_("Agreements"), "agreement_list", icon="file-text", roles=()),
    Entry(_("Announcements"), "announcement_list", icon="speakerphone", roles=(Role.COORDINATOR,)),
    Entry(_("Partners"), "partner_list", icon="building", roles=()),
    Entry(_("Log of reads"), "read_log", icon="eye", roles=(Role.AUDITOR, Role.CASE_MANAGER)),
    Entry(_("Unusual reading"), "unusual_reading", icon="alert-triangle", roles=(Role.AUDITOR,)),
    Entry(
        _("Requests of persons"),
        "request_list",
        icon="user-question",
        roles=(*CASEWORK_ROLES, *POLICE_ROLES, Role.AUDITOR),
    ),
    Entry(_("Retention"), "retention", icon="clock", roles=(Role.CASE_MANAGER, *POLICE_ROLES, Role.AUDITOR)),
    Entry(_("API clients"), "client_list", icon="plug", roles=(), managers_only=True),
    Entry(_("Webhooks"), "webhook_list", icon="webhook", roles=(), managers_only=True),
    Entry(_("Members"), "member_list", icon="user-plus", roles=(), managers_only=True),
)


@dataclass(frozen=True)
class MenuItem:
    label: str | Promise
    url: str
    icon: str
    is_current: bool


def menu_of(acting: Acting, path: str) -> list[MenuItem]:
    """The entries that the role has, the current page's marked."""
    items = []
    for entry in ENTRIES:
        if (entry.roles and acting.role not in entry.roles) or (entry.managers_only and not acting.is_manager):
            continue
        url = reverse(entry.url_name)
        is_current = path == url or (url != "/" and path.startswith(url))
        items.append(MenuItem(entry.label, url, entry.icon, is_current))
    return items
