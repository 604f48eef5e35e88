"""What happens with mediations."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

REPORTED = declare("mediation.reported", sentence=_("A report of a mediation has arrived"), mediation_report=int)
