"""What happens with diversions."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

BREACHED = declare(
    "diversion.breached", sentence=_("A breach of a diversion was reported"), webhooks=True, diversion=int
)
OUTCOME = declare(
    "diversion.outcome", sentence=_("The outcome of a diversion was reported"), webhooks=True, diversion=int
)
ADDRESSED = declare("diversion.addressed", sentence=_("A diversion was addressed to you"), webhooks=True, diversion=int)
DECIDED = declare("diversion.decided", sentence=_("A diversion was decided"), webhooks=True, diversion=int)
