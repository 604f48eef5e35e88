"""Surveys of residents: questions in three languages, waves, and answers of which nobody learns whose they are."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import EVERY_ROW, OWN, Grant, Policy, everybody_reads
from partnership.isolation.triggers import Asked, Fixed
from partnership.members.models import District, Partner
from programs.surveys.codes import new_token


def as_read(record: models.Model, field: str) -> Any:
    """The text or texts of `field` in the reader's language."""
    language = (get_language() or "en")[:2]
    return getattr(record, f"{field}_{language}", None) or getattr(record, f"{field}_en")


STILL_DRAFT = "exists (select from programs_survey s where s.id = survey_id and not s.is_in_use)"


class AgeBand(models.TextChoices):
    """Ages as an answer says them: too wide to tell one person."""

    UNDER_18 = "under_18", _("under 18")
    TO_29 = "18_29", _("18 to 29")
    TO_44 = "30_44", _("30 to 44")
    TO_64 = "45_64", _("45 to 64")
    FROM_65 = "65", _("65 or older")


class SurveyQuerySet(models.QuerySet["Survey"]):
    def published(self) -> SurveyQuerySet:
        """Those of which a wave's results are public."""
        public = Wave.objects.filter(published_on__isnull=False)
        return self.filter(pk__in=public.values("survey")).order_by("title_en", "id")


class Survey(models.Model):
    """A survey of a partner. Every partner sees it; its questions stay as they are from its first wave on, so that waves compare."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("partner"))
    title_fi = models.CharField(_("title in Finnish"), max_length=150)
    title_sv = models.CharField(_("title in Swedish"), max_length=150)
    title_en = models.CharField(_("title in English"), max_length=150)
    districts = models.ManyToManyField(
        District,
        blank=True,
        related_name="+",
        verbose_name=_("districts"),
        help_text=_("Asked for, and told apart where enough people answer. None chosen: not asked."),
    )
    asks_age = models.BooleanField(_("asks for the age"), default=True)
    is_in_use = models.BooleanField(default=False)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["-id"]
        constraints = [
            known_by_owner("partner", name="survey_of_partner"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
            Policy(name="own_insert", role="web", command="INSERT", using=OWN),
            Policy(name="own_update", role="web", command="UPDATE", using=OWN),
            *everybody_reads(
                f"exists (select from programs_survey s where s.id = survey_id and not s.is_in_use and s.{OWN})",
                jobs="",
                through="districts",
            ),
            Fixed(columns=["partner_id"], name="stays_its_partners"),
            Fixed(columns=["is_in_use", "asks_age"], when="old.is_in_use", name="stays_in_use"),
            Recorded(record="survey"),
        ]

    def __str__(self) -> str:
        return self.local_title

    @property
    def local_title(self) -> str:
        """As the reader reads it."""
        title: str = as_read(self, "title")
        return title


class Question(models.Model):
    """A question of a survey."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("One of several answers")
        SCALE = "scale", _("From 1 to 5")
        NUMBER = "number", _("A number")
        TEXT = "text", _("Own words")

    SCALE = range(1, 6)
    MOST_NUMBER = 9999
    ENDS: ClassVar = {Kind.SINGLE: (0.0, 1.0), Kind.SCALE: (1.0, 5.0)}

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    text_fi = models.CharField(_("question in Finnish"), max_length=300)
    text_sv = models.CharField(_("question in Swedish"), max_length=300)
    text_en = models.CharField(_("question in English"), max_length=300)
    options_fi = ArrayField(
        models.CharField(max_length=120), verbose_name=_("answers in Finnish"), default=list, blank=True
    )
    options_sv = ArrayField(
        models.CharField(max_length=120), verbose_name=_("answers in Swedish"), default=list, blank=True
    )
    options_en = ArrayField(
        models.CharField(max_length=120), verbose_name=_("answers in English"), default=list, blank=True
    )
    counted = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("answers counted together"),
        default=list,
        blank=True,
        help_text=_(
            "Of one of several: their numbers from the top, as 1,2 for the first two. Their share is the result."
        ),
    )

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="single")
                | Q(options_fi__len__range=(2, 10), options_sv__len=F("options_fi__len"), options_en__len=F("options_fi__len"), counted__len__gte=1),
                name="answers_in_each_language",
                violation_error_message=_("Give two to ten answers, as many in each language, and which are counted together."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="scale") | Q(options_fi__len=2, options_sv__len=2, options_en__len=2),
                name="scale_has_two_ends",
                violation_error_message=_("Of a scale, give what 1 and what 5 mean: two lines in each language."),
            ),
            known_by_owner("partner", name="question_of_partner"),
            *same_partner("survey"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE, DELETE"),
            Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
            *[
                Policy(name=f"own_{verb.lower()}", role="web", command=verb, using=f"{OWN} and {STILL_DRAFT}")
                for verb in ("INSERT", "UPDATE", "DELETE")
            ],
            Recorded(record="survey", number="survey_id", partners=["partner_id"], name="questions_recorded"),
        ]  # fmt: skip

    @property
    def ends(self) -> tuple[float, float] | None:
        """Between what its shares or means lie; None where there is no end."""
        return self.ENDS.get(Question.Kind(self.kind))

    def __str__(self) -> str:
        return self.local_text

    @property
    def local_text(self) -> str:
        """As the reader reads it."""
        text: str = as_read(self, "text")
        return text

    @property
    def local_options(self) -> list[str]:
        """Its answers, or what the ends of its scale mean, as the reader reads them."""
        options: list[str] = as_read(self, "options")
        return options

    @property
    def counted_options(self) -> str:
        """The answers that are counted together, in words."""
        options = self.local_options
        return " + ".join(options[number - 1] for number in self.counted if number <= len(options))


