"""What can be done with enrolments: from start to end, with sessions, goals and notes."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.enrolments import events
from cases.enrolments.models import Enrolment, Goal, Note, Session
from cases.openings.concern import open_to
from cases.people.models import Person
from cases.planning.models import Appointment
from partnership.actions import Party, action
from partnership.api import references
from partnership.events.outbox import announce
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, InTheWay, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, Membership, User
from partnership.pages.days import day_of
from programs.catalogue.fit import Newcomer, check_fit
from programs.catalogue.models import Programme


class AlreadyEnrolled(RuleError):
    """The person takes part in the programme already. Go on with the open enrolment, or end it first."""

    code = "already_enrolled"
    status = 409


class EnrolmentEnded(RuleError):
    """The enrolment has ended and takes no more entries. Enrol the person again if they come back."""

    code = "enrolment_ended"
    status = 409


class NotCounted(RuleError):
    """Relatives in a programme of their own are in no figure of reoffending, whoever consents. There is nothing to record."""

    code = "not_counted"
    status = 409


@action("enrolment.start", roles=CASEWORK_ROLES, scope="enrolments:write")
def enrol(
    *,
    by: Acting,
    person: Person,
    programme: Programme,
    started_on: date,
    measurement_consent: bool,
    referral_kind: str = "",
    primary_drug: str = "",
    unfit_reason: str = "",
) -> Enrolment:
    """Enrols an own person in an own programme. Whoever takes part already, by whichever of their linked records, is not enrolled
    again: AlreadyEnrolled.

    Who comes without a referral is asked for here whether the programme fits: NotTaken. Where it takes exceptions, `unfit_reason`
    becomes the first note. Whether it fits somebody referred was asked when the referral was sent. Relatives are not counted (`is_counted`).
    """
    if programme.partner_id != by.partner.pk:
        raise RuleError(_("Only its own partner enrols people in a programme."))
    if started_on > timezone.localdate():
        raise DateOutOfRange(_("The start can't be in the future: enrol the person on the day."))
    newcomer = Newcomer(person.age(), person.district)
    unfit = [] if referral_kind else check_fit(programme, newcomer, reason=unfit_reason)
    check_takes_part_once(person, programme)
    try:
        with transaction.atomic():
            enrolment = Enrolment.objects.create(
                partner=by.partner,
                person=person,
                programme=programme,
                started_on=started_on,
                measurement_consent=measurement_consent and is_counted(programme),
                referral_kind=referral_kind,
                primary_drug=primary_drug,
                responsible=by.user,
            )
    except IntegrityError as error:
        if "enrolled_once_at_a_time" in str(error):
            check_takes_part_once(person, programme)  # somebody enrolled them meanwhile
        raise
    if unfit:
        add_note(by=by, enrolment=enrolment, text=" ".join([*unfit, unfit_reason.strip()]))
    return enrolment


def is_counted(programme: Programme) -> bool:
    """Whether who takes part can be in figures of reoffending: relatives are not, of whom nothing of the kind is asked."""
    return programme.kind != Programme.Kind.FAMILY_SUPPORT


@action("enrolment.keep_reference", roles=CASEWORK_ROLES, party=Party.OWNER, scope="enrolments:write")
def keep_reference(*, by: Acting, record: Enrolment, reference: str | None) -> None:
    """Keeps what the acting system calls an enrolment; None: forgets it. Raises ReferenceTaken."""
    references.keep(by, "enrolment", record.pk, reference)


def check_takes_part_once(person: Person, programme: Programme) -> None:
    """Raises AlreadyEnrolled where one of the person's linked records has an open enrolment in the programme."""
    first = Enrolment.objects.open().filter(person__in=person.records(), programme=programme).first()
    if first:
        raise AlreadyEnrolled(
            _("This person takes part in the programme already."), records=[InTheWay("enrolment", first.pk)]
        )


def team(acting: Acting) -> list[User]:
    """The caseworkers and case managers of the acting partner, by name."""
    members = Membership.objects.in_use().filter(partner=acting.partner, role__in=CASEWORK_ROLES, api_client=None)
    return [member.user for member in members.select_related("user").order_by("user__full_name", "user_id")]


