from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from cases.arrests import iccs
        from cases.arrests import models as arrests_models
        from cases.consents import models as consents_models
        from cases.enrolments import events as _enrolment_events  # noqa: F401 — importing registers them
        from cases.enrolments import models as enrolments_models
        from cases.imports import events as _import_events  # noqa: F401
        from cases.imports import fields as imports_fields
        from cases.imports import models as imports_models
        from cases.messages import actions as _reminders  # noqa: F401 — the sender of letters asks it
        from cases.messages import models as messages_models
        from cases.my_page import events as _my_page_events  # noqa: F401
        from cases.my_page import models as my_page_models
        from cases.overdoses import events as _overdose_events  # noqa: F401
        from cases.people import models as people_models
        from cases.permissions import ENROLMENTS, PEOPLE
        from cases.relations import models as relations_models
        from cases.rights import events as _rights_events  # noqa: F401
        from partnership.api import codes
        from partnership.audit_trail import history

        history.register(
            "person",
            people_models.Person,
            sees=PEOPLE,
            address="person",
            also=(relations_models.Relation, my_page_models.Card, messages_models.ContactWish),
        )
        history.register("consent", consents_models.Consent, sees=PEOPLE)
        history.register("enrolment", enrolments_models.Enrolment, sees=ENROLMENTS, address="enrolment")
        codes.CODES |= {
            "sex": people_models.Sex.choices,
            "relation": relations_models.Kind.choices,
            "primary_drug": enrolments_models.Substance.choices,
            "enrolment_end_reason": enrolments_models.Enrolment.EndReason.choices,
            "session_method": enrolments_models.Session.Method.choices,
            "session_attendance": enrolments_models.Session.Attendance.choices,
            "consent_scope": consents_models.Consent.Scope.choices,
            "consent_signed_how": consents_models.Consent.Signed.choices,
            "offence_group": arrests_models.OffenceGroup.choices,
            "iccs": list(iccs.CODES.items()),
            "upload_kind": imports_models.DataImport.Kind.choices,
            "upload_state": imports_models.DataImport.State.choices,
            "upload_consent": imports_models.DataImport.Consent.choices,
            "upload_load": imports_models.LOAD_CHOICES,
            "upload_problem": list(imports_fields.REASONS.items()),
        }
