"""What can be done with assessments: recording what an instrument came to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.assessments.instruments import INSTRUMENTS, Instrument, Scoring
from cases.assessments.models import Assessment
from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from cases.people.models import Person
from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import Invalid
from partnership.members.models import CASEWORK_ROLES

Answers = Mapping[str, Mapping[str, Any]]
"""Item → {"points": n}, with "need" and "wish" where the instrument asks for words."""


class Result(NamedTuple):
    """What an instrument came to: the total, None without one, and the answers as they are kept."""

    score: int | None
    answers: dict[str, Any]


@action("assessment.record", roles=CASEWORK_ROLES, party=Party.OWNER, scope="assessments:write")
def record_assessment(
    *,
    by: Acting,
    enrolment: Enrolment,
    instrument: str,
    held_on: date,
    score: int | None = None,
    answers: Answers | None = None,
    review_on: date | None = None,
) -> Assessment:
    """Records what an instrument came to: the points of each item, from which the total follows, or the total alone.

    Raises Invalid for answers or a total that the instrument can't have, for a second one of the day, and for somebody younger than
    the instrument is made for.
    """
    enrolments.open_enrolment(enrolment)
    check_days(held_on, review_on)
    tool = INSTRUMENTS[instrument]
    check_age(tool, enrolment.person, held_on)
    result = result_of(tool, score=score, answers=answers)
    try:
        with transaction.atomic():
            return Assessment.objects.create(
                partner=by.partner,
                enrolment=enrolment,
                instrument=instrument,
                score=result.score,
                answers=result.answers,
                held_on=held_on,
                review_on=review_on,
                recorded_by=by.user,
            )
    except IntegrityError as error:
        if "assessed_once_a_day" in str(error):
            raise Invalid("held_on", _("This instrument was recorded for that day already.")) from error
        raise


def result_of(tool: Instrument, *, score: int | None, answers: Answers | None) -> Result:
    """What the answers come to; or the total alone, where it was typed. Raises Invalid for what the instrument can't have."""
    if not answers:
        if not tool.has_total or score is None:
            raise Invalid("answers", _("Give the points of each item."))
        if not 0 <= score <= tool.highest:
            raise Invalid("score", _("The total score lies between 0 and %(most)s.") % {"most": tool.highest})
        return Result(score, {})
    if unknown := set(answers) - {item.code for item in tool.items}:
        raise Invalid("answers", _("%(tool)s has no item %(item)s.") % {"tool": tool.label, "item": min(unknown)})
    kept: dict[str, Any] = {}
    for item in tool.items:
        answer = answers.get(item.code, {})
        if answer.get("points") not in item.points:
            allowed = ", ".join(map(str, item.points))
            raise Invalid(
                "answers", _("Item %(item)s: choose one of %(points)s.") % {"item": item.label, "points": allowed}
            )
        words = {name: text for name in ("need", "wish") if (text := str(answer.get(name, "")).strip())}
        if words and not tool.asks_words:
            raise Invalid("answers", _("%(tool)s asks for points alone.") % {"tool": tool.label})
        kept[item.code] = {"points": answer["points"], **words}
    total = sum(answer["points"] for answer in kept.values()) * tool.factor
    if tool.scoring is not Scoring.SUM:
        total = None
    if score is not None and score != total:
        raise Invalid("score", _("The total follows from the points of the items: leave it out."))
    return Result(total, kept)


def check_days(held_on: date, review_on: date | None) -> None:
    """Raises Invalid for an assessment of a day to come, and for a look again that does not come after it."""
    if held_on > timezone.localdate():
        raise Invalid("held_on", _("The date lies in the future."))
    if review_on is not None and review_on <= held_on:
        raise Invalid("review_on", _("Choose a later day on which to look again."))


def check_age(tool: Instrument, person: Person, held_on: date) -> None:
    """Raises Invalid for somebody who was younger than the instrument is made for. Whose age is not known passes."""
    age = person.age(held_on)
    if tool.from_age is not None and age is not None and age < tool.from_age:
        raise Invalid(
            "instrument",
            _("%(tool)s is for people from %(age)s years on.") % {"tool": tool.label, "age": tool.from_age},
        )
