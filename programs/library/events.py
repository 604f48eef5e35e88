"""What happens in the library."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

ADDED = declare("resource.added", sentence=_("A material of your organisation waits for a second look"), resource=int)
