"""The numbers of first pages. Each is counted from the very list that it leads to, so that number and list can't differ."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.enrolments.pages import listed_enrolments
from partnership.isolation.acting import Acting
from partnership.pages.lists import counted
from referrals.diversions.pages import listed_diversions
from referrals.handover.filters import ReferralFilter
from referrals.handover.pages import listed_referrals


class Tile(NamedTuple):
    """A number and what it counts, with the address of the list of just these rows. `is_bad`: it should be none."""

    label: str | Promise
    number: str
    address: str
    is_bad: bool = False


def _tile(label: str | Promise, rows: Any, page: str, asked: dict[str, str], is_bad: bool = False) -> Tile:
    number = counted(rows)
    return Tile(label, number, f"{reverse(page)}?{urlencode(asked)}", is_bad and number != "0")


def referrals(acting: Acting, label: str, box: str, state: str, is_bad: bool = False) -> Tile:
    """How many of the received or sent referrals are in a state that the list can be filtered by."""
    rows = ReferralFilter({"state": state}, listed_referrals(acting, box)).qs
    return _tile(label, rows, "referral_list", {"box": box, "state": state}, is_bad)


def diversions(acting: Acting, label: str, status: str, is_bad: bool = False) -> Tile:
    """How many diversions stand so."""
    return _tile(label, listed_diversions(acting, status, ""), "diversion_list", {"status": status}, is_bad)


def caseworker(acting: Acting) -> list[Tile]:
    """What waits for an NGO's caseworker."""
    not_met = {"whose": "mine", "met": "not_lately"}
    return [
        referrals(acting, _("referrals to answer"), "incoming", "waiting"),
        referrals(acting, _("late"), "incoming", "overdue", is_bad=True),
        _tile(_("of your clients not seen for 2 weeks"), listed_enrolments(acting, not_met), "caseload", not_met),
        diversions(acting, _("diversions due soon"), "due_soon"),
    ]


def liaison(acting: Acting) -> list[Tile]:
    """How a police unit's diversions stand."""
    return [
        diversions(acting, _("await a decision"), "awaiting_decision"),
        diversions(acting, _("past the deadline"), "overdue", is_bad=True),
        diversions(acting, _("due in two weeks"), "due_soon"),
        diversions(acting, _("under way"), "open"),
        referrals(acting, _("not answered in time"), "outgoing", "overdue", is_bad=True),
    ]


def court_officer(acting: Acting) -> list[Tile]:
    """How the diversions stand that are addressed to a prosecutor or court."""
    return [
        diversions(acting, _("await your decision"), "awaiting_decision"),
        diversions(acting, _("ended without outcome"), "ended"),
        diversions(acting, _("past the deadline"), "overdue", is_bad=True),
        diversions(acting, _("under way"), "open"),
    ]


def professional(acting: Acting) -> list[Tile]:
    """What became of the people that somebody referred."""
    return [
        referrals(acting, _("under way"), "outgoing", "open"),
        referrals(acting, _("not answered in time"), "outgoing", "overdue", is_bad=True),
    ]
