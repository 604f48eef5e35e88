"""Work in the demo: employers of two organisations, and placements at each step, two of which wait for somebody to ask."""

from __future__ import annotations

import random
from datetime import date, timedelta

from cases.enrolments.models import Enrolment
from cases.placements import actions as placements
from cases.placements.models import Placement, Tell
from demo.courses import enrol, programme_of
from partnership.isolation.acting import Acting
from partnership.members.models import District
from programs.catalogue.models import Part, Programme
from programs.employers import actions as employers
from programs.employers.models import Employer, WorkOffer

Terms = tuple[str, str, int, list[str]]
EMPLOYERS: tuple[tuple[str, str, tuple[Terms, ...]], ...] = (
    (
        "Esimerkin Varasto",
        "Taina, 040 000 1100 (mornings)",
        (("work_trial", "Storage and packing", 25, ["safety_card"]),),
    ),
    (
        "Malliravintola Aurajoki",
        "Kitchen manager, 040 000 1200",
        (
            ("apprenticeship", "Kitchen", 37, ["hygiene_passport", "shifts"]),
            ("work_trial", "Dishes and cold kitchen", 20, []),
        ),
    ),
    ("Puhdas Malli", "Team leader, 040 000 1300", (("job", "Cleaning of stairwells", 30, ["finnish"]),)),
)
"""Name, who to call, what it offers: kind, work, hours a week, what it takes."""
AT_WORK = (
    ("Joona", "Virta", 40),
    ("Emma", "Saari", 60),
    ("Patrik", "Holm", 80),
    ("Sami", "Niva", 150),
    ("Laura", "Meri", 260),
    ("Oskari", "Tuuli", 200),
)
"""First names, last name, days since they came: with each one step further."""
PAST = 70


def placed(worker: Acting, coordinator: Acting, district: District, today: date, rng: random.Random) -> None:
    """A programme of the worker's that finds work, with one person at each step; the coordination office keeps an employer, too."""
    names = ("Step into work", "Askel työhön", "Steg till arbete")
    programme = programme_of(worker, district, names, Programme.Kind.VOCATIONAL, [Part.PLAN, Part.PLACEMENTS])
    offers = [offer for terms in EMPLOYERS for offer in _employer(worker, district, *terms)]
    # Two that everybody may use, of which one takes nobody now.
    gardens, greenhouse = _employer(
        coordinator,
        district,
        "Mallipuutarha",
        "Office, 040 000 1400",
        (("work_trial", "Gardens and parks", 30, ["driving_licence"]), ("job", "Greenhouse", 37, ["experience"])),
    )
    employers.open_offer(by=coordinator, offer=greenhouse, is_open=False)
    people = [enrol(worker, programme, district, who, today) for who in AT_WORK]
    for number, (enrolment, offer) in enumerate(zip(people, [gardens, *offers, gardens], strict=False)):
        placement = placements.offer_placement(by=worker, enrolment=enrolment, offer=offer)
        if number == 0:
            continue
        placements.record_consent(
            by=worker,
            placement=placement,
            how="paper",
            tells=[Tell.NAME, Tell.TIMES, Tell.SKILLS, *([Tell.HELPER] if number % 2 else [])],
            times="From nine to three, not on Thursdays.",
            skills="Two years in a shop. Finnish and English. A hygiene passport.",
        )
        if number > 1:
            placements.agree(by=worker, placement=placement)
        if number > 2:
            _long_ago(placement, enrolment.started_on + timedelta(days=20))
    _ended(worker, Placement.objects.get(enrolment=people[-1]), today)
    _of_the_past(worker, offers[0], rng)


def _employer(
    keeper: Acting, district: District, name: str, contact: str, offers: tuple[Terms, ...]
) -> list[WorkOffer]:
    one = employers.save_employer(by=keeper, employer=Employer(partner=keeper.partner, name=name, contact=contact))
    return [
        employers.save_offer(
            by=keeper,
            offer=WorkOffer(
                partner=keeper.partner,
                employer=one,
                kind=kind,
                work=work,
                hours_a_week=hours,
                district=district,
                asks=asks,
            ),
        )
        for kind, work, hours, asks in offers
    ]


def _long_ago(placement: Placement, day: date) -> None:
    """All of it was said on a day of the past, and the work began a week later: actions say it of today."""
    Placement.objects.filter(pk=placement.pk).update(
        offered_on=day, consent_on=day, agreed_on=day, started_on=day + timedelta(days=7)
    )


def _ended(worker: Acting, placement: Placement, today: date) -> None:
    placements.end(by=worker, placement=placement, on=today - timedelta(days=30), reason="hired")


def _of_the_past(worker: Acting, offer: WorkOffer, rng: random.Random) -> None:
    """Placements of participations that have ended, with how long they lasted: none can be offered there any more."""
    ended = Enrolment.objects.filter(partner=worker.partner).exclude(ended_on=None).order_by("-ended_on", "id")[:PAST]
    for enrolment in ended:
        day = enrolment.started_on + timedelta(days=5)
        lasted, reason = rng.choices(
            [(400, "hired"), (150, "as_agreed"), (60, "as_agreed"), (40, "person_left"), (20, "employer_ended")],
            weights=[25, 30, 20, 15, 10],
        )[0]
        Placement.objects.create(
            partner=worker.partner,
            enrolment=enrolment,
            offer=offer,
            responsible=worker.user,
            offered_on=day,
            consent_on=day,
            consent_how="paper",
            tells=[Tell.NAME],
            agreed_on=day,
            started_on=day,
            ended_on=min(day + timedelta(days=lasted), offer.checked_on),
            end_reason=reason,
        )