class Wave(models.Model):
    """The days on which a survey takes answers, and how who was asked was chosen: what a margin of error rests on.

    Its results are told once it is over, so that nobody watches a single answer come in.
    """

    class Method(models.TextChoices):
        SAMPLE = "sample", _("A sample drawn by chance, each with a code")
        PANEL = "panel", _("A panel, each with a code")
        EVERYONE = "everyone", _("Everyone of a group")
        OPEN_LINK = "open_link", _("Open link: whoever wants to")

    WITH_CODES = (Method.SAMPLE, Method.PANEL)

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="waves")
    name = models.CharField(_("name"), max_length=60, help_text=_("For example: Spring 2027, or: Before the workshop."))
    opens_on = models.DateField(_("opens on"), default=timezone.localdate)
    closes_on = models.DateField(_("closes on"))
    method = models.CharField(_("who is asked"), max_length=10, choices=Method)
    population = models.PositiveIntegerField(
        _("people of whom they are"),
        null=True,
        blank=True,
        help_text=_(
            "How many there are in all, where that is known: a large part of them narrows the margin of error."
        ),
    )
    design_effect = models.FloatField(
        _("design effect"),
        default=1,
        help_text=_("By how much clusters or weights widen the variance; 1 for a simple sample."),
    )
    is_closed = models.BooleanField(default=False)
    codes_issued = models.PositiveIntegerField(default=0)
    published_on = models.DateField(null=True)
    token = models.CharField(max_length=16, unique=True, default=new_token)

    class Meta:
        verbose_name = _("wave")
        verbose_name_plural = _("waves")
        ordering = ["opens_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "survey", "name"],
                name="wave_named_once",
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")),
                name="wave_days_in_order",
                violation_error_message=_("It closes before it opens."),
            ),
            models.CheckConstraint(
                condition=Q(design_effect__range=(1, 20)),
                name="design_effect_is_likely",
                violation_error_message=_("A design effect is between 1 and 20."),
            ),
            models.CheckConstraint(
                condition=Q(population=None) | Q(population__gte=2),
                name="wave_asks_of_several",
                violation_error_message=_("Of fewer than two people there is nothing to tell."),
            ),
            known_by_owner("partner", name="wave_of_partner"),
            *same_partner("survey"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="own_or_public", role="web", command="SELECT", using=f"({OWN} or published_on is not null)"),
            Policy(name="own_insert", role="web", command="INSERT", using=OWN),
            Policy(name="own_update", role="web", command="UPDATE", using=OWN),
            Fixed(columns=["partner_id", "survey_id", "token"], name="stays_its_surveys"),
            Fixed(
                columns=["opens_on", "closes_on", "is_closed", "method", "population", "design_effect"],
                when="old.is_closed or old.closes_on < current_date",
                name="stays_over",
            ),
            Fixed(columns=["name"], when="old.published_on is not null", name="stays_as_published"),
            Asked(function="portal_wave_method", columns=["method"], name="stays_as_answered"),
            Recorded(record="survey", number="survey_id", partners=["partner_id"], leaves_out=["token"], name="waves_recorded"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        """It takes no answers any more."""
        return self.is_closed or self.closes_on < timezone.localdate()

    @property
    def is_open(self) -> bool:
        """It takes answers now."""
        return self.opens_on <= timezone.localdate() and not self.is_over

    @property
    def has_margin(self) -> bool:
        """Who answered stands for others, so that a margin of error means something: not with an open link."""
        return self.method != self.Method.OPEN_LINK

    @property
    def needs_code(self) -> bool:
        return self.method in self.WITH_CODES


class SurveyCode(models.Model):
    """A code that answers once. Only its hash is kept, and it goes with the answer: nothing says which answer it gave."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="codes")
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("code of a survey")
        constraints = [
            models.UniqueConstraint(fields=["partner", "wave", "digest"], name="survey_code_once"),
            *same_partner("wave"),
            Grant(role="web", privileges="INSERT"),
            Grant(role="web", privileges="SELECT", columns=["id", "partner_id", "wave_id"]),
            Policy(name="own_codes", role="web", command="SELECT", using=OWN),
            Policy(name="own_insert", role="web", command="INSERT", using=OWN),
        ]

    def __str__(self) -> str:
        return f"{self.wave_id}"


class SurveyAnswer(models.Model):
    """What one person answered in numbers: the day, and nothing of who or where from. `portal_survey_answer` alone writes rows, and
    `portal_survey_answers` alone reads them (programs/surveys/answering.py); pages count them.

    `numbers`: question → the number of the option, of the scale, or the number itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="answers")
    district = models.ForeignKey(District, models.PROTECT, null=True, related_name="+")
    age_band = models.CharField(max_length=10, choices=AgeBand, blank=True)
    numbers = models.JSONField(default=dict)
    given_on = models.DateField()

    class Meta:
        verbose_name = _("answer to a survey")
        indexes = [models.Index(fields=["wave", "given_on"], name="answers_of_wave")]
        constraints = [
            models.CheckConstraint(condition=Q(age_band__in=["", *AgeBand.values]), name="age_band_is_known"),
            *same_partner("wave"),
            Grant(role="web", privileges="SELECT", columns=["id", "partner_id", "wave_id"]),
            Policy(name="own_answers", role="web", command="SELECT", using=OWN),
        ]

    def __str__(self) -> str:
        return f"{self.wave_id}"


