"""Districts, partners, the people who sign in for them, their roles, and invitations."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.pointers import known_by_owner
from partnership.isolation.policies import Grant, shared


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
        constraints = [*shared()]

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
            *shared(jobs="SELECT, INSERT, UPDATE"),
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
        constraints = [
            *shared(),
            *shared(through="districts"),
            Recorded(record="partner"),
        ]

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

    class Meta(AbstractUser.Meta):
        constraints = [
            *shared(jobs=""),
            *shared(jobs="", through="groups"),
            *shared(jobs="", through="user_permissions"),
            Grant(
                role="worker",
                privileges="SELECT",
                columns=["id", "email", "full_name", "email_choice", "language", "is_active"],
            ),
        ]

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
        """Memberships in which somebody can act: they, their user and their partner are active."""
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
        constraints = [
            models.UniqueConstraint(fields=["user", "partner"], name="one_membership_per_partner"),
            known_by_owner("partner", name="membership_by_owner"),
            *shared(),
            Recorded(record="member", partners=["partner_id"], leaves_out=["toured_at"]),
        ]

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
            ),
            *shared(jobs=""),
            Recorded(record="invitation", partners=["partner_id"], leaves_out=["token_hash"]),
        ]

    def __str__(self) -> str:
        return self.email

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > timezone.now()
