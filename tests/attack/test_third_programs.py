"""Surveys, events, campaigns and notices, attacked for the third time. Each test is a hole that was found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.urls import reverse
from django.utils import timezone

from partnership.isolation.errors import RuleError
from programs.events import actions as events
from programs.events.models import CommunityEvent, EventPromise
from programs.notices import actions as notices
from programs.notices.models import Notice
from programs.surveys import actions as surveys
from programs.surveys.estimates import Design, mean_of, share_of
from programs.surveys.models import Question, SurveyFigure, Wave
from programs.surveys.results import Row, figures_of
from tests.programs.community import answer, answered, closed, community_event, event_promise, open_wave, safety_survey
from tests.programs.notices import checked, draft
from tests.shared_worlds import shared
from tests.world import WebClient, World, on_web, run_as


@shared
def asked(world: World) -> World:
    """The NGO asks by an open link; the last question is one of own words."""
    world.survey = safety_survey(world)
    world.questions = list(world.survey.questions.all())
    world.wave = open_wave(world, world.survey)
    return world


def status(client: WebClient, address: str, body: dict[str, Any] | None = None) -> int:
    client.raise_request_exception = False
    response = client.get(address) if body is None else client.post(address, body)
    return int(response.status_code)


def words_of(world: World) -> Question:
    return next(question for question in world.questions if question.kind == "text")


def run_sql(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def looked_up(sql: str) -> list[tuple[Any, ...]]:
    """What SQL gets; nothing where it is refused."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())
    except DatabaseError:
        return []


class TestWhoAnswered:
    """“Nothing says which that was”, whatever SQL the partner that asks runs in a connection of the web role."""

    def test_sql_tells_no_answer_while_answers_come_in(self, asked):
        """Whoever looks after each code that goes knows whose the new answer is."""
        answer(asked.wave, {asked.questions[0].pk: 4})
        with on_web(asked.caseworker):
            assert not looked_up("SELECT numbers FROM programs_surveyanswer")

    def test_nor_any_words(self, asked):
        answer(asked.wave, {}, texts={words_of(asked).pk: "The park is dark"})
        with on_web(asked.caseworker):
            assert not looked_up("SELECT text FROM programs_surveytext")

    def test_nor_in_which_order_they_came(self, asked):
        """A table is read in the order in which its rows were written: that of answers, of words, of codes that went."""
        for number in (3, 1, 4, 2):
            answer(asked.wave, {asked.questions[0].pk: number}, texts={words_of(asked).pk: f"Words {number}"})
        closed(asked, asked.wave)
        with on_web(asked.caseworker):
            assert not looked_up("SELECT numbers FROM programs_surveyanswer")
            assert not looked_up("SELECT ctid, xmin, text FROM programs_surveytext")

    def test_five_texts_of_one_person_are_not_five_people(self, asked):
        """The page says: at least five people wrote."""
        for number in range(4):
            question = Question(partner=asked.ngo, survey=asked.survey, kind="text", position=20 + number)
            question.text_fi = question.text_sv = question.text_en = f"Question {number}"
            question.save()
        texts = Question.objects.filter(survey=asked.survey, kind="text")
        assert len(texts) >= 4
        answer(asked.wave, {}, texts={question.pk: "I am the only one who writes" for question in texts})
        if len(texts) < 5:
            answer(asked.wave, {}, texts={texts[0].pk: "I am the only one who writes"})
        closed(asked, asked.wave)
        page = asked.client(asked.caseworker).get(reverse("survey_texts", args=[asked.survey.pk])).text
        assert "I am the only one" not in page

    def test_words_that_enough_people_wrote_are_read(self, asked):
        for number in range(6):
            answer(asked.wave, {}, texts={words_of(asked).pk: f"Words {number}"})
        closed(asked, asked.wave)
        page = asked.client(asked.caseworker).get(reverse("survey_texts", args=[asked.survey.pk])).text
        assert all(f"Words {number}" in page for number in range(6))


QUESTION = Question(pk=1, kind="single", options_fi=[*"abc"], options_en=[*"abc"], counted=[1])


def told(values: list[int], **wave: Any) -> list[SurveyFigure]:
    rows = [Row(None, "", {"1": value}) for value in values]
    return figures_of(Wave(pk=1, partner_id=1, **({"method": "sample"} | wave)), [QUESTION], rows)


class TestSmallCells:
    def test_where_all_answered_alike_nothing_is_told(self):
        """“So much alike, that nothing can be told”: of a scale it was so, of one of several answers everybody's was shown."""
        assert told([1] * 12) == []
        assert told([2] * 12) == []
        assert told([1] * 6 + [2] * 6) != []


class TestMargins:
    def test_more_answers_than_people_are_no_certainty(self):
        """Somebody answered twice, or the number of people is wrong: an interval of no width claims that all is known."""
        design = Design(population=20)
        assert share_of(15, 30, design)[1:] == (None, None)
        assert mean_of([1.0, 2.0] * 15, design)[1:] == (None, None)
        assert share_of(10, 20, design)[1:] == (0.5, 0.5)

    def test_a_wave_that_took_answers_by_an_open_link_is_no_sample_afterwards(self, asked):
        answer(asked.wave, {asked.questions[0].pk: 1})
        wave = Wave.objects.get(pk=asked.wave.pk)
        wave.method = "sample"
        with pytest.raises(RuleError):
            run_as(asked.caseworker, surveys.save_wave, wave=wave)
        closed(asked, asked.wave)
        for changes in ({"method": "sample"}, {"population": 30}, {"design_effect": 3}):
            with pytest.raises(DatabaseError), on_web(asked.caseworker), transaction.atomic():
                Wave.objects.filter(pk=wave.pk).update(**changes)

    def test_nor_is_one_with_codes_open_for_a_day(self, asked):
        """Open it, let everybody answer, close it: the poll has a margin of error."""
        wave = open_wave(asked, asked.survey, method="sample", population=400)
        (code,) = run_as(asked.caseworker, surveys.issue_codes, wave=wave, number=1)
        answer(wave, {asked.questions[0].pk: 1}, code=code)
        wave = Wave.objects.get(pk=wave.pk)
        wave.method = "open_link"
        with pytest.raises(RuleError):
            run_as(asked.caseworker, surveys.save_wave, wave=wave)

    def test_who_is_asked_can_be_corrected_before_anybody_answered(self, asked):
        wave = Wave.objects.get(pk=asked.wave.pk)
        wave.method = "panel"
        assert run_as(asked.caseworker, surveys.save_wave, wave=wave).method == "panel"


