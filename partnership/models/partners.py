"""Partners, the people who sign in for them, the agreements between them, and what the portal tells and logs."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class District(models.Model):
    """An area with a parent and a population per year."""

    name = models.CharField(_("name"), max_length=100)
    code = models.CharField(_("code"), max_length=20, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, help_text=_("Of its middle, in degrees (WGS 84).")
    )
    longitude = models.FloatField(_("longitude"), null=True, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("district")
        verbose_name_plural = _("districts")

    def __str__(self) -> str:
        return self.name


class DistrictPopulation(models.Model):
    """Residents of a district on 31 December of a year: all, and those under 18."""

    district = models.ForeignKey(District, models.CASCADE, related_name="populations")
    year = models.PositiveSmallIntegerField(_("year"))
    residents = models.PositiveIntegerField(_("residents"))
    residents_under_18 = models.PositiveIntegerField(_("residents under 18"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "year"], name="one_population_per_year"),
            models.CheckConstraint(condition=Q(residents_under_18__lte=F("residents")), name="under_18_are_residents"),
        ]

    def __str__(self) -> str:
        return f"{self.district_id} {self.year}"


class Partner(models.Model):
    """An organisation in the partnership."""

    class Kind(models.TextChoices):
        NGO = "ngo", _("NGO")
        POLICE = "police", _("Police unit")
        COORDINATION = "coordination", _("Coordination office")
        COURT = "court", _("Court or prosecutor")
        SCHOOL = "school", _("School")
        HEALTH = "health", _("Health service")

    name = models.CharField(_("name"), max_length=150, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    districts = models.ManyToManyField(District, blank=True, related_name="partners", verbose_name=_("districts"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_simulated = models.BooleanField(
        _("simulated"), default=False, help_text=_("Made by the demo; its pages say so.")
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("partner")
        verbose_name_plural = _("partners")

    def __str__(self) -> str:
        return self.name


class UserManager(DjangoUserManager["User"]):
    """Users are known by their e-mail address."""

    def _create(self, email: str, password: str | None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:  # type: ignore[override]
        return self._create(email, password, **fields)

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:  # type: ignore[override]
        return self._create(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):  # type: ignore[django-manager-missing]
    """Somebody who signs in. What they may see follows from their memberships; an administrator without one sees no person."""

    _memberships: list[Membership]

    class EmailChoice(models.TextChoices):
        INSTANT = "instant", _("At once")
        DAILY = "daily", _("Once a day")
        NONE = "none", _("Never")

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail"), unique=True)
    full_name = models.CharField(_("name"), max_length=150)
    email_choice = models.CharField(
        _("e-mail about news"), max_length=10, choices=EmailChoice, default=EmailChoice.INSTANT
    )
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    def __str__(self) -> str:
        return self.full_name or self.email

    def get_full_name(self) -> str:
        return self.full_name

    def memberships_in_use(self) -> list[Membership]:
        """For whom the user may act, by name. At most one query; none where the sign-in backend loaded them."""
        if not hasattr(self, "_memberships"):
            self._memberships = list(Membership.objects.for_signing_in(self.pk))
        return self._memberships


class Role(models.TextChoices):
    CASEWORKER = "caseworker", _("Caseworker")
    CASE_MANAGER = "case_manager", _("Case manager")
    POLICE_LIAISON = "police_liaison", _("Police liaison")
    POLICE_DATA_OFFICER = "police_data_officer", _("Police data officer")
    COORDINATOR = "coordinator", _("Coordinator")
    AUDITOR = "auditor", _("Auditor")


CASEWORK_ROLES = (Role.CASEWORKER, Role.CASE_MANAGER)
"""Those who help people."""
POLICE_ROLES = (Role.POLICE_LIAISON, Role.POLICE_DATA_OFFICER)
REFERRING_ROLES = (*CASEWORK_ROLES, Role.POLICE_LIAISON)
"""Those who send and answer referrals."""

ROLES_BY_KIND: dict[str, tuple[Role, ...]] = {
    Partner.Kind.NGO: CASEWORK_ROLES,
    Partner.Kind.HEALTH: CASEWORK_ROLES,
    Partner.Kind.SCHOOL: CASEWORK_ROLES,
    Partner.Kind.COURT: (Role.POLICE_LIAISON,),
    Partner.Kind.POLICE: POLICE_ROLES,
    Partner.Kind.COORDINATION: (Role.COORDINATOR, Role.AUDITOR),
}
"""Which roles a membership of each kind of partner can have. A court's liaison reviews outcomes as the police's does."""


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_use(self) -> MembershipQuerySet:
        return self.filter(is_active=True, partner__is_active=True, user__is_active=True)

    def for_signing_in(self, user_id: int) -> MembershipQuerySet:
        """The user's memberships with user, partner and `has_second_factor`: one query."""
        from allauth.mfa.models import Authenticator

        factors = Authenticator.objects.filter(user=OuterRef("user"), type__in=["totp", "webauthn"])
        return (
            self.in_use()
            .filter(user=user_id)
            .select_related("partner", "user")
            .annotate(has_second_factor=Exists(factors))
            .order_by("partner__name", "pk")
        )


