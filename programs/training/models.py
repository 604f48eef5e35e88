"""Training of police and organisations together: courses, who came, certificates, and what needs one."""

from __future__ import annotations

import secrets
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partnership.audit_trail.history import Recorded
from partnership.isolation.constraints import both_or_neither, of_our_time
from partnership.isolation.pointers import SameOwner, known_by_owner, same_partner
from partnership.isolation.policies import (
    COORDINATOR,
    EVERY_ROW,
    OWN,
    PARTNER,
    USER,
    Grant,
    Policy,
    everybody_reads,
    jobs_read,
)
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User
from programs.training.places import CountSeats
from programs.training.topics import CHOICES

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Of certificates' numbers: nothing that is read for something else."""
NUMBER_LENGTH = 16


class Activity(models.TextChoices):
    """What can need a qualification of whoever does it."""

    PREVENTION = "prevention", _("Lead a prevention plan")
    LESSON = "lesson", _("Give a lesson")


def new_number() -> str:
    """A certificate's number, which nobody guesses: 80 bits."""
    return "".join(secrets.choice(ALPHABET) for _place in range(NUMBER_LENGTH))


class Qualification(models.Model):
    """What a certificate says of somebody, and for how long."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=120)
    valid_months = models.PositiveSmallIntegerField(
        _("valid for months"), default=24, help_text=_("From the day on which a certificate is issued.")
    )
    givers = models.ManyToManyField(
        Partner,
        blank=True,
        related_name="+",
        verbose_name=_("who gives it"),
        help_text=_("Courses of these organisations give this certificate; nobody else's do."),
    )

    class Meta:
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_months__gte=1), name="qualification_lasts"),
            *everybody_reads(COORDINATOR, jobs=""),
            *everybody_reads(COORDINATOR, jobs="", through="givers"),
            Recorded(record="qualification"),
            Recorded(record="qualification", through="givers", number="qualification_id"),
        ]

    def __str__(self) -> str:
        return self.name


class Requirement(models.Model):
    """An activity needs a qualification of whoever leads it: the same in the whole partnership."""

    activity = models.CharField(_("activity"), max_length=15, choices=Activity)
    qualification = models.ForeignKey(
        Qualification, models.PROTECT, related_name="requirements", verbose_name=_("qualification")
    )

    class Meta:
        verbose_name = _("requirement")
        ordering = ["activity", "qualification__name"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "qualification"], name="required_once"),
            *everybody_reads(COORDINATOR, jobs=""),
            Recorded(record="qualification", number="qualification_id", leaves_out=["id", "qualification_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_activity_display()}: {self.qualification}"


class Course(models.Model):
    """A course of a partner. Everybody in the partnership sees it and can sign up."""

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("Police and organisations together")
        POLICE = "police", _("Police")
        SERVICES = "services", _("Organisations and services")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("partner"))
    title = models.CharField(_("title"), max_length=150)
    audience = models.CharField(_("for whom"), max_length=10, choices=Audience, default=Audience.EVERYBODY)
    topic = models.CharField(_("topic"), max_length=20, choices=CHOICES)
    hours = models.DecimalField(_("hours"), max_digits=4, decimal_places=1)
    summary = models.TextField(_("what one learns"), max_length=2000, blank=True)
    gives = models.ForeignKey(
        Qualification,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("certificate"),
        help_text=_("Whoever passes gets a certificate of this qualification."),
    )
    needs = models.ForeignKey(
        Qualification,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("needed before"),
        help_text=_("Only those who have a valid certificate of it can sign up."),
    )
    is_offered = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["title", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "title"],
                name="course_titled_once",
                violation_error_message=_("You have a course of this title already."),
            ),
            models.CheckConstraint(condition=Q(hours__gt=0), name="course_takes_time"),
            models.CheckConstraint(
                condition=Q(gives=None) | Q(needs=None) | ~Q(gives=F("needs")),
                name="course_gives_what_is_new",
                violation_error_message=_("The course needs what it gives."),
            ),
            known_by_owner("partner", name="course_of_partner"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
            Policy(name="own_insert", role="web", command="INSERT", using=OWN),
            Policy(name="own_update", role="web", command="UPDATE", using=OWN),
            Recorded(record="course"),
        ]

    def __str__(self) -> str:
        return self.title


class CourseSession(models.Model):
    """A day on which a course is held. A trigger keeps `taken`, so that everybody sees free places and nobody who comes."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    course = models.ForeignKey(Course, models.PROTECT, related_name="sessions", verbose_name=_("course"))
    starts_at = models.DateTimeField(_("starts"))
    place = models.CharField(_("place or link"), max_length=200)
    places = models.PositiveSmallIntegerField(_("places"), default=20)
    taken = models.PositiveSmallIntegerField(default=0, editable=False)
    trainers = models.CharField(_("trainers"), max_length=200, help_text=_("Who teaches, by name and organisation."))

    class Meta:
        verbose_name = _("day of a course")
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["course", "starts_at"], name="course_sessions")]
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("places")), name="course_has_places"),
            of_our_time("starts_at", name="course_session_in_our_time", is_moment=True),
            known_by_owner("partner", name="course_session_of_partner"),
            *same_partner("course"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
            Policy(name="own_insert", role="web", command="INSERT", using=OWN),
            Policy(name="own_update", role="web", command="UPDATE", using=OWN),
            Recorded(
                record="course",
                number="course_id",
                leaves_out=["id", "partner_id", "course_id", "taken"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course} · {timezone.localtime(self.starts_at):%d.%m.%Y}"

    @property
    def free(self) -> int:
        """Places that nobody has taken."""
        return max(self.places - self.taken, 0)

    @property
    def is_over(self) -> bool:
        """It has begun: nobody signs up any more, and who came can be written down."""
        return self.starts_at <= timezone.now()


class CourseAttendance(models.Model):
    """Somebody's place at a course: a user of the portal, or a guest by name and organisation. The partner is the course's."""

    class State(models.TextChoices):
        SIGNED_UP = "signed_up", _("Signed up")
        ATTENDED = "attended", pgettext_lazy("course", "Attended")
        PASSED = "passed", _("Passed")
        MISSED = "missed", pgettext_lazy("course", "Missed")

    MOST_POINTS = 100

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    session = models.ForeignKey(CourseSession, models.PROTECT, related_name="attendances", verbose_name=_("day"))
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("member"))
    from_partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, related_name="+", verbose_name=_("organisation")
    )
    outside_name = models.CharField(_("name"), max_length=120, blank=True)
    outside_organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SIGNED_UP)
    before = models.PositiveSmallIntegerField(_("points before"), null=True, blank=True)
    after = models.PositiveSmallIntegerField(_("points after"), null=True, blank=True)

    class Meta:
        verbose_name = _("place at a course")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, from_partner__isnull=False, outside_name="", outside_organisation="")
                | (Q(user=None, from_partner=None) & ~Q(outside_name="")),
                name="a_member_or_a_guest",
            ),
            models.CheckConstraint(
                condition=(Q(before=None) | Q(before__lte=100)) & (Q(after=None) | Q(after__lte=100)),
                name="points_of_a_hundred",
            ),
            models.UniqueConstraint(fields=["session", "user", "partner"], name="one_place_a_member"),
            known_by_owner("partner", name="attendance_of_partner"),
            known_by_owner("partner", "user", "from_partner", name="attendance_of_member"),
            *same_partner("session"),
            CountSeats(),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE, DELETE"),
            Policy(name="host_and_self_read", role="web", command="SELECT", using=f"({OWN} or user_id = {USER})"),
            Policy(
                name="sign_up",
                role="web",
                command="INSERT",
                using=f"state = 'signed_up' and before is null and after is null"
                f" and ((user_id = {USER} and from_partner_id = {PARTNER}) or ({OWN} and user_id is null))",
            ),
            # Nobody marks their own place.
            Policy(name="host_marks", role="web", command="UPDATE", using=f"{OWN} and user_id is distinct from {USER}"),
            Policy(
                name="leave",
                role="web",
                command="DELETE",
                using=f"state = 'signed_up' and (user_id = {USER} or ({OWN} and user_id is null))",
            ),
            Fixed(columns=["partner_id", "session_id", "user_id", "from_partner_id"]),
            Recorded(
                record="course_day",
                number="session_id",
                partners=["partner_id"],
                leaves_out=["id", "partner_id", "session_id"],
            ),
        ]

    def __str__(self) -> str:
        return str(self.user) if self.user_id else self.outside_name

    @property
    def organisation(self) -> str:
        """Where the member or guest comes from."""
        return self.from_partner.name if self.from_partner else self.outside_organisation


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def valid(self, on: date | None = None) -> CertificateQuerySet:
        """Those that hold on a day: today unless said."""
        return self.filter(revoked_on=None, expires_on__gte=on or timezone.localdate())


