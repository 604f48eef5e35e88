from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = _("Programmes")

    def ready(self) -> None:
        from partnership.api import codes
        from partnership.audit_trail import history
        from programs.catalogue import briefing as _briefing  # noqa: F401 — importing registers it
        from programs.catalogue.models import LANGUAGES, Programme, ReferralKind
        from programs.contacts.models import ServicePoint
        from programs.lessons import events as _lesson_events  # noqa: F401
        from programs.lessons.models import Lesson, LessonPlan
        from programs.locations.models import Location
        from programs.notices import briefing as _notices_briefing  # noqa: F401
        from programs.notices import events as _notice_events  # noqa: F401
        from programs.notices.models import Notice
        from programs.permissions import (
            CERTIFICATES,
            CONTACTS,
            COURSE_SHEETS,
            COURSES,
            LESSONS,
            NOTICES,
            PREVENTION_PLANS,
            PROGRAMMES,
        )
        from programs.standards import briefing as _plans_briefing  # noqa: F401
        from programs.standards import events as _plan_events  # noqa: F401
        from programs.standards.models import PlanAdvice, PreventionPlan
        from programs.training import events as _training_events  # noqa: F401
        from programs.training.models import (
            Certificate,
            Course,
            CourseAttendance,
            CourseSession,
            Qualification,
            Requirement,
        )

        codes.CODES |= {
            "referral_kind": ReferralKind.choices,
            "programme_kind": Programme.Kind.choices,
            "language": list(LANGUAGES.items()),
            "programme_capacity": Programme.Capacity.choices,
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
        history.register("qualification", Qualification, sees=CERTIFICATES, also=(Requirement,))
        history.register("notice", Notice, sees=NOTICES, address="notice")
        history.register("service_point", ServicePoint, sees=CONTACTS)
