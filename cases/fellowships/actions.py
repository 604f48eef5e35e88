"""What can be done with fellowships: beginning one, milestones, touchpoints, and stipends: the rules, asking, approving, paying."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Goal
from cases.fellowships.models import (
    MOST_MONTHS,
    Fellowship,
    Milestone,
    Stipend,
    StipendApproval,
    StipendRule,
    Touchpoint,
)
from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, Role, User
from programs.catalogue.models import Programme
from programs.grants.models import Grant


class FellowshipExists(RuleError):
    """The participation is a fellowship already. Go on with that one."""

    code = "fellowship_exists"
    status = 409


class NoStipend(RuleError):
    """No stipend can be asked for this month: the programme pays none yet, milestones are missing, or it was asked for already. Look at the month and the milestones."""

    code = "no_stipend"
    status = 409


class SamePerson(RuleError):
    """Who asked for a stipend does not approve it. Ask a colleague who manages cases."""

    code = "same_person"
    status = 409


class StipendSettled(RuleError):
    """The stipend was approved or paid already. There is nothing left to do."""

    code = "stipend_settled"
    status = 409


@action("fellowship.begin", roles=CASEWORK_ROLES, party=Party.OWNER)
def begin_fellowship(
    *,
    by: Acting,
    enrolment: Enrolment,
    months: int,
    mentor: User,
    second_mentor: User | None = None,
    started_on: date | None = None,
) -> Fellowship:
    """Makes an open participation a fellowship of so many months. Raises EnrolmentEnded, FellowshipExists, DateOutOfRange, and Invalid
    for mentors of another organisation or who are one."""
    enrolments.open_enrolment(enrolment)
    started_on = started_on or timezone.localdate()
    if not enrolment.started_on <= started_on <= timezone.localdate():
        raise DateOutOfRange(_("It began between the start of the participation and today."))
    if not 1 <= months <= MOST_MONTHS:
        raise Invalid("months", _("A fellowship lasts 1 to %(most)s months.") % {"most": MOST_MONTHS})
    colleagues = {user.pk for user in enrolments.team(by)}
    for name, user in (("mentor", mentor), ("second_mentor", second_mentor)):
        if user and user.pk not in colleagues:
            raise Invalid(name, _("Choose somebody of your organisation."))
    if second_mentor == mentor:
        raise Invalid("second_mentor", _("Choose somebody else than the mentor."))
    if Fellowship.objects.filter(enrolment=enrolment).exists():
        raise FellowshipExists(_("This participation is a fellowship already."))
    return Fellowship.objects.create(
        partner=by.partner,
        enrolment=enrolment,
        months=months,
        mentor=mentor,
        second_mentor=second_mentor,
        started_on=started_on,
    )


def _open(fellowship: Fellowship) -> Fellowship:
    """The fellowship, if its participation is open. Raises EnrolmentEnded."""
    enrolments.open_enrolment(fellowship.enrolment)
    return fellowship


# --- Milestones and touchpoints --------------------------------------------------------------------------------------------------


@action("milestone.add", roles=CASEWORK_ROLES, party=Party.OWNER)
def add_milestone(*, by: Acting, fellowship: Fellowship, area: str, text: str, due_on: date | None = None) -> Milestone:
    """Adds something to reach. Raises EnrolmentEnded."""
    return Milestone.objects.create(
        partner=by.partner, fellowship=_open(fellowship), area=Goal.Area(area), text=text.strip(), due_on=due_on
    )


@action("milestone.mark", roles=CASEWORK_ROLES, party=Party.OWNER)
def mark_milestone(*, by: Acting, milestone: Milestone, is_reached: bool) -> Milestone:
    """Confirms that it was reached today, or takes that back. Raises EnrolmentEnded."""
    _open(milestone.fellowship)
    milestone.reached_on = timezone.localdate() if is_reached else None
    milestone.confirmed_by = by.user if is_reached else None
    milestone.save(update_fields=["reached_on", "confirmed_by"])
    return milestone


@action("touchpoint.record", roles=CASEWORK_ROLES, party=Party.OWNER)
def record_touchpoint(
    *, by: Acting, fellowship: Fellowship, on: date, kind: str, minutes: int | None = None
) -> Touchpoint:
    """Records that a mentor and the person were in touch. Raises EnrolmentEnded and DateOutOfRange."""
    if not fellowship.started_on <= on <= timezone.localdate():
        raise DateOutOfRange(_("It was between the start of the fellowship and today."))
    return Touchpoint.objects.create(
        partner=by.partner,
        fellowship=_open(fellowship),
        on=on,
        kind=Touchpoint.Kind(kind),
        minutes=minutes,
        recorded_by=by.user,
    )


# --- Stipends --------------------------------------------------------------------------------------------------------------------


@action("stipend_rule.save", roles=(Role.CASE_MANAGER,), party=Party.OWNER)
def save_rule(
    *, by: Acting, programme: Programme, from_month: int, cap: Decimal, milestones_needed: int = 0
) -> StipendRule:
    """Says what a programme pays from a month of a fellowship on; the rule of the same month before it is replaced."""
    rule, _is_new = StipendRule.objects.update_or_create(
        partner=by.partner,
        programme=programme,
        from_month=from_month,
        defaults={"cap": cap, "milestones_needed": milestones_needed},
    )
    return rule


@action("stipend_rule.remove", roles=(Role.CASE_MANAGER,), party=Party.OWNER)
def remove_rule(*, by: Acting, rule: StipendRule) -> None:
    """Takes a rule away; what was asked by it stays."""
    rule.delete()


def rule_for(fellowship: Fellowship, month: int) -> StipendRule | None:
    """The rule of a month of a fellowship; None where the programme pays nothing yet."""
    rules = StipendRule.objects.filter(programme=fellowship.enrolment.programme_id, from_month__lte=month)
    return rules.order_by("-from_month").first()


@action("stipend.ask", roles=CASEWORK_ROLES, party=Party.OWNER)
def ask_stipend(
    *,
    by: Acting,
    fellowship: Fellowship,
    month: int,
    amount: Decimal,
    grant: Grant | None = None,
    paid_from: str = "",
) -> Stipend:
    """Asks for the stipend of a month that has begun. Raises EnrolmentEnded, NoStipend, and Invalid for an amount above the cap or a
    month to come."""
    _open(fellowship)
    if not 1 <= month <= fellowship.month:
        raise Invalid("month", _("The fellowship is in month %(month)s.") % {"month": fellowship.month})
    rule = rule_for(fellowship, month)
    if rule is None:
        raise NoStipend(_("The programme pays nothing in this month: look at its rules."))
    if not 0 < amount <= rule.cap:
        raise Invalid("amount", _("At most %(cap)s euros in this month.") % {"cap": rule.cap})
    reached = fellowship.milestones.exclude(reached_on=None).count()
    if reached < rule.milestones_needed:
        raise NoStipend(
            _("%(needed)s milestones must be reached, and %(reached)s are.")
            % {"needed": rule.milestones_needed, "reached": reached}
        )
    if fellowship.stipends.filter(month=month).exists():
        raise NoStipend(_("The stipend of this month was asked for already."))
    return Stipend.objects.create(
        partner=by.partner,
        fellowship=fellowship,
        month=month,
        amount=amount,
        grant=grant,
        paid_from=paid_from.strip(),
        asked_by=by.user,
    )


@action("stipend.drop", roles=CASEWORK_ROLES, party=Party.OWNER)
def drop_stipend(*, by: Acting, stipend: Stipend) -> None:
    """Takes away what was asked for and is not approved. Raises StipendSettled."""
    if StipendApproval.objects.filter(stipend=stipend).exists():
        raise StipendSettled(_("It was approved already."))
    stipend.delete()


@action("stipend.approve", roles=(Role.CASE_MANAGER,), party=Party.OWNER)
def approve_stipend(*, by: Acting, stipend: Stipend) -> StipendApproval:
    """Approves what somebody else asked for. Raises SamePerson and StipendSettled."""
    locked = Stipend.objects.select_for_update().get(pk=stipend.pk)
    if locked.asked_by_id == by.user.pk:
        raise SamePerson(_("You asked for it: a colleague approves it."))
    if StipendApproval.objects.filter(stipend=locked).exists():
        raise StipendSettled(_("It was approved already."))
    return StipendApproval.objects.create(
        partner=by.partner, stipend=locked, asked_by_id=locked.asked_by_id, approved_by=by.user
    )


@action("stipend.mark_paid", roles=(Role.CASE_MANAGER,), party=Party.OWNER)
def mark_paid(*, by: Acting, approval: StipendApproval) -> StipendApproval:
    """Says that an approved stipend was paid today. Raises StipendSettled."""
    locked = StipendApproval.objects.select_for_update().get(pk=approval.pk)
    if locked.paid_on:
        raise StipendSettled(_("It was paid already."))
    locked.paid_on = timezone.localdate()
    locked.save(update_fields=["paid_on"])
    return locked