class SurveyText(models.Model):
    """What somebody answered in their own words, apart from their other answers. The partner that asked reads it, nobody else, and by
    `portal_survey_texts` alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="texts")
    # The database keeps a question that has words; pages, which read none of them, could not ask.
    question = models.ForeignKey(Question, models.DO_NOTHING, related_name="texts")
    text = EncryptedTextField()

    MOST = 500

    class Meta:
        verbose_name = _("words of an answer")
        constraints = [
            *same_partner("wave", "question"),
        ]

    def __str__(self) -> str:
        return f"{self.wave_id}"


class SurveyFigure(models.Model):
    """A published result of a wave: the share or mean of a question, of all who answered or of a group.

    Computed by `results.figures_of`, which withholds small cells; written when a wave is published, and everybody reads it.
    """

    class Measure(models.TextChoices):
        OPTION = "option", _("share of an answer")
        COUNTED = "counted", _("share counted together")
        MEAN = "mean", _("mean")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="figures")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    measure = models.CharField(max_length=10, choices=Measure)
    options = ArrayField(
        models.PositiveSmallIntegerField(), default=list, help_text="Of a share: the answers that it holds together."
    )
    district = models.ForeignKey(District, models.PROTECT, null=True, related_name="+")
    age_band = models.CharField(max_length=10, choices=AgeBand, blank=True)
    rest_of = models.CharField(
        max_length=10, blank=True, help_text="Others together, of districts or ages: groups too small to tell apart."
    )
    answers = models.PositiveIntegerField()
    value = models.FloatField()
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)

    class Meta:
        verbose_name = _("result of a survey")
        ordering = ["wave", "question", "id"]
        constraints = [
            *same_partner("wave", "question"),
            Grant(role="web", privileges="SELECT, INSERT, DELETE"),
            Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
            Policy(name="own_insert", role="web", command="INSERT", using=OWN),
            Policy(name="own_delete", role="web", command="DELETE", using=OWN),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.wave_id} {self.question_id}"

    @property
    def is_of_all(self) -> bool:
        """Of everybody who answered the question."""
        return self.district_id is None and not self.age_band and not self.rest_of

    @property
    def group(self) -> str:
        """Whose it is, in words; empty for everybody."""
        if self.rest_of:
            return str(_("all others together"))
        if self.district:
            return self.district.local_name
        return str(self.get_age_band_display()) if self.age_band else ""

    @property
    def bar_width(self) -> str:
        """Of a share: the width of its bar in percent, as SVG reads it in each language."""
        return f"{100 * self.value:.1f}"
