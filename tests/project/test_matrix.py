"""Every address × every role × own, party's and foreign object → status. An address without a row here fails the suite.

Somebody else's object is not found (404); a page that is not the role's is forbidden (403).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from cases.assessments import actions as assessments
from cases.consents import actions as consents
from cases.custody import actions as custody
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Goal
from cases.families import actions as families
from cases.fellowships import actions as fellowships
from cases.imports import actions as imports
from cases.legal import actions as legal
from cases.mentoring import actions as mentoring
from cases.mentoring.models import Mentor
from cases.openings import actions as openings
from cases.phases import actions as phases
from cases.phases.models import Phase
from cases.placements import actions as placements
from cases.places import actions as places
from cases.places.models import Bed
from cases.planning import actions as planning
from cases.plans import actions as plans
from cases.protection import actions as protection
from cases.relations import actions as relations
from cases.rights import actions as rights
from cases.team import actions as team
from metrics.cohorts.models import Cohort
from metrics.evidence import actions as evidence
from metrics.evidence.models import Claim
from metrics.recidivism.models import RecidivismResult
from metrics.runs.models import Run
from metrics.trends.models import ArrestTrendResult, Intervention
from partnership.announcements import actions as announcements
from partnership.audit_trail.models import ReadLog
from partnership.events.models import Notification, OutboxEvent
from partnership.integrations import actions as integrations
from partnership.isolation.acting import Acting
from partnership.members import actions as members
from partnership.members.models import User
from partnership.oversight import actions as oversight
from partnership.oversight.models import ReadDay
from partnership.pages.models import SavedView
from partnership.practices.models import Practice, PracticeInUse
from partnership.project.jobs import HEARTBEAT_KEY
from programs.catalogue.models import Part
from programs.contacts import actions as contacts
from programs.contacts.models import ServicePoint
from programs.grants import actions as grants
from programs.locations import actions as locations
from programs.locations.models import Location
from programs.tips import actions as tips
from programs.tips.models import Tip
from referrals.anchor import actions as anchor
from referrals.anchor.models import Profession
from referrals.callins import actions as call_ins
from referrals.end_reports import actions as end_reports
from referrals.mediation import actions as mediations
from referrals.statements import actions as statements
from referrals.stops import actions as stops
from referrals.welfare import actions as welfare
from tests.programs.community import (
    campaign_action,
    closed,
    community_event,
    event_promise,
    open_wave,
    safety_survey,
    youth_campaign,
)
from tests.programs.courses import course_day, passed, qualification, signed_up
from tests.programs.lessons import asked_lesson, lesson_plan
from tests.programs.money import allocated, grant_of, spent
from tests.programs.notices import draft as draft_notice
from tests.programs.plans import submitted_plan
from tests.programs.sharing import joint_application, shared_resource
from tests.programs.sharing import version as resource_version
from tests.programs.work import employer_of, offer_of
from tests.shared_worlds import shared
from tests.versions import drafted_version
from tests.world import WebClient, World, on_web, run_as

OUR = "caseworker case_manager"
ROLES = [
    *OUR.split(),
    "other_caseworker",
    "liaison",
    "other_liaison",
    "data_officer",
    "other_data_officer",
    "court_officer",
    "professional",
    "coordinator",
    "auditor",
]
OFFICIALS = ["court_officer", "professional"]
EVERYBODY = dict.fromkeys(ROLES, 200)


class Row(NamedTuple):
    expected: dict[str, int]
    args: Callable[[World], list[Any]] = lambda w: []
    method: str = "get"
    anonymous: int = 302
    query: Callable[[World], str] = lambda w: ""


def only(
    *,
    default: int = 403,
    method: str = "get",
    args: Callable[[World], list[Any]] = lambda w: [],
    query: Callable[[World], str] = lambda w: "",
    **expected: int,
) -> Row:
    """`our` stands for both roles of the NGO, `officials` for the prosecutor's and the social services' people, `others` for the other NGO's and the other unit's people."""
    table = dict.fromkeys(ROLES, default)
    for name, status in expected.items():
        for role in {"our": OUR.split(), "officials": OFFICIALS}.get(name, [name]):
            table[role] = status
    return Row(table, args, method, query=query)


def party(**more: Any) -> Row:
    """A referral's or diversion's page: both parties and the coordinator see it, other partners don't find it."""
    return only(
        **(
            {
                "our": 200,
                "liaison": 200,
                "coordinator": 200,
                "other_caseworker": 404,
                "other_liaison": 404,
                "officials": 404,
            }
            | more
        )
    )


referral = lambda w: [w.referral.pk]
draft = lambda w: [w.the_draft.pk]
diversion = lambda w: [w.referral.diversion.pk]
ngo_person = lambda w: [w.referral.receiver_person_id]
enrolment = lambda w: [w.referral.enrolment_id]
data_import = lambda w: [w.the_import.pk]
own_programme = lambda w: [w.programme.pk]
agreement = lambda w: [w.agreement.pk]
notice = lambda w: [w.notice.pk]
money_of = lambda w: [w.grant.pk]

OTHER_WRITERS = ["other_caseworker", "liaison", "other_liaison", "professional", "coordinator"]
"""Those of other partners who can write a trend notice."""
NOT_FOUND = dict.fromkeys(OTHER_WRITERS, 404)
WHO_HOSTS = dict(our=200, other_caseworker=200, liaison=200, other_liaison=200, professional=200, coordinator=200)
"""Who holds events, asks residents or leads campaigns, each for the own partner."""
POSTED_ON_CASE = dict(our=422, other_caseworker=404, method="post")
IMPORTERS = dict(data_officer=200, other_data_officer=404, case_manager=404, coordinator=404, args=data_import)

OUR_PERSON = dict(our=200, other_caseworker=404, liaison=404, other_liaison=404, officials=404)

HOSTS = dict(our=200, other_caseworker=404, liaison=404, other_liaison=404, professional=404, coordinator=404)

FINDS_WORK = dict(our=200, other_caseworker=200, coordinator=200)
OUR_EMPLOYER = dict(our=200, other_caseworker=404, coordinator=404)

WHO_LOOKS_AFTER_MONEY = dict(case_manager=200, coordinator=200)
OUR_MONEY = dict(case_manager=200, coordinator=404)

