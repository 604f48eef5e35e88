"""What happens with prevention plans."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

SUBMITTED = declare("prevention_plan.submitted", sentence=_("A prevention plan waits for your decision"), plan=int)
APPROVED = declare("prevention_plan.approved", sentence=_("A prevention plan was approved"), plan=int)
RETURNED = declare("prevention_plan.returned", sentence=_("A prevention plan was returned to you"), plan=int)
