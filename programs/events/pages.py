"""Pages of events and promises: inside the partnership, and the one that residents read."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from partnership.pages.lists import show
from partnership.pages.public import in_language
from programs.events import actions as events
from programs.events.forms import CancelForm, CloseForm, EventForm, MinutesForm, PromiseForm
from programs.events.lists import EVENT_LIST, PROMISE_LIST
from programs.events.models import CommunityEvent, EventPromise
from programs.permissions import EVENTS
from programs.surveys.models import Survey

MOST_PUBLIC = 50
"""So many events ahead, and so many promises, the public page shows."""


class Kept(NamedTuple):
    """How promises were kept: of those whose day was over or that were closed before."""

    kept: int
    due: int


def kept_of(promises: Q) -> Kept:
    """One query."""
    due = Q(due_on__lt=timezone.localdate()) | ~Q(state=EventPromise.State.OPEN)
    counts = EventPromise.objects.filter(promises).aggregate(
        due=Count("pk", filter=due), kept=Count("pk", filter=Q(state=EventPromise.State.KEPT))
    )
    return Kept(counts["kept"], counts["due"])


@require_safe
@partner_page(EVENTS)
def event_list(request: PartnerRequest) -> HttpResponse:
    """Events of all partners, the newest first."""
    shown = show(request, EVENT_LIST, CommunityEvent.objects.select_related("partner", "district"))
    return render(request, "programs/events/event_list.html", {"shown": shown, "page": shown.page})


def _event(pk: int) -> CommunityEvent:
    return get_object_or_404(
        CommunityEvent.objects.select_related("partner", "district").prefetch_related("hosts"), pk=pk
    )


@require_safe
@partner_page(EVENTS)
def event(request: PartnerRequest, pk: int) -> HttpResponse:
    """One event, its minutes and its promises."""
    return _event_page(request, _event(pk))


def _event_page(request: PartnerRequest, event: CommunityEvent, cancel_form: CancelForm | None = None) -> HttpResponse:
    is_own = event.partner_id == request.acting.partner.pk and events.save_event.action.allows(request.acting)  # type: ignore[attr-defined]
    context = {
        "event": event,
        "is_own": is_own and not event.cancelled_why,
        "promises": event.promises.select_related("promised_by"),
        "answers": events.close_promise.action.allows(request.acting),  # type: ignore[attr-defined]
        "cancel_form": cancel_form or CancelForm(),
    }
    return render(request, "programs/events/event.html", context, status=422 if cancel_form else 200)


@partner_page(events.save_event)
def event_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """A new event of the own partner, or one to change."""
    partner = request.acting.partner
    event = own(request, CommunityEvent, pk) if pk else CommunityEvent(partner=partner)
    form = EventForm(request.POST or None, instance=event, partner=partner)
    if form.is_valid():
        hosts = form.cleaned_data["hosts"]
        try:
            saved = events.save_event(by=request.acting, event=form.save(commit=False), hosts=hosts)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved. Every partner sees it."))
            return redirect("community_event", pk=saved.pk)
    title = str(event) if pk else _("New event")
    back = reverse("community_event", args=[pk]) if pk else reverse("community_event_list")
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/form.html", {"form": form, "title": title, "back": back}, status=status)


@partner_page(events.write_minutes)
def event_minutes(request: PartnerRequest, pk: int) -> HttpResponse:
    """Minutes of an own event, and how many came."""
    event = own(request, CommunityEvent, pk)
    form = MinutesForm(request.POST or None, instance=event)
    if form.is_valid():
        try:
            events.write_minutes(by=request.acting, event=form.save(commit=False))
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("community_event", pk=pk)
    back = reverse("community_event", args=[pk])
    context = {"form": form, "title": _("Minutes of “%(event)s”") % {"event": event}, "back": back}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@partner_page(events.cancel_event)
def event_cancel(request: PartnerRequest, pk: int) -> HttpResponse:
    """Calls an own event off."""
    event, form = own(request, CommunityEvent, pk), CancelForm(request.POST)
    if not form.is_valid():
        return _event_page(request, _event(pk), form)
    try:
        events.cancel_event(by=request.acting, event=event, **form.cleaned_data)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Called off. It is no longer on the public page."))
    return redirect("community_event", pk=pk)


@partner_page(events.record_promise)
def promise_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """A promise that was given at an own event; `pk` is the event's."""
    event = own(request, CommunityEvent, pk)
    form = PromiseForm(request.POST or None, initial={"promised_by": request.acting.partner.pk})
    if form.is_valid():
        try:
            events.record_promise(by=request.acting, event=event, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Written down. It can't be changed any more."))
            return redirect("community_event", pk=pk)
    context = {"form": form, "title": _("New promise"), "back": reverse("community_event", args=[pk])}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


def _own_promise(request: PartnerRequest, pk: int) -> EventPromise:
    return get_object_or_404(EventPromise, pk=pk, promised_by=request.acting.partner)


@partner_page(events.close_promise)
def promise_close(request: PartnerRequest, pk: int) -> HttpResponse:
    """The partner that promised says what came of it."""
    promise, form = _own_promise(request, pk), CloseForm(request.POST or None)
    if form.is_valid():
        try:
            events.close_promise(by=request.acting, promise=promise, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("community_event", pk=promise.event_id)
    context = {"form": form, "title": promise.what, "back": reverse("community_event", args=[promise.event_id])}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@partner_page(events.show_promise)
def promise_show(request: PartnerRequest, pk: int) -> HttpResponse:
    """The partner that promised puts it on the public page, or takes it off."""
    promise = _own_promise(request, pk)
    try:
        events.show_promise(by=request.acting, promise=promise, is_public=request.POST.get("is_public") == "yes")
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved."))
    return redirect("community_event", pk=promise.event_id)


@require_safe
@partner_page(EVENTS)
def promise_list(request: PartnerRequest) -> HttpResponse:
    """Promises of all partners, or of the own one, and how many were kept."""
    is_mine = request.GET.get("whose") == "mine"
    whose = Q(promised_by=request.acting.partner) if is_mine else Q()
    shown = show(request, PROMISE_LIST, EventPromise.objects.filter(whose).select_related("promised_by", "event"))
    context = {"shown": shown, "page": shown.page, "is_mine": is_mine, "kept": kept_of(whose)}
    return render(request, "programs/events/promise_list.html", context)


@require_safe
@in_language
def community(request: HttpRequest) -> HttpResponse:
    """What residents read without signing in: events that are open to them, public promises, results of surveys."""
    ahead = CommunityEvent.objects.filter(is_open=True, cancelled_why="", starts_at__gte=timezone.now())
    is_public = Q(is_public=True)
    context = {
        "ahead": ahead.select_related("partner", "district").order_by("starts_at", "id")[:MOST_PUBLIC],
        "promises": EventPromise.objects.filter(is_public).select_related("promised_by", "event").order_by("-due_on", "-id")[:MOST_PUBLIC],
        "kept": kept_of(is_public),
        "surveys": Survey.objects.published().select_related("partner")[:MOST_PUBLIC],
        "exit": settings.QUICK_EXIT_URL,
        "is_demo": settings.DEMO,
    }  # fmt: skip
    return render(request, "programs/events/community.html", context)
