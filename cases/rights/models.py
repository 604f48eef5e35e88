"""What people ask for of their own data, and how much is past its time."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.people.models import Person
from partnership.audit_trail.history import Recorded
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import OneOfOwner, known_by_owner, same_partner
from partnership.isolation.policies import (
    MANAGER,
    MY_RECORDS,
    OWN,
    Grant,
    Policy,
    auditor_reads,
    everybody_reads,
    jobs_keep,
    own_rows,
    person_reads,
    written_by,
)
from partnership.members.models import REFERRING_ROLES, ROLES_BY_KIND, Partner, User


class SubjectRequest(models.Model):
    """A person's request about their own data (GDPR articles 15 to 18 and 21): its kind, days and outcome, which the auditor
    sees too. What was said stands apart (`RequestWords`).
    """

    class Kind(models.TextChoices):
        ACCESS = "access", _("See the data (article 15)")
        RECTIFICATION = "rectification", _("Have it corrected (article 16)")
        ERASURE = "erasure", _("Have it erased (article 17)")
        RESTRICTION = "restriction", _("Have its use restricted (article 18)")
        OBJECTION = "objection", _("Object to its use (article 21)")

    class Outcome(models.TextChoices):
        OPEN = "", _("Open")
        GRANTED = "granted", _("Granted")
        PARTLY = "partly", _("Granted in part")
        REFUSED = "refused", _("Refused")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="requests")
    kind = models.CharField(_("what is asked for"), max_length=20, choices=Kind)
    received_on = models.DateField(_("received on"))
    due_on = models.DateField(_("answer by"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True, default="")
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("request")
        indexes = [
            models.Index(fields=["partner", "due_on", "id"], name="request_own"),
            models.Index(fields=["due_on", "id"], name="request_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(Q(outcome=""), Q(answered_on=None)), name="answered_request_has_a_day"
            ),
            models.CheckConstraint(
                condition=Q(answered_on=None) | Q(answered_on__gte=F("received_on")),
                name="request_answered_after_it_came",
            ),
            known_by_owner("partner", name="request_by_owner"),
            *same_partner("person"),
            *own_rows(),
            written_by("recorded_by_id"),
            *person_reads(
                "id",
                "partner_id",
                "person_id",
                "kind",
                "received_on",
                "due_on",
                "outcome",
                "answered_on",
                using=f"person_id = {MY_RECORDS}",
            ),
            auditor_reads(),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"


class RequestWords(models.Model):
    """What a person asked and what was answered: the partner's alone, for it may tell of treatment."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    request = OneOfOwner(SubjectRequest, models.CASCADE, related_name="words")
    note = EncryptedTextField(_("in the person's words"), blank=True)
    answer = EncryptedTextField(_("answer, with reasons"), blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "partner"], name="words_once"),
            *same_partner("request"),
            *own_rows(),
        ]

    def __str__(self) -> str:
        return f"words of request {self.request_id}"


class RetentionCount(models.Model):
    """How many people of a partner are past their period of retention: counted by a job, without a name."""

    partner = models.OneToOneField(Partner, models.CASCADE, related_name="+")
    overdue = models.PositiveIntegerField()
    counted_on = models.DateField()

    class Meta:
        constraints = [
            Grant(role="web", privileges="SELECT"),
            Policy(name="read_own", role="web", command="SELECT", using=OWN),
            auditor_reads(),
            *jobs_keep("SELECT, INSERT, UPDATE", name="count"),
        ]

    def __str__(self) -> str:
        return f"retention of {self.partner_id}"


class PrivacyNotice(models.Model):
    """What a partner says of its register to whoever asks (GDPR article 15(1)): its manager writes it once, each file holds it.

    It names no person but those to turn to, and everybody may read it.
    """

    partner = models.OneToOneField(Partner, models.CASCADE, related_name="privacy_notice")
    controller = models.TextField(_("controller, with address, phone and email"), max_length=500)
    officer = models.TextField(_("data-protection officer, with phone and email"), max_length=500)
    purposes = models.TextField(_("what the data is for"), max_length=1000)
    legal_basis = models.TextField(_("legal basis"), max_length=1000)
    sources = models.TextField(_("where the data comes from"), max_length=1000)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("privacy notice")
        constraints = [
            *everybody_reads(f"({OWN} and {MANAGER})", jobs=""),
            written_by("changed_by_id"),
            Recorded(record="privacy_notice", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return f"privacy notice of {self.partner_id}"


def without_notice() -> models.QuerySet[Partner]:
    """Active partners that keep a register of people and have not said what they must: their files lack it."""
    keeps = [kind for kind, roles in ROLES_BY_KIND.items() if set(roles) & set(REFERRING_ROLES)]
    return Partner.objects.filter(is_active=True, kind__in=keeps, privacy_notice=None).order_by("name")
