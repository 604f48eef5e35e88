"""Where Django looks for this app's models: each stands in the room that it belongs to."""

from metrics.anchor_figures.models import AnchorResult
from metrics.cohorts.models import Cohort, CohortPermit, CohortUse
from metrics.comparison.models import ComparisonResult
from metrics.custody_figures.models import ReleaseResult
from metrics.evidence.models import Claim, PublicEvidence
from metrics.follow_up.models import FollowUp, Link, Touched
from metrics.gaps.models import GapResult
from metrics.linkage.models import NameCount, Pair, Unlinked
from metrics.placement_figures.models import PlacementResult
from metrics.quality.models import FeedQuality, LinkQuality
from metrics.recidivism.models import CareResult, PopulationResult, RecidivismResult, SurvivalResult
from metrics.referral_figures.models import ReferralResult
from metrics.runs.models import Run
from metrics.score_changes.models import ScoreChange
from metrics.trends.models import ArrestTrendResult, Intervention, TrendChange
from metrics.uptake.models import UptakeResult

__all__ = [
    "AnchorResult",
    "ArrestTrendResult",
    "CareResult",
    "Claim",
    "Cohort",
    "CohortPermit",
    "CohortUse",
    "ComparisonResult",
    "FeedQuality",
    "FollowUp",
    "GapResult",
    "Intervention",
    "Link",
    "LinkQuality",
    "NameCount",
    "Pair",
    "PlacementResult",
    "PopulationResult",
    "PublicEvidence",
    "RecidivismResult",
    "ReferralResult",
    "ReleaseResult",
    "Run",
    "ScoreChange",
    "SurvivalResult",
    "Touched",
    "TrendChange",
    "Unlinked",
    "UptakeResult",
]
