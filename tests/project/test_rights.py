"""Rights are declared once: docs/rights.md says what is declared, and pages and API ask the very same declarations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver

from partnership.actions import ACTIONS, READINGS, Right
from partnership.api.about import PublicView
from partnership.api.scopes import SCOPES
from partnership.api.views import View
from partnership.events.registry import all_types
from partnership.project.rights_table import PATH, load_declarations, rights_page

load_declarations()

SAME = {
    # page → operations of the API that show or change the same
    "notification_list": ["NotificationView.list"],
    "notification": ["NotificationView.retrieve"],
    "notifications_read": ["NotificationView.read"],
    "partner_list": ["PartnerView.list"],
    "partner": ["PartnerView.retrieve"],
    "agreement_list": ["AgreementView.list"],
    "agreement": ["AgreementView.retrieve"],
    "webhook_list": ["WebhookView.list"],
    "webhook": ["WebhookView.retrieve", "WebhookView.deliveries"],
    "webhook_new": ["WebhookView.create"],
    "webhook_edit": ["WebhookView.update"],
    "webhook_rotate": ["WebhookView.rotate_secret"],
    "webhook_test": ["WebhookView.test"],
    "webhook_delete": ["WebhookView.destroy"],
    "delivery_replay": ["WebhookView.replay"],
    "programme_list": ["ProgrammeView.list"],
    "programme": ["ProgrammeView.retrieve"],
    "programme_new": ["ProgrammeView.create"],
    "programme_edit": ["ProgrammeView.update"],
    "programme_capacity": ["ProgrammeView.capacity"],
    "programme_check": ["ProgrammeView.check"],
    "grant_list": ["GrantView.list"],
    "grant_360giving": ["GrantView.giving"],
    "grant": ["GrantView.retrieve", "AllocationView.list", "AllocationView.retrieve"],
    "grant_new": ["GrantView.create"],
    "grant_edit": ["GrantView.update"],
    "allocation_new": ["AllocationView.create"],
    "spending_list": ["SpendingView.list", "SpendingView.retrieve"],
    "spending_new": ["SpendingView.create"],
    "location_new": ["LocationView.create"],
    "location_edit": ["LocationView.update"],
    "location_remove": ["LocationView.destroy"],
    "person_list": ["PersonView.list", "PersonView.search"],
    "person": ["PersonView.retrieve", "PersonView.relations"],
    "person_new": ["PersonView.create"],
    "person_edit": ["PersonView.partial_update"],
    "person_link": ["PersonView.link"],
    "person_unlink": ["PersonView.unlink"],
    "relation_new": ["PersonView.relate"],
    "relation_remove": ["PersonView.remove_relation"],
    "caseload": ["EnrolmentView.list"],
    "caseload_export": ["EnrolmentExport.export", "TdiExport.export"],
    "enrolment": ["EnrolmentView.retrieve", "EnrolmentView.sessions"],
    "person_enrol": ["EnrolmentView.create"],
    "enrolment_end": ["EnrolmentView.end"],
    "enrolment_correct": ["EnrolmentView.partial_update"],
    "enrolment_reopen": ["EnrolmentView.reopen"],
    "session_correct": ["SessionView.partial_update"],
    "entry_take_back": ["SessionView.take_back", "GoalView.take_back", "AssessmentView.take_back"],
    "entry_restore": ["SessionView.restore", "GoalView.restore", "AssessmentView.restore"],
    "care_team_list": ["TeamMemberView.list", "TeamItemView.list"],
    "care_team_part": ["TeamMemberView.retrieve", "TeamItemView.retrieve"],
    "team_add": ["TeamMemberView.create"],
    "team_end": ["TeamMemberView.end"],
    "team_write": ["TeamItemView.create"],
    "team_mark": ["TeamItemView.done"],
    "phase_list": ["PhaseView.list", "PhaseView.retrieve"],
    "phase_sheet": [
        "PhaseStayView.list",
        "PhaseStayView.retrieve",
        "ReviewView.list",
        "ReviewView.retrieve",
        "ResponseView.list",
        "ResponseView.retrieve",
    ],
    "phase_begin": ["PhaseStayView.create"],
    "review_record": ["ReviewView.create"],
    "response_record": ["ResponseView.create"],
    "bed_board": ["BedView.list", "BedView.retrieve"],
    "bed_new": ["BedView.create"],
    "bed_close": ["BedView.close"],
    "stays": ["StayView.list", "StayView.retrieve"],
    "bed_move_in": ["StayView.create"],
    "stay_end": ["StayView.end"],
    "stay_away": ["StayView.away"],
    "plan": [
        "PlanView.list",
        "PlanView.retrieve",
        "GoalView.list",
        "GoalView.retrieve",
        "StepView.list",
        "StepView.retrieve",
    ],
    "plan_agree": ["PlanView.create"],
    "plan_approve": ["PlanView.approve"],
    "end_report": ["PlanView.report"],
    "goal_add": ["GoalView.create"],
    "goal_mark": ["GoalView.reached"],
    "goal_correct": ["GoalView.partial_update"],
    "step_add": ["GoalView.steps"],
    "step_mark": ["StepView.done"],
    "step_remove": ["StepView.destroy"],
    "assessment_list": ["AssessmentView.list", "AssessmentView.retrieve"],
    "assessment_add": ["AssessmentView.create"],
    "assessment_correct": ["AssessmentView.partial_update"],
    "calendar": ["AppointmentView.list", "AppointmentView.retrieve"],
    "appointment_new": ["AppointmentView.create"],
    "appointment_edit": ["AppointmentView.partial_update"],
    "appointment_record": ["AppointmentView.record"],
    "appointment_cancel": ["AppointmentView.destroy"],
    "primary_drug": ["EnrolmentView.primary_drug"],
    "measurement_consent": ["EnrolmentView.measurement_consent"],
    "import_list": ["UploadView.list"],
    "data_import": ["UploadView.retrieve"],
    "import_problems": ["UploadView.problems"],
    "import_new": ["UploadView.create"],
    "import_confirm": ["UploadView.confirm"],
    "import_discard": ["UploadView.discard"],
    "import_take_back": ["UploadView.take_back"],
    "referral_list": ["ReferralView.list"],
    "referral_export": ["ReferralExport.export"],
    "referral": [
        "ReferralView.retrieve",
        "ReferralView.history",
        "ReferralView.messages",
        "TaskView.search",
        "TaskView.read",
        "ServiceRequestView.search",
        "ServiceRequestView.read",
    ],
    "referral_new": ["ReferralView.create"],
    "referral_edit": ["ReferralView.update"],
    "referral_discard": ["ReferralView.destroy"],
    "referral_acknowledge_all": ["ReferralView.acknowledge"],
    "message_add": ["ReferralView.write"],
    "first_appointment_offer": ["ReferralView.appointment"],
    "first_appointment_record": ["ReferralView.appointment_outcome"],
    "concern_tell": ["ReferralView.concern"],
    "work_offer_list": ["WorkOfferView.list", "WorkOfferView.retrieve"],
    "placement_list": ["PlacementView.list"],
    "placement": ["PlacementView.retrieve"],
    "placement_offer": ["PlacementView.create"],
    "placement_consent": ["PlacementView.consent"],
    "placement_withdraw": ["PlacementView.withdraw_consent"],
    "placement_agree": ["PlacementView.agree"],
    "placement_start": ["PlacementView.start"],
    "placement_confirm": ["PlacementView.confirm"],
    "placement_end": ["PlacementView.end"],
    "placement_take_back": ["PlacementView.take_back"],
    "release_say": ["ReferralView.release"],
    "release_happened": ["ReferralView.released"],
    "refer_on": ["ReferralView.refer_on"],
    "consent_withdraw": ["ReferralView.withdraw_consent"],
    "consent_renew": ["ReferralView.renew_consent"],
    "consent_event": ["ReferralView.end_consent"],
    "diversion_list": ["DiversionView.list"],
    "diversion": ["DiversionView.retrieve"],
    "condition_progress": ["DiversionView.progress"],
    "diversion_breach": ["DiversionView.breach"],
    "diversion_outcome": ["DiversionView.outcome"],
    "diversion_address": ["DiversionView.address"],
    "diversion_decide": ["DiversionView.decide"],
    "statement": ["StatementView.list", "StatementView.retrieve"],
    "statement_new": ["StatementView.create"],
    "end_report_sent": ["EndReportView.list", "EndReportView.retrieve"],
    "end_report_send": ["EndReportView.create"],
    "welfare_list": ["WelfareView.list"],
    "welfare_notice": ["WelfareView.retrieve"],
    "welfare_new": ["WelfareView.create"],
    "welfare_acknowledge": ["WelfareView.acknowledge"],
    "anchor_case": [
        "AnchorCaseView.list",
        "AnchorCaseView.retrieve",
        "AnchorMeetingView.list",
        "AnchorMeetingView.retrieve",
        "AnchorStepView.list",
        "AnchorStepView.retrieve",
    ],
    "anchor_new": ["AnchorCaseView.create"],
    "anchor_screen": ["AnchorCaseView.screen"],
    "anchor_close": ["AnchorCaseView.close"],
    "anchor_meet": ["AnchorMeetingView.create"],
    "anchor_step_mark": ["AnchorStepView.done"],
    "run_list": ["RunView.list"],
    "run": ["RunView.retrieve"],
    "recidivism": ["RecidivismView.list", "RecidivismView.retrieve", "CareView.list", "CareView.retrieve"],
    "population_figures": [
        "SurvivalView.list",
        "SurvivalView.retrieve",
        "ComparisonView.list",
        "ComparisonView.retrieve",
    ],
    "arrest_trends": ["TrendView.list", "TrendView.retrieve"],
    "intervention": ["TrendChangeView.list", "TrendChangeView.retrieve"],
    "resource_list": ["ResourceView.list"],
    "resource": ["ResourceView.retrieve", "ResourceVersionView.list", "ResourceVersionView.retrieve"],
    "resource_new": ["ResourceView.create"],
    "resource_edit": ["ResourceView.update"],
    "resource_withdraw": ["ResourceView.withdraw"],
    "resource_version_new": ["ResourceVersionView.create"],
    "resource_version_open": ["ResourceVersionView.file"],
    "prevention_list": ["PreventionPlanView.list"],
    "prevention_plan": ["PreventionPlanView.retrieve"],
    "course_list": ["CourseView.list"],
    "course": ["CourseView.retrieve", "CourseDayView.list", "CourseDayView.retrieve"],
    "course_sheet": ["CoursePlaceView.list", "CoursePlaceView.retrieve"],
    "course_mark": ["CoursePlaceView.mark"],
    "certificate_revoke": ["CertificateView.revoke"],
    "who_may_deliver": [
        "CertificateView.list",
        "CertificateView.retrieve",
        "QualificationView.list",
        "QualificationView.retrieve",
    ],
    "lesson_plan_list": ["LessonPlanView.list"],
    "lesson_plan": ["LessonPlanView.retrieve"],
    "lesson_list": ["LessonView.list"],
    "lesson": ["LessonView.retrieve"],
    "notice_list": ["NoticeView.list"],
    "notice": ["NoticeView.retrieve"],
    "campaign_list": ["CampaignView.list"],
    "campaign": ["CampaignView.retrieve", "CampaignActionView.list", "CampaignActionView.retrieve"],
    "campaign_action_new": ["CampaignActionView.create"],
    "campaign_action_edit": ["CampaignActionView.update"],
    "campaign_action_remove": ["CampaignActionView.destroy"],
    "funding_call_list": ["FundingCallView.list"],
    "funding_call": ["FundingCallView.retrieve"],
    "funding_call_new": ["FundingCallView.create"],
    "funding_call_edit": ["FundingCallView.update"],
    "funding_call_withdraw": ["FundingCallView.withdraw"],
    "funding_call_interest": ["FundingCallView.interest"],
    "funding_call_no_interest": ["FundingCallView.no_interest"],
    "score_changes": ["ScoreChangeView.list", "ScoreChangeView.retrieve"],
    "referral_figures": ["ReferralResultView.list", "ReferralResultView.retrieve"],
    "gaps": ["GapResultView.list", "GapResultView.retrieve"],
    "uptake": ["UptakeResultView.list", "UptakeResultView.retrieve"],
    "data_quality": ["FeedQualityView.list", "FeedQualityView.retrieve"],
    "figure": [
        f"{view}.{operation}"
        for view in (
            "RecidivismView",
            "SurvivalView",
            "CareView",
            "ScoreChangeView",
            "ComparisonView",
            "TrendView",
            "TrendChangeView",
            "ReferralResultView",
            "FeedQualityView",
            "UptakeResultView",
            "GapResultView",
        )
        for operation in ("table", "metadata")
    ],
    "cohort_list": ["CohortView.list", "CohortView.retrieve"],
    "cohort_new": ["CohortView.create"],
    "cohort_edit": ["CohortView.update"],
    "cohort_archive": ["CohortView.archive", "CohortView.restore"],
}
ADD_AND_CHANGE = {"webhook_edit"}
"""One form adds and changes: the page asks for the right to add, and the action that changes asks for its own."""
API_ALONE = {
    "DistrictView": "districts are shown on pages of other things",
    "PopulationView": "populations come in by import",
    "ArrestView": "arrests are shown on the person's page",
    "ArrestExport": "arrests are shown on the person's page",
    "FeedView": "feeds are shown on the first page and in data quality",
    "ReferralView.consent": "the page of the draft takes the consent as well",
    "ReferralView.diversion": "the page of the draft takes the terms as well",
    "EnrolmentView.record": "the page records a meeting: session, note and next appointment at once",
    **{
        f"{noun}View.external_reference": "a system's own reference is on no page"
        for noun in ("Person", "Referral", "Enrolment", "Session")
    },
    "ScimView": "a partner's directory takes people in and ends them; managers invite and change them on pages",
    "LocationView.list": "places are shown on the programme's page",
    "LocationView.retrieve": "places are shown on the programme's page",
    "SessionView.list": "sessions are shown on the enrolment's page",
    "SessionView.retrieve": "sessions are shown on the enrolment's page",
    **{
        f"ReferralView.{verb}": "the page has one address for all verbs, and asks the verb's action"
        for verb in ("send", "accept", "waitlist", "decline", "enrol", "complete", "end_early", "withdraw")
    },
}
"""Operations without a page of their own, and why."""
BY_OTHER_ACTIONS = {
    "referral.end_with_consent": "withdrawing the consent",
    "team.share_plan": "the page shares the plan that is in the portal",
    "consent.record": "referral.attach_consent records it",
    "upload.check": "upload.make starts it when the columns are known",
}
"""Actions with a scope that no operation names: another action does them, under its own right."""


def addresses(resolver: Any = None) -> Iterator[Any]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern)
        else:
            yield pattern


def right_of(view_class: type[View], operation: str) -> Right | None:
    view = view_class()
    view.action = operation
    return view.right()


PAGES: dict[str, Right | None] = {
    pattern.name: pattern.callback.portal_right for pattern in addresses() if hasattr(pattern.callback, "portal_right")
}
OPERATIONS: dict[str, Right | None] = {
    f"{pattern.callback.cls.__name__}.{operation}": right_of(pattern.callback.cls, operation)
    for pattern in addresses()
    if issubclass(view_class := getattr(pattern.callback, "cls", object), View)
    and not issubclass(view_class, PublicView)
    for operation in pattern.callback.actions.values()
}


def test_the_page_of_rights_says_what_is_declared():
    assert PATH.read_text() == rights_page(), (
        "Declarations have changed: run `manage.py rights --write`, and read the difference."
    )


def test_every_action_says_what_it_does():
    assert not [name for name, action in ACTIONS.items() if not action.summary]


def test_an_event_that_an_action_announces_is_declared():
    declared = {event_type.name for event_type in all_types()}
    assert not {
        name: str(action.event)
        for name, action in ACTIONS.items()
        if action.event and str(action.event) not in declared
    }


@pytest.mark.parametrize(("page", "operation"), [(page, name) for page, names in SAME.items() for name in names])
def test_page_and_api_ask_the_same_right(page, operation):
    asked, offered = PAGES[page], OPERATIONS[operation]
    assert asked
    assert offered
    if page in ADD_AND_CHANGE:
        who = lambda right: (right.roles, right.managers_only, right.scope)
        assert who(asked) == who(offered)
    else:
        assert asked is offered


def test_every_operation_has_its_page_or_a_reason():
    paired = {name for names in SAME.values() for name in names}
    alone = {name for name in OPERATIONS if name in API_ALONE or name.split(".")[0] in API_ALONE}
    assert not paired & alone
    assert set(OPERATIONS) == paired | alone


def test_every_operation_has_a_right_with_a_scope():
    assert not [name for name, right in OPERATIONS.items() if right is None or not right.scope]


def test_every_right_with_a_scope_is_offered_by_the_api():
    offered = {right.name for right in OPERATIONS.values() if right}
    assert {right.name for right in (*READINGS.values(), *ACTIONS.values()) if right.scope} - offered == set(
        BY_OTHER_ACTIONS
    )


def test_scopes_are_those_that_rights_have():
    assert {right.scope for right in (*READINGS.values(), *ACTIONS.values()) if right.scope} == set(SCOPES)
    assert {right.scope for right in OPERATIONS.values() if right} == set(SCOPES)


def test_a_role_that_sees_no_people_sees_them_nowhere():
    """A police data officer sends arrests and looks at their quality."""
    browsing = {name for name, right in READINGS.items() if right.allows_role("police_data_officer", is_manager=False)}
    assert browsing == {
        "directory",
        "programme",
        "prevention_plan",
        "campaign",
        "community_event",
        "survey",
        "course",
        "certificate",
        "resource",
        "funding_call",
        "notice",
        "notification",
        "feed",
        "figure",
        "upload",
    }
