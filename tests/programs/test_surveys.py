"""Surveys: nobody learns who answered, small cells are withheld, and a margin of error is told where there is one."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from math import sqrt

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from partnership.isolation.errors import DateOutOfRange, Invalid
from programs.surveys import actions as surveys
from programs.surveys import answering
from programs.surveys.actions import NoSuchSurvey, NothingToTell, SurveyInUse, WaveNotOver, WaveOver, WrongCode
from programs.surveys.estimates import Design, difference, effective_answers, mean_of, share_of
from programs.surveys.models import Question, Survey, SurveyAnswer, SurveyCode, SurveyFigure, SurveyText, Wave
from programs.surveys.question_sets import QUESTION_SETS
from programs.surveys.results import (
    FEWEST,
    FEWEST_OF_ANSWER,
    FEWEST_OF_GROUP,
    Row,
    figures_of,
    put_together,
    results_of,
    rows_of,
    told,
    words_of,
)
from tests.programs.community import answer, answered, closed, open_wave, safety_survey
from tests.shared_worlds import shared
from tests.world import WebClient, World, database_role, on_web, run_as

ON_A_BUSY_MACHINE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SIMPLE = Design()
OPEN = Design(has_margin=False)
SIXTY = "60\N{NO-BREAK SPACE}%"
WAVE = Wave(pk=1, partner_id=1, method="sample")
QUESTION = Question(pk=1, kind="single", options_fi=[*"abcde"], options_en=[*"abcde"], counted=[1, 2])
CITY, HILL, SHORE = 1, 2, 3
"""Districts by number."""


@shared
def asked(world: World) -> World:
    """The NGO asks how safe people feel, by an open link."""
    world.survey = safety_survey(world)
    world.questions = list(world.survey.questions.all())
    world.wave = open_wave(world, world.survey)
    return world


@shared
def coded(asked: World) -> World:
    """A sample is asked besides, with two codes."""
    asked.sample = open_wave(asked, asked.survey, method="sample", population=400)
    asked.codes = run_as(asked.caseworker, surveys.issue_codes, wave=asked.sample, number=2)
    return asked


def address(wave: Wave) -> str:
    return reverse("survey_answer", args=[wave.token])


def many(world: World, wave: Wave, safe: int = 60, unsafe: int = 40) -> None:
    """Answers to the first question, in both districts and of two ages; one person in ten says neither."""
    question = world.questions[0].pk
    places = [world.city, world.city, world.city, world.hill, world.hill]
    answered(
        wave,
        [
            ({question: 1 + number % 2 if number < safe else 3 + number % 2}, places[number % 5], ("18_29", "65")[number % 2])
            for number in range(safe + unsafe)
        ],
    )  # fmt: skip


class TestWriting:
    @pytest.mark.parametrize("code", sorted(QUESTION_SETS))
    def test_each_set_of_questions_is_whole_in_three_languages(self, world, code):
        survey = run_as(world.caseworker, surveys.begin_survey, code=code)
        questions = list(survey.questions.all())
        assert len(questions) == len(QUESTION_SETS[code].questions)
        for question in questions:
            assert all(getattr(question, f"text_{language}") for language in ("fi", "sv", "en"))
            assert set(question.counted) <= set(range(1, len(question.options_en) + 1))

    def test_in_the_browser_from_a_set_to_a_wave(self, world):
        client = world.client(world.caseworker)
        response = client.post(reverse("survey_new"), {"code": "trust"})
        survey = Survey.objects.get()
        assert response["Location"] == reverse("survey", args=[survey.pk])
        question = {
            "kind": "single", "text_fi": "K?", "text_sv": "F?", "text_en": "Q?", "position": 9, "counted": "1",
            "options_fi": "Kyllä\r\nEi", "options_sv": "Ja\nNej\n", "options_en": " Yes \nNo",
        }  # fmt: skip
        response = client.post(reverse("question_new", args=[survey.pk]), question)
        assert response.status_code == 302, response.text
        assert Question.objects.get(text_en="Q?").options_en == ["Yes", "No"]
        wave = {
            "name": "Spring",
            "method": "everyone",
            "opens_on": world.today,
            "closes_on": world.today,
            "design_effect": 1,
        }
        response = client.post(reverse("wave_new", args=[survey.pk]), wave)
        assert response.status_code == 302, response.text
        page = client.get(reverse("survey", args=[survey.pk])).text
        assert "Spring" in page
        poster = client.get(reverse("wave_poster", args=[Wave.objects.get().pk])).text
        assert address(Wave.objects.get()) in poster

    def test_a_question_needs_as_many_answers_in_each_language(self, world):
        survey = run_as(world.caseworker, surveys.begin_survey, code="trust")
        sent = {
            "kind": "single", "text_fi": "K?", "text_sv": "F?", "text_en": "Q?", "position": 9, "counted": "1",
            "options_fi": "Kyllä\nEi", "options_sv": "Ja", "options_en": "Yes\nNo",
        }  # fmt: skip
        response = world.client(world.caseworker).post(reverse("question_new", args=[survey.pk]), sent)
        assert response.status_code == 422
        assert "as many in each language" in response.text

    def test_what_is_counted_together_is_among_the_answers(self, world):
        survey = run_as(world.caseworker, surveys.begin_survey, code="safety")
        question = survey.questions.first()
        question.counted = [1, 7]
        with pytest.raises(Invalid):
            run_as(world.caseworker, surveys.save_question, question=question)

    def test_questions_stay_once_they_have_been_asked(self, asked):
        question = asked.survey.questions.select_related("survey").first()
        with pytest.raises(SurveyInUse):
            run_as(asked.caseworker, surveys.save_question, question=question)
        with pytest.raises(SurveyInUse):
            run_as(asked.caseworker, surveys.remove_question, question=question)
        with pytest.raises(SurveyInUse):
            run_as(asked.caseworker, surveys.save_survey, survey=asked.survey, districts=[])
        with on_web(asked.caseworker):
            assert Question.objects.update(text_en="Other?") == 0
        with on_web(asked.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            Survey.objects.update(is_in_use=False)

    def test_a_wave_needs_questions_and_days_to_come(self, world):
        survey = run_as(
            world.caseworker,
            surveys.save_survey,
            survey=Survey(partner=world.ngo, title_fi="a", title_sv="b", title_en="c"),
            districts=[],
        )
        with pytest.raises(Invalid):
            open_wave(world, survey)
        with pytest.raises(DateOutOfRange):
            yesterday = world.today - timedelta(days=1)
            open_wave(world, safety_survey(world), opens_on=yesterday, closes_on=yesterday)

    def test_two_waves_of_a_survey_have_different_names(self, asked):
        with pytest.raises(Invalid):
            open_wave(asked, asked.survey, name=asked.wave.name)

    def test_a_wave_that_is_over_is_not_opened_again(self, asked):
        closed(asked, asked.wave)
        wave = Wave.objects.get(pk=asked.wave.pk)
        for change in (surveys.save_wave, surveys.close_wave):
            with pytest.raises(WaveOver):
                run_as(asked.caseworker, change, wave=wave)
        with on_web(asked.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            Wave.objects.update(is_closed=False)


class TestAnswering:
    def test_without_sign_in_or_cookie_and_leaving_no_trace(self, asked):
        visitor = WebClient(enforce_csrf_checks=True)
        page = visitor.get(address(asked.wave))
        assert page.status_code == 200
        sent = {
            f"q{asked.questions[0].pk}": 2, f"q{asked.questions[3].pk}": 4, f"q{asked.questions[4].pk}": "Lights in the park",
            "district": asked.city.pk, "age_band": "18_29",
        }  # fmt: skip
        response = visitor.post(address(asked.wave), sent, REMOTE_ADDR="192.0.2.9")
        assert "Thank you" in response.text
        assert not visitor.cookies
        stored = SurveyAnswer.objects.get()
        assert stored.numbers == {str(asked.questions[0].pk): 2, str(asked.questions[3].pk): 4}
        fields = {field.name for field in SurveyAnswer._meta.get_fields()}
        assert fields == {"id", "partner", "wave", "district", "age_band", "numbers", "given_on"}

    def test_own_words_stand_apart_and_encrypted(self, asked):
        answer(asked.wave, {}, texts={asked.questions[4].pk: "Lights in the park"})
        assert {field.name for field in SurveyText._meta.get_fields()} == {"id", "partner", "wave", "question", "text"}
        assert SurveyText.objects.get().text == "Lights in the park"
        with connection.cursor() as cursor:
            cursor.execute("SELECT text FROM programs_surveytext")
            assert "park" not in cursor.fetchone()[0]

    @pytest.mark.parametrize(
        ("language", "words"), [("fi", "kotona päivällä"), ("sv", "hemma på dagen"), ("en", "at home by day")]
    )
    def test_in_three_languages(self, asked, language, words):
        assert words in WebClient().get(address(asked.wave), {"language": language}).text

    def test_the_page_is_small_and_needs_no_script(self, asked):
        page = WebClient().get(address(asked.wave)).text
        assert len(page) < 12_000
        assert re.findall(r"<script[^>]*>", page) == ['<script src="/static/js/exit.js" defer>'] or "exit" in page
        assert len(re.findall("<script", page)) == 1

    def test_nothing_answered_is_said_and_nothing_kept(self, asked):
        response = WebClient().post(address(asked.wave), {"age_band": "65"})
        assert response.status_code == 422
        assert "Answer at least one question." in response.text
        assert not SurveyAnswer.objects.exists()

    def test_no_answers_at_a_made_up_address_too_early_or_when_it_is_over(self, asked):
        early = open_wave(asked, asked.survey, opens_on=asked.today + timedelta(days=2))
        over = closed(asked, open_wave(asked, asked.survey))
        for token in ("MADEUP2345", early.token, over.token):
            assert WebClient().get(reverse("survey_answer", args=[token])).status_code == 404
            with database_role("web"), pytest.raises(NoSuchSurvey), transaction.atomic():
                surveys.asked_survey(token)

    def test_a_code_answers_once_however_it_is_typed(self, coded):
        first = coded.questions[0].pk
        with pytest.raises(WrongCode):
            answer(coded.sample, {first: 1}, code="WRONG23456")
        answer(coded.sample, {first: 1}, code=f" {coded.codes[0].lower()[:5]}-{coded.codes[0].lower()[5:]}")
        with pytest.raises(WrongCode):
            answer(coded.sample, {first: 1}, code=coded.codes[0])
        assert SurveyAnswer.objects.count() == 1

    def test_a_code_is_kept_nowhere_and_goes_with_its_answer(self, coded):
        stored = set(SurveyCode.objects.values_list("digest", flat=True))
        assert not stored & set(coded.codes)
        answer(coded.sample, {coded.questions[0].pk: 1}, code=coded.codes[0])
        assert SurveyCode.objects.count() == 1

    def test_an_answer_that_is_refused_leaves_the_code(self, coded):
        with pytest.raises(Invalid):
            answer(coded.sample, {coded.questions[0].pk: 9}, code=coded.codes[0])
        answer(coded.sample, {coded.questions[0].pk: 4}, code=coded.codes[0])

    def test_codes_are_a_file_that_is_given_once(self, coded):
        response = coded.client(coded.caseworker).post(reverse("wave_codes", args=[coded.sample.pk]), {"number": 3})
        codes = re.findall(r"^([2-9A-Z]{10});http", response.text, re.MULTILINE)
        assert len(codes) == 3
        answer(coded.sample, {coded.questions[0].pk: 1}, code=codes[2])

    def test_the_database_takes_no_answer_that_the_survey_does_not_offer(self, asked):
        single, scale, text = asked.questions[0].pk, asked.questions[3].pk, asked.questions[4].pk
        other = run_as(asked.caseworker, surveys.begin_survey, code="stigma").questions.first().pk
        for numbers in ({single: 0}, {single: 5}, {scale: 6}, {single: 1.5}, {text: 1}, {other: 1}, {}, {single: "1"}):
            with pytest.raises(Invalid):
                answer(asked.wave, numbers)
        with pytest.raises(Invalid):
            answer(asked.wave, {}, texts={single: "words"})
        elsewhere = type(asked.city).objects.create(name="Elsewhere", code="E1")
        with pytest.raises(Invalid):
            answer(asked.wave, {single: 1}, district=elsewhere.pk)

    def test_a_wave_takes_so_many_answers_a_day(self, asked):
        first = asked.questions[0].pk
        answered(asked.wave, [({first: 1}, None, "")] * answering.MOST_A_DAY)
        with pytest.raises(NoSuchSurvey):
            answer(asked.wave, {first: 1})


class TestEstimates:
    @pytest.mark.parametrize(
        ("count", "answers", "lower", "upper"),
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
    )
    def test_the_interval_is_wilsons(self, count, answers, lower, upper):
        """Newcombe 1998, Statistics in Medicine 17:857–872, table I, method 3."""
        assert share_of(count, answers, SIMPLE)[1:] == pytest.approx((lower, upper), abs=5e-5)

    @pytest.mark.parametrize(
        ("later", "earlier", "lower", "upper"),
        [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0),
        ],
    )
    def test_the_difference_of_two_waves_is_newcombes(self, later, earlier, lower, upper):
        """Newcombe 1998, Statistics in Medicine 17:873–890, table II, method 10."""
        change = difference(share_of(*later, SIMPLE), share_of(*earlier, SIMPLE))
        assert change[1:] == pytest.approx((lower, upper), abs=5e-5)

    @ON_A_BUSY_MACHINE
    @given(st.integers(1, 80), st.integers(1, 80), st.data())
    def test_the_difference_is_that_of_another_implementation(self, later, earlier, data):
        counts = data.draw(st.integers(0, later)), data.draw(st.integers(0, earlier))
        change = difference(share_of(counts[0], later, SIMPLE), share_of(counts[1], earlier, SIMPLE))
        expected = confint_proportions_2indep(counts[0], later, counts[1], earlier, compare="diff", method="newcomb")
        assert change[1:] == pytest.approx(expected, abs=1e-9)

    def test_a_finite_population_narrows_it_as_in_a_worked_example(self):
        """N = 100, n = 25, p = 0.4: the standard error 0.0980 becomes 0.0853 (a teaching page, read)."""
        effective = effective_answers(25, Design(population=100))
        assert sqrt(0.4 * 0.6 / effective) == pytest.approx(0.0853, abs=5e-5)
        assert effective_answers(25, Design(population=25)) == float("inf")
        assert share_of(10, 25, Design(population=25))[1:] == (0.4, 0.4)

    def test_a_design_effect_is_so_many_answers_fewer(self):
        """1,200 interviews with a design effect of 1.3425 tell as much as 893.9 (a teaching page, read)."""
        assert effective_answers(1200, Design(design_effect=1.3425)) == pytest.approx(893.9, abs=0.05)
        assert share_of(120, 200, Design(design_effect=2)) == share_of(60, 100, SIMPLE)

    @ON_A_BUSY_MACHINE
    @given(st.lists(st.integers(1, 5), min_size=2, max_size=50).filter(lambda values: len(set(values)) > 1))
    def test_the_interval_of_a_mean_is_students(self, values):
        """Against SciPy's own."""
        interval = stats.ttest_1samp(values, 0).confidence_interval(0.95)
        assert mean_of(values, SIMPLE)[1:] == pytest.approx((interval.low, interval.high))

    @ON_A_BUSY_MACHINE
    @given(st.integers(1, 300), st.data())
    def test_an_interval_holds_its_share_and_never_leaves_0_to_1(self, answers, data):
        count = data.draw(st.integers(0, answers))
        population = data.draw(st.one_of(st.none(), st.integers(answers, 10_000).filter(lambda people: people > 1)))
        estimate = share_of(count, answers, Design(population=population, design_effect=data.draw(st.floats(1, 20))))
        assert 0 <= estimate.lower <= estimate.value + 1e-12
        assert estimate.value - 1e-12 <= estimate.upper <= 1

    def test_an_open_link_has_no_margin_of_error_nor_has_a_difference_with_it(self):
        assert share_of(3, 9, OPEN)[1:] == (None, None)
        assert mean_of([1, 2, 3], OPEN)[1:] == (None, None)
        assert difference(share_of(3, 9, OPEN), share_of(3, 9, SIMPLE))[1:] == (None, None)


