"""Pages of the administrator of the service: events and e-mail that failed for good. The database shows them to administrators alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from partnership.events import actions
from partnership.events.models import EventDelivery, Letter
from partnership.pages.guard import service_page
from partnership.pages.paging import page_by_key


@require_safe
@service_page
def failed_events(request: HttpRequest) -> HttpResponse:
    """What no attempt brought to its handler, the newest event first."""
    context: dict[str, Any] = {"title": _("Failed events"), "send_all": reverse("events_send_again")}
    context["page"] = page_by_key(EventDelivery.objects.failed(), ["-id"], request.GET.get("after", ""))
    return render(request, "project/failed_events.html", context)


@require_POST
@service_page
def send_event_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends one failed event again to the handler that failed."""
    return _events_sent(request, actions.send_again(pk))


@require_POST
@service_page
def send_events_again(request: HttpRequest) -> HttpResponse:
    """Sends all failed events again."""
    return _events_sent(request, actions.send_again())


def _events_sent(request: HttpRequest, count: int) -> HttpResponse:
    text = ngettext("%(n)d event is sent again.", "%(n)d events are sent again.", count) % {"n": count}
    return _sent(request, count, text, "failed_events")


@require_safe
@service_page
def failed_letters(request: HttpRequest) -> HttpResponse:
    """E-mail that is not tried any more, the latest first, and since when others wait."""
    context: dict[str, Any] = {"title": _("Email not delivered"), "send_all": reverse("letters_send_again")}
    failed = Letter.objects.outside().failed()
    context["page"] = page_by_key(failed, ["-ended_at", "-id"], request.GET.get("after", ""))
    context["waiting_since"] = Letter.objects.unsent().aggregate(first=Min("created_at"))["first"]
    return render(request, "project/failed_letters.html", context)


@require_POST
@service_page
def send_letter_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sends one letter again."""
    return _letters_sent(request, actions.send_letters_again(pk))


@require_POST
@service_page
def send_letters_again(request: HttpRequest) -> HttpResponse:
    """Sends all letters again that failed."""
    return _letters_sent(request, actions.send_letters_again())


def _letters_sent(request: HttpRequest, count: int) -> HttpResponse:
    text = ngettext("%(n)d email is sent again.", "%(n)d emails are sent again.", count) % {"n": count}
    return _sent(request, count, text, "failed_letters")


def _sent(request: HttpRequest, count: int, text: str, page: str) -> HttpResponse:
    if count:
        messages.success(request, f"{text} {_('What fails again comes back to this page.')}")
    else:
        messages.info(request, _("Nothing to send: somebody has done so already."))
    return redirect(page)
