"""What can be done in a care team: taking a partner in, ending its part, sharing the plan, writing, marking as done."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.consents import actions as consents
from cases.consents.models import Consent
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Goal
from cases.planning.models import Appointment
from cases.plans.models import Step
from cases.team import events
from cases.team.models import TeamItem, TeamMember
from partnership.actions import Party, action
from partnership.agreements.actions import agreement_in_force
from partnership.agreements.flows import Category, check_flows
from partnership.events.outbox import announce
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, Partner, Role

CARE_KINDS = (Partner.Kind.NGO, Partner.Kind.HEALTH, Partner.Kind.SOCIAL, Partner.Kind.YOUTH, Partner.Kind.SCHOOL)
"""Who can be in a care team: never police, prosecutors, courts or prisons."""
TEAM_ROLES = (*CASEWORK_ROLES, Role.PROFESSIONAL)
OF_PLAN = (TeamItem.Kind.GOAL, TeamItem.Kind.STEP, TeamItem.Kind.APPOINTMENT)
"""What sharing the plan replaces."""


class NotInACareTeam(RuleError):
    """A care team is of organisations that help: no police unit, prosecutor, court or prison, and not the lead itself. Choose another one."""

    code = "not_in_a_care_team"


class AlreadyInTeam(RuleError):
    """This organisation is in the care team already. End its part first where the person consents anew."""

    code = "already_in_team"
    status = 409


class NoTeamAgreement(RuleError):
    """There is no agreement in force between the two partners, so nothing may be shared. Ask your coordinator."""

    code = "no_team_agreement"


class LeftTheTeam(RuleError):
    """The part in the care team has ended, or the person's consent has. Nothing more is shared."""

    code = "left_the_team"
    status = 409


@action("team.add", roles=CASEWORK_ROLES, party=Party.OWNER, scope="teams:write", event="care_team.joined")
def add_member(
    *, by: Acting, enrolment: Enrolment, to_partner: Partner, part: str, signed_on: date, **terms: Any
) -> TeamMember:
    """Takes a partner into the care team of a participation, by the person's consent to just that (`signed_on` and the other `terms`
    of a consent). The plan and what is written from now on can be shared with it; notes and sessions are not.

    Raises NotInACareTeam, NoTeamAgreement, NoFlow, AlreadyInTeam, EnrolmentEnded, and what recording a consent raises.
    """
    enrolments.open_enrolment(enrolment)
    if to_partner.kind not in CARE_KINDS or to_partner.pk == by.partner.pk:
        raise NotInACareTeam(_("Choose an organisation that helps the person, besides your own."))
    agreement = agreement_in_force(by.partner, to_partner)
    if agreement is None:
        raise NoTeamAgreement(
            _(
                "There is no agreement in force between %(one)s and %(other)s, so nothing may be disclosed. Ask your coordinator."
            )
            % {"one": by.partner, "other": to_partner}
        )
    check_flows(Category.IDENTITY, Category.SITUATION, source=by.partner, target=to_partner)
    consent = consents.record_consent(
        by=by,
        to_partner=to_partner,
        person=enrolment.person,
        scope=Consent.Scope.IDENTITY_AND_SITUATION,
        purpose=_("To work together in my care team: plan, appointments, tasks and messages"),
        signed_on=signed_on,
        **terms,
    )
    if not consent.is_valid:
        raise Invalid("expires_on", _("The consent does not cover today: look at its days."))
    Consent.objects.filter(pk=consent.pk).update(disclosed_at=timezone.now())
    try:
        with transaction.atomic():
            member = TeamMember.objects.create(
                from_partner=by.partner,
                to_partner=to_partner,
                enrolment=enrolment,
                person=enrolment.person,
                consent=consent,
                agreement=agreement,
                part=TeamMember.Part(part),
                first_names=enrolment.person.first_names,
                last_name=enrolment.person.last_name,
                added_by=by.user,
            )
    except IntegrityError as error:
        if "once_in_a_team_at_a_time" in str(error):
            raise AlreadyInTeam(_("%(partner)s is in the care team already.") % {"partner": to_partner}) from error
        raise
    announce(
        events.JOINED,
        f"care_team.joined:{member.pk}",
        tell=[_told(member, to_partner.pk)],
        member=member.pk,
    )
    return member


