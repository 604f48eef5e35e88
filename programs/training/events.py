"""What happens in training."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

ISSUED = declare("certificate.issued", sentence=_("You have a new certificate"), certificate=int)
EXPIRING = declare("certificate.expiring", sentence=_("A certificate runs out soon"), certificate=int, days=int)
