"""Jobs of imports."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.imports import actions as imports
from cases.imports.checking import check
from cases.imports.loading import load
from cases.imports.models import KINDS_BY_PARTNER, DataImport
from cases.imports.taking_back import take_back
from partnership.events.job_queue import HARD, SOFTLY, alone
from partnership.isolation.acting import acting_for
from partnership.isolation.errors import RuleError
from partnership.members.models import Partner

log = logging.getLogger(__name__)
STALLED_AFTER = timedelta(minutes=3)
LOCK_SPACE = 7001
"""First key of the advisory locks, so that other uses of advisory locks don't meet these."""


@shared_task(soft_time_limit=SOFTLY, time_limit=HARD)
def run_import(import_id: int, partner_id: int) -> None:
    """Checks, loads or takes back, as the import's state says. Delivered twice, the second finds nothing to do."""
    with alone((LOCK_SPACE, import_id)) as is_alone:
        if not is_alone:
            return
        with acting_for(partner_id, role="worker"):
            data_import = DataImport.objects.get(pk=import_id)
            kind_of_partner = Partner.objects.values_list("kind", flat=True).get(pk=partner_id)
        try:
            # Pages write the row; a job may write populations and arrests for whoever says that they bring them.
            if data_import.kind != KINDS_BY_PARTNER[kind_of_partner]:
                raise RuleError(_("Your partner does not upload data of this kind."))
            if data_import.state == DataImport.State.CHECKING:
                check(data_import=data_import)
            # A check that found nothing wrong may go on to the load at once.
            if data_import.state == DataImport.State.LOADING:
                load(data_import=data_import)
            if data_import.state == DataImport.State.TAKING_BACK:
                take_back(data_import=data_import)
        except Exception as error:
            log.exception("Import %s failed", import_id)
            with acting_for(partner_id, role="worker"):
                message = str(error) if isinstance(error, RuleError) else type(error).__name__
                imports.fail(data_import=data_import, error=message)


@shared_task
def resume_stalled_imports() -> None:
    """Starts again what a dead worker left: imports under way that no one has touched for a while."""
    stalled = DataImport.objects.filter(
        state__in=[DataImport.State.CHECKING, DataImport.State.LOADING, DataImport.State.TAKING_BACK],
        changed_at__lt=timezone.now() - STALLED_AFTER,
    )
    for pk, partner_id in stalled.values_list("pk", "partner_id"):
        run_import.delay(pk, partner_id)
