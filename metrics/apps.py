from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MetricsConfig(AppConfig):
    name = "metrics"
    verbose_name = _("Metrics")

    def ready(self) -> None:
        from metrics.anchor_figures import pages as _anchor_pages  # noqa: F401 — registers its file
        from metrics.cohorts import selection
        from metrics.cohorts.models import Cohort, WaitsFor
        from metrics.comparison import briefing as _effects  # noqa: F401 — importing registers what the first page says
        from metrics.comparison import pages as _pages  # noqa: F401 — importing registers its pictures and files
        from metrics.comparison.models import ComparisonResult
        from metrics.custody_figures import pages as _custody_pages  # noqa: F401 — registers its file
        from metrics.evidence import briefing as _evidence  # noqa: F401
        from metrics.evidence.models import Claim, PublicEvidence
        from metrics.gaps import pages as _gap_pages  # noqa: F401 — registers its file
        from metrics.permissions import COHORTS, FIGURES
        from metrics.placement_figures import pages as _placement_pages  # noqa: F401 — registers its file
        from metrics.quality import briefing as _quality  # noqa: F401
        from metrics.recidivism.models import Offences
        from metrics.referral_figures import briefing as _referrals  # noqa: F401
        from metrics.runs import briefing as _runs  # noqa: F401
        from metrics.runs import handlers as _handlers  # noqa: F401 — importing registers them
        from metrics.runs.models import Run, Withheld
        from metrics.score_changes import pages as _score_pages  # noqa: F401 — registers its file
        from metrics.trends import beside as _beside  # noqa: F401
        from metrics.trends import briefing as _trends  # noqa: F401
        from metrics.trends.models import ArrestTrendResult, Intervention, TrendChange
        from metrics.uptake import briefing as _uptake  # noqa: F401
        from metrics.uptake import pages as _uptake_pages  # noqa: F401 — registers its file
        from metrics.uptake.models import UptakeResult
        from partnership.api import codes
        from partnership.audit_trail import history

        codes.CODES |= {
            "claim_measure": Claim.Measure.choices,
            "cohort_age": selection.AgeBand.choices,
            "cohort_history": selection.History.choices,
            "cohort_index": selection.INDEX_CHOICES,
            "cohort_waits_for": WaitsFor.choices,
            "comparison_group": ComparisonResult.Group.choices,
            "comparison_refusal": ComparisonResult.Refusal.choices,
            "comparison_verdict": ComparisonResult.Verdict.choices,
            "rearrest_offences": Offences.choices,
            "run_state": Run.State.choices,
            "trend_change_kind": TrendChange.Kind.choices,
            "trend_change_verdict": TrendChange.Verdict.choices,
            "trend_group": ArrestTrendResult.Group.choices,
            "uptake_by": UptakeResult.By.choices,
            "withheld": Withheld.choices,
        }

        history.register("cohort", Cohort, sees=COHORTS, address="cohort_edit")
        history.register("claim", Claim, sees=FIGURES, address="claim_edit")
        history.register("public_evidence", PublicEvidence, sees=FIGURES, address="evidence_preview")
        history.register("intervention", Intervention, sees=FIGURES, address="intervention")
