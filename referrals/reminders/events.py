"""What people are reminded of."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

ACKNOWLEDGE_OVERDUE = declare(
    "referral.overdue.acknowledge", sentence=_("A referral waits to be acknowledged, longer than promised")
)
ANSWER_OVERDUE = declare("referral.overdue.answer", sentence=_("A referral waits for an answer, longer than promised"))
DIVERSION_DUE_SOON = declare("diversion.due_soon", sentence=_("The deadline of a diversion is near"))
DIVERSION_OVERDUE = declare("diversion.overdue", sentence=_("A diversion is past its deadline without an outcome"))
DIVERSION_UNDECIDED = declare("diversion.undecided", sentence=_("A diversion waits for your decision"))
