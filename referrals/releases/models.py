"""What a prison or probation office says of a release, beside its referral, and what it learns: the day of the first contact after.

The receiver sees what is said while it sees the need of the referral: from sending on, while consent and agreement cover it. Who it is
about, the referral says. Of what is done with the person the prison learns one day and nothing else.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.custody.models import Condition, Naloxone
from partnership.agreements.flows import flow_today
from partnership.audit_trail.history import Recorded
from partnership.isolation.days import TODAY
from partnership.isolation.encrypted_fields import EncryptedTextField
from partnership.isolation.pointers import OneOfOwner, same_parties
from partnership.isolation.policies import RECEIVER, SENDER, Grant, Policy, jobs_read, written_by
from partnership.isolation.triggers import Fixed
from partnership.members.models import Partner, User
from referrals.handover.models import Referral

NEED_IS_SEEN = "referral_id in (select n.referral_id from referrals_need n)"
"""Whoever sees what the receiver needs to answer, by the policies of its table, sees when the person comes out."""

REPORTED = f"""exists (
 select from referrals_referral r where r.id = referrals_firstcontacttold.referral_id and r.report_days @> {TODAY}
 and {flow_today("attendance_counts", source="r.to_partner_id", target="r.from_partner_id", under="r.agreement_id")})"""
"""Consent and agreement cover today that the receiver reports attendance back: else the sender sees nothing of it."""


class ReleaseNotice(models.Model):
    """When somebody whom a prison refers is released, and under which conditions; once they are out, when that was."""

    # Nobody may delete one; a draft, which can be deleted, has none.
    referral = OneOfOwner(Referral, models.DO_NOTHING, related_name="release_notice")
    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    planned_on = models.DateField(_("planned day of release"))
    conditions = ArrayField(
        models.CharField(max_length=20, choices=Condition),
        verbose_name=_("licence conditions"),
        default=list,
        blank=True,
    )
    conditions_note = EncryptedTextField(_("about the conditions"), owner="from_partner", blank=True, default="")
    released_at = models.DateTimeField(_("released"), null=True, default=None)
    naloxone = models.CharField(_("naloxone"), max_length=12, choices=Naloxone, default=Naloxone.UNKNOWN)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("notice of a release")
        verbose_name_plural = _("notices of releases")
        indexes = [models.Index(fields=["from_partner", "planned_on", "id"], name="release_notice_sent")]
        constraints = [
            models.UniqueConstraint(fields=["referral", "from_partner", "to_partner"], name="release_notice_once"),
            *same_parties("referral"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(
                name="parties_read",
                role="web",
                command="SELECT",
                using=f"({SENDER} or ({RECEIVER} and {NEED_IS_SEEN}))",
            ),
            Policy(name="sender_inserts", role="web", command="INSERT", using=SENDER),
            Policy(name="sender_updates", role="web", command="UPDATE", using=SENDER),
            # Jobs carry the day to the receiver's own release, and read nothing in words.
            *jobs_read("id", "referral_id", "planned_on", "conditions", "released_at", "naloxone"),
            Fixed(columns=["referral_id", "from_partner_id", "written_by_id"]),
            written_by("written_by_id"),
            Recorded(record="release_notice", partners=["from_partner_id"], about_person=True),
        ]

    def __str__(self) -> str:
        return f"{_('Release from custody')} {self.pk}"

    @property
    def condition_labels(self) -> list[str]:
        return [str(Condition(code).label) for code in self.conditions]


class FirstContactTold(models.Model):
    """The day of the first contact after the release, as the sender was told: while consent and agreement let attendance be reported
    back. A job writes it from the receiver's own record."""

    referral = OneOfOwner(Referral, models.DO_NOTHING, related_name="first_contact")
    from_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    on = models.DateField(_("first contact"))

    class Meta:
        verbose_name = _("first contact that was told")
        constraints = [
            models.UniqueConstraint(fields=["referral", "from_partner", "to_partner"], name="first_contact_once"),
            *same_parties("referral"),
            Grant(role="web", privileges="SELECT"),
            Policy(
                name="parties_read", role="web", command="SELECT", using=f"({RECEIVER} or ({SENDER} and {REPORTED}))"
            ),
            Grant(role="worker", privileges="SELECT, INSERT, UPDATE, DELETE"),
            Policy(name="jobs_tell", role="worker", using=RECEIVER),
        ]

    def __str__(self) -> str:
        return f"first contact {self.pk}"
