from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralsConfig(AppConfig):
    name = "referrals"
    verbose_name = _("Referrals")

    def ready(self) -> None:
        from cases.messages import sources as reminded_of
        from cases.my_page import shown as my_page
        from cases.openings import concern
        from cases.rights import actions as rights
        from partnership.api import codes
        from partnership.audit_trail import read_log
        from referrals.consents import events as _consent_events  # noqa: F401 — importing registers them
        from referrals.diversions import briefing as _diversion_briefing  # noqa: F401
        from referrals.diversions import events as _diversion_events  # noqa: F401
        from referrals.diversions import handlers as _diversion_handlers  # noqa: F401
        from referrals.diversions import models as diversions_models
        from referrals.end_reports import events as _end_report_events  # noqa: F401
        from referrals.end_reports import models as end_report_models
        from referrals.first_appointments import actions as first_appointments
        from referrals.first_appointments import events as _appointment_events  # noqa: F401
        from referrals.first_appointments import models as first_appointment_models
        from referrals.handover import briefing as _handover_briefing  # noqa: F401
        from referrals.handover import concern as handover_concern
        from referrals.handover import events as _handover_events  # noqa: F401
        from referrals.handover import handlers as _handover_handlers  # noqa: F401
        from referrals.handover import models as handover_models
        from referrals.handover import naming as _handover_naming  # noqa: F401
        from referrals.handover import rights as handover_rights
        from referrals.handover import transitions
        from referrals.my_page import events as _my_page_events  # noqa: F401
        from referrals.my_page import reminding
        from referrals.my_page import shown as handed_over
        from referrals.reminders import events as _reminder_events  # noqa: F401
        from referrals.statements import events as _statement_events  # noqa: F401
        from referrals.statements import models as statement_models
        from referrals.statements import naming as _statement_naming  # noqa: F401
        from referrals.welfare import events as _welfare_events  # noqa: F401
        from referrals.welfare import models as welfare_models
        from referrals.welfare import naming as _welfare_naming  # noqa: F401

        rights.register(handover_rights.HOLDER)
        concern.register(begun=handover_concern.has_begun, theirs=handover_concern.is_theirs)
        read_log.is_about(handover_models.Referral, "person_id", "receiver_person_id")
        read_log.is_about(diversions_models.DiversionAgreement, "referral__person_id", "referral__receiver_person_id")
        read_log.is_about(statement_models.Statement, "person_id")
        read_log.is_about(end_report_models.EndReport, "person_id")
        read_log.is_about(welfare_models.WelfareNotice, "person_id")
        for section in handed_over.SECTIONS:
            my_page.register(section)
        reminded_of.register("first_appointment", reminding.SOURCE)

        codes.CODES |= {
            "referral_state": transitions.State.choices,
            "referral_direction": transitions.DIRECTIONS,
            "diversion_direction": [*transitions.DIRECTIONS, transitions.ADDRESSED],
            "referral_verb": [
                *((verb, transition.label) for verb, transition in transitions.TRANSITIONS.items()),
                transitions.REOPEN,
            ],
            "fhir_task_status": transitions.FHIR_TASK_STATUS_CHOICES,
            "age_band": handover_models.AgeBand.choices,
            "diversion_status": list(diversions_models.STATUSES.items()),
            "referral_reason": [(code, reason.label) for code, reason in transitions.REASONS.items()],
            "appointment_outcome": first_appointment_models.FirstAppointment.Outcome.choices,
            "appointment_missed": first_appointment_models.FirstAppointment.Why.choices,
            "concern": first_appointments.Concern.choices,
            "condition_kind": diversions_models.Condition.Kind.choices,
            "diversion_outcome": diversions_models.DiversionAgreement.Outcome.choices,
            "attendance_stated": statement_models.Statement.Attendance.choices,
            "talk_with": diversions_models.DiversionAgreement.TalkWith.choices,
            "deciding_authority": diversions_models.Authority.choices,
            "diversion_decision": diversions_models.DiversionAgreement.Decision.choices,
        }
