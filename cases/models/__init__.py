"""About whom: people, their consents and enrolments at NGOs; arrests at police units; the files these come from.

Every row has one owning partner (`partner`), or two parties (`from_partner`, `to_partner`) where it is shared.
"""

from cases.models.arrests import Arrest, Feed, Offence, OffenceGroup
from cases.models.imports import DataImport, ImportChunk, ImportMapping, ImportProblem, ImportRow
from cases.models.overdoses import OverdoseCount
from cases.models.people import (
    ADULT_AGE,
    Consent,
    ConsentPaper,
    Enrolment,
    Goal,
    Note,
    Person,
    Session,
    Sex,
    Substance,
    age_on,
)
from cases.models.rights import RequestWords, RetentionCount, SubjectRequest
from cases.models.work import HIGHER_IS_BETTER, HIGHEST, Appointment, Assessment, CalendarFeed, Task

__all__ = [
    "ADULT_AGE",
    "HIGHER_IS_BETTER",
    "HIGHEST",
    "Appointment",
    "Arrest",
    "Assessment",
    "CalendarFeed",
    "Consent",
    "ConsentPaper",
    "DataImport",
    "Enrolment",
    "Feed",
    "Goal",
    "ImportChunk",
    "ImportMapping",
    "ImportProblem",
    "ImportRow",
    "Note",
    "Offence",
    "OffenceGroup",
    "OverdoseCount",
    "Person",
    "RequestWords",
    "RetentionCount",
    "Session",
    "Sex",
    "SubjectRequest",
    "Substance",
    "Task",
    "age_on",
]
