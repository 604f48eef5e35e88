"""What the answers of a wave come to, with small cells withheld, and how waves differ.

What is told of a wave gives nobody away, also by subtraction: answers that fewer than `FEWEST_OF_ANSWER` gave are put together with others
on the same side of what is counted together; groups of fewer than `FEWEST_OF_GROUP`, or of which nearly all or nearly none answered alike,
are put together until what is left is as large. One breakdown by district and one by age, never crossed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from django.db import connection

from programs.surveys.estimates import Design, Estimate, difference, mean_of, share_of
from programs.surveys.models import Question, Survey, SurveyFigure, SurveyText, Wave

FEWEST = 10
"""So many answers to a question it takes until anything is told of it."""
FEWEST_OF_ANSWER = 5
FEWEST_OF_GROUP = 30

Measure = SurveyFigure.Measure
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def put_together(parts: Mapping[K, V], size: Callable[[V], int], is_safe: Callable[[Sequence[V]], bool]) -> list[K]:
    """Which parts are told only together: those that are not safe by themselves, and the smallest of the others until what is
    together is safe. All of them, where even that is not; none, where each is safe by itself."""
    unsafe = [key for key, part in parts.items() if not is_safe([part])]
    others = sorted((key for key in parts if key not in unsafe), key=lambda key: size(parts[key]))
    while unsafe and not is_safe([parts[key] for key in unsafe]) and others:
        unsafe.append(others.pop(0))
    return unsafe


class Row(NamedTuple):
    """An answer as it is counted."""

    district: int | None
    age_band: str
    numbers: Mapping[str, float]


def design_of(wave: Wave, answers: int) -> Design:
    """What the margin of error of a wave rests on that so many answered: on nothing, where more did than there are people."""
    has_margin = wave.has_margin and (wave.population is None or answers <= wave.population)
    return Design(has_margin, wave.population, wave.design_effect)


def figures_of(wave: Wave, questions: Iterable[Question], rows: Sequence[Row]) -> list[SurveyFigure]:
    """All that is told of a wave: figures that are not saved yet."""
    design = design_of(wave, len(rows))
    figures: list[SurveyFigure] = []
    for question in questions:
        answered = [(row, row.numbers[str(question.pk)]) for row in rows if str(question.pk) in row.numbers]
        if question.kind == Question.Kind.TEXT or len(answered) < FEWEST:
            continue
        of_question = _Of(wave, question, design)
        figures += of_question.all_answers([value for _row, value in answered])
        if figures and figures[-1].question_id == question.pk:
            by_district = _groups((row.district, value) for row, value in answered)
            by_age = _groups((row.age_band or None, value) for row, value in answered)
            figures += of_question.groups("district", by_district)
            figures += of_question.groups("age", by_age)
    return figures


def _groups(pairs: Iterable[tuple[K, float]]) -> dict[K, list[float]]:
    groups: dict[K, list[float]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


class _Of:
    """Figures of one question of one wave."""

    def __init__(self, wave: Wave, question: Question, design: Design) -> None:
        self.wave, self.question, self.design = wave, question, design
        self.is_share = question.kind == Question.Kind.SINGLE

    def figure(self, measure: str, answers: int, estimate: Estimate, **fields: object) -> SurveyFigure:
        return SurveyFigure(
            partner_id=self.wave.partner_id,
            wave=self.wave,
            question=self.question,
            measure=measure,
            answers=answers,
            **(estimate._asdict() | fields),
        )

    def headline(self, values: Sequence[float], **group: object) -> SurveyFigure:
        """The share counted together, or the mean."""
        if not self.is_share:
            return self.figure(Measure.MEAN, len(values), mean_of(values, self.design), **group)
        count = self._counted(values)
        estimate = share_of(count, len(values), self.design)
        return self.figure(Measure.COUNTED, len(values), estimate, options=list(self.question.counted), **group)

    def _counted(self, values: Sequence[float]) -> int:
        return sum(value in self.question.counted for value in values)

    def all_answers(self, values: Sequence[float]) -> list[SurveyFigure]:
        """The headline and, of a question with several answers, the share of each; nothing, where one of them can't be hidden."""
        if not self.is_share:
            return [self.headline(values)] if len(set(values)) > 1 else []
        counts = Counter(int(value) for value in values)
        options = range(1, len(self.question.options_fi) + 1)
        sides = [
            {option: counts[option] for option in options if (option in self.question.counted) == side}
            for side in (True, False)
        ]
        figures = [self.headline(values)]
        if len(set(values)) < 2 or (all(sides) and not all(sum(side.values()) for side in sides)):
            return []  # whoever answered, answered this
        for side in sides:
            if not _is_hidden(side.values()):
                return []
            together = put_together({k: n for k, n in side.items() if n}, lambda n: n, _is_hidden)
            cells = [[option] for option in side if option not in together] + ([together] if together else [])
            for cell in cells:
                estimate = share_of(sum(counts[option] for option in cell), len(values), self.design)
                figures.append(self.figure(Measure.OPTION, len(values), estimate, options=sorted(cell)))
        return figures

    def groups(self, kind: str, parts: Mapping[K | None, list[float]]) -> list[SurveyFigure]:
        """The headline of each district or age that is large enough, and of all others together."""
        named = [key for key in parts if key is not None]
        if len(named) < 2 and not (named and None in parts):
            return []
        together = put_together(parts, len, self._is_safe_group)
        if None in parts and None not in together:
            together = [None, *together]  # who did not say is no group of its own
        rest = [value for key in together for value in parts[key]]
        if together and not self._is_safe_group([rest]):
            return []
        figures = [
            self.headline(parts[key], **({"district_id": key} if kind == "district" else {"age_band": key}))
            for key in named
            if key not in together
        ]
        if not figures:
            return []
        return figures + ([self.headline(rest, rest_of=kind)] if rest else [])

    def _is_safe_group(self, parts: Sequence[Sequence[float]]) -> bool:
        values = [value for part in parts for value in part]
        if len(values) < FEWEST_OF_GROUP:
            return False
        if not self.is_share:
            return len(set(values)) > 1
        count = self._counted(values)
        return min(count, len(values) - count) >= FEWEST_OF_ANSWER