@action("team.end", roles=CASEWORK_ROLES, party=Party.SENDER, scope="teams:write")
def end_member(*, by: Acting, member: TeamMember) -> TeamMember:
    """Ends a partner's part in the care team: it sees nothing of it any more, and what was shared with it is gone."""
    member.ended_on = timezone.localdate()
    member.save(update_fields=["ended_on"])
    TeamItem.objects.filter(member=member).delete()
    return member


@action("team.share_plan", roles=CASEWORK_ROLES, party=Party.OWNER, scope="teams:write", event="care_team.written")
def share_plan(*, by: Acting, enrolment: Enrolment) -> int:
    """Shows every member of the care team goals, open steps and the appointments to come as they are now, in the place of what they
    saw of them before; returns to how many."""
    goals = Goal.objects.counted().filter(enrolment=enrolment).order_by("id")
    steps = Step.objects.filter(goal__in=goals, done_on=None).order_by("id")
    appointments = Appointment.objects.unrecorded().filter(enrolment=enrolment, starts_at__gte=timezone.now())
    entries: list[tuple[TeamItem.Kind, str, date | None]] = [
        *((TeamItem.Kind.GOAL, goal.text or "", None) for goal in goals),
        *((TeamItem.Kind.STEP, step.text or "", step.due_on) for step in steps),
        *(
            (
                TeamItem.Kind.APPOINTMENT,
                date_format(timezone.localtime(appointment.starts_at), "SHORT_DATETIME_FORMAT"),
                timezone.localdate(appointment.starts_at),
            )
            for appointment in appointments.order_by("starts_at")
        ),
    ]
    members = list(TeamMember.objects.present().filter(enrolment=enrolment))
    for member in members:
        TeamItem.objects.filter(member=member, kind__in=OF_PLAN).delete()
        for kind, text, due_on in entries:
            _write(by, member, kind, text, due_on)
        _tell(by, member)
    return len(members)


@action("team.write", roles=TEAM_ROLES, party=Party.EITHER, scope="teams:write", event="care_team.written")
def write_item(*, by: Acting, member: TeamMember, kind: str, text: str, due_on: date | None = None) -> TeamItem:
    """Writes a task or a message to the other party of a membership. Raises LeftTheTeam, and Invalid for another kind."""
    if kind not in {TeamItem.Kind.TASK, TeamItem.Kind.MESSAGE}:
        raise Invalid("kind", _("Write a task or a message. The plan is shared as it is."))
    if not TeamMember.objects.present().filter(pk=member.pk).exists():
        raise LeftTheTeam(_("This part in the care team has ended."))
    item = _write(by, member, TeamItem.Kind(kind), text, due_on)
    _tell(by, member)
    return item


@action("team.mark", roles=TEAM_ROLES, party=Party.EITHER, scope="teams:write")
def mark_item(*, by: Acting, item: TeamItem, done_on: date | None) -> TeamItem:
    """Marks a shared task or step as done, or takes the mark back. Raises Invalid for what can't be done."""
    if not item.can_be_done:
        raise Invalid("done_on", _("Only a task or a step is marked as done."))
    item.done_on = done_on
    item.save(update_fields=["done_on"])
    return item


def _write(by: Acting, member: TeamMember, kind: TeamItem.Kind, text: str, due_on: date | None) -> TeamItem:
    return TeamItem.objects.create(
        from_partner_id=member.from_partner_id,
        to_partner_id=member.to_partner_id,
        member=member,
        kind=kind,
        text=text,
        due_on=due_on,
        author_partner=by.partner,
        author=by.user,
    )


def _tell(by: Acting, member: TeamMember) -> None:
    """Tells the other party that there is something new."""
    other = member.to_partner_id if by.partner.pk == member.from_partner_id else member.from_partner_id
    key = f"care_team.written:{member.pk}:{timezone.now().isoformat()}"
    announce(events.WRITTEN, key, tell=[_told(member, other)], member=member.pk)


def _told(member: TeamMember, partner: int) -> Any:
    url = reverse("care_team_part", args=[member.pk])
    return {"partner": partner, "roles": [str(role) for role in TEAM_ROLES], "url": url}
