"""What can be done with beds: keeping them, moving in and out, nights away, out of service; and work and housing at entry and exit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from cases.people.models import Person, Sex
from cases.places.models import Bed, Situation, Stay
from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, InTheWay, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, Role
from programs.catalogue.models import Programme

ADULT = 18


class BedInUse(RuleError):
    """The bed is in use in these nights, or out of service. Choose another bed, or end what it is used for first."""

    code = "bed_in_use"
    status = 409


class InABedAlready(RuleError):
    """The person is in a bed in these nights already. Move them out of it first."""

    code = "in_a_bed_already"
    status = 409


class NotForThisBed(RuleError):
    """The bed is closed, of another programme, or for other people. Choose another bed."""

    code = "not_for_this_bed"


class StayEnded(RuleError):
    """The stay has ended, and nothing of it changes any more. Move the person in again where they come back."""

    code = "stay_ended"
    status = 409


# --- Beds --------------------------------------------------------------------------------------------------------------------


@action("bed.save", roles=(Role.CASE_MANAGER,), party=Party.OWNER, scope="beds:write")
def save_bed(*, by: Acting, bed: Bed, programme: Programme | None = None, **fields: Any) -> Bed:
    """Adds or changes a bed of an own programme. Where a programme has beds, they are its places, and count themselves.

    Raises Invalid for another partner's programme, for a name that an open bed of the programme has, and for a first night that is to
    come or later than one in which the bed was used.
    """
    if programme is not None:
        bed.programme = programme
    for name, value in fields.items():
        setattr(bed, name, value)
    if bed.programme.partner_id != by.partner.pk:
        raise Invalid("programme", _("Choose a programme of your own."))
    if bed.opened_on > timezone.localdate():
        raise Invalid("opened_on", _("Add the bed on the day on which it can be used."))
    if bed.pk and bed.stays.filter(started_on__lt=bed.opened_on).exists():
        raise Invalid("opened_on", _("The bed was used before this day."))
    same_name = Bed.objects.filter(partner=by.partner, programme=bed.programme, name=bed.name, closed_on=None)
    if same_name.exclude(pk=bed.pk).exists():
        raise Invalid("name", _("A bed of this programme has this name already."))
    bed.save()
    return bed


@action("bed.close", roles=(Role.CASE_MANAGER,), party=Party.OWNER, scope="beds:write")
def close_bed(*, by: Acting, bed: Bed) -> Bed:
    """Closes a bed for good: it is no place any more. Raises BedInUse while somebody is in it or it is out of service."""
    bed = _locked(bed)
    if Stay.objects.now().filter(bed=bed).exists():
        raise BedInUse(_("The bed is in use. Move the person out first, or put it back into service."))
    bed.closed_on = timezone.localdate()
    bed.save(update_fields=["closed_on"])
    return bed


def _locked(bed: Bed) -> Bed:
    """The bed, locked, if it is open."""
    locked = Bed.objects.select_for_update().select_related("programme").get(pk=bed.pk)
    if locked.closed_on:
        raise NotForThisBed(_("This bed is closed."))
    return locked


# --- Stays -------------------------------------------------------------------------------------------------------------------


@action("stay.begin", roles=CASEWORK_ROLES, party=Party.OWNER, scope="beds:write")
def move_in(
    *, by: Acting, bed: Bed, enrolment: Enrolment, started_on: date, expected_until: date | None = None
) -> Stay:
    """Somebody who takes part moves into a bed of the same programme; `started_on` is the first night.

    Raises NotForThisBed, BedInUse, InABedAlready, EnrolmentEnded, DateOutOfRange, and Invalid for a day of leaving that is not later.
    """
    bed = _locked(bed)
    enrolment = enrolments.open_enrolment(enrolment)
    if enrolment.programme_id != bed.programme_id:
        raise NotForThisBed(_("The bed is of another programme than the one in which the person takes part."))
    _check_for_whom(bed, enrolment.person)
    if not max(bed.opened_on, enrolment.started_on) <= started_on <= timezone.localdate():
        raise DateOutOfRange(_("The first night lies before the person came or the bed was there, or in the future."))
    if expected_until is not None and expected_until <= started_on:
        raise Invalid("expected_until", _("Choose a later day."))
    with _one_at_a_time(bed, enrolment):
        return Stay.objects.create(
            partner=by.partner,
            programme=bed.programme,
            bed=bed,
            enrolment=enrolment,
            started_on=started_on,
            expected_until=expected_until,
        )


def _check_for_whom(bed: Bed, person: Person) -> None:
    """Raises NotForThisBed where the bed is for others; what is not known of somebody keeps them out of no bed."""
    age = person.age()
    is_for_others = (
        (bed.for_whom == Bed.ForWhom.WOMEN and person.sex == Sex.MALE)
        or (bed.for_whom == Bed.ForWhom.MEN and person.sex == Sex.FEMALE)
        or (bed.for_whom == Bed.ForWhom.MINORS and age is not None and age >= ADULT)
    )
    if is_for_others:
        raise NotForThisBed(_("This bed is for others: %(whom)s.") % {"whom": bed.get_for_whom_display()})


@contextmanager
def _one_at_a_time(bed: Bed, enrolment: Enrolment | None = None) -> Iterator[None]:
    """What the database refuses, in words: two in a bed, or one in two."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "in_one_bed_at_a_time" in str(error) and enrolment is not None:
            raise InABedAlready(
                _("This person is in a bed in these nights already."),
                records=[InTheWay("stays", enrolment.pk)],
            ) from error
        if "one_in_a_bed" in str(error):
            raise BedInUse(_("%(bed)s is in use in these nights.") % {"bed": bed}) from error
        raise


