"""All addresses. Each room lists its own; the project alone looks at them all."""

from django.urls import include, path

from partnership.api import tokens
from partnership.project import administration, appearance, failed, health, help, home, search

handler400 = "partnership.project.error_pages.bad_request"
handler403 = "partnership.project.error_pages.forbidden"
handler404 = "partnership.project.error_pages.not_found"
handler500 = "partnership.project.error_pages.server_error"

ROOMS = (
    "partnership.pages", "partnership.notifications", "partnership.members", "partnership.own_sign_in", "partnership.practices",
    "partnership.accounts", "partnership.agreements", "partnership.announcements", "partnership.oversight", "partnership.integrations",
    "programs.catalogue", "programs.locations", "programs.contacts", "programs.standards", "programs.training", "programs.lessons",
    "programs.events", "programs.surveys", "programs.campaigns", "programs.grants", "programs.notices", "programs.library", "programs.funding", "programs.tips", "programs.employers",
    "cases.people", "cases.relations", "cases.consents", "cases.enrolments", "cases.assessments", "cases.plans", "cases.team",
    "cases.phases", "cases.places", "cases.legal", "cases.protection", "cases.fellowships", "cases.mentoring", "cases.custody", "cases.families", "cases.placements",
    "cases.corrections", "cases.planning", "cases.rights",
    "cases.openings", "cases.overdoses", "cases.my_page", "cases.messages",
    "cases.imports",
    "referrals.handover", "referrals.consents", "referrals.first_appointments", "referrals.diversions", "referrals.statements",
    "referrals.end_reports", "referrals.welfare", "referrals.anchor", "referrals.mediation", "referrals.stops", "referrals.callins", "referrals.releases", "referrals.roadside", "referrals.my_page",
    "metrics.runs", "metrics.comparison", "metrics.recidivism", "metrics.score_changes", "metrics.anchor_figures", "metrics.trafficking", "metrics.custody_figures", "metrics.placement_figures", "metrics.costs", "metrics.cohorts", "metrics.trends", "metrics.referral_figures", "metrics.uptake", "metrics.gaps",
    "metrics.quality", "metrics.figures", "metrics.publication", "metrics.reports", "metrics.evidence",
)  # fmt: skip
"""Rooms with pages; Django reports one whose list of addresses can't be imported when it starts."""

urlpatterns = [
    path("", home.home, name="home"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", administration.site.urls),
    path("accounts/", include("allauth.urls")),
    path("theme/", appearance.theme, name="theme"),
    path("help/", help.help_page, name="help"),
    path("help/<slug:role>/", help.help_role, name="help_role"),
    path("guide/", help.guide, name="guide"),
    path("styleguide/", help.styleguide, name="styleguide"),
    path("search/", search.search, name="search"),
    path("service/events/", failed.failed_events, name="failed_events"),
    path("service/events/send-again/", failed.send_events_again, name="events_send_again"),
    path("service/events/<int:pk>/send-again/", failed.send_event_again, name="event_send_again"),
    path("service/letters/", failed.failed_letters, name="failed_letters"),
    path("service/letters/send-again/", failed.send_letters_again, name="letters_send_again"),
    path("service/letters/<uuid:pk>/send-again/", failed.send_letter_again, name="letter_send_again"),
    path("api/v1/", include("partnership.project.api_urls")),
    path("api/scim/v2/", include("partnership.own_sign_in.api")),
    path(".well-known/oauth-authorization-server", tokens.metadata, name="oauth-metadata"),
    *(path("", include(f"{room}.urls")) for room in ROOMS),
]
