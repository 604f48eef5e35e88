"""Pages of the administrator of the service: e-mail that was not delivered."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from partnership.events import actions
from partnership.events.models import Letter
from partnership.pages.guard import service_page
from partnership.pages.paging import page_by_key


@require_safe
@service_page
def failed_letters(request: HttpRequest) -> HttpResponse:
    """What is not tried any more, the latest first, and since when others wait. The database shows it to administrators alone."""
    page = page_by_key(Letter.objects.outside().failed(), ["-ended_at", "-id"], request.GET.get("after", ""))
    waiting_since = Letter.objects.unsent().aggregate(first=Min("created_at"))["first"]
    return render(request, "project/failed_letters.html", {"page": page, "waiting_since": waiting_since})


@require_POST
@service_page
def send_one_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sends one letter again."""
    return _sent_again(request, actions.send_letters_again(pk))


@require_POST
@service_page
def send_all_again(request: HttpRequest) -> HttpResponse:
    """Sends all of them again."""
    return _sent_again(request, actions.send_letters_again())


def _sent_again(request: HttpRequest, count: int) -> HttpResponse:
    if count:
        text = ngettext("%(n)d email is sent again.", "%(n)d emails are sent again.", count) % {"n": count}
        messages.success(request, f"{text} {_('What fails again comes back to this page.')}")
    else:
        messages.info(request, _("Nothing to send: somebody has done so already."))
    return redirect("failed_letters")
