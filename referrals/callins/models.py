"""Call-ins: a police unit and a service speak together to people who were invited, and offer help beside the warning.

Two walls stand in it. Who was invited, whether they came, and until when the case against them rests is the police's file, and the
service sees none of it. What the service does with somebody who takes an offer stays there as with any referral: an offer that was
accepted becomes one, with the person's consent, and until it is sent the service knows of an offer, and not to whom it was made.

The phases are those of drug market intervention in High Point, read at CrimeSolutions: identify, notify, deliver, follow up.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.people.models import Person
from partnership.audit_trail.history import Recorded
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import both_or_neither, of_our_time
from partnership.isolation.pointers import PARTIES, SameOwner, known_by_owner, same_partner
from partnership.isolation.policies import PARTY, SENDER, Grant, Policy, own_rows
from partnership.isolation.triggers import Fixed
from partnership.members.models import District, Partner
from programs.catalogue.models import Programme
from referrals.handover.models import Referral


class CallInQuerySet(models.QuerySet["CallIn"]):
    def seen_by(self, acting: Acting) -> CallInQuerySet:
        """Those that the acting partner holds, as the police unit or as the service."""
        return self.filter(Q(from_partner=acting.partner) | Q(to_partner=acting.partner))


class CallIn(models.Model):
    """One meeting and what leads to it: where and when, who speaks, in which phase it is."""

    class Phase(models.TextChoices):
        IDENTIFY = "identify", _("Identify")
        NOTIFY = "notify", _("Notify")
        DELIVER = "deliver", _("Deliver")
        FOLLOW_UP = "follow_up", _("Follow up")

    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("service"))
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name=_("district"))
    at = models.DateTimeField(_("time"))
    place = models.CharField(_("place"), max_length=120)
    speakers = models.CharField(_("who speaks"), max_length=300, blank=True)
    phase = models.CharField(_("phase"), max_length=20, choices=Phase, default=Phase.IDENTIFY)

    objects = CallInQuerySet.as_manager()

    class Meta:
        verbose_name = _("call-in")
        verbose_name_plural = _("call-ins")
        indexes = [
            models.Index(fields=["from_partner", "-at", "-id"], name="call_in_unit"),
            models.Index(fields=["to_partner", "-at", "-id"], name="call_in_service"),
        ]
        constraints = [
            of_our_time("at", name="call_in_in_our_time", is_moment=True),
            known_by_owner("from_partner", name="call_in_by_unit"),
            known_by_owner("from_partner", "to_partner", name="call_in_by_parties"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="parties_read", role="web", command="SELECT", using=PARTY),
            Policy(name="unit_plans", role="web", command="INSERT", using=SENDER),
            Policy(name="unit_changes", role="web", command="UPDATE", using=SENDER),
            Fixed(columns=["from_partner_id", "to_partner_id"]),
            Recorded(record="call_in", partners=["from_partner_id", "to_partner_id"]),
        ]

    def __str__(self) -> str:
        return f"{_('Call-in')} {self.pk}"

    @property
    def next_phase(self) -> str:
        """The phase that follows; empty after the last."""
        phases = [*CallIn.Phase.values, ""]
        return phases[phases.index(self.phase) + 1]


class Invitee(models.Model):
    """Somebody of the police's register who was invited: the unit's file alone."""

    class Came(models.TextChoices):
        CAME = "came", _("Came")
        MISSED = "missed", _("Did not come")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    call_in = models.ForeignKey(CallIn, models.CASCADE, related_name="invitees")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    invited_on = models.DateField(_("invited on"), default=timezone.localdate)
    came = models.CharField(_("came"), max_length=10, choices=Came, blank=True, default="")
    suspended_until = models.DateField(_("case rests until"), null=True, blank=True)

    class Meta:
        verbose_name = _("invited person")
        constraints = [
            models.UniqueConstraint(fields=["call_in", "person", "partner"], name="invited_once"),
            known_by_owner("partner", "call_in", name="invitee_by_call_in"),
            *same_partner("person"),
            *same_partner("call_in", others="from_partner_id"),
            *own_rows(),
            Recorded(record="invitee", partners=["partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"invitee {self.pk}"


class CallInOffer(models.Model):
    """A programme of the service that somebody was offered. Both parties see it; to whom it was made, only the unit does."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    call_in = models.ForeignKey(CallIn, models.CASCADE, related_name="offers")
    invitee = models.ForeignKey(Invitee, models.CASCADE, related_name="offers")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name=_("programme"))
    offered_on = models.DateField(_("offered on"), default=timezone.localdate)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True, default="")
    answered_on = models.DateField(_("answered on"), null=True)
    referral = models.ForeignKey(Referral, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("offer of a call-in")
        constraints = [
            models.UniqueConstraint(fields=["invitee", "programme", "from_partner", "to_partner"], name="offered_once"),
            models.CheckConstraint(
                condition=both_or_neither(Q(answer=""), Q(answered_on=None)), name="offer_answered_on_a_day"
            ),
            models.CheckConstraint(condition=Q(referral=None) | Q(answer="accepted"), name="referred_who_accepts"),
            SameOwner(field="call_in", by=PARTIES),
            SameOwner(field="referral", by={"from_partner_id": "from_partner_id"}),
            SameOwner(field="invitee", by={"from_partner_id": "partner_id", "call_in_id": "call_in_id"}),
            SameOwner(field="programme", by={"to_partner_id": "partner_id"}),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE, DELETE"),
            Policy(name="parties_read", role="web", command="SELECT", using=PARTY),
            *[
                Policy(name=f"unit_{command.lower()}", role="web", command=command, using=SENDER)
                for command in ("INSERT", "UPDATE", "DELETE")
            ],
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"
