"""What can be done in training: courses and their days, places, who came, certificates, and what needs one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.events.recipients import Tell
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, Partner, Role
from partnership.pages.days import months_later
from programs.training import events
from programs.training.models import (
    Certificate,
    Course,
    CourseAttendance,
    CourseSession,
    Qualification,
    Requirement,
)

TEACHING_ROLES = (*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.PROFESSIONAL, Role.COORDINATOR)
"""Who can offer courses and keep their sheets."""
REMINDED_BEFORE = (7, 30, 90)
"""So many days before a certificate runs out its holder is told."""
State = CourseAttendance.State


class CourseFull(RuleError):
    """All places of this day are taken. Choose another day, or ask the organisation that holds the course."""

    code = "course_full"
    status = 409


class CourseOver(RuleError):
    """The course has begun, or is not offered any more. Choose another day."""

    code = "course_over"
    status = 409


class CourseAhead(RuleError):
    """The course has not begun. Write down who came once it has."""

    code = "course_ahead"


class SignedUpAlready(RuleError):
    """You have a place on this day already. There is nothing left to do."""

    code = "signed_up_already"
    status = 409


class CertificateNeeded(RuleError):
    """The course needs a certificate that you don't have, or that has run out. Take the course that gives it first."""

    code = "certificate_needed"


class CertificateIssued(RuleError):
    """A certificate was issued for this place. Revoke the certificate, then change the sheet."""

    code = "certificate_issued"
    status = 409


class OwnPlace(RuleError):
    """Nobody writes down of themselves whether they came and passed. Ask a colleague who holds the course with you."""

    code = "own_place"
    status = 403


class NotAGiver(RuleError):
    """Your organisation is not among those whose courses give this certificate. Ask the coordinator to name it."""

    code = "not_a_giver"
    status = 403


class RevokedAlready(RuleError):
    """The certificate is revoked already. There is nothing left to do."""

    code = "revoked_already"
    status = 409


@action("qualification.save", roles=(Role.COORDINATOR,))
def save_qualification(
    *, by: Acting, qualification: Qualification, activities: Iterable[str], givers: Iterable[Partner]
) -> Qualification:
    """Adds or changes a qualification of the partnership; `activities`: what needs it of whoever leads it; `givers`: whose courses give
    its certificate."""
    qualification.save()
    qualification.givers.set(givers)
    wanted = set(activities)
    Requirement.objects.filter(qualification=qualification).exclude(activity__in=wanted).delete()
    known = set(qualification.requirements.values_list("activity", flat=True))
    Requirement.objects.bulk_create(
        Requirement(activity=activity, qualification=qualification) for activity in sorted(wanted - known)
    )
    return qualification


@action("course.save", roles=TEACHING_ROLES, party=Party.OWNER)
def save_course(*, by: Acting, course: Course) -> Course:
    """Adds or changes a course of the acting partner. Raises NotAGiver where it gives a certificate that is not the partner's to give."""
    if course.gives:
        _check_gives(by, course.gives)
    course.save()
    return course


@action("course.hold", roles=TEACHING_ROLES, party=Party.OWNER)
def hold_course(*, by: Acting, course: Course, session: CourseSession) -> CourseSession:
    """Adds a day on which a course of the acting partner is held. Raises Invalid for a day in the past."""
    if session.starts_at <= timezone.now():
        raise Invalid("starts_at", _("Choose a moment that is still to come."))
    session.partner, session.course = by.partner, course
    session.save()
    return session


@action("course.sign_up")
def sign_up(*, by: Acting, session: CourseSession) -> CourseAttendance:
    """Takes a place for the acting user. Raises CourseOver, SignedUpAlready, CertificateNeeded and CourseFull."""
    if session.is_over or not session.course.is_offered:
        raise CourseOver(_("This day is over, or the course is not offered any more."))
    if CourseAttendance.objects.filter(session=session, user=by.user).exists():
        raise SignedUpAlready(_("You have a place on this day already."))
    needs = session.course.needs
    if needs and not Certificate.objects.valid().filter(user=by.user, qualification=needs).exists():
        raise CertificateNeeded(_("This course needs a valid certificate: %(name)s.") % {"name": needs})
    _check_free(session)
    with _one_place_each():
        return CourseAttendance.objects.create(
            partner_id=session.partner_id, session=session, user=by.user, from_partner=by.partner
        )


@action("course.add_guest", roles=TEACHING_ROLES, party=Party.OWNER)
def add_guest(*, by: Acting, session: CourseSession, name: str, organisation: str) -> CourseAttendance:
    """Takes a place for somebody who has no account here. A guest gets no certificate. Raises CourseFull."""
    _check_free(session)
    with _one_place_each():
        return CourseAttendance.objects.create(
            partner=by.partner, session=session, outside_name=name, outside_organisation=organisation
        )


@action("course.leave")
def leave_course(*, by: Acting, session: CourseSession) -> None:
    """Gives the acting user's place back. Raises CourseOver once the course has begun."""
    if session.is_over:
        raise CourseOver(_("This day is over: what the sheet says stays."))
    CourseAttendance.objects.filter(session=session, user=by.user, state=State.SIGNED_UP).delete()


