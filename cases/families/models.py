"""Families: a relative is a client in their own right, and what is done with one tells nothing of the other.

People of one register may be related (`cases.relations`). That one of them takes part, the other learns only by the consent of that one.
A family session is a session of each who was present, in their own participation; that they belong together, whoever led it alone sees.
Parenting groups count heads and name nobody.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Session
from cases.people.models import Person
from partnership.audit_trail.history import Recorded
from partnership.isolation.pointers import SameOwner, known_by_owner, same_partner
from partnership.isolation.policies import OWN, READ_AND_WRITE, USER, Grant, Policy, own_rows, written_by
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User
from programs.catalogue.models import Programme

LED = f"{OWN} and led_by_id = {USER}"


class FamilyConsentQuerySet(models.QuerySet["FamilyConsent"]):
    def in_force(self) -> FamilyConsentQuerySet:
        """Not withdrawn."""
        return self.filter(withdrawn_on=None)


class FamilyConsent(models.Model):
    """`person` agrees that `other` may know that they take part here, and meet them in family sessions. The reverse is another row."""

    class How(models.TextChoices):
        PAPER = "paper", _("On paper")
        SPOKEN = "spoken", _("Spoken")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, related_name="family_consents")
    other = models.ForeignKey(Person, models.CASCADE, related_name="+")
    agreed_on = models.DateField(_("agreed on"), default=timezone.localdate)
    how = models.CharField(_("how"), max_length=10, choices=How)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, default=None)

    objects = FamilyConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent to a relative")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "person", "other"], condition=Q(withdrawn_on=None), name="agreed_to_a_relative_once"
            ),
            models.CheckConstraint(condition=~Q(person=F("other")), name="a_relative_is_another"),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gte=F("agreed_on")), name="withdrawn_once_agreed"
            ),
            *same_partner("person", "other"),
            *own_rows(),
            written_by("recorded_by_id"),
            Fixed(columns=["partner_id", "person_id", "other_id", "agreed_on", "how", "recorded_by_id"]),
            Fixed(columns=["withdrawn_on"], when="old.withdrawn_on is not null", name="withdrawn_once"),
            Recorded(record="family_consent", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"consent to a relative {self.pk}"


class FamilySession(models.Model):
    """That some sessions were one, of a family: for whoever led it and for nobody else, not even at the own partner. No history keeps
    it, no file has it."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    led_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    held_on = models.DateField(_("date"))

    class Meta:
        verbose_name = _("family session")
        indexes = [models.Index(fields=["partner", "led_by", "-held_on", "-id"], name="family_session_list")]
        constraints = [
            known_by_owner("partner", "led_by", name="family_session_by_leader"),
            Grant(role="web", privileges=READ_AND_WRITE),
            Policy(name="leader", role="web", using=LED),
        ]

    def __str__(self) -> str:
        return f"family session {self.pk}"


class FamilyPresence(models.Model):
    """Which session of a participation belongs to a family session; as hidden as that."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    led_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    family_session = models.ForeignKey(FamilySession, models.CASCADE, related_name="presences")
    session = models.ForeignKey(Session, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("presence at a family session")
        constraints = [
            models.UniqueConstraint(fields=["session", "partner"], name="of_one_family_session"),
            SameOwner(field="family_session", by={"partner_id": "partner_id", "led_by_id": "led_by_id"}),
            *same_partner("session"),
            Grant(role="web", privileges=READ_AND_WRITE),
            Policy(name="leader", role="web", using=LED),
        ]

    def __str__(self) -> str:
        return f"presence {self.pk}"


class ParentingGroup(models.Model):
    """A group of parents, counted by heads: nobody in it is named, and nobody has to be a client."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name=_("programme"))
    name = models.CharField(_("name"), max_length=100)
    is_open = models.BooleanField(_("goes on"), default=True)

    class Meta:
        verbose_name = _("parenting group")
        constraints = [
            models.UniqueConstraint(fields=["partner", "programme", "name"], name="parenting_group_once"),
            known_by_owner("partner", name="parenting_group_by_owner"),
            *same_partner("programme"),
            *own_rows(),
            Fixed(columns=["partner_id", "programme_id"]),
            Recorded(record="parenting_group", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMeeting(models.Model):
    """A meeting of a parenting group: how many came."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    group = models.ForeignKey(ParentingGroup, models.CASCADE, related_name="meetings")
    held_on = models.DateField(_("date"), default=timezone.localdate)
    adults = models.PositiveSmallIntegerField(_("adults"))
    children = models.PositiveSmallIntegerField(_("children"), default=0)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("meeting of a parenting group")
        constraints = [
            models.UniqueConstraint(fields=["group", "held_on", "partner"], name="one_meeting_a_day"),
            *same_partner("group"),
            *own_rows(),
            written_by("recorded_by_id"),
            Recorded(record="group_meeting", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return f"meeting {self.pk}"
