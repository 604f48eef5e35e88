"""All addresses of the API, version 1: one list of what it offers."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from cases.arrests.api import ArrestView, FeedView
from cases.assessments.api import AssessmentView
from cases.enrolments.api import EnrolmentView, SessionView
from cases.imports.api import UploadView
from cases.people.api import PersonView
from cases.phases.api import PhaseStayView, PhaseView, ResponseView, ReviewView
from cases.placements.api import PlacementView
from cases.places.api import BedView, StayView
from cases.planning.api import AppointmentView
from cases.plans.api import GoalView, PlanView, StepView
from cases.team.api import TeamItemView, TeamMemberView
from metrics.cohorts.api import CohortView
from metrics.comparison.api import ComparisonView
from metrics.gaps.api import GapResultView
from metrics.quality.api import FeedQualityView
from metrics.recidivism.api import CareView, RecidivismView, SurvivalView
from metrics.referral_figures.api import ReferralResultView
from metrics.runs.api import RunView
from metrics.score_changes.api import ScoreChangeView
from metrics.trends.api import TrendChangeView, TrendView
from metrics.uptake.api import UptakeResultView
from partnership.agreements.api import AgreementView
from partnership.api import about, reader, tokens
from partnership.integrations.api import WebhookView
from partnership.members.api import DistrictView, PartnerView, PopulationView
from partnership.notifications.api import NotificationView
from programs.campaigns.api import CampaignActionView, CampaignView
from programs.catalogue.api import ProgrammeView
from programs.employers.api import WorkOfferView
from programs.funding.api import FundingCallView
from programs.grants.api import AllocationView, GrantView, SpendingView
from programs.lessons.api import LessonPlanView, LessonView
from programs.library.api import ResourceVersionView, ResourceView
from programs.locations.api import LocationView
from programs.notices.api import NoticeView
from programs.standards.api import PreventionPlanView
from programs.training.api import CertificateView, CourseDayView, CoursePlaceView, CourseView, QualificationView
from referrals.anchor.api import AnchorCaseView, AnchorMeetingView, AnchorStepView
from referrals.diversions.api import DiversionView
from referrals.end_reports.api import EndReportView
from referrals.handover.api import ReferralExport, ReferralView
from referrals.statements.api import StatementView
from referrals.welfare.api import WelfareView

router = SimpleRouter(trailing_slash=False)
for address, view in {
    "partners": PartnerView,
    "districts": DistrictView,
    "populations": PopulationView,
    "agreements": AgreementView,
    "notifications": NotificationView,
    "webhooks": WebhookView,
    "programmes": ProgrammeView,
    "locations": LocationView,
    "grants": GrantView,
    "grant-allocations": AllocationView,
    "grant-spending": SpendingView,
    "resources": ResourceView,
    "resource-versions": ResourceVersionView,
    "funding-calls": FundingCallView,
    "prevention-plans": PreventionPlanView,
    "qualifications": QualificationView,
    "courses": CourseView,
    "course-days": CourseDayView,
    "course-places": CoursePlaceView,
    "certificates": CertificateView,
    "lesson-plans": LessonPlanView,
    "lessons": LessonView,
    "notices": NoticeView,
    "campaigns": CampaignView,
    "campaign-actions": CampaignActionView,
    "persons": PersonView,
    "enrolments": EnrolmentView,
    "sessions": SessionView,
    "assessments": AssessmentView,
    "plans": PlanView,
    "goals": GoalView,
    "steps": StepView,
    "appointments": AppointmentView,
    "team-members": TeamMemberView,
    "team-items": TeamItemView,
    "phases": PhaseView,
    "phase-stays": PhaseStayView,
    "reviews": ReviewView,
    "responses": ResponseView,
    "beds": BedView,
    "stays": StayView,
    "work-offers": WorkOfferView,
    "placements": PlacementView,
    "arrests": ArrestView,
    "feeds": FeedView,
    "uploads": UploadView,
    "referrals": ReferralView,
    "diversions": DiversionView,
    "statements": StatementView,
    "end-reports": EndReportView,
    "welfare-notices": WelfareView,
    "anchor-cases": AnchorCaseView,
    "anchor-meetings": AnchorMeetingView,
    "anchor-steps": AnchorStepView,
    "runs": RunView,
    "cohorts": CohortView,
}.items():
    router.register(address, view, basename=f"api-{address.removesuffix('s')}")
for result in (
    RecidivismView, SurvivalView, CareView, ScoreChangeView, ComparisonView, TrendView, TrendChangeView, ReferralResultView,
    FeedQualityView, UptakeResultView, GapResultView,
):  # fmt: skip
    router.register(f"results/{result.path}", result, basename=f"api-{result.operation}")

urlpatterns = [
    path("", about.IndexView.as_view({"get": "show"}), name="api-index"),
    path("openapi.json", about.openapi, name="openapi"),
    path("docs", reader.reader, name="api-docs"),
    path("guides", reader.guide_page, name="api-guides"),
    path("guides/<slug:name>", reader.guide_page, name="api-guide"),
    path("asyncapi.json", about.events, name="asyncapi"),
    path("problems", about.ProblemsView.as_view({"get": "show"}), name="api-problems"),
    path("problems/<slug:name>", about.ProblemsView.as_view({"get": "one"}), name="api-problem"),
    path("codes", about.CodesView.as_view({"get": "show"}), name="api-codes"),
    path("oauth/token", tokens.token, name="oauth-token"),
    path("oauth/revoke", tokens.revoke, name="oauth-revoke"),
    *router.urls,
    path("", include("programs.catalogue.hsds")),
    path("", include("cases.enrolments.exports")),
    path("", include("cases.arrests.exports")),
    path("exports/referrals", ReferralExport.as_view({"get": "export"}), name="export-referrals"),
    path("", include("referrals.fhir.api")),
]
