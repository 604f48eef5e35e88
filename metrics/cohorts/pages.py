"""Saved cohorts: their list, and the form that makes one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from metrics.cohorts import actions as cohorts_actions
from metrics.cohorts.forms import CohortForm
from metrics.cohorts.models import Cohort
from metrics.cohorts.selection import Selection
from metrics.figures.shown import own_cohorts, visible_cohorts
from metrics.permissions import COHORTS
from partnership.isolation.acting import PartnerRequest
from partnership.isolation.errors import RuleError
from partnership.members.models import CASEWORK_ROLES, Role
from partnership.pages.guard import partner_page

COHORT_ROLES = (Role.COORDINATOR, *CASEWORK_ROLES)


@require_safe
@partner_page(COHORTS)
def cohort_list(request: PartnerRequest) -> HttpResponse:
    cohorts = visible_cohorts(request.acting).select_related("partner", "created_by")
    rows = sorted(cohorts[:500], key=lambda cohort: (cohort.archived_at is not None, cohort.name.casefold()))
    return render(request, "metrics/cohorts/cohort_list.html", {"cohorts": rows})


@partner_page(cohorts_actions.save_cohort)
def cohort_edit(request: PartnerRequest, pk: int | None = None) -> HttpResponse:
    found = get_object_or_404(own_cohorts(request.acting), pk=pk) if pk else Cohort(partner=request.acting.partner)
    initial = Selection.from_json(found.selection) if found.pk else None
    form = CohortForm(request.POST or None, acting=request.acting, instance=found, selection=initial)
    if form.is_valid():
        try:
            saved = cohorts_actions.save_cohort(
                by=request.acting, cohort=form.save(commit=False), selection=form.selection()
            )
        except RuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. Its figures come with the computation that has just been asked for."))
            return redirect(f"{reverse('population_figures')}?cohort={saved.pk}")
    title = str(found) if found.pk else _("New cohort")
    context = {"form": form, "title": title, "back": reverse("cohort_list"), "history": "cohort" if pk else ""}
    return render(request, "pages/form.html", context | {"history_of": pk})


@require_POST
@partner_page(cohorts_actions.archive_cohort)
def cohort_archive(request: PartnerRequest, pk: int) -> HttpResponse:
    """Takes an own cohort out of the list, or puts it back."""
    found = get_object_or_404(own_cohorts(request.acting), pk=pk)
    is_archived = request.POST.get("archived") == "yes"
    try:
        cohorts_actions.archive_cohort(by=request.acting, cohort=found, is_archived=is_archived)
    except RuleError as error:
        messages.error(request, str(error))
        return redirect("cohort_list")
    text = (
        _("The cohort “%(name)s” is archived: no later computation holds it.")
        if is_archived
        else _("The cohort “%(name)s” is back.")
    )
    messages.success(request, text % {"name": found.name})
    return redirect("cohort_list")
