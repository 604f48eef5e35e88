"""Pages of campaigns: all of them, one with what was done and the arrests of its districts beside it, and the forms."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.lists import show
from programs.campaigns import actions as campaigns
from programs.campaigns.beside import beside
from programs.campaigns.forms import CampaignActionForm, CampaignForm
from programs.campaigns.lists import CAMPAIGN_LIST
from programs.campaigns.models import Campaign, CampaignAction
from programs.campaigns.reach import reach_of
from programs.permissions import CAMPAIGNS

MOST_ACTIONS = 500
"""So many of its actions, the newest, a campaign's page counts and shows."""


@require_safe
@partner_page(CAMPAIGNS)
def campaign_list(request: PartnerRequest) -> HttpResponse:
    """Campaigns of all partners, the newest first."""
    shown = show(request, CAMPAIGN_LIST, Campaign.objects.select_related("partner", "programme"))
    return render(request, "programs/campaigns/campaign_list.html", {"shown": shown, "page": shown.page})


@require_safe
@partner_page(CAMPAIGNS)
def campaign(request: PartnerRequest, pk: int) -> HttpResponse:
    """What was done, how many it reached, and the arrests of its districts."""
    related = Campaign.objects.select_related("partner", "programme").prefetch_related("partners", "districts")
    campaign = get_object_or_404(related, pk=pk)
    actions = list(campaign.actions.select_related("district", "delivered_by", "survey")[:MOST_ACTIONS])
    is_own = campaign.partner_id == request.acting.partner.pk
    context = {
        "campaign": campaign,
        "actions": actions,
        "reach": reach_of(actions),
        "beside": beside(request.acting, campaign),
        "is_own": is_own and campaigns.save_campaign.action.allows(request.acting),  # type: ignore[attr-defined]
    }
    return render(request, "programs/campaigns/campaign.html", context)


@partner_page(campaigns.save_campaign)
def campaign_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """A new campaign of the own partner, or one to change."""
    partner = request.acting.partner
    campaign = own(request, Campaign, pk) if pk else Campaign(partner=partner)
    form = CampaignForm(request.POST or None, instance=campaign, partner=partner)
    if form.is_valid():
        related = {name: form.cleaned_data[name] for name in ("partners", "districts")}
        try:
            saved = campaigns.save_campaign(by=request.acting, campaign=form.save(commit=False), **related)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. Every partner sees it."))
            return redirect("campaign", pk=saved.pk)
    back = reverse("campaign", args=[pk]) if pk else reverse("campaign_list")
    context = {"form": form, "title": str(campaign) if pk else _("New campaign"), "back": back}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@partner_page(campaigns.save_campaign_action)
def campaign_action_edit(request: PartnerRequest, campaign_pk: int, pk: int | None = None) -> HttpResponse:
    """Something that was done in an own campaign: new, or to correct."""
    campaign = own(request, Campaign, campaign_pk)
    if pk:
        campaign_action = get_object_or_404(campaign.actions.select_related("campaign"), pk=pk)
    else:
        campaign_action = CampaignAction(partner=campaign.partner, campaign=campaign, delivered_by=campaign.partner)
    form = CampaignActionForm(request.POST or None, instance=campaign_action, campaign=campaign)
    if form.is_valid():
        try:
            campaigns.save_campaign_action(by=request.acting, campaign_action=form.save(commit=False))
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("campaign", pk=campaign_pk)
    title = str(campaign_action) if pk else _("What was done")
    context = {"form": form, "title": title, "back": reverse("campaign", args=[campaign_pk])}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@partner_page(campaigns.remove_campaign_action)
def campaign_action_remove(request: PartnerRequest, campaign_pk: int, pk: int) -> HttpResponse:
    """Takes back what was written down by mistake."""
    campaign_action = get_object_or_404(own(request, Campaign, campaign_pk).actions, pk=pk)
    campaigns.remove_campaign_action(by=request.acting, campaign_action=campaign_action)
    messages.success(request, _("Removed."))
    return redirect("campaign", pk=campaign_pk)
