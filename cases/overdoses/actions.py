"""What can be done with counts of overdoses: saying one."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.overdoses import events
from cases.overdoses.models import OverdoseCount
from partnership.actions import action
from partnership.events.outbox import announce
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange
from partnership.members.models import CASEWORK_ROLES, District, Role


@action("overdoses.count", roles=(*CASEWORK_ROLES, Role.COORDINATOR), event="overdoses.counted")
def count_overdoses(*, by: Acting, district: District, month: date, fatal: int, non_fatal: int) -> OverdoseCount:
    """Says how many overdoses the acting partner counted in a district in a month; said again, it replaces the count."""
    month = month.replace(day=1)
    if month > timezone.localdate():
        raise DateOutOfRange(_("The month lies in the future."))
    count, _is_new = OverdoseCount.objects.update_or_create(
        partner=by.partner,
        district=district,
        month=month,
        defaults={"fatal": fatal, "non_fatal": non_fatal, "changed_at": timezone.now()},
    )
    announce(events.COUNTED, f"overdoses:{count.pk}:{timezone.now().isoformat()}")
    return count
