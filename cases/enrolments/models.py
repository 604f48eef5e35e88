"""Enrolments of people in programmes, with sessions, goals and notes: an NGO's casework."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.corrections.models import Entry, rules_of_entry
from cases.enrolments.places import CountPlaces
from cases.people.models import Person
from partnership.audit_trail.history import Recorded
from partnership.isolation.constraints import both_or_neither
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.marks import Mark, TransactionField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import imports_write, jobs_read, own_rows, written_by
from partnership.isolation.triggers import Bury, EndReferences, InStep, Touch, indexes_of_changes, kept_in_step
from partnership.members.models import Partner, User
from programs.catalogue.models import Programme


class Substance(models.TextChoices):
    """Primary drug, in the groups of the EUDA Treatment Demand Indicator protocol 3.0."""

    OPIOIDS = "opioids", _("Opioids")
    COCAINE = "cocaine", _("Cocaine")
    STIMULANTS = "stimulants", _("Stimulants other than cocaine")
    SEDATIVES = "sedatives", _("Hypnotics and sedatives")
    HALLUCINOGENS = "hallucinogens", _("Hallucinogens")
    INHALANTS = "inhalants", _("Volatile inhalants")
    CANNABIS = "cannabis", _("Cannabis")
    OTHER = "other", _("Other substances")


NOT_SEEN_DAYS = 14
"""Somebody who was not met for so long is shown to who is responsible."""


def not_met_lately() -> Q:
    """The last contact, or without any the start, lies more than NOT_SEEN_DAYS days back."""
    since = timezone.localdate() - timedelta(days=NOT_SEEN_DAYS)
    return Q(last_contact_on__lt=since) | Q(last_contact_on=None, started_on__lt=since)


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def open(self) -> EnrolmentQuerySet:
        """Enrolments that have not ended."""
        return self.filter(ended_on=None)


class Enrolment(models.Model):
    """A person takes part in a programme of the partner."""

    class EndReason(models.TextChoices):
        COMPLETED = "completed", _("Completed")
        PERSON_LEFT = "person_left", _("Person: left before the end")
        PERSON_UNREACHABLE = "person_unreachable", _("Person: could not be reached")
        PROVIDER_ENDED = "provider_ended", _("Provider: ended the participation")
        MOVED = "moved", _("Other: moved away")
        IMPRISONED = "imprisoned", _("Other: imprisoned")
        DIED = "died", _("Other: died")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments", db_constraint=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="enrolments", verbose_name=_("programme"))
    started_on = models.DateField(_("started on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    end_reason = models.CharField(_("reason for ending"), max_length=20, choices=EndReason, blank=True)
    referral_kind = models.CharField(max_length=30, blank=True)
    primary_drug = models.CharField(_("primary drug"), max_length=20, choices=Substance, blank=True)
    responsible = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("responsible"))
    last_contact_on = models.DateField(_("last contact"), null=True)
    measurement_consent = models.BooleanField(
        _("consents to be counted in the partnership's statistics"),
        default=True,
        help_text=_("By pseudonym only. Without it the person is in no figure."),
    )
    measurement_consent_ended_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now, db_default=Now(), help_text="A trigger keeps it.")
    changed_in = TransactionField()

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        indexes = [
            models.Index(fields=["programme", "started_on"], name="enrolment_cohort"),
            models.Index(fields=["partner", "changed_at", "id"], name="enrolment_sync"),
            # What changed since a client last asked.
            models.Index(fields=["partner", "changed_in", "id"], name="enrolment_marks"),
            models.Index(
                fields=["partner", "last_contact_on", "id"], condition=Q(ended_on=None), name="enrolment_open"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="enrolment_ends_after_start",
                violation_error_message=_("The end comes before the start."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(ended_on=None), Q(end_reason="")), name="ended_enrolment_has_a_reason"
            ),
            models.UniqueConstraint(
                fields=["person", "programme", "partner"], condition=Q(ended_on=None), name="enrolled_once_at_a_time"
            ),
            # Lists of the API go by it, too.
            known_by_owner("partner", name="enrolment_by_owner"),
            *same_partner("person", "programme"),
            *own_rows(),
            *jobs_read(),
            *imports_write("INSERT, UPDATE, DELETE"),
            Touch(),
            Mark(),
            CountPlaces(),
            Bury(),
            EndReferences(record="enrolment"),
            Recorded(
                record="enrolment",
                partners=["partner_id"],
                about_person=True,
                leaves_out=["last_contact_on", "changed_in"],
            ),
        ]

    def __str__(self) -> str:
        return f"enrolment {self.pk}"


class Session(Entry, InStep):
    """A meeting with the person: the NGO's alone."""

    class Attendance(models.TextChoices):
        ATTENDED = "attended", _("Attended")
        MISSED = "missed", _("Did not come")
        CANCELLED = "cancelled", _("Cancelled in time")

    class Method(models.TextChoices):
        COUNSELLING = "counselling", _("Counselling")
        MOTIVATIONAL = "motivational_interviewing", _("Motivational interviewing")
        CBT = "cbt", _("Cognitive behavioural therapy")
        GROUP = "group", _("Group")
        FAMILY = "family", _("Family session")
        ASSESSMENT = "assessment", _("Assessment")
        OTHER = "other", _("Other")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="sessions")
    held_on = models.DateField(_("date"))
    method = models.CharField(_("method"), max_length=30, choices=Method, default=Method.COUNSELLING)
    attendance = models.CharField(_("attendance"), max_length=10, choices=Attendance, default=Attendance.ATTENDED)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("session")
        indexes = [
            models.Index(fields=["enrolment", "-held_on", "-id"], name="session_list"),
            # Which groups met lately: `groups_of`.
            models.Index(fields=["partner", "held_on"], condition=Q(method="group"), name="session_of_group"),
            *indexes_of_changes("session"),
        ]
        constraints = [
            known_by_owner("partner", name="session_by_owner"),
            *same_partner("enrolment"),
            *own_rows(),
            written_by("recorded_by_id"),
            *jobs_read("id", "partner_id", "enrolment_id", "held_on", "attendance", "taken_back_at"),
            *kept_in_step(),
            EndReferences(record="session"),
            *rules_of_entry("session"),
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"


class Goal(Entry, InStep):
    """Something that the person wants to reach: what their plan is made of. The end report says what became of it."""

    class Area(models.TextChoices):
        SUBSTANCES = "substances", _("Substance use")
        HEALTH = "health", _("Health")
        WORK = "work", _("Work and study")
        HOUSING = "housing", _("Housing")
        RELATIONSHIPS = "relationships", _("Relationships")
        OTHER = "other", _("Other")

    class Result(models.TextChoices):
        """What the end report says of it."""

        ACHIEVED = "achieved", _("Achieved")
        PARTLY = "partly", _("Partly achieved")
        NOT = "not", _("Not achieved")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="goals")
    area = models.CharField(_("area"), max_length=20, choices=Area)
    text = EncryptedTextField(_("goal"))
    reached_on = models.DateField(_("reached on"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=10, choices=Result, blank=True, default="")
    result_why = EncryptedTextField(_("why"), blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("goal")
        indexes = [models.Index(fields=["enrolment", "id"], name="goal_list"), *indexes_of_changes("goal")]
        constraints = [
            models.CheckConstraint(
                condition=Q(result="")
                | Q(result="achieved", reached_on__isnull=False)
                | Q(result__in=["partly", "not"], reached_on=None),
                name="goal_result_fits_its_day",
            ),
            known_by_owner("partner", name="goal_by_owner"),
            *same_partner("enrolment"),
            *own_rows(),
            *kept_in_step(),
            *rules_of_entry("goal"),
        ]

    def __str__(self) -> str:
        return f"goal {self.pk}"


class Note(Entry):
    """A caseworker's note: the NGO's alone."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="notes")
    text = EncryptedTextField(_("note"))
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("note")
        indexes = [models.Index(fields=["enrolment", "-id"], name="note_list")]
        constraints = [*same_partner("enrolment"), *own_rows(), written_by("author_id"), *rules_of_entry("note")]

    def __str__(self) -> str:
        return f"note {self.pk}"
