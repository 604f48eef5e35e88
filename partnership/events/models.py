"""What happened, who handles it, and who is told: events, deliveries, notifications, webhooks."""

from __future__ import annotations

import hmac
import json
import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partnership.audit_trail.history import Recorded
from partnership.isolation.context import signature_of
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import (
    EVERY_ROW,
    MANAGER,
    OWN,
    STAFF,
    Grant,
    Policy,
    jobs_keep,
    jobs_read,
    my_rows,
    own_rows,
    written_by,
)


class OutboxEvent(models.Model):
    """What an action announced, written in its transaction; a job relays it to its handlers.

    `key` names what happened; the same thing announced twice is one event. `relayed_at`: since when its deliveries exist.
    Signed, because handlers act for whom it names: SQL of an attacker's choice can write rows and make no signature. The key is,
    too, so that trying one does not tell whether it has happened.
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=140, unique=True)
    payload = models.JSONField(default=dict)
    signature = models.CharField(max_length=64, default="")
    created_at = models.DateTimeField(default=timezone.now)
    relayed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # The relay's query: what waits, oldest first.
            models.Index(fields=["id"], condition=Q(relayed_at=None), name="outbox_not_relayed"),
        ]
        constraints = [
            # Pages write events and never read them.
            Grant(role="web", privileges="INSERT"),
            Policy(name="announce", role="web", command="INSERT", using=EVERY_ROW),
            *jobs_keep("SELECT, INSERT, UPDATE", name="relay"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @classmethod
    def signed(cls, *, kind: str, key: str, payload: dict[str, Any]) -> OutboxEvent:
        """An event that the relay believes; not saved yet."""
        event = cls(kind=kind, key=f"{key}#{signature_of('event key', key)[:16]}", payload=payload)
        event.signature = event._signature()
        return event

    def _signature(self) -> str:
        return signature_of("event", self.kind, self.key, json.dumps(self.payload, sort_keys=True))

    @property
    def is_genuine(self) -> bool:
        """Whether the portal announced it, and nobody has changed it since."""
        return hmac.compare_digest(self.signature, self._signature())


class EventDeliveryQuerySet(models.QuerySet["EventDelivery"]):
    def waiting(self) -> EventDeliveryQuerySet:
        """Those that are neither done nor failed for good."""
        return self.filter(done_at=None, failed_at=None)

    def failed(self) -> EventDeliveryQuerySet:
        """Those that were tried as often as they may."""
        return self.filter(failed_at__isnull=False)


class EventDelivery(models.Model):
    """An event on its way to one handler: waiting, done, or failed for good until an administrator sends it again.

    `last_error` says which error and where, and holds no personal data.
    """

    event = models.ForeignKey(OutboxEvent, models.PROTECT, related_name="deliveries")
    kind = models.CharField(max_length=60)
    handler = models.CharField(max_length=100)
    attempts = models.PositiveSmallIntegerField(default=0)
    available_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    objects = EventDeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="one_delivery_a_handler"),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(failed_at=None), name="delivery_is_not_done_and_failed"
            ),
            *jobs_keep("SELECT, INSERT, UPDATE", name="relay"),
            # Administrators of the service see what failed, and send it again. Of what waits their page shows nothing, but
            # what is sent again must still be theirs to see.
            Grant(role="web", privileges="SELECT"),
            Grant(role="web", privileges="UPDATE", columns=["failed_at", "attempts", "available_at"]),
            Policy(name="administer_read", role="web", command="SELECT", using=STAFF),
            Policy(name="administer", role="web", command="UPDATE", using=STAFF),
        ]
        indexes = [
            # The relay's query: what waits, the longest first.
            models.Index(
                fields=["available_at", "id"], condition=Q(done_at=None, failed_at=None), name="delivery_waiting"
            ),
            # The administrator's page, and its number in /readyz.
            models.Index(fields=["-id"], condition=Q(failed_at__isnull=False), name="delivery_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.handler}"


LETTERS_OUTSIDE = [
    *("id", "partner_id", "purpose", "channel", "address", "state"),
    *("attempts", "created_at", "due_at", "ended_at", "last_error"),
]
"""What pages see of a letter: all but what it says."""


class LetterQuerySet(models.QuerySet["Letter"]):
    def outside(self) -> LetterQuerySet:
        """Without what only the sender of letters reads: the content."""
        return self.defer("sealed_address", "subject", "text", "signature")

    def failed(self) -> LetterQuerySet:
        """Those that are not tried any more, and that an administrator can send again: a reminder is its partner's to see."""
        return self.filter(state=Letter.State.FAILED).exclude(purpose=Letter.Purpose.REMINDER)

    def unsent(self) -> LetterQuerySet:
        """Those that are on their way."""
        return self.filter(state__in=[Letter.State.WAITING, Letter.State.SENDING])


