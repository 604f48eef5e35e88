"""What can be done with surveys: writing one, asking in waves, answering without signing in, and making results public."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, District, Role
from programs.surveys.codes import digest_of, new_code
from programs.surveys.models import Question, Survey, SurveyCode, SurveyFigure, SurveyText, Wave
from programs.surveys.question_sets import QUESTION_SETS
from programs.surveys.results import figures_of, rows_of

ASKING_ROLES = (*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.PROFESSIONAL, Role.COORDINATOR)
"""Who asks residents for a partner."""
MOST_CODES = 2000
"""So many codes at a time: a list that is printed."""
MOST_QUESTIONS = 20
"""More than that nobody answers on a phone."""


class SurveyInUse(RuleError):
    """The survey has been asked: its questions stay, so that waves compare. Begin another survey."""

    code = "survey_in_use"
    status = 409


class WaveNotOver(RuleError):
    """The wave still takes answers. Close it first: nothing is told while answers come in."""

    code = "wave_not_over"
    status = 409


class WaveOver(RuleError):
    """The wave is over. Add another one."""

    code = "wave_over"
    status = 409


class NothingToTell(RuleError):
    """So few answered, or so much alike, that nothing can be told without telling who. Keep it to yourselves."""

    code = "nothing_to_tell"
    status = 409


class NoSuchSurvey(RuleError):
    """This address takes no answers: it is wrong, too early or too late, or it has enough for today. Ask whoever gave it to you."""

    code = "no_such_survey"
    status = 404


class WrongCode(RuleError):
    """The code is not one of this survey's, or has been used. Check how it is written in your letter."""

    code = "wrong_code"


class AskedSurvey(NamedTuple):
    """What somebody sees who answers: the survey, its questions, and whether a code is needed."""

    survey: Survey
    questions: list[Question]
    needs_code: bool


@action("survey.save", roles=ASKING_ROLES, party=Party.OWNER)
def save_survey(*, by: Acting, survey: Survey, districts: Collection[District]) -> Survey:
    """Adds or changes a survey of the acting partner. Once it is in use, its title alone changes; raises SurveyInUse for more."""
    if survey.is_in_use and set(districts) != set(survey.districts.all()):
        raise SurveyInUse(_("The survey has been asked: it can't ask for other districts now."))
    survey.save()
    if not survey.is_in_use:
        survey.districts.set(districts)
    return survey


@action("survey.begin", roles=ASKING_ROLES)
def begin_survey(*, by: Acting, code: str) -> Survey:
    """A new survey with the questions of a set of `QUESTION_SETS`. Raises Invalid for another code."""
    question_set = QUESTION_SETS.get(code)
    if question_set is None:
        raise Invalid("code", _("Choose a set of questions."))
    finnish, swedish, english = question_set.title
    survey = Survey.objects.create(partner=by.partner, title_fi=finnish, title_sv=swedish, title_en=english)
    Question.objects.bulk_create(
        Question(
            partner=by.partner,
            survey=survey,
            position=position,
            kind=question.kind,
            text_fi=question.text[0],
            text_sv=question.text[1],
            text_en=question.text[2],
            options_fi=[option[0] for option in question.options],
            options_sv=[option[1] for option in question.options],
            options_en=[option[2] for option in question.options],
            counted=list(question.counted),
        )
        for position, question in enumerate(question_set.questions, 1)
    )
    return survey


@action("question.save", roles=ASKING_ROLES, party=Party.OWNER)
def save_question(*, by: Acting, question: Question) -> Question:
    """Adds or changes a question. Raises SurveyInUse, and Invalid for one too many or a number that is none of its answers."""
    if question.survey.is_in_use:
        raise SurveyInUse(_("The survey has been asked: its questions stay, so that waves compare."))
    if question._state.adding and question.survey.questions.count() >= MOST_QUESTIONS:
        raise Invalid("", _("%(most)s questions are enough.") % {"most": MOST_QUESTIONS})
    if question.kind == Question.Kind.SINGLE and not set(question.counted) <= set(
        range(1, len(question.options_fi) + 1)
    ):
        raise Invalid("counted", _("Name answers by their numbers, from 1 on."))
    question.save()
    return question


@action("question.remove", roles=ASKING_ROLES, party=Party.OWNER)
def remove_question(*, by: Acting, question: Question) -> None:
    """Takes a question out. Raises SurveyInUse."""
    if question.survey.is_in_use:
        raise SurveyInUse(_("The survey has been asked: its questions stay, so that waves compare."))
    question.delete()


