"""Webhooks over the API, with how their messages went."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.serializers import RECEIPT, Resource, Strict
from partnership.api.views import Query, View, WithoutMarks
from partnership.events.models import WebhookDelivery, WebhookSubscription
from partnership.events.registry import webhook_events
from partnership.integrations import actions as integrations
from partnership.permissions import WEBHOOKS

# --- Webhooks ----------------------------------------------------------------------------------------------------------------


class WebhookSerializer(Resource):
    events = serializers.ListField(child=serializers.ChoiceField(choices=webhook_events()))
    receipt = (*RECEIPT, "secret")  # whoever subscribes needs it, and it is shown this once

    class Meta:
        model = WebhookSubscription
        fields = ["id", "url", "events", "is_active", "created_at", "changed_at"]


class WebhookSecretSerializer(WebhookSerializer):
    secret = serializers.CharField(read_only=True, help_text="Shown once: it signs every message.")

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]


class WebhookInput(Strict):
    url = serializers.URLField(max_length=500, help_text="An https address that answers on the public internet.")
    events = serializers.ListField(child=serializers.ChoiceField(choices=webhook_events()), min_length=1)
    is_active = serializers.BooleanField(default=True)


class DeliverySerializer(Resource):
    class Meta:
        model = WebhookDelivery
        fields = [
            "id", "subscription", "kind", "payload", "state", "attempts", "due_at", "status_code", "error", "created_at",
            "delivered_at",
        ]  # fmt: skip


class DeliveryQuery(Query):
    is_list = True
    state = serializers.ChoiceField(choices=WebhookDelivery.State.choices, required=False)


class WebhookView(View):
    """Addresses that are told of events, each message signed. Messages carry ids and links, no personal data."""

    resource = "webhooks"
    sees = WEBHOOKS
    does = {
        "create": integrations.subscribe,
        "update": integrations.change_subscription,
        "destroy": integrations.unsubscribe,
        "rotate_secret": integrations.rotate_webhook_secret,
        "test": integrations.send_test,
        "replay": integrations.send_again,
    }
    serializer_class = WebhookSerializer
    without_marks = WithoutMarks.SHORT

    def get_queryset(self) -> QuerySet[WebhookSubscription]:
        return WebhookSubscription.objects.order_by()

    @extend_schema(request=WebhookInput, responses={201: WebhookSecretSerializer})
    def create(self, request: Request) -> Response:
        """Subscribes an address. The answer holds the secret, which is not shown again."""
        fields = self.checked_body(WebhookInput)
        subscription = integrations.subscribe(by=self.acting, **fields)
        response = Response(self.representation(subscription, serializer=WebhookSecretSerializer), status=201)
        response["Location"] = request.build_absolute_uri(f"/api/v1/webhooks/{subscription.pk}")
        return response

    @extend_schema(request=WebhookInput, responses={200: WebhookSerializer})
    def update(self, request: Request, pk: int) -> Response:
        """Changes address, events, or whether it is told."""
        subscription = self.get_object()
        self.check_unchanged(subscription)
        return self.answer(
            integrations.change_subscription(
                by=self.acting, subscription=subscription, **self.checked_body(WebhookInput)
            )
        )

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Ends the subscription and forgets its deliveries."""
        integrations.unsubscribe(by=self.acting, subscription=self.get_object())
        return Response(status=204)

    @extend_schema(request=None, responses={200: WebhookSecretSerializer})
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, pk: int) -> Response:
        """Gives it a new secret. For seven days messages bear a signature by the old one too."""
        subscription = self.get_object()
        self.check_unchanged(subscription)
        subscription = integrations.rotate_webhook_secret(by=self.acting, subscription=subscription)
        return Response(self.representation(subscription, serializer=WebhookSecretSerializer))

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: int) -> Response:
        """Sends a test message."""
        return Response(
            self.representation(
                integrations.send_test(by=self.acting, subscription=self.get_object()), serializer=DeliverySerializer
            ),
            status=202,
        )

    @extend_schema(responses={200: DeliverySerializer(many=True)})
    @action(detail=True, methods=["get"], serializer_class=DeliverySerializer)
    def deliveries(self, request: Request, pk: int) -> Response:
        """How messages went, newest first."""
        subscription = get_object_or_404(WebhookSubscription, pk=pk)
        deliveries = WebhookDelivery.objects.filter(subscription=subscription).order_by()
        if "state" in self.parameters:
            deliveries = deliveries.filter(state=self.parameters["state"])
        return self.answer_list([deliveries])

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(
        detail=True, methods=["post"], url_path=r"deliveries/(?P<delivery>[1-9][0-9]{0,17})/replay",
        serializer_class=DeliverySerializer,
    )  # fmt: skip
    def replay(self, request: Request, pk: int, delivery: str) -> Response:
        """Sends a message again, whatever became of it."""
        webhook_delivery = get_object_or_404(WebhookDelivery, subscription=pk, pk=int(delivery))
        return Response(
            self.representation(integrations.send_again(by=self.acting, delivery=webhook_delivery)), status=202
        )

    queries = {"deliveries": DeliveryQuery}
