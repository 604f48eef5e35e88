"""What happens in anchor teams."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

SEAT_OFFERED = declare("anchor_seat.offered", sentence=_("Your organisation has a seat in an anchor team"), seat=int)
SHARED = declare(
    "anchor_case.shared", sentence=_("A young person's case is shared with you"), webhooks=True, anchor_case=int
)
MET = declare(
    "anchor_meeting.recorded", sentence=_("An anchor team has agreed on steps"), webhooks=True, anchor_case=int
)
