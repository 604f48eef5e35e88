"""What came of it: follow-up rows, cohorts, runs and their results. Results are aggregates, suppressed before they are stored:
what is withheld is nowhere."""

from metrics.models.cohorts import Cohort, Intervention
from metrics.models.followup import FollowUp, Link, Touched
from metrics.models.results import (
    ArrestTrendResult,
    CareResult,
    ComparisonResult,
    FeedQuality,
    LinkQuality,
    Offences,
    RecidivismResult,
    ReferralResult,
    Run,
    SurvivalResult,
    TrendChange,
    Withheld,
)

__all__ = [
    "ArrestTrendResult",
    "CareResult",
    "Cohort",
    "ComparisonResult",
    "FeedQuality",
    "FollowUp",
    "Intervention",
    "Link",
    "LinkQuality",
    "Offences",
    "RecidivismResult",
    "ReferralResult",
    "Run",
    "SurvivalResult",
    "Touched",
    "TrendChange",
    "Withheld",
]
