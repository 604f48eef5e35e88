"""What can be done with mentoring: mentors of the organisation, pairs from start to end, and when they were in touch."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.consents.actions import GuardianConsentMissing
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Goal
from cases.fellowships.models import Touchpoint
from cases.mentoring.matching import excludes
from cases.mentoring.models import Mentor, MentorContact, MentorPair
from cases.planning import actions as planning
from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, Role


class MentorHasPairs(RuleError):
    """The mentor is in pairs that go on. End them first, or find each person another mentor."""

    code = "mentor_has_pairs"
    status = 409


class MentorNotFree(RuleError):
    """No pair begins with this mentor: a check or qualification is missing or has run out, no place is free, or the person is too young. Choose another mentor, or bring the mentor's data up to date."""

    code = "mentor_not_free"
    status = 409


class PairExists(RuleError):
    """The participation has a mentor already. End that pair first."""

    code = "pair_exists"
    status = 409


class PairEnded(RuleError):
    """The pair has ended and takes no more entries. Begin a new one."""

    code = "pair_ended"
    status = 409


@action("mentor.save", roles=(Role.CASE_MANAGER,), party=Party.OWNER)
def save_mentor(*, by: Acting, mentor: Mentor, **values: Any) -> Mentor:
    """Keeps a mentor, new or changed; `values` are its fields. Raises Invalid for a check of a day to come, ages in the wrong order,
    and fewer pairs than go on."""
    checked_on, from_age, to_age = (values.get(name) for name in ("background_checked_on", "from_age", "to_age"))
    if checked_on and checked_on > timezone.localdate():
        raise Invalid("background_checked_on", _("That day is still to come."))
    if from_age is not None and to_age is not None and from_age > to_age:
        raise Invalid("to_age", _("The first age comes before the last."))
    if mentor.pk:
        mentor = Mentor.objects.select_for_update().get(pk=mentor.pk)
    if mentor.pk and mentor.pairs.filter(ended_on=None).count() > values.get("max_pairs", mentor.max_pairs):
        raise Invalid("max_pairs", _("More pairs than that go on."))
    for name, value in values.items():
        setattr(mentor, name, value)
    mentor.save()
    return mentor


@action("mentor.end", roles=(Role.CASE_MANAGER,), party=Party.OWNER)
def end_mentor(*, by: Acting, mentor: Mentor) -> Mentor:
    """Somebody mentors no longer, from today on. Raises MentorHasPairs. Ended already, they stay so."""
    mentor = Mentor.objects.select_for_update().get(pk=mentor.pk)
    if mentor.pairs.filter(ended_on=None).exists():
        raise MentorHasPairs(_("End the pairs of this mentor first."))
    if mentor.ended_on is None:
        mentor.ended_on = timezone.localdate()
        mentor.save(update_fields=["ended_on"])
    return mentor


@action("mentor_pair.begin", roles=CASEWORK_ROLES, party=Party.OWNER)
def begin_pair(
    *,
    by: Acting,
    enrolment: Enrolment,
    mentor: Mentor,
    agreed_every_days: int,
    guardian: str = "",
    started_on: date | None = None,
) -> MentorPair:
    """Pairs somebody who takes part with a mentor of the organisation. `guardian`: for somebody under 18, how their guardian was asked.

    Raises EnrolmentEnded, PairExists, MentorNotFree, GuardianConsentMissing, DateOutOfRange, and Invalid for another organisation's mentor.
    """
    enrolment = enrolments.open_enrolment(enrolment)
    started_on = started_on or timezone.localdate()
    if not enrolment.started_on <= started_on <= timezone.localdate():
        raise DateOutOfRange(_("It began between the start of the participation and today."))
    if enrolment.mentor_pairs.filter(ended_on=None).exists():
        raise PairExists(_("This person has a mentor already."))
    if not Mentor.objects.select_for_update().filter(pk=mentor.pk, partner=by.partner).exists():
        raise Invalid("mentor", _("Choose a mentor of your organisation."))
    if reasons := excludes(Mentor.objects.with_pairs().get(pk=mentor.pk), enrolment.person):
        raise MentorNotFree(" ".join(reasons))
    if enrolment.person.is_minor and not guardian:
        raise GuardianConsentMissing(_("This person is under 18: say how the guardian was asked."))
    return MentorPair.objects.create(
        partner=by.partner,
        enrolment=enrolment,
        mentor=mentor,
        agreed_every_days=agreed_every_days,
        guardian=MentorPair.Guardian(guardian) if enrolment.person.is_minor else "",
        started_on=started_on,
    )


@action("mentor_pair.end", roles=CASEWORK_ROLES, party=Party.OWNER)
def end_pair(*, by: Acting, pair: MentorPair, reason: str, ended_on: date | None = None) -> MentorPair:
    """Ends a pair, for good. Raises PairEnded and DateOutOfRange."""
    pair = _going_on(pair)
    ended_on = ended_on or timezone.localdate()
    if not pair.started_on <= ended_on <= timezone.localdate():
        raise DateOutOfRange(_("It ended between the start of the pair and today."))
    pair.ended_on, pair.end_reason = ended_on, MentorPair.EndReason(reason)
    pair.save(update_fields=["ended_on", "end_reason"])
    return pair


def _going_on(pair: MentorPair) -> MentorPair:
    """The pair, locked. Raises PairEnded."""
    pair = MentorPair.objects.select_for_update().get(pk=pair.pk)
    if pair.ended_on:
        raise PairEnded(_("This pair has ended."))
    return pair


@action("mentor_contact.record", roles=CASEWORK_ROLES, party=Party.OWNER)
def record_contact(
    *,
    by: Acting,
    pair: MentorPair,
    on: date,
    mode: str,
    topic: str,
    minutes: int | None = None,
    concern: str = "",
) -> MentorContact:
    """Records that mentor and person were in touch. A concern becomes a task, for today, of who is responsible for the person.

    Raises PairEnded, EnrolmentEnded and DateOutOfRange.
    """
    pair = _going_on(pair)
    enrolment = enrolments.open_enrolment(pair.enrolment)
    if not pair.started_on <= on <= timezone.localdate():
        raise DateOutOfRange(_("It was between the start of the pair and today."))
    contact = MentorContact.objects.create(
        partner=by.partner,
        pair=pair,
        on=on,
        mode=Touchpoint.Kind(mode),
        topic=Goal.Area(topic),
        minutes=minutes,
        concern=concern.strip(),
        recorded_by=by.user,
    )
    if contact.concern:
        team = enrolments.team(by)
        planning.add_task(
            by=by,
            text=_("The mentor is concerned: %(concern)s") % {"concern": contact.concern},
            due_on=timezone.localdate(),
            assigned_to=enrolment.responsible if enrolment.responsible in team else by.user,
            person=enrolment.person,
        )
    return contact
