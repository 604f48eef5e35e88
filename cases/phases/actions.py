"""What can be done with phases: keeping them, beginning the first, reviews that move people on or back, responses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from cases.phases.models import Phase, PhaseStay, Response, Review
from cases.phases.schemes import FIVE_PHASES
from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, Role
from programs.catalogue.models import Programme


class NoPhases(RuleError):
    """The programme has no phases. A case manager adds them on the page of its phases."""

    code = "no_phases"


class InAPhaseAlready(RuleError):
    """The person is in a phase already. A review moves them on or back."""

    code = "in_a_phase_already"
    status = 409


class InNoPhase(RuleError):
    """The person is in no phase of the programme. Begin the first phase, then record reviews."""

    code = "in_no_phase"
    status = 409


class MovedMeanwhile(RuleError):
    """The person has moved to another phase since the review was begun, or is in none. Read the sheet again: a colleague may have
    recorded the review."""

    code = "moved_meanwhile"
    status = 409


class TooEarly(RuleError):
    """The phase asks for more days than the person has been in it. Review it again later, or let the person stay in the phase."""

    code = "too_early"


class PhaseInUse(RuleError):
    """Somebody is or was in this phase, so it stays. Change its name and what it asks instead."""

    code = "phase_in_use"
    status = 409


# --- The phases of a programme ---------------------------------------------------------------------------------------------------


@action("phase.save", roles=(Role.CASE_MANAGER,), party=Party.OWNER)
def save_phase(*, by: Acting, phase: Phase, **fields: Any) -> Phase:
    """Adds or changes a phase of an own programme; a new one comes last. Raises Invalid for another partner's programme."""
    for name, value in fields.items():
        setattr(phase, name, value)
    if phase.programme.partner_id != by.partner.pk:
        raise Invalid("programme", _("Choose a programme of your own."))
    if phase.number is None:
        _lock(phase.programme)
        numbers = Phase.objects.filter(partner=by.partner, programme=phase.programme)
        phase.number = (numbers.aggregate(last=Max("number"))["last"] or 0) + 1
    phase.save()
    return phase


@action("phase.remove", roles=(Role.CASE_MANAGER,), party=Party.OWNER)
def remove_phase(*, by: Acting, phase: Phase) -> None:
    """Removes the last phase of a programme. Raises PhaseInUse where somebody is or was in it, and Invalid for one in the middle."""
    of_programme = Phase.objects.select_for_update().filter(partner=by.partner, programme=phase.programme_id)
    if of_programme.filter(number__gt=phase.number).exists():
        raise Invalid("number", _("Only the last phase can be removed."))
    if PhaseStay.objects.filter(phase=phase).exists() or Review.objects.filter(phase=phase).exists():
        raise PhaseInUse(_("Somebody is or was in this phase: change it instead."))
    phase.delete()


@action("phase.use_scheme", roles=(Role.CASE_MANAGER,), party=Party.OWNER)
def use_scheme(*, by: Acting, programme: Programme) -> list[Phase]:
    """Gives a programme without phases the five usual ones of a treatment court, named in the acting user's language, to be changed.

    Raises Invalid where the programme has phases.
    """
    _lock(programme)
    if Phase.objects.filter(partner=by.partner, programme=programme).exists():
        raise Invalid("programme", _("The programme has phases already: change those."))
    return [
        save_phase(by=by, phase=Phase(partner=by.partner, programme=programme, name=str(name), min_days=0))
        for name in FIVE_PHASES.names
    ]


def _lock(programme: Programme) -> None:
    """Whoever gives the programme phases at the same time waits, and then sees these."""
    Programme.objects.select_for_update().get(pk=programme.pk)


# --- Who is in which -------------------------------------------------------------------------------------------------------------


@action("phase.begin", roles=CASEWORK_ROLES, party=Party.OWNER, scope="phases:write")
def begin_phases(*, by: Acting, enrolment: Enrolment, started_on: date) -> PhaseStay:
    """Somebody who takes part begins the first phase. Raises NoPhases, InAPhaseAlready, EnrolmentEnded, DateOutOfRange."""
    enrolment = enrolments.open_enrolment(enrolment)
    first = Phase.objects.filter(partner=by.partner, programme=enrolment.programme_id).order_by("number").first()
    if first is None:
        raise NoPhases(_("The programme has no phases yet."))
    if PhaseStay.objects.now().filter(enrolment=enrolment).exists():
        raise InAPhaseAlready(_("This person is in a phase already."))
    last = PhaseStay.objects.filter(enrolment=enrolment).aggregate(last=Max("ended_on"))["last"]
    if not max(filter(None, [enrolment.started_on, last])) <= started_on <= timezone.localdate():
        raise DateOutOfRange(_("The date lies before the enrolment or in the future."))
    return PhaseStay.objects.create(partner=by.partner, enrolment=enrolment, phase=first, started_on=started_on)