@action("course.mark", roles=TEACHING_ROLES, party=Party.OWNER, scope="attendance:write", event="certificate.issued")
def mark_attendance(
    *, by: Acting, attendance: CourseAttendance, state: str, before: int | None = None, after: int | None = None
) -> CourseAttendance:
    """Writes down whether somebody else came and passed, with their points before and after, of 100. A member who passes a course that
    gives a certificate gets it at once, also where an earlier one was revoked and the sheet said otherwise meanwhile.

    Raises OwnPlace, CourseAhead, NotAGiver and, where a certificate was issued for it, CertificateIssued.
    """
    if attendance.user_id == by.user.pk:
        raise OwnPlace(_("Somebody else writes down whether you came and passed."))
    session = attendance.session
    if not session.is_over:
        raise CourseAhead(_("The course has not begun yet."))
    was = CourseAttendance.objects.select_for_update().get(pk=attendance.pk).state
    has_certificate = attendance.certificates.filter(revoked_on=None).exists()
    if has_certificate and state != State.PASSED:
        raise CertificateIssued(_("A certificate was issued for this: revoke it first."))
    attendance.state, attendance.before, attendance.after = state, before, after
    attendance.full_clean(exclude=["partner", "session", "user", "from_partner"], validate_constraints=False)
    attendance.save(update_fields=["state", "before", "after"])
    is_new = not has_certificate and (was != State.PASSED or not attendance.certificates.exists())
    if state == State.PASSED and session.course.gives and is_new:
        _issue(by, attendance, session.course.gives)
    return attendance


@action("certificate.revoke", roles=TEACHING_ROLES, scope="attendance:write")
def revoke_certificate(*, by: Acting, certificate: Certificate, because: str) -> Certificate:
    """Takes back a certificate that the acting partner issued. Raises Invalid without words, and RevokedAlready."""
    if not because.strip():
        raise Invalid("because", _("Say why."))
    locked = Certificate.objects.select_for_update().filter(pk=certificate.pk, issuer=by.partner).first()
    if locked is None or locked.revoked_on:
        raise RevokedAlready(_("This certificate is revoked already, or another organisation's."))
    locked.revoked_on, locked.revoked_because = timezone.localdate(), because.strip()
    locked.save(update_fields=["revoked_on", "revoked_because"])
    return locked


@action("certificate.remind", outside="jobs")
def remind_of_certificates() -> int:
    """Tells holders, and in the last week their managers, of certificates that run out, once a step of `REMINDED_BEFORE`; returns of
    how many. Who has a later one of the same qualification is not told."""
    today = timezone.localdate()
    ending = Certificate.objects.valid(today).filter(expires_on__lte=today + timedelta(days=REMINDED_BEFORE[-1]))
    columns = ("id", "partner_id", "user_id", "qualification_id", "expires_on")
    reminded = 0
    for pk, partner, user, qualification, expires_on in ending.order_by("id").values_list(*columns):
        later = Certificate.objects.valid(today).filter(user=user, qualification=qualification)
        if later.filter(expires_on__gt=expires_on).exists():
            continue
        step = next(days for days in REMINDED_BEFORE if (expires_on - today).days <= days)
        tell: list[Tell] = [{"partner": partner, "user": user, "url": reverse("my_certificates")}]
        if step == REMINDED_BEFORE[0]:
            tell.append({"partner": partner, "managers": True, "not_user": user, "url": reverse("who_may_deliver")})
        announce(events.EXPIRING, f"certificate.expiring:{pk}:{step}", tell=tell, certificate=pk, days=step)
        reminded += 1
    return reminded


def is_valid_number(number: str) -> bool:
    """Whether this is the number of a certificate that holds today: yes or no, whoever asks."""
    asked = "".join(number.upper().split()).replace("-", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT portal_certificate_valid(%s)", [asked])
        return bool(cursor.fetchone()[0])


def _check_free(session: CourseSession) -> None:
    if not CourseSession.objects.get(pk=session.pk).free:
        raise CourseFull(_("All places of this day are taken."))


@contextmanager
def _one_place_each() -> Iterator[None]:
    """What the database refuses where two are as quick, in words."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "one_place_a_member" in str(error):
            raise SignedUpAlready(_("You have a place on this day already.")) from error
        if "course_has_places" in str(error):
            raise CourseFull(_("All places of this day are taken.")) from error
        raise


def _check_gives(by: Acting, qualification: Qualification) -> None:
    if not qualification.givers.filter(pk=by.partner.pk).exists():
        raise NotAGiver(
            _("Your organisation does not give this certificate: %(name)s. Ask the coordinator.")
            % {"name": qualification}
        )


def _issue(by: Acting, attendance: CourseAttendance, qualification: Qualification) -> None:
    if attendance.user is None or attendance.from_partner is None:
        return  # a guest
    _check_gives(by, qualification)
    today = timezone.localdate()
    certificate = Certificate.objects.create(
        partner=attendance.from_partner,
        issuer=by.partner,
        attendance=attendance,
        user=attendance.user,
        qualification=qualification,
        issued_on=today,
        expires_on=months_later(today, qualification.valid_months),
    )
    announce(
        events.ISSUED,
        f"certificate.issued:{certificate.pk}",
        tell=[{"partner": certificate.partner_id, "user": certificate.user_id, "url": reverse("my_certificates")}],
        certificate=certificate.pk,
    )
