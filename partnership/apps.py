from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnershipConfig(AppConfig):
    name = "partnership"
    verbose_name = _("Partnership")

    def ready(self) -> None:
        # Importing them registers them.
        from partnership.announcements import events as _announcement_events  # noqa: F401
        from partnership.events import notifications as _notifications  # noqa: F401
        from partnership.events import webhooks as _webhooks  # noqa: F401
        from partnership.members import events as _member_events  # noqa: F401
        from partnership.members import recipients as _recipients  # noqa: F401
