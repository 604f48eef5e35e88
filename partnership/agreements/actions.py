"""What can be done with agreements: saving and ending one; and which one is in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from partnership.actions import action
from partnership.agreements.models import Agreement
from partnership.isolation.acting import Acting
from partnership.members.models import Partner, Role


@action("agreement.end", roles=(Role.COORDINATOR,))
def end_agreement(*, by: Acting, agreement: Agreement, on: date) -> None:
    """Ends an agreement: from that day on nothing new is disclosed under it."""
    agreement.ended_on = on
    agreement.save(update_fields=["ended_on"])


def agreement_in_force(one: Partner, other: Partner) -> Agreement | None:
    """The agreement under which the two partners may exchange data today; with several, the one that promises most."""
    in_force = Agreement.objects.in_force().between(one, other)
    return in_force.order_by("days_to_acknowledge", "days_to_accept", "pk").first()


@action("agreement.save", roles=(Role.COORDINATOR,))
def save_agreement(*, by: Acting, agreement: Agreement, parties: Iterable[Partner]) -> Agreement:
    """Records an agreement with its parties, or changes one; its legal basis and promised days stand in the history."""
    agreement.save()
    agreement.parties.set(parties)
    return agreement