MATRIX: dict[str, Row] = {
    # Everybody in the partnership
    "home": Row(EVERYBODY),
    "search": Row(EVERYBODY),
    "find_help": Row(EVERYBODY, anonymous=200),
    "public_results": Row(EVERYBODY, anonymous=200),
    "public_file": Row(dict.fromkeys(ROLES, 404), lambda w: ["rearrested", "csv"], anonymous=404),  # nothing is public
    "profile": Row(EVERYBODY),
    "keep": Row(EVERYBODY),
    "help": Row(EVERYBODY),
    "help_role": Row(EVERYBODY, lambda w: ["caseworker"], anonymous=200),
    "guide": Row(dict.fromkeys(ROLES, 302), method="post"),
    "styleguide": Row(EVERYBODY, anonymous=200),
    "view_save": Row(dict.fromkeys(ROLES, 400), method="post"),
    "view_delete": only(default=404, caseworker=302, args=lambda w: [w.view.pk], method="post"),
    "unsent": Row(dict.fromkeys(ROLES, 302)),
    "unsent_drop": Row(dict.fromkeys(ROLES, 302), method="post"),
    "choose_partner": Row(EVERYBODY),
    "notification_list": Row(EVERYBODY),
    "notifications_read": Row(dict.fromkeys(ROLES, 302), method="post"),
    "notification": only(default=404, caseworker=302, args=lambda w: [w.notification.pk]),
    "partner_list": Row(EVERYBODY),
    "partner": Row(EVERYBODY, lambda w: [w.other_ngo.pk]),
    "agreement_list": Row(EVERYBODY),
    "agreement": Row(EVERYBODY, agreement),
    "programme_list": Row(EVERYBODY),
    "programme": Row(EVERYBODY, own_programme),
    "effects": Row(EVERYBODY),
    "recidivism": Row(EVERYBODY),
    "arrest_trends": Row(EVERYBODY),
    "population_figures": only(our=200, coordinator=200, default=404, query=lambda w: f"?programme={w.programme.pk}"),
    "report": only(our=200, coordinator=200, default=404, query=lambda w: f"?programme={w.programme.pk}"),
    "partnership_report": only(coordinator=200),
    "intervention": Row(EVERYBODY, lambda w: [w.intervention.pk]),
    "referral_figures": Row(EVERYBODY),
    "score_changes": Row(EVERYBODY),
    "anchor_figures": Row(EVERYBODY),
    "uptake": Row(EVERYBODY),
    "gaps": Row(EVERYBODY),
    "overlaps": only(case_manager=200, coordinator=200),
    "placement_figures": Row(EVERYBODY),
    "custody_figures": Row(EVERYBODY),
    "data_quality": Row(EVERYBODY),
    "run_list": Row(EVERYBODY),
    "figure": Row(EVERYBODY, lambda w: ["recidivism", "csv"]),
    "run": Row(EVERYBODY, lambda w: [w.run.pk]),
    "theme": Row(dict.fromkeys(ROLES, 302), method="post"),
    "set_language": Row(dict.fromkeys(ROLES, 302), method="post"),
    "readyz": Row(dict.fromkeys(ROLES, 503), anonymous=503),  # no worker runs here
    "accept_invitation": Row(EVERYBODY, lambda w: [w.token], anonymous=200),
    # Coordinator, managers, auditor
    "partner_new": only(coordinator=200),
    "role_changes": only(coordinator=200, auditor=200),
    "role_change_confirm": only(coordinator=302, auditor=302, args=lambda w: [w.role_change.pk], method="post"),
    "role_change_reject": only(coordinator=302, auditor=302, args=lambda w: [w.role_change.pk], method="post"),
    "agreement_new": only(coordinator=200),
    "agreement_edit": only(coordinator=200, args=agreement),
    "approvals": Row(EVERYBODY),
    "agreement_version": Row(EVERYBODY, lambda w: [w.version.pk]),
    "agreement_version_new": only(coordinator=200, args=agreement),
    "agreement_version_edit": only(coordinator=200, args=lambda w: [w.version.pk]),
    "agreement_flow_add": only(coordinator=422, args=lambda w: [w.version.pk], method="post"),
    "agreement_file_add": only(coordinator=422, args=lambda w: [w.version.pk], method="post"),
    "agreement_step_add": only(coordinator=422, args=lambda w: [w.version.pk], method="post"),
    "agreement_version_ask": only(coordinator=302, args=lambda w: [w.version.pk], method="post"),
    "agreement_version_call_back": only(coordinator=302, args=lambda w: [w.version.pk], method="post"),
    "agreement_version_signed": only(coordinator=302, args=lambda w: [w.version.pk], method="post"),
    "agreement_version_discard": only(coordinator=302, args=lambda w: [w.version.pk], method="post"),
    "agreement_flow_remove": only(coordinator=302, args=lambda w: [w.version.flows.first().pk], method="post"),
    "agreement_step_remove": only(coordinator=302, args=lambda w: [w.version.steps.first().pk], method="post"),
    "agreement_step_decide": only(
        case_manager=422, coordinator=404, args=lambda w: [w.version.steps.first().pk], method="post"
    ),
    "agreement_file": only(
        default=200, officials=404, args=lambda w: [w.version.files.first().pk]
    ),
    "agreement_end": only(coordinator=302, args=agreement, method="post"),
    "announcement_list": only(coordinator=200),
    "announcement_new": only(coordinator=200),
    "announcement_edit": only(coordinator=200, args=lambda w: [w.announcement.pk]),
    "announcement_delete": only(coordinator=302, args=lambda w: [w.announcement.pk], method="post"),
    "workload": only(case_manager=200),
    "recompute": only(coordinator=302, method="post"),
    "run_again": only(coordinator=302, method="post", args=lambda w: [w.run.pk]),
    "run_release": only(coordinator=302, method="post", args=lambda w: [w.run.pk]),
    "run_publish": only(coordinator=200, args=lambda w: [w.run.pk]),
    "run_withdraw": only(coordinator=404, args=lambda w: [w.run.pk]),
    "run_public": only(coordinator=200, args=lambda w: [w.run.pk]),
    "run_public_file": only(coordinator=200, args=lambda w: [w.run.pk, "rearrested", "csv"]),
    "intervention_new": only(coordinator=200),
    "intervention_edit": only(coordinator=200, args=lambda w: [w.intervention.pk]),
    # Evidence: of its organisation and the coordinator; claims about places are everybody's; what is published is the public's
    "evidence": only(our=200, coordinator=200, default=404, args=lambda w: [w.programme.pk]),
    "evidence_paper": only(our=200, coordinator=200, default=404, args=lambda w: [w.programme.pk]),
    "evidence_agree": only(case_manager=302, args=lambda w: [w.programme.pk], method="post"),
    "evidence_preview": only(our=200, coordinator=200, default=404, args=lambda w: [w.public_evidence.pk]),
    "evidence_publish": only(coordinator=302, args=lambda w: [w.public_evidence.pk], method="post"),
    "evidence_withdraw": only(case_manager=200, coordinator=200, args=lambda w: [w.public_evidence.pk]),
    "public_evidence_list": Row(EVERYBODY, anonymous=200),
    "public_evidence": Row(EVERYBODY, lambda w: [w.public_evidence.pk], anonymous=200),
    "claim_list": Row(EVERYBODY),
    "claim_new": only(case_manager=200, coordinator=200),
    "claim_edit": only(case_manager=404, coordinator=200, args=lambda w: [w.claim.pk]),
    "claim_remove": only(case_manager=404, coordinator=302, args=lambda w: [w.claim.pk], method="post"),
    "cohort_list": only(our=200, other_caseworker=200, coordinator=200, auditor=200),
    "cohort_new": only(our=200, other_caseworker=200, coordinator=200),
    "cohort_people": only(our=200, other_caseworker=200, coordinator=200, method="post"),
    "cohort_edit": only(our=200, other_caseworker=404, coordinator=404, args=lambda w: [w.cohort.pk]),
    "cohort_allow": only(auditor=404, args=lambda w: [w.cohort.pk], method="post"),
    "cohort_archive": only(our=302, other_caseworker=404, coordinator=404, args=lambda w: [w.cohort.pk], method="post"),
    # Prevention plans: everybody sees what is approved, a coordinator what is submitted, each partner its own
    "prevention_list": Row(EVERYBODY),
    "practice_list": Row(EVERYBODY),
    "prevention_plan": only(default=404, our=200, coordinator=200, args=lambda w: [w.prevention_plan.pk]),
    "prevention_plan_new": only(our=200, other_caseworker=200),
    "prevention_plan_edit": only(our=200, other_caseworker=404, args=lambda w: [w.prevention_plan.pk]),
    "prevention_plan_answer": only(our=422, other_caseworker=404, args=lambda w: [w.prevention_plan.pk, "single_session"], method="post"),
    "prevention_plan_submit": only(our=302, other_caseworker=404, args=lambda w: [w.prevention_plan.pk], method="post"),
    "prevention_plan_approve": only(coordinator=302, args=lambda w: [w.prevention_plan.pk], method="post"),
    "prevention_plan_return": only(coordinator=422, args=lambda w: [w.prevention_plan.pk], method="post"),
    # Training: everybody sees courses and takes places; who comes, the organisation that holds the day
    "course_list": Row(EVERYBODY),
    "course": Row(EVERYBODY, lambda w: [w.course_day.course_id]),
    "course_new": only(officials=403, professional=200, our=200, other_caseworker=200, liaison=200, other_liaison=200, coordinator=200),
    "course_edit": only(**HOSTS, args=lambda w: [w.course_day.course_id]),
    "course_day_new": only(**HOSTS, args=lambda w: [w.course_day.course_id]),
    "course_sign_up": Row(dict.fromkeys(ROLES, 302), lambda w: [w.course_day.pk], "post"),
    "course_leave": Row(dict.fromkeys(ROLES, 302), lambda w: [w.course_day.pk], "post"),
    "course_sheet": only(**HOSTS, args=lambda w: [w.course_day.pk]),
    "course_guest": only(**(HOSTS | {"our": 422}), args=lambda w: [w.course_day.pk], method="post"),
    "course_mark": only(**(HOSTS | {"our": 422}), args=lambda w: [w.course_place.pk], method="post"),
    "my_certificates": Row(EVERYBODY),
    "certificate_pdf": only(default=404, liaison=200, args=lambda w: [w.certificate.pk]),
    "certificate_revoke": only(**(HOSTS | {"our": 422}), args=lambda w: [w.certificate.pk], method="post"),
    "who_may_deliver": Row(EVERYBODY),
    "qualification_new": only(coordinator=200),
    "qualification_edit": only(coordinator=200, args=lambda w: [w.certificate.qualification_id]),
    "certificate_check": Row(EVERYBODY, anonymous=200),
    # Lessons: school (here social services), unit and the plan's partner
    "lesson_list": only(our=200, other_caseworker=200, liaison=200, other_liaison=200, professional=200),
    "lesson_plan_list": only(our=200, other_caseworker=200, liaison=200, other_liaison=200, professional=200),
    "lesson_plan": only(our=200, other_caseworker=200, liaison=200, other_liaison=200, professional=200, args=lambda w: [w.lesson.plan_id]),
    "lesson_plan_new": only(case_manager=200),
    "lesson_plan_edit": only(case_manager=200, args=lambda w: [w.lesson.plan_id]),
    "lesson_ask": only(our=200, other_caseworker=200, professional=200, args=lambda w: [w.lesson.plan_id]),
    "lesson": only(our=200, other_caseworker=404, liaison=200, other_liaison=404, professional=200, args=lambda w: [w.lesson.pk]),
    "lesson_assign": only(liaison=422, other_liaison=404, args=lambda w: [w.lesson.pk], method="post"),
    "lesson_hold": only(liaison=422, other_liaison=404, args=lambda w: [w.lesson.pk], method="post"),
    "lesson_cancel": only(our=422, other_caseworker=404, liaison=422, other_liaison=404, professional=422, args=lambda w: [w.lesson.pk], method="post"),
    "warnings": Row(EVERYBODY, anonymous=200),
    "notice_list": Row(EVERYBODY),
    "notice_paper": Row(EVERYBODY),
    "notice": only(default=404, our=200, args=notice),
    "notice_new": only(our=200, **dict.fromkeys(OTHER_WRITERS, 200)),
    "notice_edit": only(our=200, **NOT_FOUND, args=notice),
    "notice_check": only(our=302, **NOT_FOUND, args=notice, method="post"),
    "notice_share": only(our=422, **NOT_FOUND, args=notice, method="post"),
    "notice_withdraw": only(our=422, **NOT_FOUND, args=notice, method="post"),
    "notice_discard": only(our=302, **NOT_FOUND, args=notice, method="post"),
    "notice_reply": only(our=422, **NOT_FOUND, args=notice, method="post"),
    "lesson_feedback": Row(EVERYBODY, lambda w: [w.lesson.token, "before"], anonymous=200),
    # Events, surveys and campaigns: every partner sees them, their own partner changes them, residents read what is public
    "community_event_list": Row(EVERYBODY),
    "community_event": Row(EVERYBODY, lambda w: [w.community_event.pk]),
    "community_event_new": only(**WHO_HOSTS),
    "community_event_edit": only(**HOSTS, args=lambda w: [w.community_event.pk]),
    "event_minutes": only(**HOSTS, args=lambda w: [w.community_event.pk]),
    "event_cancel": only(**(HOSTS | {"our": 422}), args=lambda w: [w.community_event.pk], method="post"),
    "promise_new": only(**HOSTS, args=lambda w: [w.community_event.pk]),
    "promise_close": only(**(HOSTS | {"our": 404, "liaison": 200}), args=lambda w: [w.event_promise.pk]),
    "promise_show": only(**(HOSTS | {"our": 404, "liaison": 302}), args=lambda w: [w.event_promise.pk], method="post"),
    "promise_list": Row(EVERYBODY),
    "community": Row(EVERYBODY, anonymous=200),
    "survey_list": Row(EVERYBODY),
    "survey": Row(EVERYBODY, lambda w: [w.survey.pk]),
    "survey_results": Row(EVERYBODY, lambda w: [w.survey.pk]),
    "survey_new": only(**WHO_HOSTS),
    "survey_write": only(**WHO_HOSTS),
    "survey_edit": only(**HOSTS, args=lambda w: [w.survey.pk]),
    "survey_texts": only(**HOSTS, args=lambda w: [w.survey.pk]),
    "question_new": only(**HOSTS, args=lambda w: [w.survey.pk]),
    "question_edit": only(**HOSTS, args=lambda w: [w.survey.pk, w.survey.questions.first().pk]),
    "question_remove": only(**(HOSTS | {"our": 302}), args=lambda w: [w.survey.pk, w.survey.questions.first().pk], method="post"),
    "wave_new": only(**HOSTS, args=lambda w: [w.survey.pk]),
    "wave_edit": only(**HOSTS, args=lambda w: [w.survey.pk, w.wave.pk]),
    "wave_poster": Row(dict.fromkeys(ROLES, 404) | dict.fromkeys(OUR.split(), 200), lambda w: [w.wave.pk]),
    **{
        name: only(**(HOSTS | {"our": 302}), args=lambda w: [w.wave.pk], method="post")
        for name in ("wave_close", "wave_codes", "wave_publish", "wave_withdraw")
    },
    "survey_answer": Row(EVERYBODY, lambda w: [w.wave.token], anonymous=200),
    "public_survey": Row(dict.fromkeys(ROLES, 404), lambda w: [w.survey.pk], anonymous=404),
    # Grants: each organisation its own; the coordinator sees what is shared, and this one is not
    "grant_list": only(**WHO_LOOKS_AFTER_MONEY),
    "grant_export": only(**WHO_LOOKS_AFTER_MONEY),
    "grant_360giving": only(**WHO_LOOKS_AFTER_MONEY),
    "grants_ahead": only(**WHO_LOOKS_AFTER_MONEY),
    "cost_keys": only(**WHO_LOOKS_AFTER_MONEY),
    "cost_key_remove": only(case_manager=302, coordinator=404, args=lambda w: [w.cost_key.pk], method="post"),
    "costs": only(**WHO_LOOKS_AFTER_MONEY),
    "grant_new": only(**WHO_LOOKS_AFTER_MONEY),
    "grant": only(**OUR_MONEY, args=money_of),
    "grant_report": only(**OUR_MONEY, args=money_of),
    "grant_edit": only(**OUR_MONEY, args=money_of),
    "grant_remove": only(**(OUR_MONEY | {"case_manager": 302}), args=money_of, method="post"),
    "report_day_add": only(**(OUR_MONEY | {"case_manager": 422}), args=money_of, method="post"),
    "report_day_mark": only(**(OUR_MONEY | {"case_manager": 302}), args=lambda w: [w.report_day.pk], method="post"),
    "report_day_remove": only(**(OUR_MONEY | {"case_manager": 302}), args=lambda w: [w.report_day.pk], method="post"),
    "allocation_new": only(**OUR_MONEY, args=money_of),
    "allocation_edit": only(**OUR_MONEY, args=lambda w: [w.grant.pk, w.allocation.pk]),
    "allocation_remove": only(**(OUR_MONEY | {"case_manager": 302}), args=lambda w: [w.allocation.pk], method="post"),
    "spending_list": only(**OUR_MONEY, args=money_of),
    "spending_new": only(**OUR_MONEY, args=money_of),
    "spending_import": only(**OUR_MONEY, args=money_of),
    "spending_remove": only(**(OUR_MONEY | {"case_manager": 302}), args=lambda w: [w.spending.pk], method="post"),
    "tip_list": only(**WHO_HOSTS),
    "tip": only(**HOSTS, args=lambda w: [w.tip.pk]),
    "tip_answer": only(**(HOSTS | {"our": 422}), args=lambda w: [w.tip.pk], method="post"),
    "tip_remove": only(**(HOSTS | {"our": 302}), args=lambda w: [w.tip.pk], method="post"),
    "who_takes_tips": Row(EVERYBODY, anonymous=200),
    "tip_give": Row(EVERYBODY, lambda w: [w.ngo.pk], anonymous=200),
    "tip_told": Row(EVERYBODY, anonymous=200),
    "campaign_list": Row(EVERYBODY),
    "campaign": Row(EVERYBODY, lambda w: [w.campaign.pk]),
    "campaign_new": only(**(WHO_HOSTS | {"coordinator": 403})),
    "campaign_edit": only(**(HOSTS | {"coordinator": 403}), args=lambda w: [w.campaign.pk]),
    "campaign_action_new": only(**(HOSTS | {"coordinator": 403}), args=lambda w: [w.campaign.pk]),
    "campaign_action_edit": only(**(HOSTS | {"coordinator": 403}), args=lambda w: [w.campaign.pk, w.campaign_action.pk]),
    "campaign_action_remove": only(**(HOSTS | {"our": 302, "coordinator": 403}), args=lambda w: [w.campaign.pk, w.campaign_action.pk], method="post"),
    # Low-threshold contacts: casework roles alone, and each partner its own
    "contact_counter": only(our=200, other_caseworker=200),
    "contact_take_back": only(our=302, other_caseworker=404, args=lambda w: [w.contact.pk], method="post"),
    "contact_months": only(our=200, other_caseworker=200),
    "point_list": only(our=200, other_caseworker=200),
    "point_new": only(case_manager=200),
    "point_edit": only(case_manager=200, args=lambda w: [w.contact.point_id]),
    "overdose_list": only(our=200, other_caseworker=200, coordinator=200),
    "practices": only(case_manager=200, coordinator=200),
    "member_list": only(case_manager=200, coordinator=200),
    "member": only(case_manager=200, coordinator=404, args=lambda w: [w.caseworker.membership.pk]),
    "invitation_send_again": only(case_manager=302, coordinator=404, args=lambda w: [w.invitation.pk], method="post"),
    "partner_invite_again": only(coordinator=302, args=lambda w: [w.ngo.pk], method="post"),
    "invitation_revoke": only(case_manager=302, coordinator=404, args=lambda w: [w.invitation.pk], method="post"),
    "read_log": only(auditor=200, case_manager=200),
    "inquiry_list": only(auditor=200),
    "inquiry": only(auditor=200, args=lambda w: [w.inquiry.pk]),
    "opening_list": only(officials=200, our=200, other_caseworker=200, liaison=200, other_liaison=200, auditor=200),
    "opening_checked": only(auditor=302, args=lambda w: [w.opening.pk], method="post"),
    "person_open": only(**(OUR_PERSON | {"our": 302}), args=ngo_person),  # theirs: it opens by itself
    "privacy_notice": only(case_manager=200, coordinator=200),
    "programme_new": only(case_manager=200),
    "programme_edit": only(case_manager=200, args=own_programme),
    "programme_check": only(case_manager=302, args=own_programme, method="post"),
    "location_new": only(case_manager=200, args=own_programme),
    "location_edit": only(case_manager=200, args=lambda w: [w.place.pk]),
    "location_remove": only(case_manager=302, args=lambda w: [w.place.pk], method="post"),
    "programme_capacity": only(our=200, other_caseworker=404, args=own_programme),
    # People and cases
    "person_export": only(officials=200, our=200, other_caseworker=200, liaison=200, other_liaison=200),
    # The library and funding calls: every partner sees them, their own partner changes them, anybody takes what is public
    "resource_list": Row(EVERYBODY),
    "resource_export": Row(EVERYBODY),
    "resource": Row(EVERYBODY, lambda w: [w.resource.pk]),
    "resource_new": only(**WHO_HOSTS),
    "resource_edit": only(**HOSTS, args=lambda w: [w.resource.pk]),
    "resource_withdraw": only(**(HOSTS | {"our": 422}), args=lambda w: [w.resource.pk], method="post"),
    "resource_version_new": only(**HOSTS, args=lambda w: [w.resource.pk]),
    "resource_version_open": Row(EVERYBODY, lambda w: [w.resource.latest_id]),
    "resource_version_check": only(**(HOSTS | {"our": 302}), args=lambda w: [w.resource_version.pk], method="post"),
    "resource_version_discard": only(**(HOSTS | {"our": 302}), args=lambda w: [w.resource_version.pk], method="post"),
    "materials": Row(EVERYBODY, anonymous=200),
    "material_file": Row(dict.fromkeys(ROLES, 404), lambda w: [w.resource.pk], anonymous=404),  # it is not public
    "funding_call_list": Row(EVERYBODY),
    "funding_call_export": Row(EVERYBODY),
    "funding_call": Row(EVERYBODY, lambda w: [w.application.call_id]),
    "funding_call_new": only(**WHO_HOSTS),
    "funding_call_edit": only(**HOSTS, args=lambda w: [w.application.call_id]),
    "funding_call_withdraw": only(**(HOSTS | {"our": 422}), args=lambda w: [w.application.call_id], method="post"),
    "funding_call_interest": only(**dict.fromkeys(WHO_HOSTS, 422), args=lambda w: [w.application.call_id], method="post"),
    "funding_call_no_interest": only(**dict.fromkeys(WHO_HOSTS, 302), args=lambda w: [w.application.call_id], method="post"),
    "joint_application": only(**(HOSTS | {"liaison": 200}), args=lambda w: [w.application.pk]),
    "joint_application_new": only(**WHO_HOSTS, args=lambda w: [w.application.call_id]),
    "joint_application_edit": only(**HOSTS, args=lambda w: [w.application.pk]),
    "joint_application_drop": only(**(HOSTS | {"our": 422}), args=lambda w: [w.application.pk], method="post"),
    "caseload_export": only(our=200, other_caseworker=200),
    "caseload_hand_over": only(our=302, other_caseworker=302, method="post"),
    "diversion_export": only(court_officer=200, our=200, other_caseworker=200, liaison=200, other_liaison=200, coordinator=200),
    "referral_acknowledge_all": only(officials=302, our=302, other_caseworker=302, liaison=302, other_liaison=302, method="post"),
    "calendar": only(our=200, other_caseworker=200),
    "calendar_ics": Row(EVERYBODY, lambda w: [w.feed_token], anonymous=200),
    "feed_make": Row(EVERYBODY, method="post"),
    "appointment_new": only(our=200, other_caseworker=404, args=enrolment),
    "appointment_edit": only(our=200, other_caseworker=404, args=lambda w: [w.appointment.pk]),
    "appointment_record": only(our=302, other_caseworker=404, args=lambda w: [w.appointment.pk], method="post"),
    "appointment_put_back": only(our=302, other_caseworker=302, method="post"),
    "appointment_cancel": only(our=302, other_caseworker=404, args=lambda w: [w.appointment.pk], method="post"),
    "assessment_add": only(**POSTED_ON_CASE, args=enrolment),
    "end_report_send": only(our=200, other_caseworker=404, args=enrolment),
    "end_report_sent": only(officials=404, our=200, other_caseworker=404, liaison=200, other_liaison=404, args=lambda w: [w.end_report.pk]),
    "care_team": only(our=200, other_caseworker=404, args=enrolment),
    "team_add": only(**POSTED_ON_CASE, args=enrolment),
    "team_share": only(our=302, other_caseworker=404, args=enrolment, method="post"),
    "team_write": only(**POSTED_ON_CASE, professional=404, args=enrolment),
    "care_team_list": only(our=200, other_caseworker=200, professional=200),
    "care_team_part": only(our=302, other_caseworker=200, professional=404, args=lambda w: [w.team_member.pk]),
    "team_reply": only(our=422, other_caseworker=422, professional=404, args=lambda w: [w.team_member.pk], method="post"),
    "team_end": only(our=302, other_caseworker=404, args=lambda w: [w.team_member.pk], method="post"),
    "team_mark": only(our=302, other_caseworker=302, professional=404, args=lambda w: [w.team_item.pk], method="post"),
    "phase_board": only(our=200, other_caseworker=200),
    "phase_sheet": only(our=200, other_caseworker=404, args=enrolment),
    "phase_begin": only(**POSTED_ON_CASE, args=enrolment),
    "review_record": only(**POSTED_ON_CASE, args=enrolment),
    "response_record": only(**POSTED_ON_CASE, args=enrolment),
    "response_remove": only(our=302, other_caseworker=404, args=lambda w: [w.response.pk], method="post"),
    "phase_list": only(our=200, other_caseworker=404, args=own_programme),
    "phase_scheme": only(case_manager=302, args=own_programme, method="post"),
    "phase_new": only(case_manager=200, args=own_programme),
    "phase_edit": only(case_manager=200, args=lambda w: [w.phase.pk]),
    "phase_remove": only(case_manager=302, args=lambda w: [w.phase.pk], method="post"),
    "bed_board": only(our=200, other_caseworker=200),
    "bed_new": only(case_manager=200, args=own_programme),
    "bed_edit": only(case_manager=200, args=lambda w: [w.bed.pk]),
    "bed_close": only(case_manager=302, args=lambda w: [w.bed.pk], method="post"),
    "bed_move_in": only(our=200, other_caseworker=404, args=lambda w: [w.bed.pk]),
    "bed_out": only(our=200, other_caseworker=404, args=lambda w: [w.bed.pk]),
    "stay_end": only(our=200, other_caseworker=404, args=lambda w: [w.stay.pk]),
    "stay_away": only(our=302, other_caseworker=404, args=lambda w: [w.stay.pk], method="post"),
    "stay_expect": only(our=302, other_caseworker=404, args=lambda w: [w.stay.pk], method="post"),
    "stays": only(our=200, other_caseworker=404, args=enrolment),
    "situation_write": only(**POSTED_ON_CASE, args=lambda w: [w.referral.enrolment_id, "entry"]),
    "occupancy": only(our=200, other_caseworker=404, args=own_programme),
    "matter_list": only(our=200, other_caseworker=200),
    "matter_new": only(our=200, other_caseworker=404, args=enrolment),
    "matter": only(our=200, other_caseworker=404, args=lambda w: [w.matter.pk]),
    "matter_edit": only(our=200, other_caseworker=404, args=lambda w: [w.matter.pk]),
    "matter_close": only(our=302, other_caseworker=404, args=lambda w: [w.matter.pk], method="post"),
    "matter_reopen": only(our=302, other_caseworker=404, args=lambda w: [w.matter.pk], method="post"),
    "hearing_add": only(**POSTED_ON_CASE, args=lambda w: [w.matter.pk]),
    "hearing_mark": only(our=302, other_caseworker=404, args=lambda w: [w.hearing.pk], method="post"),
    "disposal_add": only(**POSTED_ON_CASE, args=lambda w: [w.matter.pk]),
    "matter_note_write": only(**POSTED_ON_CASE, args=lambda w: [w.matter.pk]),
    "matter_note_remove": only(our=302, case_manager=404, other_caseworker=404, args=lambda w: [w.matter_note.pk], method="post"),
    "plan": only(our=200, other_caseworker=404, args=enrolment),
    "plan_agree": only(**POSTED_ON_CASE, args=enrolment),
    "plan_approve": only(case_manager=302, args=lambda w: [w.plan.pk], method="post"),
    "end_report": only(our=200, other_caseworker=404, args=enrolment),
    "step_add": only(**POSTED_ON_CASE, args=lambda w: [w.goal.pk]),
    "step_mark": only(our=302, other_caseworker=404, args=lambda w: [w.step.pk], method="post"),
    "step_remove": only(our=302, other_caseworker=404, args=lambda w: [w.step.pk], method="post"),
    "assessment_list": only(our=200, other_caseworker=404, args=enrolment),
    "assess": only(our=200, other_caseworker=404, args=lambda w: [w.referral.enrolment_id, "dudit"]),
    "task_list": only(our=200, other_caseworker=200),
    "task_mark": only(our=302, other_caseworker=404, args=lambda w: [w.task.pk], method="post"),
    "divert": only(liaison=200, other_liaison=200),
    "diversion_outcomes": only(our=200, other_caseworker=200, liaison=200, other_liaison=200),
    "diversion_letter": only(officials=404, our=200, other_caseworker=404, liaison=200, other_liaison=404, args=diversion),
    "request_new": only(**OUR_PERSON, args=ngo_person),
    "person_file": only(**OUR_PERSON, args=ngo_person),
    "person_erase": only(case_manager=404, method="post", args=ngo_person),
    "request_list": only(officials=200, our=200, other_caseworker=200, liaison=200, other_liaison=200, auditor=200),
    "subject_request": only(**OUR_PERSON, args=lambda w: [w.subject_request.pk]),
    "retention": only(officials=200, case_manager=200, liaison=200, other_liaison=200, auditor=200),
    "unusual_reading": only(auditor=200),
    "history": only(officials=404, our=200, other_caseworker=404, liaison=404, other_liaison=404, auditor=200, args=lambda w: ["person", w.referral.receiver_person_id]),
    "reading_seen": only(auditor=302, args=lambda w: [w.read_day.pk], method="post"),
    "known_people": only(officials=200, our=200, other_caseworker=200, liaison=200, other_liaison=200, method="post"),
    "consent_paper": only(officials=404,
        our=404, other_caseworker=404, liaison=200, other_liaison=404,
        args=lambda w: [w.referral.consent_id],
    ),
    "person_list": only(officials=200, our=200, other_caseworker=200, liaison=200, other_liaison=200),
    "person_new": only(officials=200, our=200, other_caseworker=200, liaison=200, other_liaison=200),
    "person": only(officials=404, our=200, other_caseworker=404, liaison=404, other_liaison=404, args=ngo_person),
    "person_edit": only(officials=404, our=200, other_caseworker=404, liaison=404, other_liaison=404, args=ngo_person),
    "card_make": only(**OUR_PERSON, args=ngo_person),
    "card_paper": only(officials=404, our=302, other_caseworker=404, liaison=404, other_liaison=404, args=ngo_person, method="post"),
    "card_end": only(officials=404, our=302, other_caseworker=404, liaison=404, other_liaison=404, args=ngo_person, method="post"),
    "contact": only(**OUR_PERSON, args=ngo_person),
    "contact_stop": only(default=403, officials=404, our=404, other_caseworker=404, liaison=404, other_liaison=404, args=ngo_person, method="post"),  # nothing is agreed
    # Of the person concerned: no sign-in of the staff opens them.
    "my_page": Row(EVERYBODY, anonymous=200),
    "my_leave": Row(dict.fromkeys(ROLES, 302)),
    "my_appointment": Row(dict.fromkeys(ROLES, 302), lambda w: [1], "post"),
    "my_request": Row(dict.fromkeys(ROLES, 302), method="post"),
    "my_reminders_stop": Row(dict.fromkeys(ROLES, 302), method="post"),
    "my_consent_withdraw": Row(dict.fromkeys(ROLES, 302), lambda w: [w.referral.consent_id], "post"),
    "my_first_appointment": Row(dict.fromkeys(ROLES, 302), lambda w: [1], "post"),
    "reminders_stop": Row(dict.fromkeys(ROLES, 404), lambda w: ["made-up"], anonymous=404),
    "person_doubles": only(**OUR_PERSON, args=ngo_person),
    "person_link": only(**(OUR_PERSON | {"our": 404}), args=ngo_person, method="post"),  # nobody is named
    "person_unlink": only(**(OUR_PERSON | {"our": 302}), args=ngo_person, method="post"),
    "person_enrol": only(our=200, other_caseworker=404, args=ngo_person),
    "relation_new": only(**OUR_PERSON, args=ngo_person),
    "relation_remove": only(**(OUR_PERSON | {"our": 404}), args=lambda w: [10**9], method="post"),
    "group_attendance": only(our=200, other_caseworker=404, args=own_programme),
    "caseload": only(our=200, other_caseworker=200),
    "enrolment": only(our=200, other_caseworker=404, args=enrolment),
    "meeting_record": only(args=enrolment, **POSTED_ON_CASE),
    "divert_tell": only(liaison=200, other_liaison=404, args=diversion),
    "walk_in": only(our=200, other_caseworker=200),
    "goal_add": only(args=enrolment, **POSTED_ON_CASE),
    "note_add": only(args=enrolment, **POSTED_ON_CASE),
    "enrolment_end": only(args=enrolment, **POSTED_ON_CASE),
    "goal_mark": only(our=302, other_caseworker=404, args=lambda w: [w.goal.pk], method="post"),
    "session_correct": only(our=200, other_caseworker=404, args=lambda w: [w.session.pk]),
    "assessment_correct": only(our=200, other_caseworker=404, args=lambda w: [w.assessment.pk]),
    "goal_correct": only(our=200, other_caseworker=404, args=lambda w: [w.goal.pk]),
    "note_correct": only(our=200, other_caseworker=404, args=lambda w: [w.note.pk]),
    "entry_take_back": only(our=422, other_caseworker=404, args=lambda w: ["session", w.session.pk], method="post"),
    "entry_restore": only(our=302, other_caseworker=404, args=lambda w: ["note", w.note.pk], method="post"),
    "enrolment_correct": only(our=200, other_caseworker=404, args=enrolment),
    "enrolment_reopen": only(our=302, other_caseworker=404, args=enrolment, method="post"),
    "primary_drug": only(our=302, other_caseworker=404, args=enrolment, method="post"),
    "measurement_consent": only(our=302, other_caseworker=404, args=enrolment, method="post"),
    # Imports
    "import_list": only(data_officer=200, other_data_officer=200, case_manager=200, coordinator=200),
    "import_new": only(data_officer=200, other_data_officer=200, case_manager=200, coordinator=200),
    "import_sample": only(data_officer=200, other_data_officer=200, case_manager=200, coordinator=200),
    "data_import": only(**IMPORTERS),
    "import_progress": only(**IMPORTERS),
    "import_problems": only(**IMPORTERS),
    "import_confirm": only(**(IMPORTERS | {"data_officer": 302}), method="post"),
    "import_take_back": only(**(IMPORTERS | {"data_officer": 302}), method="post"),
    "import_discard": only(**(IMPORTERS | {"data_officer": 302}), method="post"),
    # The hand-over
    "referral_list": only(officials=200, our=200, other_caseworker=200, liaison=200, other_liaison=200, coordinator=200),
    "referral_export": only(officials=200, our=200, other_caseworker=200, liaison=200, other_liaison=200, coordinator=200),
    "referral_new": only(officials=200, our=200, other_caseworker=200, liaison=200, other_liaison=200),
    "referral": party(args=referral),
    "referral_edit": only(officials=404, liaison=200, our=404, other_caseworker=404, other_liaison=404, args=draft),
    "referral_discard": only(officials=404, liaison=302, our=404, other_caseworker=404, other_liaison=404, args=draft, method="post"),
    "referral_do": only(officials=404,
        our=422, liaison=422, other_caseworker=404, other_liaison=404, args=lambda w: [w.referral.pk, "complete"], method="post"
    ),
    "message_add": only(officials=404, our=302, liaison=302, other_caseworker=404, other_liaison=404, args=referral, method="post"),
    "refer_on": only(officials=404, our=302, liaison=302, other_caseworker=404, other_liaison=404, args=referral, method="post"),
    "first_appointment_offer": only(officials=404, our=302, liaison=302, other_caseworker=404, other_liaison=404, args=referral, method="post"),
    "first_appointment_record": only(officials=404, our=302, liaison=302, other_caseworker=404, other_liaison=404, args=referral, method="post"),
    "concern_tell": only(officials=404, our=302, liaison=302, other_caseworker=404, other_liaison=404, args=referral, method="post"),
    "consent_renew": only(officials=404, liaison=200, our=404, other_caseworker=404, other_liaison=404, args=referral),
    "consent_event": only(officials=404,
        our=302, liaison=302, other_caseworker=404, other_liaison=404, args=lambda w: [w.referral.consent_id], method="post"
    ),
    "consent_withdraw": only(officials=404,
        our=302, liaison=302, other_caseworker=404, other_liaison=404, args=lambda w: [w.referral.consent_id], method="post"
    ),
    "diversion_list": only(court_officer=200, our=200, other_caseworker=200, liaison=200, other_liaison=200, coordinator=200),
    "diversion": party(args=diversion, professional=403),
    "diversion_breach": only(args=diversion, **POSTED_ON_CASE),
    "diversion_outcome": only(args=diversion, **POSTED_ON_CASE),
    "diversion_decide": only(court_officer=404, liaison=422, other_liaison=404, args=diversion, method="post"),
    "diversion_address": only(liaison=422, other_liaison=404, args=diversion, method="post"),
    "statement_list": only(court_officer=200, professional=200),
    "statement": only(our=200, other_caseworker=404, court_officer=200, professional=404, args=lambda w: [w.statement.pk]),
    "statement_pdf": only(our=200, other_caseworker=404, court_officer=200, professional=404, args=lambda w: [w.statement.pk]),
    "statement_new": only(our=200, other_caseworker=404, args=enrolment),
    "welfare_list": only(liaison=200, other_liaison=200, professional=200),
    "welfare_new": only(liaison=200, other_liaison=200, professional=200),
    "welfare_notice": only(liaison=200, other_liaison=404, professional=200, args=lambda w: [w.welfare_notice.pk]),
    "welfare_acknowledge": only(professional=302, args=lambda w: [w.welfare_notice.pk], method="post"),
    # Mediation: the NGO's alone; the prosecutor was told how one ended
    "mediation_list": only(our=200, other_caseworker=200, liaison=200, other_liaison=200, court_officer=200),
    "mediation_offer": only(our=200, other_caseworker=404, args=enrolment),
    "mediation": only(our=200, other_caseworker=404, args=lambda w: [w.mediation.pk]),
    **{
        name: only(**POSTED_ON_CASE, args=lambda w: [w.mediation.pk])
        for name in ("mediation_answer", "mediation_hold", "mediation_kept", "mediation_tell")
    },
    "mediation_report": only(
        our=200, other_caseworker=404, liaison=404, other_liaison=404, court_officer=200, args=lambda w: [w.mediation_report.pk]
    ),
    # Protection: the one caseworker who is named; police see that the page is there, and who lets them know
    "protection": only(our=200, other_caseworker=200, liaison=200, other_liaison=200, professional=200),
    **{name: only(caseworker=200) for name in ("protected_new", "protected_consult", "protection_years")},
    "protection_members": only(our=200, other_caseworker=200, professional=200, auditor=200),
    "protection_member_end": only(case_manager=302, coordinator=404, args=lambda w: [w.naming.pk], method="post"),
    **{
        name: only(caseworker=200, args=lambda w: [w.screen.pk])
        for name in ("protected_record", "protected_open", "protected_copy")
    },
    "protected_refer": only(caseworker=422, args=lambda w: [w.screen.pk], method="post"),
    **{
        name: only(caseworker=302, args=lambda w: [w.protected_referral.pk], method="post")
        for name in ("protected_answer", "protected_tell", "protected_no_police", "protected_take_back")
    },
    "person_protection": only(**(OUR_PERSON | {"court_officer": 403}), args=ngo_person),
    "safe_contact": only(caseworker=200, args=ngo_person),
    "safe_contact_remove": only(caseworker=404, args=ngo_person, method="post"),
    "stop_raise": only(our=302, other_caseworker=404, args=diversion, method="post"),
    "stop_lift": only(our=302, other_caseworker=404, args=lambda w: [w.stop_sign.pk], method="post"),
    # Fellowships: the NGO's alone
    "fellowship_board": only(our=200, other_caseworker=200),
    "payment_run": only(our=200, other_caseworker=200),
    "stipend_rules": only(case_manager=200),
    "stipend_rule_remove": only(case_manager=302, args=lambda w: [w.stipend_rule.pk], method="post"),
    "fellowship_new": only(our=302, other_caseworker=404, args=enrolment),
    "fellowship": only(our=200, other_caseworker=404, args=lambda w: [w.fellowship.pk]),
    **{
        name: only(**POSTED_ON_CASE, args=lambda w: [w.fellowship.pk])
        for name in ("milestone_add", "touchpoint_add", "stipend_ask")
    },
    "milestone_mark": only(our=302, other_caseworker=404, args=lambda w: [w.milestone.pk], method="post"),
    "stipend_approve": only(case_manager=302, args=lambda w: [w.stipend.pk], method="post"),
    "stipend_drop": only(our=302, other_caseworker=404, args=lambda w: [w.stipend.pk], method="post"),
    "stipend_paid": only(case_manager=302, args=lambda w: [w.approval.pk], method="post"),
    # Mentoring: the NGO's alone
    "mentoring_board": only(our=200, other_caseworker=200),
    "mentor_new": only(case_manager=200),
    "mentor_edit": only(case_manager=200, args=lambda w: [w.mentor.pk]),
    "mentor_end": only(case_manager=302, args=lambda w: [w.mentor.pk], method="post"),
    "pair_new": only(our=302, other_caseworker=404, args=enrolment),
    "mentor_pair": only(our=200, other_caseworker=404, args=lambda w: [w.mentor_pair.pk]),
    **{
        name: only(**POSTED_ON_CASE, args=lambda w: [w.mentor_pair.pk])
        for name in ("mentor_contact_add", "mentor_pair_end")
    },
    # Releases from custody: the NGO's alone; a prison's own beside its referrals
    **{name: only(our=200, other_caseworker=200) for name in ("release_list", "release_export")},
    "release_new": only(our=302, other_caseworker=404, args=enrolment),
    **{
        name: only(our=200, other_caseworker=404, args=lambda w: [w.release.pk]) for name in ("release", "release_edit")
    },
    **{
        name: only(**POSTED_ON_CASE, args=lambda w: [w.release.pk]) for name in ("release_mark", "release_contact_add")
    },
    "release_take_back": only(our=302, other_caseworker=404, args=lambda w: [w.release.pk], method="post"),
    **{
        name: only(our=302, other_caseworker=404, args=lambda w: [w.release_contact.pk], method="post")
        for name in ("release_contact_mark", "release_contact_remove")
    },
    **{name: only(officials=200) for name in ("release_notice_list", "release_notice_export")},
    **{name: only(officials=404, args=referral, method="post") for name in ("release_say", "release_happened")},
    # Employers: of whoever finds people work, each changed by who keeps it; placements: the NGO's alone
    **{name: only(**FINDS_WORK) for name in ("work_offer_list", "work_offer_export", "employer_new")},
    "employer": only(**FINDS_WORK, args=lambda w: [w.bakery.pk]),
    **{
        name: only(**OUR_EMPLOYER, args=lambda w: [w.bakery.pk]) for name in ("employer_edit", "work_offer_new")
    },
    "work_offer_edit": only(**OUR_EMPLOYER, args=lambda w: [w.work_offer.pk]),
    "work_offer_open": only(**OUR_EMPLOYER | {"our": 302}, args=lambda w: [w.work_offer.pk], method="post"),
    **{name: only(our=200, other_caseworker=200) for name in ("placement_list", "placement_export")},
    "placements_of": only(our=200, other_caseworker=404, args=enrolment),
    "placement_offer": only(**POSTED_ON_CASE, args=enrolment),
    "placement": only(our=200, other_caseworker=404, args=lambda w: [w.placement.pk]),
    **{
        name: only(**POSTED_ON_CASE, args=lambda w: [w.placement.pk])
        for name in ("placement_consent", "placement_start", "placement_end")
    },
    **{
        name: only(our=302, other_caseworker=404, args=lambda w: [w.placement.pk], method="post")
        for name in ("placement_withdraw", "placement_agree", "placement_confirm", "placement_take_back")
    },
    # Families: the NGO's alone; which sessions were one, who led it alone
    "family_board": only(our=200, other_caseworker=200),
    "family": only(our=200, other_caseworker=404, args=enrolment),
    **{
        name: only(**POSTED_ON_CASE, args=enrolment) for name in ("family_consent_add", "family_session_add")
    },
    "family_consent_withdraw": only(
        our=302, other_caseworker=404, args=lambda w: [w.family_consent.pk], method="post"
    ),
    "parenting_group_new": only(case_manager=200),
    "parenting_group": only(our=200, other_caseworker=404, args=lambda w: [w.parenting_group.pk]),
    "group_meeting_add": only(**POSTED_ON_CASE, args=lambda w: [w.parenting_group.pk]),
    "parenting_group_close": only(case_manager=302, args=lambda w: [w.parenting_group.pk], method="post"),
    "group_meeting_remove": only(our=302, other_caseworker=404, args=lambda w: [w.group_meeting.pk], method="post"),
    # Call-ins: the police hold them with the NGO, and keep the file of who was invited
    "call_in_list": only(our=200, other_caseworker=200, liaison=200, other_liaison=200, professional=200),
    "call_in_new": only(liaison=200, other_liaison=200),
    "call_in": only(**(OUR_PERSON | {"court_officer": 403, "liaison": 200}), args=lambda w: [w.call_in.pk]),
    "call_in_edit": only(liaison=200, other_liaison=404, args=lambda w: [w.call_in.pk]),
    "call_in_go_on": only(liaison=302, other_liaison=404, args=lambda w: [w.call_in.pk], method="post"),
    "call_in_invite": only(liaison=200, other_liaison=404, args=lambda w: [w.referral.person_id]),
    **{
        name: only(liaison=302, other_liaison=404, args=lambda w: [w.invitee.pk], method="post")
        for name in ("invitee_note", "call_in_offer")
    },
    **{
        name: only(liaison=302, other_liaison=404, args=lambda w: [w.call_in_offer.pk], method="post")
        for name in ("call_in_accept", "call_in_decline")
    },
    # Anchor teams: the police lead the case, social services see its sheet
    "anchor_list": only(liaison=200, other_liaison=200, professional=200),
    "anchor_new": only(liaison=200, other_liaison=200, professional=200),
    "anchor_case": only(liaison=200, other_liaison=404, professional=200, args=lambda w: [w.anchor_case.pk]),
    **{
        name: only(liaison=422, other_liaison=404, professional=404, args=lambda w: [w.anchor_case.pk], method="post")
        for name in ("anchor_screen", "anchor_guardian", "anchor_share", "anchor_meet", "anchor_guide", "anchor_close")
    },
    "anchor_exchange_end": only(liaison=302, other_liaison=404, professional=404, args=lambda w: [w.anchor_exchange.pk], method="post"),
    "anchor_step_mark": only(liaison=302, other_liaison=404, professional=302, args=lambda w: [w.anchor_step.pk], method="post"),
    "anchor_visit": only(liaison=302, other_liaison=404, professional=404, args=lambda w: [w.anchor_guidance.pk], method="post"),
    "anchor_look": only(liaison=302, other_liaison=404, professional=404, args=lambda w: [w.anchor_check.pk], method="post"),
    "anchor_team_list": only(liaison=200, other_liaison=200, professional=200),
    "anchor_team_new": only(liaison=200, other_liaison=200),
    "anchor_team": only(liaison=200, other_liaison=200, professional=200, args=lambda w: [w.anchor_seat.team_id]),
    "anchor_seat_offer": only(liaison=422, other_liaison=404, args=lambda w: [w.anchor_seat.team_id], method="post"),
    "anchor_seat_take": only(liaison=404, other_liaison=404, professional=302, args=lambda w: [w.anchor_seat.pk], method="post"),
    "anchor_seat_end": only(liaison=302, other_liaison=404, args=lambda w: [w.anchor_seat.pk], method="post"),
    "condition_progress": only(
        our=302, other_caseworker=404,
        args=lambda w: [w.referral.diversion.conditions.get().pk], method="post",
    ),
    # A partner's own sign-in
    "own_sign_in": Row(EVERYBODY, anonymous=200),
    "own_sign_in_go": Row(dict.fromkeys(ROLES, 404), lambda w: [1], anonymous=404),  # nobody has a provider here
    "own_sign_in_back": Row(dict.fromkeys(ROLES, 400), anonymous=400),  # nobody was sent away
    "provider": only(case_manager=200, coordinator=200),
    "provider_remove": only(case_manager=404, coordinator=404, args=lambda w: [1], method="post"),
    # API clients and webhooks
    "client_list": only(case_manager=200, coordinator=200),
    "client_new": only(case_manager=200, coordinator=200),
    "client": only(case_manager=200, coordinator=404, args=lambda w: [w.api_client.pk]),
    "client_rotate": only(case_manager=200, coordinator=404, args=lambda w: [w.api_client.pk], method="post"),
    "client_keys": only(case_manager=200, coordinator=404, args=lambda w: [w.api_client.pk]),
    "client_revoke": only(case_manager=302, coordinator=404, args=lambda w: [w.api_client.pk], method="post"),
    "credential_end": only(case_manager=302, coordinator=404, args=lambda w: [w.credential.pk], method="post"),
    "webhook_list": only(case_manager=200, coordinator=200),
    "webhook_new": only(case_manager=200, coordinator=200),
    "webhook": only(case_manager=200, coordinator=404, args=lambda w: [w.webhook.pk]),
    "webhook_edit": only(case_manager=200, coordinator=404, args=lambda w: [w.webhook.pk]),
    "webhook_rotate": only(case_manager=200, coordinator=404, args=lambda w: [w.webhook.pk], method="post"),
    "webhook_test": only(case_manager=302, coordinator=404, args=lambda w: [w.webhook.pk], method="post"),
    "webhook_delete": only(case_manager=302, coordinator=404, args=lambda w: [w.webhook.pk], method="post"),
    "delivery_replay": only(case_manager=302, coordinator=404, args=lambda w: [w.delivery.pk], method="post"),
    # The service: whoever administers it, for whichever partner; nobody does by a role
    "failed_events": only(),
    "failed_letters": only(),
    "letter_send_again": only(args=lambda w: [UUID(int=1)], method="post"),
    "letters_send_again": only(method="post"),
    "account_list": only(),
    "account": only(args=lambda w: [w.caseworker.user.pk]),
    "second_factor_remove": only(args=lambda w: [w.caseworker.user.pk], method="post"),
    "account_close": only(args=lambda w: [w.caseworker.user.pk], method="post"),
    "account_appoint": only(args=lambda w: [w.caseworker.user.pk], method="post"),
    "unmanaged_list": only(),
    "first_manager": only(args=lambda w: [w.ngo.pk]),
    "event_send_again": only(args=lambda w: [1], method="post"),
    "events_send_again": only(method="post"),
    # The API's own matrix is tests/test_api_matrix.py; its two pages are here.
    "openapi": Row(EVERYBODY, anonymous=200),
    "api-docs": Row(EVERYBODY, anonymous=200),
    "oauth-metadata": Row(EVERYBODY, anonymous=200),
}  # fmt: skip


