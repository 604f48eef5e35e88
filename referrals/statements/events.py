"""What happens with statements."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

SENT = declare("statement.sent", sentence=_("You received a statement"), webhooks=True, statement=int)
CLOSED = declare(
    "statement.closed",
    sentence=_("A person withdrew the consent to a statement: it is closed"),
    webhooks=True,
    statement=int,
)
