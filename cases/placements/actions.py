"""What can be done with placements: offering one, the person's consent to be named, and its way from agreed to ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from cases.placements.models import Placement, Tell
from cases.placements.words import not_for_an_employer
from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, User
from programs.employers.models import WorkOffer

State = Placement.State


class OfferClosed(RuleError):
    """The employer takes nobody on this offer now. Choose another one, or ask whoever keeps the employer."""

    code = "offer_closed"
    status = 409


class PlacedAlready(RuleError):
    """The person has an open placement on this offer. Go on with that one."""

    code = "placed_already"
    status = 409


class NotAgreedToBeNamed(RuleError):
    """The person has not agreed to be named to this employer, or took it back. Ask them, and record their consent first."""

    code = "not_agreed_to_be_named"
    status = 409


class NamingTakenBack(RuleError):
    """The person took back the consent of this placement: it stays so. End it, and begin another one if they want to try again."""

    code = "naming_taken_back"
    status = 409


class NotAtThisStep(RuleError):
    """The placement is not at the step that this follows. Read its page again."""

    code = "not_at_this_step"
    status = 409


@action("placement.offer", roles=CASEWORK_ROLES, party=Party.OWNER, scope="placements:write")
def offer_placement(
    *, by: Acting, enrolment: Enrolment, offer: WorkOffer, responsible: User | None = None
) -> Placement:
    """Offers work to somebody who takes part. The employer learns nothing yet. Raises EnrolmentEnded, OfferClosed, PlacedAlready, and
    Invalid for who is responsible of another organisation."""
    enrolments.open_enrolment(enrolment)
    responsible = responsible or by.user
    if responsible.pk not in {user.pk for user in enrolments.team(by)}:
        raise Invalid("responsible", _("Choose somebody of your organisation."))
    if not offer.takes_somebody:
        raise OfferClosed(_("The employer takes nobody on this offer now."))
    if Placement.objects.filter(enrolment=enrolment, offer=offer, ended_on=None).exists():
        raise PlacedAlready(_("The person has an open placement on this offer."))
    placement = Placement(partner=by.partner, enrolment=enrolment, offer=offer, responsible=responsible)
    return _saved(placement)


@action("placement.consent", roles=CASEWORK_ROLES, party=Party.OWNER, scope="placements:write")
def record_consent(
    *,
    by: Acting,
    placement: Placement,
    how: str,
    tells: Sequence[str],
    times: str = "",
    skills: str = "",
    needs: str = "",
) -> Placement:
    """Records that the person agrees today to be named to the employer, and what the employer may be told; said again, the newer one
    counts from today. Raises NamingTakenBack, NotAtThisStep once the employer has agreed, and Invalid for words of treatment or arrest."""
    placement = _locked(placement)
    if placement.consent_withdrawn_on:
        raise NamingTakenBack(_("The person took the consent back."))
    if placement.state != State.OFFERED:
        raise NotAtThisStep(_("The employer has agreed already."))
    words = {"times": times.strip(), "skills": skills.strip(), "needs": needs.strip()}
    for field, text in words.items():
        if told := not_for_an_employer(text):
            raise Invalid(field, _("An employer learns nothing of this: %(words)s.") % {"words": ", ".join(told)})
    if Tell.NAME not in tells:
        raise Invalid("tells", _("Without the name nobody can be introduced."))
    placement.consent_on, placement.consent_how = timezone.localdate(), Placement.How(how)
    placement.tells = [kind.value for kind in Tell if kind in tells]
    for field, text in words.items():
        # What may not be told is not kept.
        setattr(placement, field, text if field in placement.tells else "")
    return _saved(placement)


@action("placement.withdraw_consent", roles=CASEWORK_ROLES, party=Party.OWNER, scope="placements:write")
def withdraw_consent(*, by: Acting, placement: Placement) -> Placement:
    """Takes the consent back for the person: from now on the employer is told nothing. Withdrawn already, it stays so."""
    placement = _locked(placement)
    if placement.consent_on is None:
        raise NotAgreedToBeNamed(_("There is no consent to take back."))
    if placement.consent_withdrawn_on is None:
        placement.consent_withdrawn_on = timezone.localdate()
        placement.times = placement.skills = placement.needs = ""
        placement.save()
    return placement


@action("placement.agree", roles=CASEWORK_ROLES, party=Party.OWNER, scope="placements:write")
def agree(*, by: Acting, placement: Placement) -> Placement:
    """The employer has agreed, today. Raises NotAtThisStep, and NotAgreedToBeNamed without the person's consent."""
    placement = _at(placement, State.OFFERED)
    _check_consent(placement)
    placement.agreed_on = timezone.localdate()
    return _saved(placement)


