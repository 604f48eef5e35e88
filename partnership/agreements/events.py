"""What happens with agreements."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

ENDED = declare("agreement.ended", sentence=_("An agreement ended"), webhooks=True, agreement=int)
ASKED = declare(
    "agreement.approval_asked", sentence=_("You are asked to approve an agreement"), agreement=int, step=int
)
DECIDED = declare("agreement.approval_decided", sentence=_("A party answered on an agreement"), agreement=int, step=int)
ENDING = declare("agreement.ending", sentence=_("An agreement ends soon: renew it in time"), agreement=int, days=int)
