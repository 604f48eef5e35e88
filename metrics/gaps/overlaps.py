"""Programmes that do the same in one district: of one kind, for the same ages and languages, by more than one organisation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from metrics.figures.address import requested_run
from metrics.gaps.models import GapResult
from metrics.gaps.pages import serving
from metrics.permissions import OVERLAPS
from partnership.isolation.acting import PartnerRequest
from partnership.members.models import District
from partnership.pages.guard import partner_page
from programs.catalogue.models import Programme


class Place(NamedTuple):
    """A district in which they do the same, and of those referred there the share that found no place, where it is known."""

    district: District
    gap: GapResult | None


class Overlap(NamedTuple):
    """Programmes of one kind that share people with one another, and where."""

    kind: str
    programmes: list[Programme]
    places: list[Place]


def do_the_same(one: Programme, other: Programme) -> bool:
    """Of one kind, and somebody could come to either by age and language; where none is named, all are meant."""
    ages = (one.age_to is None or other.age_from is None or other.age_from <= one.age_to) and (
        other.age_to is None or one.age_from is None or one.age_from <= other.age_to
    )
    languages = not one.languages or not other.languages or bool(set(one.languages) & set(other.languages))
    return one.kind == other.kind and ages and languages


def groups_of(programmes: Sequence[Programme]) -> list[list[Programme]]:
    """Those that do the same as another one of them, put together; groups of one organisation are left out."""
    group_of = {each.pk: {each.pk} for each in programmes}
    for one, other in combinations(programmes, 2):
        if do_the_same(one, other) and group_of[one.pk] is not group_of[other.pk]:
            together = group_of[one.pk] | group_of[other.pk]
            group_of |= dict.fromkeys(together, together)
    groups = {frozenset(group) for group in group_of.values()}
    members = [[each for each in programmes if each.pk in group] for group in groups]
    return [group for group in members if len({each.partner_id for each in group}) > 1]


def find_overlaps(
    programmes: Sequence[Programme], districts: Sequence[District]
) -> list[tuple[list[Programme], list[District]]]:
    """Each group with the districts in which it does the same; of an area that is named its parts are not."""
    where: dict[tuple[int, ...], tuple[list[Programme], list[District]]] = defaultdict(lambda: ([], []))
    for district in districts:
        for group in groups_of(serving(district, programmes)):
            numbers = tuple(each.pk for each in group)
            known = where[numbers]
            where[numbers] = (group, [*known[1], district])
    named = []
    for group, there in where.values():
        numbers_there = {district.pk for district in there}
        named.append((group, [district for district in there if district.parent_id not in numbers_there]))
    return sorted(named, key=lambda each: (-len(each[0]), str(each[0][0].get_kind_display()), each[0][0].pk))


@require_safe
@partner_page(OVERLAPS)
def overlaps(request: PartnerRequest) -> HttpResponse:
    """Groups of programmes that do the same, the largest first, with who takes whom, free places, and who finds none there."""
    programmes = list(Programme.objects.offered().for_lists().order_by("name", "id"))
    run = requested_run(request, of_release=True)
    gaps = {gap.district_id: gap for gap in GapResult.objects.filter(run=run)} if run else {}
    rows = [
        Overlap(str(group[0].get_kind_display()), group, [Place(each, gaps.get(each.pk)) for each in there])
        for group, there in find_overlaps(programmes, list(District.objects.order_by("name", "id")))
    ]
    return render(request, "metrics/gaps/overlaps.html", {"overlaps": rows})