@action("review.record", roles=CASEWORK_ROLES, party=Party.OWNER, scope="phases:write")
def record_review(
    *,
    by: Acting,
    enrolment: Enrolment,
    held_on: date,
    present: Sequence[str],
    decision: str,
    is_hearing: bool = False,
    note: str = "",
    next_on: date | None = None,
    stay: int | None = None,
) -> Review:
    """Records a review and does what it decided: the person moves on, stays, or moves back. After the last phase they have completed all.

    `note`: for the court; it stays here until it is sent in a statement. `stay`: number of the time in a phase that was reviewed;
    None: that of now. Raises InNoPhase, MovedMeanwhile, TooEarly, EnrolmentEnded, DateOutOfRange, and Invalid for a next review that
    is not later and for moving back from the first phase.
    """
    enrolment = enrolments.open_enrolment(enrolment)
    current = (
        PhaseStay.objects.now()
        .select_for_update(of=("self",))
        .select_related("phase")
        .filter(enrolment=enrolment)
        .first()
    )
    if stay is not None and (current is None or current.pk != stay):
        raise MovedMeanwhile(
            _("This person is not in that phase any more. Look whether a colleague recorded the review.")
        )
    if current is None:
        raise InNoPhase(_("Begin the first phase, then record reviews."))
    if not current.started_on <= held_on <= timezone.localdate():
        raise DateOutOfRange(_("The date lies before the phase began or in the future."))
    if next_on is not None and next_on <= held_on:
        raise Invalid("next_on", _("Choose a later day for the review."))
    review = Review.objects.create(
        partner=by.partner,
        enrolment=enrolment,
        phase=current.phase,
        held_on=held_on,
        is_hearing=is_hearing,
        present=[str(Review.Present(code)) for code in present],
        decision=Review.Decision(decision),
        note=note.strip(),
        next_on=next_on,
        recorded_by=by.user,
    )
    if review.decision != Review.Decision.HOLD:
        _move(current, held_on, back=review.decision == Review.Decision.BACK)
    return review


def _move(stay: PhaseStay, on: date, *, back: bool) -> None:
    """Ends the time in a phase and begins that in the next one or the one before."""
    to_go = stay.phase.min_days - (on - stay.started_on).days
    if to_go > 0 and not back:
        raise TooEarly(_("Phase “%(phase)s” asks for %(days)s more days.") % {"phase": stay.phase.name, "days": to_go})
    phases = Phase.objects.filter(partner=stay.partner_id, programme=stay.phase.programme_id)
    if back:
        following = phases.filter(number__lt=stay.phase.number).order_by("-number").first()
        if following is None:
            raise Invalid("decision", _("This is the first phase: nobody moves back from it."))
        stay.result = PhaseStay.Result.BACK
    else:
        following = phases.filter(number__gt=stay.phase.number).order_by("number").first()
        stay.result = PhaseStay.Result.ADVANCED if following else PhaseStay.Result.COMPLETED
    stay.ended_on = on
    stay.save(update_fields=["ended_on", "result"])
    if following:
        PhaseStay.objects.create(
            partner_id=stay.partner_id, enrolment_id=stay.enrolment_id, phase=following, started_on=on
        )


# --- Responses -------------------------------------------------------------------------------------------------------------------


@action("response.record", roles=CASEWORK_ROLES, party=Party.OWNER, scope="phases:write")
def record_response(
    *,
    by: Acting,
    enrolment: Enrolment,
    on: date,
    kind: str,
    what: str,
    why: str,
    decided_by: str,
    hours_after: int | None = None,
) -> Response:
    """Records what followed on something that the person did. Raises EnrolmentEnded, DateOutOfRange, and Invalid for a sanction that
    nobody but the own organisation decided: sanctions are the court's or the whole team's."""
    enrolment = enrolments.open_enrolment(enrolment)
    if not enrolment.started_on <= on <= timezone.localdate():
        raise DateOutOfRange(_("The date lies before the enrolment or in the future."))
    if kind == Response.Kind.SANCTION and decided_by == Response.DecidedBy.US:
        raise Invalid("decided_by", _("A sanction is decided by the court or by the team together."))
    return Response.objects.create(
        partner=by.partner,
        enrolment=enrolment,
        on=on,
        kind=Response.Kind(kind),
        what=what.strip(),
        why=why.strip(),
        decided_by=Response.DecidedBy(decided_by),
        hours_after=hours_after,
        recorded_by=by.user,
    )


@action("response.remove", roles=CASEWORK_ROLES, party=Party.OWNER)
def remove_response(*, by: Acting, response: Response) -> Response:
    """Takes a response that was recorded by mistake out of lists and numbers. It stays in its own history."""
    response.removed_on = timezone.localdate()
    response.save(update_fields=["removed_on"])
    return response
