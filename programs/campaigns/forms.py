"""Forms of campaigns and of what was done in them."""

from __future__ import annotations

from typing import Any

from django import forms

from partnership.members.models import District, Partner
from partnership.pages.form_fields import DateInput, ModelForm, offer_days
from programs.campaigns.models import Campaign, CampaignAction
from programs.catalogue.models import Programme
from programs.surveys.models import Survey


class CampaignForm(ModelForm[Campaign]):
    class Meta:
        model = Campaign
        fields = ["name", "programme", "audience", "districts", "partners", "starts_on", "ends_on", "series"]
        widgets = {
            "starts_on": DateInput(),
            "ends_on": DateInput(),
            "districts": forms.CheckboxSelectMultiple(),
            "partners": forms.CheckboxSelectMultiple(),
        }

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "programme": Programme.objects.filter(partner=partner, is_active=True),
            "districts": District.objects.order_by("name"),
            "partners": Partner.objects.filter(is_active=True).exclude(pk=partner.pk).order_by("name"),
        }
        for name, queryset in choices.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]


class CampaignActionForm(ModelForm[CampaignAction]):
    class Meta:
        model = CampaignAction
        fields = [
            "kind", "what", "held_on", "place", "district", "people", "impressions", "engaged", "cost", "delivered_by", "survey"
        ]  # fmt: skip
        widgets = {"held_on": DateInput()}

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        together = Partner.objects.filter(pk__in=[campaign.partner_id, *campaign.partners.values_list("pk", flat=True)])
        self.fields["district"].queryset = campaign.districts.order_by("name")  # type: ignore[attr-defined]
        self.fields["delivered_by"].queryset = together.order_by("name")  # type: ignore[attr-defined]
        self.fields["survey"].queryset = Survey.objects.filter(partner=campaign.partner_id)  # type: ignore[attr-defined]
        offer_days(self.fields["held_on"], 0, -1)
