from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnershipConfig(AppConfig):
    name = "partnership"
    verbose_name = _("Partnership")

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from partnership.audit_trail import partitions
        from partnership.isolation import key_check
        from partnership.isolation.context import store_key

        def settle(**_more: object) -> None:
            store_key()
            key_check.store()
            key_check.check()
            partitions.store()

        post_migrate.connect(settle, sender=self, weak=False, dispatch_uid="keys")
        # Importing them registers them.
        from partnership.agreements import briefing as _agreements_briefing  # noqa: F401
        from partnership.agreements import events as _agreement_events  # noqa: F401
        from partnership.agreements.models import Agreement, DataFlow
        from partnership.announcements import events as _announcement_events  # noqa: F401
        from partnership.api import codes
        from partnership.api import events as _client_events  # noqa: F401
        from partnership.api.models import ApiClient
        from partnership.audit_trail import history
        from partnership.events import notifications as _notifications  # noqa: F401
        from partnership.events import webhooks as _webhooks  # noqa: F401
        from partnership.events.models import WebhookDelivery, WebhookSubscription
        from partnership.events.registry import text_of, webhook_events
        from partnership.integrations import briefing as _integrations_briefing  # noqa: F401
        from partnership.members import events as _member_events  # noqa: F401
        from partnership.members import recipients as _recipients  # noqa: F401
        from partnership.members import second_factor as _second_factor  # noqa: F401
        from partnership.members.models import AccountChange, Invitation, Membership, Partner, RoleChange
        from partnership.own_sign_in.models import SignInProvider
        from partnership.permissions import CLIENTS, DIRECTORY, MEMBERS, OWN_SIGN_IN, ROLE_CHANGES, WEBHOOKS

        codes.CODES |= {
            "partner_kind": Partner.Kind.choices,
            "legal_basis": Agreement.LegalBasis.choices,
            "data_flow_category": DataFlow.Category.choices,
            "data_flow_purpose": DataFlow.Purpose.choices,
            "webhook_event": lambda: [(event, text_of(event)) for event in webhook_events()],
            "webhook_delivery_state": WebhookDelivery.State.choices,
        }
        history.register("agreement", Agreement, sees=DIRECTORY, address="agreement")
        history.register("partner", Partner, sees=DIRECTORY, address="partner")
        history.register("member", Membership, sees=MEMBERS, address="member", also=(AccountChange,))
        history.register("sign_in_provider", SignInProvider, sees=OWN_SIGN_IN)
        history.register("invitation", Invitation, sees=MEMBERS)
        history.register("role_change", RoleChange, sees=ROLE_CHANGES)
        history.register("client", ApiClient, sees=CLIENTS, address="client")
        history.register("webhook", WebhookSubscription, sees=WEBHOOKS, address="webhook")