class TestWithholding:
    @ON_A_BUSY_MACHINE
    @given(st.dictionaries(st.integers(0, 9), st.integers(0, 40), min_size=1))
    def test_what_is_put_together_is_safe_or_all(self, parts):
        is_safe = lambda those: sum(those) == 0 or sum(those) >= 5
        together = put_together(parts, lambda n: n, is_safe)
        assert all(is_safe([n]) for key, n in parts.items() if key not in together)
        assert (
            is_safe([parts[key] for key in together])
            or set(together) == {k for k, n in parts.items() if n}
            or set(together) == set(parts)
        )

    @ON_A_BUSY_MACHINE
    @given(data=st.data())
    def test_no_figure_and_no_difference_of_figures_is_of_one_to_four_people(self, data):
        """Counts of answers, and of groups, are worked back from the shares that are told."""
        places, ages = [None, CITY, HILL, SHORE], ["", "18_29", "65"]
        groups = data.draw(
            st.lists(
                st.tuples(st.sampled_from(places), st.sampled_from(ages), st.integers(1, 5), st.integers(1, 45)),
                max_size=12,
            )
        )
        rows = [Row(place, age, {"1": number}) for place, age, number, n in groups for _one in range(n)]
        figures = figures_of(WAVE, [QUESTION], rows)
        counts = Counter(row.numbers["1"] for row in rows)
        if not figures:
            return
        assert len(rows) >= FEWEST
        cells = [figure for figure in figures if figure.measure == "option"]
        for cell in cells:
            count = round(cell.value * len(rows))
            assert count == sum(counts[option] for option in cell.options)
            assert count == 0 or count >= FEWEST_OF_ANSWER
        safe = sum(counts[option] for option in QUESTION.counted)
        assert all(count == 0 or count >= FEWEST_OF_ANSWER for count in (safe, len(rows) - safe))
        for kind in ("district", "age"):
            told_of = [f for f in figures if f.rest_of == kind or (f.district_id if kind == "district" else f.age_band)]
            assert not told_of or sum(f.answers for f in told_of) == len(rows)
            for figure in told_of:
                inside = round(figure.value * figure.answers)
                assert figure.answers >= FEWEST_OF_GROUP
                assert min(inside, figure.answers - inside) >= FEWEST_OF_ANSWER

    def test_a_rare_answer_is_put_together_with_another_one(self):
        rows = [Row(None, "", {"1": number}) for number in [1] * 3 + [2] * 40 + [3] * 30 + [4] * 6]
        cells = [f.options for f in figures_of(WAVE, [QUESTION], rows) if f.measure == "option"]
        assert sorted(cells) == [[1, 2], [3], [4], [5]]

    def test_where_nearly_all_answer_alike_nothing_is_told(self):
        rows = [Row(None, "", {"1": number}) for number in [1] * 40 + [4] * 2]
        assert figures_of(WAVE, [QUESTION], rows) == []

    def test_a_small_district_is_told_with_the_others(self):
        rows = [
            Row(place, "", {"1": 1 + 2 * (number % 2)})
            for place, n in ((CITY, 60), (HILL, 40), (SHORE, 12))
            for number in range(n)
        ]
        groups = [(f.district_id, f.answers) for f in figures_of(WAVE, [QUESTION], rows) if not f.is_of_all]
        assert groups == [(CITY, 60), (None, 52)]

    def test_nine_answers_tell_nothing(self):
        rows = [Row(None, "", {"1": number}) for number in [1] * 5 + [4] * 4]
        assert figures_of(WAVE, [QUESTION], rows) == []
        scale = Question(pk=1, kind="scale")
        assert figures_of(WAVE, [scale], rows) == []
        assert figures_of(WAVE, [scale], [*rows, rows[0]])


