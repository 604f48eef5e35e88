"""What happens with grants."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

REPORT_DUE = declare("grant.report_due", sentence=_("A report to a funder is due soon"), grant=int, days=int)
