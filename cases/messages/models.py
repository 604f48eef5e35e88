"""How somebody wants to be reminded of appointments, and of which they were."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.people.models import Person
from partnership.audit_trail.history import Recorded
from partnership.events.models import Letter
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import (
    MY_RECORDS,
    OWN,
    Grant,
    Policy,
    jobs_keep,
    jobs_read,
    own_rows,
    person_reads,
    written_by,
)
from partnership.members.models import Partner, User


class ContactWish(models.Model):
    """Whether and how a person may be reminded of appointments: agreed by them, written down by whom and when.

    The address is a copy, encrypted, since jobs read no contact of a person's record: of nobody but those who agreed. Without a
    `channel` nobody is reminded; somebody who must not be contacted, or whose guardian must not learn of it, has none.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, related_name="contact_wishes")
    channel = models.CharField(_("reminders by"), max_length=5, choices=Letter.Channel, blank=True, default="")
    address = EncryptedTextField(_("where reminders go"), blank=True, default="")
    language = models.CharField(_("language of reminders"), max_length=5, choices=settings.LANGUAGES, default="en")
    never = models.BooleanField(_("do not contact"), default=False)
    not_guardian = models.BooleanField(_("do not tell the guardian"), default=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("wish about contact")
        constraints = [
            models.UniqueConstraint(fields=["partner", "person"], name="one_contact_wish"),
            models.CheckConstraint(
                condition=Q(channel="") | Q(never=False, not_guardian=False), name="reminded_only_who_may_be"
            ),
            models.CheckConstraint(condition=Q(channel="") | ~Q(address=""), name="reminded_somewhere"),
            known_by_owner("partner", name="wish_by_owner"),
            *same_partner("person"),
            *own_rows(),
            written_by("recorded_by_id"),
            *jobs_read(
                "id",
                "partner_id",
                "person_id",
                "channel",
                "address",
                "language",
                "recorded_by_id",
                "never",
                "not_guardian",
            ),
            *person_reads("id", "partner_id", "person_id", "channel", using=f"person_id = {MY_RECORDS}"),
            Recorded(
                record="person",
                partners=["partner_id"],
                about_person=True,
                number="person_id",
                leaves_out=["id", "partner_id", "recorded_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"wish about contact {self.pk}"


class Reminder(models.Model):
    """That somebody was sent a reminder of something at a time: once for each. `letter` is the letter's number, of which how it went
    can be read for some weeks (`events.letters.FORGOTTEN_AFTER`)."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    wish = models.ForeignKey(ContactWish, models.CASCADE, related_name="reminders")
    what = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    starts_at = models.DateTimeField()
    letter = models.UUIDField(unique=True)
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["what", "object_id", "starts_at"], name="reminded_once"),
            *same_partner("wish"),
            Grant(role="web", privileges="SELECT, DELETE"),
            Policy(name="own", role="web", using=OWN),
            *jobs_keep("SELECT, INSERT", name="remind"),
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk}"