class Letter(models.Model):
    """An e-mail or a text message on its way to one address, written in the transaction of what it is about; a job sends it.

    What it says is encrypted, since links open things, and is forgotten once it has left. Signed, as events are: SQL of an
    attacker's choice can write rows, and nobody is written to in the portal's name.
    `partner`: whose managers see how it went (an invitation's), or nobody's; a reminder's whole staff does, and no administrator: whom
    a partner helps is not theirs to see. The address of a person is encrypted, too (`sealed_address`). `last_error` holds no more than what the mail server
    or the program said of itself.
    """

    class Purpose(models.TextChoices):
        INVITATION = "invitation", _("Invitation")
        ACCOUNT = "account", _("Sign-in and account")
        NEWS = "news", _("News of the portal")
        REMINDER = "reminder", _("Reminder of an appointment")

    class Channel(models.TextChoices):
        EMAIL = "email", _("Email")
        SMS = "sms", _("Text message")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("e-mail", "waiting")
        SENDING = "sending", pgettext_lazy("e-mail", "being sent")
        SENT = "sent", pgettext_lazy("e-mail", "sent")
        FAILED = "failed", pgettext_lazy("e-mail", "not delivered")
        DROPPED = "dropped", pgettext_lazy("e-mail", "no longer wanted")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey("partnership.Partner", models.CASCADE, null=True, related_name="+")
    purpose = models.CharField(max_length=12, choices=Purpose)
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.EMAIL)
    address = models.EmailField(max_length=254, blank=True)
    sealed_address = EncryptedTextField(owner="id", blank=True, default="")
    subject = EncryptedTextField(owner="id")
    text = EncryptedTextField(owner="id")
    signature = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [
            # Pages write letters; of their own they see how those went, administrators of all. What they say is seen by nobody.
            Grant(role="web", privileges="INSERT"),
            Grant(role="web", privileges="SELECT", columns=LETTERS_OUTSIDE, name="web_sees"),
            Grant(
                role="web", privileges="UPDATE", columns=["state", "attempts", "due_at", "ended_at"], name="web_sends"
            ),
            Policy(name="write", role="web", command="INSERT", using=EVERY_ROW),
            Policy(
                name="see",
                role="web",
                command="SELECT",
                using=f"({STAFF} and purpose <> 'reminder' or {OWN} and ({MANAGER} or purpose = 'reminder'))",
            ),
            Policy(name="administer", role="web", command="UPDATE", using=f"{STAFF} and purpose <> 'reminder'"),
            *jobs_keep("SELECT, INSERT, UPDATE, DELETE", name="send"),
        ]
        indexes = [
            # The sender's query: what is due, the longest first; and what never came back.
            models.Index(fields=["state", "due_at"], condition=Q(state__in=["waiting", "sending"]), name="letter_due"),
            # The administrator's page, and its number in /readyz.
            models.Index(fields=["-ended_at", "-id"], condition=Q(state="failed"), name="letter_failed"),
            # What has ended is forgotten by its day; an invitation's state is looked up by its address.
            models.Index(fields=["ended_at"], name="letter_ended"),
            models.Index(
                fields=["partner", "-created_at"], condition=Q(partner__isnull=False), name="letter_of_partner"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    @classmethod
    def signed(cls, **fields: Any) -> Letter:
        """A letter that the sender believes; not saved yet."""
        letter = cls(**fields)
        letter.signature = letter._signature()
        return letter

    def _signature(self) -> str:
        return signature_of("letter", str(self.pk), self.to, self.subject, self.text)

    @property
    def to(self) -> str:
        """To whom it goes: an e-mail address or a phone number."""
        return self.sealed_address or self.address

    @property
    def is_genuine(self) -> bool:
        """Whether the portal wrote it, to this address."""
        return hmac.compare_digest(self.signature, self._signature())


class Notification(models.Model):
    """One event told to one user acting for one partner: in the portal, and by e-mail as the user chose.

    It holds no personal data: what happened, and where to look.
    """

    class Mail(models.TextChoices):
        NOT_WANTED = "not_wanted", pgettext_lazy("e-mail", "not wanted")
        WAITING = "waiting", pgettext_lazy("e-mail", "waiting")
        DIGEST = "digest", pgettext_lazy("e-mail", "waits for the daily summary")
        SENT = "sent", pgettext_lazy("e-mail", "written")

    event = models.ForeignKey(OutboxEvent, models.PROTECT, related_name="notifications")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    partner = models.ForeignKey("partnership.Partner", models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=60)
    url = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mail = models.CharField(max_length=12, choices=Mail)
    letter = models.ForeignKey(Letter, models.SET_NULL, null=True, related_name="notifications")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "user", "partner"], name="told_once"),
            *my_rows(),
            *jobs_keep("SELECT, INSERT, UPDATE", name="deliver"),
        ]
        indexes = [
            models.Index(fields=["user", "partner", "-id"], name="notification_list"),
            models.Index(fields=["user", "partner"], condition=Q(read_at=None), name="notification_unread"),
            models.Index(
                fields=["mail", "id"], condition=~Q(mail__in=["sent", "not_wanted"]), name="notification_mail_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.user_id}"


class WebhookSubscription(models.Model):
    """A partner's address that is told of events; each message is signed with the secret."""

    partner = models.ForeignKey("partnership.Partner", models.CASCADE, related_name="+")
    url = models.URLField(_("address"), max_length=500)
    events = ArrayField(models.CharField(max_length=60), verbose_name=_("events"))
    secret = EncryptedTextField()
    old_secret = EncryptedTextField(blank=True)
    old_secret_until = models.DateTimeField(
        null=True, help_text="Until then messages are signed with the old secret, too."
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("webhook")
        ordering = ["id"]
        constraints = [
            known_by_owner("partner", name="webhook_by_owner"),
            *own_rows(),
            written_by("created_by_id"),
            *jobs_read(),
            Recorded(record="webhook", partners=["partner_id"], leaves_out=["secret", "old_secret"]),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def has_old_secret(self) -> bool:
        """Whether the secret before is still good."""
        return self.old_secret_until is not None and self.old_secret_until > timezone.now()

    def secrets(self) -> list[str]:
        """Those that are good now: the newest, and beside it for some days the one before."""
        return [self.secret or "", *([self.old_secret or ""] if self.has_old_secret else [])]


class WebhookDelivery(models.Model):
    """One message to one address: tried again with growing pauses, then kept as a dead letter until somebody replays it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        DEAD = "dead", _("Given up")

    partner = models.ForeignKey("partnership.Partner", models.CASCADE, related_name="+")
    subscription = models.ForeignKey(WebhookSubscription, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(OutboxEvent, models.PROTECT, null=True, related_name="+", help_text="Empty: a test.")
    kind = models.CharField(max_length=60)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    status_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "event", "partner"], name="delivered_once_an_event"),
            *same_partner("subscription"),
            *own_rows(),
            *jobs_keep("SELECT, INSERT, UPDATE", name="deliver"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="webhook_due"),
            models.Index(fields=["subscription", "-id"], name="webhook_log"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.subscription_id}"
