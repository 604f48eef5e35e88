"""The menu: groups, in each what the role uses, and one of the practices that the partner uses. Who sees an entry, the page that it
leads to says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from django.template.loader import render_to_string
from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from partnership.actions import Right
from partnership.isolation.acting import Acting
from partnership.practices.models import Practice


class Entry(NamedTuple):
    label: str | Promise
    url_name: str
    icon: str
    practice: str = ""
    """The practice that the partner must use for it to be shown."""


class Group(NamedTuple):
    label: str | Promise
    entries: tuple[Entry, ...]


GROUPS = (
    Group(
        _("My work"),
        (
            Entry(_("Home"), "home", icon="home"),
            Entry(_("Referrals"), "referral_list", icon="send"),
            Entry(_("Diversions"), "diversion_list", icon="gavel"),
            Entry(_("Statements"), "statement_list", icon="file-text"),
            Entry(_("Child welfare notices"), "welfare_list", icon="alert-triangle"),
            Entry(_("People"), "person_list", icon="users"),
            Entry(_("Caseload"), "caseload", icon="clipboard-list"),
            Entry(_("Calendar"), "calendar", icon="calendar"),
            Entry(_("Tasks"), "task_list", icon="checklist"),
        ),
    ),
    Group(
        _("Partners and programmes"),
        (
            Entry(_("Programmes"), "programme_list", icon="heart-handshake"),
            Entry(_("Care teams"), "care_team_list", icon="users-group"),
            Entry(_("Workload"), "workload", icon="users-group"),
            Entry(_("Partners"), "partner_list", icon="building"),
            Entry(_("Agreements"), "agreement_list", icon="file-text"),
            Entry(_("Grants"), "grant_list", icon="file-text", practice=Practice.GRANTS),
            Entry(_("Announcements"), "announcement_list", icon="speakerphone"),
        ),
    ),
    Group(
        _("Practices"),
        (
            Entry(_("Low-threshold contacts"), "contact_counter", icon="needle", practice=Practice.CONTACTS),
            Entry(_("Protection"), "protection", icon="lock", practice=Practice.PROTECTION),
            Entry(_("Anchor cases"), "anchor_list", icon="anchor", practice=Practice.ANCHOR),
            Entry(_("Phases"), "phase_board", icon="stairs", practice=Practice.PHASES),
            Entry(_("Beds"), "bed_board", icon="bed", practice=Practice.BEDS),
            Entry(_("Legal matters"), "matter_list", icon="gavel", practice=Practice.LEGAL),
            Entry(_("Mediation"), "mediation_list", icon="switch-horizontal", practice=Practice.MEDIATION),
            Entry(_("Fellowships"), "fellowship_board", icon="heart-handshake", practice=Practice.FELLOWSHIPS),
            Entry(_("Mentoring"), "mentoring_board", icon="users", practice=Practice.MENTORING),
            Entry(_("Call-ins"), "call_in_list", icon="speakerphone", practice=Practice.CALL_INS),
            Entry(_("Tips"), "tip_list", icon="message", practice=Practice.TIPS),
            Entry(_("Coming out"), "release_list", icon="logout", practice=Practice.CUSTODY),
            Entry(_("Families"), "family_board", icon="users", practice=Practice.FAMILIES),
            Entry(_("Placements"), "placement_list", icon="user-check", practice=Practice.PLACEMENTS),
            Entry(_("Employers"), "work_offer_list", icon="building", practice=Practice.PLACEMENTS),
            Entry(_("Releases"), "release_notice_list", icon="logout", practice=Practice.CUSTODY),
        ),
    ),
    Group(
        _("Prevention and training"),
        (
            Entry(_("Prevention plans"), "prevention_list", icon="checklist"),
            Entry(_("Training"), "course_list", icon="book"),
            Entry(_("Lessons"), "lesson_list", icon="users"),
            Entry(_("Trend notices"), "notice_list", icon="alert-triangle"),
            Entry(_("Campaigns"), "campaign_list", icon="speakerphone"),
            Entry(_("Events"), "community_event_list", icon="calendar"),
            Entry(_("Surveys"), "survey_list", icon="clipboard-list"),
        ),
    ),
    Group(
        _("Sharing"),
        (
            Entry(_("Library"), "resource_list", icon="bookmark"),
            Entry(_("Funding calls"), "funding_call_list", icon="send"),
        ),
    ),
    Group(
        _("Figures"),
        (
            Entry(_("Does it work?"), "effects", icon="scale"),
            Entry(_("Recidivism"), "recidivism", icon="chart-line"),
            Entry(_("Scores"), "score_changes", icon="clipboard-list"),
            Entry(_("Arrest trends"), "arrest_trends", icon="chart-bar"),
            Entry(_("Referral figures"), "referral_figures", icon="filter"),
            Entry(_("Overdoses"), "overdose_list", icon="heartbeat"),
            Entry(_("Data quality"), "data_quality", icon="clipboard-data"),
        ),
    ),
    Group(
        _("Administration"),
        (
            Entry(_("Imports"), "import_list", icon="file-import"),
            Entry(_("Log of reads"), "read_log", icon="eye"),
            Entry(_("Unusual reading"), "unusual_reading", icon="alert-triangle"),
            Entry(_("Requests of persons"), "request_list", icon="user-question"),
            Entry(_("Retention"), "retention", icon="clock"),
            Entry(_("Members"), "member_list", icon="user-plus"),
            Entry(_("Who audits"), "role_changes", icon="user-check"),
            Entry(_("API clients"), "client_list", icon="plug"),
            Entry(_("Webhooks"), "webhook_list", icon="webhook"),
        ),
    ),
)
MOST_ENTRIES = 7
"""How many entries a role has in a group, at most: what is longer is not read."""


@dataclass(frozen=True)
class MenuItem:
    label: str | Promise
    url: str
    icon: str
    is_current: bool


@dataclass(frozen=True)
class MenuGroup:
    """A group of the menu as one user has it."""

    label: str | Promise
    items: list[MenuItem]


@cache
def right_of(url_name: str) -> Right | None:
    """The right that the page of this name asks; None where everybody who acts for a partner may."""
    right: Right | None = resolve(url_of(url_name)).func.portal_right  # type: ignore[attr-defined]
    return right


@cache
def url_of(url_name: str) -> str:
    """The address of the page of this name."""
    return reverse(url_name)


def opens(entry: Entry, acting: Acting) -> bool:
    """Whether the user may open it, and the partner uses what it is for."""
    right = right_of(entry.url_name)
    return (not entry.practice or entry.practice in acting.practices) and (right is None or right.allows(acting))


def is_within(url: str, path: str) -> bool:
    """Whether the page is this entry's, or one below it."""
    return path == url or (url != "/" and path.startswith(url))


def menu_of(acting: Acting, path: str) -> list[MenuGroup]:
    """The groups with the entries that the user may open, the current page's marked."""
    groups = []
    for group in GROUPS:
        items = []
        for entry in group.entries:
            if opens(entry, acting):
                url = url_of(entry.url_name)
                items.append(MenuItem(entry.label, url, entry.icon, is_within(url, path)))
        if items:
            groups.append(MenuGroup(group.label, items))
    return groups


def drawn(acting: Acting, path: str) -> SafeString:
    """The menu as HTML. It is on each page twice, for a wide screen and a narrow one, and the same for all who may open the same."""
    offered = [entry.url_name for group in GROUPS for entry in group.entries if opens(entry, acting)]
    current = [name for name in offered if is_within(url_of(name), path)]
    known = (get_language(), *offered, "", *current)
    if known not in _drawn:
        if len(_drawn) > MOST_DRAWN:
            _drawn.clear()
        _drawn[known] = render_to_string("project/_menu.html", {"menu": menu_of(acting, path)})
    return _drawn[known]


MOST_DRAWN = 2000
"""So many menus does a process keep, of some 5 kB each: a few roles, three languages, a place for each entry."""
_drawn: dict[tuple[str | None, ...], SafeString] = {}
