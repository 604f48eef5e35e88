"""What can be done with grants: keeping them, the days of reports, allocating, writing down what was spent, the key of shared costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import ProtectedError, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, NotAParty, RuleError
from partnership.members.models import Role
from partnership.pages.number_format import plain
from programs.catalogue.models import Programme
from programs.grants import events
from programs.grants.models import Allocation, CostKey, CostShare, Grant, ReportDay, Spending

GRANT_ROLES = (Role.CASE_MANAGER, Role.COORDINATOR)
"""Who looks after an organisation's money in the portal."""
REMINDED_BEFORE = (7, 30, 90)
"""Days before a report is due at which who looks after grants is told."""
MOST_REPORT_DAYS = 60
HUNDRED = Decimal(100)


class NotAwarded(RuleError):
    """The grant is not awarded, so nothing can be allocated from it. Say first that it was awarded, and when."""

    code = "not_awarded"
    status = 409


class BeyondAward(RuleError):
    """More would be allocated than was awarded. Lower this amount or another allocation of the grant."""

    code = "beyond_award"
    status = 409


class GrantInUse(RuleError):
    """Money of the grant is allocated or spent already. Remove what rests on it first, or choose other days."""

    code = "grant_in_use"
    status = 409


def _locked(grant: Grant) -> Grant:
    """The grant as it is now; until the transaction ends nobody else allocates from it or changes it."""
    return Grant.objects.select_for_update(no_key=True).get(pk=grant.pk)


@action("grant.save", roles=GRANT_ROLES, party=Party.OWNER, scope="grants:write")
def save_grant(*, by: Acting, grant: Grant) -> Grant:
    """Adds or changes a grant of the acting partner. Raises Invalid for a title that another of its grants has, DateOutOfRange for an
    award in the future, GrantInUse where its allocations no longer fit."""
    if Grant.objects.filter(partner=by.partner, title=grant.title).exclude(pk=grant.pk).exists():
        raise Invalid("title", _("You have a grant of that title."))
    if grant.ends_on < grant.starts_on:
        raise Invalid("ends_on", _("It ends before it begins."))
    if grant.is_awarded != (grant.awarded_on is not None):
        raise Invalid("awarded_on", _("A grant that was awarded has the day of the award, others have none."))
    if grant.awarded_on and grant.awarded_on > timezone.localdate():
        raise DateOutOfRange(_("The award lies in the future."))
    if grant.pk:
        stored = _locked(grant)
        allocations = list(stored.allocations.all())
        if allocations and not grant.is_awarded:
            raise GrantInUse(_("It is allocated to programmes already: remove the allocations first."))
        if any(each.starts_on < grant.starts_on or each.ends_on > grant.ends_on for each in allocations):
            raise GrantInUse(_("An allocation lies outside of these days: change it first."))
        if sum(each.amount for each in allocations) > grant.amount:
            raise GrantInUse(_("More than this amount is allocated: change the allocations first."))
        if allocations and grant.currency != stored.currency:
            raise GrantInUse(_("It is allocated to programmes already: the currency stays."))
    grant.save()
    return grant


@action("grant.remove", roles=GRANT_ROLES, party=Party.OWNER)
def remove_grant(*, by: Acting, grant: Grant) -> None:
    """Removes a grant that was written down by mistake. Raises GrantInUse once money of it is allocated."""
    if _locked(grant).allocations.exists():
        raise GrantInUse(_("It is allocated to programmes already: remove the allocations first."))
    try:
        grant.delete()
    except ProtectedError as error:
        raise GrantInUse(_("Something else was paid from it already, so that it stays.")) from error


# --- Reports -------------------------------------------------------------------------------------------------------------------


@action("grant.add_report_day", roles=GRANT_ROLES, party=Party.OWNER)
def add_report_day(*, by: Acting, grant: Grant, due_on: date) -> ReportDay:
    """Writes down on which day the funder wants a report. Raises Invalid for a day that is there already, or too many of them."""
    days = ReportDay.objects.filter(grant=_locked(grant))
    if days.filter(due_on=due_on).exists():
        raise Invalid("due_on", _("This day is there already."))
    if days.count() >= MOST_REPORT_DAYS:
        raise Invalid("due_on", _("A grant has at most %(most)s reports.") % {"most": MOST_REPORT_DAYS})
    return ReportDay.objects.create(partner=by.partner, grant=grant, due_on=due_on)


@action("grant.mark_report", roles=GRANT_ROLES, party=Party.OWNER)
def mark_report(*, by: Acting, report_day: ReportDay, is_sent: bool) -> ReportDay:
    """Says that the report was sent today, or takes that back."""
    report_day.sent_on = timezone.localdate() if is_sent else None
    report_day.save(update_fields=["sent_on"])
    return report_day


@action("grant.remove_report_day", roles=GRANT_ROLES, party=Party.OWNER)
def remove_report_day(*, by: Acting, report_day: ReportDay) -> None:
    """Takes back a day that was written down by mistake."""
    report_day.delete()


@action("grant.remind", outside="jobs")
def remind_of_reports() -> int:
    """Tells who looks after grants of reports that are due, once a step of `REMINDED_BEFORE`; returns of how many."""
    today = timezone.localdate()
    due = ReportDay.objects.filter(sent_on=None, due_on__range=(today, today + timedelta(days=REMINDED_BEFORE[-1])))
    columns = ("id", "partner_id", "grant_id", "due_on")
    reminded = 0
    for pk, partner, grant, due_on in due.order_by("id").values_list(*columns):
        step = next(days for days in REMINDED_BEFORE if (due_on - today).days <= days)
        roles = [str(role) for role in GRANT_ROLES]
        announce(
            events.REPORT_DUE,
            f"grant.report_due:{pk}:{due_on}:{step}",
            tell=[{"partner": partner, "roles": roles, "url": reverse("grant", args=[grant])}],
            grant=grant,
            days=step,
        )
        reminded += 1
    return reminded


