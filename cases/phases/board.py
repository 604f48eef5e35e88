"""Who is in which phase, whose review is due, and how responses are given: exact, since nobody but the partner sees it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from cases.enrolments.models import Enrolment
from cases.phases.models import Phase, PhaseStay, Response, Review
from programs.catalogue.models import Programme

RESPONSES_OF = timedelta(days=365)
"""Numbers of responses are of so long a time, up to today."""


@dataclass(frozen=True)
class Place:
    """Somebody in a phase, and when they are to be reviewed next: None where neither the phase nor a review says when."""

    stay: PhaseStay
    due_on: date | None

    def is_due(self, today: date) -> bool:
        return self.due_on is not None and self.due_on <= today


@dataclass(frozen=True)
class Board:
    """Each phase with who is in it; who takes part and has not begun; who has completed all phases."""

    phases: list[tuple[Phase, list[Place]]]
    not_begun: list[Enrolment]
    completed: list[Enrolment]

    def people(self) -> list[PhaseStay | Enrolment]:
        """Everybody whose name it shows."""
        places = [place.stay for _phase, there in self.phases for place in there]
        return [*places, *self.not_begun, *self.completed]


def due_on(stay: PhaseStay, last: Review | None) -> date | None:
    """When somebody is to be reviewed: as the last review in this phase said, else so many days after it or after the phase began."""
    if last is not None and last.held_on >= stay.started_on and last.next_on:
        return last.next_on
    if stay.phase.review_days is None:
        return None
    since = max(stay.started_on, last.held_on) if last else stay.started_on
    return since + timedelta(days=stay.phase.review_days)


def board_of(programme: Programme) -> Board:
    """The board of a programme's open participations: four queries."""
    open_ones = list(
        Enrolment.objects.open().filter(programme=programme).select_related("person").order_by("started_on", "id")
    )
    phases = list(Phase.objects.filter(programme=programme, partner=programme.partner_id).order_by("number"))
    by_enrolment: dict[int, PhaseStay] = {}
    stays = PhaseStay.objects.filter(enrolment__in=open_ones).select_related("phase", "enrolment__person")
    for stay in stays.order_by("started_on", "id"):
        by_enrolment[stay.enrolment_id] = stay  # the latest stays
    last_reviews = last_reviews_of(list(by_enrolment))
    there: dict[int, list[Place]] = defaultdict(list)
    for stay in by_enrolment.values():
        if stay.ended_on is None:
            there[stay.phase_id].append(Place(stay, due_on(stay, last_reviews.get(stay.enrolment_id))))
    return Board(
        phases=[(phase, there[phase.pk]) for phase in phases],
        not_begun=[each for each in open_ones if each.pk not in by_enrolment],
        completed=[each for each in open_ones if each.pk in by_enrolment and by_enrolment[each.pk].ended_on],
    )


def last_reviews_of(enrolments: list[int]) -> dict[int, Review]:
    """The latest review of each of these participations, by its number."""
    reviews = Review.objects.filter(enrolment__in=enrolments).order_by("enrolment", "-held_on", "-id")
    return {review.enrolment_id: review for review in reviews.distinct("enrolment")}


@dataclass(frozen=True)
class ResponseFigures:
    """Responses of a programme in the last year."""

    kinds: list[tuple[str, int]]
    hours: float | None

    @property
    def total(self) -> int:
        return sum(count for _kind, count in self.kinds)


def response_figures(programme: Programme, today: date) -> ResponseFigures:
    """How many responses of each kind, and the median of the hours after which they came, of those of which it is known."""
    responses = Response.objects.filter(
        enrolment__programme=programme, partner=programme.partner_id, removed_on=None, on__gt=today - RESPONSES_OF
    )
    rows = list(responses.values_list("kind", "hours_after"))
    kinds = Counter(kind for kind, _hours in rows)
    hours = [hours for _kind, hours in rows if hours is not None]
    return ResponseFigures(
        kinds=[(str(kind.label), kinds[kind.value]) for kind in Response.Kind], hours=median(hours) if hours else None
    )