class Certificate(models.Model):
    """That somebody has a qualification, until a day. The partner is the holder's; whoever taught the course issues and revokes it."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    issuer = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("issued by"))
    attendance = models.ForeignKey(CourseAttendance, models.PROTECT, related_name="certificates")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("holder"))
    qualification = models.ForeignKey(Qualification, models.PROTECT, related_name="+", verbose_name=_("qualification"))
    number = models.CharField(_("number"), max_length=NUMBER_LENGTH, unique=True, default=new_number)
    issued_on = models.DateField(_("issued on"), default=timezone.localdate)
    expires_on = models.DateField(_("valid until"))
    revoked_on = models.DateField(_("revoked on"), null=True)
    revoked_because = models.CharField(_("why it was revoked"), max_length=300, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-issued_on", "-id"]
        indexes = [
            models.Index(fields=["partner", "user"], name="certificates_of_partner"),
            models.Index(fields=["expires_on"], condition=Q(revoked_on=None), name="certificates_that_end"),
        ]
        constraints = [
            # One that was revoked by mistake is followed by another.
            models.UniqueConstraint(
                fields=["attendance", "issuer"], condition=Q(revoked_on=None), name="one_certificate_a_course"
            ),
            models.CheckConstraint(condition=Q(expires_on__gt=F("issued_on")), name="certificate_lasts"),
            models.CheckConstraint(
                condition=both_or_neither(Q(revoked_on=None), Q(revoked_because="")), name="revoked_for_a_reason"
            ),
            # Its holder is who had the place, at the partner for which they came.
            SameOwner(
                field="attendance",
                by={"issuer_id": "partner_id", "user_id": "user_id", "partner_id": "from_partner_id"},
            ),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(
                name="holders_and_issuer_read",
                role="web",
                command="SELECT",
                using=f"({OWN} or user_id = {USER} or issuer_id = {PARTNER})",
            ),
            Policy(
                name="issuer_issues",
                role="web",
                command="INSERT",
                using=f"issuer_id = {PARTNER} and user_id <> {USER} and exists (select from programs_qualification_givers g"
                " where g.qualification_id = programs_certificate.qualification_id and g.partner_id = issuer_id)",
            ),
            Policy(name="issuer_revokes", role="web", command="UPDATE", using=f"issuer_id = {PARTNER}"),
            Fixed(
                columns=[
                    "partner_id", "issuer_id", "attendance_id", "user_id", "qualification_id", "number", "issued_on", "expires_on",
                ],
            ),
            Fixed(columns=["revoked_on", "revoked_because"], when="old.revoked_on is not null", name="stays_revoked"),
            *jobs_read("id", "partner_id", "user_id", "qualification_id", "expires_on", "revoked_on"),
            Recorded(record="certificate", partners=["partner_id", "issuer_id"], leaves_out=["number"]),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.qualification} · {self.user}"

    @property
    def is_valid(self) -> bool:
        """Whether it holds today."""
        return self.revoked_on is None and self.expires_on >= timezone.localdate()
