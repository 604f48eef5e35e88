from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralsConfig(AppConfig):
    name = "referrals"
    verbose_name = _("Referrals")

    def ready(self) -> None:
        from cases.rights import actions as rights
        from partnership.api import codes
        from partnership.events import notifications
        from referrals.diversions import handlers as _diversion_handlers  # noqa: F401 — importing registers them
        from referrals.diversions import models as diversions_models
        from referrals.handover import handlers as _handover_handlers  # noqa: F401
        from referrals.handover import rights as handover_rights
        from referrals.handover import transitions

        rights.register(handover_rights.HOLDER)

        codes.CODES |= {
            "referral_state": transitions.State.choices,
            "referral_reason": [(code, reason.label) for code, reason in transitions.REASONS.items()],
            "condition_kind": diversions_models.Condition.Kind.choices,
            "diversion_outcome": diversions_models.DiversionAgreement.Outcome.choices,
            "diversion_decision": diversions_models.DiversionAgreement.Decision.choices,
        }

        notifications.register(
            {
                "referral.sent": _("A new referral has arrived"),
                "referral.acknowledged": _("A referral was acknowledged"),
                "referral.accepted": _("A referral was accepted"),
                "referral.waitlisted": _("A referral was put on the waiting list"),
                "referral.declined": _("A referral was declined"),
                "referral.enrolled": _("A referred person was enrolled"),
                "referral.completed": _("A referred person completed the programme"),
                "referral.ended_early": _("A referral ended early"),
                "referral.withdrawn": _("A referral was withdrawn"),
                "referral.consent_withdrawn": _("A consent was withdrawn: what was disclosed is closed"),
                "referral.message": _("There is a new message on a referral"),
                "referral.overdue.acknowledge": _("A referral waits to be acknowledged, longer than promised"),
                "referral.overdue.answer": _("A referral waits for an answer, longer than promised"),
                "diversion.breached": _("A breach of a diversion was reported"),
                "diversion.outcome": _("The outcome of a diversion was reported"),
                "diversion.decided": _("A diversion was decided"),
                "diversion.due_soon": _("The deadline of a diversion is near"),
                "diversion.overdue": _("A diversion is past its deadline without an outcome"),
                "diversion.undecided": _("A diversion waits for your decision"),
            }
        )
