from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = _("Programmes")

    def ready(self) -> None:
        from partnership.api import codes
        from partnership.audit_trail import history
        from programs.catalogue import briefing as _briefing  # noqa: F401 — importing registers it
        from programs.catalogue.models import LANGUAGES, Programme, ReferralKind
        from programs.contacts.models import ServicePoint
        from programs.locations.models import Location
        from programs.permissions import CONTACTS, PROGRAMMES

        codes.CODES |= {
            "referral_kind": ReferralKind.choices,
            "programme_kind": Programme.Kind.choices,
            "language": list(LANGUAGES.items()),
            "programme_capacity": Programme.Capacity.choices,
        }
        history.register("programme", Programme, sees=PROGRAMMES, address="programme", also=(Location,))
        history.register("service_point", ServicePoint, sees=CONTACTS)
