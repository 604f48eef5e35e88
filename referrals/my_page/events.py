"""What people do on My page with what was handed over, and who is told of it."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

WITHDRAWN = declare("my_page.consent_withdrawn", sentence=_("Somebody withdrew a consent on My page"), consent=int)
