"""Whom a mentor can be paired with, and why not."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.mentoring.models import Mentor
from cases.people.models import Person


def takes_nobody(mentor: Mentor) -> list[str]:
    """Why no pair begins with the mentor today, whoever the person is; empty where one can. The mentor is one `with_pairs`."""
    today = timezone.localdate()
    reasons = []
    if mentor.ended_on:
        reasons.append(_("Mentors no longer."))
    if mentor.checked_until is None:
        reasons.append(_("The background is not checked."))
    elif mentor.checked_until < today:
        reasons.append(_("The check of the background is too old."))
    if mentor.qualified_until < today:
        reasons.append(_("The qualification has run out."))
    if mentor.pairs_now >= mentor.max_pairs:  # type: ignore[attr-defined]
        reasons.append(_("No place is free."))
    return reasons


def excludes(mentor: Mentor, person: Person) -> list[str]:
    """Why no pair of the two begins; empty where one can. The portal's own rule: under 18 a peer is no mentor."""
    reasons = takes_nobody(mentor)
    if person.is_minor and mentor.kind == Mentor.Kind.PEER:
        reasons.append(_("A peer mentors nobody under 18."))
    return reasons


def suits_less(mentor: Mentor, person: Person, language: str = "") -> list[str]:
    """What speaks against the two, and forbids nothing: age, district, language."""
    age = person.age()
    reasons = []
    if age is not None and not (mentor.from_age or 0) <= age <= (mentor.to_age or age):
        reasons.append(_("Mentors people of another age."))
    if mentor.district_id and person.district_id and mentor.district_id != person.district_id:
        reasons.append(_("Mentors in another district."))
    if language and language not in mentor.languages:
        reasons.append(_("Does not speak the language."))
    return reasons
