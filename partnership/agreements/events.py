"""What happens with agreements."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

ENDED = declare("agreement.ended", sentence=_("An agreement ended"), webhooks=True, agreement=int)
