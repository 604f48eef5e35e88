"""What happens with end reports."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

SENT = declare("end_report.sent", sentence=_("You received an end report"), webhooks=True, end_report=int)