OF_THE_SERVICE = {"failed_events", "failed_letters", "account_list", "account", "unmanaged_list", "first_manager"}


def our_names(patterns: list[Any], prefix: str = "") -> set[str]:
    names: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            # The administration and the sign-in pages are their libraries' own, addresses of systems have tests of their own.
            if str(pattern.pattern) not in {"admin/", "accounts/", "api/v1/", "api/scim/v2/"}:
                names |= our_names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name"
            names.add(pattern.name)
    return names


def test_every_address_has_a_row_here():
    assert our_names(get_resolver().url_patterns) | {"openapi", "api-docs"} == set(MATRIX)


def courses(world: World) -> None:
    """A phase, a bed with somebody in it and a legal matter of the referred person."""
    world.programme.parts = list(Part)
    world.programme.save()
    us, part = world.caseworker, world.referral.enrolment
    phase = Phase(partner=world.ngo, programme=world.programme, name="First")
    world.phase = run_as(world.case_manager, phases.save_phase, phase=phase)
    run_as(us, phases.begin_phases, enrolment=part, started_on=world.today)
    run_as(us, phases.record_review, enrolment=part, held_on=world.today, present=["person"], decision="hold")
    world.response = run_as(
        us, phases.record_response, enrolment=part, on=world.today, kind="incentive", what="Praise", why="Came",
        decided_by="team",
    )  # fmt: skip
    bed = Bed(partner=world.ngo, programme=world.programme)
    world.bed = run_as(world.case_manager, places.save_bed, bed=bed, name="2 A")
    world.stay = run_as(us, places.move_in, bed=world.bed, enrolment=part, started_on=world.today)
    world.matter = run_as(us, legal.open_matter, enrolment=part, lawyer=us.user, offences=["060111"])
    world.hearing = run_as(
        us, legal.add_hearing, matter=world.matter, at=timezone.now() + timedelta(days=2), kind="main"
    )
    world.matter_note = run_as(us, legal.write_note, matter=world.matter, text="Ask for a waiver.")


