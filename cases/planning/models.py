"""A caseworker's days: appointments, tasks, and the calendar that another program subscribes to."""

from __future__ import annotations

import hashlib

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Enrolment, Session
from cases.people.models import Person
from partnership.isolation.constraints import of_our_time
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import OneOfOwner, known_by_owner, same_partner
from partnership.isolation.policies import (
    MINE,
    MY_ENROLMENTS,
    READ_AND_WRITE,
    Grant,
    Policy,
    jobs_read,
    own_rows,
    person_reads,
    written_by,
)
from partnership.isolation.triggers import InStep, indexes_of_changes, kept_in_step
from partnership.members.models import Partner, User


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def unrecorded(self) -> AppointmentQuerySet:
        """Those of which no session that counts says how they went."""
        return self.filter(Q(session=None) | Q(session__taken_back_at__isnull=False))


class Appointment(InStep):
    """An agreed meeting: the NGO's alone. Once held, missed or cancelled, a session says how it went."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="appointments")
    responsible = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("with"))
    starts_at = models.DateTimeField(_("starts"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=60)
    method = models.CharField(_("method"), max_length=30, choices=Session.Method, default=Session.Method.COUNSELLING)
    place = models.CharField(_("place"), max_length=120, blank=True)
    session = OneOfOwner(Session, models.PROTECT, null=True, related_name="appointment")
    created_at = models.DateTimeField(default=timezone.now)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        indexes = [
            models.Index(fields=["partner", "starts_at", "id"], name="appointment_day"),
            models.Index(fields=["enrolment", "starts_at"], name="appointment_of"),
            # The job that reminds of what begins soon, at all partners.
            models.Index(fields=["starts_at"], condition=Q(session=None), name="appointment_ahead"),
            *indexes_of_changes("appointment"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=5, minutes__lte=1440), name="appointment_has_a_length"),
            of_our_time("starts_at", name="appointment_in_our_time", is_moment=True),
            models.UniqueConstraint(fields=["session", "partner"], name="appointment_led_to_one_session"),
            known_by_owner("partner", name="appointment_by_owner"),
            *same_partner("enrolment", "session"),
            *own_rows(),
            # Who is to be reminded when: neither with whom nor of what.
            *jobs_read("id", "partner_id", "enrolment_id", "starts_at", "session_id"),
            *person_reads(
                "id",
                "partner_id",
                "enrolment_id",
                "starts_at",
                "place",
                "session_id",
                using=f"enrolment_id = {MY_ENROLMENTS}",
            ),
            *kept_in_step(),
        ]

    def __str__(self) -> str:
        return f"appointment {self.pk}"

    @property
    def is_recorded(self) -> bool:
        """Whether a session that counts says how it went; of one that was taken back, it is recorded anew."""
        return self.session is not None and not self.session.is_taken_back


class Task(models.Model):
    """Something to be done, by somebody, by a day: the partner's alone."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="tasks")
    text = EncryptedTextField(_("what"))
    due_on = models.DateField(_("by"), null=True, blank=True)
    assigned_to = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("task")
        indexes = [
            models.Index(
                fields=["partner", "assigned_to", "due_on", "id"], condition=Q(done_at=None), name="task_to_do"
            ),
            models.Index(fields=["person", "-id"], name="task_of"),
        ]
        constraints = [*same_partner("person"), *own_rows(), written_by("created_by_id")]

    def __str__(self) -> str:
        return f"task {self.pk}"


class CalendarFeed(models.Model):
    """The secret address under which a user's own appointments can be subscribed to. Only the hash of its token is stored."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "partner"], name="one_calendar_feed"),
            # A calendar programme comes without a sign-in: the hash of its token says for whom. Who does not know it sees no row.
            Grant(role="web", privileges=READ_AND_WRITE),
            Policy(
                name="find",
                role="web",
                command="SELECT",
                using=f"({MINE} or token_hash = current_setting('portal.feed', true))",
            ),
            *[
                Policy(name=name, role="web", command=command, using=MINE)
                for name, command in (("make", "INSERT"), ("renew", "UPDATE"), ("drop_mine", "DELETE"))
            ],
        ]

    def __str__(self) -> str:
        return f"calendar feed {self.pk}"

    @classmethod
    def of_token(cls, token: str) -> CalendarFeed | None:
        """The feed whose address holds this token."""
        token_hash = cls.hash_of(token)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('portal.feed', %s, true)", [token_hash])
        return cls.objects.filter(token_hash=token_hash).first()

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()
