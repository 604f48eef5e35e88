"""Campaigns and what was done in them over the API: a system that books workshops or posts writes its numbers down itself."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from partnership.api.serializers import InPast, Resource, Strict
from partnership.api.views import Number, Query, View, WithoutMarks
from partnership.members.models import District, Partner
from programs.campaigns import actions as campaigns
from programs.campaigns.models import Campaign, CampaignAction
from programs.permissions import CAMPAIGNS
from programs.surveys.models import Survey

COUNT = 2**31 - 1


class CampaignSerializer(Resource):
    partners = serializers.SerializerMethodField(help_text="Numbers of the partners that run it together with its own.")
    districts = serializers.SerializerMethodField(help_text="Numbers of the districts in which it is run.")

    class Meta:
        model = Campaign
        fields = ["id", "partner", "programme", "name", "audience", "partners", "districts", "starts_on", "ends_on"]

    def get_partners(self, campaign: Campaign) -> list[int]:
        return sorted(partner.pk for partner in campaign.partners.all())

    def get_districts(self, campaign: Campaign) -> list[int]:
        return sorted(district.pk for district in campaign.districts.all())


class CampaignQuery(Query):
    partner = Number()
    programme = Number()


class CampaignView(View):
    """Campaigns, as every partner sees them."""

    resource = "campaigns"
    sees = CAMPAIGNS
    serializer_class = CampaignSerializer
    without_marks = WithoutMarks.SHORT
    queries = {"list": CampaignQuery}

    def get_queryset(self) -> QuerySet[Campaign]:
        return Campaign.objects.prefetch_related("partners", "districts").order_by()


class CampaignActionSerializer(Resource):
    class Meta:
        model = CampaignAction
        fields = [
            "id", "partner", "campaign", "kind", "what", "held_on", "place", "district", "people", "impressions", "engaged", "cost",
            "delivered_by", "survey",
        ]  # fmt: skip


class CampaignActionQuery(Query):
    campaign = Number()
    held_from = serializers.DateField(required=False, source="held_on__gte", help_text="Held on this day or later.")


class CampaignActionInput(Strict):
    kind = serializers.ChoiceField(choices=CampaignAction.Kind.choices)
    what = serializers.CharField(max_length=150)
    held_on = InPast()
    place = serializers.CharField(max_length=120, default="", allow_blank=True)
    district = serializers.PrimaryKeyRelatedField(queryset=District.objects.all(), default=None, allow_null=True)
    people = serializers.IntegerField(min_value=0, max_value=COUNT, default=None, allow_null=True)
    impressions = serializers.IntegerField(min_value=0, max_value=COUNT, default=None, allow_null=True)
    engaged = serializers.IntegerField(min_value=0, max_value=COUNT, default=None, allow_null=True)
    cost = serializers.DecimalField(max_digits=9, decimal_places=2, min_value=0, default=None, allow_null=True)
    delivered_by = serializers.PrimaryKeyRelatedField(queryset=Partner.objects.all(), default=None, allow_null=True)
    survey = serializers.PrimaryKeyRelatedField(queryset=Survey.objects.all(), default=None, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        counted = "people" if attrs["kind"] in CampaignAction.ON_SCREENS else "impressions"
        if attrs[counted] is not None:
            raise serializers.ValidationError(
                {counted: _("Posts and media have impressions; everything else has people. They are never added up.")}
            )
        return attrs


class NewCampaignActionInput(CampaignActionInput):
    campaign = serializers.PrimaryKeyRelatedField(queryset=Campaign.objects.all())


class CampaignActionView(View):
    """What was done in campaigns, as every partner sees it. A partner writes down what was done in its own."""

    resource = "campaign-actions"
    sees = CAMPAIGNS
    does = {
        "create": campaigns.save_campaign_action,
        "update": campaigns.save_campaign_action,
        "destroy": campaigns.remove_campaign_action,
    }
    serializer_class = CampaignActionSerializer
    without_marks = WithoutMarks.ADDED
    queries = {"list": CampaignActionQuery}

    def get_queryset(self) -> QuerySet[CampaignAction]:
        return CampaignAction.objects.order_by()

    @extend_schema(request=NewCampaignActionInput, responses={201: CampaignActionSerializer})
    def create(self, request: Request) -> Response:
        """Writes down what was done in an own campaign: people who were there, or impressions of what was posted."""
        fields = self.checked_body(NewCampaignActionInput)
        saved = self._save(CampaignAction(partner=fields["campaign"].partner), fields)
        address = request.build_absolute_uri(f"/api/v1/campaign-actions/{saved.pk}")
        return self.answer(saved, 201, {"Location": address})

    @extend_schema(request=CampaignActionInput, responses={200: CampaignActionSerializer})
    def update(self, request: Request, pk: int) -> Response:
        """Corrects what was written down."""
        campaign_action = self.get_object()
        self.check_unchanged(campaign_action)
        return self.answer(self._save(campaign_action, self.checked_body(CampaignActionInput)))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Takes back what was written down by mistake."""
        campaigns.remove_campaign_action(by=self.acting, campaign_action=self.get_object())
        return Response(status=204)

    def _save(self, campaign_action: CampaignAction, fields: dict[str, Any]) -> CampaignAction:
        for name, value in fields.items():
            setattr(campaign_action, name, value)
        return campaigns.save_campaign_action(by=self.acting, campaign_action=campaign_action)
