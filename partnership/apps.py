from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnershipConfig(AppConfig):
    name = "partnership"
    verbose_name = _("Partnership")

    def ready(self) -> None:
        from partnership.events import notifications

        notifications.register(
            {
                "member.joined": _("Somebody accepted your invitation"),
                "announcement.made": _("The coordination office announces something"),
            }
        )