class TestResults:
    def page(self, world: World, who: str = "caseworker") -> str:
        text: str = world.client(getattr(world, who)).get(reverse("survey_results", args=[world.survey.pk])).text
        return text

    def test_nothing_is_told_while_answers_come_in(self, asked):
        many(asked, asked.wave)
        assert "No results yet" in self.page(asked)
        with pytest.raises(WaveNotOver):
            run_as(asked.caseworker, surveys.publish_wave, wave=asked.wave)
        closed(asked, asked.wave)
        assert SIXTY in self.page(asked)

    def test_an_open_link_has_no_margin_and_the_page_says_so(self, asked):
        many(asked, asked.wave)
        closed(asked, asked.wave)
        page = self.page(asked)
        assert "no margin of error" in page
        assert 'class="interval"' not in page

    def test_a_sample_has_an_interval_that_its_population_narrows(self, asked):
        widths = []
        for population in (None, 150):
            wave = open_wave(asked, asked.survey, method="sample", population=population)
            many(asked, wave)
            with on_web(asked.caseworker):
                figure = figures_of(closed(asked, wave), asked.questions, rows_of([wave])[wave.pk])[0]
            widths.append(figure.upper - figure.lower)
        assert widths[1] < widths[0]
        assert "(50\N{NO-BREAK SPACE}% to 69\N{NO-BREAK SPACE}%)" in self.page(asked)

    def test_waves_differ_by_a_difference_with_its_interval(self, asked):
        for safe in (50, 75):
            wave = open_wave(asked, asked.survey, method="sample", name=f"{safe}")
            many(asked, wave, safe, 100 - safe)
            closed(asked, wave)
        with on_web(asked.caseworker):
            waves, figures = told(asked.survey, asked.questions, is_own=True)
            result = results_of(waves, asked.questions, figures)[0]
        expected = confint_proportions_2indep(75, 100, 50, 100, compare="diff", method="newcomb")
        assert result.waves[-1].change.value == pytest.approx(0.25)
        assert result.waves[-1].change[1:] == pytest.approx(expected)
        assert "25 percentage points" in self.page(asked)

    def test_texts_are_read_by_who_asked_once_it_is_over_and_never_published(self, asked):
        text = asked.questions[4].pk
        for number in range(FEWEST_OF_ANSWER):
            answer(asked.wave, {}, texts={text: f"Lights {number}"})
        address = reverse("survey_texts", args=[asked.survey.pk])
        assert "Lights" not in asked.client(asked.caseworker).get(address).text
        many(asked, asked.wave)
        wave = closed(asked, asked.wave)
        assert "Lights 3" in asked.client(asked.caseworker).get(address).text
        run_as(asked.caseworker, surveys.publish_wave, wave=wave)
        assert "Lights" not in WebClient().get(reverse("public_survey", args=[asked.survey.pk])).text
        assert asked.client(asked.liaison).get(address).status_code == 404


