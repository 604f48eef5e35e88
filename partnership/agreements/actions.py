"""Actions on partners, members and agreements."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from partnership.agreements.models import Agreement
from partnership.members.models import Partner


@transaction.atomic
def end_agreement(*, agreement: Agreement, on: date) -> None:
    """Ends an agreement: from that day on nothing new is disclosed under it."""
    agreement.ended_on = on
    agreement.save(update_fields=["ended_on"])


def agreement_in_force(one: Partner, other: Partner) -> Agreement | None:
    """The agreement under which the two partners may exchange data today; with several, the one that promises most."""
    found = Agreement.objects.in_force().between(one, other)
    return found.order_by("days_to_acknowledge", "days_to_accept", "pk").first()
