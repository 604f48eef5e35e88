"""Tips: what somebody who stays unknown wants one partner to know, and what it answers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnership.isolation.constraints import both_or_neither
from partnership.isolation.days import TODAY
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.policies import EVERY_ROW, OWN, Grant, Policy
from partnership.isolation.triggers import Fixed
from partnership.members.models import District, Partner, User

KEPT_DAYS = 180
"""After so many days a tip is gone, with its answer."""
MOST_LETTERS = 2000


def in_anothers_name(column: str) -> str:
    """SQL of a `Fixed` rule: a page writes somebody else than its user into the column."""
    return f"current_user = 'portal_web' and new.{column} is distinct from portal_acting_user()"


class Tip(models.Model):
    """What was told to one partner, which alone reads it: no other partner, no police unit, no coordinator. The day, and nothing of who
    or where from. `portal_tip_give` alone writes rows; it points to no person and becomes no record of one.

    `digest`: of the code by which the sender finds the answer. Words that were taken out are gone; that there was a tip stays.
    """

    class Kind(models.TextChoices):
        DEALING = "dealing", _("Drugs that are sold or passed on")
        WORRY = "worry", _("I am worried about somebody")
        PLACE = "place", _("A place that does not feel safe")
        SERVICE = "service", _("How a service or the police treated people")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        NEW = "new", _("Not read yet")
        READ = "read", _("Read")
        ANSWERED = "answered", _("Answered")
        REMOVED = "removed", _("Words taken out")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("to"))
    kind = models.CharField(_("what it is about"), max_length=10, choices=Kind)
    district = models.ForeignKey(District, models.PROTECT, null=True, related_name="+", verbose_name=_("district"))
    text = EncryptedTextField(_("what they wrote"))
    digest = models.CharField(max_length=64, unique=True)
    received_on = models.DateField(_("received"))
    read_on = models.DateField(_("first read"), null=True)
    read_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answer = EncryptedTextField(_("answer"), blank=True, default="")
    answered_on = models.DateField(_("answered"), null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_on = models.DateField(_("words taken out"), null=True)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("tip")
        verbose_name_plural = _("tips")
        indexes = [models.Index(fields=["partner", "-received_on", "-id"], name="tip_list")]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(Q(read_on=None), Q(read_by=None)), name="tip_read_by_somebody"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(answered_on=None), Q(answered_by=None)), name="tip_answered_by_somebody"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(removed_on=None), Q(removed_by=None)), name="tip_removed_by_somebody"
            ),
            Grant(role="web", privileges="SELECT"),
            Grant(
                role="web",
                privileges="UPDATE",
                columns=[
                    "text", "read_on", "read_by_id", "answer", "answered_on", "answered_by_id", "removed_on", "removed_by_id",
                ],
                name="web_answers",
            ),
            Policy(name="own_read", role="web", command="SELECT", using=OWN),
            Policy(name="own_answer", role="web", command="UPDATE", using=OWN),
            Fixed(columns=["text"], when="new.text <> ''", name="words_stay_or_go"),
            Fixed(columns=["read_on", "read_by_id"], when="old.read_on is not null", name="read_once"),
            Fixed(
                columns=["answer", "answered_on", "answered_by_id"],
                when="old.answered_on is not null or old.removed_on is not null",
                name="answered_once",
            ),
            Fixed(columns=["removed_on", "removed_by_id"], when="old.removed_on is not null", name="removed_once"),
            *[
                Fixed(columns=[f"{what}_by_id"], when=in_anothers_name(f"{what}_by_id"), name=f"{what}_in_own_name")
                for what in ("read", "answered", "removed")
            ],
            # The job that forgets, and tells partners that there is something to read.
            Grant(role="worker", privileges="SELECT", columns=["id", "partner_id", "received_on", "read_on"]),
            Grant(role="worker", privileges="DELETE", name="worker_forgets"),
            Policy(name="jobs_see_days", role="worker", command="SELECT", using=EVERY_ROW),
            Policy(
                name="jobs_forget", role="worker", command="DELETE", using=f"received_on < {TODAY} - {KEPT_DAYS}"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def state(self) -> State:
        if self.removed_on:
            return self.State.REMOVED
        if self.answered_on:
            return self.State.ANSWERED
        return self.State.READ if self.read_on else self.State.NEW
