"""Which members are told of an event."""

from __future__ import annotations

from collections.abc import Iterator

from partnership.events.models import Notification
from partnership.events.recipients import Recipient, Tell, recipients
from partnership.members.models import Membership, User

MAIL = {
    User.EmailChoice.INSTANT: Notification.Mail.WAITING,
    User.EmailChoice.DAILY: Notification.Mail.DIGEST,
    User.EmailChoice.NONE: Notification.Mail.NOT_WANTED,
}


@recipients
def members_told(tell: Tell) -> Iterator[Recipient]:
    """The partner's active members, in the roles named, each with the e-mail of their choice."""
    members = Membership.objects.in_use().filter(partner=tell["partner"])
    if tell.get("roles"):
        members = members.filter(role__in=tell["roles"])
    if tell.get("managers"):
        members = members.filter(is_manager=True)
    if tell.get("user"):
        members = members.filter(user=tell["user"])
    if tell.get("not_user"):
        members = members.exclude(user=tell["not_user"])
    for user_id, partner_id, choice in members.values_list("user_id", "partner_id", "user__email_choice"):
        yield Recipient(user_id, partner_id, MAIL[User.EmailChoice(choice)])
