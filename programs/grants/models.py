"""Grants: who pays for what until when, what was spent of it, and the reports that are due.

All of it is the partner's own. A grant that its partner shares is seen by the coordinator with what it was allocated to, never with
what was spent. Nothing here is about a person.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnership.audit_trail.history import Recorded
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import before_2200
from partnership.isolation.pointers import SameOwner, known_by_owner, same_partner
from partnership.isolation.policies import COORDINATOR, Policy, jobs_read, own_rows
from partnership.isolation.triggers import Fixed, Touch
from partnership.members.models import Partner, Role
from programs.catalogue.models import Programme
from programs.grants.holding import Held

SHARED = Policy(name="coordinator_reads", role="web", command="SELECT", using=f"is_shared and {COORDINATOR}")
CENT = MinValueValidator(Decimal("0.01"))


class Currency(models.TextChoices):
    """ISO 4217 codes, as the schema of the 360Giving Data Standard lists them (read there)."""

    EUR = "EUR", _("Euro")
    SEK = "SEK", _("Swedish krona")
    NOK = "NOK", _("Norwegian krone")
    DKK = "DKK", _("Danish krone")
    GBP = "GBP", _("Pound sterling")
    USD = "USD", _("US dollar")


class Category(models.TextChoices):
    """What money is spent on; the portal's own list."""

    STAFF = "staff", _("Staff")
    PREMISES = "premises", _("Premises")
    SERVICES = "services", _("Services bought")
    MATERIALS = "materials", _("Materials")
    STIPENDS = "stipends", _("Stipends")
    OVERHEAD = "overhead", _("Overhead")


class GrantQuerySet(models.QuerySet["Grant"]):
    def seen_by(self, acting: Acting) -> GrantQuerySet:
        """Those of the acting partner; for a coordinator also what others share. The database holds to the same."""
        own = Q(partner=acting.partner)
        return self.filter(own | Q(is_shared=True) if acting.role == Role.COORDINATOR else own)

    def with_sums(self) -> GrantQuerySet:
        """With `allocated` and `spent`, None where nothing is."""
        spent = Spending.objects.filter(allocation__grant=models.OuterRef("pk")).order_by().values("allocation__grant")
        return self.annotate(
            allocated=Sum("allocations__amount"),
            spent=models.Subquery(spent.annotate(sum=Sum("amount")).values("sum")),
        )

    def awarded(self) -> GrantQuerySet:
        """Those that were awarded, over or not."""
        return self.filter(state__in=Grant.AWARDED)