@action("enrolment.hand_over", roles=CASEWORK_ROLES)
def hand_over(*, by: Acting, enrolments: QuerySet[Enrolment], to: User) -> int:
    """Makes a colleague responsible for open enrolments, and for the appointments to come of whoever was; returns for how many.

    An appointment that was made with somebody else stays with them. Of people with whom the user has nothing to do, a case manager does
    so.
    """
    handed = list(
        open_to(by, enrolments, "person")
        .filter(ended_on=None)
        .exclude(responsible=to)
        .select_for_update(of=("self",))
        .values_list("pk", flat=True)
    )
    to_come = Appointment.objects.filter(enrolment__in=handed, session=None, starts_at__gte=timezone.now())
    to_come.filter(responsible=F("enrolment__responsible")).update(responsible=to, changed_at=timezone.now())
    return Enrolment.objects.filter(pk__in=handed).update(responsible=to)


def open_enrolment(enrolment: Enrolment) -> Enrolment:
    """The enrolment, locked; an ended one takes no more entries."""
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if locked.ended_on:
        raise EnrolmentEnded(_("This enrolment has ended."))
    return locked


@action("session.record", roles=CASEWORK_ROLES, party=Party.OWNER, scope="enrolments:write", event="session.recorded")
def record_session(
    *, by: Acting, enrolment: Enrolment, held_on: date, method: str, attendance: str, minutes: int | None = None
) -> Session:
    """Records a session. Its attendance, a count and a date, reaches a diversion that asks for sessions; its content never."""
    enrolment = open_enrolment(enrolment)
    if not enrolment.started_on <= held_on <= timezone.localdate():
        raise DateOutOfRange(_("The date lies before the enrolment or in the future."))
    session = Session.objects.create(
        partner=by.partner,
        enrolment=enrolment,
        held_on=held_on,
        method=method,
        attendance=attendance,
        minutes=minutes,
        recorded_by=by.user,
    )
    if attendance == Session.Attendance.ATTENDED:
        enrolment.last_contact_on = max(filter(None, [enrolment.last_contact_on, held_on]))
        enrolment.save(update_fields=["last_contact_on"])
    announce(events.SESSION_RECORDED, f"session:{session.pk}", partner=by.partner.pk, enrolment=enrolment.pk)
    return session


@action("session.keep_reference", roles=CASEWORK_ROLES, party=Party.OWNER, scope="enrolments:write")
def keep_session_reference(*, by: Acting, record: Session, reference: str | None) -> None:
    """Keeps what the acting system calls a session; None: forgets it. Raises ReferenceTaken."""
    references.keep(by, "session", record.pk, reference)


@action("session.record_group", roles=CASEWORK_ROLES, party=Party.OWNER, event="session.recorded")
def record_group(
    *,
    by: Acting,
    programme: Programme,
    held_on: date,
    method: str,
    attendance: dict[int, str],
    minutes: int | None = None,
) -> tuple[int, int]:
    """Records a session of a whole group: `attendance` by enrolment. Returns how many were recorded, and how many had a session
    of this kind on that day already: sent twice, it is recorded once.

    Raises DateOutOfRange when the day lies in the future or before somebody's start.
    """
    enrolments = list(
        Enrolment.objects.select_for_update().filter(
            partner=by.partner, programme=programme, ended_on=None, pk__in=attendance
        )
    )
    early = [str(enrolment.person) for enrolment in enrolments if held_on < enrolment.started_on]
    if early:
        raise DateOutOfRange(_("Not enrolled yet on that day: %(names)s.") % {"names": "; ".join(early)})
    if held_on > timezone.localdate():
        raise DateOutOfRange(_("The date lies before the enrolment or in the future."))
    known = set(
        Session.objects.counted()
        .filter(enrolment__in=enrolments, held_on=held_on, method=method)
        .values_list("enrolment", flat=True)
    )
    sessions = Session.objects.bulk_create(
        Session(
            partner=by.partner,
            enrolment=enrolment,
            held_on=held_on,
            method=method,
            attendance=attendance[enrolment.pk],
            minutes=minutes,
            recorded_by=by.user,
        )
        for enrolment in enrolments
        if enrolment.pk not in known
    )
    met = [session.enrolment_id for session in sessions if session.attendance == Session.Attendance.ATTENDED]
    Enrolment.objects.filter(Q(last_contact_on__lt=held_on) | Q(last_contact_on=None), pk__in=met).update(
        last_contact_on=held_on
    )
    for session in sessions:
        announce(
            events.SESSION_RECORDED, f"session:{session.pk}", partner=by.partner.pk, enrolment=session.enrolment_id
        )
    return len(sessions), len(known)


