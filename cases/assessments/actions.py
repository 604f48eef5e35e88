"""What can be done with assessments: recording a score."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.assessments.models import HIGHEST, Assessment
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid
from partnership.members.models import CASEWORK_ROLES

# --- Assessments -------------------------------------------------------------------------------------------------------------


@action("assessment.record", roles=CASEWORK_ROLES, party=Party.OWNER, scope="enrolments:write")
def record_assessment(*, by: Acting, enrolment: Enrolment, instrument: str, score: int, held_on: date) -> Assessment:
    """Records the total score of an instrument. Raises Invalid for a score outside its range or a second one of the day."""
    enrolments.open_enrolment(enrolment)
    check_score(instrument, score, held_on)
    try:
        with transaction.atomic():
            return Assessment.objects.create(
                partner=by.partner,
                enrolment=enrolment,
                instrument=instrument,
                score=score,
                held_on=held_on,
                recorded_by=by.user,
            )
    except IntegrityError as error:
        if "assessed_once_a_day" in str(error):
            raise Invalid("held_on", _("This instrument was recorded for that day already.")) from error
        raise


def check_score(instrument: str, score: int, held_on: date) -> None:
    """Raises Invalid for a score outside the instrument's range, or a day to come."""
    if not 0 <= score <= HIGHEST[instrument]:
        raise Invalid("score", _("The total score lies between 0 and %(most)s.") % {"most": HIGHEST[instrument]})
    if held_on > timezone.localdate():
        raise Invalid("held_on", _("The date lies in the future."))
