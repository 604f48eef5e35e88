"""Simulated lives: who was arrested when, who joined which programme, who was arrested again.

Each person has a rate of offending of their own (gamma-distributed, so that some are arrested often and most once). From
the day of joining, a programme multiplies that rate by its hazard: below 1 it works, at 1 it does nothing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from cases.people import identity_code
from demo.places import DISTRICTS, FIRST_NAMES, INTERVENTIONS, LAST_NAMES, NGOS, Offer

PEOPLE = 8_000
YEARS = 7
WARM_UP_YEARS = 3
"""Lives begin so much earlier, so that the first months shown hold re-arrests like the later ones."""
FEWER = 0.6
"""First arrests in pilot districts since an intervention began, times what they were."""
JOINS = 0.45
"""Share of people who join a programme."""


@dataclass
class Life:
    """A simulated human being; the partners' records of them are made from this."""

    number: int
    first_names: str
    last_name: str
    sex: str
    born_on: date
    code: str
    district: str
    arrests: list[tuple[date, date | None, str]] = field(default_factory=list)  # arrested on, offence on, ICCS
    ngo: str = ""
    offer: Offer | None = None
    joined_on: date | None = None
    ended_on: date | None = None
    end_reason: str = ""


def lives(today: date, rng: random.Random, people: int = PEOPLE) -> list[Life]:
    shown_from = today - timedelta(days=365 * YEARS)
    start = shown_from - timedelta(days=365 * WARM_UP_YEARS)
    offers = [(ngo, offer) for ngo, offered in NGOS.items() for offer in offered if offer.share]
    used: set[str] = set()
    arrested: list[Life] = []
    while len(arrested) < people:
        life = _life(len(arrested), start, today, offers, used, rng)
        life.arrests = [arrest for arrest in life.arrests if arrest[0] >= shown_from]
        if life.joined_on and life.joined_on < shown_from:
            life.offer = life.joined_on = life.ended_on = None
        if life.arrests:
            arrested.append(life)
    return arrested


def _life(
    number: int, start: date, today: date, offers: list[tuple[str, Offer]], used: set[str], rng: random.Random
) -> Life:
    district = rng.choices([d.name for d in DISTRICTS], weights=[d.weight for d in DISTRICTS])[0]
    # Seasons: more in summer; and fewer first arrests where and since an intervention works.
    while True:
        first = start + timedelta(days=rng.randrange((today - start).days))
        years = (first - start).days / 365
        keep = (0.75 + 0.25 * (first.month in (5, 6, 7, 8))) * 0.99**years
        for _name, _programme, days, _series, pilot, _comparison in INTERVENTIONS:
            if district in pilot and (today - first).days < days:
                keep *= FEWER
        if rng.random() < keep:
            break
    ngo, offer = _choose_offer(district, offers, rng) if rng.random() < JOINS else ("", None)
    young = offer.youth if offer else rng.random() < 0.08
    age = rng.uniform(15.2, 17.9) if young else 18 + min(rng.gammavariate(2.0, 6.5), 50)
    born_on = first - timedelta(days=int(age * 365.25))
    sex = "male" if rng.random() < 0.78 else "female"
    codes = (
        [identity_code.make(born_on, n) for n in range(901 if sex == "male" else 900, 1000, 2)]
        if rng.random() < 0.93
        else [""]
    )
    code = next(c for c in rng.sample(codes, len(codes)) if not c or c not in used)
    used.add(code)
    life = Life(
        number=number,
        first_names=rng.choice(FIRST_NAMES[sex]),
        last_name=rng.choice(LAST_NAMES),
        sex=sex,
        born_on=born_on,
        code=code,
        district=district,
    )
    life.arrests.append(_arrest(first, rng))
    if offer:
        life.ngo, life.offer = ngo, offer
        joined = first + timedelta(days=int(rng.gammavariate(2, 7)))
        life.joined_on = min(joined, today)
        length = int(rng.gammavariate(4, 40))
        if life.joined_on + timedelta(days=length) <= today:
            life.ended_on = life.joined_on + timedelta(days=length)
            life.end_reason = rng.choices(
                ["completed", "person_left", "person_unreachable", "provider_ended", "moved", "imprisoned"],
                weights=[0.62, 0.17, 0.10, 0.04, 0.04, 0.03],
            )[0]
    rate = rng.gammavariate(0.8, 0.45) * (1.3 if age < 25 else 1.0)  # arrests a year
    day = first
    while len(life.arrests) < 30 and rate > 0.001:
        helped = life.offer and life.joined_on and day >= life.joined_on
        pause = rng.expovariate(rate * (life.offer.hazard if helped and life.offer else 1.0))
        following = day + timedelta(days=1 + int(pause * 365.25))
        if life.offer and life.joined_on and day < life.joined_on < following:
            day = life.joined_on  # from here on the programme's rate holds: draw anew (the exponential forgets)
            continue
        if following > today:
            break
        life.arrests.append(_arrest(following, rng))
        day = following
    return life


def _choose_offer(district: str, offers: list[tuple[str, Offer]], rng: random.Random) -> tuple[str, Offer]:
    near = [offer for offer in offers if district in offer[1].districts] or offers
    return rng.choices(near, weights=[offer.share for _, offer in near])[0]


def _arrest(day: date, rng: random.Random) -> tuple[date, date | None, str]:
    offence_on = None if rng.random() < 0.15 else day - timedelta(days=int(rng.expovariate(0.5)))
    iccs = rng.choices(["060111", "060112", "060121", "06019", "05", "02", "08"], weights=[58, 4, 9, 2, 15, 7, 5])[0]
    return day, offence_on, iccs