class TestPublishing:
    def test_a_published_wave_is_read_by_residents_and_every_partner(self, asked):
        many(asked, asked.wave)
        wave = closed(asked, asked.wave)
        public = reverse("public_survey", args=[asked.survey.pk])
        assert WebClient().get(public).status_code == 404
        client = asked.client(asked.caseworker)
        client.post(reverse("wave_publish", args=[wave.pk]))
        visitor = WebClient()
        page = visitor.get(public, {"language": "en"}).text
        assert not visitor.cookies
        assert SIXTY in page
        assert "no margin of error" in page
        assert SIXTY in asked.client(asked.other_liaison).get(reverse("survey_results", args=[asked.survey.pk])).text
        assert public in WebClient().get(reverse("community")).text
        client.post(reverse("wave_withdraw", args=[wave.pk]))
        assert WebClient().get(public).status_code == 404
        assert not SurveyFigure.objects.exists()

    def test_what_is_published_is_what_the_partner_read(self, asked):
        many(asked, asked.wave)
        wave = closed(asked, asked.wave)
        with on_web(asked.caseworker):
            live = told(asked.survey, asked.questions, is_own=True)[1]
        run_as(asked.caseworker, surveys.publish_wave, wave=wave)
        with on_web(asked.other_liaison):
            public = told(asked.survey, asked.questions, is_own=False)[1]
        same = lambda f: (f.question_id, f.measure, f.options, f.group, f.answers, f.value, f.lower, f.upper)
        assert [same(figure) for figure in live] == [same(figure) for figure in public]

    def test_too_few_answers_are_not_published(self, asked):
        many(asked, asked.wave, 5, 4)
        with pytest.raises(NothingToTell):
            run_as(asked.caseworker, surveys.publish_wave, wave=closed(asked, asked.wave))

    def test_the_file_has_a_row_a_figure(self, asked):
        many(asked, asked.wave)
        closed(asked, asked.wave)
        response = asked.client(asked.caseworker).get(
            reverse("survey_results", args=[asked.survey.pk]), {"format": "csv"}
        )
        lines = response.text.splitlines()
        assert response["Content-Type"].startswith("text/csv")
        assert any("share counted together" in line and ";100;0.6;;" in line for line in lines)


