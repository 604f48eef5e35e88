"""Where Django looks for this app's models: each stands in the room that it belongs to."""

from programs.campaigns.models import Campaign, CampaignAction
from programs.catalogue.models import Programme
from programs.contacts.models import Contact, ServicePoint
from programs.employers.models import Employer, WorkOffer
from programs.events.models import CommunityEvent, EventPromise
from programs.funding.models import CallInterest, FundingCall, JointApplication
from programs.grants.models import Allocation, CostKey, CostShare, Grant, ReportDay, Spending
from programs.lessons.models import Lesson, LessonFeedback, LessonPlan
from programs.library.models import LibraryVisit, Resource, ResourceFile, ResourceUse, ResourceVersion
from programs.locations.models import Location, OpeningHours
from programs.notices.models import Notice, NoticeRecipient, NoticeReply
from programs.standards.models import PlanAdvice, PreventionPlan
from programs.surveys.models import Question, Survey, SurveyAnswer, SurveyCode, SurveyFigure, SurveyText, Wave
from programs.tips.models import Tip
from programs.training.models import Certificate, Course, CourseAttendance, CourseSession, Qualification, Requirement

__all__ = [
    "Allocation", "CallInterest", "Campaign", "CampaignAction", "Certificate", "CommunityEvent", "Contact", "CostKey",
    "CostShare", "Course", "CourseAttendance", "CourseSession", "Employer", "EventPromise", "FundingCall", "Grant", "JointApplication",
    "Lesson", "LessonFeedback", "LessonPlan", "LibraryVisit", "Location", "Notice", "NoticeRecipient", "NoticeReply",
    "OpeningHours", "PlanAdvice", "PreventionPlan", "Programme", "Qualification", "Question", "ReportDay", "Requirement",
    "Resource", "ResourceFile", "ResourceUse", "ResourceVersion", "ServicePoint", "Spending", "Survey", "SurveyAnswer",
    "SurveyCode", "SurveyFigure", "SurveyText", "Tip", "Wave", "WorkOffer",
]  # fmt: skip
