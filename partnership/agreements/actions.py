"""What can be done with agreements: saving and ending one; and which one is in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils import timezone

from partnership.actions import action
from partnership.agreements import events
from partnership.agreements.models import Agreement
from partnership.events.outbox import announce
from partnership.isolation.acting import Acting
from partnership.members.models import REFERRING_ROLES, Partner, Role


@action("agreement.end", roles=(Role.COORDINATOR,), event="agreement.ended")
def end_agreement(*, by: Acting, agreement: Agreement, on: date, open_cases_run: bool = False) -> None:
    """Ends an agreement: from that day on nothing is disclosed under it; or nothing new, where open cases run to their end."""
    agreement.ended_on, agreement.open_cases_run = on, open_cases_run
    agreement.save(update_fields=["ended_on", "open_cases_run"])
    _tell_ended(agreement, {partner.pk for partner in agreement.parties.all()}, on)


def _tell_ended(agreement: Agreement, parties: set[int], on: date) -> None:
    """Tells all who refer at its parties that the agreement ended for them."""
    roles, url = [str(role) for role in REFERRING_ROLES], reverse("agreement", args=[agreement.pk])
    announce(
        events.ENDED,
        f"agreement:{agreement.pk}:ended:{on}:{'-'.join(map(str, sorted(parties)))}",
        tell=[{"partner": party, "roles": roles, "url": url} for party in sorted(parties)],
        agreement=agreement.pk,
    )


def agreement_in_force(one: Partner, other: Partner) -> Agreement | None:
    """The agreement under which the two partners may exchange data today; with several, the one that promises most."""
    in_force = Agreement.objects.in_force().between(one, other)
    return in_force.order_by("days_to_acknowledge", "days_to_accept", "pk").first()


@action("agreement.save", roles=(Role.COORDINATOR,))
def save_agreement(*, by: Acting, agreement: Agreement, parties: Iterable[Partner]) -> Agreement:
    """Records an agreement with its parties, or changes one; its legal basis and promised days stand in the history. For whom it is in
    force no longer is told."""
    earlier = Agreement.objects.in_force().filter(pk=agreement.pk).first()
    bound = {partner.pk for partner in earlier.parties.all()} if earlier else set()
    agreement.save()
    agreement.parties.set(parties)
    left = bound - ({partner.pk for partner in agreement.parties.all()} if agreement.is_in_force else set())
    if left:
        _tell_ended(agreement, left, timezone.localdate())
    return agreement
