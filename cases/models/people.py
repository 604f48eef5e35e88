"""People, their consents and enrolments: an NGO's casework. A police unit's people are of the same kind."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership import crypto, identity_code
from partnership.constraints import both_or_neither
from partnership.fields import EncryptedBinaryField, EncryptedDateField, EncryptedTextField
from partnership.models import District, Partner, User
from programs.models import Programme

ADULT_AGE = 18


def age_on(born_on: date, day: date) -> int:
    """Completed years. Somebody born on 29 February completes a year on 1 March of common years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


class Sex(models.TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not known")


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


class PersonQuerySet(models.QuerySet["Person"]):
    def found_by(self, partner_id: int, text: str, born_on: date | None = None) -> PersonQuerySet:
        """People of the partner that a search text means: an exact identity code, or beginnings of names.

        With a date of birth: the last name and that date. Shorter than three letters finds nobody.
        """
        text = text.strip()
        try:
            code = identity_code.parse(text).text
        except Exception:
            code = ""
        if code:
            return self.filter(code_index=crypto.code_index(partner_id, code))
        if born_on and text:
            return self.filter(name_birth_index=crypto.name_birth_index(partner_id, text, born_on))
        words = [w for w in crypto.normalise_name(text).split() if len(w) >= crypto.PREFIX_LENGTH]
        if not words:
            return self.none()
        return self.filter(name_prefixes__contains=[crypto.prefix_index(partner_id, w) for w in words])


class Person(models.Model):
    """A partner's own record of a human being. The same one may be a Person of several partners; nobody browses across."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    first_names = EncryptedTextField(_("first names"), blank=True)
    last_name = EncryptedTextField(_("last name"), blank=True)
    born_on = EncryptedDateField(_("date of birth"), blank=True)
    identity_code = EncryptedTextField(_("personal identity code"), blank=True)
    phone = EncryptedTextField(_("phone"), blank=True)
    email = EncryptedTextField(_("e-mail"), blank=True)
    # In the clear and coarse, for statistics.
    sex = models.CharField(_("sex"), max_length=10, choices=Sex, default=Sex.UNKNOWN)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("home district")
    )
    died_on = models.DateField(_("died on"), null=True, blank=True)
    erased_on = models.DateField(_("erased on"), null=True, blank=True)
    # To find the person in the own register.
    code_index = models.CharField(max_length=32, blank=True)
    name_birth_index = models.CharField(max_length=32, blank=True)
    name_prefixes = ArrayField(models.CharField(max_length=16), default=list)
    # To join records of the same human being: the metrics job alone.
    code_pseudonym = models.CharField(max_length=64, blank=True)
    name_pseudonym = models.CharField(max_length=64, blank=True)
    source_key = models.CharField(max_length=64, blank=True, help_text="Hash of the partner system's own number.")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [
            models.Index(fields=["partner", "-changed_at", "-id"], name="person_list"),
            models.Index(fields=["partner", "id"], name="person_by_id"),
            models.Index(fields=["partner", "name_birth_index"], name="person_name_birth"),
            GinIndex(fields=["name_prefixes"], name="person_name_prefixes"),
            models.Index(fields=["code_pseudonym"], condition=~Q(code_pseudonym=""), name="person_code_pseudonym"),
            models.Index(fields=["name_pseudonym"], condition=~Q(name_pseudonym=""), name="person_name_pseudonym"),
            models.Index(fields=["name_pseudonym"], condition=Q(code_pseudonym=""), name="person_without_code"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "code_index"], condition=~Q(code_index=""), name="one_person_per_code"
            ),
            models.UniqueConstraint(
                fields=["partner", "source_key"], condition=~Q(source_key=""), name="one_person_per_source_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.last_name}, {self.first_names}" if self.last_name else (self.first_names or f"#{self.pk}")

    def derive(self) -> None:
        """Computes what is stored beside the encrypted fields: indexes, pseudonyms, birth year. Call before each save."""
        self.birth_year = self.born_on.year if self.born_on else self.birth_year
        self.code_index = crypto.code_index(self.partner_id, self.identity_code) if self.identity_code else ""
        self.name_birth_index = (
            crypto.name_birth_index(self.partner_id, self.last_name, self.born_on)
            if self.last_name and self.born_on
            else ""
        )
        self.name_prefixes = crypto.prefix_indexes(self.partner_id, self.first_names or "", self.last_name or "")
        self.code_pseudonym = crypto.code_pseudonym(self.identity_code or "")
        self.name_pseudonym = crypto.name_pseudonym(
            self.first_names or "", self.last_name or "", self.born_on, self.sex
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        self.changed_at = timezone.now()
        super().save(*args, **kwargs)

    def age(self, on: date | None = None) -> int | None:
        return age_on(self.born_on, on or timezone.localdate()) if self.born_on else None

    @property
    def is_minor(self) -> bool:
        age = self.age()
        return age is not None and age < ADULT_AGE


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
        IDENTITY_AND_SITUATION = "identity_and_situation", _("The same, and a summary of the situation")

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
    signed_on = models.DateField(_("signed on"))
    signed_how = models.CharField(_("signed how"), max_length=10, choices=Signed)
    told_right_to_withdraw = models.BooleanField(_("the right to withdraw was explained"))
    guardian_name = EncryptedTextField(_("guardian who consented"), blank=True)
    guardian_missing_reason = models.CharField(_("why a guardian's consent is missing"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    disclosed_at = models.DateTimeField(
        null=True, help_text="When the referral under it was sent: from then on the receiver sees it."
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
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"

    @property
    def is_valid(self) -> bool:
        return self.withdrawn_at is None and (self.expires_on is None or self.expires_on >= timezone.localdate())


class ConsentPaper(models.Model):
    """The signed form behind a consent: a signature from the screen, or a photographed or scanned paper. The discloser's alone."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    consent = models.OneToOneField(Consent, models.CASCADE, related_name="paper")
    media_type = models.CharField(max_length=30)
    content = EncryptedBinaryField()
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"consent paper {self.pk}"


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def open(self) -> EnrolmentQuerySet:
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
    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments")
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

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        indexes = [
            models.Index(fields=["programme", "started_on"], name="enrolment_cohort"),
            # Lists of the API, and what changed since a client last asked.
            models.Index(fields=["partner", "id"], name="enrolment_by_id"),
            models.Index(fields=["partner", "changed_at", "id"], name="enrolment_sync"),
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
                fields=["person", "programme"], condition=Q(ended_on=None), name="enrolled_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"enrolment {self.pk}"


class Session(models.Model):
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
        indexes = [models.Index(fields=["enrolment", "-held_on", "-id"], name="session_list")]

    def __str__(self) -> str:
        return f"session {self.pk}"


class Goal(models.Model):
    """Something that the person wants to reach."""

    class Area(models.TextChoices):
        SUBSTANCES = "substances", _("Substance use")
        HEALTH = "health", _("Health")
        WORK = "work", _("Work and study")
        HOUSING = "housing", _("Housing")
        RELATIONSHIPS = "relationships", _("Relationships")
        OTHER = "other", _("Other")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="goals")
    area = models.CharField(_("area"), max_length=20, choices=Area)
    text = EncryptedTextField(_("goal"))
    reached_on = models.DateField(_("reached on"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("goal")
        indexes = [models.Index(fields=["enrolment", "id"], name="goal_list")]

    def __str__(self) -> str:
        return f"goal {self.pk}"


class Note(models.Model):
    """A caseworker's note: the NGO's alone."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="notes")
    text = EncryptedTextField(_("note"))
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("note")
        indexes = [models.Index(fields=["enrolment", "-id"], name="note_list")]

    def __str__(self) -> str:
        return f"note {self.pk}"
