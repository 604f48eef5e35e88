"""Stop signs on diversions: the service that helps somebody asks the police unit to call before it goes on.

A sign has no reason, here or anywhere: one that had would tell the police what the person has not told them. It is raised for anything
that had better be said than written, so that it tells nothing by itself; of somebody who may have been forced to the crime as well.
It stops nobody who decides: it says that a call comes first.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.isolation.constraints import both_or_neither
from partnership.isolation.pointers import same_parties
from partnership.isolation.policies import PARTY, RECEIVER, USER, Grant, Policy, written_by
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User
from referrals.diversions.models import DiversionAgreement


class StopSign(models.Model):
    """“Call us before you go on.” Raised and taken down by the receiver of the diversion, seen by both parties."""

    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    # Nobody may delete one; a draft, which can be deleted, has none.
    diversion = models.ForeignKey(DiversionAgreement, models.DO_NOTHING, related_name="stop_signs")
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(_("raised"), default=timezone.now)
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(_("taken down"), null=True)

    class Meta:
        verbose_name = _("stop sign")
        constraints = [
            models.UniqueConstraint(
                fields=["diversion", "from_partner", "to_partner"],
                condition=Q(lifted_at=None),
                name="one_stop_sign_at_a_time",
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(lifted_by=None), Q(lifted_at=None)), name="somebody_lifted_the_sign"
            ),
            *same_parties("diversion"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="parties_read", role="web", command="SELECT", using=PARTY),
            Policy(name="receiver_raises", role="web", command="INSERT", using=RECEIVER),
            Policy(
                name="receiver_lifts",
                role="web",
                command="UPDATE",
                using=RECEIVER,
                check=f"{RECEIVER} and (lifted_by_id is null or lifted_by_id = {USER})",
            ),
            written_by("raised_by_id"),
            Fixed(columns=["from_partner_id", "to_partner_id", "diversion_id", "raised_by_id", "raised_at"]),
            Fixed(columns=["lifted_by_id", "lifted_at"], when="old.lifted_at is not null", name="lifted_once"),
        ]

    def __str__(self) -> str:
        return f"stop sign {self.pk}"
