"""What happens with child welfare notices."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

MADE = declare("welfare_notice.made", sentence=_("A child welfare notice was made to you"), webhooks=True, notice=int)
ACKNOWLEDGED = declare(
    "welfare_notice.acknowledged", sentence=_("A child welfare notice was acknowledged"), webhooks=True, notice=int
)
