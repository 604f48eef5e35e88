"""What people do on My page, and who is told of it."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

COMING = declare("my_page.coming", sentence=_("Somebody confirmed an appointment on My page"), appointment=int)
MOVE = declare("my_page.move", sentence=_("Somebody asks on My page for another time"), appointment=int)
ASKED = declare("my_page.asked", sentence=_("Somebody sent a request about their data from My page"), request=int)
