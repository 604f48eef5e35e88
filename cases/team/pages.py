"""Pages of care teams: the lead's, with what each member sees; those that one's own partner is in; one of these."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cases.enrolments.models import Enrolment
from cases.permissions import CARE_TEAMS, LED_TEAMS
from cases.team import actions as team
from cases.team.forms import MemberForm, WriteForm
from cases.team.models import TeamItem, TeamMember
from partnership.audit_trail.read_log import log_read
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.pages.form_fields import refuse
from partnership.pages.guard import own, partner_page, pass_door

MOST = 200
"""The newest shared things that a page shows."""


@require_safe
@partner_page(LED_TEAMS)
def care_team(request: PartnerRequest, pk: int) -> HttpResponse:
    """The care team of a participation: who is in it, in which part, until when, and what each sees."""
    return _team_page(request, own(request, Enrolment, pk, "person", "programme"))


def _team_page(request: PartnerRequest, enrolment: Enrolment, status: int = 200, **forms: Any) -> HttpResponse:
    log_read(request.acting, "care_team", enrolment.pk, [enrolment])
    members = list(
        TeamMember.objects.filter(enrolment=enrolment).select_related("to_partner", "consent").order_by("id")
    )
    items = list(
        TeamItem.objects.filter(member__in=members).select_related("author", "author_partner").order_by("-id")[:MOST]
    )
    present = [member for member in members if member.ended_on is None and member.consent.is_valid]
    context = {
        "enrolment": enrolment,
        "teams": [
            {
                "member": member,
                "is_present": member in present,
                "items": [item for item in items if item.member_id == member.pk],
            }
            for member in members
        ],
        "member_form": MemberForm(lead=request.acting.partner, is_minor=enrolment.person.is_minor, prefix="member"),
        "write_form": WriteForm(members=present, prefix="write") if present else None,
    }
    return render(request, "cases/team/care_team.html", context | forms, status=status)


@require_POST
@partner_page(team.add_member)
def team_add(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes a partner in."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    form = MemberForm(request.POST, lead=request.acting.partner, is_minor=enrolment.person.is_minor, prefix="member")
    if form.is_valid():
        try:
            member = team.add_member(by=request.acting, enrolment=enrolment, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            text = _("%(partner)s is in the care team and was told. Share the plan when it is ready.")
            messages.success(request, text % {"partner": member.to_partner.name})
            return redirect("care_team", pk=pk)
    return _team_page(request, enrolment, status=422, member_form=form)


@require_POST
@partner_page(team.end_member)
def team_end(request: PartnerRequest, pk: int) -> HttpResponse:
    """Ends a partner's part in the team."""
    member = get_object_or_404(TeamMember, pk=pk, from_partner=request.acting.partner, ended_on=None)
    pass_door(request.acting, member)
    team.end_member(by=request.acting, member=member)
    messages.success(request, _("Ended. They see nothing of the care team any more."))
    return redirect("care_team", pk=member.enrolment_id)


@require_POST
@partner_page(team.share_plan)
def team_share(request: PartnerRequest, pk: int) -> HttpResponse:
    """Shows every member goals, steps and appointments as they are now."""
    shared_with = team.share_plan(by=request.acting, enrolment=own(request, Enrolment, pk))
    text = ngettext(
        "Shared with %(n)s organisation: goals, open steps and appointments as they are now.",
        "Shared with %(n)s organisations: goals, open steps and appointments as they are now.",
        shared_with,
    )
    messages.success(request, text % {"n": shared_with})
    return redirect("care_team", pk=pk)


@require_POST
@partner_page(team.write_item)
def team_write(request: PartnerRequest, pk: int) -> HttpResponse:
    """The lead writes to the members that were chosen: a row for each."""
    enrolment = own(request, Enrolment, pk, "person", "programme")
    present = list(TeamMember.objects.present().filter(enrolment=enrolment).select_related("to_partner"))
    form = WriteForm(request.POST, members=present, prefix="write")
    if form.is_valid():
        receivers = set(form.cleaned_data.pop("to", []))
        try:
            with transaction.atomic():
                for member in present:
                    if member.pk in receivers:
                        team.write_item(by=request.acting, member=member, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Sent."))
            return redirect("care_team", pk=pk)
    return _team_page(request, enrolment, status=422, write_form=form)


@require_safe
@partner_page(CARE_TEAMS)
def care_team_list(request: PartnerRequest) -> HttpResponse:
    """The care teams that one's own partner is in."""
    rows = TeamMember.objects.present().filter(to_partner=request.acting.partner).select_related("from_partner")
    members = list(rows.order_by("-id")[:MOST])
    if members:
        log_read(request.acting, "care_team_list", 0, members)
    return render(request, "cases/team/care_team_list.html", {"members": members})


@require_safe
@partner_page(CARE_TEAMS)
def care_team_part(request: PartnerRequest, pk: int) -> HttpResponse:
    """What a member sees of a care team; the lead goes to its own page."""
    member = _member(request, pk)
    if member.from_partner_id == request.acting.partner.pk:
        return redirect("care_team", pk=member.enrolment_id)
    return _part_page(request, member)


def _member(request: PartnerRequest, pk: int) -> TeamMember:
    seen = TeamMember.objects.seen_by(request.acting).select_related("from_partner", "to_partner", "consent")
    member = get_object_or_404(seen, pk=pk)
    pass_door(request.acting, member)
    return member


def _part_page(request: PartnerRequest, member: TeamMember, status: int = 200, **forms: Any) -> HttpResponse:
    log_read(request.acting, "care_team", member.pk, [member])
    items = TeamItem.objects.filter(member=member).select_related("author", "author_partner").order_by("-id")[:MOST]
    context = {"member": member, "items": list(items), "write_form": WriteForm(prefix="write")}
    return render(request, "cases/team/care_team_part.html", context | forms, status=status)


@require_POST
@partner_page(team.write_item)
def team_reply(request: PartnerRequest, pk: int) -> HttpResponse:
    """A member writes to the lead."""
    member, form = _member(request, pk), WriteForm(request.POST, prefix="write")
    if form.is_valid():
        try:
            team.write_item(by=request.acting, member=member, **form.cleaned_data)
        except RuleError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Sent."))
            return redirect("care_team_part", pk=pk)
    return _part_page(request, member, status=422, write_form=form)


@require_POST
@partner_page(team.mark_item)
def team_mark(request: PartnerRequest, pk: int) -> HttpResponse:
    """Marks a shared task or step as done today, or takes the mark back (`undo`)."""
    item = get_object_or_404(TeamItem.objects.select_related("member"), pk=pk)
    pass_door(request.acting, item)
    done_on = None if "undo" in request.POST else item.done_on or timezone.localdate()
    try:
        team.mark_item(by=request.acting, item=item, done_on=done_on)
    except RuleError as error:
        messages.error(request, str(error))
    return redirect("care_team_part", pk=item.member_id)