class TestWalls:
    @pytest.mark.parametrize("who", ["other_caseworker", "liaison", "coordinator", "auditor"])
    def test_answers_texts_codes_and_waves_are_seen_by_who_asked_alone(self, coded, who):
        for number in range(FEWEST_OF_ANSWER):
            answer(coded.wave, {coded.questions[0].pk: 1}, texts={coded.questions[4].pk: f"Lights {number}"})
        closed(coded, coded.wave)
        with on_web(getattr(coded, who)):
            assert not SurveyAnswer.objects.exists()
            assert not rows_of([coded.wave])[coded.wave.pk]
            assert not words_of(coded.survey)
            assert not SurveyCode.objects.values("id").exists()
            assert not Wave.objects.exists()
        with on_web(coded.caseworker):
            assert SurveyAnswer.objects.exists()
            assert rows_of([coded.wave])[coded.wave.pk]
            assert words_of(coded.survey)

    def test_not_even_who_asked_reads_the_day_of_an_answer_or_the_hash_of_a_code(self, coded):
        for column, table in (("given_on", "surveyanswer"), ("digest", "surveycode")):
            with (
                on_web(coded.caseworker),
                pytest.raises(DatabaseError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"SELECT {column} FROM programs_{table}")

    def test_nobody_writes_an_answer_or_a_figure_past_the_door(self, asked):
        with on_web(asked.caseworker), pytest.raises(DatabaseError), transaction.atomic():
            answered(asked.wave, [({asked.questions[0].pk: 1}, None, "")])
        with on_web(asked.other_caseworker), pytest.raises(DatabaseError), transaction.atomic():
            SurveyFigure.objects.create(
                partner=asked.other_ngo,
                wave=asked.wave,
                question=asked.questions[0],
                measure="mean",
                answers=9,
                value=1,
            )

    def test_another_partner_asks_no_wave_of_ones_survey(self, asked):
        with on_web(asked.other_caseworker), pytest.raises(DatabaseError), transaction.atomic():
            Wave.objects.create(
                partner=asked.other_ngo, survey=asked.survey, name="Ours", closes_on=asked.today, method="open_link"
            )

    def test_the_worker_reads_none(self, asked):
        for table in ("surveyanswer", "surveytext", "surveycode", "wave"):
            with (
                pytest.raises(DatabaseError),
                database_role("worker"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"SELECT id FROM programs_{table}")
