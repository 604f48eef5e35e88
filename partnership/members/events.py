"""What happens with members."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

AUDITOR_PROPOSED = declare(
    "auditor.proposed", sentence=_("A change of who audits waits for a second person"), role_change=int
)
AUDITOR_CHANGED = declare("auditor.changed", sentence=_("Who audits has changed"), role_change=int)
MANAGER_INVITED = declare(
    "manager.invited", sentence=_("An administrator invited the first manager of a partner"), invitation=int
)
ACCOUNT_CHANGED = declare(
    "account.changed", sentence=_("An administrator changed how a member signs in"), account=int, deed=str
)
MEMBERSHIP_RESTS = declare(
    "membership.rests",
    sentence=_("An administrator changed how a member signs in: ask the member, then make them active again"),
    membership=int,
)
MANAGER_CHANGED = declare(
    "manager.changed", sentence=_("An administrator changed how a partner's only manager signs in"), membership=int
)
JOINED = declare("member.joined", sentence=_("Somebody accepted your invitation"))
