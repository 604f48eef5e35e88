"""Pages of fellowships: the cohort on one board, one fellowship, the payment run, and what a programme pays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Max, Q, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.enrolments import actions as enrolments
from cases.enrolments.models import Enrolment
from cases.fellowships import actions as fellowships
from cases.fellowships.forms import FellowshipForm, MilestoneForm, RuleForm, StipendForm, TouchpointForm
from cases.fellowships.models import Fellowship, Milestone, Stipend, StipendApproval, StipendRule
from cases.permissions import FELLOWSHIPS
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page
from programs.catalogue.models import Part, Programme

MOST = 200
"""So many rows a list shows."""
QUIET_AFTER = timedelta(days=14)
"""After so long without a touchpoint the board says so."""


@require_safe
@partner_page(FELLOWSHIPS)
def fellowship_board(request: PartnerRequest) -> HttpResponse:
    """Everybody in a fellowship: month, milestones, when somebody was last in touch; those longest unmet first."""
    today = timezone.localdate()
    going_on = Fellowship.objects.filter(partner=request.acting.partner, enrolment__ended_on=None)
    rows = list(
        going_on.select_related("enrolment__person", "mentor")
        .annotate(
            last_on=Max("touchpoints__on"),
            all_milestones=Count("milestones", distinct=True),
            reached=Count("milestones", filter=Q(milestones__reached_on__isnull=False), distinct=True),
        )
        .order_by("last_on", "id")[:MOST]
    )
    if rows:
        log_read(request.acting, "fellowship_list", 0, rows)
    context = {"fellowships": rows, "quiet_since": today - QUIET_AFTER}
    return render(request, "cases/fellowships/fellowship_board.html", context)


@partner_page(fellowships.begin_fellowship)
def fellowship_new(request: PartnerRequest, pk: int) -> HttpResponse:
    """Makes a participation a fellowship; `pk` is the participation's. One that is one already opens."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    known = Fellowship.objects.filter(enrolment=enrolment).first()
    if known:
        return redirect("fellowship", pk=known.pk)
    log_read(request.acting, "enrolment", pk, [enrolment])
    team = enrolments.team(request.acting)
    form = FellowshipForm(request.POST or None, team=team, initial={"mentor": request.user.pk})
    if form.is_valid():
        try:
            fellowship = fellowships.begin_fellowship(by=request.acting, enrolment=enrolment, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Begun. Write the milestones together with the person."))
            return redirect("fellowship", pk=fellowship.pk)
    title = _("Fellowship of %(person)s") % {"person": enrolment.person}
    context = {"form": form, "title": title, "back": reverse("enrolment", args=[pk])}
    return render(request, "pages/form.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@partner_page(FELLOWSHIPS)
def fellowship(request: PartnerRequest, pk: int) -> HttpResponse:
    """One fellowship: milestones, touchpoints, stipends."""
    return _sheet(request, _own(request, pk))


def _own(request: PartnerRequest, pk: int) -> Fellowship:
    return own(request, Fellowship, pk, "enrolment__person", "enrolment__programme", "mentor", "second_mentor")


def _sheet(request: PartnerRequest, one: Fellowship, status: int = 200, **forms: Any) -> HttpResponse:
    log_read(request.acting, "fellowship", one.pk, [one])
    rule = fellowships.rule_for(one, one.month)
    context = {
        "fellowship": one,
        "is_open": one.enrolment.ended_on is None,
        "milestones": one.milestones.select_related("confirmed_by").order_by("reached_on", "due_on", "id"),
        "touchpoints": one.touchpoints.select_related("recorded_by").order_by("-on", "-id")[:50],
        "stipends": one.stipends.select_related("approval", "asked_by").order_by("-month"),
        "rule": rule,
        "today": timezone.localdate(),
        "milestone_form": MilestoneForm(prefix="milestone"),
        "touchpoint_form": TouchpointForm(prefix="touchpoint"),
        "stipend_form": StipendForm(
            prefix="stipend",
            partner=request.acting.partner,
            initial={"month": one.month, "amount": rule.cap if rule else None},
        ),
    }
    return render(request, "cases/fellowships/fellowship.html", context | forms, status=status)


def _carry_out(request: PartnerRequest, pk: int, name: str, form: forms.Form, action: Any) -> HttpResponse:
    """Carries out one of the sheet's forms, or shows the sheet again with its errors."""
    one = _own(request, pk)
    if form.is_valid():
        try:
            action(by=request.acting, fellowship=one, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("fellowship", pk=pk)
    return _sheet(request, one, status=422, **{f"{name}_form": form})


@require_POST
@partner_page(fellowships.add_milestone)
def milestone_add(request: PartnerRequest, pk: int) -> HttpResponse:
    """Adds a milestone."""
    form = MilestoneForm(request.POST, prefix="milestone")
    return _carry_out(request, pk, "milestone", form, fellowships.add_milestone)


@require_POST
@partner_page(fellowships.record_touchpoint)
def touchpoint_add(request: PartnerRequest, pk: int) -> HttpResponse:
    """Records that a mentor and the person were in touch."""
    form = TouchpointForm(request.POST, prefix="touchpoint")
    return _carry_out(request, pk, "touchpoint", form, fellowships.record_touchpoint)


@require_POST
@partner_page(fellowships.ask_stipend)
def stipend_ask(request: PartnerRequest, pk: int) -> HttpResponse:
    """Asks for the stipend of a month."""
    return _carry_out(
        request,
        pk,
        "stipend",
        StipendForm(request.POST, prefix="stipend", partner=request.acting.partner),
        fellowships.ask_stipend,
    )


@require_POST
@partner_page(fellowships.mark_milestone)
def milestone_mark(request: PartnerRequest, pk: int) -> HttpResponse:
    """Confirms a milestone (`is_reached`), or takes that back."""
    milestone = own(request, Milestone, pk, "fellowship__enrolment")
    is_reached = request.POST.get("is_reached") == "1"
    _do(request, fellowships.mark_milestone, milestone=milestone, is_reached=is_reached)
    return redirect("fellowship", pk=milestone.fellowship_id)


def _do(request: PartnerRequest, action: Any, **arguments: Any) -> None:
    """Carries out what a button says, and says how it went."""
    try:
        action(by=request.acting, **arguments)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved."))


# --- Money -----------------------------------------------------------------------------------------------------------------------


@require_safe
@partner_page(FELLOWSHIPS)
def payment_run(request: PartnerRequest) -> HttpResponse:
    """What waits for an approval, what is to be paid, and what was paid in the last month, each with its sum."""
    mine = Stipend.objects.filter(partner=request.acting.partner).select_related(
        "fellowship__enrolment__person", "asked_by", "approval__approved_by", "grant"
    )
    to_approve, to_pay = mine.to_approve().order_by("asked_on", "id"), mine.to_pay().order_by("asked_on", "id")
    paid = mine.filter(approval__paid_on__gt=timezone.localdate() - timedelta(days=31))
    context = {
        "to_approve": list(to_approve[:MOST]),
        "to_pay": list(to_pay[:MOST]),
        "to_pay_sum": to_pay.aggregate(sum=Sum("amount"))["sum"],
        "paid": list(paid.order_by("-approval__paid_on", "-id")[:MOST]),
    }
    if people := [*context["to_approve"], *context["to_pay"], *context["paid"]]:
        log_read(request.acting, "payment_run", 0, people)
    return render(request, "cases/fellowships/payment_run.html", context)


@require_POST
@partner_page(fellowships.approve_stipend)
def stipend_approve(request: PartnerRequest, pk: int) -> HttpResponse:
    """Approves what somebody else asked for."""
    _do(request, fellowships.approve_stipend, stipend=own(request, Stipend, pk, "fellowship__enrolment"))
    return redirect("payment_run")


@require_POST
@partner_page(fellowships.drop_stipend)
def stipend_drop(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes away what was asked for and not approved."""
    _do(request, fellowships.drop_stipend, stipend=own(request, Stipend, pk, "fellowship__enrolment"))
    return redirect("payment_run")


@require_POST
@partner_page(fellowships.mark_paid)
def stipend_paid(request: PartnerRequest, pk: int) -> HttpResponse:
    """Says that a stipend was paid; `pk` is the approval's."""
    approval = own(request, StipendApproval, pk, "stipend__fellowship__enrolment")
    _do(request, fellowships.mark_paid, approval=approval)
    return redirect("payment_run")


@partner_page(fellowships.save_rule)
def stipend_rules(request: PartnerRequest) -> HttpResponse:
    """What the own programmes pay, from which month on and for how many milestones."""
    partner = request.acting.partner
    programmes = list(Programme.objects.filter(partner=partner, parts__contains=[Part.FELLOWSHIPS]).order_by("name"))
    form = RuleForm(request.POST or None, programmes=programmes)
    if form.is_valid():
        fellowships.save_rule(by=request.acting, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("stipend_rules")
    rules = StipendRule.objects.filter(partner=partner).select_related("programme")
    context = {"rules": rules.order_by("programme__name", "from_month"), "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/fellowships/stipend_rules.html", context, status=status)


@require_POST
@partner_page(fellowships.remove_rule)
def stipend_rule_remove(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a rule away."""
    _do(request, fellowships.remove_rule, rule=own(request, StipendRule, pk))
    return redirect("stipend_rules")
