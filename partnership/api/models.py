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
from partnership.isolation.policies import (
    CLIENT,
    MANAGER,
    OWN,
    READ_AND_WRITE,
    SIGNING_IN,
    Grant,
    Policy,
    jobs_keep,
    jobs_read,
    own_rows,
    written_by,
)


class ApiClient(models.Model):  # type: ignore[django-manager-missing]
    """A partner's system. It acts through a membership of its own, which nobody can sign in with, within its scopes."""

    partner = models.ForeignKey("partnership.Partner", models.CASCADE, related_name="api_clients")
    membership = models.OneToOneField("partnership.Membership", models.PROTECT, related_name="api_client")
    name = models.CharField(_("name"), max_length=100)
    scopes = ArrayField(models.CharField(max_length=40), default=list, verbose_name=_("what it may do"))
    networks = ArrayField(
        models.CharField(max_length=43),
        default=list,
        blank=True,
        verbose_name=_("networks"),
        help_text=_("From which it may call; none: from everywhere."),
    )
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
            # Whose secret is old, and which client it is.
            *jobs_read("id", "partner_id", "name", "revoked_at"),
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
    keys = models.JSONField(
        null=True, help_text="Public keys by which the client proves who it is; null: by its secret."
    )
    keys_url = models.URLField(max_length=500, blank=True, help_text="Where the portal reads them anew, each hour.")
    keys_read_at = models.DateTimeField(null=True)
    objects = CredentialManager()

    class Meta(AbstractApplication.Meta):  # type: ignore[misc]
        ordering = ["-id"]
        constraints = [
            *same_partner("api_client"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="see", role="web", command="SELECT", using=f"(({OWN} and {MANAGER}) or {SIGNING_IN})"),
            Policy(name="make", role="web", command="INSERT", using=f"({OWN} and {MANAGER})"),
            Policy(name="change", role="web", command="UPDATE", using=f"(({OWN} and {MANAGER}) or {SIGNING_IN})"),
            # Jobs read keys from their addresses, and see how old a secret is: not the secret's hash.
            *jobs_read(
                "id", "partner_id", "api_client_id", "created", "expires_at", "keys", "keys_url", "keys_read_at"
            ),
            Grant(role="worker", privileges="UPDATE", columns=["keys", "keys_read_at"], name="worker_keeps_keys"),
            Policy(name="keep_keys", role="worker", command="UPDATE", using="keys_url <> ''"),
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


class ExternalReference(models.Model):
    """What a partner's system calls a record in its own numbering. That system alone sees it: no other one, and nobody's pages.

    `record` is the kind of record, as problems name it. A case number can say who somebody is, so the text is encrypted and found
    by a keyed hash. `EndReferences` ends it with its record.
    """

    partner = models.ForeignKey("partnership.Partner", models.CASCADE, related_name="+")
    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="+")
    record = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    reference = EncryptedTextField()
    reference_index = models.CharField(max_length=64)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["record", "object_id"], name="reference_of_record")]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "record", "reference_index", "partner"], name="one_record_per_reference"
            ),
            models.UniqueConstraint(
                fields=["client", "record", "object_id", "partner"], name="one_reference_per_record"
            ),
            *same_partner("client"),
            Grant(role="web", privileges=READ_AND_WRITE),
            Policy(name="own_system", role="web", using=f"{OWN} and client_id = {CLIENT}"),
        ]

    def __str__(self) -> str:
        return f"{self.record} {self.object_id}"
