"""Scopes: what a caller may do, per resource and verb. A system has those that it was given; a person those of the role."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from oauth2_provider.scopes import BaseScopes

SCOPES: dict[str, str | Promise] = {
    "directory:read": _("Read partners, districts, agreements and programmes"),
    "programmes:write": _("Change own programmes and their capacity"),
    "library:read": _("Read the library and take its files"),
    "library:write": _("Share materials and their versions"),
    "funding:read": _("Read funding calls and who would apply"),
    "funding:write": _("Tell of funding calls, and say that one would apply"),
    "prevention:read": _("Read prevention plans and the advice on own ones"),
    "training:read": _("Read courses, and certificates of own people"),
    "attendance:read": _("Read who comes to own courses, and certificates that these gave"),
    "attendance:write": _("Write down who came to own courses, which issues certificates, and revoke these"),
    "lessons:read": _("Read lesson plans, and lessons of own classes, units and plans"),
    "notices:read": _("Read trend notices, own ones and those received"),
    "campaigns:read": _("Read campaigns and what was done in them"),
    "campaigns:write": _("Write down what was done in own campaigns"),
    "persons:read": _("Read own people"),
    "persons:write": _("Add and change own people"),
    "referrals:read": _("Read referrals sent and received, with the identity that they carry"),
    "referrals:write": _("Send, answer and message on referrals"),
    "diversions:read": _("Read diversion agreements and their progress"),
    "diversions:write": _("Report progress of diversions, and decide on them"),
    "anchor:read": _("Read anchor cases that are led by the own partner or shared with it"),
    "anchor:write": _("Open, screen and close anchor cases, and record their meetings and steps"),
    "enrolments:read": _("Read own enrolments and sessions"),
    "enrolments:write": _("Enrol people, record attendance, end enrolments"),
    "assessments:read": _("Read assessments of own enrolments"),
    "assessments:write": _("Record and correct assessments"),
    "plans:read": _("Read plans and goals of own enrolments"),
    "plans:write": _("Change plans and goals"),
    "teams:read": _("Read care teams and what is shared in them"),
    "teams:write": _("Change care teams and write in them"),
    "phases:read": _("Read phases, reviews and responses of own programmes"),
    "phases:write": _("Record phases, reviews and responses"),
    "beds:read": _("Read own beds and who stays in them"),
    "beds:write": _("Add and close own beds, record stays"),
    "placements:read": _("Read employers and their offers, and own placements"),
    "placements:write": _("Offer, agree and end own placements"),
    "grants:read": _("Read own grants, what they are allocated to, and spending"),
    "grants:write": _("Write down grants, allocate them, record spending"),
    "arrests:read": _("Read own arrests and how complete the feed is"),
    "uploads:read": _("Follow uploads of data"),
    "uploads:write": _("Upload arrests, participants or populations"),
    "metrics:read": _("Read results: recidivism, trends, referrals, quality"),
    "cohorts:write": _("Save cohorts"),
    "notifications:read": _("Read own notifications"),
    "notifications:write": _("Mark own notifications as read"),
    "members:write": _("Take in and end own members"),
    "webhooks:read": _("Read webhooks and how their messages went"),
    "webhooks:write": _("Set up webhooks"),
}


class ClientScopes(BaseScopes):  # type: ignore[misc] # the library has no types
    """To the token endpoint: a client's own scopes; asking for none means all of them."""

    def get_all_scopes(self) -> dict[str, str]:
        return {scope: str(label) for scope, label in SCOPES.items()}

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return list(application.api_client.scopes) if application else list(SCOPES)

    get_default_scopes = get_available_scopes
