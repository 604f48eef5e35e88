"""Who read what, and who changed what: neither can be changed afterwards."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.purposes import Purpose
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import same_partner
from partnership.isolation.policies import (
    AUDITOR,
    MINE,
    MY_DIVERSIONS,
    MY_ENROLMENTS,
    MY_RECORDS,
    MY_REFERRALS,
    OWN,
    PARTNER,
    USER,
    Grant,
    Policy,
    auditor_reads,
    jobs_read,
    person_reads,
)

OF_CARD = "partner_id = (select c.partner_id from cases_card c where c.id = (select portal_person_card()))"
"""Whoever has the record, not whoever says that they read it."""
OF_THE_PARTNER = f"(partner_id is null or {OWN} or other_partner_id = {PARTNER})"
OF_OWNER = f"(partner_id is null or {OWN} or other_partner_id = {PARTNER} and not is_about_person)"
"""Of what is about a person the second party reads the record, as long as its policies show it, and never what stood in it once."""


class ReadLog(models.Model):
    """Who looked at a person's data, for whom, when and what for; every request of a partner system, with its scope. Never changed.

    `people`: numbers of the people whom it showed; None where they were too many to name (`read_log.MOST_NAMED`).
    """

    partner = models.ForeignKey("partnership.Partner", models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    what = models.CharField(_("what was read"), max_length=30)
    object_id = models.BigIntegerField(_("number"))
    count = models.PositiveIntegerField(_("records"), default=1)
    client = models.ForeignKey("partnership.ApiClient", models.PROTECT, null=True, related_name="+")
    scope = models.CharField(max_length=40, blank=True)
    is_refused = models.BooleanField(_("refused"), default=False, db_default=False)
    purpose = models.CharField(_("what for"), max_length=10, choices=Purpose, blank=True, default="")
    words = EncryptedTextField(_("in their words"), blank=True, default="")
    people = ArrayField(models.BigIntegerField(), null=True, default=list)

    class Meta:
        ordering = ["-id"]
        indexes = [
            GinIndex(fields=["people"], name="readlog_people"),
            models.Index(fields=["-id"], condition=models.Q(people=None), name="readlog_unnamed"),
            models.Index(fields=["partner", "-id"], name="readlog_partner"),
            models.Index(fields=["what", "object_id", "-id"], name="readlog_object"),
            # A day of the log, which is written in the order of time.
            BrinIndex(fields=["at"], name="readlog_day"),
        ]
        constraints = [
            *same_partner("client"),
            # Nobody changes it: each partner reads its own, the auditor all.
            Grant(role="web", privileges="SELECT, INSERT"),
            Policy(name="write_own", role="web", command="INSERT", using=MINE),
            Policy(name="read_own", role="web", command="SELECT", using=OWN),
            auditor_reads(),
            # That somebody opened what is protected (`cases/protection`) is theirs and the auditor's to know, not colleagues'.
            Policy(
                name="protected",
                role="web",
                command="SELECT",
                using=f"left(what, 9) <> 'protected' or user_id = {USER} or {AUDITOR}",
                only_narrows=True,
            ),
            *jobs_read("id", "partner_id", "user_id", "at", "what", "count"),
            # The person concerned is told which partner looked, when, at what and what for: neither name nor words of who did.
            *person_reads(
                "id",
                "partner_id",
                "at",
                "what",
                "object_id",
                "is_refused",
                "purpose",
                using=f"(what in ('person', 'person_file') and object_id = {MY_RECORDS} and {OF_CARD}"
                f" or what = 'enrolment' and object_id = {MY_ENROLMENTS} and {OF_CARD}"
                f" or what = 'referral' and object_id = {MY_REFERRALS} or what = 'diversion' and object_id = {MY_DIVERSIONS})",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.object_id}"


class RecordChange(models.Model):
    """One change of one record: who, when, acting for whom, through what, by which action, and which fields.

    A trigger of the database writes it in the transaction of the change (history.py); nobody else can, and nobody
    changes it. `partner` owns the record, `other_partner` is its second party; without either it is everybody's to see.
    """

    class Kind(models.TextChoices):
        CREATED = "created", _("Added")
        CHANGED = "changed", _("Changed")
        DELETED = "deleted", _("Deleted")

    class Through(models.TextChoices):
        PAGE = "page", _("on a page")
        API = "api", _("by a partner system")
        JOB = "job", _("by the portal itself")
        MY_PAGE = "my_page", _("by the person, on My page")

    record = models.CharField(max_length=30)
    object_id = models.BigIntegerField()
    partner = models.ForeignKey(
        "partnership.Partner", models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    other_partner = models.ForeignKey(
        "partnership.Partner", models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    acting_for = models.ForeignKey(
        "partnership.Partner", models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    client = models.ForeignKey(
        "partnership.ApiClient", models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    through = models.CharField(max_length=10, choices=Through)
    action = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    fields = ArrayField(models.CharField(max_length=60))

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["record", "object_id", "-id"], name="record_history")]
        constraints = [
            Grant(role="web", privileges="SELECT"),
            Policy(name="read_own", role="web", command="SELECT", using=OF_THE_PARTNER),
            auditor_reads(),
        ]

    def __str__(self) -> str:
        return f"{self.record} {self.object_id} {self.kind}"


class RecordChangeContent(models.Model):
    """From what to what: field → value before and after, encrypted ones as the table holds them.

    Apart from RecordChange because the auditor sees that something about a person changed, and not what. It goes when the
    person is erased.
    """

    # No foreign key of the database: the trigger alone writes both, and months of both go at once (partitions.py).
    change = models.OneToOneField(
        RecordChange, models.DO_NOTHING, primary_key=True, related_name="content", db_constraint=False
    )
    at = models.DateTimeField(db_default=Now(), help_text="When the transaction of the change began.")
    record = models.CharField(max_length=30)
    object_id = models.BigIntegerField()
    partner = models.ForeignKey(
        "partnership.Partner", models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    other_partner = models.ForeignKey(
        "partnership.Partner", models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    is_about_person = models.BooleanField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["record", "object_id"], name="record_history_content")]
        constraints = [
            Grant(role="web", privileges="SELECT"),
            Policy(name="read_own", role="web", command="SELECT", using=OF_OWNER),
            Policy(name="audit", role="web", command="SELECT", using=f"{AUDITOR} and not is_about_person"),
        ]

    def __str__(self) -> str:
        return f"content of change {self.change_id}"