class Membership(models.Model):
    """A user's role at a partner."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=30, choices=Role)
    is_manager = models.BooleanField(_("manages the partner's members"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    toured_at = models.DateTimeField(null=True, help_text="When the guide of the first visit was put away.")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "partner"], name="one_membership_per_partner")]

    def __str__(self) -> str:
        return f"{self.user} · {self.partner}"


def _token() -> str:
    return secrets.token_urlsafe(32)


class Invitation(models.Model):
    """An invitation by e-mail to join a partner. Only the hash of its token is stored."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=30, choices=Role)
    is_manager = models.BooleanField(_("manages the partner's members"), default=False)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_per_address",
            )
        ]

    def __str__(self) -> str:
        return self.email

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > timezone.now()


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def in_force(self, on: date | None = None) -> AgreementQuerySet:
        on = on or timezone.localdate()
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on, ended_on=None)

    def between(self, one: Any, other: Any) -> AgreementQuerySet:
        """Agreements to which both partners are parties."""
        return self.filter(parties=one).filter(parties=other)


class Agreement(models.Model):
    """A data-sharing agreement (MoU) between partners. Without one in force nothing is disclosed between them."""

    class LegalBasis(models.TextChoices):
        CONSENT = "consent", _("Consent of the person (GDPR 6(1)(a), 9(2)(a))")
        PUBLIC_TASK = "public_task", _("Task in the public interest (GDPR 6(1)(e), 9(2)(h))")
        LEGAL_OBLIGATION = "legal_obligation", _("Legal obligation (GDPR 6(1)(c))")

    title = models.CharField(_("title"), max_length=150)
    parties = models.ManyToManyField(Partner, related_name="agreements", verbose_name=_("parties"))
    purposes = models.TextField(_("purposes"), help_text=_("What the data may be used for."))
    data_categories = models.TextField(_("data categories"), help_text=_("Which data may be disclosed."))
    legal_basis = models.CharField(_("legal basis"), max_length=30, choices=LegalBasis, default=LegalBasis.CONSENT)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("Empty: until further notice."))
    ended_on = models.DateField(_("ended early on"), null=True, blank=True)
    days_to_acknowledge = models.PositiveSmallIntegerField(_("days to acknowledge a referral"), default=2)
    days_to_accept = models.PositiveSmallIntegerField(_("days to accept or decline a referral"), default=7)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="agreement_ends_after_start",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                condition=Q(days_to_accept__gte=F("days_to_acknowledge")),
                name="acknowledge_before_accept",
                violation_error_message=_(
                    "A referral is acknowledged before it is accepted: allow at least as many days to accept."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_in_force(self) -> bool:
        today = timezone.localdate()
        return self.ended_on is None and self.valid_from <= today and (self.valid_to is None or self.valid_to >= today)


class OutboxEvent(models.Model):
    """What a service announced, written in its transaction and relayed by a job: at least once, handled idempotently.

    `key` names what happened; the same thing announced twice is one event.
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120, unique=True)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    available_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    relayed_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [
            # The relay's query: what waits, oldest first.
            models.Index(fields=["available_at", "id"], condition=Q(relayed_at=None), name="outbox_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Notification(models.Model):
    """One event told to one user acting for one partner: in the portal, and by e-mail as the user chose.

    It holds no personal data: what happened, and where to look.
    """

    class Mail(models.TextChoices):
        NOT_WANTED = "not_wanted", pgettext_lazy("e-mail", "not wanted")
        WAITING = "waiting", pgettext_lazy("e-mail", "waiting")
        DIGEST = "digest", pgettext_lazy("e-mail", "waits for the daily summary")
        CLAIMED = "claimed", pgettext_lazy("e-mail", "being sent")
        SENT = "sent", pgettext_lazy("e-mail", "sent")

    event = models.ForeignKey(OutboxEvent, models.PROTECT, related_name="notifications")
    user = models.ForeignKey(User, models.CASCADE, related_name="notifications")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=60)
    url = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mail = models.CharField(max_length=12, choices=Mail)
    mail_claimed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["event", "user", "partner"], name="told_once")]
        indexes = [
            models.Index(fields=["user", "partner", "-id"], name="notification_list"),
            models.Index(fields=["user", "partner"], condition=Q(read_at=None), name="notification_unread"),
            models.Index(
                fields=["mail", "id"], condition=~Q(mail__in=["sent", "not_wanted"]), name="notification_mail_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.user_id}"


class ReadLog(models.Model):
    """Who looked at a person's data, for whom, and when; every request of a partner system, with its scope. Never changed."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    what = models.CharField(_("what was read"), max_length=30)
    object_id = models.BigIntegerField(_("number"))
    count = models.PositiveIntegerField(_("records"), default=1)
    client = models.ForeignKey("partnership.ApiClient", models.PROTECT, null=True, related_name="+")
    scope = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["partner", "-id"], name="readlog_partner"),
            models.Index(fields=["what", "object_id", "-id"], name="readlog_object"),
            # A day of the log, which is written in the order of time.
            BrinIndex(fields=["at"], name="readlog_day"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.object_id}"