def protected(world: World) -> None:
    """The caseworker is named, and has gone through a checklist about the referred person, who agreed to be referred."""
    us = world.caseworker
    world.naming = run_as(world.case_manager, protection.name_member, membership=us.membership)
    world.screen = run_as(
        us, protection.record_screen, person=world.referral.receiver_person, answers={"debt": "yes"}, danger_now=False,
        is_child=False, form="", decision="refer",
    )  # fmt: skip
    world.protected_referral = run_as(
        us, protection.refer, screen=world.screen, consented_on=world.today, consented_how="verbal"
    )
    world.stop_sign = run_as(us, stops.raise_sign, diversion=world.referral.diversion)


def fellowship(world: World) -> None:
    """The referred person is a fellow, with a milestone; a stipend waits for its approval and one to be paid."""
    us, part = world.caseworker, world.referral.enrolment
    world.fellowship = run_as(us, fellowships.begin_fellowship, enrolment=part, months=12, mentor=us.user)
    world.milestone = run_as(us, fellowships.add_milestone, fellowship=world.fellowship, area="work", text="A licence")
    world.stipend_rule = run_as(
        world.case_manager, fellowships.save_rule, programme=world.programme, from_month=1, cap=Decimal(300)
    )
    world.stipend = run_as(us, fellowships.ask_stipend, fellowship=world.fellowship, month=1, amount=Decimal(100))
    other = run_as(us, fellowships.begin_fellowship, enrolment=world.enrolment(), months=12, mentor=us.user)
    asked = run_as(us, fellowships.ask_stipend, fellowship=other, month=1, amount=Decimal(100))
    world.approval = run_as(world.case_manager, fellowships.approve_stipend, stipend=asked)


