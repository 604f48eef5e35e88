"""What noise hides and what it costs: how often an attacker tells one person's status right, and how wide intervals become.

The attackers know the tables of perturbation, not the secret, and decide by the exact probability of what they see; half of the
people were rearrested, so that guessing is right in 50 of 100. Against one window they weigh exact probabilities, with a random
number in the place of the HMAC (no state comes back, so each is a draw of its own); against all windows they go through the portal's
own code. PORTAL_BENCH_DRAWS changes the number of draws.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bench.database import Figure, sized

DRAWS = int(os.environ.get("PORTAL_BENCH_DRAWS") or sized(20_000, 40))
SEED = 2026
Floats = NDArray[np.float64]
SHARES = (0.05, 0.2, 0.5)
"""Rearrested, of the people of a population."""
PEOPLE = (40, 250, 2500)


def run() -> Iterator[Figure]:
    for name, pairs, limit in (("one_pair", 1, 66), ("three_pairs", 3, 78)):
        right, certain = worst(lambda rng, n, p, pairs=pairs: pair(rng, n, p, pairs))
        yield Figure(f"protection.{name}_one_window", right, "of 100 right", f"at most {limit}", right <= limit)
        yield Figure(f"protection.{name}_certain", certain, "of 100 certain", "none", certain == 0)
    right, certain = worst(knows_others)
    yield Figure("protection.knows_all_others_one_window", right, "of 100 right", "at most 70", right <= 70)
    # The rarest outcome: who is told that a true 0 is shown as 0 sees that somebody is not among none.
    yield Figure("protection.knows_all_others_certain", certain, "of 100 certain")
    attacks: tuple[tuple[str, Attack, int | None], ...] = (
        ("one_pair_all_windows", Attack(pairs=1), 78),
        ("three_pairs_all_windows", Attack(pairs=3), 90),
        ("one_pair_all_windows_four_releases", Attack(pairs=1, releases=4), None),
        ("knows_all_others_all_windows", Attack(knows_others=True), 84),
        ("knows_all_others_all_windows_four_releases", Attack(knows_others=True, releases=4), None),
    )
    for name, attack, most in attacks:
        right = max(attack.right(people) for people in PEOPLE)
        goal, holds = (f"at most {most}", right <= most) if most else ("", None)
        yield Figure(f"protection.{name}", right, "of 100 right", goal, holds)
    for people in (40, 100, 250, 600):
        for share in (0.02, 0.15, 0.4):
            covered, width = interval(np.random.default_rng(SEED), people, share)
            name = f"protection.interval_{people}_people_{share:.0%}".replace("%", "_percent")
            yield Figure(
                f"{name}_covers", 100 * covered, "%", "93 to 100", covered >= 0.93 - 1.96 * (0.07 / DRAWS) ** 0.5
            )
            yield Figure(f"{name}_width_to_exact", width, "times")


@cache
def table(count: int) -> tuple[NDArray[np.int64], Floats]:
    """(counts that are shown, their probabilities) of a true count."""
    from metrics.protection.perturbation import OF_PEOPLE, distribution

    moved = max(0, count - 20)
    visible, cumulative = distribution(count - moved, OF_PEOPLE)
    return visible.astype(int) + moved, np.diff(cumulative, prepend=0.0)


def show(rng: np.random.Generator, count: int) -> int:
    """A draw from the table."""
    visible, probabilities = table(count)
    return int(rng.choice(visible, p=probabilities / probabilities.sum()))


@cache
def chance(visible: int, count: int) -> float:
    """How probable a shown count is, given the true one."""
    if count < 0:
        return 0.0
    values, probabilities = table(count)
    return float(probabilities[values == visible].sum())


def worst(attack: object) -> tuple[float, float]:
    """(right, certain), of 100, in the population where the attacker does best."""
    shares = []
    for people in PEOPLE:
        for share in SHARES:
            rng = np.random.default_rng(SEED)
            tries = [attack(rng, people, share) for _ in range(max(sized(50, 5), DRAWS // 10))]  # type: ignore[operator]
            shares.append(
                (100 * np.mean([right for right, _ in tries]), 100 * np.mean([certain for _, certain in tries]))
            )
    return float(max(right for right, _ in shares)), float(max(certain for _, certain in shares))


def judged(rng: np.random.Generator, is_event: bool, if_event: float, if_not: float) -> tuple[bool, bool]:
    """(whether the more probable status is the true one, whether it was certain)."""
    guess = rng.random() < 0.5 if if_event == if_not else if_event > if_not
    return guess == is_event, min(if_event, if_not) == 0


def pair(rng: np.random.Generator, people: int, share: float, pairs: int) -> tuple[bool, bool]:
    """Sees both tails of populations with and without somebody, `pairs` times with other people; knows nothing else."""
    is_event = bool(rng.random() < 0.5)
    with_event = without = 1.0
    for _ in range(pairs):
        events = int(rng.binomial(people, share))
        counts = {True: events, False: people - events}
        for tail, count in counts.items():
            one, other = show(rng, count), show(rng, count + (tail == is_event))
            near = range(max(0, one - 12), one + 13)
            same = sum(chance(one, c) * chance(other, c) for c in near)
            more = sum(chance(one, c) * chance(other, c + 1) for c in near)
            with_event *= more if tail else same
            without *= same if tail else more
    return judged(rng, is_event, with_event, without)


def knows_others(rng: np.random.Generator, people: int, share: float) -> tuple[bool, bool]:
    """Knows how everybody else fared, and sees both tails of one window."""
    is_event = bool(rng.random() < 0.5)
    with_event = without = 1.0
    events = int(rng.binomial(people, share))
    for tail, count in ((True, events), (False, people - events)):
        visible = show(rng, count + (tail == is_event))
        with_event *= chance(visible, count + tail)
        without *= chance(visible, count + (not tail))
    return judged(rng, is_event, with_event, without)


class Attack:
    """On all windows and kinds at once, through the code that makes the figures: was somebody rearrested for a drug offence in the
    first six months, or never? The attacker sees the counts with and without the person, or knows those without, and weighs what
    is different by how the noise of the cells goes together (the best linear rule; learnt from tries of its own)."""

    def __init__(self, *, pairs: int = 1, releases: int = 1, knows_others: bool = False) -> None:
        self.pairs, self.releases, self.knows_others = pairs, releases, knows_others

    def right(self, people: int) -> float:
        """How often, of 100, the person's status is told right in populations of this size."""
        rng = np.random.default_rng(SEED)
        tries = max(sized(40, 4), DRAWS // 40)
        learnt = [np.array([self.seen(rng, people, is_event) for _ in range(tries)]) for is_event in (False, True)]
        weights = np.linalg.pinv(np.cov(np.concatenate([seen - seen.mean(axis=0) for seen in learnt]).T)) @ (
            learnt[1].mean(axis=0) - learnt[0].mean(axis=0)
        )
        middle = (learnt[0].mean(axis=0) + learnt[1].mean(axis=0)) @ weights / 2
        told = [
            (self.seen(rng, people, is_event) @ weights > middle) == is_event
            for is_event in (False, True)
            for _ in range(tries)
        ]
        return 100 * float(np.mean(told))

    def seen(self, rng: np.random.Generator, people: int, is_event: bool) -> Floats:
        """What the attacker sees, summed over the pairs and releases, in all of which the person's status is the same."""
        seen = np.zeros(24)
        for _ in range(self.pairs):
            others = population(rng, people)
            person = (6, 1, 1) if is_event else (6, 7, 7)
            with_person = {**others, person: (others.get(person, (0, 0))[0] + 1, int(rng.integers(2**62)))}
            for _release in range(self.releases):
                release = str(rng.integers(2**62))
                seen += published(with_person, release) - (
                    true(others) if self.knows_others else published(others, release)
                )
        return seen


Counts = dict[tuple[int, int, int], tuple[int, int]]


def population(rng: np.random.Generator, people: int) -> Counts:
    """People whose windows are observed and who are rearrested at a steady rate, half of them for drug offences."""
    observed = rng.integers(0, 7, people)
    any_bin = np.minimum(7, 1 + rng.geometric(0.15, people))
    drug_bin = np.where(rng.random(people) < 0.5, any_bin, 7)
    counts: Counts = {}
    for key in zip(observed.tolist(), any_bin.tolist(), drug_bin.tolist(), strict=True):
        counts[key] = (counts.get(key, (0, 0))[0] + 1, int(rng.integers(2**62)))
    return counts


def published(counts: Counts, release: str) -> Floats:
    """The protected counts of both tails of all windows and kinds."""
    from metrics.protection.counts import Draws
    from metrics.recidivism.fixed_windows import Outcomes, tails

    return np.array(
        [part.value for cell in tails(Outcomes(counts), Draws(release)).values() for part in cell], dtype=float
    )


def true(counts: Counts) -> Floats:
    """The true ones, in the same order."""
    from metrics.recidivism.fixed_windows import WINDOWS, Outcomes
    from metrics.recidivism.members import KINDS

    outcomes = Outcomes(counts)
    return np.array(
        [
            count
            for number in range(len(WINDOWS), 0, -1)
            for kind in KINDS
            for count in (
                outcomes.rearrested(kind, number),
                outcomes.eligible(number) - outcomes.rearrested(kind, number),
            )
        ],
        dtype=float,
    )


def interval(rng: np.random.Generator, people: int, share: float) -> tuple[float, float]:
    """(share of intervals that hold the true rate, their width as a multiple of Wilson's on the true counts)."""
    from metrics.protection.counts import shown_before
    from metrics.protection.rates import rate
    from metrics.statistics.proportions import wilson

    covered, widths, exact = [], [], []
    for _ in range(max(sized(100, 20), DRAWS // 10)):
        events = int(rng.binomial(people, share))
        estimate = rate(shown_before(show(rng, events)), shown_before(show(rng, people - events)))
        if estimate is None:
            continue
        covered.append(estimate.lower <= share <= estimate.upper)
        widths.append(estimate.upper - estimate.lower)
        plain = wilson(events, people)
        exact.append(plain.upper - plain.lower)
    return float(np.mean(covered)), float(np.mean(widths) / np.mean(exact))
