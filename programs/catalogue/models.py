"""What the partners offer: programmes and their capacity."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.marks import Mark, TransactionField
from partnership.isolation.pointers import known_by_owner
from partnership.isolation.policies import EVERY_ROW, OWN, Grant, Policy, everybody_reads, jobs_read
from partnership.isolation.triggers import Bury, Touch
from partnership.members.models import District, Partner
from partnership.pages.local_names import in_readers_language

LANGUAGES: dict[str, str | Promise] = {
    "fi": _("Finnish"),
    "sv": _("Swedish"),
    "en": _("English"),
    "se": _("Northern Sámi"),
    "ar": _("Arabic"),
    "et": _("Estonian"),
    "fa": _("Persian"),
    "ku": _("Kurdish"),
    "ru": _("Russian"),
    "so": _("Somali"),
    "uk": _("Ukrainian"),
}
"""ISO 639-1 code → name: the languages in which programmes say that they work."""


class ReferralKind(models.TextChoices):
    """Ways into a programme."""

    ARREST_DIVERSION = "arrest_diversion", _("Arrest diversion")
    SOCIAL_CONTACT = "social_contact", _("Social contact")
    COURT = "court", _("Court or prosecutor referral")
    NGO_TO_NGO = "ngo_to_ngo", _("NGO to NGO")
    SELF = "self", _("Self-referral")
    SCHOOL_OR_GUARDIAN = "school_or_guardian", _("School or guardian (under 18)")
    PRISON = "prison", _("Prison or probation referral")


class Part(models.TextChoices):
    """What a programme uses of casework, besides sessions and notes: the page of a participation shows no more."""

    ASSESSMENTS = "assessments", _("Assessments")
    PLAN = "plan", _("Plan and goals")
    TEAM = "team", _("Care team across organisations")
    PHASES = "phases", _("Phases, responses and reviews")
    BEDS = "beds", _("Beds and stays")
    LEGAL = "legal", _("Legal matters")
    MEDIATION = "mediation", _("Mediation")
    FELLOWSHIPS = "fellowships", _("Fellowships with stipends")
    CUSTODY = "custody", _("Support in custody and the way out")
    FAMILIES = "families", _("Family sessions and parenting groups")
    PLACEMENTS = "placements", _("Placements with employers")
    MENTORING = "mentoring", _("Mentors and pairs")


def usual_parts() -> list[str]:
    """What a new programme uses until somebody says otherwise: what most need."""
    return [Part.ASSESSMENTS, Part.PLAN, Part.TEAM]


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def offered(self) -> ProgrammeQuerySet:
        """Programmes that are active, of partners that are."""
        return self.filter(is_active=True, partner__is_active=True)

    def for_lists(self) -> ProgrammeQuerySet:
        """With partner and districts: two queries in all."""
        return self.select_related("partner").prefetch_related("districts")


class Programme(models.Model):
    """A programme of a partner. Everybody in the partnership sees it."""

    class Kind(models.TextChoices):
        DIVERSION = "diversion", _("Diversion")
        REHABILITATION = "rehabilitation", _("Rehabilitation")
        HARM_REDUCTION = "harm_reduction", _("Harm reduction")
        PEER_SUPPORT = "peer_support", _("Peer support")
        MENTORING = "mentoring", _("Mentoring")
        YOUTH = "youth", _("Youth early intervention")
        AWARENESS = "awareness", _("Awareness")
        LEGAL_AID = "legal_aid", _("Legal aid")
        VOCATIONAL = "vocational", _("Vocational training")
        COMMUNITY = "community", _("Community activities")
        DRUG_COURT = "drug_court", _("Drug court")
        THERAPEUTIC_COMMUNITY = "therapeutic_community", _("Therapeutic community")
        HALFWAY_HOUSE = "halfway_house", _("Halfway house")
        FAMILY_SUPPORT = "family_support", _("Support for relatives")

    class Capacity(models.TextChoices):
        OPEN = "open", _("Open")
        ASSESSMENT_FIRST = "assessment_first", _("Assessment first")
        WAITING_LIST = "waiting_list", _("Waiting list")
        CLOSED = "closed", _("Closed")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="programmes", verbose_name=_("partner"))
    name = models.CharField(_("name"), max_length=150)
    name_fi = models.CharField(_("name in Finnish"), max_length=150, blank=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=150, blank=True)
    name_en = models.CharField(_("name in English"), max_length=150, blank=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    description = models.TextField(_("description"), blank=True, help_text=_("What happens, for whom, how long."))
    description_fi = models.TextField(_("description in Finnish"), blank=True)
    description_sv = models.TextField(_("description in Swedish"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    districts = models.ManyToManyField(District, blank=True, related_name="programmes", verbose_name=_("districts"))
    accepts = ArrayField(
        models.CharField(max_length=30, choices=ReferralKind),
        default=list,
        verbose_name=_("kinds of referral it takes"),
    )
    age_from = models.PositiveSmallIntegerField(_("youngest age"), null=True, blank=True)
    age_to = models.PositiveSmallIntegerField(_("oldest age"), null=True, blank=True)
    capacity = models.CharField(_("takes referrals now"), max_length=20, choices=Capacity, default=Capacity.OPEN)
    languages = ArrayField(
        models.CharField(max_length=2),
        default=list,
        blank=True,
        verbose_name=_("languages"),
        help_text=_("None chosen: any, with an interpreter where needed."),
    )
    takes_exceptions = models.BooleanField(
        _("takes exceptions"),
        default=False,
        help_text=_("Somebody of another age, district or language can come for a reason that is given."),
    )
    parts = ArrayField(
        models.CharField(max_length=20, choices=Part),
        default=usual_parts,
        blank=True,
        verbose_name=_("used in casework"),
        help_text=_("The page of a participation shows these, besides sessions and notes."),
    )
    places = models.PositiveSmallIntegerField(
        _("places"), null=True, blank=True, help_text=_("In all, taken and free. Empty: not counted.")
    )
    beds = models.PositiveIntegerField(
        null=True, default=None, editable=False, help_text="Beds in service, counted by a trigger; null: it has none."
    )
    places_taken = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Open enrolments, or people in its beds where it has some: a trigger counts them (`CountPlaces`).",
    )
    places_free = models.GeneratedField(
        expression=Case(
            When(beds__isnull=False, then=Greatest(F("beds") - F("places_taken"), 0)),
            When(places__isnull=False, then=Greatest(F("places") - F("places_taken"), 0)),
        ),
        output_field=models.PositiveIntegerField(_("free places"), null=True),
        db_persist=True,
    )
    expected_on = models.DateField(_("place expected on"), null=True, blank=True, help_text=_("For a waiting list."))
    capacity_changed_at = models.DateTimeField(_("capacity as of"), default=timezone.now)
    checked_on = models.DateField(
        _("last checked on"), null=True, blank=True, help_text="When its partner last said that all of it is right."
    )
    is_active = models.BooleanField(_("offered"), default=True)
    changed_at = models.DateTimeField(default=timezone.now, help_text="A trigger keeps it.")
    changed_in = TransactionField()

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        indexes = [models.Index(fields=["name", "id"], name="programme_list")]
        constraints = [
            models.UniqueConstraint(fields=["partner", "name"], name="programme_name_per_partner"),
            known_by_owner("partner", name="programme_by_owner"),
            models.CheckConstraint(
                condition=Q(age_from=None) | Q(age_to=None) | Q(age_from__lte=F("age_to")),
                name="programme_ages_in_order",
                violation_error_message=_("The youngest age is above the oldest."),
            ),
            models.CheckConstraint(
                condition=~Q(capacity="waiting_list") | Q(expected_on__isnull=False),
                name="waiting_list_has_a_date",
                violation_error_message=_("For a waiting list, say when a place is expected."),
            ),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
            Policy(name="own_insert", role="web", command="INSERT", using=OWN),
            Policy(name="own_update", role="web", command="UPDATE", using=OWN),
            *jobs_read(),
            *everybody_reads(
                f"exists (select from programs_programme p where p.id = programme_id and p.{OWN})",
                through="districts",
            ),
            Touch(),
            Mark(),
            Bury(seen_by=""),
            Recorded(record="programme", leaves_out=["changed_in", "beds", "places_taken", "places_free"]),
        ]

    def __str__(self) -> str:
        return self.local_name

    @property
    def places_in_all(self) -> int | None:
        """Beds in service where it has beds, else the places that were typed; None: not counted."""
        return self.places if self.beds is None else self.beds

    @property
    def local_name(self) -> str:
        """What the reader calls it."""
        return in_readers_language(self, "name")

    @property
    def local_description(self) -> str:
        """What happens, for whom, how long, to the reader."""
        return in_readers_language(self, "description")

    def clean(self) -> None:
        """Repeats the rule of the waiting list beside the field that is missing."""
        rule = next(rule for rule in self._meta.constraints if rule.name == "waiting_list_has_a_date")
        try:
            rule.validate(Programme, self)
        except ValidationError as error:
            raise ValidationError({"expected_on": error.messages}) from error

    @property
    def takes_referrals(self) -> bool:
        return self.is_active and self.capacity != self.Capacity.CLOSED

    def language_labels(self) -> list[str]:
        return [str(LANGUAGES.get(code, code)) for code in self.languages]

    def accepts_labels(self) -> list[str]:
        return [str(ReferralKind(kind).label) for kind in self.accepts]
