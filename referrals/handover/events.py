"""What happens with referrals: one event a state that a referral comes into, and what happens beside."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import EventType, declare
from referrals.handover.transitions import State

BY_STATE: dict[State, EventType] = {
    state: declare(f"referral.{state}", sentence=sentence, webhooks=True, referral=int)
    for state, sentence in {
        State.SENT: _("A new referral has arrived"),
        State.ACKNOWLEDGED: _("A referral was acknowledged"),
        State.WAITLISTED: _("A referral was put on the waiting list"),
        State.ACCEPTED: _("A referral was accepted"),
        State.DECLINED: _("A referral was declined"),
        State.ENROLLED: _("A referred person was enrolled"),
        State.COMPLETED: _("A referred person completed the programme"),
        State.ENDED_EARLY: _("A referral ended early"),
        State.WITHDRAWN: _("A referral was withdrawn"),
    }.items()
}
REOPENED = declare("referral.reopened", sentence=_("The end of a referral was taken back"), webhooks=True, referral=int)
MESSAGE = declare("referral.message", sentence=_("There is a new message on a referral"), webhooks=True, referral=int)