@action("stay.end", roles=CASEWORK_ROLES, party=Party.OWNER, scope="beds:write")
def end_stay(*, by: Acting, stay: Stay, ended_on: date) -> Stay:
    """Somebody moves out, or a bed is put back into service; the night before `ended_on` was the last. Raises StayEnded, DateOutOfRange."""
    stay = _open(stay)
    if not stay.started_on <= ended_on <= timezone.localdate():
        raise DateOutOfRange(_("The end lies before the start or in the future."))
    stay.ended_on, stay.away = ended_on, [night for night in stay.away if night < ended_on]
    stay.save(update_fields=["ended_on", "away"])
    return stay


@action("stay.expect", roles=CASEWORK_ROLES, party=Party.OWNER)
def expect_until(*, by: Acting, stay: Stay, expected_until: date | None) -> Stay:
    """Says until when the stay is expected to last. Raises StayEnded, and Invalid for a day that is not later than the first night."""
    stay = _open(stay)
    if expected_until is not None and expected_until <= stay.started_on:
        raise Invalid("expected_until", _("Choose a later day."))
    stay.expected_until = expected_until
    stay.save(update_fields=["expected_until"])
    return stay


@action("stay.away", roles=CASEWORK_ROLES, party=Party.OWNER, scope="beds:write")
def mark_away(*, by: Acting, stay: Stay, night: date, is_away: bool) -> Stay:
    """Says that somebody sleeps elsewhere in a night and keeps the bed, or takes that back.

    Raises StayEnded, DateOutOfRange for a night before the stay or later than tonight, and Invalid for a bed out of service.
    """
    stay = _open(stay)
    if stay.enrolment_id is None:
        raise Invalid("night", _("The bed is out of service: nobody is away from it."))
    if not stay.started_on <= night <= timezone.localdate():
        raise DateOutOfRange(_("The night lies before the stay or in the future."))
    stay.away = sorted({*stay.away, night} if is_away else {*stay.away} - {night})
    stay.save(update_fields=["away"])
    return stay


def _open(stay: Stay) -> Stay:
    """The stay, locked, if it has not ended."""
    locked = Stay.objects.select_for_update().get(pk=stay.pk)
    if locked.ended_on:
        raise StayEnded(_("This stay has ended."))
    return locked


@action("bed.take_out", roles=CASEWORK_ROLES, party=Party.OWNER)
def take_out_of_service(*, by: Acting, bed: Bed, because: str, since: date) -> Stay:
    """Takes a bed out of service from a night on: it is no free place. Raises BedInUse, NotForThisBed, DateOutOfRange."""
    bed = _locked(bed)
    if not bed.opened_on <= since <= timezone.localdate():
        raise DateOutOfRange(_("The first night lies before the bed was there, or in the future."))
    with _one_at_a_time(bed):
        return Stay.objects.create(
            partner=by.partner, programme=bed.programme, bed=bed, out_because=Stay.Out(because), started_on=since
        )


# --- Work and housing ----------------------------------------------------------------------------------------------------------


@action("situation.write", roles=CASEWORK_ROLES, party=Party.OWNER)
def write_situation(*, by: Acting, enrolment: Enrolment, moment: str, on: date, work: str, housing: str) -> Situation:
    """Writes down work and housing when somebody came or left. Written again, it takes the place of what was said before.

    Of an ended participation too: what is known at its end is often written after it. Raises DateOutOfRange.
    """
    if not enrolment.started_on <= on <= timezone.localdate():
        raise DateOutOfRange(_("The date lies before the enrolment or in the future."))
    situation, _is_new = Situation.objects.update_or_create(
        partner=by.partner,
        enrolment=enrolment,
        moment=Situation.Moment(moment),
        defaults={"on": on, "work": Situation.Work(work), "housing": Situation.Housing(housing)},
    )
    return situation
