"""Pages of the administrator of the service: events that failed for good."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from partnership.events import actions
from partnership.events.models import EventDelivery
from partnership.pages.guard import service_page
from partnership.pages.paging import page_by_key


@require_safe
@service_page
def failed_events(request: HttpRequest) -> HttpResponse:
    """What no attempt brought to its handler, the newest event first. The database shows it to administrators alone."""
    page = page_by_key(EventDelivery.objects.failed(), ["-id"], request.GET.get("after", ""))
    return render(request, "project/failed_events.html", {"page": page})


@require_POST
@service_page
def send_event_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends one failed event again to the handler that failed."""
    return _sent_again(request, actions.send_again(pk))


@require_POST
@service_page
def send_events_again(request: HttpRequest) -> HttpResponse:
    """Sends all failed events again."""
    return _sent_again(request, actions.send_again())


def _sent_again(request: HttpRequest, count: int) -> HttpResponse:
    if count:
        text = ngettext("%(n)d event is sent again.", "%(n)d events are sent again.", count) % {"n": count}
        messages.success(request, f"{text} {_('What fails again comes back to this page.')}")
    else:
        messages.info(request, _("Nothing to send: somebody has done so already."))
    return redirect("failed_events")
