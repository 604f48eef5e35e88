"""With whom somebody has to do: the one place where it is said, asked before each record of a person.

Somebody has to do with a person of their own partner who

- takes part in a programme, and is theirs (they are responsible, or were in the last 90 days) or nobody's;
- is the lawyer of a legal matter of theirs that is open or was closed in the last 90 days;
- is responsible for a placement of theirs with an employer that has not ended;
- met them, or has an appointment with them, in the last 90 days; or about whom a colleague gave them a task;
- is in a referral or diversion of the partner that is under way or ended in the last 90 days (the floor above says which);
- has asked for something about their data that is not answered;
- or is new: nothing has begun with them yet.

Managers and case managers oversee all of it. Everybody else gives a reason, which opens the record for three hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.arrests.models import Arrest
from cases.enrolments.models import Enrolment, Session
from cases.legal.models import Matter
from cases.openings.models import RecordOpening
from cases.people.models import Person
from cases.permissions import PEOPLE_ROLES
from cases.placements.models import Placement
from cases.planning.models import Appointment, Task
from cases.rights.models import SubjectRequest
from partnership.audit_trail.purposes import Purpose, Reason, read_for
from partnership.audit_trail.read_log import people_of
from partnership.isolation.acting import Acting
from partnership.isolation.errors import RuleError
from partnership.members.models import Role

RECENT = timedelta(days=90)
PERSON = OuterRef("pk")


class NeedsReason(RuleError):
    """You don't work with this person. Open the record on its page with a reason: it stays open for three hours."""

    code = "needs_reason"
    status = 403

    def __init__(self, person: int) -> None:
        super().__init__(_("You don't work with this person. Say why you need the record."))
        self.person = person


Begun = Callable[[], Exists]
Theirs = Callable[[Acting], Q]
_begun: list[Begun] = []
_theirs: list[Theirs] = []


def register(*, begun: Begun, theirs: Theirs) -> None:
    """A floor above says of a person (`PERSON`) whether something of its own has begun with them, and whether it is the user's."""
    _begun.append(begun)
    _theirs.append(theirs)


def is_theirs(acting: Acting) -> Q:
    """Of a person, whether the acting user has to do with them, for what is under way or was lately."""
    user, since = acting.user.pk, timezone.now() - RECENT
    day = timezone.localdate() - RECENT
    enrolments = Enrolment.objects.filter(person=PERSON)
    matters = Matter.objects.filter(enrolment__person=PERSON, lawyer=user)
    theirs = (
        Q(Exists(enrolments.filter(Q(responsible=user) | Q(responsible=None), ended_on=None)))
        | Q(Exists(enrolments.filter(responsible=user, ended_on__gte=day)))
        | Q(Exists(Session.objects.counted().filter(enrolment__person=PERSON, recorded_by=user, held_on__gte=day)))
        | Q(Exists(Appointment.objects.filter(enrolment__person=PERSON, responsible=user, starts_at__gte=since)))
        | Q(Exists(matters.filter(Q(closed_on=None) | Q(closed_on__gte=day))))
        | Q(Exists(Placement.objects.filter(enrolment__person=PERSON, responsible=user, ended_on=None)))
        # A task that one gave oneself is no reason.
        | Q(Exists(Task.objects.filter(person=PERSON, assigned_to=user, done_at=None).exclude(created_by=user)))
        | Q(Exists(SubjectRequest.objects.filter(person=PERSON, outcome="")))
    )
    for of_floor in _theirs:
        theirs |= of_floor(acting)
    return theirs


def is_new() -> Q:
    """Of a person, whether nothing has begun with them yet."""
    enrolments, arrests = Enrolment.objects.filter(person=PERSON), Arrest.objects.filter(person=PERSON)
    nothing = ~Q(Exists(enrolments)) & ~Q(Exists(arrests))
    for has_begun in _begun:
        nothing &= ~Q(has_begun())
    return nothing


def oversees(acting: Acting) -> bool:
    """Whether the user answers for the work of everybody at the partner."""
    return acting.is_manager or acting.role == Role.CASE_MANAGER


def check_door(acting: Acting, record: Any) -> None:
    """Before one record about a person of the own partner: raises NeedsReason where the user has nothing to do with them and has
    given no reason in the last three hours. What is read then, is read for that reason; by who oversees the work, for oversight.

    A partner's system is nobody's curiosity: its scopes say what it may, and each request what for. One query, two where a
    reason was given.
    """
    if acting.scopes is not None or acting.role not in PEOPLE_ROLES:
        return
    numbers = people_of([record], loads=True)
    if not numbers:
        return
    records = list(_records_of(acting, numbers))
    # Of linked records one that is theirs is enough; new is somebody with whom by none of them anything has begun.
    if any(theirs for _number, theirs, _new in records) or all(new for _number, _theirs, new in records):
        return
    standing = [number for number, _theirs, _new in records]
    if oversees(acting):
        read_for(Reason(Purpose.QUALITY))
        return
    opening = RecordOpening.objects.in_force(acting).filter(person_number__in=standing).order_by("-id").first()
    if opening is None:
        raise NeedsReason(next(number for number in [*numbers, *standing] if number in standing))
    read_for(Reason(opening.purpose, opening.words))


def _records_of(acting: Acting, numbers: Iterable[int]) -> QuerySet[Any]:
    """Of the own people among these numbers, and the records that are linked with them: number, whether they are theirs, whether
    they are new."""
    own = Person.objects.filter(partner=acting.partner).order_by()
    first = own.filter(pk__in=numbers).values_list(Coalesce("same_as_id", "pk"))
    theirs, new = (ExpressionWrapper(each, output_field=BooleanField()) for each in (is_theirs(acting), is_new()))
    return own.filter(Q(pk__in=first) | Q(same_as__in=first)).values_list("pk", theirs, new)


def open_to(acting: Acting, records: QuerySet[Any], person: str = "pk") -> QuerySet[Any]:
    """Of records about own people, those that the user may open now: `person` is the path to the person's number.

    For answers that show in a list what else a record's own page shows.
    """
    if acting.scopes is not None or oversees(acting):
        return records
    own = Person.objects.filter(partner=acting.partner)
    opened = RecordOpening.objects.in_force(acting).values("person_number")
    return records.filter(**{f"{person}__in": own.filter(is_theirs(acting) | is_new() | Q(pk__in=opened)).values("pk")})
