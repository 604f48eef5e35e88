"""Programmes over the API."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from programs.filters import ProgrammeFilter
from programs.models import Programme


class ProgrammeSerializer(serializers.ModelSerializer[Programme]):
    partner_name = serializers.CharField(source="partner.name")
    districts: serializers.ManyRelatedField = serializers.SlugRelatedField(  # type: ignore[assignment]
        many=True, read_only=True, slug_field="code"
    )
    accepts = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Programme
        fields = [
            "id",
            "partner",
            "partner_name",
            "name",
            "kind",
            "description",
            "districts",
            "accepts",
            "age_from",
            "age_to",
            "capacity",
            "places_free",
            "expected_on",
            "capacity_changed_at",
        ]


class ProgrammeViewSet(ReadOnlyModelViewSet[Programme]):
    """Programmes that are offered in the partnership, with their capacity now."""

    queryset = Programme.objects.offered().for_lists()
    serializer_class = ProgrammeSerializer
    filterset_class = ProgrammeFilter
    key_order = ["name", "id"]
