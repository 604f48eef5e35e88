"""A person's consent to a disclosure, and the signed form behind it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.people.models import Person
from partnership.audit_trail.history import Recorded
from partnership.isolation.constraints import before_2200
from partnership.isolation.days import TODAY, DaysField
from partnership.isolation.encrypted_fields import EncryptedBinaryField, EncryptedTextField
from partnership.isolation.pointers import OneOfOwner, known_by_owner, same_partner
from partnership.isolation.policies import (
    MY_CONSENTS,
    READ_AND_WRITE,
    RECEIVER,
    SENDER,
    Grant,
    Policy,
    own_rows,
    person_reads,
    written_by,
)
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User


class Consent(models.Model):
    """A person's consent to a disclosure, with the elements of 42 CFR 2.31 and GDPR articles 7 and 9.

    Whose data (person), who may disclose (from_partner), what (scope), to whom (to_partner), for what (purpose), until
    when or which event, signed when and how; the right to withdraw is told; for somebody under 18 the guardian's consent
    as well, or why it is missing. The person's record is the sender's; the receiver sees the terms, not the record.
    """

    class Signed(models.TextChoices):
        PAPER = "paper", _("On paper")
        SCREEN = "screen", _("On the screen")
        VERBAL = "verbal", _("Spoken, with a witness")

    class Scope(models.TextChoices):
        IDENTITY = "identity", _("Name, date of birth, identity code, contact")
        IDENTITY_AND_SITUATION = (
            "identity_and_situation",
            _("Name, date of birth, identity code, contact, and a summary of the situation"),
        )

    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    scope = models.CharField(
        _("what may be disclosed"), max_length=30, choices=Scope, default=Scope.IDENTITY_AND_SITUATION
    )
    purpose = models.CharField(_("purpose"), max_length=200)
    reports_back = models.BooleanField(
        _("the receiver may report attendance and outcome back"),
        help_text=_("Counts and dates only: what is said in treatment stays with the NGO."),
        default=True,
    )
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    expires_event = models.CharField(_("or until this event"), max_length=200, blank=True)
    event_on = models.DateField(
        _("the event happened on"), null=True, help_text="From that day on the consent is over, whatever its date says."
    )
    signed_on = models.DateField(_("signed on"))
    signed_how = models.CharField(_("signed how"), max_length=10, choices=Signed)
    witness = EncryptedTextField(
        _("witness"),
        owner="from_partner",
        blank=True,
        default="",
        help_text=_("Who heard the person consent, besides you. A colleague, a guardian or an interpreter."),
    )
    told_right_to_withdraw = models.BooleanField(_("the right to withdraw was explained"))
    guardian_name = EncryptedTextField(_("guardian who consented"), owner="from_partner", blank=True)
    guardian_missing_reason = models.CharField(_("why a guardian's consent is missing"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    disclosed_at = models.DateTimeField(
        null=True, help_text="When the referral under it was sent: from then on the receiver sees it."
    )
    valid_days = DaysField(
        help_text="From its signing to its date, its event or its withdrawal: `portal_consent_days`."
    )

    class Meta:
        verbose_name = _("consent")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__isnull=False) | ~Q(expires_event=""),
                name="consent_ends",
                violation_error_message=_("Say until when the consent is valid: a date or an event."),
            ),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("signed_on")),
                name="consent_ends_after_signing",
                violation_error_message=_("The consent ends before it was signed."),
            ),
            models.CheckConstraint(
                condition=Q(told_right_to_withdraw=True),
                name="right_to_withdraw_told",
                violation_error_message=_("A consent is valid only when the right to withdraw was explained."),
            ),
            models.CheckConstraint(
                condition=Q(event_on=None) | ~Q(expires_event=""), name="consent_ends_by_its_own_event"
            ),
            before_2200("expires_on", name="consent_ends_some_day"),
            known_by_owner("from_partner", name="consent_by_discloser"),
            known_by_owner("from_partner", "to_partner", "person", name="consent_by_what_it_covers"),
            *same_partner("person", owner="from_partner_id"),
            written_by("recorded_by_id"),
            # The discloser's, and the receiver's to see once the referral under it was sent. Either may withdraw it for the
            # person, and say that its event happened.
            Grant(role="web", privileges=READ_AND_WRITE),
            Policy(name="discloser", role="web", using=SENDER),
            Policy(
                name="receiver_reads", role="web", command="SELECT", using=f"{RECEIVER} and disclosed_at is not null"
            ),
            Policy(
                name="receiver_ends",
                role="web",
                command="UPDATE",
                using=f"{RECEIVER} and disclosed_at is not null",
                check=f"{RECEIVER} and disclosed_at is not null and (withdrawn_at is not null or event_on <= {TODAY})",
            ),
            Fixed(columns=["withdrawn_at"], when="old.withdrawn_at is not null", name="stays_withdrawn"),
            Fixed(
                columns=[
                    "person_id",
                    "from_partner_id",
                    "to_partner_id",
                    "scope",
                    "purpose",
                    "reports_back",
                    "expires_on",
                    "expires_event",
                    "signed_on",
                    "signed_how",
                    "witness",
                    "guardian_name",
                    "guardian_missing_reason",
                    "told_right_to_withdraw",
                    "disclosed_at",
                    "recorded_by_id",
                ],
                when="current_user = 'portal_web' and old.from_partner_id is distinct from portal_acting_partner()",
                name="disclosers_words",
            ),
            *person_reads(
                "id",
                "from_partner_id",
                "to_partner_id",
                "person_id",
                "scope",
                "purpose",
                "reports_back",
                "expires_on",
                "expires_event",
                "event_on",
                "signed_on",
                "withdrawn_at",
                "valid_days",
                using=f"id = {MY_CONSENTS}",
            ),
            Recorded(
                record="consent",
                partners=["from_partner_id", "to_partner_id"],
                leaves_out=["valid_days"],
                about_person=True,
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"

    @property
    def is_valid(self) -> bool:
        """Whether it is valid today."""
        return timezone.localdate() in self.valid_days


class ConsentPaper(models.Model):
    """The signed form behind a consent: a signature from the screen, or a photographed or scanned paper. The discloser's alone."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    consent = OneOfOwner(Consent, models.CASCADE, related_name="paper")
    media_type = models.CharField(max_length=30)
    content = EncryptedBinaryField()
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consent", "partner"], name="paper_once"),
            *same_partner("consent", others="from_partner_id"),
            *own_rows(),
            written_by("added_by_id"),
        ]

    def __str__(self) -> str:
        return f"consent paper {self.pk}"
