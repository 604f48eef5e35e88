"""Where referrals get stuck: promises, stages, reasons and pairs, who sees them as they are, and the words."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.corrections import actions as corrections
from cases.enrolments import actions as enrolments
from metrics.figures import charts
from metrics.protection.counts import Draws
from metrics.referral_figures import compute, words
from metrics.referral_figures.models import ReferralResult
from metrics.referral_figures.reading import MOST_COLUMNS, Reading, matrix, read
from metrics.runs.models import Run
from partnership.members.models import Partner
from referrals.handover import actions as handover
from referrals.handover.models import Referral
from referrals.handover.transitions import REASONS
from tests.world import World, on_web, run_as

DAY = timedelta(days=1)
COUNTS = {"to_acknowledge": 40, "acknowledged_in_time": 39, "to_answer": 40, "answered_in_time": 30}


@pytest.fixture
def run(world: World) -> Run:
    return Run.objects.create(reason="test", state=Run.State.DONE, definition="x", quarter="2026-Q4", key_name="k")


def computed(run: Run) -> dict[tuple[str, str, bool], ReferralResult]:
    """By sender and receiver ("" for all), and whether protected."""
    names = dict(Partner.objects.values_list("pk", "name"))
    name = lambda number: names.get(number, "")
    return {
        (name(r.from_partner_id), name(r.to_partner_id), r.is_protected): r
        for r in compute.referrals(run, Draws("2026-Q4"))
    }


def sent(world: World, days_ago: float, **times: float) -> Referral:
    """A referral with a promise of one day to acknowledge and three to answer; `times` in days after it was sent."""
    referral = world.sent(person=world.person(world.police, first_names=f"P{Referral.objects.count()}"))
    at = timezone.now() - days_ago * DAY
    values = {"sent_at": at, "due_acknowledge_at": at + DAY, "due_accept_at": at + 3 * DAY}
    Referral.objects.filter(pk=referral.pk).update(**values, **{name: at + n * DAY for name, n in times.items()})
    return Referral.objects.get(pk=referral.pk)


class TestPromises:
    def kept(self, run: Run) -> tuple[tuple[int, int], tuple[int, int]]:
        promise = words.Promise(computed(run)["", "Anchor", False])
        return tuple(promise.acknowledged), tuple(promise.answered)  # type: ignore[return-value]

    def test_in_time_late_and_still_open(self, world, run):
        sent(world, 8, acknowledged_at=0.9, answered_at=2.9)  # both in time
        sent(world, 8, acknowledged_at=1.1, answered_at=3.1)  # both late
        sent(world, 8)  # nobody ever answered
        sent(world, 0.1)  # its time is not over: neither kept nor missed
        sent(world, 0.1, answered_at=0.01)  # answered at once counts as acknowledged
        assert self.kept(run) == ((4, 2), (4, 2))

    def test_withdrawing_before_the_time_is_over_breaks_no_promise_and_after_it_does(self, world, run):
        for days_ago, closed_after in ((8, 0.5), (8, 5)):
            referral = sent(world, days_ago)
            run_as(world.liaison, handover.withdraw, referral=referral, reason="sent_by_mistake")
            Referral.objects.filter(pk=referral.pk).update(closed_at=referral.sent_at + closed_after * DAY)
        assert self.kept(run) == ((1, 0), (1, 0))

    def test_a_year_back_is_not_counted(self, world, run):
        sent(world, 400)
        assert computed(run) == {}


class TestStages:
    def test_who_completed_has_come_and_who_takes_part_is_under_way(self, world, run):
        world.enrolled()
        ended = world.enrolled(person=world.person(world.police, first_names="Ended"))
        Referral.objects.filter(pk=ended.pk).update(state="completed")
        counts = computed(run)["", "Anchor", False].counts
        assert [counts[name] for name in ("answered", "enrolled", "visited", "completed", "under_way")] == [
            2,
            2,
            1,
            1,
            1,
        ]

    def test_a_session_that_was_taken_back_is_no_visit(self, world, run):
        enrolment = world.enrolled().enrolment
        session = run_as(
            world.caseworker, enrolments.record_session, enrolment=enrolment, held_on=world.today, method="cbt",
            attendance="attended",
        )  # fmt: skip
        assert computed(run)["", "Anchor", False].counts["visited"] == 1
        run_as(world.caseworker, corrections.take_back, entry=session, why="twice")
        assert computed(run)["", "Anchor", False].counts["visited"] == 0

    def test_what_a_receiver_made_of_them_is_not_in_a_senders_row(self, world, run):
        world.enrolled()
        results = computed(run)
        for key in (("Harbour Police", "", False), ("Harbour Police", "Anchor", False)):
            assert not {"enrolled", "visited", "completed", "under_way"} & set(results[key].counts)

    def test_reasons_that_everybody_sees_add_up(self, world, run):
        for number in range(12):
            referral = world.sent(person=world.person(world.police, first_names=f"D{number}"))
            reason = "no_capacity" if number < 8 else "moved"
            run_as(world.caseworker, handover.decline, referral=referral, reason=reason)
        shown = computed(run)["", "", True]
        reasons = [count for name, count in shown.counts.items() if name.startswith("declined:")]
        assert shown.counts["declined"] == sum(reasons)
        for _stage, (promised, kept) in compute.PROMISES.items():
            assert shown.counts[kept] <= shown.counts[promised]

    def test_no_stage_has_more_than_the_one_before(self):
        result = ReferralResult(sent=50, counts={"acknowledged": 53, "answered": 48, "enrolled": 20, "visited": 22})
        steps = words.funnel(result)
        assert [step.referrals for step in steps] == [50, 50, 48, 20, 20]
        assert [step.not_further for step in steps] == [0, 0, 2, 28, 0]


def result(world: World, receiver: Any = None, sender: Any = None, **fields: Any) -> ReferralResult:
    values = {"is_protected": False, "sent": 40, "counts": COUNTS} | fields
    return ReferralResult(from_partner=sender, to_partner=receiver, **values)


class TestWords:
    def test_the_promise_kept_least_comes_first_and_few_cases_last(self, world):
        few = result(world, world.office, counts={"to_answer": 3, "answered_in_time": 0})
        good = result(world, world.ngo, counts=COUNTS | {"answered_in_time": 38})
        bad = result(world, world.other_ngo, counts=COUNTS | {"acknowledged_in_time": 10})
        reading = Reading([good, few, bad], None, "all")
        promises = reading.promises("worst")
        assert [promise.result for promise in promises] == [bad, good, few]
        said = words.worst_promise(promises, result(world))
        assert said == "The promise kept least: Bridge acknowledged 10 of 40 referrals in time (25\N{NO-BREAK SPACE}%)."

    def test_without_a_partner_of_ten_all_together_are_told(self, world):
        few = result(world, world.ngo, counts={"to_answer": 3, "answered_in_time": 0})
        said = words.worst_promise([words.Promise(few)], result(world))
        assert said == "30 of 40 referrals were answered in time (75\N{NO-BREAK SPACE}%)."
        assert words.worst_promise([words.Promise(few)], few) == ""

    def test_where_all_was_kept_it_says_so(self, world):
        kept = result(world, world.ngo, counts={"to_answer": 30, "answered_in_time": 30})
        assert words.worst_promise([words.Promise(kept)], kept) == "Every promised time was kept."

    @pytest.mark.parametrize(
        ("counts", "said"),
        [
            ({"acknowledged": 20, "answered": 18}, "right after sending: 20 of 40 sent"),
            ({"acknowledged": 39, "answered": 18}, "before the answer: 21 of 39 acknowledged"),
            ({"acknowledged": 39, "answered": 38, "enrolled": 8}, "answer and enrolment: 30 of 38 answered"),
            ({"acknowledged": 40, "answered": 40, "enrolled": 40, "visited": 30}, "first visit: 10 of 40 enrolled"),
            (
                {"acknowledged": 40, "answered": 40, "enrolled": 40, "visited": 40, "completed": 1},
                "None is stuck before the first visit.",
            ),
        ],
    )
    def test_the_step_at_which_most_stay_behind(self, world, counts, said):
        assert said in words.sticking_point(words.funnel(result(world, counts=counts)))

    @pytest.mark.parametrize(
        ("counts", "said"),
        [
            ({}, "None was declined."),
            ({"declined:no_capacity": 84}, "84 declined for want of a place."),
            (
                {"declined:moved": 3, "declined:no_capacity": 84},
                "87 were declined, 84 of them for want of a place.",
            ),
        ],
    )
    def test_reasons_are_a_sentence_that_adds_up(self, world, counts, said):
        assert words.declined(result(world, counts=counts)) == said

    def test_every_reason_of_declining_has_words(self):
        codes = {code for code, reason in REASONS.items() if "decline" in reason.verbs}
        assert set(words.REASONS) == codes


class TestMatrix:
    def test_the_fewer_stand_side_by_side(self, world):
        pairs = [
            result(world, receiver, sender)
            for receiver in (world.ngo, world.other_ngo)
            for sender in (world.police, world.other_police, world.office)
        ]
        table = matrix(pairs)
        assert table
        assert table.is_by_sender
        assert table.columns == [world.ngo, world.other_ngo]
        assert [len(cells) for _partner, cells in table.rows] == [2, 2, 2]

    def test_more_than_have_room_are_named_and_the_largest_stay(self, world):
        partners = [world.partner(f"N{number:02}", "ngo") for number in range(MOST_COLUMNS + 2)]
        pairs = [
            result(world, receiver, sender, sent=number)
            for number, receiver in enumerate(partners)
            for sender in partners
        ]
        table = matrix(pairs)
        assert table
        assert len(table.columns) == MOST_COLUMNS
        assert {partner.name for partner in table.left_out} == {"N00", "N01"}

    def test_one_sender_is_a_list(self, world):
        assert matrix([result(world, each, world.police) for each in (world.ngo, world.other_ngo)]) is None


class TestWhoSeesWhat:
    @pytest.fixture
    def _results(self, world, run):
        more = {"acknowledged": 40, "answered": 39, "enrolled": 20, "declined:no_capacity": 9}
        pairs = [
            (None, None, True, 38), (None, None, False, 40), (None, world.ngo, False, 30), (None, world.other_ngo, False, 10),
            (world.police, None, False, 25), (world.police, world.ngo, False, 20), (world.police, world.other_ngo, False, 5),
            (world.other_police, world.ngo, False, 10), (world.other_police, None, False, 15),
            (world.other_police, world.other_ngo, False, 5),
        ]  # fmt: skip
        for sender, receiver, is_protected, number in pairs:
            counts = COUNTS | (more if sender is None else {})
            result(world, receiver, sender, run=run, is_protected=is_protected, sent=number, counts=counts).save()

    def seen(self, world: World, run: Run, acting: Any, of: str = "all") -> Reading:
        with on_web(acting):
            return read(run, acting, of)

    @pytest.mark.usefixtures("_results")
    def test_the_coordinator_sees_every_pair_and_their_exact_sum(self, world, run):
        reading = self.seen(world, run, world.coordinator)
        assert reading.summary
        assert not reading.summary.is_protected
        assert len(reading.pairs) == 4
        assert [p.result.to_partner for p in reading.promises("name")] == [world.ngo, world.other_ngo]

    @pytest.mark.usefixtures("_results")
    def test_a_partner_sees_its_own_and_the_protected_sum(self, world, run):
        reading = self.seen(world, run, world.liaison)
        assert reading.summary
        assert reading.summary.is_protected
        assert {r.from_partner for r in reading.pairs} == {world.police}
        assert [p.result.to_partner for p in reading.promises("name")] == [world.ngo, world.other_ngo]

    @pytest.mark.usefixtures("_results")
    def test_one_partner_of_the_page_is_chosen_and_somebody_elses_is_not(self, world, run):
        to = f"to-{world.ngo.pk}"
        reading = self.seen(world, run, world.coordinator, to)
        assert reading.summary
        assert reading.summary.to_partner == world.ngo
        assert {p.result.from_partner for p in reading.promises("worst")} == {world.police, world.other_police}
        assert self.seen(world, run, world.other_caseworker, to).of == "all"

    @pytest.mark.usefixtures("_results")
    def test_the_page_answers_in_its_first_line(self, world):
        page = " ".join(world.client(world.coordinator).get(reverse("referral_figures")).text.split())
        answer = page.index("The promise kept least: Anchor answered 30 of 40 referrals in time")
        assert answer < page.index("Most get stuck between answer and enrolment: 19 of 39") < page.index("<table")
        assert "9 declined for want of a place." in page

    @pytest.mark.usefixtures("_results")
    def test_the_file_has_every_row_that_the_reader_sees_once(self, world):
        def rows(acting: Any) -> list[list[str]]:
            text = world.client(acting).get(reverse("figure", args=["referrals", "csv"])).content.decode("utf-8-sig")
            table = list(csv.reader(io.StringIO(text), delimiter=";"))
            return table[1 : table.index([])]

        assert len(rows(world.coordinator)) == len({tuple(row[:2]) for row in rows(world.coordinator)}) == 9
        assert {tuple(row[:2]) for row in rows(world.other_caseworker)} == {
            ("All", "All"), ("All", "Bridge"), ("Harbour Police", "Bridge"), ("Hill Police", "Bridge"),
        }  # fmt: skip


def test_the_picture_names_each_stage_whole_and_its_number():
    rows = [("Acknowledged", 1234), ("First visit", 617)]
    for narrow in (False, True):
        heading = charts.Heading("Most get stuck before the first visit", "All referrals")
        drawn = charts.to_svg(charts.funnel(rows, heading, theme="light", narrow=narrow), "light", narrow=narrow)
        assert ">Acknowledged<" in drawn
        assert "1,234 · 100" in drawn
