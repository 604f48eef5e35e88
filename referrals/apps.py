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
        from partnership.audit_trail import history, read_log
        from referrals.anchor import concern as anchor_concern
        from referrals.anchor import events as _anchor_events  # noqa: F401
        from referrals.anchor import models as anchor_models
        from referrals.anchor import naming as _anchor_naming  # noqa: F401
        from referrals.anchor import rights as anchor_rights
        from referrals.callins import events as _call_in_events  # noqa: F401
        from referrals.callins import models as call_in_models
        from referrals.callins import naming as _call_in_naming  # noqa: F401
        from referrals.callins import rights as call_in_rights
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
        from referrals.mediation import events as _mediation_events  # noqa: F401
        from referrals.mediation import models as mediation_models
        from referrals.mediation import naming as _mediation_naming  # noqa: F401
        from referrals.mediation import rights as mediation_rights
        from referrals.my_page import events as _my_page_events  # noqa: F401
        from referrals.my_page import reminding
        from referrals.my_page import shown as handed_over
        from referrals.permissions import ANCHOR_CASES, CALL_INS, MEDIATIONS, RELEASE_NOTICES
        from referrals.releases import events as _release_events  # noqa: F401
        from referrals.releases import handlers as _release_handlers  # noqa: F401
        from referrals.releases import models as release_models
        from referrals.releases import rights as release_rights
        from referrals.reminders import events as _reminder_events  # noqa: F401
        from referrals.statements import events as _statement_events  # noqa: F401
        from referrals.statements import models as statement_models
        from referrals.statements import naming as _statement_naming  # noqa: F401
        from referrals.stops import events as _stop_events  # noqa: F401
        from referrals.welfare import events as _welfare_events  # noqa: F401
        from referrals.welfare import models as welfare_models
        from referrals.welfare import naming as _welfare_naming  # noqa: F401

        rights.register(handover_rights.HOLDER)
        rights.register(anchor_rights.HOLDER)
        rights.keep(anchor_rights.needed)
        rights.keep(mediation_rights.needed)
        rights.register(mediation_rights.HOLDER)
        rights.register(call_in_rights.HOLDER)
        rights.register(release_rights.HOLDER)
        concern.register(begun=handover_concern.has_begun, theirs=handover_concern.is_theirs)
        concern.register(begun=anchor_concern.has_begun, theirs=anchor_concern.is_theirs)
        for of_person in (
            anchor_models.AnchorCase,
            anchor_models.AnchorExchange,
            mediation_models.Mediation,
            mediation_models.MediationReport,
            call_in_models.Invitee,
        ):
            read_log.is_about(of_person, "person_id")
        for of_case in (
            anchor_models.AnchorMeeting,
            anchor_models.AnchorStep,
            anchor_models.AnchorGuidance,
            anchor_models.AnchorCheck,
        ):
            read_log.is_about(of_case, "case__person_id")
        history.register(
            "anchor_case",
            anchor_models.AnchorCase,
            sees=ANCHOR_CASES,
            address="anchor_case",
            also=(
                anchor_models.AnchorMeeting,
                anchor_models.AnchorStep,
                anchor_models.AnchorGuidance,
                anchor_models.AnchorCheck,
            ),
        )
        history.register("mediation", mediation_models.Mediation, sees=MEDIATIONS, address="mediation")
        history.register("call_in", call_in_models.CallIn, sees=CALL_INS, address="call_in")
        history.register("release_notice", release_models.ReleaseNotice, sees=RELEASE_NOTICES)
        history.register("invitee", call_in_models.Invitee, sees=CALL_INS)
        history.register("anchor_exchange", anchor_models.AnchorExchange, sees=ANCHOR_CASES)
        read_log.is_about(handover_models.Referral, "person_id", "receiver_person_id")
        read_log.is_about(diversions_models.DiversionAgreement, "referral__person_id", "referral__receiver_person_id")
        read_log.is_about(release_models.ReleaseNotice, "referral__person_id")
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
            "anchor_source": anchor_models.AnchorCase.Source.choices,
            "anchor_reason": anchor_models.AnchorCase.Reason.choices,
            "anchor_screening": anchor_models.AnchorCase.Screening.choices,
            "anchor_outcome": anchor_models.AnchorCase.Outcome.choices,
            "anchor_present": anchor_models.AnchorMeeting.Present.choices,
            "guardian_told": anchor_models.AnchorCase.Told.choices,
            "guardian_why_not": anchor_models.WhyNot.choices,
            "deciding_authority": diversions_models.Authority.choices,
            "diversion_decision": diversions_models.DiversionAgreement.Decision.choices,
        }
