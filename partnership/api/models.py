"""Partner systems that use the API, and what the API remembers of their requests."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication, ApplicationManager

from partnership.audit_trail.history import Recorded
from partnership.audit_trail.purposes import Purpose
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.marks import TransactionField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import MANAGER, OWN, SIGNING_IN, Grant, Policy, jobs_keep, own_rows, written_by


class ApiClient(models.Model):  # type: ignore[django-manager-missing]
    """A partner's system. It acts through a membership of its own, which nobody can sign in with, within its scopes."""

    partner = models.ForeignKey("partnership.Partner", models.CASCADE, related_name="api_clients")
    membership = models.OneToOneField("partnership.Membership", models.PROTECT, related_name="api_client")
    name = models.CharField(_("name"), max_length=100)
    scopes = ArrayField(models.CharField(max_length=40), default=list, verbose_name=_("what it may do"))
    requests_per_minute = models.PositiveIntegerField(_("requests a minute"), default=600)
    default_purpose = models.CharField(
        _("reads for"),
        max_length=10,
        choices=[choice for choice in Purpose.choices if choice[0] != Purpose.OTHER],
        default=Purpose.CASEWORK,
        help_text=_("Stands in the log of reads where a request does not say it (header Read-Purpose)."),
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)
    secret_changed_at = models.DateTimeField(
        null=True, blank=True, help_text="When a secret was made anew, or an old one ended."
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("API client")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "name"],
                condition=Q(revoked_at=None),
                name="client_name_per_partner",
                violation_error_message=_("You have a client with this name already."),
            ),
            known_by_owner("partner", name="client_by_owner"),
            *same_partner("membership"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="own", role="web", command="SELECT", using=f"({OWN} or {SIGNING_IN})"),
            Policy(name="make", role="web", command="INSERT", using=f"({OWN} and {MANAGER})"),
            Policy(name="change", role="web", command="UPDATE", using=f"({OWN} and {MANAGER})"),
            written_by("created_by_id"),
            Recorded(record="client", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return self.name


class CredentialManager(ApplicationManager):  # type: ignore[misc] # the library has no types
    """Each with its client and partner: one query, so that an id that is known takes no longer than an unknown one."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Whether a credential is usable stands with them."""
        credentials: models.QuerySet[Any] = super().get_queryset().select_related("api_client__partner")
        return credentials


class Credential(AbstractApplication):  # type: ignore[misc] # the library has no types
    """A client's id and secret (stored as a hash). A client has two while one takes the place of the other."""

    partner = models.ForeignKey("partnership.Partner", models.CASCADE, related_name="+")
    api_client = models.ForeignKey(ApiClient, models.CASCADE, related_name="credentials")
    expires_at = models.DateTimeField(null=True)
    objects = CredentialManager()

    class Meta(AbstractApplication.Meta):  # type: ignore[misc]
        ordering = ["-id"]
        constraints = [
            *same_partner("api_client"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="see", role="web", command="SELECT", using=f"(({OWN} and {MANAGER}) or {SIGNING_IN})"),
            Policy(name="make", role="web", command="INSERT", using=f"({OWN} and {MANAGER})"),
            Policy(name="change", role="web", command="UPDATE", using=f"(({OWN} and {MANAGER}) or {SIGNING_IN})"),
        ]

    def is_usable(self, request: Any) -> bool:
        """Whether its tokens work: its client is not revoked, its partner active, it has not expired."""
        client = self.api_client
        return (
            client.revoked_at is None
            and client.partner.is_active
            and (self.expires_at is None or self.expires_at > timezone.now())
        )


class IdempotentAnswer(models.Model):
    """The answer to a POST that bore an Idempotency-Key: the same request gets it again. Kept for a day, encrypted."""

    partner = models.ForeignKey("partnership.Partner", models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = EncryptedTextField(blank=True)
    location = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "user", "key"], name="answered_once"),
            *own_rows(),
            *jobs_keep("DELETE", "id", "created_at", name="forget"),
        ]

    def __str__(self) -> str:
        return self.key


class Tombstone(models.Model):
    """A record that was there and is gone: a client that keeps a copy learns it. Triggers write it.

    `resource` is the name of the table. One partner's record has no second party.
    """

    resource = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    partner = models.ForeignKey("partnership.Partner", models.CASCADE, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)
    changed_in = TransactionField()

    class Meta:
        indexes = [
            models.Index(fields=["partner", "resource", "changed_at", "id"], name="tombstone_sync"),
            models.Index(fields=["partner", "resource", "changed_in", "id"], name="tombstone_marks"),
        ]
        constraints = [
            Grant(role="web", privileges="SELECT"),
            Policy(name="read_own", role="web", command="SELECT", using=OWN),
            *jobs_keep("DELETE", "id", "changed_at", name="forget"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.object_id}"
