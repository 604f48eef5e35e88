"""What can be done with call-ins: planning one, going on to its next phase, inviting, noting who came, offering help, and the answer,
which makes a referral of an offer that was accepted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.people.models import Person
from cases.permissions import PEOPLE_ROLES
from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import check_of_our_time
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, District, Partner, Role
from programs.catalogue.models import Programme, ReferralKind
from referrals.callins import events
from referrals.callins.models import CallIn, CallInOffer, Invitee
from referrals.handover import actions as handover

HOLDING_KINDS = (Partner.Kind.NGO, Partner.Kind.HEALTH, Partner.Kind.SOCIAL, Partner.Kind.YOUTH)
"""With whom a police unit holds a call-in: who has programmes."""
POLICE = (Role.POLICE_LIAISON,)


class PhaseNotReady(RuleError):
    """The call-in can't go on yet: people are notified once some are invited, and help is delivered once the day has come. Do first what is missing."""

    code = "phase_not_ready"
    status = 409


class AlreadyInvited(RuleError):
    """The person is invited to this call-in already. Open the invitation that there is."""

    code = "already_invited"
    status = 409


class OfferAnswered(RuleError):
    """The offer was answered already, or made before. Go on with the referral that came of it, or make another offer."""

    code = "offer_answered"
    status = 409


@action("call_in.plan", roles=POLICE, event="call_in.planned")
def plan_call_in(
    *, by: Acting, to_partner: Partner, district: District, at: datetime, place: str, speakers: str = ""
) -> CallIn:
    """Plans a call-in with a service, which is told of it. Raises Invalid for a partner that has no programmes, and for a day that
    nobody lives to see."""
    if to_partner.kind not in HOLDING_KINDS:
        raise Invalid("to_partner", _("Choose a service that offers help."))
    check_of_our_time("day", at)
    call_in = CallIn.objects.create(
        from_partner=by.partner,
        to_partner=to_partner,
        district=district,
        at=at,
        place=place.strip(),
        speakers=speakers.strip(),
    )
    roles = [str(role) for role in (*CASEWORK_ROLES, Role.PROFESSIONAL)]
    url = reverse("call_in", args=[call_in.pk])
    announce(
        events.PLANNED,
        f"call_in.planned:{call_in.pk}",
        tell=[{"partner": to_partner.pk, "roles": roles, "url": url}],
        call_in=call_in.pk,
    )
    return call_in


@action("call_in.change", roles=POLICE, party=Party.SENDER)
def change_call_in(
    *, by: Acting, call_in: CallIn, district: District, at: datetime, place: str, speakers: str = ""
) -> CallIn:
    """Changes where and when it is, and who speaks. Raises Invalid for a day that nobody lives to see."""
    check_of_our_time("day", at)
    call_in.district, call_in.at, call_in.place, call_in.speakers = district, at, place.strip(), speakers.strip()
    call_in.save(update_fields=["district", "at", "place", "speakers"])
    return call_in


@action("call_in.go_on", roles=POLICE, party=Party.SENDER)
def go_on(*, by: Acting, call_in: CallIn) -> CallIn:
    """Begins the next phase. Raises PhaseNotReady."""
    locked = CallIn.objects.select_for_update().get(pk=call_in.pk)
    following = locked.next_phase
    if not following:
        raise PhaseNotReady(_("This is the last phase."))
    if following == CallIn.Phase.NOTIFY and not locked.invitees.exists():
        raise PhaseNotReady(_("Invite somebody first."))
    if following == CallIn.Phase.DELIVER and locked.at > timezone.now():
        raise PhaseNotReady(_("The call-in has not been yet."))
    locked.phase = following
    locked.save(update_fields=["phase"])
    return locked


# --- The police's file -----------------------------------------------------------------------------------------------------------


@action("call_in.invite", roles=POLICE, party=Party.OWNER)
def invite(*, by: Acting, person: Person, call_in: CallIn) -> Invitee:
    """Invites somebody of the own register. Raises AlreadyInvited, and Invalid for another unit's call-in."""
    if call_in.from_partner_id != by.partner.pk:
        raise Invalid("call_in", _("Choose a call-in of your unit."))
    if Invitee.objects.filter(call_in=call_in, person__in=person.records()).exists():
        raise AlreadyInvited(_("The person is invited already."))
    return Invitee.objects.create(partner=by.partner, call_in=call_in, person=person)


@action("invitee.note", roles=POLICE, party=Party.OWNER)
def note_invitee(*, by: Acting, invitee: Invitee, came: str, suspended_until: date | None = None) -> Invitee:
    """Notes whether somebody came, and until when the case against them rests; empty takes either back."""
    invitee.came = Invitee.Came(came) if came else ""
    invitee.suspended_until = suspended_until
    invitee.save(update_fields=["came", "suspended_until"])
    return invitee


# --- Help ------------------------------------------------------------------------------------------------------------------------


@action("call_in.offer", roles=POLICE, party=Party.OWNER)
def offer_help(*, by: Acting, invitee: Invitee, programme: Programme) -> CallInOffer:
    """Offers an invited person a programme of the service. Raises OfferAnswered where it was offered before, and Invalid for a
    programme of somebody else."""
    call_in = invitee.call_in
    if programme.partner_id != call_in.to_partner_id:
        raise Invalid("programme", _("Choose a programme of the service."))
    if invitee.offers.filter(programme=programme).exists():
        raise OfferAnswered(_("This was offered already."))
    return CallInOffer.objects.create(
        from_partner_id=call_in.from_partner_id,
        to_partner_id=call_in.to_partner_id,
        call_in=call_in,
        invitee=invitee,
        programme=programme,
    )


@action("call_in.accept_offer", roles=POLICE, party=Party.SENDER)
def accept_offer(*, by: Acting, offer: CallInOffer, **terms: Any) -> CallInOffer:
    """The person wants the help: a draft of an ordinary referral is begun, which is sent with their consent as any other. `terms`: what
    else a draft takes. Raises OfferAnswered, and what drafting raises."""
    offer = _unanswered(offer)
    offer.referral = handover.draft(
        by=by, kind=ReferralKind.SOCIAL_CONTACT, programme=offer.programme, person=offer.invitee.person, **terms
    )
    return _answer(offer, CallInOffer.Answer.ACCEPTED)


@action("call_in.decline_offer", roles=POLICE, party=Party.SENDER)
def decline_offer(*, by: Acting, offer: CallInOffer) -> CallInOffer:
    """The person does not want it; another programme can be offered. Raises OfferAnswered."""
    return _answer(_unanswered(offer), CallInOffer.Answer.DECLINED)


def _unanswered(offer: CallInOffer) -> CallInOffer:
    """The offer, locked, if nobody has answered it."""
    locked = CallInOffer.objects.select_for_update().get(pk=offer.pk)
    if locked.answer:
        raise OfferAnswered(_("It was answered already."))
    return locked


def _answer(offer: CallInOffer, answer: str) -> CallInOffer:
    offer.answer, offer.answered_on = answer, timezone.localdate()
    offer.save(update_fields=["answer", "answered_on", "referral"])
    return offer


@action("call_in.erase_person", roles=PEOPLE_ROLES, managers_only=True, party=Party.OWNER)
def erase_invitations(*, by: Acting, person: Person) -> None:
    """Removes that the person was invited and what they were offered; a referral that came of it is erased where it is."""
    for invitee in Invitee.objects.filter(person=person, partner=by.partner):
        invitee.delete()
