"""Where Django looks for this app's models: each stands in the room that it belongs to."""

from cases.arrests.models import Arrest, Feed, Offence
from cases.assessments.models import Assessment
from cases.consents.models import Consent, ConsentPaper
from cases.custody.models import Release, ReleaseContact
from cases.enrolments.models import Enrolment, Goal, Note, Session
from cases.families.models import FamilyConsent, FamilyPresence, FamilySession, GroupMeeting, ParentingGroup
from cases.fellowships.models import Fellowship, Milestone, Stipend, StipendApproval, StipendRule, Touchpoint
from cases.imports.models import (
    DataImport,
    ImportBefore,
    ImportChunk,
    ImportMapping,
    ImportPerson,
    ImportProblem,
    ImportRow,
    ImportTrace,
)
from cases.legal.models import Disposal, Hearing, Matter, MatterNote
from cases.mentoring.models import Mentor, MentorContact, MentorPair
from cases.messages.models import ContactWish, Reminder
from cases.my_page.models import AppointmentAnswer, Card
from cases.openings.models import RecordOpening
from cases.overdoses.models import OverdoseCount
from cases.people.models import Person
from cases.phases.models import Phase, PhaseStay, Response, Review
from cases.placements.models import Placement
from cases.places.models import Bed, Situation, Stay
from cases.planning.models import Appointment, CalendarFeed, Task
from cases.plans.models import Plan, Step
from cases.protection.models import PoliceNotice, ProtectedReferral, ProtectionGrant, SafeContact, Screen
from cases.relations.models import Relation
from cases.rights.models import PrivacyNotice, RequestWords, RetentionCount, SubjectRequest
from cases.team.models import TeamItem, TeamMember

__all__ = [
    "Appointment",
    "AppointmentAnswer",
    "Arrest",
    "Assessment",
    "Bed",
    "CalendarFeed",
    "Card",
    "Consent",
    "ConsentPaper",
    "ContactWish",
    "DataImport",
    "Disposal",
    "Enrolment",
    "FamilyConsent",
    "FamilyPresence",
    "FamilySession",
    "Feed",
    "Fellowship",
    "Goal",
    "GroupMeeting",
    "Hearing",
    "ImportBefore",
    "ImportChunk",
    "ImportMapping",
    "ImportPerson",
    "ImportProblem",
    "ImportRow",
    "ImportTrace",
    "Matter",
    "MatterNote",
    "Mentor",
    "MentorContact",
    "MentorPair",
    "Milestone",
    "Note",
    "Offence",
    "OverdoseCount",
    "ParentingGroup",
    "Person",
    "Phase",
    "PhaseStay",
    "Placement",
    "Plan",
    "PoliceNotice",
    "PrivacyNotice",
    "ProtectedReferral",
    "ProtectionGrant",
    "RecordOpening",
    "Relation",
    "Release",
    "ReleaseContact",
    "Reminder",
    "RequestWords",
    "Response",
    "RetentionCount",
    "Review",
    "SafeContact",
    "Screen",
    "Session",
    "Situation",
    "Stay",
    "Step",
    "Stipend",
    "StipendApproval",
    "StipendRule",
    "SubjectRequest",
    "Task",
    "TeamItem",
    "TeamMember",
    "Touchpoint",
]
