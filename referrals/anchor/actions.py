"""What can be done in anchor teams: seats, and a young person's case from the first concern to looking again.

A child welfare notice is made in `referrals/welfare`, the police talk stands with the diversion (`referrals/diversions/young.py`).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.consents import actions as consents
from cases.consents.models import Consent
from cases.messages import actions as contact
from cases.people.models import Person, numbers_of
from cases.permissions import PEOPLE_ROLES
from cases.rights import actions as rights
from partnership.actions import Party, action
from partnership.agreements.actions import agreement_in_force
from partnership.agreements.flows import ANCHOR, Category, check_flows
from partnership.events.outbox import announce
from partnership.events.registry import EventType
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import Partner, Role
from referrals.anchor import events
from referrals.anchor.models import (
    AnchorCase,
    AnchorCheck,
    AnchorExchange,
    AnchorGuidance,
    AnchorMeeting,
    AnchorSeat,
    AnchorStep,
    AnchorTeam,
    Profession,
    WhyNot,
)
from referrals.diversions.young import RESPONSIBLE_AGE
from referrals.handover.models import Referral

ANCHOR_ROLES = (Role.POLICE_LIAISON, Role.PROFESSIONAL)
MEMBER_KINDS = (Partner.Kind.POLICE, Partner.Kind.SOCIAL, Partner.Kind.HEALTH, Partner.Kind.YOUTH)
"""Whose professions are in an anchor team."""
LOOK_AGAIN_MONTHS = (3, 6)
"""So many months after a case is closed the team looks again."""
EARLIEST = date(1900, 1, 1)
"""No concern is older, whatever is known of an age."""


class NotInAnAnchorTeam(RuleError):
    """An anchor team is of police, social services, health and youth services. Choose one of these."""

    code = "not_in_an_anchor_team"


class SeatTaken(RuleError):
    """This organisation has a seat in the team already. End that one first where it changes."""

    code = "seat_taken"
    status = 409


class NoSeat(RuleError):
    """Your organisation has no seat in the anchor team. Ask the police unit whose team it is."""

    code = "no_seat"


class CaseOpen(RuleError):
    """An anchor case of this young person is open at your organisation. Go on with that one."""

    code = "case_open"
    status = 409


class CaseNotUnderWay(RuleError):
    """The anchor case is not under way: it was not taken yet, or it is closed. Screen it first; about a new concern open a new case."""

    code = "case_not_under_way"
    status = 409


class LookedAlready(RuleError):
    """It was said already what was seen on looking again. Open a new case about a new concern."""

    code = "looked_already"
    status = 409


class SharedAlready(RuleError):
    """The case is shared with this organisation already. End that first where the young person consents anew."""

    code = "shared_already"
    status = 409


class NoExchangeAgreement(RuleError):
    """There is no agreement in force between the two organisations, so nothing may be shared. Ask your coordinator."""

    code = "no_exchange_agreement"


class AgreedStep(NamedTuple):
    """A step that a meeting agreed on: what, who does it, by when."""

    text: str
    partner: Partner
    due_on: date | None = None


# --- Teams -------------------------------------------------------------------------------------------------------------------


@action("anchor_team.set_up", roles=(Role.POLICE_LIAISON,))
def set_up_team(*, by: Acting, name: str) -> AnchorTeam:
    """Sets up a team at the acting police unit, which has its own seat in it from the beginning."""
    if AnchorTeam.objects.filter(partner=by.partner, name=name).exists():
        raise Invalid("name", _("Your unit has a team of this name already."))
    team = AnchorTeam.objects.create(partner=by.partner, name=name, set_up_by=by.user)
    AnchorSeat.objects.create(
        from_partner=by.partner, to_partner=by.partner, team=team, profession=Profession.POLICE, user=by.user
    )
    return team


@action("anchor_seat.offer", roles=(Role.POLICE_LIAISON,), party=Party.OWNER, event="anchor_seat.offered")
def offer_seat(*, by: Acting, team: AnchorTeam, to_partner: Partner, profession: str) -> AnchorSeat:
    """Gives an organisation a seat in the own team; who sits there, it says itself. Raises NotInAnAnchorTeam and SeatTaken."""
    if to_partner.kind not in MEMBER_KINDS:
        raise NotInAnAnchorTeam(_("Choose police, social services, health or youth services."))
    if team.seats.filter(to_partner=to_partner, ended_on=None).exists():
        raise SeatTaken(_("%(partner)s has a seat in the team already.") % {"partner": to_partner})
    seat = AnchorSeat.objects.create(
        from_partner=by.partner, to_partner=to_partner, team=team, profession=Profession(profession)
    )
    url = reverse("anchor_team", args=[team.pk])
    announce(
        events.SEAT_OFFERED,
        f"anchor_seat.offered:{seat.pk}",
        tell=[{"partner": to_partner.pk, "roles": [str(role) for role in ANCHOR_ROLES], "url": url}],
        seat=seat.pk,
    )
    return seat


@action("anchor_seat.take", roles=ANCHOR_ROLES, party=Party.RECEIVER)
def take_seat(*, by: Acting, seat: AnchorSeat) -> AnchorSeat:
    """Takes the own organisation's seat, or takes it over from a colleague."""
    seat.user = by.user
    seat.save(update_fields=["user"])
    return seat


