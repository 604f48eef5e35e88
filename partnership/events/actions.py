"""What an administrator of the service can do about events and letters that failed."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from partnership.actions import action
from partnership.events.letters import ask_for_sender
from partnership.events.models import EventDelivery, Letter
from partnership.events.outbox import ask_for_relay


@action("event.send_again", outside="administrator")
def send_again(number: int | None = None) -> int:
    """Lets failed deliveries (the one of a number, or all) wait with the attempts of new ones; returns how many.

    None where the delivery did not fail, or is sent again already.
    """
    failed = EventDelivery.objects.failed()
    if number is not None:
        failed = failed.filter(pk=number)
    count = failed.update(failed_at=None, attempts=0, available_at=timezone.now())
    if count:
        ask_for_relay()
    return count


@action("letter.send_again", outside="administrator")
def send_letters_again(number: UUID | None = None) -> int:
    """Lets letters that were not delivered (the one of a number, or all) wait with the attempts of new ones; returns how many."""
    failed = Letter.objects.failed()
    if number is not None:
        failed = failed.filter(pk=number)
    count = failed.update(state=Letter.State.WAITING, attempts=0, due_at=timezone.now(), ended_at=None)
    if count:
        ask_for_sender()
    return count
