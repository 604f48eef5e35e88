"""About whom: people, their consents and enrolments at NGOs; arrests at police units; the files these come from.

Every row has one owning partner (`partner`), or two parties (`from_partner`, `to_partner`) where it is shared.
"""

from cases.models.arrests import Arrest, Feed, Offence, OffenceGroup
from cases.models.imports import DataImport, ImportChunk, ImportMapping, ImportProblem, ImportRow
from cases.models.overdoses import OverdoseCount
from cases.models.people import ADULT_AGE, Consent, Enrolment, Goal, Note, Person, Session, Sex, Substance, age_on

__all__ = [
    "ADULT_AGE",
    "Arrest",
    "Consent",
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
    "Session",
    "Sex",
    "Substance",
    "age_on",
]