@action("anchor_seat.end", roles=(Role.POLICE_LIAISON,), party=Party.SENDER)
def end_seat(*, by: Acting, seat: AnchorSeat) -> AnchorSeat:
    """Ends an organisation's seat: nothing new is shared with it, and it opens no more cases. What it shares by consent goes on."""
    seat.ended_on = timezone.localdate()
    seat.save(update_fields=["ended_on"])
    return seat


# --- Cases -------------------------------------------------------------------------------------------------------------------


@action("anchor_case.open", roles=ANCHOR_ROLES, party=Party.OWNER, scope="anchor:write")
def open_case(
    *, by: Acting, person: Person, seat: AnchorSeat, source: str, reasons: Sequence[str], received_on: date
) -> AnchorCase:
    """Opens a case about a person of the own register, as the member of a team that leads it. Raises NoSeat, DateOutOfRange, and
    CaseOpen where one is open about a linked record too."""
    if seat.to_partner_id != by.partner.pk or seat.ended_on:
        raise NoSeat(_("Your organisation has no seat in this team."))
    if not (person.born_on or EARLIEST) <= received_on <= timezone.localdate():
        raise DateOutOfRange(_("The day lies before the young person was born, or in the future."))
    if not reasons:
        raise Invalid("reasons", _("Choose at least one reason."))
    if AnchorCase.objects.open().filter(person__in=numbers_of(person.pk), partner=by.partner).exists():
        raise CaseOpen(_("An anchor case of this young person is open already."))
    age = person.age(received_on)
    return AnchorCase.objects.create(
        partner=by.partner,
        seat=seat,
        person=person,
        source=AnchorCase.Source(source),
        reasons=[AnchorCase.Reason(reason) for reason in reasons],
        received_on=received_on,
        is_under_15=age is not None and age < RESPONSIBLE_AGE,
        opened_by=by.user,
    )


@action("anchor_case.screen", roles=ANCHOR_ROLES, party=Party.OWNER, scope="anchor:write")
def screen_case(*, by: Acting, case: AnchorCase, screening: str) -> AnchorCase:
    """Says whether the team takes the case, once. Not taken, it has ended. Raises CaseNotUnderWay where it was said before."""
    case = _locked(case)
    if case.screening:
        raise CaseNotUnderWay(_("The case was screened already."))
    case.screening, case.screened_on = AnchorCase.Screening(screening), timezone.localdate()
    case.save(update_fields=["screening", "screened_on"])
    return case


