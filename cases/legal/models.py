"""Legal matters of people who get legal aid: where each stands, hearings, how it ended, and the lawyer's own notes."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Least, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.arrests import iccs
from cases.enrolments.models import Enrolment
from partnership.audit_trail.history import Recorded
from partnership.isolation.constraints import of_our_time
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import OWN, READ_AND_WRITE, USER, Grant, Policy, jobs_read, own_rows
from partnership.members.models import Partner, User
from partnership.pages.days import day_of

OFFENCES = [(code, label) for code, label in iccs.CODES.items() if code != "06"]
"""Offences by ICCS 1.0, those with drugs in full."""

OF_LAWYER = f"exists (select from cases_matter m where m.id = matter_id and m.lawyer_id = {USER})"
"""Of a note: its matter is the acting user's."""


class Sanction(models.TextChoices):
    """How a matter ended: the kinds of punishments and decisions of Statistics Finland's statistics on prosecutions, sentences and
    punishments (stat.fi/til/syyttr/kas_en.html), and a charge that was not brought."""

    PETTY_FINE = "petty_fine", _("Petty fine")
    FINE = "fine", _("Fine")
    CONDITIONAL = "conditional", _("Conditional imprisonment")
    COMMUNITY_SERVICE = "community_service", _("Community service")
    MONITORING = "monitoring", _("Monitoring sentence")
    UNCONDITIONAL = "unconditional", _("Unconditional imprisonment")
    COMBINATION = "combination", _("Combination sentence")
    JUVENILE = "juvenile", _("Juvenile punishment")
    WAIVED = "waived", _("Punishment waived")
    NOT_CHARGED = "not_charged", _("Charge not brought")
    DISMISSED = "dismissed", _("Charge dismissed")
    LAPSED = "lapsed", _("Lapsed")


WITH_LENGTH = (Sanction.CONDITIONAL, Sanction.COMMUNITY_SERVICE, Sanction.MONITORING, Sanction.UNCONDITIONAL, Sanction.COMBINATION)  # fmt: skip
"""Those that have a length in days."""


class MatterQuerySet(models.QuerySet["Matter"]):
    def open(self) -> MatterQuerySet:
        """Matters that are not closed."""
        return self.filter(closed_on=None)

    def by_next_day(self) -> MatterQuerySet:
        """With `day`, the `next_day` of each or, where there is none, a day after all others; for an order in the database."""
        hearing = self._ahead().values("matter").annotate(first=TruncDate(Min("at"))).values("first")
        return self.annotate(day=Coalesce(Least("next_on", Subquery(hearing)), Value(date.max)))

    def with_day_ahead(self) -> MatterQuerySet:
        """Those with a hearing that is today or later and, of open ones, those with a next date that has not passed."""
        return self.filter(Exists(self._ahead()) | Q(closed_on=None, next_on__gte=timezone.localdate()))

    @staticmethod
    def _ahead() -> models.QuerySet[Hearing]:
        """Of a matter, its hearings that are ahead (`Hearing.is_ahead`)."""
        start, _end = day_of(timezone.localdate())
        return Hearing.objects.filter(matter=OuterRef("pk"), attendance="", at__gte=start).order_by()


