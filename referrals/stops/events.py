"""What happens with stop signs."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

RAISED = declare("stop_sign.raised", sentence=_("Call before you go on with a diversion"), diversion=int)
