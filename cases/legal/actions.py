"""What can be done with legal matters: opening, changing and closing one, hearings, decisions, and the lawyer's own notes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from cases.legal.models import WITH_LENGTH, Disposal, Hearing, Matter, MatterNote
from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.constraints import check_of_our_time
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, User


class NotTheLawyer(RuleError):
    """Only the lawyer of a matter writes notes in it, and nobody else reads them. Ask the lawyer."""

    code = "not_the_lawyer"
    status = 403


class MatterClosed(RuleError):
    """The matter is closed. Open it again, then go on."""

    code = "matter_closed"
    status = 409


@action("matter.open", roles=CASEWORK_ROLES, party=Party.OWNER)
def open_matter(*, by: Acting, enrolment: Enrolment, lawyer: User, **facts: Any) -> Matter:
    """Opens a matter of somebody who takes part. `facts`: the other fields of a matter. Raises EnrolmentEnded, Invalid for a lawyer who
    is not of the own organisation or a first offence without how that is known, and DateOutOfRange for a day to come."""
    enrolments.open_enrolment(enrolment)
    return _save(by, Matter(partner=by.partner, enrolment=enrolment, lawyer=lawyer), facts)


@action("matter.change", roles=CASEWORK_ROLES, party=Party.OWNER)
def change_matter(*, by: Acting, matter: Matter, **facts: Any) -> Matter:
    """Changes where a matter stands, or gives it to another lawyer: what the one before noted stays theirs. Raises MatterClosed, and what
    opening one raises."""
    return _save(by, _open(matter), facts)


def _save(by: Acting, matter: Matter, facts: dict[str, Any]) -> Matter:
    for name, value in facts.items():
        setattr(matter, name, value)
    if matter.lawyer_id not in {user.pk for user in enrolments.team(by)}:
        raise Invalid("lawyer", _("Choose somebody of your organisation."))
    if matter.first_offence == Matter.First.UNKNOWN:
        matter.first_known = ""
    elif not matter.first_known:
        raise Invalid("first_known", _("Say how that is known."))
    if matter.opened_on > timezone.localdate():
        raise DateOutOfRange(_("The date lies in the future."))
    matter.save()
    return matter


def _open(matter: Matter) -> Matter:
    """The matter, locked, if it is open."""
    locked = Matter.objects.select_for_update().get(pk=matter.pk)
    if locked.closed_on:
        raise MatterClosed(_("This matter is closed. Open it again first."))
    return locked


@action("matter.close", roles=CASEWORK_ROLES, party=Party.OWNER)
def close_matter(*, by: Acting, matter: Matter) -> Matter:
    """Closes a matter: it leaves the list of those with a next date. Raises MatterClosed."""
    matter = _open(matter)
    matter.closed_on, matter.next_on = timezone.localdate(), None
    matter.save(update_fields=["closed_on", "next_on"])
    return matter


@action("matter.reopen", roles=CASEWORK_ROLES, party=Party.OWNER)
def reopen_matter(*, by: Acting, matter: Matter) -> Matter:
    """Opens a closed matter again."""
    matter.closed_on = None
    matter.save(update_fields=["closed_on"])
    return matter


# --- Hearings and decisions ------------------------------------------------------------------------------------------------------


@action("hearing.add", roles=CASEWORK_ROLES, party=Party.OWNER)
def add_hearing(*, by: Acting, matter: Matter, at: datetime, kind: str, place: str = "") -> Hearing:
    """Writes a hearing into the calendar of the matter's lawyer. Raises MatterClosed, and Invalid for a day that nobody lives to see."""
    check_of_our_time("day", at)
    return Hearing.objects.create(
        partner=by.partner, matter=_open(matter), at=at, kind=Hearing.Kind(kind), place=place.strip()
    )


@action("hearing.mark", roles=CASEWORK_ROLES, party=Party.OWNER)
def mark_hearing(*, by: Acting, hearing: Hearing, attendance: str) -> Hearing:
    """Says whether the person came, or that it was cancelled; empty takes that back. Raises DateOutOfRange for one that is still to come
    and was not cancelled."""
    said = Hearing.Attendance(attendance) if attendance else ""
    if said in {Hearing.Attendance.CAME, Hearing.Attendance.MISSED} and hearing.at > timezone.now():
        raise DateOutOfRange(_("The hearing has not been yet."))
    hearing.attendance = said
    hearing.save(update_fields=["attendance"])
    return hearing


@action("disposal.record", roles=CASEWORK_ROLES, party=Party.OWNER)
def record_disposal(
    *,
    by: Acting,
    matter: Matter,
    on: date,
    decided_by: str,
    sanction: str,
    length_days: int | None = None,
    treatment_weighed: str = Disposal.Weighed.UNKNOWN,
) -> Disposal:
    """Records a decision in a matter. Raises MatterClosed, DateOutOfRange, and Invalid for a length of what has none."""
    matter = _open(matter)
    if on > timezone.localdate():
        raise DateOutOfRange(_("The date lies in the future."))
    if length_days is not None and sanction not in WITH_LENGTH:
        raise Invalid("length_days", _("This decision has no length."))
    return Disposal.objects.create(
        partner=by.partner,
        matter=matter,
        on=on,
        decided_by=Disposal.By(decided_by),
        sanction=sanction,
        length_days=length_days,
        treatment_weighed=Disposal.Weighed(treatment_weighed),
    )


# --- The lawyer's notes ----------------------------------------------------------------------------------------------------------


@action("matter_note.write", roles=CASEWORK_ROLES, party=Party.OWNER)
def write_note(*, by: Acting, matter: Matter, text: str) -> MatterNote:
    """Writes a note that its author alone reads: the database shows it to nobody else. Raises NotTheLawyer."""
    if matter.lawyer_id != by.user.pk:
        raise NotTheLawyer(_("Only the lawyer of this matter writes notes in it."))
    return MatterNote.objects.create(partner=by.partner, matter=matter, author=by.user, text=text.strip())


@action("matter_note.remove", roles=CASEWORK_ROLES, party=Party.OWNER)
def remove_note(*, by: Acting, note: MatterNote) -> None:
    """Removes a note of one's own; nothing of it is kept. Another's the database does not show."""
    note.delete()
