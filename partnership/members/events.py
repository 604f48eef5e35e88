"""What happens with members."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

JOINED = declare("member.joined", sentence=_("Somebody accepted your invitation"))
