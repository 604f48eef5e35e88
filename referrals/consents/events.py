"""What happens with the consent behind a referral."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

WITHDRAWN = declare(
    "referral.consent_withdrawn",
    sentence=_("A consent was withdrawn: what was disclosed is closed"),
    webhooks=True,
    referral=int,
)
RENEWED = declare("referral.consent_renewed", sentence=_("A consent was renewed"), webhooks=True, referral=int)
ENDING = declare(
    "referral.consent_ending",
    sentence=_("A consent or agreement behind a referral ends soon: renew it in time"),
    webhooks=True,
    referral=int,
)
ENDED = declare(
    "referral.consent_ended",
    sentence=_("A consent or agreement behind a referral ended: what was disclosed is closed"),
    webhooks=True,
    referral=int,
)
ERASED = declare(
    "referral.person_erased",
    sentence=_("A referred person was erased by who referred them: what was disclosed is closed"),
    webhooks=True,
    referral=int,
)
WITHDRAWN_ELSEWHERE = declare(
    "consent.withdrawn", sentence=_("A consent was withdrawn: what was shared by it is closed"), consent=int
)
"""Of a consent that covers no referral or statement: what a team shared, what an authority read."""
