"""What happens at events with residents."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

PROMISED = declare("promise.recorded", sentence=_("A promise of yours was written down"), promise=int)
