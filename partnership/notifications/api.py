"""One's own notifications over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.serializers import Resource
from partnership.api.views import Flag, Query, View, WithoutMarks
from partnership.events.models import Notification
from partnership.events.registry import text_of
from partnership.notifications import actions as notifications_actions
from partnership.permissions import NOTIFICATIONS

pass

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
        address: str = self.context["request"].build_absolute_uri(notification.url)
        return address


class NotificationQuery(Query):
    is_read = Flag()


class NotificationView(View):
    """What the caller was told: that something happened, and where to look. No personal data."""

    resource = "notifications"
    sees = NOTIFICATIONS
    does = {"read": notifications_actions.mark_read}
    serializer_class = NotificationSerializer
    without_marks = WithoutMarks.ADDED
    queries = {"list": NotificationQuery}

    def get_queryset(self) -> QuerySet[Notification]:
        return Notification.objects.filter(user=self.acting.user, partner=self.acting.partner).order_by()

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        is_read = parameters.get("is_read")
        return queryset if is_read is None else queryset.filter(read_at__isnull=not is_read)

    @extend_schema(request=None, responses={200: NotificationSerializer})
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: int) -> Response:
        """Marks as read."""
        notification = self.get_object()
        notifications_actions.mark_read(by=self.acting, number=notification.pk)
        return self.answer(self.get_object())