def _is_hidden(counts: Iterable[int]) -> bool:
    """Nobody, or so many that none of them is told apart."""
    count = sum(counts)
    return count == 0 or count >= FEWEST_OF_ANSWER


def rows_of(waves: Sequence[Wave]) -> dict[int, list[Row]]:
    """The answers of waves of the acting partner that are over, in no order that tells who: one query."""
    rows: dict[int, list[Row]] = {wave.pk: [] for wave in waves}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM portal_survey_answers(%s::bigint[])", [list(rows)])
        for wave, district, age_band, numbers in cursor:
            rows[wave].append(Row(district, age_band, json.loads(numbers)))
    return rows


def words_of(survey: Survey) -> dict[int, list[str]]:
    """Question → what people wrote to it, in waves of the acting partner that are over and in which enough did: one query."""
    unseal = SurveyText._meta.get_field("text").open
    words: dict[int, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM portal_survey_texts(%s)", [survey.pk])
        for question, sealed in cursor:
            words.setdefault(question, []).append(unseal(sealed, survey.partner_id))
    return words


class WaveResult(NamedTuple):
    """A question's headline in one wave, and how it differs from the wave before."""

    wave: Wave
    figure: SurveyFigure | None
    change: Estimate | None


class QuestionResult(NamedTuple):
    """What is told of a question: each wave; of the latest with a figure its answers and its groups."""

    question: Question
    waves: list[WaveResult]
    latest: SurveyFigure | None
    options: list[tuple[str, SurveyFigure]]
    groups: list[SurveyFigure]


def results_of(
    waves: Sequence[Wave], questions: Iterable[Question], figures: Iterable[SurveyFigure]
) -> list[QuestionResult]:
    """By question, from the figures of waves in the order of their days. Means and shares change by their difference."""
    by_place: dict[tuple[int, int], list[SurveyFigure]] = {}
    for figure in figures:
        by_place.setdefault((figure.question_id, figure.wave_id), []).append(figure)
    results = []
    for question in questions:
        if question.kind == Question.Kind.TEXT:
            continue
        lines: list[WaveResult] = []
        before: SurveyFigure | None = None
        latest: list[SurveyFigure] = []
        for wave in waves:
            own = by_place.get((question.pk, wave.pk), [])
            headline = next((f for f in own if f.is_of_all and f.measure != Measure.OPTION), None)
            change = difference(estimate_of(headline), estimate_of(before)) if headline and before else None
            lines.append(WaveResult(wave, headline, change))
            before, latest = headline or before, own or latest
        results.append(
            QuestionResult(
                question,
                lines,
                next((f for f in latest if f.is_of_all and f.measure != Measure.OPTION), None),
                [(_label(question, f), f) for f in latest if f.measure == Measure.OPTION],
                [f for f in latest if not f.is_of_all],
            )
        )
    return results


def estimate_of(figure: SurveyFigure) -> Estimate:
    """The figure's value and bounds."""
    return Estimate(figure.value, figure.lower, figure.upper)


def _label(question: Question, figure: SurveyFigure) -> str:
    options = question.local_options
    return " + ".join(options[number - 1] for number in figure.options)


def told(survey: Survey, questions: Sequence[Question], *, is_own: bool) -> tuple[list[Wave], list[SurveyFigure]]:
    """The waves of which results are told, by day, and their figures: what is published; to the own partner also what is over.

    As many queries whatever there is.
    """
    waves = [wave for wave in survey.waves.order_by("opens_on", "id") if wave.published_on or (is_own and wave.is_over)]
    public = [wave for wave in waves if wave.published_on]
    figures = list(SurveyFigure.objects.filter(wave__in=public).select_related("district").order_by("id"))
    own = [wave for wave in waves if not wave.published_on]
    if is_own:
        districts = {district.pk: district for district in survey.districts.all()}
        rows = rows_of(own)
        for wave in own:
            for figure in figures_of(wave, questions, rows[wave.pk]):
                if figure.district_id:
                    figure.district = districts[figure.district_id]
                figures.append(figure)
    return waves, figures
