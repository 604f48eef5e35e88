from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MetricsConfig(AppConfig):
    name = "metrics"
    verbose_name = _("Metrics")

    def ready(self) -> None:
        from metrics.cohorts.models import Cohort
        from metrics.comparison import pages as _pages  # noqa: F401 — importing registers its pictures and files
        from metrics.permissions import COHORTS, FIGURES
        from metrics.runs import handlers as _handlers  # noqa: F401 — importing registers them
        from metrics.trends.models import Intervention
        from partnership.audit_trail import history

        history.register("cohort", Cohort, sees=COHORTS, address="cohort_edit")
        history.register("intervention", Intervention, sees=FIGURES, address="intervention")
