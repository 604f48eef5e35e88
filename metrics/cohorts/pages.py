"""Saved cohorts: their list, and the form that makes one."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from metrics.cohorts import actions as cohorts_actions
from metrics.cohorts.budget import MOST_COHORTS
from metrics.cohorts.forms import CohortForm
from metrics.cohorts.models import Cohort, CohortUse, own_cohorts, visible_cohorts
from metrics.cohorts.participants import Participants, taken
from metrics.cohorts.selection import ENOUGH_FOR_TWO, Selection
from metrics.figures.address import requested_run
from metrics.permissions import COHORTS
from metrics.runs.releases import latest_release, quarter_of
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import Role
from partnership.pages.guard import partner_page
from programs.catalogue.models import Programme


@require_safe
@partner_page(COHORTS)
def cohort_list(request: PartnerRequest) -> HttpResponse:
    """The cohorts that the acting person sees, archived ones last."""
    cohorts = visible_cohorts(request.acting).select_related("partner", "created_by")
    rows = sorted(cohorts[:500], key=lambda cohort: (cohort.archived_at is not None, cohort.name.casefold()))
    uses = CohortUse.objects.filter(quarter=quarter_of(timezone.localdate())).values("programme__name")
    run = requested_run(request, of_release=True)
    results = run.recidivismresults.filter(cohort__in=rows, window_months=12, offences="any") if run else []
    doubts = {result.cohort_id: result.doubts for result in results}
    context = {
        "cohorts": [(cohort, doubts.get(cohort.pk, [])) for cohort in rows],
        "uses": uses.annotate(n=Count("id"))
        .order_by("-n", "programme__name")
        .filter(programme__in=_programmes(request)),
        "most": MOST_COHORTS,
    }
    return render(request, "metrics/cohorts/cohort_list.html", context)


def _programmes(request: PartnerRequest) -> QuerySet[Programme]:
    """The programmes whose cohorts are counted for the acting partner: its own; for who oversees figures, all."""
    programmes = Programme.objects.all()
    if request.acting.role in (Role.COORDINATOR, Role.AUDITOR):
        return programmes
    return programmes.filter(partner=request.acting.partner)


@partner_page(cohorts_actions.save_cohort)
def cohort_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    """A new cohort, or one of the own ones to change. Somebody else's is not found. Its button for numbers saves nothing."""
    cohort = get_object_or_404(own_cohorts(request.acting), pk=pk) if pk else Cohort(partner=request.acting.partner)
    saved_selection = Selection.from_json(cohort.selection) if cohort.pk else None
    participants = Participants.of(latest_release(), request.acting)
    form = CohortForm(
        request.POST or None,
        acting=request.acting,
        instance=cohort,
        selection=saved_selection,
        participants=participants,
    )
    only_asks = "numbers" in request.POST
    if form.is_valid() and not only_asks:
        try:
            saved_cohort = cohorts_actions.save_cohort(
                by=request.acting, cohort=form.save(commit=False), selection=form.selection()
            )
        except RuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. Its figures are being computed."))
            return redirect(f"{reverse('population_figures')}?cohort={saved_cohort.pk}")
    selection = form.selection() if form.is_bound else saved_selection or Selection()
    context = {
        "form": form,
        "title": cohort.name if cohort.pk else _("New cohort"),
        "only_asks": only_asks,
        "taken": taken(selection, participants),
        "enough": ENOUGH_FOR_TWO,
        "history_of": pk,
    }
    return render(request, "metrics/cohorts/cohort_form.html", context)


@require_POST
@partner_page(cohorts_actions.save_cohort)
def cohort_people(request: PartnerRequest) -> HttpResponse:
    """How many people the choices of the form are taken from, as they are made: a part of its page. Nothing is saved."""
    form = CohortForm(request.POST, acting=request.acting)
    form.is_valid()
    participants = Participants.of(latest_release(), request.acting)
    context = {"taken": taken(form.selection(), participants), "enough": ENOUGH_FOR_TWO}
    return render(request, "metrics/cohorts/_people.html", context)


@require_POST
@partner_page(cohorts_actions.allow_cohort)
def cohort_allow(request: PartnerRequest, pk: int) -> HttpResponse:
    """Lets a cohort that waits for the auditor have figures."""
    cohort = get_object_or_404(visible_cohorts(request.acting), pk=pk)
    try:
        cohorts_actions.allow_cohort(by=request.acting, cohort=cohort)
    except RuleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Its figures come with the computation that has just been asked for."))
    return redirect("cohort_list")


@require_POST
@partner_page(cohorts_actions.archive_cohort)
def cohort_archive(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes an own cohort out of the list, or puts it back."""
    cohort = get_object_or_404(own_cohorts(request.acting), pk=pk)
    is_archived = request.POST.get("archived") == "yes"
    try:
        cohorts_actions.archive_cohort(by=request.acting, cohort=cohort, is_archived=is_archived)
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("cohort_list")
    text = (
        _("The cohort “%(name)s” is archived: no later computation holds it.")
        if is_archived
        else _("The cohort “%(name)s” is back.")
    )
    messages.success(request, text % {"name": cohort.name})
    return redirect("cohort_list")
