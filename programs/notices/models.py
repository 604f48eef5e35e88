"""Trend notices: what partners see of substances, markets, routes and harm, with nobody in them; to whom they go, what is answered."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partnership.audit_trail.history import Recorded
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import both_or_neither, of_our_time
from partnership.isolation.days import TODAY
from partnership.isolation.pointers import SameOwner, known_by_owner, same_partner
from partnership.isolation.policies import OWN, PARTNER, READ_AND_WRITE, RECEIVER, USER, Grant, Policy, written_by
from partnership.isolation.triggers import Asked, Fixed
from partnership.members.models import District, Partner, User

IS_OUT = "state in ('shared', 'withdrawn')"
FOR_ALL = "tlp in ('clear', 'green')"
"""What everybody in the partnership sees, whoever was told of it."""
RECEIVED = f"""exists (
 select from programs_noticerecipient r where r.notice_id = programs_notice.id and r.to_partner_id = {PARTNER})"""
OF_OWN_DRAFT = f"""exists (
 select from programs_notice n where n.id = notice_id and n.{OWN} and not n.{IS_OUT})"""
CONTENT = (
    "kind", "substances", "seen_from", "seen_to", "text", "advice", "severity", "reliability", "credibility", "tlp", "valid_until",
)  # fmt: skip
"""What its author writes, besides the districts."""
BY_ITS_AUTHOR = f"""exists (
 select from programs_notice n where n.id = notice_id and n.{OWN} and n.state = 'draft' and n.written_by_id = {USER})"""


class NoticeQuerySet(models.QuerySet["Notice"]):
    def seen_by(self, acting: Acting) -> NoticeQuerySet:
        """Those of the own partner, and those that were shared with it or with everybody; as the policies say it."""
        told = NoticeRecipient.objects.filter(to_partner=acting.partner).values("notice")
        out = Q(state__in=Notice.OUT) & (Q(tlp__in=[Notice.Tlp.CLEAR, Notice.Tlp.GREEN]) | Q(pk__in=told))
        return self.filter(Q(partner=acting.partner) | out)

    def in_force(self) -> NoticeQuerySet:
        """Shared, not withdrawn, and still valid today."""
        return self.filter(state=Notice.State.SHARED, valid_until__gte=timezone.localdate())


class Notice(models.Model):
    """What a partner saw, in words in which nobody can be recognised. Once shared it stays as it is: a newer one takes its place."""

    class Kind(models.TextChoices):
        SUBSTANCE = "substance", _("A substance, or what is in it")
        MARKET = "market", _("Prices, sellers’ ways, how easy it is to get")
        ROUTE = "route", _("Routes and hiding places")
        METHOD = "method", _("New ways of use")
        HARM = "harm", _("Poisonings and other harm")
        EXPLOITATION = "exploitation", _("People who are exploited")

    class Substance(models.TextChoices):
        """In the groups of the EUDA's treatment demand protocol, with those in addition of which people are warned by name."""

        OPIOIDS = "opioids", _("Opioids")
        NITAZENES = "nitazenes", _("Nitazenes")
        FENTANYLS = "fentanyls", _("Fentanyls")
        COCAINE = "cocaine", _("Cocaine")
        STIMULANTS = "stimulants", _("Amphetamines and other stimulants")
        CATHINONES = "cathinones", _("Synthetic cathinones")
        MDMA = "mdma", _("MDMA (ecstasy)")
        SEDATIVES = "sedatives", _("Benzodiazepines and other sedatives")
        GHB = "ghb", _("GHB and GBL")
        CANNABIS = "cannabis", _("Cannabis")
        CANNABINOIDS = "cannabinoids", _("Synthetic cannabinoids")
        HALLUCINOGENS = "hallucinogens", _("Hallucinogens")
        INHALANTS = "inhalants", _("Volatile inhalants")
        OTHER = "other", _("Something else, or not known")

    class Severity(models.TextChoices):
        WATCH = "watch", pgettext_lazy("severity", "To know")
        WARN = "warn", pgettext_lazy("severity", "To act on")
        URGENT = "urgent", pgettext_lazy("severity", "Danger to life")

    class Reliability(models.TextChoices):
        """How far the source is relied on: the letters of the Admiralty scale."""

        A = "A", _("A: completely reliable")
        B = "B", _("B: usually reliable")
        C = "C", _("C: fairly reliable")
        D = "D", _("D: not usually reliable")
        E = "E", _("E: unreliable")
        F = "F", _("F: cannot be judged")

    class Credibility(models.IntegerChoices):
        """How far what it says is believed: the numbers of the Admiralty scale."""

        CONFIRMED = 1, _("1: confirmed by others")
        PROBABLE = 2, _("2: probably true")
        POSSIBLE = 3, _("3: possibly true")
        DOUBTFUL = 4, _("4: doubtful")
        IMPROBABLE = 5, _("5: improbable")
        UNKNOWN = 6, _("6: cannot be judged")

    class Tlp(models.TextChoices):
        """How far it may go on: the traffic light protocol, edition 2.0. RED is for named people and not offered: a page of an
        organisation is no room with closed doors."""

        CLEAR = "clear", _("TLP:CLEAR: everybody, the public too")
        GREEN = "green", _("TLP:GREEN: the whole partnership")
        AMBER = "amber", _("TLP:AMBER: the receivers and those whom they work for")
        STRICT = "amber_strict", _("TLP:AMBER+STRICT: the receivers alone")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("notice", "Draft")
        CHECKED = "checked", pgettext_lazy("notice", "Checked")
        SHARED = "shared", pgettext_lazy("notice", "Shared")
        WITHDRAWN = "withdrawn", pgettext_lazy("notice", "Withdrawn")

    OUT = (State.SHARED, State.WITHDRAWN)

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("from"))
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(_("what it is about"), max_length=15, choices=Kind)
    substances = ArrayField(models.CharField(max_length=15, choices=Substance), verbose_name=_("substances"))
    districts = models.ManyToManyField(
        District, related_name="+", verbose_name=_("districts"), help_text=_("Never finer than a district.")
    )
    seen_from = models.DateField(_("seen from"))
    seen_to = models.DateField(_("seen until"))
    text = models.TextField(
        _("what was seen"),
        max_length=2000,
        help_text=_("Nobody may be recognised in it: no names, addresses, numbers, or where you know it from."),
    )
    advice = models.TextField(
        _("what to do"), max_length=1000, blank=True, help_text=_("What you advise, in words for whoever reads it.")
    )
    severity = models.CharField(_("how serious"), max_length=10, choices=Severity, default=Severity.WATCH)
    reliability = models.CharField(_("how reliable is the source"), max_length=1, choices=Reliability, default="F")
    credibility = models.PositiveSmallIntegerField(
        _("how credible is it"), choices=Credibility, default=Credibility.UNKNOWN
    )
    tlp = models.CharField(_("how far it may go on"), max_length=15, choices=Tlp, default=Tlp.STRICT)
    valid_until = models.DateField(_("valid until"))
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name=_("in the place of")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("checked by"))
    checked_at = models.DateTimeField(null=True)
    shared_at = models.DateTimeField(_("shared"), null=True)
    withdrawn_why = models.CharField(_("why it was withdrawn"), max_length=300, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("trend notice")
        verbose_name_plural = _("trend notices")
        indexes = [models.Index(fields=["-written_at", "-id"], name="notice_list")]
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_to__gte=F("seen_from")),
                name="notice_seen_in_order",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(condition=~Q(substances=[]), name="notice_names_a_substance"),
            of_our_time("seen_from", name="notice_seen_in_our_time"),
            models.CheckConstraint(
                condition=Q(state="draft", checked_by=None) | Q(~Q(state="draft"), checked_by__isnull=False),
                name="notice_is_checked_before_it_goes",
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("written_by")), name="notice_checked_by_somebody_else"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(checked_by=None), Q(checked_at=None)), name="notice_checked_on_a_day"
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(state="withdrawn"), ~Q(withdrawn_why="")), name="notice_withdrawn_for_a_reason"
            ),
            known_by_owner("partner", name="notice_of_partner"),
            *same_partner("supersedes"),
            Grant(role="web", privileges=READ_AND_WRITE),
            Policy(
                name="told_read",
                role="web",
                command="SELECT",
                using=f"({OWN} or {PARTNER} is not null and {IS_OUT} and ({FOR_ALL} or {RECEIVED}))",
            ),
            # The page of warnings, without sign-in.
            Policy(
                name="public_reads",
                role="web",
                command="SELECT",
                using=f"state = 'shared' and tlp = 'clear' and valid_until >= {TODAY}",
            ),
            Policy(name="own_insert", role="web", command="INSERT", using=OWN),
            Policy(name="own_update", role="web", command="UPDATE", using=OWN),
            Policy(name="own_draft_goes", role="web", command="DELETE", using=f"{OWN} and not {IS_OUT}"),
            written_by("written_by_id"),
            Fixed(columns=["partner_id", "written_by_id", "supersedes_id"]),
            Fixed(
                columns=[*CONTENT, "checked_by_id", "checked_at"],
                when="old.state in ('shared', 'withdrawn')",
                name="stays_as_shared",
            ),
            Fixed(columns=["state"], when="old.state = 'withdrawn' or old.state = 'shared' and new.state <> 'withdrawn'", name="stays_out"),
            Grant(role="web", privileges=READ_AND_WRITE, through="districts", name="web_districts"),
            Policy(
                name="seen_with_it",
                role="web",
                command="SELECT",
                using="exists (select from programs_notice n where n.id = notice_id)",
                through="districts",
            ),
            Policy(name="own_insert", role="web", command="INSERT", using=BY_ITS_AUTHOR, through="districts"),
            Policy(name="own_delete", role="web", command="DELETE", using=OF_OWN_DRAFT, through="districts"),
            Asked(function="portal_second_look", columns=[*CONTENT, "state", "checked_by_id"], name="second_look"),
            Recorded(record="notice", partners=["partner_id"]),
        ]  # fmt: skip

    def __str__(self) -> str:
        names = [str(self.Substance(code).label) for code in self.substances]
        return f"{', '.join(names)}: {self.get_kind_display()}"

    @property
    def is_in_force(self) -> bool:
        """Shared, not withdrawn, and still valid today."""
        return self.state == self.State.SHARED and self.valid_until >= timezone.localdate()

    @property
    def is_open(self) -> bool:
        """Its author can still change it."""
        return self.state not in self.OUT


