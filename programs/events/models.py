"""Events with residents: forums, focus groups, open days, and what was promised there. Who came is counted, never named."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partnership.audit_trail.history import Recorded
from partnership.isolation.constraints import of_our_time
from partnership.isolation.days import TODAY
from partnership.isolation.pointers import known_by_owner, same_partner
from partnership.isolation.policies import EVERY_ROW, OWN, PARTNER, Grant, Policy, everybody_reads
from partnership.isolation.triggers import Fixed
from partnership.members.models import District, Partner

GROUPS = {
    "residents": _("adult residents"),
    "young_people": _("young people"),
    "parents": _("parents and relatives"),
    "professionals": _("professionals"),
    "officers": _("police officers"),
}
"""Field that counts who came → whom it counts."""


class CommunityEvent(models.Model):
    """An event that a partner holds, alone or with others. Every partner sees it; the public sees what is open to everybody."""

    class Kind(models.TextChoices):
        FORUM = "forum", _("Forum with residents")
        FOCUS_GROUP = "focus_group", _("Focus group")
        OPEN_DAY = "open_day", _("Open day")
        JOINT_MEETING = "joint_meeting", _("Joint meeting")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("partner"))
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    title = models.CharField(_("title"), max_length=150)
    starts_at = models.DateTimeField(_("begins"))
    place = models.CharField(_("place"), max_length=200)
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("district")
    )
    hosts = models.ManyToManyField(Partner, blank=True, related_name="+", verbose_name=_("held together with"))
    is_open = models.BooleanField(
        _("open to everybody"), default=False, help_text=_("The public page says when and where it is.")
    )
    residents = models.PositiveSmallIntegerField(GROUPS["residents"], null=True, blank=True)
    young_people = models.PositiveSmallIntegerField(GROUPS["young_people"], null=True, blank=True)
    parents = models.PositiveSmallIntegerField(GROUPS["parents"], null=True, blank=True)
    professionals = models.PositiveSmallIntegerField(GROUPS["professionals"], null=True, blank=True)
    officers = models.PositiveSmallIntegerField(GROUPS["officers"], null=True, blank=True)
    minutes = models.TextField(
        _("minutes of the event"),
        max_length=8000,
        blank=True,
        help_text=_("What was said and agreed. Never names of residents."),
    )
    cancelled_why = models.CharField(_("why it was cancelled"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-starts_at", "-id"]
        indexes = [models.Index(fields=["-starts_at", "-id"], name="community_events_by_day")]
        constraints = [
            of_our_time("starts_at", name="community_event_in_our_time", is_moment=True),
            known_by_owner("partner", name="community_event_of_partner"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
            Policy(name="own_insert", role="web", command="INSERT", using=OWN),
            Policy(name="own_update", role="web", command="UPDATE", using=OWN),
            *everybody_reads(
                f"exists (select from programs_communityevent e where e.id = communityevent_id and e.{OWN})",
                jobs="",
                through="hosts",
            ),
            Fixed(columns=["partner_id"], name="stays_its_hosts"),
            Recorded(record="community_event"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def people(self) -> int | None:
        """All who came, of the groups that were counted; None where nobody counted."""
        counts = [getattr(self, group) for group in GROUPS]
        counted = [count for count in counts if count is not None]
        return sum(counted) if counted else None

    def counts(self) -> list[tuple[str, int]]:
        """Label and number of each group that was counted."""
        numbers = [(str(label), getattr(self, group)) for group, label in GROUPS.items()]
        return [(label, number) for label, number in numbers if number is not None]


class EventPromise(models.Model):
    """What a partner promised at an event, and whether it was kept. The row is the event's; the partner that promised closes it.

    Nothing of it is changed or removed later: a promise that was not kept stays one.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("promise", "Open")
        KEPT = "kept", pgettext_lazy("promise", "Kept")
        NOT_KEPT = "not_kept", pgettext_lazy("promise", "Not kept")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    event = models.ForeignKey(CommunityEvent, models.PROTECT, related_name="promises")
    promised_by = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("who promised"))
    what = models.CharField(
        _("what was promised"), max_length=300, help_text=_("So that anybody can tell whether it was done.")
    )
    due_on = models.DateField(_("by"))
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("Residents read it on the public page. Only who promised can say so.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    closed_on = models.DateField(_("closed on"), null=True)
    outcome = models.CharField(_("what came of it"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["due_on", "id"], name="promises_by_day"),
            models.Index(fields=["promised_by", "state"], name="promises_of_partner"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_on=None) | (~Q(state="open") & Q(closed_on__isnull=False) & ~Q(outcome="")),
                name="closed_promise_says_how",
            ),
            *same_partner("event"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(name="everybody_reads", role="web", command="SELECT", using=EVERY_ROW),
            Policy(
                name="host_writes_down",
                role="web",
                command="INSERT",
                using=f"{OWN} and state = 'open' and (not is_public or promised_by_id = {PARTNER})",
            ),
            Policy(name="promiser_closes", role="web", command="UPDATE", using=f"promised_by_id = {PARTNER}"),
            Fixed(columns=["partner_id", "event_id", "promised_by_id", "what", "due_on"], name="stays_as_promised"),
            Fixed(columns=["state", "closed_on", "outcome", "is_public"], when="old.state <> 'open'", name="stays_closed"),
            Fixed(columns=["is_public"], when=f"old.is_public and old.due_on < {TODAY}", name="late_in_public"),
            Recorded(record="community_event", number="event_id", partners=["partner_id", "promised_by_id"], name="promises_recorded"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.what

    @property
    def is_late(self) -> bool:
        """Open after its day."""
        return self.state == self.State.OPEN and self.due_on < timezone.localdate()
