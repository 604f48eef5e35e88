"""What happens with releases of people whom a prison referred."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

SAID = declare("release.said", sentence=_("The day of a release was said or has moved"), webhooks=True, referral=int)
RELEASED = declare("release.happened", sentence=_("A referred person was released"), webhooks=True, referral=int)
CONTACTED = declare(
    "release.first_contact",
    sentence=_("Somebody you referred was met after their release"),
    webhooks=True,
    referral=int,
)