class Grant(models.Model):
    """Money that a funder was asked for, and awarded or refused."""

    class State(models.TextChoices):
        APPLIED = "applied", _("Applied for")
        AWARDED = "awarded", _("Awarded")
        REFUSED = "refused", _("Refused")
        ENDED = "ended", _("Ended")

    AWARDED = (State.AWARDED, State.ENDED)

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("partner"))
    title = models.CharField(_("title"), max_length=150)
    description = models.TextField(_("what it is for"), max_length=2000)
    funder = models.CharField(_("funder"), max_length=150)
    funder_id = models.CharField(
        _("funder’s organisation identifier"),
        max_length=60,
        blank=True,
        help_text=_("As in a register of organisations, for the export."),
    )
    reference = models.CharField(_("funder’s reference"), max_length=60, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.EUR)
    amount = models.DecimalField(
        _("amount"),
        max_digits=12,
        decimal_places=2,
        validators=[CENT],
        help_text=_("Applied for, or once it is decided, awarded."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.APPLIED)
    awarded_on = models.DateField(_("awarded on"), null=True, blank=True)
    starts_on = models.DateField(_("pays from"))
    ends_on = models.DateField(_("pays until"))
    is_shared = models.BooleanField(
        _("the coordinator sees it"),
        default=False,
        help_text=_("The grant and what it is allocated to, never what was spent."),
    )
    changed_at = models.DateTimeField(default=timezone.now, help_text="A trigger keeps it.")

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        indexes = [
            models.Index(fields=["partner", "-ends_on", "-id"], name="grant_list"),
            models.Index(fields=["-ends_on", "-id"], condition=Q(is_shared=True), name="shared_grants"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "title"],
                name="grant_titled_once",
                violation_error_message=_("You have a grant of that title."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="grant_days_in_order",
                violation_error_message=_("It ends before it begins."),
            ),
            before_2200("ends_on", name="grant_ends_some_day"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="grant_is_money"),
            models.CheckConstraint(
                condition=Q(state__in=["awarded", "ended"], awarded_on__isnull=False)
                | Q(state__in=["applied", "refused"], awarded_on=None),
                name="awarded_on_a_day",
                violation_error_message=_("A grant that was awarded has the day of the award, others have none."),
            ),
            known_by_owner("partner", name="grant_by_owner"),
            known_by_owner("partner", "is_shared", name="grant_as_shared"),
            *own_rows(),
            SHARED,
            Fixed(columns=["partner_id"], name="stays_its_partners"),
            Held(function="portal_grant_covers", events="UPDATE OF amount, starts_on, ends_on, state"),
            Touch(),
            Recorded(record="grant", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_awarded(self) -> bool:
        """Whether money can be allocated from it."""
        return self.state in self.AWARDED


class ReportDay(models.Model):
    """A day on which the funder wants a report."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    grant = models.ForeignKey(Grant, models.CASCADE, related_name="report_days")
    due_on = models.DateField(_("due on"))
    sent_on = models.DateField(_("sent on"), null=True)

    class Meta:
        verbose_name = _("day of a report")
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "due_on", "partner"], name="one_report_a_day"),
            before_2200("due_on", name="report_due_some_day"),
            *same_partner("grant"),
            *own_rows(),
            *jobs_read("id", "partner_id", "grant_id", "due_on", "sent_on"),
            Recorded(record="grant", number="grant_id", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return f"report due on {self.due_on}"


class Allocation(models.Model):
    """A part of a grant for a programme, or (`programme` empty) for costs that programmes share."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    is_shared = models.BooleanField(default=False, editable=False, help_text="As the grant: the database keeps it.")
    grant = models.ForeignKey(Grant, models.CASCADE, related_name="allocations")
    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("programme")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2, validators=[CENT])
    changed_at = models.DateTimeField(default=timezone.now, help_text="A trigger keeps it.")

    class Meta:
        verbose_name = _("allocation")
        ordering = ["starts_on", "id"]
        indexes = [models.Index(fields=["partner", "id"], name="allocation_list")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="allocation_days_in_order",
                violation_error_message=_("It ends before it begins."),
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_is_money"),
            known_by_owner("partner", name="allocation_by_owner"),
            SameOwner(field="grant", by={"partner_id": "partner_id", "is_shared": "is_shared"}, follows=True),
            *same_partner("programme"),
            *own_rows(),
            SHARED,
            Fixed(columns=["partner_id", "grant_id"], name="stays_of_its_grant"),
            Held(function="portal_allocation_fits"),
            Touch(),
            Recorded(record="grant", number="grant_id", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return self.programme.local_name if self.programme else str(_("Shared costs"))

    @property
    def first_month(self) -> date:
        """The first day of the month in which it begins."""
        return self.starts_on.replace(day=1)


class Spending(models.Model):
    """What was spent of an allocation in a month on one category, credit notes taken off; zero says that nothing was."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="spending")
    month = models.DateField(_("month"), help_text="Its first day.")
    category = models.CharField(_("category"), max_length=10, choices=Category)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0)])
    changed_at = models.DateTimeField(default=timezone.now, help_text="A trigger keeps it.")

    class Meta:
        verbose_name = _("spending")
        ordering = ["-month", "category", "-id"]
        indexes = [models.Index(fields=["partner", "month"], name="spending_by_month")]
        constraints = [
            models.UniqueConstraint(fields=["allocation", "month", "category", "partner"], name="spent_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="spending_month_is_its_first_day"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="spending_is_not_negative"),
            *same_partner("allocation"),
            *own_rows(),
            Fixed(columns=["partner_id", "allocation_id", "month", "category"], name="stays_of_its_month"),
            Held(function="portal_spending_fits"),
            Touch(),
            Recorded(record="spending", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return f"spending of {self.month:%Y-%m}"


class CostKey(models.Model):
    """How the shared costs of a year are divided among programmes, and what that rests on."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    basis = models.CharField(
        _("what it rests on"),
        max_length=200,
        help_text=_("For example: working hours by programme, from the time sheets."),
    )

    class Meta:
        verbose_name = _("key of shared costs")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "year"], name="one_key_a_year"),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2199), name="key_of_a_year"),
            known_by_owner("partner", name="cost_key_by_owner"),
            *own_rows(),
            Fixed(columns=["partner_id", "year"], name="stays_of_its_year"),
            Recorded(record="cost_key", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return f"key of {self.year}"


class CostShare(models.Model):
    """A programme's share of the shared costs of a year; those of a key are a hundred per cent together, or none."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    key = models.ForeignKey(CostKey, models.CASCADE, related_name="shares")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name=_("programme"))
    percent = models.DecimalField(_("per cent"), max_digits=5, decimal_places=2, validators=[CENT])

    class Meta:
        verbose_name = _("share of shared costs")
        ordering = ["-percent", "id"]
        constraints = [
            models.UniqueConstraint(fields=["key", "programme", "partner"], name="one_share_a_programme"),
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=100), name="share_is_a_share"),
            *same_partner("key", "programme"),
            *own_rows(),
            Held(function="portal_shares_add_up", events="INSERT OR UPDATE OR DELETE", deferred=True),
            Recorded(record="cost_key", number="key_id", partners=["partner_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % of {self.key_id}"
