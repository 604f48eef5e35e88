"""Cards for My page, and what people answer there to their appointments."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.people.models import Person
from cases.planning.models import Appointment
from partnership.audit_trail.history import Recorded
from partnership.isolation.days import TODAY
from partnership.isolation.encrypted_fields import WrittenOnlyField
from partnership.isolation.person import SHOWN_PROOF
from partnership.isolation.pointers import OneOfOwner, same_partner
from partnership.isolation.policies import OWN, Grant, Policy, own_rows, person_reads, written_by
from partnership.isolation.triggers import Fixed, Noted
from partnership.members.models import Partner, User

OPENINGS_KEPT = 20

SHOWN = f"(id = (select portal_person_card()) or (proof_hash = {SHOWN_PROOF} and ended_at is null and valid_until >= {TODAY}))"
"""SQL: the card of this session; or the one of which code and date of birth were shown."""


class Card(models.Model):
    """What lets a person open My page at one partner, together with their date of birth, and the one session that it has.

    Neither code nor date can be read from it: `proof_hash` is the SHA-256 of what both come to under INDEX_KEY
    (`isolation.encryption.card_proof`). A session is known by the hash of its token, and over when nothing happened since `seen_at`
    for as long as `isolation.person` says.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, related_name="cards")
    language = models.CharField(_("language of the card"), max_length=5, choices=settings.LANGUAGES, default="en")
    valid_until = models.DateField(_("valid until"))
    proof_hash = WrittenOnlyField(max_length=64)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("card made by"))
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(_("card ended at"), null=True)
    session_hash = WrittenOnlyField(max_length=64, blank=True)
    seen_at = models.DateTimeField(null=True)
    opened_at = ArrayField(
        models.DateTimeField(),
        default=list,
        db_default=[],
        verbose_name=_("opened at"),
        help_text="When My page was opened with it, the latest first: written by the database, so that nobody opens it unseen.",
    )

    class Meta:
        verbose_name = _("card for My page")
        indexes = [
            models.Index(fields=["proof_hash"], name="card_proof"),
            models.Index(fields=["session_hash"], name="card_session"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "person"], condition=Q(ended_at=None), name="one_card_at_a_time"
            ),
            *same_partner("person"),
            # Pages make and end cards; what opens them they write and never read.
            Grant(role="web", privileges="INSERT, DELETE"),
            Policy(
                name="made_without_a_session",
                role="web",
                command="INSERT",
                using="session_hash = '' and seen_at is null and ended_at is null and opened_at = '{}'",
                only_narrows=True,
            ),
            Fixed(columns=["ended_at"], when="old.ended_at is not null"),
            Noted(column="session_hash", into="opened_at", most=OPENINGS_KEPT),
            Grant(
                role="web",
                privileges="SELECT",
                columns=[
                    "id",
                    "partner_id",
                    "person_id",
                    "language",
                    "valid_until",
                    "made_by_id",
                    "made_at",
                    "ended_at",
                    "seen_at",
                    "opened_at",
                ],
            ),
            Grant(role="web", privileges="UPDATE", columns=["ended_at"], name="web_ends"),
            Policy(name="own", role="web", using=OWN),
            written_by("made_by_id"),
            # My page begins and ends the session of the card that was shown: all that it ever writes.
            *person_reads(
                "id",
                "partner_id",
                "person_id",
                "language",
                "valid_until",
                "made_by_id",
                "seen_at",
                "ended_at",
                "opened_at",
                using=SHOWN,
            ),
            Grant(role="person", privileges="UPDATE", columns=["session_hash", "seen_at"], name="person_session"),
            Policy(
                name="person_keeps_session",
                role="person",
                command="UPDATE",
                using=SHOWN,
                # No session lasts longer because it says that it began later.
                check=f"({SHOWN} and (seen_at is null or seen_at < clock_timestamp() + interval '1 minute'))",
            ),
            Recorded(
                record="person",
                partners=["partner_id"],
                about_person=True,
                number="person_id",
                leaves_out=["id", "partner_id", "proof_hash", "session_hash", "seen_at", "opened_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"card {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it opens anything today."""
        return self.ended_at is None and self.valid_until >= timezone.localdate()


class AppointmentAnswer(models.Model):
    """What the person said on My page to an appointment at the time that it had: the latest answer counts."""

    class Answer(models.TextChoices):
        COMING = "coming", _("Is coming")
        MOVE = "move", _("Asks for another time")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    appointment = OneOfOwner(Appointment, models.CASCADE, related_name="answer")
    starts_at = models.DateTimeField(help_text="To which time this is the answer: moved, the appointment has none.")
    answer = models.CharField(_("answer"), max_length=10, choices=Answer)
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appointment", "partner"], name="appointment_answered_once"),
            *same_partner("appointment"),
            *own_rows(),
            *person_reads(
                "id",
                "appointment_id",
                "starts_at",
                "answer",
                using="appointment_id in (select id from cases_appointment)",
            ),
        ]

    def __str__(self) -> str:
        return f"answer to appointment {self.appointment_id}"
