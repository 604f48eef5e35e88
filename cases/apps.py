from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from cases import iccs, models
        from partnership import notifications
        from partnership.api import codes

        notifications.register({"import.done": _("An import is done")})
        codes.CODES |= {
            "sex": models.Sex.choices,
            "primary_drug": models.Substance.choices,
            "enrolment_end_reason": models.Enrolment.EndReason.choices,
            "session_method": models.Session.Method.choices,
            "session_attendance": models.Session.Attendance.choices,
            "consent_scope": models.Consent.Scope.choices,
            "consent_signed_how": models.Consent.Signed.choices,
            "offence_group": models.OffenceGroup.choices,
            "iccs": list(iccs.CODES.items()),
            "upload_state": models.DataImport.State.choices,
        }
