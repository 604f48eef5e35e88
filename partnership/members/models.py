"""Districts, partners, the people who sign in for them, their roles, and invitations."""

from __future__ import annotations

import hashlib
import secrets
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import (
    AUDITOR,
    COORDINATOR,
    EVERY_ROW,
    MANAGER,
    OWN,
    SIGNING_IN,
    STAFF,
    USER,
    Grant,
    Policy,
    everybody_reads,
    jobs_read,
    person_reads,
    written_by,
)
from partnership.isolation.triggers import Asked, Fixed
from partnership.pages.local_names import in_readers_language


class District(models.Model):
    """An area with a parent and a population per year."""

    name = models.CharField(_("name"), max_length=100)
    code = models.CharField(_("code"), max_length=20, unique=True)
    name_fi = models.CharField(_("name in Finnish"), max_length=100, blank=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=100, blank=True)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
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
        constraints = [*everybody_reads(STAFF)]

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """As the reader calls it."""
        return in_readers_language(self, "name")


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
            *everybody_reads(STAFF, jobs="SELECT, INSERT, UPDATE, DELETE"),
        ]

    def __str__(self) -> str:
        return f"{self.district_id} {self.year}"


class Partner(models.Model):
    """An organisation in the partnership."""

    class Kind(models.TextChoices):
        NGO = "ngo", _("NGO")
        POLICE = "police", _("Police unit")
        COORDINATION = "coordination", _("Coordination office")
        PROSECUTOR = "prosecutor", _("Prosecutor's office")
        COURT = "court", _("Court")
        PRISON = "prison", _("Prison and probation service")
        SOCIAL = "social", _("Social services")
        YOUTH = "youth", _("Youth services")
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
            *everybody_reads(f"({COORDINATOR} or {STAFF})"),
            *everybody_reads(f"({COORDINATOR} or {STAFF})", through="districts"),
            # Who oversees everybody is a member of the one office: nobody makes another, nor takes this one away.
            models.UniqueConstraint(fields=["kind"], condition=Q(kind="coordination"), name="one_coordination_office"),
            Fixed(columns=["kind"], when="current_user = 'portal_web'", name="stays_of_its_kind"),
            Fixed(
                columns=["is_active"],
                when="current_user = 'portal_web' and old.kind = 'coordination'",
                name="the_office_stays",
            ),
            Recorded(record="partner"),
            *person_reads("id", "name", "phone", "email", "is_simulated", using=EVERY_ROW),
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
    password = models.CharField(max_length=400)
    email = models.EmailField(_("e-mail"), unique=True)
    full_name = models.CharField(_("name"), max_length=150)
    email_choice = models.CharField(
        _("e-mail about news"), max_length=10, choices=EmailChoice, default=EmailChoice.INSTANT
    )
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    is_language_chosen = models.BooleanField(
        default=False, db_default=False, help_text="Until it is, the browser's is taken at the next sign-in."
    )
    session_generation = models.PositiveIntegerField(default=0, help_text="Counted up, it ends all sessions of before.")

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta(AbstractUser.Meta):
        constraints = [
            # Everybody's name stands beside what they did. One's own account is one's own to change; a manager makes those of
            # the partner's systems.
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
            Policy(
                name="make",
                role="web",
                command="INSERT",
                using=f"({STAFF} or (({MANAGER} or {SIGNING_IN}) and not (is_staff or is_superuser)))",
            ),
            Policy(name="change", role="web", command="UPDATE", using=f"(id = {USER} or {SIGNING_IN} or {STAFF})"),
            Fixed(
                columns=["is_staff", "is_superuser"],
                when="current_user = 'portal_web' and not portal_acting_administrator()",
                name="administrators_make_administrators",
            ),
            *jobs_read("id", "email", "full_name", "email_choice", "language", "is_active"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    def get_full_name(self) -> str:
        return self.full_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must know of its user to go on: the password, as Django has it, and which generation it is of."""
        return salted_hmac(
            "user session", f"{self.password} {self.session_generation}", secret=secret, algorithm="sha256"
        ).hexdigest()

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
    COURT_OFFICER = "court_officer", _("Court or prosecutor's officer")
    PROFESSIONAL = "professional", _("Professional")
    COORDINATOR = "coordinator", _("Coordinator")
    AUDITOR = "auditor", _("Auditor")


CASEWORK_ROLES = (Role.CASEWORKER, Role.CASE_MANAGER)
"""Those who help people."""
POLICE_ROLES = (Role.POLICE_LIAISON, Role.POLICE_DATA_OFFICER)
REFERRING_ROLES = (*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.COURT_OFFICER, Role.PROFESSIONAL)
"""Those who send and answer referrals."""
_SERVICE_ROLES = (*CASEWORK_ROLES, Role.PROFESSIONAL)
"""A service that has programmes has caseworkers; a professional refers people and follows what came of it."""

ROLES_BY_KIND: dict[str, tuple[Role, ...]] = {
    Partner.Kind.NGO: CASEWORK_ROLES,
    Partner.Kind.HEALTH: _SERVICE_ROLES,
    Partner.Kind.SCHOOL: _SERVICE_ROLES,
    Partner.Kind.SOCIAL: _SERVICE_ROLES,
    Partner.Kind.YOUTH: _SERVICE_ROLES,
    Partner.Kind.PROSECUTOR: (Role.COURT_OFFICER,),
    Partner.Kind.COURT: (Role.COURT_OFFICER,),
    Partner.Kind.PRISON: (Role.COURT_OFFICER, Role.PROFESSIONAL),
    Partner.Kind.POLICE: POLICE_ROLES,
    Partner.Kind.COORDINATION: (Role.COORDINATOR, Role.AUDITOR),
}
"""Which roles a membership of each kind of partner can have."""


_FITS = reduce(or_, [Q(partner__kind=kind, role__in=roles) for kind, roles in ROLES_BY_KIND.items()])
"""A role that its kind of partner does not have lets nobody act, however it came there: an NGO has no auditor."""


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_use(self) -> MembershipQuerySet:
        """Memberships in which somebody can act: they, their user and their partner are active."""
        return self.filter(_FITS, is_active=True, partner__is_active=True, user__is_active=True)

    def for_signing_in(self, user_id: int) -> MembershipQuerySet:
        """The user's memberships with user and partner, its practices, and how it lets its people sign in: one query."""
        mine = self.in_use().filter(user=user_id).select_related("partner", "user")
        practices = Partner.objects.filter(pk=OuterRef("partner"), practices__isnull=False)
        return mine.annotate(
            has_own_sign_in=ExpressionWrapper(Q(partner__sign_in_provider__isnull=False), models.BooleanField()),
            passwords_work=Coalesce("partner__sign_in_provider__passwords_work", True),
            practices=ArraySubquery(practices.values("practices__practice")),
        ).order_by("partner__name", "pk")


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
            # Nobody deletes one: a member who left is one who is not active.
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="see", role="web", command="SELECT", using=f"({OWN} or user_id = {USER} or {SIGNING_IN})"),
            Policy(name="add", role="web", command="INSERT", using=f"(({OWN} and {MANAGER}) or {SIGNING_IN})"),
            Policy(name="change", role="web", command="UPDATE", using=f"({OWN} or {SIGNING_IN})"),
            # Who manages the members changes what they are; everybody else puts away their own guide.
            Fixed(
                columns=["user_id", "partner_id", "role", "is_manager", "is_active"],
                when="current_user = 'portal_web' and not portal_acting_manager() and portal_acting_role() <> 'signing in'"
                " and not portal_agreed_now(old.id)",
                name="managers_change_members",
            ),
            Asked(
                function="portal_auditors_by_two",
                columns=["user_id", "partner_id", "role", "is_manager", "is_active"],
                name="auditors_by_two",
            ),
            *jobs_read(),
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
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(
                name="see",
                role="web",
                command="SELECT",
                using=f"({OWN} or {SIGNING_IN} or (({COORDINATOR} or {STAFF}) and is_manager))",
            ),
            # From outside a partner comes its first manager's invitation: a coordinator's, or an administrator's.
            Policy(
                name="invite",
                role="web",
                command="INSERT",
                using=f"(({OWN} and ({MANAGER} or {AUDITOR} and role = 'auditor'))"
                f" or (({COORDINATOR} or {STAFF}) and is_manager and role <> 'auditor' and not portal_had_manager(partner_id)))",
            ),
            Asked(
                function="portal_auditors_invited_by_two",
                columns=["partner_id", "email", "role", "is_manager"],
                name="auditors_by_two",
            ),
            Policy(
                name="change",
                role="web",
                command="UPDATE",
                using=f"(({OWN} and ({MANAGER} or {AUDITOR} and role = 'auditor')) or {SIGNING_IN}"
                f" or ({COORDINATOR} and is_manager and not portal_had_manager(partner_id)))",
            ),
            written_by("invited_by_id"),
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


class RoleChange(models.Model):
    """A change of who audits: proposed by one person, decided by another.

    It makes a member an auditor, changes or ends the membership of one (`membership`), or invites one (`email`); the other
    fields say what the membership is to be.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits for a second person")
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Rejected")

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, models.CASCADE, null=True, related_name="role_changes")
    person = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    email = models.EmailField(_("e-mail"), blank=True)
    role = models.CharField(_("role"), max_length=30, choices=Role)
    is_manager = models.BooleanField(_("manages the partner's members"))
    is_active = models.BooleanField(_("active"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by"))
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("change of who audits")
        constraints = [
            models.CheckConstraint(
                condition=(Q(membership__isnull=True, person__isnull=True) & ~Q(email=""))
                | Q(membership__isnull=False, person__isnull=False, email=""),
                name="role_change_of_member_or_invitation",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by=None) | (~Q(state="proposed") & Q(decided_by__isnull=False)),
                name="role_change_decided_by_one",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed", decided_by=F("proposed_by")), name="role_change_takes_two"
            ),
            models.UniqueConstraint(
                fields=["partner", "membership"], condition=Q(state="proposed"), name="one_open_role_change_a_member"
            ),
            models.UniqueConstraint(
                fields=["partner", "email"],
                condition=Q(state="proposed") & ~Q(email=""),
                name="one_open_role_change_an_address",
            ),
            *same_partner("membership"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="see", role="web", command="SELECT", using=OWN),
            Policy(name="propose", role="web", command="INSERT", using=f"{OWN} and {MANAGER} and state = 'proposed'"),
            written_by("proposed_by_id"),
            Policy(
                name="decide",
                role="web",
                command="UPDATE",
                using=f"{OWN} and ({MANAGER} or {AUDITOR} or person_id = {USER})",
                check=f"{OWN} and decided_by_id = {USER}",
            ),
            Fixed(
                columns=[
                    "partner_id",
                    "membership_id",
                    "person_id",
                    "email",
                    "role",
                    "is_manager",
                    "is_active",
                    "proposed_by_id",
                ],
                name="stays_as_proposed",
            ),
            Fixed(
                columns=["state", "decided_by_id", "decided_at"], when="old.state <> 'proposed'", name="stays_decided"
            ),
            Recorded(record="role_change", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.email}: {self.get_role_display()}"


class AccountChange(models.Model):
    """What an administrator of the service did to how a member signs in: a line in the history of the membership."""

    class Deed(models.TextChoices):
        ADDRESS = "address", _("Email address changed by an administrator")
        FACTOR = "factor", _("Second factor removed by an administrator")
        CLOSED = "closed", _("Account closed by an administrator")
        OPENED = "opened", _("Account opened again by an administrator")
        APPOINTED = "appointed", _("Made an administrator of the service")
        DISMISSED = "dismissed", _("No longer an administrator of the service")

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    deed = models.CharField(_("account"), max_length=10, choices=Deed)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            *same_partner("membership"),
            Grant(role="web", privileges="SELECT, INSERT"),
            Policy(name="see", role="web", command="SELECT", using=STAFF),
            Policy(name="administer", role="web", command="INSERT", using=STAFF),
            Recorded(
                record="member",
                partners=["partner_id"],
                number="membership_id",
                leaves_out=["id", "partner_id", "membership_id", "at"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deed} {self.membership_id}"
