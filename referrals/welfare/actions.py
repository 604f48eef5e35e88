"""What can be done with child welfare notices: making one, and acknowledging it."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.people.models import ADULT_AGE, Person
from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.events.registry import EventType
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from partnership.members.models import Partner, Role
from referrals.handover.actions import identity_of
from referrals.welfare import events
from referrals.welfare.models import WelfareNotice

RECEIVING_KIND = Partner.Kind.SOCIAL


class NotAChild(RuleError):
    """A child welfare notice is about somebody under 18. For an adult, refer with consent."""

    code = "not_a_child"


class AlreadyAcknowledged(RuleError):
    """Somebody at your organisation has acknowledged this notice already. There is nothing left to do."""

    code = "already_acknowledged"
    status = 409


@action(
    "welfare_notice.make",
    roles=(Role.POLICE_LIAISON, Role.PROFESSIONAL),
    party=Party.OWNER,
    scope="referrals:write",
    event="welfare_notice.made",
)
def make_notice(*, by: Acting, person: Person, to_partner: Partner, concern: str) -> WelfareNotice:
    """Tells social services of a concern for somebody under 18. Needs no consent and no agreement: the law asks for it."""
    age = person.age()
    if age is not None and age >= ADULT_AGE:
        raise NotAChild(_("A child welfare notice is about somebody under 18."))
    if to_partner.kind != RECEIVING_KIND:
        raise RuleError(_("A child welfare notice goes to social services."))
    notice = WelfareNotice.objects.create(
        from_partner=by.partner,
        to_partner=to_partner,
        person=person,
        concern=concern,
        made_by=by.user,
        **{name: value for name, value in identity_of(person).items() if name != "email"},
    )
    _tell(notice, events.MADE, notice.to_partner_id)
    return notice


@action(
    "welfare_notice.acknowledge",
    roles=(Role.PROFESSIONAL,),
    party=Party.RECEIVER,
    scope="referrals:write",
    event="welfare_notice.acknowledged",
)
def acknowledge_notice(*, by: Acting, notice: WelfareNotice) -> WelfareNotice:
    """Tells who made the notice that social services have it in hand."""
    notice = WelfareNotice.objects.select_for_update().get(pk=notice.pk)
    if notice.acknowledged_at:
        raise AlreadyAcknowledged(_("This notice is acknowledged already."))
    notice.acknowledged_by, notice.acknowledged_at = by.user, timezone.now()
    notice.save(update_fields=["acknowledged_by", "acknowledged_at"])
    _tell(notice, events.ACKNOWLEDGED, notice.from_partner_id)
    return notice


def _tell(notice: WelfareNotice, event_type: EventType, partner: int) -> None:
    roles = [str(Role.POLICE_LIAISON), str(Role.PROFESSIONAL)]
    announce(
        event_type,
        f"{event_type.name}:{notice.pk}",
        tell=[{"partner": partner, "roles": roles, "url": reverse("welfare_notice", args=[notice.pk])}],
        notice=notice.pk,
    )
