"""What happens with calls for funding."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

INTEREST = declare("funding_call.interest", sentence=_("A partner would lead or join an application"), funding_call=int)
NAMED = declare(
    "joint_application.named",
    sentence=_("You are named in a draft application"),
    joint_application=int,
)
