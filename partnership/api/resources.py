"""Resources of the partnership itself: partners, districts, agreements, notifications, webhooks."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from partnership import webhooks
from partnership.api.serializers import Resource, Strict
from partnership.api.views import Flag, Number, Query, View
from partnership.models import (
    Agreement,
    District,
    DistrictPopulation,
    Notification,
    Partner,
    WebhookDelivery,
    WebhookSubscription,
)
from partnership.notifications import text_of

# --- Partners, districts, agreements ---------------------------------------------------------------------------------------


class PartnerSerializer(Resource):
    districts = serializers.SerializerMethodField(help_text="Codes.")

    class Meta:
        model = Partner
        fields = ["id", "name", "kind", "districts", "phone", "email", "is_active", "is_simulated"]

    def get_districts(self, partner: Partner) -> list[str]:
        return [district.code for district in partner.districts.all()]


class PartnerBrief(Resource):
    """A partner where another record names it."""

    class Meta:
        model = Partner
        fields = ["id", "name", "kind"]


class PartnerQuery(Query):
    kind = serializers.ChoiceField(choices=Partner.Kind.choices, required=False)
    is_active = Flag()


class PartnerView(View):
    """The organisations of the partnership."""

    resource, operation = "directory", "partners"
    tag = "partners"
    serializer_class = PartnerSerializer
    queries = {"list": PartnerQuery}
    orders = ("id", "-id")

    def get_queryset(self) -> QuerySet[Partner]:
        return Partner.objects.prefetch_related("districts")


class DistrictSerializer(Resource):
    class Meta:
        model = District
        fields = ["id", "name", "code", "parent"]


class DistrictView(View):
    """Areas, by code. A district may be part of another."""

    resource, operation = "directory", "districts"
    tag = "districts"
    serializer_class = DistrictSerializer
    orders = ("id", "-id")

    def get_queryset(self) -> QuerySet[District]:
        return District.objects.order_by()


class PopulationSerializer(Resource):
    class Meta:
        model = DistrictPopulation
        fields = ["id", "district", "year", "residents", "residents_under_18"]


class PopulationQuery(Query):
    district = Number()
    year = Number(max_value=9999)


class PopulationView(View):
    """Residents of each district on 31 December of each year. They are uploaded as a file (uploads)."""

    resource, operation = "directory", "populations"
    tag = "districts"
    serializer_class = PopulationSerializer
    queries = {"list": PopulationQuery}
    orders = ("id", "-id")

    def get_queryset(self) -> QuerySet[DistrictPopulation]:
        return DistrictPopulation.objects.order_by()


class AgreementSerializer(Resource):
    parties = serializers.SerializerMethodField(help_text="Numbers of partners.")
    is_in_force = serializers.BooleanField(read_only=True)

    class Meta:
        model = Agreement
        fields = [
            "id", "title", "parties", "purposes", "data_categories", "legal_basis", "valid_from", "valid_to", "ended_on",
            "is_in_force", "days_to_acknowledge", "days_to_accept",
        ]  # fmt: skip

    def get_parties(self, agreement: Agreement) -> list[int]:
        return [partner.pk for partner in agreement.parties.all()]


class AgreementView(View):
    """Agreements under which partners share data. Without one in force between two partners nothing is disclosed."""

    resource, operation = "directory", "agreements"
    tag = "agreements"
    serializer_class = AgreementSerializer
    orders = ("id", "-id")

    def get_queryset(self) -> QuerySet[Agreement]:
        return Agreement.objects.order_by().prefetch_related(Prefetch("parties", Partner.objects.only("id").order_by()))


# --- Notifications -----------------------------------------------------------------------------------------------------------


class NotificationSerializer(Resource):
    text = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Notification
        fields = ["id", "kind", "text", "url", "created_at", "read_at"]

    def get_text(self, notification: Notification) -> str:
        return text_of(notification.kind)

    def get_url(self, notification: Notification) -> str:
        return self.context["request"].build_absolute_uri(notification.url)


class NotificationQuery(Query):
    is_read = Flag()


class NotificationView(View):
    """What the caller was told: that something happened, and where to look. No personal data."""

    resource = "notifications"
    serializer_class = NotificationSerializer
    queries = {"list": NotificationQuery}

    def get_queryset(self) -> QuerySet[Notification]:
        return Notification.objects.filter(user=self.acting.user, partner=self.acting.partner).order_by()

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        wanted = parameters.get("is_read")
        return queryset if wanted is None else queryset.filter(read_at__isnull=not wanted)

    @extend_schema(request=None, responses={200: NotificationSerializer})
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: int) -> Response:
        """Marks as read."""
        found = self.get_object()
        if found.read_at is None:
            found.read_at = timezone.now()
            found.save(update_fields=["read_at"])
        return self.answer(found)


# --- Webhooks ----------------------------------------------------------------------------------------------------------------


class WebhookSerializer(Resource):
    events = serializers.ListField(child=serializers.ChoiceField(choices=webhooks.EVENTS))

    class Meta:
        model = WebhookSubscription
        fields = ["id", "url", "events", "is_active", "created_at", "changed_at"]


class WebhookSecretSerializer(WebhookSerializer):
    secret = serializers.CharField(read_only=True, help_text="Shown once: it signs every message.")

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]


class WebhookInput(Strict):
    url = serializers.URLField(max_length=500, help_text="An https address that answers on the public internet.")
    events = serializers.ListField(child=serializers.ChoiceField(choices=webhooks.EVENTS), min_length=1)
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
    serializer_class = WebhookSerializer

    def get_queryset(self) -> QuerySet[WebhookSubscription]:
        return WebhookSubscription.objects.order_by()

    @extend_schema(request=WebhookInput, responses={201: WebhookSecretSerializer})
    def create(self, request: Request) -> Response:
        """Subscribes an address. The answer holds the secret, which is not shown again."""
        given = self.given(WebhookInput)
        made = webhooks.subscribe(by=self.acting, **given)
        response = Response(self.shown(made, serializer=WebhookSecretSerializer), status=201)
        response["Location"] = request.build_absolute_uri(f"/api/v1/webhooks/{made.pk}")
        return response

    @extend_schema(request=WebhookInput, responses={200: WebhookSerializer})
    def update(self, request: Request, pk: int) -> Response:
        """Changes address, events, or whether it is told."""
        found = self.get_object()
        self.check_unchanged(found)
        return self.answer(webhooks.change(subscription=found, **self.given(WebhookInput)))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Ends the subscription and forgets its deliveries."""
        self.get_object().delete()
        return Response(status=204)

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: int) -> Response:
        """Sends a test message."""
        return Response(self.shown(webhooks.send_test(self.get_object()), serializer=DeliverySerializer), status=202)

    @extend_schema(responses={200: DeliverySerializer(many=True)})
    @action(detail=True, methods=["get"], serializer_class=DeliverySerializer)
    def deliveries(self, request: Request, pk: int) -> Response:
        """How messages went, newest first."""
        subscription = get_object_or_404(WebhookSubscription, pk=pk)
        found = WebhookDelivery.objects.filter(subscription=subscription).order_by()
        if "state" in self.parameters:
            found = found.filter(state=self.parameters["state"])
        return self.answer_list([found])

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(
        detail=True, methods=["post"], url_path=r"deliveries/(?P<delivery>[1-9][0-9]{0,17})/replay",
        serializer_class=DeliverySerializer,
    )  # fmt: skip
    def replay(self, request: Request, pk: int, delivery: str) -> Response:
        """Sends a message again, whatever became of it."""
        found = get_object_or_404(WebhookDelivery, subscription=pk, pk=int(delivery))
        return Response(self.shown(webhooks.replay(found)), status=202)

    queries = {"deliveries": DeliveryQuery}


router = SimpleRouter(trailing_slash=False)
router.register("partners", PartnerView, basename="api-partner")
router.register("districts", DistrictView, basename="api-district")
router.register("populations", PopulationView, basename="api-population")
router.register("agreements", AgreementView, basename="api-agreement")
router.register("notifications", NotificationView, basename="api-notification")
router.register("webhooks", WebhookView, basename="api-webhook")
urlpatterns = router.urls