class TestPromises:
    def test_sql_hides_no_public_promise_that_was_not_kept(self, world):
        """The public page counts those kept of those that are public."""
        promise = event_promise(world, community_event(world))
        run_as(world.liaison, events.show_promise, promise=promise, is_public=True)
        run_as(world.liaison, events.close_promise, promise=promise, kept=False, outcome="No money")
        with pytest.raises(DatabaseError), on_web(world.liaison), transaction.atomic():
            EventPromise.objects.update(is_public=False)

    def test_one_whose_day_is_over_does_not_leave_the_public_page_before_it_is_closed(self, world):
        yesterday = world.today - timedelta(days=1)
        promise = event_promise(world, community_event(world), due_on=yesterday)
        run_as(world.liaison, events.show_promise, promise=promise, is_public=True)
        client = world.client(world.liaison)
        client.post(reverse("promise_show", args=[promise.pk]), {"is_public": "no"})
        assert EventPromise.objects.get().is_public


class TestWordsInsteadOfErrors:
    @pytest.mark.parametrize("when", ["0001-01-01T00:00", "9999-12-31T23:59"])
    def test_an_event_of_another_age_breaks_no_list_of_all_partners(self, world, when):
        body = {"kind": "forum", "title": "Past", "starts_at": when, "place": "x", "is_open": "on"}
        assert status(world.client(world.caseworker), reverse("community_event_new"), body) == 422
        for acting in (world.caseworker, world.other_liaison):
            assert status(world.client(acting), reverse("community_event_list")) == 200
        assert status(WebClient(), reverse("community")) == 200

    def test_nor_does_sql(self, world):
        community_event(world)
        with pytest.raises(DatabaseError), on_web(world.caseworker), transaction.atomic():
            run_sql("UPDATE programs_communityevent SET starts_at = '4000-01-01 BC'")

    def test_a_notice_of_the_first_day_of_all_breaks_no_page_of_its_receivers(self, world):
        body = {
            "kind": "harm", "substances": ["sedatives"], "districts": [world.city.pk], "seen_from": "0001-01-01",
            "seen_to": world.today, "text": "Blue pills", "severity": "watch", "reliability": "F", "credibility": 6,
            "tlp": "green", "valid_until": world.today,
        }  # fmt: skip
        assert status(world.client(world.caseworker), reverse("notice_new"), body) == 422
        notice = draft(world, tlp="green")
        try:
            with on_web(world.caseworker), transaction.atomic():
                Notice.objects.update(seen_from="0001-01-01")
        except DatabaseError:
            pass
        checked(world, notice)
        run_as(world.caseworker, notices.share_notice, notice=Notice.objects.get(), receivers=[])
        assert status(world.client(world.liaison), reverse("notice", args=[notice.pk])) == 200

    def test_an_address_of_a_survey_with_a_nul(self, db):
        assert status(WebClient(), "/s/%00/") in {400, 404}
        assert status(WebClient(), "/s/%00/", {"q1": "1"}) in {400, 404}

    def test_why_an_event_was_called_off_is_not_cut_without_a_word(self, world):
        event = community_event(world, starts_at=timezone.now() + timedelta(days=3))
        words = "x" * 299 + " and this is what matters"
        world.client(world.caseworker).post(reverse("event_cancel", args=[event.pk]), {"because": words})
        assert CommunityEvent.objects.get().cancelled_why in {"", words}


def at_once(deed: Callable[[], object]) -> list[str]:
    """What two threads of the web role get, each in a connection of its own."""
    answers: list[str] = []
    gate = threading.Barrier(2)

    def run() -> None:
        try:
            gate.wait()
            deed()
            answers.append("done")
        except Exception as error:
            answers.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _two in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


class TestReallyAtOnce:
    @pytest.fixture
    def committed_world(self, transactional_db) -> World:
        return World()

    def test_results_that_two_publish_stand_on_the_page_once(self, committed_world):
        world = committed_world
        survey = safety_survey(world)
        question = survey.questions.first().pk
        wave = open_wave(world, survey)
        answered(wave, [({question: 1 + number % 4}, None, "") for number in range(60)])
        closed(world, wave)

        def publish() -> None:
            with on_web(world.caseworker):
                surveys.publish_wave(by=world.caseworker, wave=Wave.objects.get(pk=wave.pk))

        at_once(publish)
        figures = SurveyFigure.objects.filter(question=question).values_list("measure", "options", "rest_of")
        assert len({str(figure) for figure in figures}) == len(figures)

    def test_codes_that_two_issue_are_all_counted(self, committed_world):
        world = committed_world
        wave = open_wave(world, safety_survey(world), method="sample")

        def issue() -> None:
            with on_web(world.caseworker):
                surveys.issue_codes(by=world.caseworker, wave=Wave.objects.get(pk=wave.pk), number=5)

        at_once(issue)
        assert Wave.objects.get(pk=wave.pk).codes_issued == 10
