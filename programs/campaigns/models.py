"""Campaigns and community activities: what was done, where, and how many it reached. People are counted, never named."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import EVERY_ROW, OWN, Grant, Policy, TableRule, everybody_reads
from partnership.isolation.triggers import Fixed
from partnership.members.models import District, Partner
from programs.catalogue.models import Programme
from programs.surveys.models import Survey


def _own_and_seen(through: str) -> list[TableRule]:
    campaign = f"exists (select from programs_campaign c where c.id = campaign_id and c.{OWN})"
    return everybody_reads(campaign, jobs="", through=through)


class Campaign(models.Model):
    """A campaign of a partner with others, as part of a programme. Every partner sees it."""

    class Audience(models.TextChoices):
        YOUNG_PEOPLE = "young_people", _("Young people")
        PARENTS = "parents", _("Parents and relatives")
        RESIDENTS = "residents", _("Residents")
        PEOPLE_WHO_USE = "people_who_use", _("People who use drugs")
        PROFESSIONALS = "professionals", _("Professionals")

    class Series(models.TextChoices):
        YOUNG = "young", _("Drug offences of under-18s")
        DRUG = "drug", _("All drug offences")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("partner"))
    programme = models.ForeignKey(
        Programme,
        models.PROTECT,
        related_name="campaigns",
        verbose_name=_("part of"),
        help_text=_("The programme that goes on behind it: its page says how its prevention plan is rated."),
    )
    name = models.CharField(_("name"), max_length=150)
    audience = models.CharField(_("for whom"), max_length=20, choices=Audience)
    partners = models.ManyToManyField(Partner, blank=True, related_name="+", verbose_name=_("together with"))
    districts = models.ManyToManyField(District, related_name="+", verbose_name=_("districts"))
    starts_on = models.DateField(_("begins on"), default=timezone.localdate)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    series = models.CharField(
        _("series beside it"),
        max_length=10,
        choices=Series,
        default=Series.YOUNG,
        help_text=_("Arrests of its districts that its page shows beside what was done."),
    )

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="campaign_days_in_order",
                violation_error_message=_("It ends before it begins."),
            ),
            models.UniqueConstraint(
                fields=["partner", "name"],
                name="campaign_named_once",
            ),
            known_by_owner("partner", name="campaign_of_partner"),
            *same_partner("programme"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
            Policy(name="own_insert", role="web", command="INSERT", using=OWN),
            Policy(name="own_update", role="web", command="UPDATE", using=OWN),
            *_own_and_seen("partners"),
            *_own_and_seen("districts"),
            Fixed(columns=["partner_id"], name="stays_its_partners"),
            Recorded(record="campaign"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        return self.ends_on is not None and self.ends_on < timezone.localdate()


class CampaignAction(models.Model):
    """One thing that was done, of a campaign: people who were there or who were talked with, or impressions of something that was
    posted. The two are different things, and no number holds both."""

    class Kind(models.TextChoices):
        SCHOOL_WORKSHOP = "school_workshop", _("School workshop")
        PEER_EVENT = "peer_event", _("Peer event")
        STREET = "street", _("On the street")
        PARENTS = "parents", _("Parents’ evening")
        COMMUNITY = "community", _("Community activity")
        SOCIAL_POST = "social_post", _("Post on social media")
        MEDIA = "media", _("Newspaper, radio, television")

    ON_SCREENS = (Kind.SOCIAL_POST, Kind.MEDIA)
    """What is shown to people who are not there: it has impressions. Everything else has people."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="actions")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    what = models.CharField(
        _("what"), max_length=150, help_text=_("For example: Workshop in grade 8, a video on TikTok.")
    )
    held_on = models.DateField(_("held on"), default=timezone.localdate)
    place = models.CharField(_("place or channel"), max_length=120, blank=True)
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("district")
    )
    people = models.PositiveIntegerField(_("people, counted"), null=True, blank=True)
    impressions = models.PositiveIntegerField(
        _("impressions"), null=True, blank=True, help_text=_("How often it was shown, as the channel says.")
    )
    engaged = models.PositiveIntegerField(
        _("answers"), null=True, blank=True, help_text=_("Comments, messages, calls that came of it.")
    )
    cost = models.DecimalField(_("cost (€)"), max_digits=9, decimal_places=2, null=True, blank=True)
    delivered_by = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who did it")
    )
    survey = models.ForeignKey(
        Survey,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("survey before and after"),
        help_text=_("Its results are shown with the campaign."),
    )

    class Meta:
        verbose_name = _("action of a campaign")
        ordering = ["-held_on", "-id"]
        indexes = [models.Index(fields=["campaign", "-held_on"], name="actions_of_campaign")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["social_post", "media"], people=None) | (~Q(kind__in=["social_post", "media"]) & Q(impressions=None)),
                name="people_or_impressions",
                violation_error_message=_("Posts and media have impressions; everything else has people. They are never added up."),
            ),
            models.CheckConstraint(condition=Q(cost=None) | Q(cost__gte=0), name="action_costs_something"),
            *same_partner("campaign", "survey"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE, DELETE"),
            Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
            *[Policy(name=f"own_{verb.lower()}", role="web", command=verb, using=OWN) for verb in ("INSERT", "UPDATE", "DELETE")],
            Fixed(columns=["partner_id", "campaign_id"], name="stays_its_campaigns"),
            Recorded(record="campaign", number="campaign_id", partners=["partner_id"], name="actions_recorded"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.what
