"""Jobs of imports."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, OperationalError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases.imports import actions as imports
from cases.imports.checking import check
from cases.imports.loading import load
from cases.imports.models import KINDS_BY_PARTNER, DataImport
from cases.imports.taking_back import take_back
from partnership.events.job_queue import HARD, SOFTLY, alone, ask_for
from partnership.isolation.acting import acting_for
from partnership.isolation.errors import RuleError
from partnership.members.models import Partner, User

log = logging.getLogger(__name__)
STALLED_AFTER = timedelta(minutes=3)
LOCK_SPACE, WRITING_SPACE = 7001, 7004
"""First keys of the advisory locks, of one import and of what a partner's imports write, so that other uses of advisory locks don't
meet these."""


@shared_task(soft_time_limit=SOFTLY, time_limit=HARD)
def run_import(import_id: int, partner_id: int) -> None:
    """Checks, loads or takes back, as the import's state says. Delivered twice, the second finds nothing to do."""
    with alone((LOCK_SPACE, import_id)) as is_alone:
        if not is_alone:
            return
        with acting_for(partner_id, role="worker"):
            data_import = DataImport.objects.get(pk=import_id)
            kind_of_partner = Partner.objects.values_list("kind", flat=True).get(pk=partner_id)
            language = User.objects.values_list("language", flat=True).get(pk=data_import.created_by_id)
        with translation.override(language):  # whoever sent the file reads what is wrong with it
            try:
                # Pages write the row; a job may write populations and arrests for whoever says that they bring them.
                if data_import.kind != KINDS_BY_PARTNER[kind_of_partner]:
                    raise RuleError(_("Your partner does not upload data of this kind."))
                if data_import.state == DataImport.State.CHECKING:
                    check(data_import=data_import)
                # A check that found nothing wrong may go on to the load at once.
                if data_import.state in WRITING:
                    _write(data_import)
            except Exception as error:
                log.exception("Import %s failed", import_id)
                with acting_for(partner_id, role="worker"):
                    imports.fail(data_import=data_import, error=_told(error))


WRITING = (DataImport.State.LOADING, DataImport.State.TAKING_BACK)


def _write(data_import: DataImport) -> None:
    """Loads or takes back. Of a partner's imports one at a time does: two files with the same arrests would each add them. One that
    finds another at work waits, and is asked for when that has ended, well or not."""
    is_first = False
    try:
        with alone((WRITING_SPACE, data_import.partner_id)) as is_first:
            if is_first and data_import.state == DataImport.State.LOADING:
                load(data_import=data_import)
            elif is_first:
                take_back(data_import=data_import)
    finally:
        if is_first:
            _ask_for_waiting(data_import)


def _ask_for_waiting(data_import: DataImport) -> None:
    partner_id = data_import.partner_id
    with acting_for(partner_id, role="worker"):
        waiting = DataImport.objects.filter(partner=partner_id, state__in=WRITING).exclude(pk=data_import.pk)
        pks = list(waiting.order_by("changed_at").values_list("pk", flat=True))
    for pk in pks:
        ask_for(run_import, pk, partner_id)


def _told(error: Exception) -> str:
    """What the page says of an import that failed: what is wrong, and what to do."""
    if isinstance(error, RuleError):
        return str(error)
    if isinstance(error, SoftTimeLimitExceeded):
        return _("This file takes longer than two hours. Divide it, and send each part as an import of its own.")
    if isinstance(error, (IntegrityError, OperationalError)):
        return _("Others were changing the same records. Start again; what was loaded already is not loaded twice.")
    return _(
        "This is the portal’s mistake, not your file’s. Start again; if it fails again, tell your administrator this word: %(word)s."
    ) % {"word": type(error).__name__}


@shared_task
def resume_stalled_imports() -> None:
    """Starts again what a dead worker left: imports under way that no one has touched for a while."""
    stalled = DataImport.objects.filter(
        state__in=[DataImport.State.CHECKING, DataImport.State.LOADING, DataImport.State.TAKING_BACK],
        changed_at__lt=timezone.now() - STALLED_AFTER,
    )
    for pk, partner_id in stalled.values_list("pk", "partner_id"):
        run_import.delay(pk, partner_id)
