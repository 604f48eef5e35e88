"""What people do on My page with what was handed over, and who is told of it."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

WITHDRAWN = declare("my_page.consent_withdrawn", sentence=_("Somebody withdrew a consent on My page"), consent=int)
COMING = declare("my_page.first_coming", sentence=_("Somebody confirmed a first appointment on My page"), referral=int)
MOVE = declare("my_page.first_move", sentence=_("Somebody asks on My page for another first appointment"), referral=int)
