"""What happens with announcements."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

MADE = declare("announcement.made", sentence=_("The coordination office announces something"))
