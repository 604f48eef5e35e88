"""The first appointment of somebody referred: what the sender can tell the person, and whether they came."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.agreements.flows import flow_today
from partnership.isolation.constraints import both_or_neither, of_our_time
from partnership.isolation.days import TODAY
from partnership.isolation.pointers import OneOfOwner, same_parties
from partnership.isolation.policies import (
    MY_RECORDS,
    MY_REFERRALS,
    PARTY,
    RECEIVER,
    SENDER,
    Grant,
    Policy,
    jobs_read,
    person_reads,
)
from partnership.members.models import Partner
from referrals.handover.models import Referral

REPORTED = f"""exists (
 select from referrals_referral r where r.id = referrals_firstappointment.referral_id and r.report_days @> {TODAY}
 and {flow_today("attendance_counts", source="r.to_partner_id", target="r.from_partner_id", under="r.agreement_id")})"""
"""Consent and agreement cover today that the receiver reports attendance back: else the sender sees neither when nor whether."""


TOLD = f"""(referral_id in (
 select r.id from referrals_referral r where r.receiver_person_id = {MY_RECORDS}) or {REPORTED})"""  # noqa: S608
"""What the staff of the card's partner see they can tell: the receiver its own appointment, the sender while the consent covers it."""


class FirstAppointment(models.Model):
    """When and where the receiver expects the person first, and how it went. The receiver writes it; the sender reads it while the
    consent covers reporting back."""

    class Outcome(models.TextChoices):
        KEPT = "kept", _("Came")
        MISSED = "missed", _("Did not come")

    class Why(models.TextChoices):
        """Why somebody did not come, told apart by whose doing it was."""

        UNREACHABLE = "person_unreachable", _("Person: could not be reached")
        CANCELLED = "person_cancelled", _("Person: cancelled")
        CHANGED_MIND = "person_declined", _("Person: no longer wants the service")
        ILL = "person_ill", _("Person: ill or in hospital")
        NOT_TOLD = "not_told", _("Sender: the person was not told of it")
        RECEIVER_MOVED = "receiver_moved", _("Receiver: cancelled or moved it")
        ACCESS = "no_access", _("Other: could not get there")
        IN_CUSTODY = "in_custody", _("Other: in custody")
        NOT_KNOWN = "not_known", _("Not known")

    # Nobody may delete one; a draft, which can be deleted, has none.
    referral = OneOfOwner(Referral, models.DO_NOTHING, related_name="first_appointment")
    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(_("starts"))
    place = models.CharField(_("place"), max_length=120, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    why_missed = models.CharField(_("why not"), max_length=20, choices=Why, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            # The job that reminds of what begins soon, at all partners.
            models.Index(fields=["starts_at"], condition=Q(outcome=""), name="first_appointment_ahead"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["referral", "from_partner", "to_partner"], name="first_appointment_once"),
            models.CheckConstraint(
                condition=both_or_neither(Q(outcome="missed"), ~Q(why_missed="")), name="missed_has_a_reason"
            ),
            of_our_time("starts_at", name="first_appointment_in_our_time", is_moment=True),
            *same_parties("referral"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(
                name="parties_read", role="web", command="SELECT", using=f"({RECEIVER} or ({SENDER} and {REPORTED}))"
            ),
            Policy(name="receiver_inserts", role="web", command="INSERT", using=RECEIVER),
            Policy(name="receiver_updates", role="web", command="UPDATE", using=RECEIVER),
            *jobs_read("id", "referral_id", "to_partner_id", "starts_at", "outcome"),
            # My page of either partner shows it, as its staff would tell it.
            *person_reads(
                "id",
                "referral_id",
                "to_partner_id",
                "starts_at",
                "place",
                "outcome",
                using=f"referral_id = {MY_REFERRALS} and {TOLD}",
            ),
        ]

    def __str__(self) -> str:
        return f"first appointment {self.pk}"


SEES_IT = "referral_id in (select a.referral_id from referrals_firstappointment a)"
"""Whoever sees the appointment, by the policies of its table, sees and writes what the person said to it."""


class FirstAnswer(models.Model):
    """What the person said on My page, that of either party, to the first appointment at the time that it had: the latest counts."""

    class Answer(models.TextChoices):
        COMING = "coming", _("Is coming")
        MOVE = "move", _("Asks for another time")

    referral = OneOfOwner(Referral, models.DO_NOTHING, related_name="first_answer")
    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(help_text="To which time this is the answer: moved, the appointment has none.")
    answer = models.CharField(_("answer"), max_length=10, choices=Answer)
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "from_partner", "to_partner"], name="first_answer_once"),
            *same_parties("referral"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="parties_read", role="web", command="SELECT", using=f"{PARTY} and {SEES_IT}"),
            Policy(name="parties_insert", role="web", command="INSERT", using=f"{PARTY} and {SEES_IT}"),
            Policy(name="parties_update", role="web", command="UPDATE", using=f"{PARTY} and {SEES_IT}"),
            *person_reads("id", "referral_id", "starts_at", "answer", using=SEES_IT),
        ]

    def __str__(self) -> str:
        return f"answer to first appointment of referral {self.referral_id}"
