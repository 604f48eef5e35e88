"""How news call a report of a mediation: by its number and the other party, never by the person."""

from __future__ import annotations

from partnership.isolation.acting import Acting
from partnership.pages.about import names
from referrals.handover.naming import other_party
from referrals.mediation.models import MediationReport


@names("mediation_report")
def named_reports(acting: Acting, numbers: set[int]) -> dict[int, str]:
    """The number of each, and the other party."""
    seen = MediationReport.objects.seen_by(acting).filter(pk__in=numbers).select_related("from_partner", "to_partner")
    return {report.pk: f"{report} · {other_party(report, acting)}" for report in seen}
