"""What can be done with events: announcing one, its minutes and counts, calling it off, and promises that are kept or not."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnership.actions import Party, action
from partnership.events.outbox import announce
from partnership.events.recipients import Tell
from partnership.isolation.acting import Acting
from partnership.isolation.errors import DateOutOfRange, Invalid, RuleError
from partnership.members.models import CASEWORK_ROLES, Partner, Role
from programs.events import events
from programs.events.models import CommunityEvent, EventPromise

HOSTING_ROLES = (*CASEWORK_ROLES, Role.POLICE_LIAISON, Role.PROFESSIONAL, Role.COORDINATOR)
"""Who holds events for a partner, and answers for its promises."""
State = EventPromise.State


class EventCancelled(RuleError):
    """The event was called off. Announce another one."""

    code = "event_cancelled"
    status = 409


class PromiseClosed(RuleError):
    """The promise was closed before. It stays as it is."""

    code = "promise_closed"
    status = 409


@action("community_event.save", roles=HOSTING_ROLES, party=Party.OWNER)
def save_event(*, by: Acting, event: CommunityEvent, hosts: Collection[Partner]) -> CommunityEvent:
    """Announces an event of the acting partner, or changes it. Raises EventCancelled."""
    if event.cancelled_why:
        raise EventCancelled(_("This event was called off. Announce another one."))
    event.save()
    event.hosts.set([partner for partner in hosts if partner.pk != event.partner_id])
    return event


@action("community_event.minutes", roles=HOSTING_ROLES, party=Party.OWNER)
def write_minutes(*, by: Acting, event: CommunityEvent) -> CommunityEvent:
    """Saves the minutes and how many came. Raises DateOutOfRange before it has begun, EventCancelled."""
    if event.cancelled_why:
        raise EventCancelled(_("This event was called off. Announce another one."))
    if not event.has_begun:
        raise DateOutOfRange(_("Minutes are written once the event has begun."))
    event.save()
    return event


@action("community_event.cancel", roles=HOSTING_ROLES, party=Party.OWNER)
def cancel_event(*, by: Acting, event: CommunityEvent, because: str) -> CommunityEvent:
    """Calls an event off that has not begun. Raises Invalid without words, DateOutOfRange once it has begun, EventCancelled."""
    if not because.strip():
        raise Invalid("because", _("Say why."))
    if event.cancelled_why:
        raise EventCancelled(_("This event was called off. Announce another one."))
    if event.has_begun:
        raise DateOutOfRange(_("The event has begun: write in the minutes how it went."))
    event.cancelled_why = because.strip()
    event.save(update_fields=["cancelled_why"])
    return event


@action("promise.record", roles=HOSTING_ROLES, party=Party.OWNER, event="promise.recorded")
def record_promise(
    *, by: Acting, event: CommunityEvent, promised_by: Partner, what: str, due_on: date, is_public: bool
) -> EventPromise:
    """Writes down what a partner promised at an event; another partner is told, and says itself whether the public reads it.

    Raises EventCancelled, Invalid for making another partner's promise public, DateOutOfRange for a day before the event.
    """
    if event.cancelled_why:
        raise EventCancelled(_("This event was called off. Announce another one."))
    if is_public and promised_by.pk != by.partner.pk:
        raise Invalid("is_public", _("Only who promised can make it public. They are told of it."))
    if due_on < timezone.localdate(event.starts_at):
        raise DateOutOfRange(_("Choose a day after the event."))
    promise = EventPromise.objects.create(
        partner=by.partner, event=event, promised_by=promised_by, what=what, due_on=due_on, is_public=is_public
    )
    if promised_by.pk != by.partner.pk:
        url = reverse("community_event", args=[event.pk])
        roles = [str(role) for role in HOSTING_ROLES]
        key = f"promise.recorded:{promise.pk}"
        tell: Tell = {"partner": promised_by.pk, "roles": roles, "url": url}
        announce(events.PROMISED, key, tell=[tell], promise=promise.pk)
    return promise


@action("promise.close", roles=HOSTING_ROLES)
def close_promise(*, by: Acting, promise: EventPromise, kept: bool, outcome: str) -> EventPromise:
    """The partner that promised says whether it was kept, and what came of it. Raises PromiseClosed, and Invalid without words."""
    if not outcome.strip():
        raise Invalid("outcome", _("Say what came of it."))
    promise = _open_promise(by, promise)
    promise.state = State.KEPT if kept else State.NOT_KEPT
    promise.closed_on, promise.outcome = timezone.localdate(), outcome.strip()
    promise.save(update_fields=["state", "closed_on", "outcome"])
    return promise


@action("promise.show", roles=HOSTING_ROLES)
def show_promise(*, by: Acting, promise: EventPromise, is_public: bool) -> EventPromise:
    """The partner that promised says whether the public reads an open promise; what is closed stays where it was read.

    Raises PromiseClosed, and DateOutOfRange for taking one off the public page that is late: the page counts those that were kept.
    """
    promise = _open_promise(by, promise)
    if promise.is_public and promise.is_late and not is_public:
        raise DateOutOfRange(_("Its day is over, and residents wait for it: say whether it was kept."))
    promise.is_public = is_public
    promise.save(update_fields=["is_public"])
    return promise


def _open_promise(by: Acting, promise: EventPromise) -> EventPromise:
    """The promise as it is stored, locked. Raises PromiseClosed, also for one of another partner."""
    stored = EventPromise.objects.select_for_update().filter(pk=promise.pk, promised_by=by.partner, state=State.OPEN)
    locked = stored.first()
    if locked is None:
        raise PromiseClosed(_("This promise was closed before, or is another organisation's."))
    return locked