@action("anchor_case.note_guardian", roles=ANCHOR_ROLES, party=Party.OWNER)
def note_guardian(*, by: Acting, case: AnchorCase, name: str, told: str, why: str = "") -> AnchorCase:
    """Notes who the guardian is and whether they were told, or why not. Raises Invalid where the why is missing."""
    if told == AnchorCase.Told.NO and not why:
        raise Invalid("why", _("Say why the guardian was not told."))
    case.guardian_name, case.guardian_told = name, AnchorCase.Told(told)
    case.guardian_why = WhyNot(why) if told == AnchorCase.Told.NO else ""
    case.save(update_fields=["guardian_name", "guardian_told", "guardian_why"])
    _bar_guardian(by, case, case.guardian_why)
    return case


@action("anchor_case.close", roles=ANCHOR_ROLES, party=Party.OWNER, scope="anchor:write")
def close_case(*, by: Acting, case: AnchorCase, outcome: str) -> AnchorCase:
    """Closes a case: guided, no need, or declined. The exchange ends with it, and the team looks again after 3 and 6 months.

    Raises CaseNotUnderWay, and Invalid for "guided" without any guidance.
    """
    case = _under_way(case)
    if outcome == AnchorCase.Outcome.GUIDED and not case.guidances.exists():
        raise Invalid("outcome", _("Say first to what the young person was guided."))
    today = timezone.localdate()
    case.outcome, case.closed_on = AnchorCase.Outcome(outcome), today
    case.save(update_fields=["outcome", "closed_on"])
    AnchorExchange.objects.filter(case=case, ended_on=None).update(ended_on=today)
    for months in LOOK_AGAIN_MONTHS:
        AnchorCheck.objects.create(partner=by.partner, case=case, months=months, look_on=months_after(today, months))
    return case


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@action("anchor_check.look", roles=ANCHOR_ROLES, party=Party.OWNER)
def look_again(*, by: Acting, check: AnchorCheck, result: str) -> AnchorCheck:
    """Says what was seen some months after a case was closed, once. About a new concern a new case is opened. Raises LookedAlready."""
    check = AnchorCheck.objects.select_for_update().get(pk=check.pk)
    if check.looked_on:
        raise LookedAlready(_("It was said already what was seen."))
    check.result, check.looked_on = AnchorCheck.Result(result), timezone.localdate()
    check.save(update_fields=["result", "looked_on"])
    return check


# --- The sheet ---------------------------------------------------------------------------------------------------------------


@action("anchor_exchange.agree", roles=ANCHOR_ROLES, party=Party.OWNER, event="anchor_case.shared")
def agree_exchange(
    *, by: Acting, case: AnchorCase, seats: Iterable[AnchorSeat], signed_on: date, alone: str = "", **terms: Any
) -> list[AnchorExchange]:
    """Shares the case's sheet with members of the team, by the young person's consent to each of them (`signed_on` and the other
    `terms` of a consent). `alone`: why no guardian decides with somebody under 18.

    Somebody whose age is not known may be under 18: a guardian or the why is asked for as well. Raises CaseNotUnderWay, NoSeat,
    NoExchangeAgreement, NoFlow, SharedAlready, and what recording a consent raises.
    """
    case = _under_way(case)
    if alone:
        terms |= {"guardian_missing_reason": str(WhyNot(alone).label)}
    elif case.person.born_on is None and not terms.get("guardian_name"):
        raise consents.GuardianConsentMissing(
            _("This person's age is not known: name the guardian who consents, or say why no guardian decides.")
        )
    _bar_guardian(by, case, alone)
    return [_share(by, case, seat, signed_on, alone, terms) for seat in seats]


def _bar_guardian(by: Acting, case: AnchorCase, why: str) -> None:
    """Who says why a guardian must not know says it of reminders and of My page, too, which can be found at home."""
    if why in (WhyNot.BARRED, WhyNot.RISK):
        contact.bar_guardian(by=by, person=case.person)