@action("goal.add", roles=CASEWORK_ROLES, party=Party.OWNER, scope="plans:write")
def add_goal(*, by: Acting, enrolment: Enrolment, area: str, text: str) -> Goal:
    """Agrees a goal with the person. Raises EnrolmentEnded."""
    return Goal.objects.create(partner=by.partner, enrolment=open_enrolment(enrolment), area=area, text=text)


@action("goal.mark", roles=CASEWORK_ROLES, party=Party.OWNER, scope="plans:write")
def mark_goal(*, by: Acting, goal: Goal, reached_on: date | None) -> Goal:
    """Marks a goal as reached, or takes the mark back; what an end report said of it goes with it.

    Raises Invalid for a goal that was taken back.
    """
    if goal.is_taken_back:
        raise Invalid("reached_on", _("This entry was taken back. Restore it first."))
    goal.reached_on, goal.result, goal.result_why = reached_on, "", ""
    goal.save(update_fields=["reached_on", "result", "result_why"])
    return goal


@action("note.add", roles=CASEWORK_ROLES, party=Party.OWNER)
def add_note(*, by: Acting, enrolment: Enrolment, text: str) -> Note:
    """Writes a note, encrypted, that the own partner alone reads."""
    return Note.objects.create(partner=by.partner, enrolment=enrolment, text=text, author=by.user)


@action("enrolment.end", roles=CASEWORK_ROLES, party=Party.OWNER, scope="enrolments:write", event="enrolment.ended")
def end_enrolment(*, by: Acting, enrolment: Enrolment, ended_on: date, reason: str) -> Enrolment:
    """Ends an enrolment and takes its appointments after that day off the calendar; the referral that led to it, if any, learns
    of it from the event."""
    enrolment = open_enrolment(enrolment)
    if not enrolment.started_on <= ended_on <= timezone.localdate():
        raise DateOutOfRange(_("The end lies before the start or in the future."))
    enrolment.ended_on, enrolment.end_reason = ended_on, Enrolment.EndReason(reason)
    enrolment.save(update_fields=["ended_on", "end_reason"])
    _first, last = day_of(ended_on)
    Appointment.objects.unrecorded().filter(enrolment=enrolment, starts_at__gt=last).delete()
    if reason == Enrolment.EndReason.DIED and not enrolment.person.died_on:
        enrolment.person.died_on = ended_on
        enrolment.person.save()
    announce(
        events.ENDED,
        f"enrolment:{enrolment.pk}:ended",
        partner=by.partner.pk,
        user=by.user.pk,
        enrolment=enrolment.pk,
        reason=reason,
    )
    return enrolment


@action("enrolment.set_primary_drug", roles=CASEWORK_ROLES, party=Party.OWNER, scope="enrolments:write")
def set_primary_drug(*, by: Acting, enrolment: Enrolment, primary_drug: str) -> None:
    """Says, or corrects, for which drug the person came; empty: not known or none."""
    enrolment.primary_drug = primary_drug
    enrolment.save(update_fields=["primary_drug"])


@action(
    "enrolment.set_measurement_consent",
    roles=CASEWORK_ROLES,
    party=Party.OWNER,
    scope="enrolments:write",
    event="measurement.consent",
)
def set_measurement_consent(*, by: Acting, enrolment: Enrolment, consents: bool) -> None:
    """Withdraws (from today on) or gives again the consent to be counted in statistics."""
    if consents and not is_counted(enrolment.programme):
        raise NotCounted(_("Relatives are in no figure of reoffending, so there is nothing to consent to."))
    enrolment.measurement_consent_ended_on = None if consents else timezone.localdate()
    enrolment.measurement_consent = consents
    enrolment.save(update_fields=["measurement_consent", "measurement_consent_ended_on"])
    key = f"enrolment:{enrolment.pk}:consent:{timezone.now().isoformat()}"
    announce(events.MEASUREMENT_CONSENT, key, enrolment=enrolment.pk)
