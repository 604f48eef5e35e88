"""What can be done with families: consents between relatives, sessions together, and parenting groups that are counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import permutations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment, Session
from cases.families.models import FamilyConsent, FamilyPresence, FamilySession, GroupMeeting, ParentingGroup
from cases.people.models import Person
from cases.relations.actions import relations_of
from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, Role
from programs.catalogue.models import Programme

MOST_PEOPLE = 12
"""In one family session."""


class AgreedAlready(RuleError):
    """The person has agreed to this already. Withdraw the consent where they do not want it any more."""

    code = "agreed_already"
    status = 409


class NotARelative(RuleError):
    """The two are not related in your register, or are one person. Write first on the person's page what they are to each other."""

    code = "not_a_relative"


class NotAllAgree(RuleError):
    """Each in a family session agrees that each other may know that they take part. Ask them, and record their consents first."""

    code = "not_all_agree"
    status = 409


@action("family_consent.record", roles=CASEWORK_ROLES, party=Party.OWNER)
def record_consent(*, by: Acting, person: Person, other: Person, how: str) -> FamilyConsent:
    """Records that the person agrees today that the other may know that they take part. Raises NotARelative and AgreedAlready."""
    if other.pk not in {relative.pk for relative in relatives_of(person)}:
        raise NotARelative(_("Say first on the person's page what they are to each other."))
    if FamilyConsent.objects.in_force().filter(person=person, other=other).exists():
        raise AgreedAlready(_("The person has agreed to this already."))
    return FamilyConsent.objects.create(
        partner=by.partner, person=person, other=other, how=FamilyConsent.How(how), recorded_by=by.user
    )


@action("family_consent.withdraw", roles=CASEWORK_ROLES, party=Party.OWNER)
def withdraw_consent(*, by: Acting, consent: FamilyConsent) -> FamilyConsent:
    """Withdraws it from today on: no session together any more, and the other's file of all data does not name the person. Withdrawn
    already, it stays so."""
    consent = FamilyConsent.objects.select_for_update().get(pk=consent.pk)
    if consent.withdrawn_on is None:
        consent.withdrawn_on = timezone.localdate()
        consent.save(update_fields=["withdrawn_on"])
    return consent


def relatives_of(person: Person) -> list[Person]:
    """The people to whom somebody is related, by any of their records, each once."""
    records = list(person.records())
    numbers = {record.pk for record in records}
    others = [relation.seen_from(numbers)[0] for relation in relations_of(records)]
    return list({other.pk: other for other in others}.values())


def named_to(person: Person) -> set[int]:
    """Who has agreed that the person knows of them (numbers of records): nobody else is named to them."""
    records = person.records().values("pk")
    agreed = FamilyConsent.objects.in_force().filter(other__in=records)
    return set(agreed.values_list("person", flat=True))


def who_can_meet(enrolment: Enrolment) -> list[Enrolment]:
    """With whom the person can meet: of each relative where both have agreed the newest open participation, the person's own first."""
    agreed = FamilyConsent.objects.in_force()
    theirs = set(agreed.filter(other=enrolment.person_id).values_list("person", flat=True))
    both = set(agreed.filter(person=enrolment.person_id, other__in=theirs).values_list("other", flat=True))
    theirs_open = Enrolment.objects.filter(partner=enrolment.partner_id, person__in=both).open()
    newest = {each.person_id: each for each in theirs_open.select_related("person").order_by("started_on", "id")}
    return [enrolment, *newest.values()]


@action("family_session.record", roles=CASEWORK_ROLES, party=Party.OWNER, event="session.recorded")
def record_family_session(
    *, by: Acting, enrolment: Enrolment, held_on: date, attendance: Mapping[int, str], minutes: int | None = None
) -> FamilySession:
    """Records a session of a family: a session in each one's own participation, as if they had come alone. `attendance`: of each
    participation by its number, that of the person from whose page it is recorded among them.

    Raises Invalid for fewer than two people, NotAllAgree, EnrolmentEnded and DateOutOfRange.
    """
    if enrolment.pk not in attendance or not 2 <= len(attendance) <= MOST_PEOPLE:
        raise Invalid("attendance", _("Choose who else was to be there."))
    present = list(
        Enrolment.objects.filter(partner=by.partner, pk__in=attendance).select_related("person").order_by("pk")
    )
    if len(present) != len(attendance):
        raise Invalid("attendance", _("Choose people of your own register."))
    _check_all_agree(present)
    together = FamilySession.objects.create(partner=by.partner, led_by=by.user, held_on=held_on)
    for each in present:
        session = enrolments.record_session(
            by=by,
            enrolment=each,
            held_on=held_on,
            method=Session.Method.FAMILY,
            attendance=Session.Attendance(attendance[each.pk]),
            minutes=minutes,
        )
        FamilyPresence.objects.create(partner=by.partner, led_by=by.user, family_session=together, session=session)
    return together


def _check_all_agree(present: Iterable[Enrolment]) -> None:
    """Raises NotAllAgree unless each has agreed to each other; two participations of one human being are no family."""
    people = [each.person_id for each in present]
    agreed = set(
        FamilyConsent.objects.in_force()
        .filter(Q(person__in=people) & Q(other__in=people))
        .values_list("person", "other")
    )
    if not all(pair in agreed for pair in permutations(people, 2)):
        raise NotAllAgree(_("Each must have agreed that each other may know: record their consents first."))


# --- Parenting groups ------------------------------------------------------------------------------------------------------------


@action("parenting_group.save", roles=(Role.CASE_MANAGER,), party=Party.OWNER)
def save_group(*, by: Acting, programme: Programme, name: str, group: ParentingGroup | None = None) -> ParentingGroup:
    """Adds a group to an own programme, or renames one. Raises Invalid for a name that is taken."""
    group = group or ParentingGroup(partner=by.partner, programme=programme)
    group.name = name.strip()
    same = ParentingGroup.objects.filter(partner=by.partner, programme=group.programme_id, name=group.name)
    if same.exclude(pk=group.pk).exists():
        raise Invalid("name", _("A group of this programme has this name already."))
    group.save()
    return group


@action("parenting_group.close", roles=(Role.CASE_MANAGER,), party=Party.OWNER)
def close_group(*, by: Acting, group: ParentingGroup, is_open: bool) -> ParentingGroup:
    """Ends a group, or lets it go on; what was counted stays."""
    group.is_open = is_open
    group.save(update_fields=["is_open"])
    return group


@action("group_meeting.record", roles=CASEWORK_ROLES, party=Party.OWNER)
def record_meeting(
    *, by: Acting, group: ParentingGroup, held_on: date, adults: int, children: int = 0, minutes: int | None = None
) -> GroupMeeting:
    """Counts who came on a day; counted again on that day, the newer numbers count. Raises DateOutOfRange for a day to come, and Invalid
    for a group that has ended."""
    if held_on > timezone.localdate():
        raise DateOutOfRange(_("Count a meeting once it was held."))
    if not group.is_open:
        raise Invalid("held_on", _("The group has ended."))
    meeting, _is_new = GroupMeeting.objects.update_or_create(
        partner=by.partner,
        group=group,
        held_on=held_on,
        defaults={"adults": adults, "children": children, "minutes": minutes},
        create_defaults={"adults": adults, "children": children, "minutes": minutes, "recorded_by": by.user},
    )
    return meeting


@action("group_meeting.remove", roles=CASEWORK_ROLES, party=Party.OWNER)
def remove_meeting(*, by: Acting, meeting: GroupMeeting) -> None:
    """Takes a count away that was made by mistake; it stands in the history."""
    meeting.delete()
