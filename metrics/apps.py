from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MetricsConfig(AppConfig):
    name = "metrics"
    verbose_name = _("Metrics")

    def ready(self) -> None:
        from metrics.cohorts.models import Cohort
        from metrics.comparison import briefing as _effects  # noqa: F401 — importing registers what the first page says
        from metrics.comparison import pages as _pages  # noqa: F401 — importing registers its pictures and files
        from metrics.permissions import COHORTS, FIGURES
        from metrics.quality import briefing as _quality  # noqa: F401
        from metrics.referral_figures import briefing as _referrals  # noqa: F401
        from metrics.runs import briefing as _runs  # noqa: F401
        from metrics.runs import handlers as _handlers  # noqa: F401 — importing registers them
        from metrics.trends import briefing as _trends  # noqa: F401
        from metrics.trends.models import Intervention
        from partnership.audit_trail import history

        history.register("cohort", Cohort, sees=COHORTS, address="cohort_edit")
        history.register("intervention", Intervention, sees=FIGURES, address="intervention")