class Matter(models.Model):
    """A criminal matter in which somebody gets legal aid: the partner's alone. Its lawyer is a member by name."""

    class Stage(models.TextChoices):
        INQUIRY = "inquiry", _("Pre-trial investigation")
        CHARGE_DECISION = "charge_decision", _("Consideration of charges")
        PENAL_ORDER = "penal_order", _("Penal order")
        DISTRICT_COURT = "district_court", _("District court")
        APPEAL = "appeal", _("Appeal")
        ENFORCEMENT = "enforcement", _("Enforcement")

    class Known(models.TextChoices):
        """How it is known whether it is the first offence."""

        RECORD = "record", _("From the criminal record")
        TOLD = "told", _("The person told it")
        AUTHORITY = "authority", _("The authority told it")

    class First(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")
        UNKNOWN = "unknown", _("Not known")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="matters")
    lawyer = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("lawyer"))
    opened_on = models.DateField(_("opened on"), default=timezone.localdate)
    offences = ArrayField(models.CharField(max_length=6, choices=OFFENCES), verbose_name=_("offences"))
    section = models.CharField(
        _("section of the Criminal Code"), max_length=80, blank=True, help_text=_("For example 50:2 a.")
    )
    stage = models.CharField(_("stage"), max_length=20, choices=Stage, default=Stage.INQUIRY)
    case_number = EncryptedTextField(_("case number"), blank=True, default="")
    authority = models.CharField(_("authority"), max_length=120, blank=True)
    first_offence = models.CharField(_("first offence"), max_length=10, choices=First, default=First.UNKNOWN)
    first_known = models.CharField(_("how that is known"), max_length=10, choices=Known, blank=True, default="")
    next_on = models.DateField(_("next date"), null=True, blank=True, help_text=_("A time limit, for example."))
    closed_on = models.DateField(_("closed on"), null=True, default=None)

    objects = MatterQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal matter")
        verbose_name_plural = _("legal matters")
        indexes = [
            models.Index(fields=["partner", "next_on", "id"], condition=Q(closed_on=None), name="matter_open"),
            models.Index(fields=["enrolment", "id"], name="matter_of"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")), name="matter_closes_after_it_opened"
            ),
            models.CheckConstraint(
                condition=Q(first_offence="unknown") | ~Q(first_known=""), name="first_offence_is_known_somehow"
            ),
            known_by_owner("partner", name="matter_by_owner"),
            *same_partner("enrolment"),
            *own_rows(),
            # For retention, which counts without names.
            *jobs_read("id", "enrolment_id", "closed_on"),
            Recorded(record="matter", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"matter {self.pk}"

    @property
    def next_day(self) -> date | None:
        """The next date: the one that was typed, or that of the next hearing, whichever comes first."""
        days = [hearing.day for hearing in self.hearings.all() if hearing.is_ahead]
        return min([*days, *([self.next_on] if self.next_on else [])], default=None)

    @property
    def offence_labels(self) -> list[str]:
        """The offences in words."""
        return [iccs.label(code) for code in self.offences]


class Hearing(models.Model):
    """A hearing or another appointment with an authority in a matter: in the lawyer's calendar."""

    class Kind(models.TextChoices):
        QUESTIONING = "questioning", _("Questioning")
        PREPARATION = "preparation", _("Preparatory hearing")
        MAIN = "main", _("Main hearing")
        APPEAL = "appeal", _("Appeal hearing")
        OTHER = "other", _("Another hearing")

    class Attendance(models.TextChoices):
        CAME = "came", _("Came")
        MISSED = "missed", _("Did not come")
        CANCELLED = "cancelled", _("Cancelled")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, models.CASCADE, related_name="hearings")
    at = models.DateTimeField(_("time"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    place = models.CharField(_("place"), max_length=120, blank=True)
    attendance = models.CharField(_("attendance"), max_length=10, choices=Attendance, blank=True, default="")

    class Meta:
        verbose_name = _("hearing")
        verbose_name_plural = _("hearings")
        indexes = [
            models.Index(fields=["matter", "at"], name="hearing_of"),
            models.Index(fields=["partner", "at"], name="hearing_day"),
        ]
        constraints = [
            of_our_time("at", name="hearing_in_our_time", is_moment=True),
            *same_partner("matter"),
            *own_rows(),
            Recorded(record="hearing", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"hearing {self.pk}"

    @property
    def day(self) -> date:
        return timezone.localdate(self.at)

    @property
    def is_ahead(self) -> bool:
        """It is today or later, and not cancelled."""
        return not self.attendance and self.day >= timezone.localdate()


class Disposal(models.Model):
    """A decision that ended a matter, or a step of it: an appeal brings another."""

    class By(models.TextChoices):
        POLICE = "police", _("Police")
        PROSECUTOR = "prosecutor", _("Prosecutor")
        COURT = "court", _("Court")

    class Weighed(models.TextChoices):
        """Whether the decision says that treatment counted."""

        YES = "yes", _("Yes")
        NO = "no", _("No")
        UNKNOWN = "unknown", _("Not known")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, models.CASCADE, related_name="disposals")
    on = models.DateField(_("date"))
    decided_by = models.CharField(_("decided by"), max_length=10, choices=By)
    sanction = models.CharField(_("decision"), max_length=20, choices=Sanction)
    length_days = models.PositiveIntegerField(_("length in days"), null=True, blank=True)
    treatment_weighed = models.CharField(
        _("treatment counted in it"), max_length=10, choices=Weighed, default=Weighed.UNKNOWN
    )

    class Meta:
        verbose_name = _("decision in a matter")
        indexes = [models.Index(fields=["matter", "on"], name="disposal_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(length_days=None) | Q(sanction__in=[str(code) for code in WITH_LENGTH]),
                name="length_of_what_has_one",
            ),
            *same_partner("matter"),
            *own_rows(),
            Recorded(record="disposal", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"disposal {self.pk}"


class MatterNote(models.Model):
    """What the lawyer writes for themself: nobody else reads it, not even a case manager of the same partner, and no history keeps it."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = EncryptedTextField(_("note"))
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("note of a lawyer")
        indexes = [models.Index(fields=["matter", "-id"], name="matter_note_of")]
        constraints = [
            *same_partner("matter"),
            Grant(role="web", privileges=READ_AND_WRITE),
            Policy(name="author", role="web", using=f"{OWN} and author_id = {USER}"),
            Policy(name="lawyer_writes", role="web", command="INSERT", using=OF_LAWYER, only_narrows=True),
        ]

    def __str__(self) -> str:
        return f"matter note {self.pk}"
