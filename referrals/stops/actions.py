"""What can be done with stop signs on diversions: raising one, taking it down."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from partnership.members.models import CASEWORK_ROLES, Role
from referrals.diversions.models import DiversionAgreement
from referrals.stops import events
from referrals.stops.models import StopSign


class SignStands(RuleError):
    """A stop sign stands on this diversion already, or it is decided, or not sent yet. There is nothing to raise."""

    code = "sign_stands"
    status = 409


@action("stop_sign.raise", roles=CASEWORK_ROLES, party=Party.RECEIVER, event="stop_sign.raised")
def raise_sign(*, by: Acting, diversion: DiversionAgreement) -> StopSign:
    """Asks the unit that diverted somebody to call before it goes on, without saying why. Raises SignStands."""
    if (
        not diversion.is_sent
        or diversion.decision
        or StopSign.objects.filter(diversion=diversion, lifted_at=None).exists()
    ):
        raise SignStands(_("A stop sign stands already, or the decision was taken."))
    sign = StopSign.objects.create(
        from_partner_id=diversion.from_partner_id,
        to_partner_id=diversion.to_partner_id,
        diversion=diversion,
        raised_by=by.user,
    )
    url = reverse("diversion", args=[diversion.pk])
    announce(
        events.RAISED,
        f"stop_sign.raised:{sign.pk}",
        tell=[{"partner": diversion.from_partner_id, "roles": [str(Role.POLICE_LIAISON)], "url": url}],
        diversion=diversion.pk,
    )
    return sign


@action("stop_sign.lift", roles=CASEWORK_ROLES, party=Party.RECEIVER)
def lift_sign(*, by: Acting, sign: StopSign) -> None:
    """They called, or there is nothing to say any more."""
    if sign.lifted_at is None:
        sign.lifted_at, sign.lifted_by = timezone.now(), by.user
        sign.save(update_fields=["lifted_at", "lifted_by"])
