"""Where Django looks for this app's models: each stands in the room that it belongs to."""

from programs.catalogue.models import Programme
from programs.contacts.models import Contact, ServicePoint
from programs.lessons.models import Lesson, LessonFeedback, LessonPlan
from programs.locations.models import Location, OpeningHours
from programs.notices.models import Notice, NoticeRecipient, NoticeReply
from programs.standards.models import PlanAdvice, PreventionPlan
from programs.training.models import Certificate, Course, CourseAttendance, CourseSession, Qualification, Requirement

__all__ = [
    "Certificate", "Contact", "Course", "CourseAttendance", "CourseSession", "Lesson", "LessonFeedback", "LessonPlan", "Location",
    "Notice", "NoticeRecipient", "NoticeReply", "OpeningHours", "PlanAdvice", "PreventionPlan", "Programme", "Qualification", "Requirement", "ServicePoint",
]  # fmt: skip
