"""What happens when the glass is broken."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

OPENED = declare(
    "record.opened", sentence=_("Somebody opened the record of a person they don't work with"), opening=int
)
