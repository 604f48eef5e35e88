"""What happens with tips."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

WAITING = declare("tip.waiting", sentence=_("Tips from the public wait to be read"), partner=int)