def mentored(world: World) -> None:
    """The referred person has a mentor."""
    world.mentor = run_as(
        world.case_manager,
        mentoring.save_mentor,
        mentor=Mentor(partner=world.ngo),
        name="Sanna Kivi",
        kind="adult",
        background_checked_on=world.today,
        qualified_until=world.today,
        languages=["fi"],
    )
    world.mentor_pair = run_as(
        world.caseworker,
        mentoring.begin_pair,
        enrolment=world.referral.enrolment,
        mentor=world.mentor,
        agreed_every_days=7,
        guardian="agreed",
    )


def way_out(world: World) -> None:
    """The referred person is in custody and comes out in a week; somebody meets them at the gate."""
    us = world.caseworker
    world.release = run_as(
        us, custody.plan_release, enrolment=world.referral.enrolment, planned_on=world.today + timedelta(days=7)
    )
    world.release_contact = run_as(
        us, custody.plan_contact, release=world.release, at=timezone.now() + timedelta(days=7), how="gate", responsible=us.user
    )  # fmt: skip


def work(world: World) -> None:
    """The referred person is offered work at a bakery that the NGO knows."""
    us = world.caseworker
    world.bakery = employer_of(world, us)
    world.work_offer = offer_of(world, us, world.bakery)
    world.placement = run_as(us, placements.offer_placement, enrolment=world.referral.enrolment, offer=world.work_offer)