@action("placement.start", roles=CASEWORK_ROLES, party=Party.OWNER, scope="placements:write")
def start(*, by: Acting, placement: Placement, on: date) -> Placement:
    """The person has begun, on a day that has come. Raises NotAtThisStep, NotAgreedToBeNamed and DateOutOfRange."""
    placement = _at(placement, State.AGREED)
    _check_consent(placement)
    _check_day(placement.agreed_on, on)
    placement.started_on = on
    return _saved(placement)


@action("placement.confirm", roles=CASEWORK_ROLES, party=Party.OWNER, scope="placements:write")
def confirm(*, by: Acting, placement: Placement) -> Placement:
    """Whoever asked knows from the person or the employer that the person is still there today. Raises NotAtThisStep."""
    placement = _at(placement, State.STARTED)
    placement.seen_on = timezone.localdate()
    return _saved(placement)


@action("placement.end", roles=CASEWORK_ROLES, party=Party.OWNER, scope="placements:write")
def end(*, by: Acting, placement: Placement, on: date, reason: str) -> Placement:
    """It has ended, or came to nothing. Raises NotAtThisStep, and DateOutOfRange for a day to come or before the last one known."""
    placement = _at(placement, State.OFFERED, State.AGREED, State.STARTED)
    _check_day(placement.seen_on or placement.started_on or placement.offered_on, on)
    placement.ended_on, placement.end_reason = on, Placement.Ended(reason)
    return _saved(placement)


@action("placement.take_back", roles=CASEWORK_ROLES, party=Party.OWNER, scope="placements:write")
def take_back(*, by: Acting, placement: Placement) -> Placement:
    """Takes back the last step, which was recorded by mistake. Raises NotAtThisStep where there is none, and PlacedAlready where another
    placement on the offer is open."""
    placement = _at(placement, State.AGREED, State.STARTED, State.ENDED)
    if placement.ended_on:
        same = Placement.objects.filter(enrolment=placement.enrolment_id, offer=placement.offer_id, ended_on=None)
        if same.exists():
            raise PlacedAlready(_("The person has an open placement on this offer."))
        placement.ended_on, placement.end_reason = None, ""
    elif placement.started_on:
        placement.started_on = placement.seen_on = None
    else:
        placement.agreed_on = None
    return _saved(placement)


def _locked(placement: Placement) -> Placement:
    """The placement as it stands, for nobody else to change meanwhile."""
    return Placement.objects.select_for_update().get(pk=placement.pk)


def _at(placement: Placement, *states: str) -> Placement:
    placement = _locked(placement)
    if placement.state not in states:
        raise NotAtThisStep(_("This placement is: %(state)s.") % {"state": placement.state_label})
    return placement


def _check_consent(placement: Placement) -> None:
    if not placement.has_consent:
        raise NotAgreedToBeNamed(_("Record first that the person agrees to be named to this employer."))


def _check_day(first: date | None, on: date) -> None:
    if not (first or on) <= on <= timezone.localdate():
        raise DateOutOfRange(_("The day lies before the last one known, or in the future."))


def _saved(placement: Placement) -> Placement:
    """Saved, with the state that the database makes of its days."""
    placement.save()
    placement.refresh_from_db()
    return placement
