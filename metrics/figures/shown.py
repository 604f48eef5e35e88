"""What all figures' pages share: which run, which choices, what a figure's file is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from metrics.cohorts.models import Cohort
from metrics.runs import actions as runs
from metrics.runs.models import Run
from partnership.isolation.acting import Acting, PartnerRequest
from partnership.pages.number_format import typed

Choices = dict[str, Any]


def choice(request: PartnerRequest, name: str, allowed: Choices, default: str) -> str:
    """A parameter of the address, or the default for nonsense."""
    value = request.GET.get(name, default)
    return value if value in allowed else default


def shown_run(request: PartnerRequest) -> Run | None:
    """The run that the address names, or the newest one. A run that is not done, or no run's number, is not found."""
    asked = request.GET.get("run", "")
    if not asked:
        return runs.latest_run()
    number = typed(asked)
    if number is None:
        raise Http404
    return get_object_or_404(Run, pk=number, state=Run.State.DONE)


def own_cohorts(acting: Acting) -> QuerySet[Cohort]:
    """The acting partner's: those that are shared, and those that the person made."""
    return Cohort.objects.filter(Q(partner=acting.partner) & (Q(is_shared=True) | Q(created_by=acting.user)))


def visible_cohorts(acting: Acting) -> QuerySet[Cohort]:
    """The own ones, and what a coordinator shared with the whole partnership."""
    return own_cohorts(acting) | Cohort.objects.filter(is_partnership_wide=True)


@dataclass
class Figure:
    """A figure as it is downloaded: a table, and a chart of the same numbers where there is one.

    `draw` takes a theme and whether it is for a phone, and returns a chart; None: there is nothing to draw.
    """

    name: str
    heading: list[Any]
    rows: list[list[Any]]
    run: Run | None
    draw: Callable[[str, bool], Any] | None = None
    notes: list[str] = field(default_factory=list)


DRAWN: dict[str, Callable[[PartnerRequest], Figure]] = {}
"""Every figure that can be downloaded, by its name in the address."""


def figure(name: str) -> Callable[[Callable[[PartnerRequest], Figure]], Callable[[PartnerRequest], Figure]]:
    """Registers a function that puts a figure together, under the name that its downloads have."""

    def register(make: Callable[[PartnerRequest], Figure]) -> Callable[[PartnerRequest], Figure]:
        DRAWN[name] = make
        return make

    return register


def labels(choices: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    """Codes to texts, of the choices of a field."""
    return {str(value): str(label) for value, label in choices}


def visible(request: PartnerRequest) -> Q:
    """Results of the acting partner and of the whole partnership; all of them for the coordinator. The database holds to the
    same."""
    if request.acting.role == "coordinator":
        return Q()
    return Q(partner=None) | Q(partner=request.acting.partner)
