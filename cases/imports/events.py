"""What happens with imports."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

DONE = declare("import.done", sentence=_("An import is done"), webhooks=True, data_import=int)
TAKEN_BACK = declare("import.taken_back", sentence=_("An import was taken back"), webhooks=True, data_import=int)
