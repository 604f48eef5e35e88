"""Which records are of one human being: what counts for it, what against, and what stays unsure."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import count, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.linkage import exact, febrl, linked, simulated
from cases.people.doubles import days_like
from cases.people.identity_code import make
from metrics.linkage import scoring
from metrics.linkage.names import Frequencies, words
from metrics.linkage.scoring import SURE, People, Record, compete, score

BORN = date(1990, 5, 17)
MAIJA = ("Maija Liisa", "Meikäläinen", BORN)
ONE, OTHER = make(BORN, 100), make(BORN, 102)
TEMPORARY = make(BORN, 900)


def a_country() -> Frequencies:
    """Of a million people."""
    return Frequencies(
        1_000_000,
        Counter(maija=10_000, liisa=20_000, marja=8_000, matti=20_000, johannes=30_000, juhani=30_000, anna=20_000),
        Counter(virtanen=4_000, korhonen=4_000, meikalainen=40, ylakivisto=30),
        Counter({19900517: 40, 19900101: 5_000}),
    )


def probabilities(*people: tuple, frequencies: Frequencies | None = None) -> dict[tuple[int, int], float]:
    """By the numbers of two people, 1 the first: given names, last name, day of birth, code, sex."""
    numbers = count(1)
    records = []
    for first_names, last_name, born_on, *rest in people:
        code, sex = [*rest, *["", "unknown"][len(rest) :]]
        records.append(Record(next(numbers), first_names, last_name, born_on, code, sex))
    pairs = score(People(records), frequencies or a_country())
    return dict(zip(zip(pairs.one.tolist(), pairs.other.tolist(), strict=True), compete(pairs).tolist(), strict=True))


def probability(one: tuple, other: tuple, frequencies: Frequencies | None = None) -> float:
    return probabilities(one, other, frequencies=frequencies).get((1, 2), 0.0)


class TestWordsOfAName:
    @pytest.mark.parametrize("name", ["Åström", "ASTROM", "astrom ", "Astro\N{COMBINING DIAERESIS}m"])
    def test_case_and_signs_above_letters_do_not_matter(self, name):
        assert words(name) == ("astrom",)

    def test_hyphens_and_letters_that_keyboards_lack(self):
        assert words("Anna-Maija") == words("Anna Maija")
        assert words("Sørensen") == words("Sorensen")
        assert words("Łukasz") == ("lukasz",)


class TestOnePerson:
    @pytest.mark.parametrize(
        ("first_names", "last_name", "born_on"),
        [
            MAIJA,
            ("MAIJA LIISA", "MEIKALAINEN", BORN),
            ("Maija-Liisa", "Meikäläinen", BORN),
            ("Maija", "Meikäläinen", BORN),  # a further name is missing
            ("Liisa", "Meikäläinen", BORN),  # the name that she goes by
            ("Liisa Maija", "Meikäläinen", BORN),
            ("Maijja Liisa", "Meikäläinen", BORN),
            ("Maija Liisa", "Meikälainne", BORN),
            ("Maija Liisa", "Virtanen-Meikäläinen", BORN),
            ("Meikäläinen", "Maija", BORN),  # one in the place of the other
        ],
    )
    def test_is_recognised(self, first_names, last_name, born_on):
        assert probability(MAIJA, (first_names, last_name, born_on)) >= SURE

    def test_with_day_and_month_changed_about(self):
        one, other = ("Maija Liisa", "Meikäläinen", date(1990, 5, 4)), ("Maija Liisa", "Meikäläinen", date(1990, 4, 5))
        assert probability(one, other) >= SURE

    def test_with_one_other_digit_in_the_day(self):
        one, other = ("Maija Liisa", "Yläkivistö", BORN), ("Maija Liisa", "Yläkivistö", date(1990, 5, 11))
        assert probability(one, other) > 0.99

    def test_by_a_code_whatever_the_names(self):
        assert probability((*MAIJA, ONE), ("", "Other", BORN, ONE)) == 1

    def test_whose_sex_is_not_known_is_recognised_too(self):
        assert probability((*MAIJA, "", "female"), MAIJA) >= SURE

    def test_first_had_a_temporary_code_and_now_has_a_permanent_one(self):
        assert probability((*MAIJA, TEMPORARY), (*MAIJA, ONE)) >= SURE

    def test_in_a_small_register_too(self):
        assert probability(MAIJA, MAIJA, Frequencies(2, Counter(), Counter(), Counter())) >= SURE


class TestUnsure:
    @pytest.mark.parametrize("last_name", ["Virtanen", "Yläkivistö"])
    @pytest.mark.parametrize("first_names", [("Maija", "Marja"), ("Maija", "Liisa"), ("Maija Liisa", "Marja Anna")])
    def test_are_twins_however_rare_their_last_name(self, last_name, first_names):
        one, other = ((name, last_name, BORN) for name in first_names)
        assert probability(one, other) < SURE
        assert probability(one, other, Frequencies(2, Counter(), Counter(), Counter())) < SURE

    def test_another_sex_speaks_against_it(self):
        same, other = ((*MAIJA[:2], date(1990, 5, 11), "", sex) for sex in ("female", "male"))
        assert probability((*MAIJA, "", "female"), other) < probability((*MAIJA, "", "female"), same)

    def test_are_two_codes_however_alike_the_rest(self):
        assert probability((*MAIJA, ONE), (*MAIJA, OTHER)) <= 0.1
        assert probability((*MAIJA, TEMPORARY), (*MAIJA, make(BORN, 902))) <= 0.1

    def test_are_frequent_names_of_a_day_that_stands_for_an_unknown_one(self):
        one = ("Matti", "Virtanen", date(1990, 1, 1))
        assert probability(one, one) < SURE

    def test_is_an_initial_for_a_frequent_name(self):
        assert probability(("M", "Virtanen", BORN), ("Matti", "Virtanen", BORN)) < SURE

    def test_is_somebody_who_has_another_last_name_now(self):
        assert probability(("Maija Liisa", "Virtanen", BORN), ("Maija Liisa", "Korhonen", BORN)) < SURE

    def test_a_rare_name_says_more_than_a_frequent_one(self):
        day, other_day = date(1990, 5, 4), date(1990, 4, 5)
        frequent = probability(("Matti", "Virtanen", day), ("Matti", "Virtanen", other_day))
        rare = probability(("Matti", "Yläkivistö", day), ("Matti", "Yläkivistö", other_day))
        assert frequent < SURE <= rare


class TestNobody:
    @pytest.mark.parametrize(
        "other",
        [
            ("Maija Liisa", "Meikäläinen", date(1971, 12, 3)),
            ("Matti Johannes", "Virtanen", BORN),
            ("Maija Liisa", "Meikäläinen", None),
            ("", "", BORN),
        ],
    )
    def test_else_is_a_candidate(self, other):
        assert probability(MAIJA, other) == 0

    def test_without_people_there_is_no_pair(self):
        people = People([])
        assert len(score(people, people.frequencies()).one) == 0

    def test_a_name_and_day_of_very_many_says_nothing(self, monkeypatch):
        monkeypatch.setattr(scoring, "LARGEST_GROUP", 3)
        assert probabilities(MAIJA, MAIJA, MAIJA)
        assert not probabilities(MAIJA, MAIJA, MAIJA, MAIJA)


class TestCandidates:
    def test_of_one_person_compete(self):
        alone = probabilities(MAIJA, (*MAIJA, ONE))
        rivals = probabilities(MAIJA, (*MAIJA, ONE), (*MAIJA, OTHER))
        assert alone[1, 2] >= SURE
        assert rivals[1, 2] == rivals[1, 3] == pytest.approx(0.5, abs=0.01)

    def test_that_are_one_person_do_not(self):
        pairs = probabilities(MAIJA, (*MAIJA, ONE), (*MAIJA, ONE), MAIJA)
        assert min(pairs.values()) >= SURE

    def test_a_better_one_leaves_the_worse_unlikely(self):
        pairs = probabilities(("Maija", *MAIJA[1:]), ("Maija", *MAIJA[1:], ONE), ("Maijja", *MAIJA[1:], OTHER))
        assert pairs[1, 2] > 0.8 > 0.2 > pairs.get((1, 3), 0)

    @given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.dates(date(1900, 1, 1), date(2026, 1, 1)))
    def test_days_are_like_each_other_both_ways(self, one, other):
        assert one in days_like(one)
        assert (other in days_like(one)) == (one in days_like(other))


NAMES = st.sampled_from(["Maija", "Maija Liisa", "Liisa", "Marja", "Maijja", "M", ""])
PEOPLE = st.lists(
    st.tuples(
        NAMES,
        st.sampled_from(["Meikäläinen", "Meikälainen", "Virtanen", "Virtanen-Meikäläinen", "Maija"]),
        st.sampled_from([BORN, date(1990, 5, 11), date(1990, 5, 4), date(1990, 4, 5), None]),
        st.sampled_from(["", "", ONE, OTHER, TEMPORARY]),
        st.sampled_from(["female", "unknown"]),
    ),
    max_size=12,
)


@settings(max_examples=100, deadline=None)
@given(people=PEOPLE, touched=st.sets(st.integers(1, 12)), order=st.randoms())
def test_touched_people_have_the_same_pairs_as_in_a_full_run_whatever_the_order(people, touched, order):
    records = [Record(number, *fields) for number, fields in enumerate(people, 1)]
    whole = score(People(records), a_country())
    order.shuffle(records)
    some = score(People(records), a_country(), touched)

    def listed(pairs):
        return sorted(zip(*(column.tolist() for column in pairs), strict=True))

    assert listed(some) == [pair for pair in listed(whole) if {pair[0], pair[1]} & touched]


@settings(max_examples=100, deadline=None)
@given(people=PEOPLE)
def test_of_a_persons_different_candidates_at_most_one_is_likely(people):
    pairs = score(People(Record(number, *fields) for number, fields in enumerate(people, 1)), a_country())
    probability = compete(pairs)
    sure = {(a, b) for a, b, p in zip(pairs.one, pairs.other, probability, strict=True) if p >= SURE}
    conflict = {
        (a, b) for a, b in product(range(1, len(people) + 1), repeat=2) if {people[a - 1][3], people[b - 1][3]} == {ONE, OTHER}
    }  # fmt: skip
    assert not [
        1
        for a, b in conflict
        for c in range(1, len(people) + 1)
        if {tuple(sorted((a, c))), tuple(sorted((b, c)))} <= sure
    ]


class TestAgainstKnownTruth:
    @pytest.mark.parametrize("no_code", [0.2, 0.5])
    def test_it_finds_more_than_exact_matching_and_hardly_a_false_one(self, no_code):
        records, who = simulated(10_000, no_code)
        outcome, simple = linked(records, who), exact(records, who)
        assert outcome.sensitivity > max(simple.sensitivity, 0.85)
        assert outcome.false <= 0.001

    def test_febrl_people_with_many_errors(self):
        records, who = febrl(["4a", "4b"])
        outcome, simple = linked(records, who), exact(records, who)
        assert outcome.sensitivity > simple.sensitivity + 0.2
        assert outcome.false <= 0.001

    def test_the_probabilities_are_honest(self):
        """Of a hundred pairs with 90 % about ninety are right; rather more, since the method is careful."""
        records, who = simulated(40_000, 1.0)
        people = People(records)
        pairs = score(people, people.frequencies())
        probability = compete(pairs)
        right = np.array(who)[pairs.one] == np.array(who)[pairs.other]
        unsure = (probability > 0.5) & (probability < SURE)
        assert right[unsure].mean() >= probability[unsure].mean() - 0.05
        assert right[probability >= SURE].mean() >= 0.999
