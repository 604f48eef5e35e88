"""What can be done with campaigns: planning one, writing down what was done, and taking back what was not."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid
from partnership.members.models import CASEWORK_ROLES, District, Partner, Role
from programs.campaigns.models import Campaign, CampaignAction

CAMPAIGN_ROLES = (*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.PROFESSIONAL)
"""Who leads campaigns for a partner that has programmes."""


@action("campaign.save", roles=CAMPAIGN_ROLES, party=Party.OWNER)
def save_campaign(
    *, by: Acting, campaign: Campaign, partners: Collection[Partner], districts: Collection[District]
) -> Campaign:
    """Adds or changes a campaign of the acting partner, as part of one of its programmes. Raises Invalid without a district, and
    for a name that another of its campaigns has."""
    if not districts:
        raise Invalid("districts", _("Choose the districts in which it is run."))
    if Campaign.objects.filter(partner=by.partner, name=campaign.name).exclude(pk=campaign.pk).exists():
        raise Invalid("name", _("You have a campaign of that name."))
    campaign.save()
    campaign.partners.set([partner for partner in partners if partner.pk != campaign.partner_id])
    campaign.districts.set(districts)
    return campaign


@action("campaign_action.save", roles=CAMPAIGN_ROLES, party=Party.OWNER, scope="campaigns:write")
def save_campaign_action(*, by: Acting, campaign_action: CampaignAction) -> CampaignAction:
    """Writes down what was done, or corrects it. Raises DateOutOfRange for a day that is still to come, or before the campaign, and
    Invalid for another partner's survey."""
    if not campaign_action.campaign.starts_on <= campaign_action.held_on <= timezone.localdate():
        raise DateOutOfRange(_("Choose a day between the beginning of the campaign and today."))
    survey = campaign_action.survey
    if survey is not None and survey.partner_id != campaign_action.partner_id:
        raise Invalid("survey", _("Choose a survey of your own."))
    campaign_action.save()
    return campaign_action


@action("campaign_action.remove", roles=CAMPAIGN_ROLES, party=Party.OWNER, scope="campaigns:write")
def remove_campaign_action(*, by: Acting, campaign_action: CampaignAction) -> None:
    """Takes back what was written down by mistake; the history keeps it."""
    campaign_action.delete()
