"""What happens with trend notices."""

from django.utils.translation import gettext_lazy as _

from partnership.events.registry import declare

WRITTEN = declare(
    "notice.written", sentence=_("A trend notice of your organisation waits for a second look"), notice=int
)
SHARED = declare("notice.shared", sentence=_("A trend notice was shared with you"), notice=int)
WITHDRAWN = declare("notice.withdrawn", sentence=_("A trend notice was withdrawn"), notice=int)
REPLIED = declare("notice.replied", sentence=_("A partner answered your trend notice"), notice=int)