def _share(
    by: Acting, case: AnchorCase, seat: AnchorSeat, signed_on: date, alone: str, terms: dict[str, Any]
) -> AnchorExchange:
    member = seat.to_partner
    if seat.team_id != case.seat.team_id or seat.ended_on or member.pk == by.partner.pk:
        raise NoSeat(_("%(partner)s has no seat in this team.") % {"partner": member})
    before = AnchorExchange.objects.told_today().filter(case=case, to_partner=member, ended_on=None).first()
    if before and before.goes_on:
        raise SharedAlready(_("The case is shared with %(partner)s already.") % {"partner": member})
    if before:  # its consent is over: the new one takes its place
        end_exchange(by=by, exchange=before)
    agreement = agreement_in_force(by.partner, member)
    if agreement is None:
        raise NoExchangeAgreement(
            _(
                "There is no agreement in force between %(one)s and %(other)s, so nothing may be disclosed. Ask your coordinator."
            )
            % {"one": by.partner, "other": member}
        )
    check_flows(Category.IDENTITY, Category.SITUATION, source=by.partner, target=member, purposes=ANCHOR)
    consent = consents.record_consent(
        by=by,
        to_partner=member,
        person=case.person,
        scope=Consent.Scope.IDENTITY_AND_SITUATION,
        purpose=_("To work together in the anchor team: what it is about, meetings, agreed steps and guidance"),
        signed_on=signed_on,
        **terms,
    )
    if not consent.is_valid:
        raise Invalid("expires_on", _("The consent does not cover today: look at its days."))
    Consent.objects.filter(pk=consent.pk).update(disclosed_at=timezone.now())
    exchange = AnchorExchange.objects.create(
        from_partner=by.partner,
        to_partner=member,
        case=case,
        person=case.person,
        seat=seat,
        consent=consent,
        agreement=agreement,
        alone=alone,
        first_names=case.person.first_names,
        last_name=case.person.last_name,
        agreed_by=by.user,
    )
    _tell(events.SHARED, f"anchor_case.shared:{exchange.pk}", case, [member.pk])
    return exchange


@action("anchor_exchange.end", roles=ANCHOR_ROLES, party=Party.SENDER)
def end_exchange(*, by: Acting, exchange: AnchorExchange) -> AnchorExchange:
    """Ends the sharing with one member: it sees nothing of the case any more."""
    exchange.ended_on = timezone.localdate()
    exchange.save(update_fields=["ended_on"])
    return exchange


@action(
    "anchor_meeting.record",
    roles=ANCHOR_ROLES,
    party=Party.OWNER,
    scope="anchor:write",
    event="anchor_meeting.recorded",
)
def record_meeting(
    *, by: Acting, case: AnchorCase, held_on: date, present: Sequence[str], steps: Sequence[AgreedStep] = ()
) -> AnchorMeeting:
    """Records that the team met about a case, who was there, and on which steps they agreed. Members who see the case are told.

    Raises CaseNotUnderWay, DateOutOfRange, and Invalid for a step of an organisation that does not see the case.
    """
    case = _under_way(case)
    if not case.received_on <= held_on <= timezone.localdate():
        raise DateOutOfRange(_("The meeting was held between the first concern and today."))
    if not present:
        raise Invalid("present", _("Say who was there."))
    sharing = [exchange.to_partner_id for exchange in exchanges_of(case) if exchange.goes_on]
    meeting = AnchorMeeting.objects.create(
        partner=by.partner,
        case=case,
        held_on=held_on,
        present=[AnchorMeeting.Present(who) for who in present],
        recorded_by=by.user,
    )
    for step in steps:
        if step.partner.pk not in {by.partner.pk, *sharing}:
            raise Invalid("steps", _("The case is not shared with %(partner)s.") % {"partner": step.partner})
        AnchorStep.objects.create(
            from_partner=by.partner,
            to_partner=step.partner,
            case=case,
            meeting=meeting,
            text=step.text,
            due_on=step.due_on,
        )
    _tell(events.MET, f"anchor_meeting.recorded:{meeting.pk}", case, sharing)
    return meeting


