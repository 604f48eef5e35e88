"""What happens with the first appointment of somebody referred, and what the receiver is worried about."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import EventType as EventType
from partnership.events.registry import declare

OFFERED = declare(
    "referral.appointment", sentence=_("A first appointment was offered or moved"), webhooks=True, referral=int
)
KEPT = declare(
    "referral.appointment_kept",
    sentence=_("A referred person came to the first appointment"),
    webhooks=True,
    referral=int,
)
MISSED = declare(
    "referral.appointment_missed",
    sentence=_("A referred person did not come to the first appointment"),
    webhooks=True,
    referral=int,
)
CONCERN = declare(
    "referral.concern",
    sentence=_("The receiver of a referral is worried about the person"),
    webhooks=True,
    referral=int,
)