def household(world: World) -> None:
    """The referred person agreed that a sister may know; a parenting group of the programme met once."""
    us, person = world.caseworker, world.referral.receiver_person
    sister = world.person(world.ngo, first_names="Sister")
    run_as(us, relations.save_relation, person=person, other=sister, kind="sibling")
    world.family_consent = run_as(us, families.record_consent, person=person, other=sister, how="paper")
    world.parenting_group = run_as(world.case_manager, families.save_group, programme=world.programme, name="Tuesdays")
    world.group_meeting = run_as(
        us, families.record_meeting, group=world.parenting_group, held_on=world.today, adults=8
    )


def evening(world: World) -> None:
    """The police hold a call-in with the NGO, to which somebody is invited who was offered counselling."""
    world.call_in = run_as(
        world.liaison, call_ins.plan_call_in, to_partner=world.ngo, district=world.city,
        at=timezone.now() + timedelta(days=3), place="Church hall",
    )  # fmt: skip
    person = world.person(world.police, first_names="Invited")
    world.invitee = run_as(world.liaison, call_ins.invite, person=person, call_in=world.call_in)
    world.call_in_offer = run_as(world.liaison, call_ins.offer_help, invitee=world.invitee, programme=world.programme)


@shared
def full(world: World) -> World:
    world.referral = world.enrolled()
    world.the_draft = world.draft(person=world.person(world.police, first_names="Draft"))
    with on_web(world.caseworker):
        world.goal = Goal.objects.create(
            partner=world.ngo, enrolment=world.referral.enrolment, area="work", text="Study"
        )
    with on_web(world.caseworker):
        us, part = world.caseworker, world.referral.enrolment
        world.session = enrolments.record_session(
            by=us, enrolment=part, held_on=world.today, method="cbt", attendance="attended"
        )
        world.assessment = assessments.record_assessment(
            by=us, enrolment=part, instrument="audit", score=9, held_on=world.today
        )
        world.note = enrolments.add_note(by=us, enrolment=part, text="Came on time.")
        world.step = plans.add_step(by=us, goal=world.goal, text="Visit the school", whose="us")
        world.plan = plans.agree_plan(by=us, enrolment=part, agreed_on=world.today)
    with on_web(world.case_manager):
        point = ServicePoint(partner=world.ngo, name="Kallio", district=world.city)
        point = contacts.save_point(by=world.case_manager, point=point)
        world.contact = contacts.record_contact(by=world.case_manager, point=point, held_on=world.today, syringes_out=2)
    world.prevention_plan = submitted_plan(world)
    world.course_day = course_day(world, gives=qualification(world))
    world.course_place = signed_up(world.course_day, world.caseworker)
    world.certificate = passed(
        world, course_day(world, gives=qualification(world, "second"), title="Over"), world.liaison
    )
    world.lesson = asked_lesson(world, lesson_plan(world))
    world.notice = draft_notice(world)
    world.community_event = community_event(world)
    world.event_promise = event_promise(world, world.community_event)
    world.survey = safety_survey(world)
    closed(world, open_wave(world, world.survey))
    world.wave = open_wave(world, world.survey)
    world.grant = grant_of(world)
    world.allocation = allocated(world, world.grant)
    world.spending = spent(world, world.allocation, 100, world.grant.starts_on)
    world.report_day = run_as(world.case_manager, grants.add_report_day, grant=world.grant, due_on=world.today)
    world.cost_key = run_as(
        world.case_manager,
        grants.declare_key,
        year=world.grant.starts_on.year,
        basis="Hours",
        shares={world.programme: Decimal(100)},
    )
    PracticeInUse.objects.create(partner=world.ngo, practice=Practice.TIPS)
    code = tips.give_tip(partner=world.ngo, kind="place", text="Needles lie around.")
    world.tip = Tip.objects.get(digest=tips.digest_of(code))
    world.resource = shared_resource(world)
    world.resource_version = resource_version(world, world.resource)
    world.application = joint_application(world)
    world.campaign = youth_campaign(world)
    world.campaign_action = campaign_action(world, world.campaign)
    world.view = SavedView.objects.create(
        user=world.caseworker.user, partner=world.ngo, page="referral_list", name="Urgent", query="is_urgent=true"
    )
    with on_web(world.coordinator):
        world.role_change = members.propose_auditor(
            by=world.coordinator, membership=world.auditor.membership, is_active=False
        )
    with on_web(world.coordinator):
        world.announcement = announcements.announce(
            by=world.coordinator, title="News", text="x", shown_from=world.today, shown_until=world.today
        )
    world.read_day = ReadDay.objects.create(
        partner=world.ngo, user=world.caseworker.user, day=world.today, reasons=["export"]
    )
    with on_web(world.caseworker):
        us = world.caseworker
        world.subject_request = rights.record_request(
            by=us, person=world.referral.receiver_person, kind="access", received_on=world.today
        )
        world.appointment = planning.make_appointment(
            by=us, enrolment=world.referral.enrolment, starts_at=timezone.now() + timedelta(days=1), minutes=60,
            method="counselling", place="", responsible=us.user,
        )  # fmt: skip
        world.task = planning.add_task(by=us, text="Call", due_on=None, assigned_to=us.user)
        world.feed_token = planning.make_feed(by=us)
    world.agree_with(world.prosecutors)
    world.statement = run_as(
        world.caseworker, statements.send_statement, enrolment=world.referral.enrolment, to_partner=world.prosecutors,
        attendance="as_agreed", signed_on=world.today, signed_how="paper", told_right_to_withdraw=True,
        expires_on=world.today + timedelta(days=90),
    )  # fmt: skip
    run_as(
        world.caseworker,
        plans.write_end_report,
        plan=world.plan,
        results={world.goal.pk: plans.GoalResult("achieved", "")},
    )
    world.end_report = run_as(
        world.caseworker, end_reports.send_end_report, enrolment=world.referral.enrolment, scores=[], signed_on=world.today,
        signed_how="paper", told_right_to_withdraw=True, expires_on=world.today + timedelta(days=90),
    )  # fmt: skip
    world.team_member = run_as(
        world.caseworker, team.add_member, enrolment=world.referral.enrolment, to_partner=world.other_ngo, part="peer",
        signed_on=world.today, signed_how="paper", told_right_to_withdraw=True, expires_on=world.today + timedelta(days=90),
    )  # fmt: skip
    world.team_item = run_as(
        world.caseworker, team.write_item, member=world.team_member, kind="task", text="Call", due_on=world.today
    )
    courses(world)
    protected(world)
    fellowship(world)
    mentored(world)
    way_out(world)
    work(world)
    household(world)
    evening(world)
    world.welfare_notice = run_as(
        world.liaison, welfare.make_notice, to_partner=world.social, concern="Alone at night.",
        person=world.person(world.police, first_names="Child", born_on=world.today - timedelta(days=13 * 365)),
    )  # fmt: skip
    _under_way, world.mediation = (
        run_as(
            world.caseworker, mediations.offer_mediation, enrolment=world.referral.enrolment, harmed=harmed,
            offered_on=world.today,
        )
        for harmed in ("Neighbour", "Classmate")
    )  # fmt: skip
    run_as(world.caseworker, mediations.note_answer, mediation=world.mediation, side="person", answer="declines")
    world.mediation_report = run_as(
        world.caseworker, mediations.send_report, mediation=world.mediation, to_partner=world.prosecutors,
        signed_on=world.today, signed_how="paper", told_right_to_withdraw=True,
        expires_on=world.today + timedelta(days=90),
    )  # fmt: skip
    anchor_case(world)
    world.version = drafted_version(world, world.agreement)
    with on_web(world.liaison):
        consents.attach_paper(by=world.liaison, consent=world.referral.consent, content=b"%PDF-1.7")
    with on_web(world.data_officer):
        file = SimpleUploadedFile("a.csv", b"arrest_number;arrested_on\n1;2\n")
        world.the_import = imports.upload(by=world.data_officer, kind="arrests", file=file)
    with on_web(world.case_manager):
        world.invitation, world.token = members.invite_member(
            by=world.case_manager, partner=world.ngo, email="new@test.example", role="caseworker"
        )
        world.api_client, world.credential, _secret = integrations.create_client(
            by=world.case_manager, name="System", scopes=["persons:read"]
        )
        world.place = locations.save_location(
            by=world.case_manager,
            location=Location(partner=world.ngo, programme=world.programme, street="Katu 1", city="Helsinki"),
            hours={},
        )
        world.webhook = integrations.subscribe(
            by=world.case_manager, url="https://hooks.test.example/x", events=["referral.sent"]
        )
        world.delivery = integrations.send_test(by=world.case_manager, subscription=world.webhook)
    world.inquiry = run_as(
        world.auditor,
        oversight.open_inquiry,
        person_number=1,
        from_day=world.today,
        to_day=None,
        question="Who looked?",
    )
    world.opening = run_as(
        world.caseworker, openings.open_record, person=world.referral.receiver_person, purpose="other", words="A call"
    )
    event = OutboxEvent.objects.create(kind="referral.sent", key="test")
    world.notification = Notification.objects.create(
        event=event, user=world.caseworker.user, partner=world.ngo, kind="referral.sent", url="/", mail="not_wanted"
    )
    cache.delete(HEARTBEAT_KEY)  # no worker has been seen, whatever ran before
    world.run = Run.objects.create(
        reason="test", state=Run.State.DONE, definition="x", quarter="2026-Q3", released_at=timezone.now()
    )
    for group in ArrestTrendResult.Group:
        ArrestTrendResult.objects.create(
            run=world.run,
            district=world.city,
            month=world.today.replace(day=1),
            group=group,
            arrests=10,
            rate_per_100k=20,
        )
    world.intervention = Intervention.objects.create(
        name="Pilot", started_on=world.today, created_by=world.coordinator.user
    )
    world.intervention.districts.set([world.city])
    world.cohort = Cohort.objects.create(
        partner=world.ngo, name="Women", selection={"partners": [world.ngo.pk]}, created_by=world.caseworker.user
    )
    for offences in ("any", "drug"):
        RecidivismResult.objects.create(
            run=world.run, partner=world.ngo, programme=world.programme, offences=offences, window_months=12,
            eligible=100, rearrested=30, rate=0.3, rate_lower=0.2, rate_upper=0.4,
        )  # fmt: skip
        RecidivismResult.objects.create(
            run=world.run,
            offences=offences,
            window_months=12,
            eligible=100,
            rearrested=30,
            rate=0.3,
            rate_lower=0.2,
            rate_upper=0.4,
        )
    world.claim = Claim(
        partner=world.office, programme=world.programme, measure="any", change=-40, months=36, words="w", source="s"
    )
    run_as(world.coordinator, evidence.save_claim, claim=world.claim)
    Run.objects.filter(pk=world.run.pk).update(
        published_at=timezone.now()
    )  # else nobody can agree; other pages want it unpublished
    agreed = run_as(world.case_manager, evidence.agree_to_publish, programme=world.programme)
    world.public_evidence = run_as(world.coordinator, evidence.publish_evidence, evidence=agreed)
    Run.objects.filter(pk=world.run.pk).update(published_at=None)
    # Once for all addresses: signing in takes as long as most pages.
    world.signed_in = {role: world.client(getattr(world, role)) for role in ROLES}
    return world


