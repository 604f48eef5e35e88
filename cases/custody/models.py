"""Support inside custody and the way out: when somebody is released, under which conditions, and who meets them in the first days.

A release is its own partner's, as the participation is. What a prison says of it, and what the prison learns, stands in
`referrals.releases`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.enrolments.models import Enrolment
from partnership.audit_trail.history import Recorded
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import imports_write, jobs_read, own_rows, written_by
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User

CLOCK: dict[str, tuple[timedelta, str | Promise]] = {
    "day": (timedelta(hours=24), _("First 24 hours")),
    "three_days": (timedelta(hours=72), _("First 72 hours")),
    "fortnight": (timedelta(days=14), _("First 14 days")),
}
"""After a release, by when somebody is to have been in contact."""
FIRST_DAYS = CLOCK["fortnight"][0]
SOON = timedelta(days=14)
"""So long before the planned day a release is soon."""


class Condition(models.TextChoices):
    """What somebody is released under: codes of this portal's own."""

    SUPERVISION = "supervision", _("Meets a supervisor")
    RESIDENCE = "residence", _("Lives at an agreed address")
    SOBRIETY = "sobriety", _("No alcohol or drugs")
    TESTS = "tests", _("Tests for substances")
    TREATMENT = "treatment", _("Takes part in treatment or a programme")
    MONITORING = "monitoring", _("Electronic monitoring")
    AREA = "area", _("Stays away from a place or person")
    REPORTING = "reporting", _("Reports to the police")
    OTHER = "other", _("Another condition")


class Naloxone(models.TextChoices):
    """Whether somebody left with naloxone: the first days after a release are those with most deaths by overdose."""

    UNKNOWN = "unknown", _("Not known")
    GIVEN = "given", _("Given")
    DECLINED = "declined", _("Offered, not wanted")
    NOT_OFFERED = "not_offered", _("Not offered")


class Step(NamedTuple):
    """A part of the clock of the first days: by when, and what became of it."""

    label: str | Promise
    until: datetime
    kept_at: datetime | None
    planned_at: datetime | None

    @property
    def is_missed(self) -> bool:
        return self.kept_at is None and self.until < timezone.now()


class ReleaseQuerySet(models.QuerySet["Release"]):
    def coming(self) -> ReleaseQuerySet:
        """Those of open participations that are ahead."""
        return self.filter(released_at=None, enrolment__ended_on=None)

    def soon(self) -> ReleaseQuerySet:
        """Those ahead that are planned within two weeks; a planned day that has passed, too."""
        return self.coming().filter(planned_on__lte=timezone.localdate() + SOON)

    def in_first_days(self) -> ReleaseQuerySet:
        """Released within the last two weeks, in open participations."""
        return self.filter(released_at__gt=timezone.now() - FIRST_DAYS, enrolment__ended_on=None)


class Release(models.Model):
    """Somebody who takes part is in custody and will come out, or has. The day may move until it has come: the history keeps each."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="releases")
    planned_on = models.DateField(_("planned day of release"), null=True, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, default=None)
    conditions = ArrayField(
        models.CharField(max_length=20, choices=Condition),
        verbose_name=_("licence conditions"),
        default=list,
        blank=True,
    )
    conditions_note = EncryptedTextField(_("about the conditions"), blank=True, default="")
    naloxone = models.CharField(_("naloxone"), max_length=12, choices=Naloxone, default=Naloxone.UNKNOWN)
    responsible = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("responsible for the first contact")
    )

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        indexes = [
            models.Index(fields=["partner", "planned_on", "id"], condition=Q(released_at=None), name="release_coming"),
            models.Index(fields=["partner", "-released_at", "-id"], name="release_past"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "partner"], condition=Q(released_at=None), name="one_release_ahead"
            ),
            known_by_owner("partner", name="release_by_owner"),
            *same_partner("enrolment"),
            *own_rows(),
            # What a prison says of the day reaches its receiver by a job; figures read days and nothing in words.
            *jobs_read("id", "partner_id", "enrolment_id", "planned_on", "released_at", "conditions", "naloxone"),
            *imports_write(),
            Fixed(columns=["partner_id", "enrolment_id"]),
            Recorded(record="release", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"release {self.pk}"

    @property
    def condition_labels(self) -> list[str]:
        return [str(Condition(code).label) for code in self.conditions]

    @property
    def is_past_its_day(self) -> bool:
        """The planned day has passed, and nobody has said that the person was released."""
        return self.released_at is None and self.planned_on is not None and self.planned_on < timezone.localdate()

    def clock(self, contacts: Iterable[ReleaseContact]) -> list[Step]:
        """The first days by their parts, from the contacts with the person; none while the release is ahead."""
        if self.released_at is None:
            return []
        after = sorted((each for each in contacts if each.at >= self.released_at), key=lambda each: each.at)
        steps = []
        for lasts, label in CLOCK.values():
            until = self.released_at + lasts
            within = [each for each in after if each.at <= until]
            kept = next((each.at for each in within if each.outcome == ReleaseContact.Outcome.KEPT), None)
            planned = next((each.at for each in within if not each.outcome), None)
            steps.append(Step(label, until, kept, planned))
        return steps

    @property
    def is_without_contact(self) -> bool:
        """Out for longer than the first part of the clock, and nobody was in contact. Reads contacts."""
        steps = self.clock(self.contacts.all())
        return bool(steps) and steps[0].is_missed and not any(step.kept_at for step in steps)

    @property
    def step_now(self) -> Step | None:
        """The part of the clock that counts now: the first that was kept, else the first that is not over, else the last. Reads contacts."""
        steps = self.clock(self.contacts.all())
        return next((step for step in steps if step.kept_at or not step.is_missed), steps[-1] if steps else None)


class ReleaseContact(models.Model):
    """A contact with somebody in custody or in the first days after, planned or held. Whether it was before or after the release,
    its moment says."""

    class How(models.TextChoices):
        VISIT = "visit", _("Visit")
        GATE = "gate", _("Picked up at the gate")
        MET = "met", _("Met")
        CALL = "call", _("Phone")
        VIDEO = "video", _("Video")

    class Outcome(models.TextChoices):
        KEPT = "kept", _("In contact")
        MISSED = "missed", _("No contact")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    release = models.ForeignKey(Release, models.CASCADE, related_name="contacts")
    at = models.DateTimeField(_("when"))
    how = models.CharField(_("how"), max_length=10, choices=How)
    responsible = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    outcome = models.CharField(_("how it went"), max_length=10, choices=Outcome, blank=True, default="")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("contact around a release")
        indexes = [
            models.Index(fields=["release", "at", "id"], name="release_contact_of"),
            models.Index(fields=["partner", "at"], name="release_contact_at"),
        ]
        constraints = [
            *same_partner("release"),
            *own_rows(),
            *jobs_read("id", "partner_id", "release_id", "at", "outcome"),
            written_by("recorded_by_id"),
            Fixed(columns=["partner_id", "release_id", "recorded_by_id"]),
            Recorded(record="release_contact", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"

    @property
    def is_to_mark(self) -> bool:
        """Its time has passed, and nobody has said how it went."""
        return not self.outcome and self.at <= timezone.now()