# --- Allocations and spending ----------------------------------------------------------------------------------------------------


@action("allocation.save", roles=GRANT_ROLES, party=Party.OWNER, scope="grants:write")
def save_allocation(*, by: Acting, allocation: Allocation) -> Allocation:
    """Gives a part of a grant to one of the own programmes, or to shared costs; or changes that. Raises NotAwarded, DateOutOfRange
    outside of the grant's days, BeyondAward, GrantInUse where something was spent outside of the new days, and Invalid."""
    if allocation.grant.partner_id != by.partner.pk:
        raise NotAParty(_("Only the partner that it concerns may do this."))
    grant = _locked(allocation.grant)
    if not grant.is_awarded:
        raise NotAwarded(_("This grant is not awarded: say first that it was, and when."))
    if allocation.programme and allocation.programme.partner_id != by.partner.pk:
        raise Invalid("programme", _("Choose one of your programmes."))
    if allocation.ends_on < allocation.starts_on:
        raise Invalid("ends_on", _("It ends before it begins."))
    if allocation.starts_on < grant.starts_on or allocation.ends_on > grant.ends_on:
        raise DateOutOfRange(_("Choose days within those of the grant."))
    others = grant.allocations.exclude(pk=allocation.pk).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    if others + allocation.amount > grant.amount:
        raise BeyondAward(
            _("Only %(left)s %(currency)s of this grant are left to allocate.")
            % {"left": plain(float(grant.amount - others), 2), "currency": grant.currency}
        )
    if allocation.pk:
        outside = allocation.spending.exclude(month__range=(allocation.first_month, allocation.ends_on))
        if outside.exists():
            raise GrantInUse(_("Something was spent in a month outside of these days: remove that first."))
    allocation.is_shared = grant.is_shared
    allocation.save()
    return allocation


@action("allocation.remove", roles=GRANT_ROLES, party=Party.OWNER)
def remove_allocation(*, by: Acting, allocation: Allocation) -> None:
    """Takes an allocation back. Raises GrantInUse once something was spent of it."""
    _locked(allocation.grant)
    if allocation.spending.exists():
        raise GrantInUse(_("Something was spent of it already: remove that first."))
    allocation.delete()


class Spent(NamedTuple):
    """What was spent in a month of an allocation; `month`: its first day."""

    allocation: Allocation
    month: date
    category: str
    amount: Decimal


@action("spending.record", roles=GRANT_ROLES, party=Party.OWNER, scope="grants:write")
def record_spending(*, by: Acting, allocation: Allocation, month: date, category: str, amount: Decimal) -> Spending:
    """Says how much was spent of an allocation in a month on a category; said again, it replaces what was there. Raises
    DateOutOfRange outside of the allocation's days, and in a month that is still to come."""
    return _record(Spent(allocation, month.replace(day=1), category, amount))


@action("spending.import", roles=GRANT_ROLES, party=Party.OWNER)
def import_spending(*, by: Acting, grant: Grant, lines: Iterable[Spent]) -> int:
    """Records all lines of a file or none, each in the place of what was there; returns how many. Raises as `record_spending`."""
    return len([_record(line) for line in lines])


def check_month(line: Spent) -> None:
    """Raises DateOutOfRange where nothing can have been spent in that month."""
    if line.month > timezone.localdate():
        raise DateOutOfRange(_("The month lies in the future."))
    if not line.allocation.first_month <= line.month <= line.allocation.ends_on:
        raise DateOutOfRange(_("The month is outside of the days of the allocation."))


def _record(line: Spent) -> Spending:
    check_month(line)
    spending, _is_new = Spending.objects.update_or_create(
        partner_id=line.allocation.partner_id,
        allocation=line.allocation,
        month=line.month,
        category=line.category,
        defaults={"amount": line.amount},
    )
    return spending


@action("spending.remove", roles=GRANT_ROLES, party=Party.OWNER)
def remove_spending(*, by: Acting, spending: Spending) -> None:
    """Takes back what was recorded by mistake; the history keeps it."""
    spending.delete()


# --- Shared costs ----------------------------------------------------------------------------------------------------------------


@action("cost_key.declare", roles=GRANT_ROLES)
def declare_key(*, by: Acting, year: int, basis: str, shares: Mapping[Programme, Decimal]) -> CostKey:
    """Declares how the shared costs of a year are divided among the own programmes, in the place of an earlier key of that year.
    Raises Invalid where shares are not a hundred per cent together, or a programme is another partner's."""
    if any(programme.partner_id != by.partner.pk for programme in shares):
        raise Invalid("shares", _("Choose your programmes."))
    whole = sum(shares.values(), Decimal(0))
    if whole != HUNDRED or min(shares.values()) <= 0:
        raise Invalid(
            "shares",
            _("The shares are %(sum)s %% together: make them 100 %%.") % {"sum": plain(float(whole), 2)},
        )
    if not basis.strip():
        raise Invalid("basis", _("Say what the key rests on."))
    key, _is_new = CostKey.objects.update_or_create(partner=by.partner, year=year, defaults={"basis": basis.strip()})
    key.shares.all().delete()
    CostShare.objects.bulk_create(
        CostShare(partner=by.partner, key=key, programme=programme, percent=percent)
        for programme, percent in shares.items()
    )
    return key


@action("cost_key.remove", roles=GRANT_ROLES, party=Party.OWNER)
def remove_key(*, by: Acting, key: CostKey) -> None:
    """Takes a key back: shared costs of its year are in no programme's costs then."""
    key.delete()