def anchor_case(world: World) -> None:
    """A case that the police lead and share with social services, and one that has ended."""
    world.agree_with(world.social)
    police, today = world.liaison, world.today
    team = run_as(police, anchor.set_up_team, name="Harbour team")
    world.anchor_seat = run_as(
        police, anchor.offer_seat, team=team, to_partner=world.social, profession=Profession.SOCIAL
    )
    cases = []
    for name in ("Ended", "Shared"):
        case = run_as(
            police, anchor.open_case, person=world.person(world.police, first_names=name), seat=team.seats.first(),
            source="school", reasons=["crime"], received_on=today,
        )  # fmt: skip
        cases.append(run_as(police, anchor.screen_case, case=case, screening="taken"))
    run_as(police, anchor.close_case, case=cases[0], outcome="no_need")
    world.anchor_check, world.anchor_case = cases[0].checks.first(), cases[1]
    (world.anchor_exchange,) = run_as(
        police, anchor.agree_exchange, case=cases[1], seats=[world.anchor_seat], signed_on=today, signed_how="paper",
        told_right_to_withdraw=True, expires_on=today + timedelta(days=90),
    )  # fmt: skip
    step = anchor.AgreedStep("Talk at home", world.social)
    meeting = run_as(
        police, anchor.record_meeting, case=cases[1], held_on=today, present=["police", "social"], steps=[step]
    )
    world.anchor_step = meeting.steps.get()
    world.anchor_guidance = run_as(police, anchor.add_guidance, case=cases[1], kind="youth_centre")