class NoticeRecipient(models.Model):
    """To whom a notice was sent, and when it was first opened there. The partner is the author's."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="recipients")
    to_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    read_at = models.DateTimeField(_("first read"), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "to_partner", "partner"], name="notice_sent_once"),
            *same_partner("notice"),
            Grant(role="web", privileges="SELECT, INSERT"),
            Grant(role="web", privileges="UPDATE", columns=["read_at"]),
            Policy(name="parties_read", role="web", command="SELECT", using=f"({OWN} or {RECEIVER})"),
            Policy(name="author_sends", role="web", command="INSERT", using=OWN),
            Policy(name="receiver_reads", role="web", command="UPDATE", using=RECEIVER),
        ]

    def __str__(self) -> str:
        return f"notice {self.notice_id} to {self.to_partner_id}"


class NoticeReply(models.Model):
    """Whether a partner saw the same. The partner is the one that answers; it and the author read it."""

    class SeenHere(models.TextChoices):
        YES = "yes", _("We see it too")
        NO = "no", _("We don’t see it")
        UNSURE = "unsure", _("We are not sure")

    class Band(models.TextChoices):
        """How much of it: never a count, which could point at somebody."""

        ONCE = "once", _("Once")
        SOME = "some", _("Now and then")
        OFTEN = "often", _("Often")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="replies")
    author_partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    seen_here = models.CharField(_("do you see it too"), max_length=10, choices=SeenHere)
    band = models.CharField(_("how often"), max_length=10, choices=Band, blank=True)
    replied_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    replied_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "partner"], name="one_reply_a_partner"),
            models.CheckConstraint(condition=Q(band="") | Q(seen_here="yes"), name="band_of_what_is_seen"),
            Grant(role="web", privileges="SELECT, INSERT, UPDATE"),
            Policy(
                name="parties_read", role="web", command="SELECT", using=f"({OWN} or author_partner_id = {PARTNER})"
            ),
            *[
                Policy(
                    name=f"own_{command.lower()}",
                    role="web",
                    command=command,
                    using=f"{OWN} and exists (select from programs_notice n where n.id = programs_noticereply.notice_id"
                    f" and n.partner_id = author_partner_id and n.{IS_OUT})",
                )
                for command in ("INSERT", "UPDATE")
            ],
            written_by("replied_by_id"),
            SameOwner(field="notice", by={"author_partner_id": "partner_id"}),
            Fixed(columns=["partner_id", "notice_id", "author_partner_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.seen_here} {self.notice_id}"
