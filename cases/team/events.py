"""What happens in care teams."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

JOINED = declare("care_team.joined", sentence=_("You are in a person's care team now"), webhooks=True, member=int)
WRITTEN = declare("care_team.written", sentence=_("Something new in a care team"), webhooks=True, member=int)