NAME = "Meikäl"
"""How people of the world are called."""


def wrong_in_the_log(response: Any, acting: Acting, lines: Iterable[ReadLog]) -> list[str]:
    """What is wrong in the log of reads after an answer: a person who is named leaves a line, in the name of whoever looked."""
    if response.status_code != 200 or NAME not in text_of(response):
        return []
    readers = {(line.user_id, line.partner_id) for line in lines}
    if readers != {(acting.user.pk, acting.partner.pk)}:
        return [f"names a person, and is in the log as read by {readers or 'nobody'}"]
    return [] if sum(line.count for line in lines) else ["names a person, and counts nobody"]


def text_of(response: Any) -> str:
    """What an answer says, in a workbook too."""
    body = response.body if response.streaming else response.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    text: str = body.decode(errors="ignore")
    return text


@pytest.mark.parametrize("name", sorted(MATRIX))
def test_matrix(full: World, name: str):
    row = MATRIX[name]
    address = reverse(name, args=row.args(full)) + row.query(full)
    found, wrong = {}, {}
    for role in ROLES:
        client = full.signed_in[role]
        with transaction.atomic():
            ReadLog.objects.all().delete()
            response = getattr(client, row.method)(address, follow=False)
            found[role] = response.status_code
            # Pages that anybody may see hold examples, nobody's data.
            if row.anonymous != 200 and (
                said := wrong_in_the_log(response, getattr(full, role), ReadLog.objects.all())
            ):
                wrong[role] = said
            transaction.set_rollback(True)  # each role meets the world as it was
    assert found == row.expected
    assert wrong == {}
    assert getattr(WebClient(), row.method)(address).status_code == row.anonymous


def test_a_user_without_membership_is_led_to_the_choice_of_a_partner(full: World):
    client = WebClient()
    client.force_login(User.objects.create_superuser("admin@test.example", "x" * 14, full_name="Admin"))
    for name, row in MATRIX.items():
        if row.anonymous == 302 and row.method == "get" and name not in {"choose_partner", "my_leave", *OF_THE_SERVICE}:
            response = client.get(reverse(name, args=row.args(full)))
            assert (response.status_code, response.url) == (302, "/choose-partner/"), name


def test_a_member_of_a_partner_that_left_sees_nothing(full: World):
    full.ngo.is_active = False
    full.ngo.save()
    assert full.client(full.caseworker).get(reverse("referral", args=[full.referral.pk])).url == "/choose-partner/"
