from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = _("Programmes")

    def ready(self) -> None:
        from partnership.api import codes
        from partnership.audit_trail import history
        from programs.campaigns.models import Campaign, CampaignAction
        from programs.catalogue import briefing as _briefing  # noqa: F401 — importing registers it
        from programs.catalogue.models import LANGUAGES, Programme, ReferralKind
        from programs.contacts.models import ServicePoint
        from programs.employers.models import Employer, WorkOffer
        from programs.events import events as _community_events  # noqa: F401
        from programs.events.models import CommunityEvent, EventPromise
        from programs.funding import briefing as _funding_briefing  # noqa: F401
        from programs.funding import events as _funding_events  # noqa: F401
        from programs.funding.models import CallInterest, FundingCall, JointApplication
        from programs.grants import events as _grant_events  # noqa: F401
        from programs.grants.models import (
            Allocation,
            Category,
            CostKey,
            CostShare,
            Currency,
            Grant,
            ReportDay,
            Spending,
        )
        from programs.lessons import events as _lesson_events  # noqa: F401
        from programs.lessons.models import Lesson, LessonPlan
        from programs.library import briefing as _library_briefing  # noqa: F401
        from programs.library import events as _library_events  # noqa: F401
        from programs.library.licences import LICENCES
        from programs.library.models import Resource, ResourceVersion
        from programs.locations.models import Location
        from programs.notices import briefing as _notices_briefing  # noqa: F401
        from programs.notices import events as _notice_events  # noqa: F401
        from programs.notices.models import Notice
        from programs.permissions import (
            APPLICATIONS,
            CALLS,
            CAMPAIGNS,
            CERTIFICATES,
            CONTACTS,
            COURSE_SHEETS,
            COURSES,
            EMPLOYERS,
            EVENTS,
            GRANTS,
            LESSONS,
            NOTICES,
            PREVENTION_PLANS,
            PROGRAMMES,
            RESOURCES,
            SURVEYS,
        )
        from programs.standards import briefing as _plans_briefing  # noqa: F401
        from programs.standards import events as _plan_events  # noqa: F401
        from programs.standards.models import PlanAdvice, PreventionPlan
        from programs.standards.practices import CHOICES as PRACTICES
        from programs.standards.practices import Verdict
        from programs.surveys.models import Question, Survey, Wave
        from programs.tips import events as _tip_events  # noqa: F401
        from programs.tips.models import Tip
        from programs.training import events as _training_events  # noqa: F401
        from programs.training.models import (
            Certificate,
            Course,
            CourseAttendance,
            CourseSession,
            Qualification,
            Requirement,
        )
        from programs.training.topics import CHOICES as TOPICS

        codes.CODES |= {
            "campaign_audience": Campaign.Audience.choices,
            "campaign_action_kind": CampaignAction.Kind.choices,
            "grant_state": Grant.State.choices,
            "spending_category": Category.choices,
            "referral_kind": ReferralKind.choices,
            "programme_kind": Programme.Kind.choices,
            "language": list(LANGUAGES.items()),
            "programme_capacity": Programme.Capacity.choices,
            "work_offer_kind": WorkOffer.Kind.choices,
            "work_offer_asks": WorkOffer.Asks.choices,
            "tip_kind": Tip.Kind.choices,
            "currency": Currency.choices,
            "resource_kind": Resource.Kind.choices,
            "audience": Resource.Audience.choices,
            "licence": [(code, licence.label) for code, licence in LICENCES.items()],
            "course_audience": Course.Audience.choices,
            "course_topic": TOPICS,
            "course_place_state": CourseAttendance.State.choices,
            "lesson_state": Lesson.State.choices,
            "notice_kind": Notice.Kind.choices,
            "notice_substance": Notice.Substance.choices,
            "notice_severity": Notice.Severity.choices,
            "notice_reliability": Notice.Reliability.choices,
            "notice_credibility": Notice.Credibility.choices,
            "notice_tlp": Notice.Tlp.choices,
            "notice_state": Notice.State.choices,
            "evidence": Verdict.choices,
            "prevention_level": PreventionPlan.Level.choices,
            "prevention_practice": PRACTICES,
            "prevention_deliverer": PreventionPlan.Deliverer.choices,
            "prevention_evaluation": PreventionPlan.Evaluation.choices,
            "prevention_plan_state": PreventionPlan.State.choices,
            "advice_severity": PlanAdvice.Severity.choices,
            "funding_theme": FundingCall.Theme.choices,
            "application_part": CallInterest.Part.choices,
        }
        history.register("programme", Programme, sees=PROGRAMMES, address="programme", also=(Location,))
        history.register(
            "prevention_plan", PreventionPlan, sees=PREVENTION_PLANS, address="prevention_plan", also=(PlanAdvice,)
        )
        history.register("course", Course, sees=COURSES, address="course", also=(CourseSession,))
        history.register(
            "course_day", CourseSession, sees=COURSE_SHEETS, address="course_sheet", also=(CourseAttendance,)
        )
        history.register("certificate", Certificate, sees=CERTIFICATES)
        history.register("lesson", Lesson, sees=LESSONS, address="lesson")
        history.register("lesson_plan", LessonPlan, sees=LESSONS, address="lesson_plan")
        history.register(
            "community_event", CommunityEvent, sees=EVENTS, address="community_event", also=(EventPromise,)
        )
        history.register("survey", Survey, sees=SURVEYS, address="survey", also=(Question, Wave))
        history.register("campaign", Campaign, sees=CAMPAIGNS, address="campaign", also=(CampaignAction,))
        history.register("grant", Grant, sees=GRANTS, address="grant", also=(ReportDay, Allocation))
        history.register("spending", Spending, sees=GRANTS)
        history.register("cost_key", CostKey, sees=GRANTS, also=(CostShare,))
        history.register("qualification", Qualification, sees=CERTIFICATES, also=(Requirement,))
        history.register("resource", Resource, sees=RESOURCES, address="resource", also=(ResourceVersion,))
        history.register("funding_call", FundingCall, sees=CALLS, address="funding_call", also=(CallInterest,))
        history.register("joint_application", JointApplication, sees=APPLICATIONS, address="joint_application")
        history.register("employer", Employer, sees=EMPLOYERS, address="employer")
        history.register("work_offer", WorkOffer, sees=EMPLOYERS)
        history.register("notice", Notice, sees=NOTICES, address="notice")
        history.register("service_point", ServicePoint, sees=CONTACTS)
