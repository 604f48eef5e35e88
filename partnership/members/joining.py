"""How far a new partner has come: the steps from its invitation to its first referral, which rooms declare."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnership.members.models import Invitation, Partner


class Step(NamedTuple):
    """A step of a partner that joins. `is_done`: a query about the partner (OuterRef("pk")), by an index.

    `kinds`: of which kinds of partner it is asked, none for all. `by_member`: only a member of the partner can have done it, so
    that somebody was invited and accepted, though an administrator may have added the first members without an invitation.
    """

    name: str
    order: int
    label: str | Promise
    is_done: Callable[[], Exists]
    kinds: tuple[str, ...] = ()
    by_member: bool = False


def _invitations() -> Exists:
    return Exists(Invitation.objects.filter(partner=OuterRef("pk"), is_manager=True, revoked_at=None))


def _accepted_invitations() -> Exists:
    return Exists(Invitation.objects.filter(partner=OuterRef("pk"), is_manager=True, accepted_at__isnull=False))


INVITED, ACCEPTED = "invited", "accepted"
_STEPS: dict[str, Step] = {
    INVITED: Step(INVITED, 1, _("Manager invited"), _invitations),
    ACCEPTED: Step(ACCEPTED, 2, _("Invitation accepted"), _accepted_invitations),
}


def register(step: Step) -> None:
    """Registers a step; the smaller `order` comes first."""
    _STEPS[step.name] = step


class Joining(NamedTuple):
    """A partner with a step left to do; each of its steps, and whether it is done."""

    partner: Partner
    steps: list[tuple[str | Promise, bool]]


def joining_partners(most: int) -> list[Joining]:
    """The newest active partners with a step left to do, at most so many. One query; the acting user must see every partner's
    invitations and referrals, as the coordinator does."""
    steps = sorted(_STEPS.values(), key=lambda step: step.order)
    has_member = reduce(operator.or_, (Q(**{step.name: True}) for step in steps if step.by_member), Q(pk__in=[]))
    is_asked = {step.name: Q(kind__in=step.kinds) if step.kinds else Q() for step in steps}
    is_done = {step.name: Q(**{step.name: True}) for step in steps}
    is_done[INVITED] |= Q(**{ACCEPTED: True}) | has_member
    is_done[ACCEPTED] |= has_member
    is_left = reduce(operator.or_, (is_asked[step.name] & ~is_done[step.name] for step in steps))
    partners = Partner.objects.filter(is_active=True).exclude(kind=Partner.Kind.COORDINATION)
    partners = partners.annotate(**{step.name: step.is_done() for step in steps}).filter(is_left).order_by("-pk")[:most]
    return [Joining(partner, _steps_of(partner, steps)) for partner in partners]


def _steps_of(partner: Partner, steps: list[Step]) -> list[tuple[str | Promise, bool]]:
    has_member = any(getattr(partner, step.name) for step in steps if step.by_member)
    implied = {
        INVITED: has_member or getattr(partner, ACCEPTED),
        ACCEPTED: has_member,
    }
    return [
        (step.label, getattr(partner, step.name) or implied.get(step.name, False))
        for step in steps
        if not step.kinds or partner.kind in step.kinds
    ]
