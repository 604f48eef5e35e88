"""What happens with call-ins."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

PLANNED = declare("call_in.planned", sentence=_("A call-in was planned with you"), call_in=int)