@action("wave.save", roles=ASKING_ROLES, party=Party.OWNER)
def save_wave(*, by: Acting, wave: Wave) -> Wave:
    """Adds a wave, or changes one that is not over; the survey is in use from then on. Raises WaveOver, DateOutOfRange for one that
    would close before today, and Invalid for a name that another wave has, a survey without questions, or asking others once people
    have answered."""
    if wave.pk:
        stored = _locked(wave)
        if stored.is_over:
            raise WaveOver(_("This wave is over. Add another one."))
        if stored.method != wave.method and stored.answers.exists():
            raise Invalid("method", _("People have answered: who is asked stays. Close this wave and add another one."))
    if wave.closes_on < timezone.localdate():
        raise DateOutOfRange(_("Choose a day to close that is still to come."))
    if wave.survey.waves.filter(name=wave.name).exclude(pk=wave.pk).exists():
        raise Invalid("name", _("This survey has a wave of that name."))
    if not wave.survey.questions.exists():
        raise Invalid("", _("Write questions first."))
    wave.save()
    if not wave.survey.is_in_use:
        wave.survey.is_in_use = True
        wave.survey.save(update_fields=["is_in_use"])
    return wave


@action("wave.codes", roles=ASKING_ROLES, party=Party.OWNER)
def issue_codes(*, by: Acting, wave: Wave, number: int) -> list[str]:
    """New codes that answer once each. They are not kept and can't be shown again. Raises WaveOver, and Invalid where none are
    needed or for more than `MOST_CODES` at a time."""
    wave = _locked(wave)
    if wave.is_over:
        raise WaveOver(_("This wave is over. Add another one."))
    if not wave.needs_code or not 1 <= number <= MOST_CODES:
        raise Invalid("number", _("From 1 to %(most)s codes at a time, for a sample or panel.") % {"most": MOST_CODES})
    codes = [new_code() for _number in range(number)]
    SurveyCode.objects.bulk_create(
        SurveyCode(partner=by.partner, wave=wave, digest=digest_of(code, wave.token)) for code in sorted(codes)
    )
    wave.codes_issued += number
    wave.save(update_fields=["codes_issued"])
    return codes


@action("wave.close", roles=ASKING_ROLES, party=Party.OWNER)
def close_wave(*, by: Acting, wave: Wave) -> Wave:
    """Ends a wave before its day. It can't be opened again: its results are told now. Raises WaveOver."""
    if wave.is_over:
        raise WaveOver(_("This wave is over. Add another one."))
    wave.is_closed = True
    wave.save(update_fields=["is_closed"])
    return wave


@action("wave.publish", roles=ASKING_ROLES, party=Party.OWNER)
def publish_wave(*, by: Acting, wave: Wave) -> Wave:
    """Makes what is told of a wave public, with small cells withheld. Raises WaveNotOver and NothingToTell."""
    wave = _locked(wave)
    if not wave.is_over:
        raise WaveNotOver(_("The wave still takes answers. Close it first."))
    figures = figures_of(wave, list(wave.survey.questions.all()), rows_of([wave])[wave.pk])
    if not figures:
        raise NothingToTell(_("Too few people answered: nothing can be told without telling who."))
    SurveyFigure.objects.filter(wave=wave).delete()
    SurveyFigure.objects.bulk_create(figures)
    wave.published_on = timezone.localdate()
    wave.save(update_fields=["published_on"])
    return wave


@action("wave.withdraw", roles=ASKING_ROLES, party=Party.OWNER)
def withdraw_wave(*, by: Acting, wave: Wave) -> Wave:
    """Takes a wave's results off the public page. What somebody has read or saved stays with them."""
    SurveyFigure.objects.filter(wave=wave).delete()
    wave.published_on = None
    wave.save(update_fields=["published_on"])
    return wave


def _locked(wave: Wave) -> Wave:
    """The wave as it is stored."""
    return Wave.objects.select_for_update().get(pk=wave.pk)


def asked_survey(token: str) -> AskedSurvey:
    """The survey that takes answers at this address now: three queries. Raises NoSuchSurvey."""
    if "\x00" in token:  # PostgreSQL takes none in a text
        raise NoSuchSurvey(_("This address takes no answers now."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT survey_id, needs_code FROM portal_survey_open(%s)", [token])
        row = cursor.fetchone()
    if row is None:
        raise NoSuchSurvey(_("This address takes no answers now."))
    survey = Survey.objects.prefetch_related("districts", "questions").get(pk=row[0])
    return AskedSurvey(survey, list(survey.questions.all()), row[1])


@action("survey.answer", outside="anyone")
def give_answer(
    *,
    asked: AskedSurvey,
    token: str,
    code: str,
    district: int | None,
    age_band: str,
    numbers: Mapping[int, int],
    texts: Mapping[int, str],
) -> None:
    """Writes down what somebody answers, who stays unknown; their own words apart from the rest, encrypted for the partner that asks.

    Raises NoSuchSurvey, WrongCode, and Invalid for no answer at all or one that the survey does not offer.
    """
    seal = SurveyText._meta.get_field("text").seal
    words = {question: seal(text, asked.survey.partner_id) for question, text in texts.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT portal_survey_answer(%s, %s, %s, %s, %s, %s)",
            [token, digest_of(code, token), district, age_band, json.dumps(numbers), json.dumps(words)],
        )
        answer = cursor.fetchone()[0]
    if answer == "code":
        raise WrongCode(_("This code is not one of this survey's, or has been used."))
    if answer == "wrong":
        raise Invalid("", _("Answer at least one question."))
    if answer != "ok":
        raise NoSuchSurvey(_("This address takes no answers now."))
