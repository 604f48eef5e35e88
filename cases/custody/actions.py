"""What can be done around a release: saying when it is, that it was, planning contacts inside and in the first days, how they went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.custody import events
from cases.custody.models import Condition, Naloxone, Release, ReleaseContact
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, User


class ReleaseAhead(RuleError):
    """A release of this participation is ahead already. Go on with that one: change its day, or say that the person was released."""

    code = "release_ahead"
    status = 409


class ReleasedAlready(RuleError):
    """The person was released: the day does not move any more. Take the release back first where it was said by mistake."""

    code = "released_already"
    status = 409


@action("release.plan", roles=CASEWORK_ROLES, party=Party.OWNER)
def plan_release(
    *,
    by: Acting,
    enrolment: Enrolment,
    planned_on: date | None,
    conditions: Sequence[str] = (),
    conditions_note: str = "",
    responsible: User | None = None,
) -> Release:
    """Says that somebody who takes part is in custody and will come out; `planned_on` may not be known yet. Raises EnrolmentEnded,
    ReleaseAhead, and Invalid for who is responsible of another organisation."""
    enrolments.open_enrolment(enrolment)
    _check_colleague(by, responsible)
    if Release.objects.filter(enrolment=enrolment, released_at=None).exists():
        raise ReleaseAhead(_("A release is ahead already: change its day there."))
    return Release.objects.create(
        partner=by.partner,
        enrolment=enrolment,
        planned_on=planned_on,
        conditions=_codes(conditions),
        conditions_note=conditions_note.strip(),
        responsible=responsible,
    )


@action("release.change", roles=CASEWORK_ROLES, party=Party.OWNER)
def change_release(
    *,
    by: Acting,
    release: Release,
    planned_on: date | None,
    conditions: Sequence[str],
    conditions_note: str = "",
    responsible: User | None = None,
) -> Release:
    """Moves the planned day, or changes conditions and who is responsible. Raises EnrolmentEnded, Invalid, and ReleasedAlready for
    another day once the person is out."""
    release = _open(release)
    _check_colleague(by, responsible)
    if release.released_at and planned_on != release.planned_on:
        raise ReleasedAlready(_("The person was released already: the planned day stays."))
    release.planned_on, release.conditions = planned_on, _codes(conditions)
    release.conditions_note, release.responsible = conditions_note.strip(), responsible
    release.save(update_fields=["planned_on", "conditions", "conditions_note", "responsible"])
    return release


@action("release.mark", roles=CASEWORK_ROLES, party=Party.OWNER)
def mark_released(*, by: Acting, release: Release, released_at: datetime, naloxone: str) -> Release:
    """Says when the person was released and whether they left with naloxone: the clock of the first days begins. Said again, the newer
    one counts. Raises EnrolmentEnded, and DateOutOfRange for a moment to come."""
    release = _open(release)
    if released_at > timezone.now():
        raise DateOutOfRange(_("The person is released when it has happened: choose a moment that has passed."))
    release.released_at, release.naloxone = released_at, Naloxone(naloxone)
    release.save(update_fields=["released_at", "naloxone"])
    _tell(release)
    return release


@action("release.take_back", roles=CASEWORK_ROLES, party=Party.OWNER)
def take_back_release(*, by: Acting, release: Release) -> Release:
    """Takes back that the person was released: it was a mistake. Raises EnrolmentEnded, and ReleaseAhead where another one is ahead."""
    release = _open(release)
    if Release.objects.filter(enrolment=release.enrolment_id, released_at=None).exclude(pk=release.pk).exists():
        raise ReleaseAhead(_("Another release of this participation is ahead."))
    release.released_at, release.naloxone = None, Naloxone.UNKNOWN
    release.save(update_fields=["released_at", "naloxone"])
    _tell(release)
    return release


@action("release_contact.plan", roles=CASEWORK_ROLES, party=Party.OWNER)
def plan_contact(
    *, by: Acting, release: Release, at: datetime, how: str, responsible: User, outcome: str = ""
) -> ReleaseContact:
    """Plans a contact inside or in the first days, or with `outcome` records one that has been. Raises EnrolmentEnded, Invalid, and
    DateOutOfRange for how a contact went that is to come."""
    release = _open(release)
    _check_colleague(by, responsible)
    _check_outcome(at, outcome)
    contact = ReleaseContact.objects.create(
        partner=by.partner,
        release=release,
        at=at,
        how=ReleaseContact.How(how),
        responsible=responsible,
        outcome=outcome,
        recorded_by=by.user,
    )
    if outcome:
        _tell(release)
    return contact


@action("release_contact.mark", roles=CASEWORK_ROLES, party=Party.OWNER)
def mark_contact(*, by: Acting, contact: ReleaseContact, outcome: str) -> ReleaseContact:
    """Says whether a contact was kept; empty takes that back. Raises EnrolmentEnded, and DateOutOfRange for one that is to come."""
    release = _open(contact.release)
    _check_outcome(contact.at, outcome)
    contact.outcome = outcome
    contact.save(update_fields=["outcome"])
    _tell(release)
    return contact


@action("release_contact.remove", roles=CASEWORK_ROLES, party=Party.OWNER)
def remove_contact(*, by: Acting, contact: ReleaseContact) -> None:
    """Takes a contact away that was written by mistake or is not planned any more; it stands in the history. Raises EnrolmentEnded."""
    release = _open(contact.release)
    contact.delete()
    _tell(release)


@action("release.follow_prison", outside="jobs")
def follow_prison(
    *,
    enrolment: Enrolment,
    planned_on: date,
    conditions: Sequence[str],
    released_at: datetime | None,
    naloxone: str,
) -> None:
    """The release of an open participation as the prison says it is, made where there is none: what its own partner wrote besides stays.

    Said twice, it is done once. What a prison says of somebody whom the partner has recorded as released changes nothing.
    """
    if enrolment.ended_on:
        return
    said = {
        "planned_on": planned_on,
        "conditions": _codes(conditions),
        "released_at": released_at,
        "naloxone": naloxone,
    }
    mine = Release.objects.filter(enrolment=enrolment.pk)
    if mine.filter(released_at=None).update(**said) or mine.exists():
        return
    Release.objects.create(
        partner_id=enrolment.partner_id, enrolment=enrolment, responsible_id=enrolment.responsible_id, **said
    )


def first_contact_on(enrolment: int) -> date | None:
    """The day of the first contact that was kept after the latest release of a participation (its number)."""
    release = Release.objects.filter(enrolment=enrolment).exclude(released_at=None).order_by("-released_at")
    latest = release.values("id", "released_at").first()
    if latest is None:
        return None
    kept = ReleaseContact.objects.filter(release=latest["id"], at__gte=latest["released_at"], outcome="kept")
    at = kept.order_by("at").values_list("at", flat=True).first()
    return timezone.localdate(at) if at else None


def _open(release: Release) -> Release:
    """The release as it is now, locked, if its participation is open. Raises EnrolmentEnded."""
    enrolments.open_enrolment(release.enrolment)
    return Release.objects.select_for_update().get(pk=release.pk)


def _codes(conditions: Sequence[str]) -> list[str]:
    """Conditions in the order of their list, each once."""
    return [str(code) for code in Condition if code in set(conditions)]


def _check_colleague(by: Acting, user: User | None) -> None:
    if user and user.pk not in {each.pk for each in enrolments.team(by)}:
        raise Invalid("responsible", _("Choose somebody of your organisation."))


def _check_outcome(at: datetime, outcome: str) -> None:
    if outcome and at > timezone.now():
        raise DateOutOfRange(_("It has not been yet: say afterwards how it went."))


def _tell(release: Release) -> None:
    """Lets who is told of the first contact be told anew."""
    key = f"release:{release.pk}:{timezone.now().isoformat()}"
    announce(events.CONTACTS_CHANGED, key, partner=release.partner_id, enrolment=release.enrolment_id)