@action("anchor_step.mark", roles=ANCHOR_ROLES, party=Party.EITHER, scope="anchor:write")
def mark_step(*, by: Acting, step: AnchorStep, done_on: date | None) -> AnchorStep:
    """Marks an agreed step as done, or takes the mark back: who does it, or the lead."""
    step.done_on = done_on
    step.save(update_fields=["done_on"])
    return step


@action("anchor_guidance.add", roles=ANCHOR_ROLES, party=Party.OWNER)
def add_guidance(*, by: Acting, case: AnchorCase, kind: str, referral: Referral | None = None) -> AnchorGuidance:
    """Notes to what the young person was guided: a referral of theirs that the lead sent, or a service outside the portal.

    Raises CaseNotUnderWay, and Invalid for a referral that is somebody else's, not sent, or noted already.
    """
    case = _under_way(case)
    if (kind == AnchorGuidance.Kind.REFERRAL) != (referral is not None):
        raise Invalid("referral", _("Choose the referral."))
    if referral and referral.pk not in {possible.pk for possible in referrals_to_choose(case)}:
        raise Invalid("referral", _("Choose a referral of this young person that was sent and is not listed yet."))
    return AnchorGuidance.objects.create(
        partner=by.partner, case=case, kind=AnchorGuidance.Kind(kind), referral=referral
    )


def referrals_to_choose(case: AnchorCase) -> list[Referral]:
    """The referrals of the young person that the lead has sent, and that no guidance of the case names yet."""
    sent = Referral.objects.filter(person=case.person_id, from_partner=case.partner_id, sent_at__isnull=False)
    named = case.guidances.filter(referral__isnull=False).values("referral")
    return list(sent.exclude(pk__in=named).select_related("programme", "to_partner").order_by("-id"))


@action("anchor_guidance.note_visit", roles=ANCHOR_ROLES, party=Party.OWNER)
def note_visit(*, by: Acting, guidance: AnchorGuidance, visit: str) -> AnchorGuidance:
    """Notes whether the young person came the first time. Of a referral the receiver says it, where it does: that one stands."""
    guidance.visit = AnchorGuidance.Visit(visit)
    guidance.save(update_fields=["visit"])
    return guidance


# --- A person who is erased --------------------------------------------------------------------------------------------------


@action("anchor_case.erase_person", roles=PEOPLE_ROLES, managers_only=True, party=Party.OWNER)
def erase_cases(*, by: Acting, person: Person) -> None:
    """Takes names and words out of the cases of a person of the own register; what stays are codes and days.

    Raises StillNeeded while one is open.
    """
    cases = AnchorCase.objects.filter(person=person, partner=by.partner)
    if cases.open().exists():
        raise rights.StillNeeded(_("An anchor case of the person is open: close it first."))
    AnchorStep.objects.filter(case__in=cases).delete()
    cases.update(guardian_name="")
    AnchorExchange.objects.filter(case__in=cases).update(first_names="", last_name="")


# --- What several of them need -----------------------------------------------------------------------------------------------


def exchanges_of(case: AnchorCase) -> list[AnchorExchange]:
    """With whom the case is or was shared, as far as the acting partner sees it."""
    related = ("to_partner", "consent", "seat__user")
    return list(AnchorExchange.objects.told_today().filter(case=case).select_related(*related).order_by("id"))


def _locked(case: AnchorCase) -> AnchorCase:
    """The case as it is now, locked."""
    related = AnchorCase.objects.select_related("person", "seat", "partner")
    return related.select_for_update(of=("self",)).get(pk=case.pk)


def _under_way(case: AnchorCase) -> AnchorCase:
    """The case as it is now, locked, if it is under way."""
    case = _locked(case)
    if not case.is_under_way:
        raise CaseNotUnderWay(_("The case is not under way."))
    return case


def _tell(event_type: EventType, key: str, case: AnchorCase, partners: Iterable[int]) -> None:
    roles, url = [str(role) for role in ANCHOR_ROLES], reverse("anchor_case", args=[case.pk])
    announce(
        event_type,
        key,
        tell=[{"partner": partner, "roles": roles, "url": url} for partner in partners],
        anchor_case=case.pk,
    )
